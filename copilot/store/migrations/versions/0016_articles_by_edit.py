"""Articles by their last edit, which every save looks for"""

from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("ix_article_updated_at", "article", ["updated_at"])


def downgrade() -> None:
    op.drop_index("ix_article_updated_at", "article")
