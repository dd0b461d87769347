"""How many verdicts a record had been given when its confidence model was fitted"""

import sqlalchemy as sa
from alembic import op

revision = "0023"
down_revision = "0022b"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("confidence_fit", sa.Column("given", sa.Integer(), nullable=False, server_default="0"))
    op.add_column("confidence_fit", sa.Column("dropped", sa.Integer(), nullable=False, server_default="0"))


def downgrade() -> None:
    op.drop_column("confidence_fit", "dropped")
    op.drop_column("confidence_fit", "given")
