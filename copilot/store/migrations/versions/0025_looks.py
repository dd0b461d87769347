"""When a laxer threshold was last looked for"""

import sqlalchemy as sa
from alembic import op

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("standing", sa.Column("looked", sa.Integer(), nullable=False, server_default="0"))
    op.add_column("standing", sa.Column("limit", sa.Float(), nullable=True))
    op.add_column("standing", sa.Column("reach", sa.Float(), nullable=False, server_default="0"))


def downgrade() -> None:
    for name in ("reach", "limit", "looked"):
        op.drop_column("standing", name)
