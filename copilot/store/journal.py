"""The append-only journal: every step and decision, in the order in which it happened."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import func
from sqlmodel import Session, col, select

from copilot.store.tables import JournalEntry


def record(session: Session, at: datetime, kind: str, ticket_id: int | None = None, **data: Any) -> None:
    """Add one entry; `data` must be plain JSON values."""
    session.add(JournalEntry(at=at, ticket_id=ticket_id, kind=kind, data=data))


def of_ticket(session: Session, ticket_id: int) -> Sequence[JournalEntry]:
    """All entries of a ticket, oldest first."""
    wanted = select(JournalEntry).where(JournalEntry.ticket_id == ticket_id).order_by(col(JournalEntry.id))
    return session.exec(wanted).all()


def newest_of(session: Session, ticket_id: int, kinds: Sequence[str]) -> JournalEntry | None:
    """The ticket's last entry of one of these kinds."""
    wanted = select(JournalEntry).where(JournalEntry.ticket_id == ticket_id, col(JournalEntry.kind).in_(kinds))
    return session.exec(wanted.order_by(col(JournalEntry.id).desc()).limit(1)).first()


def after(session: Session, cursor: int, limit: int = 500) -> Sequence[JournalEntry]:
    """Entries with an id above `cursor`, oldest first: what live pages follow."""
    wanted = select(JournalEntry).where(col(JournalEntry.id) > cursor).order_by(col(JournalEntry.id)).limit(limit)
    return session.exec(wanted).all()


def newest_id(session: Session) -> int:
    """The id of the newest entry, 0 when there is none."""
    return session.exec(select(func.max(JournalEntry.id))).one() or 0
