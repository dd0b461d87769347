"""What a channel knows of a message's sender, and what an automatic reply was charged to"""

import sqlalchemy as sa
import sqlmodel.sql.sqltypes
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

Text = sqlmodel.sql.sqltypes.AutoString


def upgrade() -> None:
    op.add_column("message", sa.Column("envelope", sa.JSON(), nullable=False, server_default="{}"))
    op.add_column("outboxitem", sa.Column("category", Text(), nullable=True))
    op.add_column("outboxitem", sa.Column("recipient", Text(), nullable=True))
    op.execute(
        "UPDATE outboxitem SET category = (SELECT category FROM ticket WHERE ticket.id = outboxitem.ticket_id) "
        "WHERE \"by\" = 'auto'"
    )
    op.create_index("ix_outbox_budget", "outboxitem", ["category", "delivered_at"])


def downgrade() -> None:
    op.drop_index("ix_outbox_budget", "outboxitem")
    for table, column in (("outboxitem", "recipient"), ("outboxitem", "category"), ("message", "envelope")):
        op.drop_column(table, column)
