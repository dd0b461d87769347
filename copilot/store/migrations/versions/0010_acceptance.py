"""What people's handling says of drafts, and the measured inputs of confidence"""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("verdict", sa.Column("accepted", sa.Boolean(), nullable=True))
    op.add_column("verdict", sa.Column("kept", sa.Float(), nullable=True))
    op.add_column("verdict", sa.Column("changed_facts", sa.JSON(), nullable=False, server_default=sa.text("'[]'")))
    op.add_column("draft", sa.Column("evidence", sa.JSON(), nullable=False, server_default=sa.text("'{}'")))
    op.add_column("draft", sa.Column("category", sa.String(), nullable=True))


def downgrade() -> None:
    op.drop_column("draft", "category")
    op.drop_column("draft", "evidence")
    for name in ("changed_facts", "kept", "accepted"):
        op.drop_column("verdict", name)
