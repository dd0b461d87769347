"""What people keep changing: citations that can be counted, changed sentences, reasons of rejections"""

import sqlalchemy as sa
import sqlmodel.sql.sqltypes
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

Text = sqlmodel.sql.sqltypes.AutoString
Instant = sqlmodel.sql.sqltypes.UTCDateTime
BATCH = 1_000


def upgrade() -> None:
    op.add_column("verdict", sa.Column("reason_code", Text(), nullable=True))
    op.execute("UPDATE verdict SET reason_code = 'other' WHERE kind = 'rejected'")
    op.create_index("ix_draft_created_at", "draft", ["created_at"])
    op.create_table(
        "draft_citation",
        sa.Column("draft_id", sa.Integer(), nullable=False),
        sa.Column("article_id", Text(), nullable=False),
        sa.ForeignKeyConstraint(["draft_id"], ["draft.id"]),
        sa.PrimaryKeyConstraint("draft_id", "article_id"),
    )
    op.create_index("ix_draft_citation_article_id", "draft_citation", ["article_id"])
    op.create_table(
        "sentence_change",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("verdict_id", sa.Integer(), nullable=False),
        sa.Column("article_id", Text(), nullable=False),
        sa.Column("category", Text(), nullable=True),
        sa.Column("key", Text(), nullable=False),
        sa.Column("before", sa.Text(), nullable=False),
        sa.Column("after", sa.Text(), nullable=False),
        sa.Column("facts_changed", sa.Boolean(), nullable=False),
        sa.Column("by", Text(), nullable=False),
        sa.Column("at", Instant(), nullable=False),
        sa.ForeignKeyConstraint(["verdict_id"], ["verdict.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_sentence_change_verdict_id", "sentence_change", ["verdict_id"])
    op.create_index("ix_sentence_change_key", "sentence_change", ["key", "at"])
    op.create_index("ix_sentence_change_at", "sentence_change", ["at"])
    _cite()


def _cite() -> None:
    """Count the citations of drafts from before, a thousand drafts at a time."""
    draft = sa.table("draft", sa.column("id", sa.Integer), sa.column("citations", sa.JSON))
    cited = sa.table("draft_citation", sa.column("draft_id", sa.Integer), sa.column("article_id", sa.String))
    connection, last = op.get_bind(), 0
    wanted = sa.select(draft.c.id, draft.c.citations).order_by(draft.c.id).limit(BATCH)
    while rows := connection.execute(wanted.where(draft.c.id > last)).all():
        last = rows[-1].id
        pairs = {(row.id, citation["article_id"]) for row in rows for citation in row.citations}
        if pairs:
            connection.execute(cited.insert(), [{"draft_id": d, "article_id": a} for d, a in sorted(pairs)])


def downgrade() -> None:
    op.drop_table("sentence_change")
    op.drop_table("draft_citation")
    op.drop_index("ix_draft_created_at", "draft")
    op.drop_column("verdict", "reason_code")
