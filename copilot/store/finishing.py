"""The newest records of people finishing their work on a ticket: what handling times are measured from.

A program's key is no person, for several people may work behind it; and what happens by itself (deliveries, customers'
messages, automatic replies) is nobody's work. Refuses to know what the records mean.
"""

from datetime import datetime
from typing import NamedTuple

from sqlalchemy import and_, func, or_, select
from sqlmodel import Session, col

from copilot.store.tables import JournalEntry, Message, Ticket

VERDICTS = ("approved", "rejected", "reply_written")
ENDED = ("solved", "closed")
MOST = 5_000
SPAN = 50_000
"""How many entries of the journal are looked at: it has no index by kind, so this bounds the reading."""

_by, _after = col(JournalEntry.data)["by"].as_string(), col(JournalEntry.data)["after"].as_string()


class Finishing(NamedTuple):
    """Who finished which ticket when; its category is the one that it has now. `since` is when the customer's newest
    message before that arrived.
    """

    agent: str
    ticket: int
    category: str | None
    at: datetime
    since: datetime | None


def newest(session: Session, most: int = MOST, span: int = SPAN) -> list[Finishing]:
    """The newest `most` among the newest `span` entries of the journal, newest first: an agent's verdicts on drafts,
    own replies, and tickets set to solved or closed. One query, over the journal's primary key.
    """
    last = select(func.max(JournalEntry.id)).scalar_subquery()
    since = (
        select(func.max(Message.at))
        .where(
            col(Message.ticket_id) == col(JournalEntry.ticket_id),
            col(Message.direction) == "inbound",
            col(Message.at) <= col(JournalEntry.at),
        )
        .correlate(JournalEntry)
        .scalar_subquery()
    )
    finished = or_(
        col(JournalEntry.kind).in_(VERDICTS), and_(col(JournalEntry.kind) == "status_changed", _after.in_(ENDED))
    )
    wanted = (
        select(_by, col(JournalEntry.ticket_id), col(Ticket.category), col(JournalEntry.at), since)
        .join(Ticket, col(Ticket.id) == JournalEntry.ticket_id)
        .where(col(JournalEntry.id) > last - span, finished, _by.is_not(None), _by.not_like("key:%"))
        .order_by(col(JournalEntry.id).desc())
        .limit(most)
    )
    return [Finishing(*row) for row in session.execute(wanted)]
