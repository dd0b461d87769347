"""Reviews, standings, watches and replays: what autonomy is earned by"""

import sqlalchemy as sa
import sqlmodel.sql.sqltypes
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

TABLES = ("replay", "secret", "outcome", "watch", "standing", "confidence_fit", "reviewed_source", "review")


def upgrade() -> None:
    time = sqlmodel.sql.sqltypes.UTCDateTime
    for name in ("could_send", "would_send", "drawn"):
        op.add_column("draft", sa.Column(name, sa.Boolean(), nullable=False, server_default=sa.false()))
    op.create_table(
        "review",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("draft_id", sa.Integer(), sa.ForeignKey("draft.id"), nullable=False, unique=True),
        sa.Column("ticket_id", sa.Integer(), nullable=False),
        sa.Column("category", sa.String(), nullable=False),
        sa.Column("fingerprint", sa.String(), nullable=False),
        sa.Column("sample", sa.String(), nullable=False),
        sa.Column("could_send", sa.Boolean(), nullable=False),
        sa.Column("confidence", sa.Float(), nullable=False),
        sa.Column("evidence", sa.JSON(), nullable=False),
        sa.Column("accepted", sa.Boolean(), nullable=False),
        sa.Column("at", time(), nullable=False),
        sa.Column("dropped_at", time(), nullable=True),
    )
    op.create_index("ix_review_record", "review", ["fingerprint", "category"])
    op.create_table(
        "reviewed_source",
        sa.Column("review_id", sa.Integer(), sa.ForeignKey("review.id"), primary_key=True),
        sa.Column("article_id", sa.String(), primary_key=True),
    )
    op.create_index("ix_reviewed_source_article_id", "reviewed_source", ["article_id"])
    op.create_table(
        "confidence_fit",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("fingerprint", sa.String(), nullable=False),
        sa.Column("model", sa.JSON(), nullable=False),
        sa.Column("labels", sa.Integer(), nullable=False),
        sa.Column("error", sa.Float(), nullable=True),
        sa.Column("expected_error", sa.Float(), nullable=True),
        sa.Column("at", time(), nullable=False),
    )
    op.create_index("ix_confidence_fit_fingerprint", "confidence_fit", ["fingerprint"])
    _standings(time)
    _watches(time)
    op.create_table(
        "secret", sa.Column("name", sa.String(), primary_key=True), sa.Column("value", sa.String(), nullable=False)
    )
    op.create_table(
        "replay",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("settings", sa.JSON(), nullable=False),
        sa.Column("since", time(), nullable=False),
        sa.Column("until", time(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("total", sa.Integer(), nullable=False),
        sa.Column("done", sa.Integer(), nullable=False),
        sa.Column("after_id", sa.Integer(), nullable=False),
        sa.Column("counts", sa.JSON(), nullable=False),
        sa.Column("by", sa.String(), nullable=False),
        sa.Column("at", time(), nullable=False),
    )
    op.create_index("ix_replay_state", "replay", ["state"])


def _standings(time: type[sqlmodel.sql.sqltypes.UTCDateTime]) -> None:
    op.create_table(
        "standing",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("category", sa.String(), nullable=False),
        sa.Column("fingerprint", sa.String(), nullable=False),
        sa.Column("stale", sa.Boolean(), nullable=False),
        sa.Column("budget", sa.Float(), nullable=False),
        sa.Column("level", sa.Float(), nullable=False),
        sa.Column("threshold", sa.Float(), nullable=True),
        sa.Column("bound", sa.Float(), nullable=True),
        sa.Column("reviews", sa.Integer(), nullable=False),
        sa.Column("errors", sa.Integer(), nullable=False),
        sa.Column("coverage", sa.Float(), nullable=False),
        sa.Column("missing", sa.Integer(), nullable=True),
        sa.Column("pool", sa.Integer(), nullable=False),
        sa.Column("detail", sa.JSON(), nullable=False),
        sa.Column("began_at", time(), nullable=False),
        sa.Column("at", time(), nullable=False),
        sa.UniqueConstraint("category", "fingerprint"),
    )
    op.create_index("ix_standing_stale", "standing", ["stale"])


def _watches(time: type[sqlmodel.sql.sqltypes.UTCDateTime]) -> None:
    op.create_table(
        "watch",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("category", sa.String(), nullable=False),
        sa.Column("budget", sa.Float(), nullable=False),
        sa.Column("level", sa.Float(), nullable=False),
        sa.Column("usual", sa.Float(), nullable=False),
        sa.Column("began_at", time(), nullable=False),
        sa.Column("by", sa.String(), nullable=False),
        sa.Column("suspended_at", time(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
    )
    op.create_index("ix_watch_category", "watch", ["category"])
    op.create_table(
        "outcome",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("watch_id", sa.Integer(), sa.ForeignKey("watch.id"), nullable=True),
        sa.Column("category", sa.String(), nullable=False),
        sa.Column("draft_id", sa.Integer(), sa.ForeignKey("draft.id"), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("signal", sa.String(), nullable=False),
        sa.Column("error", sa.Float(), nullable=False),
        sa.Column("at", time(), nullable=False),
        sa.UniqueConstraint("draft_id", "source"),
    )
    op.create_index("ix_outcome_watch_id", "outcome", ["watch_id"])
    op.create_index("ix_outcome_category", "outcome", ["category", "source", "id"])


def downgrade() -> None:
    for name in TABLES:
        op.drop_table(name)
    for name in ("drawn", "would_send", "could_send"):
        op.drop_column("draft", name)
