"""Orders of articles taught by verdicts, and what drafts were chosen from"""

import sqlalchemy as sa
import sqlmodel.sql.sqltypes
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

Text = sqlmodel.sql.sqltypes.AutoString
ONE_LIVE = sa.text("state = 'live'")


def upgrade() -> None:
    op.add_column("draft", sa.Column("candidates", sa.JSON(), nullable=False, server_default=sa.text("'[]'")))
    op.create_table(
        "ranker_version",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("verdicts_up_to", sa.Integer(), nullable=False),
        sa.Column("state", Text(), nullable=False),
        sa.Column("pinned", sa.Boolean(), nullable=False),
        sa.Column("model", sa.JSON(), nullable=False),
        sa.Column("figures", sa.JSON(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("by", Text(), nullable=False),
        sa.Column("at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index(
        "ix_ranker_version_one_live", "ranker_version", ["state"], unique=True, sqlite_where=ONE_LIVE,
        postgresql_where=ONE_LIVE,
    )  # fmt: skip


def downgrade() -> None:
    op.drop_table("ranker_version")
    op.drop_column("draft", "candidates")
