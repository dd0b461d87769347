"""Articles that contradict or repeat each other"""

import sqlalchemy as sa
import sqlmodel.sql.sqltypes
from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None

Text = sqlmodel.sql.sqltypes.AutoString
Instant = sqlmodel.sql.sqltypes.UTCDateTime


def upgrade() -> None:
    op.create_table(
        "article_check",
        sa.Column("article_id", Text(), nullable=False),
        sa.Column("checked", Text(), nullable=False),
        sa.Column("links", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("article_id"),
    )
    op.create_table(
        "article_finding",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("key", Text(), nullable=False),
        sa.Column("kind", Text(), nullable=False),
        sa.Column("article_id", Text(), nullable=False),
        sa.Column("other_id", Text(), nullable=False),
        sa.Column("left", sa.JSON(), nullable=False),
        sa.Column("right", sa.JSON(), nullable=False),
        sa.Column("alike", sa.Float(), nullable=False),
        sa.Column("found_at", Instant(), nullable=False),
        sa.Column("dismissed_by", Text(), nullable=True),
        sa.Column("dismissed_at", Instant(), nullable=True),
        sa.ForeignKeyConstraint(["article_id"], ["article.id"]),
        sa.ForeignKeyConstraint(["other_id"], ["article.id"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("key"),
    )
    op.create_index("ix_article_finding_article_id", "article_finding", ["article_id"])
    op.create_index("ix_article_finding_other_id", "article_finding", ["other_id"])


def downgrade() -> None:
    for table in ("article_finding", "article_check"):
        op.drop_table(table)
