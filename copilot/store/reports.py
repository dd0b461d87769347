"""Queries for reports over a period: the timers stored with tickets and who answered them. Columns only, no objects."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any, NamedTuple

import sqlalchemy
from sqlalchemy import func
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
    segment = func.coalesce(col(Customer.segment), col(Organisation.segment))
    known = (col(Ticket.id), col(Ticket.priority), col(Ticket.category), col(Ticket.channel))
    columns = (*known, segment, col(Ticket.policy_name), col(Ticket.timers))
    wanted = (
        sqlalchemy.select(*columns)
        .join(Customer, col(Customer.id) == Ticket.customer_id)
        .join(Organisation, col(Organisation.id) == Customer.organisation_id, isouter=True)
        .where(col(Ticket.received_at) >= since, col(Ticket.received_at) < before)
        .order_by(col(Ticket.received_at).desc(), col(Ticket.id).desc())
        .limit(limit)
    )
    return [TimedTicket(*row) for row in session.execute(wanted)]


def replies(session: Session, since: datetime, before: datetime) -> Iterator[Reply]:
    """Public replies to tickets received in this span."""
    columns = (Message.ticket_id, Message.at, Message.auto_sent, Message.draft_id)
    wanted = (
        sqlalchemy.select(*(col(column) for column in columns))
        .join(Ticket, col(Ticket.id) == Message.ticket_id)
        .where(col(Ticket.received_at) >= since, col(Ticket.received_at) < before)
        .where(col(Message.direction) == "outbound", col(Message.notice).is_(False))
    )
    for row in session.execute(wanted):
        yield Reply(*row)


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
