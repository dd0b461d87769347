"""When the rules are to be applied to a ticket again"""

import sqlalchemy as sa
import sqlmodel.sql.sqltypes
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("ticket", sa.Column("rules_due_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True))
    op.create_index("ix_ticket_rules_due_at", "ticket", ["rules_due_at"])


def downgrade() -> None:
    op.drop_index("ix_ticket_rules_due_at", "ticket")
    op.drop_column("ticket", "rules_due_at")
