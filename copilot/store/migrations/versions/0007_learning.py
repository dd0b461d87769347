"""Labels that people give, versions of triage taught from them, and vectors of what it is taught from"""

import sqlalchemy as sa
import sqlmodel.sql.sqltypes
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

Text = sqlmodel.sql.sqltypes.AutoString
Instant = sqlmodel.sql.sqltypes.UTCDateTime


def upgrade() -> None:
    op.create_table(
        "triage_label",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("ticket_id", sa.Integer(), nullable=False),
        sa.Column("message_id", sa.Integer(), nullable=False),
        sa.Column("kind", Text(), nullable=False),
        sa.Column("value", Text(), nullable=False),
        sa.Column("predicted", Text(), nullable=False),
        sa.Column("confirmed", sa.Boolean(), nullable=False),
        sa.Column("by", Text(), nullable=False),
        sa.Column("at", Instant(), nullable=False),
        sa.ForeignKeyConstraint(["message_id"], ["message.id"]),
        sa.ForeignKeyConstraint(["ticket_id"], ["ticket.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_triage_label_ticket_id", "triage_label", ["ticket_id"])
    op.create_index("ix_triage_label_message", "triage_label", ["kind", "message_id"])
    op.create_table(
        "triage_version",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("categories_version", sa.Integer(), nullable=False),
        sa.Column("labels_up_to", sa.Integer(), nullable=False),
        sa.Column("state", Text(), nullable=False),
        sa.Column("pinned", sa.Boolean(), nullable=False),
        sa.Column("fingerprint", Text(), nullable=False),
        sa.Column("figures", sa.JSON(), nullable=False),
        sa.Column("evidence", sa.JSON(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("by", Text(), nullable=False),
        sa.Column("at", Instant(), nullable=False),
        sa.Column("taught_at", Instant(), nullable=True),
        sa.Column("claimed_by", Text(), nullable=True),
        sa.Column("claimed_until", Instant(), nullable=True),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("categories_version", "labels_up_to"),
    )
    live = sa.text("state = 'live'")
    op.create_index(
        "ix_triage_version_one_live", "triage_version", ["state"], unique=True, sqlite_where=live, postgresql_where=live
    )
    op.create_table(
        "example_vector",
        sa.Column("key", Text(), nullable=False),
        sa.Column("vector", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("key"),
    )


def downgrade() -> None:
    for table in ("example_vector", "triage_version", "triage_label"):
        op.drop_table(table)
