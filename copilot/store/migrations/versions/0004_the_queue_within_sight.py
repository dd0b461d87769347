"""Indexes that hold the tickets which wait for an agent, in the order in which the queue is read"""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

WAITING = sa.text("status IN ('new', 'open') AND NOT reply_pending")
BY_GOAL = ["next_goal_at", "received_at", "id", "priority", "category", "next_due_at", "status", "reply_pending"]


def upgrade() -> None:
    op.drop_index("ix_ticket_queue", "ticket")
    op.create_index("ix_ticket_status", "ticket", ["reply_pending", "status"])
    op.create_index("ix_ticket_goal", "ticket", BY_GOAL, sqlite_where=WAITING, postgresql_where=WAITING)
    op.create_index(
        "ix_ticket_due",
        "ticket",
        ["next_due_at", "priority", "status", "reply_pending"],
        sqlite_where=WAITING,
        postgresql_where=WAITING,
    )


def downgrade() -> None:
    for name in ("ix_ticket_due", "ix_ticket_goal", "ix_ticket_status"):
        op.drop_index(name, "ticket")
    op.create_index("ix_ticket_queue", "ticket", ["status", "reply_pending"])
