"""Queries about notifications: what is to be told to a team, a program or a customer, and what became of it."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import and_, func
from sqlmodel import Session, col, select, update

from copilot.errors import NotFound
from copilot.store.claims import claim
from copilot.store.mail import CHUNK, EMAIL
from copilot.store.tables import Notification

CUSTOMER = "customer"


def find(session: Session, note_id: int) -> Notification:
    """The notification, with its row locked, or `NotFound`."""
    wanted = select(Notification).where(Notification.id == note_id).with_for_update()
    note = session.exec(wanted, execution_options={"populate_existing": True}).first()
    if note is None:
        raise NotFound(f"There is no notification {note_id}.", field="id")
    return note


def find_all(session: Session, notes: Sequence[Notification]) -> list[Notification]:
    """These notifications as they stand now, oldest first, with their rows locked."""
    ids, found = sorted(note.id or 0 for note in notes), list[Notification]()
    for start in range(0, len(ids), CHUNK):
        chunk = select(Notification).where(col(Notification.id).in_(ids[start : start + CHUNK]))
        locked = chunk.order_by(col(Notification.id)).with_for_update()
        found += session.exec(locked, execution_options={"populate_existing": True})
    return found


def of_ticket(session: Session, ticket_id: int) -> Sequence[Notification]:
    """Every notification about a ticket, oldest first."""
    wanted = select(Notification).where(Notification.ticket_id == ticket_id).order_by(col(Notification.id))
    return session.exec(wanted).all()


def known(session: Session, refs: Sequence[str]) -> set[str]:
    """Which of these were decided before."""
    return set(session.exec(select(Notification.ref).where(col(Notification.ref).in_(refs))))


def claim_due(session: Session, worker: str, now: datetime, lease: timedelta, limit: int) -> list[Notification]:
    """Take waiting notifications whose time has come, e-mails apart: those share mails."""
    ready = and_(col(Notification.state) == "waiting", col(Notification.way) != EMAIL)
    ids = claim(session, Notification, ready, worker=worker, now=now, lease=lease, limit=limit)
    return list(session.exec(select(Notification).where(col(Notification.id).in_(ids)).order_by(col(Notification.id))))


def held(session: Session, note_id: int, worker: str, now: datetime) -> Notification | None:
    """The notification, with its row locked, if it still waits and is still this worker's to send."""
    note = find(session, note_id)
    ours = note.claimed_by == worker and note.claimed_until is not None and note.claimed_until > now
    return note if ours and note.state == "waiting" else None


def abandoned(session: Session, now: datetime) -> Sequence[Notification]:
    """Notices whose sender died between sending and recording: nobody knows whether they arrived."""
    wanted = select(Notification).where(Notification.state == "sending", col(Notification.claimed_until) <= now)
    return session.exec(wanted.with_for_update(skip_locked=True)).all()


def cancel_notices(session: Session, reason: str) -> list[int]:
    """Take back notices to customers that have not left; returns their tickets' ids."""
    cancelled = session.execute(
        update(Notification)
        .where(col(Notification.state) == "waiting", col(Notification.way) == CUSTOMER)
        .values(state="cancelled", last_error=reason)
        .returning(col(Notification.ticket_id))
        .execution_options(synchronize_session=False)
    )
    return sorted(set(cancelled.scalars()))


def counts_by_state(session: Session) -> dict[str, int]:
    """How many notifications stand in each state."""
    return dict(session.exec(select(Notification.state, func.count()).group_by(Notification.state)).all())
