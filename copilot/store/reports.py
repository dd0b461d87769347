"""Queries for reports over a period: the timers stored with tickets and who answered them. Columns only, no objects."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any, NamedTuple

import sqlalchemy
from sqlalchemy import func, or_
from sqlmodel import Session, col, select

from copilot.store.tables import Customer, JournalEntry, Message, Organisation, Ticket

CHUNK = 500
COURSE = ("received", "message_inbound", "drafted", "no_draft", "rejected", "approved", "reply_written")


class TimedTicket(NamedTuple):
    """What a report needs of a ticket."""

    id: int
    priority: str
    category: str | None
    channel: str
    segment: str | None
    policy_name: str | None
    timers: list[dict[str, Any]]


class Reply(NamedTuple):
    """A delivered public reply."""

    ticket_id: int
    at: datetime
    auto_sent: bool
    draft_id: int | None


def timed_tickets(session: Session, since: datetime, before: datetime, limit: int) -> list[TimedTicket]:
    """Tickets received in this span, newest first, with their timers as stored."""
    span = (col(Ticket.received_at) >= since, col(Ticket.received_at) < before)
    wanted = _timed().where(*span).order_by(col(Ticket.received_at).desc(), col(Ticket.id).desc()).limit(limit)
    return [TimedTicket(*row) for row in session.execute(wanted)]


def received_count(session: Session, since: datetime, before: datetime) -> int:
    """How many tickets were received in this span."""
    counted = select(func.count()).select_from(Ticket)
    return session.exec(counted.where(col(Ticket.received_at) >= since, col(Ticket.received_at) < before)).one()


def due_in_months(
    session: Session, months: Sequence[str], before: datetime, *, with_automatic: bool
) -> Iterator[list[TimedTicket]]:
    """A batch at a time, every ticket received before then that has a timer due in one of these months ("2026-03", of
    UTC); with `with_automatic` also every one that an automatic reply has answered.

    The months are looked for in the stored text, so that the timers of all other tickets need not be read.
    """
    text = sqlalchemy.cast(col(Ticket.timers), sqlalchemy.Text)
    wanted = or_(*(text.contains(f'"due_at": "{month}-', autoescape=True) for month in months))
    if with_automatic:
        automatic = select(Message.ticket_id).where(col(Message.auto_sent).is_(True), col(Message.notice).is_(False))
        wanted = or_(wanted, col(Ticket.id).in_(automatic))
    after = 0
    while True:
        page = _timed().where(col(Ticket.id) > after, col(Ticket.received_at) < before, wanted)
        found = [TimedTicket(*row) for row in session.execute(page.order_by(col(Ticket.id)).limit(CHUNK))]
        if not found:
            return
        yield found
        after = found[-1].id


def replies_of(session: Session, ticket_ids: Sequence[int]) -> list[Reply]:
    """Public replies to these tickets."""
    columns = (Message.ticket_id, Message.at, Message.auto_sent, Message.draft_id)
    wanted = (
        sqlalchemy.select(*(col(column) for column in columns))
        .where(col(Message.ticket_id).in_(ticket_ids))
        .where(col(Message.direction) == "outbound", col(Message.notice).is_(False))
    )
    return [Reply(*row) for row in session.execute(wanted)]


def _timed() -> Any:
    """Tickets with the columns of `TimedTicket`."""
    segment = func.coalesce(col(Customer.segment), col(Organisation.segment))
    known = (col(Ticket.id), col(Ticket.priority), col(Ticket.category), col(Ticket.channel))
    return (
        sqlalchemy.select(*known, segment, col(Ticket.policy_name), col(Ticket.timers))
        .join(Customer, col(Customer.id) == Ticket.customer_id)
        .join(Organisation, col(Organisation.id) == Customer.organisation_id, isouter=True)
    )


def courses(session: Session, ticket_ids: Sequence[int]) -> dict[int, list[tuple[datetime, str]]]:
    """What moved these tickets between waiting for a draft, for an agent and being worked on: (instant, kind)."""
    found: dict[int, list[tuple[datetime, str]]] = {ticket_id: [] for ticket_id in ticket_ids}
    for start in range(0, len(ticket_ids), CHUNK):
        wanted = (
            select(JournalEntry.ticket_id, JournalEntry.at, JournalEntry.kind)
            .where(
                col(JournalEntry.ticket_id).in_(ticket_ids[start : start + CHUNK]), col(JournalEntry.kind).in_(COURSE)
            )
            .order_by(col(JournalEntry.id))
        )
        for ticket_id, at, kind in session.exec(wanted):
            found[ticket_id or 0].append((at, kind))
    return found
