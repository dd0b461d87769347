"""Where articles come from, and what they said before"""

import sqlalchemy as sa
import sqlmodel.sql.sqltypes
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

Text = sqlmodel.sql.sqltypes.AutoString
Instant = sqlmodel.sql.sqltypes.UTCDateTime

KEPT = "title, body, language, visibility, category, status"


def upgrade() -> None:
    op.add_column("article", sa.Column("valid_until", sa.Date(), nullable=True))
    op.add_column("article", sa.Column("owner", Text(), nullable=True))
    op.create_table(
        "article_revision",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("article_id", Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("language", Text(), nullable=False),
        sa.Column("visibility", Text(), nullable=False),
        sa.Column("category", Text(), nullable=True),
        sa.Column("status", Text(), nullable=False),
        sa.Column("valid_until", sa.Date(), nullable=True),
        sa.Column("owner", Text(), nullable=True),
        sa.Column("at", Instant(), nullable=False),
        sa.Column("by", Text(), nullable=False),
        sa.Column("origin", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["article_id"], ["article.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_article_revision_article_id", "article_revision", ["article_id"])
    op.execute(
        f'INSERT INTO article_revision (article_id, {KEPT}, at, "by", origin) '  # noqa: S608 - our own column names
        f"SELECT id, {KEPT}, updated_at, '', 'before revisions were kept' FROM article"
    )
    op.create_table(
        "knowledge_source",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("kind", Text(), nullable=False),
        sa.Column("address", Text(), nullable=False),
        sa.Column("every_hours", sa.Integer(), nullable=True),
        sa.Column("allow_private", sa.Boolean(), nullable=False),
        sa.Column("work_after", Instant(), nullable=True),
        sa.Column("claimed_by", Text(), nullable=True),
        sa.Column("claimed_until", Instant(), nullable=True),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("run_started_at", Instant(), nullable=True),
        sa.Column("last_run_at", Instant(), nullable=True),
        sa.Column("done", sa.Integer(), nullable=False),
        sa.Column("total", sa.Integer(), nullable=False),
        sa.Column("result", sa.JSON(), nullable=False),
        sa.Column("created_at", Instant(), nullable=False),
        sa.Column("by", Text(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("kind", "address"),
    )
    op.create_index("ix_knowledge_source_work", "knowledge_source", ["work_after"])
    op.create_table(
        "source_item",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("source_id", sa.Integer(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("article_id", Text(), nullable=False),
        sa.Column("content_hash", Text(), nullable=False),
        sa.Column("etag", Text(), nullable=True),
        sa.Column("last_modified", Text(), nullable=True),
        sa.Column("seen_at", Instant(), nullable=False),
        sa.Column("gone", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["source_id"], ["knowledge_source.id"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("source_id", "key"),
    )
    op.create_index("ix_source_item_article_id", "source_item", ["article_id"])


def downgrade() -> None:
    for table in ("source_item", "knowledge_source", "article_revision"):
        op.drop_table(table)
    for column in ("owner", "valid_until"):
        op.drop_column("article", column)
