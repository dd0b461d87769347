"""What sources and imported files said of each article, and where"""

import sqlalchemy as sa
import sqlmodel.sql.sqltypes
from alembic import op

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None

Text = sqlmodel.sql.sqltypes.AutoString
Instant = sqlmodel.sql.sqltypes.UTCDateTime


def upgrade() -> None:
    op.add_column("source_item", sa.Column("told", sa.JSON(none_as_null=True), nullable=True))
    op.add_column("source_item", sa.Column("place", sa.Text(), nullable=True))
    op.add_column("source_item", sa.Column("gone_at", Instant(), nullable=True))
    op.create_table(
        "article_import",
        sa.Column("article_id", Text(), nullable=False),
        sa.Column("content_hash", Text(), nullable=False),
        sa.Column("told", sa.JSON(), nullable=False),
        sa.Column("place", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["article_id"], ["article.id"]),
        sa.PrimaryKeyConstraint("article_id"),
    )


def downgrade() -> None:
    op.drop_table("article_import")
    for name in ("gone_at", "place", "told"):
        op.drop_column("source_item", name)
