"""Applications of a version of the promises to open tickets, and e-mails that several alerts share"""

import sqlalchemy as sa
import sqlmodel.sql.sqltypes
from alembic import op

revision = "0006"
down_revision = "0004"
branch_labels = None
depends_on = None

Text = sqlmodel.sql.sqltypes.AutoString
Instant = sqlmodel.sql.sqltypes.UTCDateTime
MAIL_INDEXES = {"ix_notification_mail": ["recipient", "topic", "bundled_at"], "ix_notification_bundle": ["bundle"]}


def upgrade() -> None:
    op.create_table(
        "policy_application",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("by", Text(), nullable=False),
        sa.Column("started_at", Instant(), nullable=False),
        sa.Column("state", Text(), nullable=False),
        sa.Column("open_tickets", sa.Integer(), nullable=False),
        sa.Column("after_id", sa.Integer(), nullable=False),
        sa.Column("examined", sa.Integer(), nullable=False),
        sa.Column("moved", sa.Integer(), nullable=False),
        sa.Column("failed", sa.Integer(), nullable=False),
        sa.Column("ended_at", Instant(), nullable=True),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_policy_application_state", "policy_application", ["state"])
    op.add_column("notification", sa.Column("topic", Text(), nullable=False, server_default=""))
    op.add_column("notification", sa.Column("bundle", Text(), nullable=True))
    op.add_column("notification", sa.Column("bundled_at", Instant(), nullable=True))
    for name, columns in MAIL_INDEXES.items():
        op.create_index(name, "notification", columns)


def downgrade() -> None:
    for name in MAIL_INDEXES:
        op.drop_index(name, "notification")
    for column in ("bundled_at", "bundle", "topic"):
        op.execute(f"ALTER TABLE notification DROP COLUMN {column}")
    op.drop_index("ix_policy_application_state", "policy_application")
    op.drop_table("policy_application")
