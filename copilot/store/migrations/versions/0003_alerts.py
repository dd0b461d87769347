"""When each ticket's next alert is due, the alerts that have fired, and notifications on their way"""

import sqlalchemy as sa
import sqlmodel.sql.sqltypes
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

Text = sqlmodel.sql.sqltypes.AutoString
Instant = sqlmodel.sql.sqltypes.UTCDateTime


def upgrade() -> None:
    op.create_table(
        "fired_alert",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("ticket_id", sa.Integer(), nullable=False),
        sa.Column("key", Text(), nullable=False),
        sa.Column("metric", Text(), nullable=False),
        sa.Column("share", sa.Float(), nullable=False),
        sa.Column("at", Instant(), nullable=False),
        sa.Column("fired_at", Instant(), nullable=False),
        sa.Column("late", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["ticket_id"], ["ticket.id"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("ticket_id", "key"),
    )
    op.create_index("ix_fired_alert_ticket_id", "fired_alert", ["ticket_id"])
    op.create_table(
        "notification",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("ticket_id", sa.Integer(), nullable=False),
        sa.Column("ref", Text(), nullable=False),
        sa.Column("way", Text(), nullable=False),
        sa.Column("recipient", Text(), nullable=True),
        sa.Column("payload", sa.JSON(), nullable=False),
        sa.Column("state", Text(), nullable=False),
        sa.Column("work_after", Instant(), nullable=False),
        sa.Column("claimed_by", Text(), nullable=True),
        sa.Column("claimed_until", Instant(), nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("last_error", sa.Text(), nullable=True),
        sa.Column("created_at", Instant(), nullable=False),
        sa.Column("delivered_at", Instant(), nullable=True),
        sa.ForeignKeyConstraint(["ticket_id"], ["ticket.id"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("ref"),
    )
    op.create_index("ix_notification_ticket_id", "notification", ["ticket_id"])
    op.create_index("ix_notification_work", "notification", ["state", "work_after"])
    op.add_column("message", sa.Column("notice", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.add_column("ticket", sa.Column("assignee", Text(), nullable=True))
    op.add_column("ticket", sa.Column("next_alert_at", Instant(), nullable=True))
    op.create_index("ix_ticket_next_alert_at", "ticket", ["next_alert_at"])
    # looked at once, which works out when the next alert of each is really due
    op.execute("UPDATE ticket SET next_alert_at = received_at WHERE status NOT IN ('solved', 'closed')")


def downgrade() -> None:
    op.drop_index("ix_ticket_next_alert_at", "ticket")
    for table, column in (("ticket", "next_alert_at"), ("ticket", "assignee"), ("message", "notice")):
        op.execute(f"ALTER TABLE {table} DROP COLUMN {column}")
    op.drop_table("notification")
    op.drop_table("fired_alert")
