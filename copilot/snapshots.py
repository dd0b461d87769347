"""A ticket as it was when work on it began, with all that triage, rules and drafts need. Reads and never writes."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from copilot.envelopes import Envelope
from copilot.store import tickets
from copilot.store.session import Session
from copilot.store.tables import Customer, Message, Ticket

LOOP_WINDOW = timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A ticket as it was when its work began. `auto_replies` are (ticket id, instant) of the last 24 hours."""

    ticket: Ticket
    customer: Customer
    messages: tuple[Message, ...]
    newest_message_id: int
    contacts: int
    auto_replies: tuple[tuple[int, datetime], ...]

    @property
    def ticket_id(self) -> int:
        """The ticket's id."""
        return self.ticket.id or 0

    @property
    def unanswered(self) -> tuple[Message, ...]:
        """The customer's messages since our last reply, oldest first."""
        inbound: list[Message] = []
        for message in self.messages:
            if message.direction == "outbound" and not message.notice:
                inbound.clear()
            elif message.direction == "inbound":
                inbound.append(message)
        return tuple(inbound)

    @property
    def text(self) -> str:
        """What the customer wrote since our last reply."""
        return "\n\n".join(message.body for message in self.unanswered)

    @property
    def envelopes(self) -> tuple[Envelope, ...]:
        """What the channel knew of each message that `text` is made of."""
        return tuple(Envelope.of(message.envelope) for message in self.unanswered)

    @property
    def opening(self) -> Envelope:
        """What the channel knew of the message that brought the ticket's subject."""
        return Envelope.of(min(self.messages, key=lambda message: message.id or 0).envelope)

    @property
    def waiting_since(self) -> datetime | None:
        """When the customer began to wait for us; None while nothing waits for an answer."""
        if self.ticket.status not in tickets.QUEUED:
            return None
        return min((message.at for message in self.unanswered), default=None)

    @property
    def answered_automatically(self) -> bool:
        """Whether an earlier automatic reply stands in this conversation."""
        return any(message.auto_sent and not message.notice for message in self.messages)


def load_snapshots(session: Session, found: Sequence[Ticket], now: datetime) -> list[Snapshot]:
    """Everything that the road needs of these tickets, in a handful of queries whatever their number."""
    ids = [ticket.id or 0 for ticket in found]
    customer_ids = sorted({ticket.customer_id for ticket in found})
    messages, customers = tickets.messages_of(session, ids), tickets.customers(session, customer_ids)
    contacts = tickets.contacts(session, customer_ids)
    auto = tickets.auto_replies(session, customer_ids, now - LOOP_WINDOW)
    return [
        Snapshot(
            ticket=ticket,
            customer=customers[ticket.customer_id],
            messages=tuple(messages[ticket.id or 0]),
            newest_message_id=max((m.id or 0 for m in messages[ticket.id or 0] if m.direction == "inbound"), default=0),
            contacts=contacts.get(ticket.customer_id, 1),
            auto_replies=tuple(auto[ticket.customer_id]),
        )
        for ticket in found
    ]
