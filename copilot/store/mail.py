"""Queries about e-mails to the team: which alerts share the next mail. Once made up, a mail keeps what it holds."""

from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, func, or_
from sqlmodel import Session, col, select, update

from copilot.store.tables import Notification

CHUNK = 500
EMAIL = "email"
WAITING = (col(Notification.way) == EMAIL, col(Notification.state) == "waiting")


def claim_next(session: Session, worker: str, now: datetime, lease: timedelta, apart: timedelta) -> list[Notification]:
    """The alerts of the next mail, in the order in which they fired, held by `worker` until the lease runs out.

    One that was tried before comes first. Otherwise everything that waits for the same recipient under the same topic,
    unless their last mail was made up less than `apart` ago: what fires meanwhile goes in one mail after that.
    """
    retried = _to_retry(session, now)
    if retried is not None:
        return _take(session, (_free(now), col(Notification.bundle) == retried), worker, now + lease)
    for recipient, topic, first in _waiting_groups(session):
        ours = (_to(recipient), col(Notification.topic) == topic)
        last = session.exec(select(func.max(col(Notification.bundled_at))).where(*ours)).one()
        if last is not None and timedelta(0) <= now - last < apart:
            continue
        taken = _take(session, (*ours, col(Notification.bundle).is_(None)), worker, now + lease)
        if taken:
            for note in taken:
                note.bundle, note.bundled_at = first, now
            return taken
    return []


def _to_retry(session: Session, now: datetime) -> str | None:
    due = (_free(now), col(Notification.work_after) <= now, col(Notification.bundle).is_not(None))
    wanted = select(Notification.bundle).where(*WAITING, *due).order_by(col(Notification.work_after)).limit(1)
    return session.exec(wanted).first()


def _waiting_groups(session: Session) -> list[tuple[str | None, str, str]]:
    """Recipient, topic and reference of the alert that has waited longest, for each mail that could be made up."""
    firsts = select(func.min(col(Notification.id))).where(*WAITING, col(Notification.bundle).is_(None))
    grouped = firsts.group_by(col(Notification.recipient), col(Notification.topic))
    wanted = select(Notification.recipient, Notification.topic, Notification.ref).where(
        col(Notification.id).in_(grouped)
    )
    return list(session.exec(wanted.order_by(col(Notification.id))))


def _take(session: Session, which: tuple[ColumnElement[bool], ...], worker: str, until: datetime) -> list[Notification]:
    """Hold these; on PostgreSQL one that another worker takes first is left out."""
    taken = session.execute(
        update(Notification)
        .where(*WAITING, *which)
        .values(claimed_by=worker, claimed_until=until)
        .returning(col(Notification.id))
        .execution_options(synchronize_session=False)
    )
    ids = list(taken.scalars())
    found: list[Notification] = []
    for start in range(0, len(ids), CHUNK):
        chunk = select(Notification).where(col(Notification.id).in_(ids[start : start + CHUNK]))
        found += session.exec(chunk, execution_options={"populate_existing": True})
    return sorted(found, key=lambda note: note.id or 0)


def _free(now: datetime) -> ColumnElement[bool]:
    return or_(col(Notification.claimed_until).is_(None), col(Notification.claimed_until) <= now)


def _to(recipient: str | None) -> ColumnElement[bool]:
    return col(Notification.recipient).is_not_distinct_from(recipient)
