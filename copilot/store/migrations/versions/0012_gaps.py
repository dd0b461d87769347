"""What customers ask and no article answers"""

import sqlalchemy as sa
import sqlmodel.sql.sqltypes
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

Text = sqlmodel.sql.sqltypes.AutoString
Instant = sqlmodel.sql.sqltypes.UTCDateTime


def upgrade() -> None:
    op.create_table(
        "gap",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("embedder", Text(), nullable=False),
        sa.Column("total", sa.LargeBinary(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("state", Text(), nullable=False),
        sa.Column("phrases", sa.JSON(), nullable=False),
        sa.Column("question", sa.Text(), nullable=False),
        sa.Column("named_size", sa.Integer(), nullable=False),
        sa.Column("replies", sa.Integer(), nullable=False),
        sa.Column("agreement", sa.Float(), nullable=False),
        sa.Column("first_at", Instant(), nullable=False),
        sa.Column("last_at", Instant(), nullable=False),
        sa.Column("article_id", Text(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("by", Text(), nullable=True),
        sa.Column("decided_at", Instant(), nullable=True),
        sa.Column("size_then", sa.Integer(), nullable=False),
        sa.Column("saved", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_gap_state", "gap", ["state"])
    op.create_index("ix_gap_article_id", "gap", ["article_id"])
    op.create_table(
        "gap_question",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("message_id", sa.Integer(), nullable=False),
        sa.Column("ticket_id", sa.Integer(), nullable=False),
        sa.Column("gap_id", sa.Integer(), nullable=True),
        sa.Column("why", Text(), nullable=False),
        sa.Column("at", Instant(), nullable=False),
        sa.Column("language", Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("vector", sa.LargeBinary(), nullable=False),
        sa.Column("reply_message_id", sa.Integer(), nullable=True),
        sa.Column("reply_vector", sa.LargeBinary(), nullable=True),
        sa.ForeignKeyConstraint(["message_id"], ["message.id"]),
        sa.ForeignKeyConstraint(["ticket_id"], ["ticket.id"]),
        sa.ForeignKeyConstraint(["gap_id"], ["gap.id"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("message_id"),
    )
    op.create_index("ix_gap_question_gap", "gap_question", ["gap_id", "at"])
    op.create_index("ix_gap_question_at", "gap_question", ["at"])
    op.create_index("ix_gap_question_ticket_id", "gap_question", ["ticket_id"])
    op.create_table(
        "gap_scan",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("cursor", sa.Integer(), nullable=False),
        sa.Column("next_gap", sa.Integer(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("checking", Text(), nullable=False),
        sa.Column("checked_up_to", sa.Integer(), nullable=False),
        sa.Column("checked", Text(), nullable=False),
        sa.Column("claimed_by", Text(), nullable=True),
        sa.Column("claimed_until", Instant(), nullable=True),
        sa.PrimaryKeyConstraint("id"),
    )


def downgrade() -> None:
    for table in ("gap_scan", "gap_question", "gap"):
        op.drop_table(table)
