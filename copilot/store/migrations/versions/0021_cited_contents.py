"""What the articles held that a draft quotes, when its search began"""

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("draft_citation", sa.Column("content_hash", sa.String(), nullable=True))


def downgrade() -> None:
    op.drop_column("draft_citation", "content_hash")
