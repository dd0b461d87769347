"""By which rules the passages of an article were cut"""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("article", sa.Column("cut", sa.Integer(), nullable=False, server_default="1"))


def downgrade() -> None:
    op.drop_column("article", "cut")
