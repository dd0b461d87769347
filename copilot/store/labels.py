"""Queries about what people said of tickets: labels, the newest of each message and kind, and how often they differ."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import func
from sqlmodel import Session, col, select

from copilot.store.tables import Ticket, TriageLabel

KINDS = ("category", "sentiment", "priority")
TAUGHT = ("category", "sentiment")


class News(NamedTuple):
    """Labels that no version has been taught yet: how many, when the oldest was given, and the id of the newest."""

    number: int
    oldest: datetime | None
    newest_id: int


def add(
    session: Session, ticket: Ticket, message_id: int, kind: str, value: str, predicted: str, by: str, at: datetime,
    *, confirmed: bool = False,
) -> TriageLabel:  # fmt: skip
    """Store what a person said."""
    row = TriageLabel(
        ticket_id=ticket.id or 0, message_id=message_id, kind=kind, value=value, predicted=predicted,
        confirmed=confirmed, by=by, at=at,
    )  # fmt: skip
    session.add(row)
    session.flush()
    return row


def of_message(session: Session, message_id: int, kind: str) -> TriageLabel | None:
    """The label of this message that counts."""
    wanted = select(TriageLabel).where(TriageLabel.message_id == message_id, TriageLabel.kind == kind)
    return session.exec(wanted.order_by(col(TriageLabel.id).desc())).first()


def up_to(session: Session, kind: str, newest_id: int) -> Sequence[TriageLabel]:
    """The labels of this kind that counted once `newest_id` was the newest, oldest first: one a message."""
    newest = (
        select(func.max(col(TriageLabel.id)))
        .where(TriageLabel.kind == kind, col(TriageLabel.id) <= newest_id)
        .group_by(col(TriageLabel.message_id))
    )
    wanted = select(TriageLabel).where(col(TriageLabel.id).in_(newest)).order_by(col(TriageLabel.id))
    return session.exec(wanted).all()


def news(session: Session, after_id: int) -> News:
    """What people corrected, and can be taught, after this label."""
    wanted = select(func.count(), func.min(TriageLabel.at), func.max(TriageLabel.id)).where(
        col(TriageLabel.id) > after_id, col(TriageLabel.kind).in_(TAUGHT), col(TriageLabel.confirmed).is_(False)
    )
    count, oldest, newest = session.exec(wanted).one()
    return News(count, oldest, newest or after_id)


def newest_id(session: Session) -> int:
    """The id of the newest label, 0 when there is none."""
    return session.exec(select(func.max(TriageLabel.id))).one() or 0


def by_ids(session: Session, ids: Sequence[int]) -> dict[int, TriageLabel]:
    """Labels by id."""
    return {row.id or 0: row for row in session.exec(select(TriageLabel).where(col(TriageLabel.id).in_(ids)))}


def counts_by_category(session: Session) -> dict[str, int]:
    """How many tickets people put into each category, corrections only."""
    wanted = (
        select(TriageLabel.value, func.count(func.distinct(TriageLabel.message_id)))
        .where(TriageLabel.kind == "category", col(TriageLabel.confirmed).is_(False))
        .group_by(TriageLabel.value)
    )
    return dict(session.exec(wanted).all())


def priority_changes(session: Session, limit: int) -> Sequence[tuple[TriageLabel, Ticket]]:
    """The latest priorities that people set against triage, with their tickets, newest first."""
    newest = select(func.max(col(TriageLabel.id))).where(TriageLabel.kind == "priority")
    wanted = (
        select(TriageLabel, Ticket)
        .join(Ticket, col(Ticket.id) == TriageLabel.ticket_id)
        .where(col(TriageLabel.id).in_(newest.group_by(col(TriageLabel.message_id))))
        .where(TriageLabel.value != TriageLabel.predicted)
        .order_by(col(TriageLabel.id).desc())
    )
    return session.exec(wanted.limit(limit)).all()


def tickets_by_category(session: Session, since: datetime) -> dict[str | None, int]:
    """How many tickets of each category came since then."""
    wanted = select(Ticket.category, func.count()).where(Ticket.received_at >= since)
    return dict(session.exec(wanted.group_by(col(Ticket.category))).all())
