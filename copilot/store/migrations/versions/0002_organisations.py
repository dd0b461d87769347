"""Organisations, and which one a customer belongs to; an index for reports over a period"""

import sqlalchemy as sa
import sqlmodel.sql.sqltypes
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "organisation",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("segment", sqlmodel.sql.sqltypes.AutoString(), nullable=True),
        sa.Column("timezone", sqlmodel.sql.sqltypes.AutoString(), nullable=True),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("name"),
    )
    # written out: rebuilding the table, as SQLite's batch mode would, breaks the references of stored tickets to it
    op.execute("ALTER TABLE customer ADD COLUMN organisation_id INTEGER REFERENCES organisation (id)")
    op.create_index("ix_customer_organisation_id", "customer", ["organisation_id"])
    op.create_index("ix_ticket_received_at", "ticket", ["received_at"])


def downgrade() -> None:
    op.drop_index("ix_ticket_received_at", "ticket")
    op.drop_index("ix_customer_organisation_id", "customer")
    op.execute("ALTER TABLE customer DROP COLUMN organisation_id")
    op.drop_table("organisation")
