"""Queries about watches over what categories send alone, and about the outcomes that they see."""

from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import func
from sqlmodel import Session, col, select

from copilot.store.tables import OutcomeRow, Secret, WatchRow


def current(session: Session, category: str) -> WatchRow | None:
    """The category's watch in force."""
    wanted = select(WatchRow).where(WatchRow.category == category).order_by(col(WatchRow.id).desc()).limit(1)
    return session.exec(wanted).first()


def all_current(session: Session) -> dict[str, WatchRow]:
    """The watch in force by category."""
    newest = select(func.max(WatchRow.id)).group_by(WatchRow.category)
    return {row.category: row for row in session.exec(select(WatchRow).where(col(WatchRow.id).in_(newest)))}


def suspended(session: Session, categories: Collection[str]) -> dict[str, str]:
    """Why these categories are suspended, those that are."""
    return {
        name: row.reason
        for name, row in all_current(session).items()
        if name in categories and row.suspended_at is not None
    }


def begin(
    session: Session, category: str, budget: float, level: float, usual: float, now: datetime, by: str
) -> WatchRow:
    """A new watch, which is in force from now on."""
    row = WatchRow(category=category, budget=budget, level=level, usual=usual, began_at=now, by=by, reason="")
    session.add(row)
    session.flush()
    return row


def outcome(session: Session, draft_id: int, source: str) -> OutcomeRow | None:
    """What is known of this draft from this source."""
    return session.exec(select(OutcomeRow).where(OutcomeRow.draft_id == draft_id, OutcomeRow.source == source)).first()


def outcomes(session: Session, watch_id: int) -> Sequence[OutcomeRow]:
    """What a watch has seen, oldest first."""
    return session.exec(select(OutcomeRow).where(OutcomeRow.watch_id == watch_id).order_by(col(OutcomeRow.id))).all()


def approved(session: Session, category: str, until: datetime, limit: int) -> Sequence[float]:
    """The errors by customers' signals of the newest replies that people approved, delivered until this instant."""
    wanted = select(OutcomeRow.error).where(OutcomeRow.category == category, OutcomeRow.source == "approved")
    wanted = wanted.where(OutcomeRow.at <= until)
    return session.exec(wanted.order_by(col(OutcomeRow.id).desc()).limit(limit)).all()


def secret(session: Session, name: str) -> str | None:
    """The shared random value of this name."""
    row = session.get(Secret, name)
    return row.value if row else None


def keep_secret(session: Session, name: str, value: str) -> None:
    """Store a shared random value; a second one of the same name is refused by the database."""
    session.add(Secret(name=name, value=value))
    session.flush()
