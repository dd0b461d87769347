"""Queries for replays: drafts of a period with what people said of them, and how far each replay is."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy
from sqlalchemy import func
from sqlmodel import Session, col, select

from copilot.errors import NotFound
from copilot.store.reviews import FAIR
from copilot.store.tables import Draft, Replay, Review, Ticket


@dataclass(frozen=True, slots=True)
class Past:
    """A draft as it was decided, with the review of it, if there is one that counts and was drawn fairly."""

    draft_id: int
    category: str
    fingerprint: str
    confidence: float
    could_send: bool
    evidence: dict[str, Any]
    accepted: bool | None
    reviewed_confidence: float | None


def count(session: Session, since: datetime, until: datetime) -> int:
    """How many drafts with a category were made from `since` until before `until`."""
    wanted = select(func.count()).where(Draft.created_at >= since, Draft.created_at < until)
    return session.exec(wanted.where(col(Draft.category).is_not(None))).one()


def pasts(session: Session, since: datetime, until: datetime, after_id: int, limit: int) -> list[Past]:
    """The next drafts of the period by id."""
    wanted = (
        sqlalchemy.select(
            col(Draft.id), col(Draft.category), col(Draft.fingerprint), col(Draft.confidence), col(Draft.could_send),
            col(Draft.evidence), col(Review.accepted), col(Review.confidence), col(Review.sample),
            col(Review.dropped_at),
        )
        .join(Review, col(Review.draft_id) == col(Draft.id), isouter=True)
        .where(col(Draft.created_at) >= since, col(Draft.created_at) < until, col(Draft.category).is_not(None))
        .where(col(Draft.id) > after_id)
        .order_by(col(Draft.id))
        .limit(limit)
    )  # fmt: skip
    return [_past(row) for row in session.execute(wanted)]


def _past(row: Any) -> Past:
    counts = row[8] in FAIR and row[9] is None
    return Past(row[0], row[1], row[2], row[3], row[4], row[5], row[6] if counts else None, row[7] if counts else None)


def would_have_left(session: Session, since: datetime, until: datetime, limit: int) -> Sequence[tuple[Draft, Ticket]]:
    """The newest drafts of the period that would have left, or did, each with its ticket."""
    wanted = (
        select(Draft, Ticket)
        .join(Ticket, col(Ticket.id) == Draft.ticket_id)
        .where(Draft.created_at >= since, Draft.created_at < until, col(Draft.would_send).is_(True))
    )
    return [(row[0], row[1]) for row in session.exec(wanted.order_by(col(Draft.id).desc()).limit(limit))]


def gates_since(session: Session, since: datetime, limit: int, category: str | None = None) -> dict[str, list[Any]]:
    """The checks of the newest drafts since then by category, the newest first; of one category, or of all."""
    wanted = select(Draft.category, Draft.gates).where(Draft.created_at >= since, col(Draft.category).is_not(None))
    if category is not None:
        wanted = wanted.where(Draft.category == category)
    found: dict[str, list[Any]] = {}
    for name, gates in session.exec(wanted.order_by(col(Draft.id).desc()).limit(limit)):
        found.setdefault(name or "", []).append(gates)
    return found


def find(session: Session, replay_id: int) -> Replay:
    """The replay, or `NotFound`."""
    row = session.get(Replay, replay_id)
    if row is None:
        raise NotFound(f"There is no replay {replay_id}.", field="id")
    return row


def running(session: Session) -> Replay | None:
    """The oldest replay that is not done, its row locked; one that another worker holds is left to it."""
    wanted = select(Replay).where(Replay.state == "running").order_by(col(Replay.id)).limit(1)
    return session.exec(wanted.with_for_update(skip_locked=True)).first()


def any_running(session: Session) -> bool:
    """Whether a replay waits for its worker."""
    return session.exec(select(Replay.id).where(Replay.state == "running").limit(1)).first() is not None
