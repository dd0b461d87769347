"""What is usual after approved replies becomes a bound, which watches in force reckon anew"""

from alembic import op

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("UPDATE watch SET usual = 1.0")


def downgrade() -> None:
    op.execute("UPDATE watch SET usual = 0.0")
