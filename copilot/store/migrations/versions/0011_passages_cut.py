"""By which rules the passages of an article were cut, and which article answers which question of a ticket"""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("article", sa.Column("cut", sa.Integer(), nullable=False, server_default="1"))
    op.add_column("ticket", sa.Column("answers", sa.JSON(), nullable=False, server_default=sa.text("'[]'")))


def downgrade() -> None:
    op.drop_column("ticket", "answers")
    op.drop_column("article", "cut")
