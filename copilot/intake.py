"""Takes in tickets and messages: checks them, strips what nobody can see, stores them once, starts the clock.

Everything happens in the caller's transaction; refusing raises before anything is written.
"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from copilot import contracts, endings, promises, takeback, verdicts
from copilot.envelopes import Envelope, checked_envelope
from copilot.errors import Conflict, Invalid
from copilot.inputs import (
    CHANNEL,
    LONGEST_BODY,
    LONGEST_SUBJECT,
    check_zone,
    checked_organisation,
    clean,
    content_hash,
    identifier,
    instant,
    is_address,
)
from copilot.organisations import NewOrganisation
from copilot.promises import PromiseBook
from copilot.store import journal, tickets
from copilot.store.session import Session
from copilot.store.tables import Customer, Message, OutboxItem, SlaEvent, Ticket
from sla.events import Event

STATUSES = ("new", "open", "pending", "on-hold", "solved", "closed")
DIRECTIONS = ("inbound", "outbound", "note")


@dataclass(frozen=True, slots=True)
class NewCustomer:
    """Who wrote. `timezone` is an IANA name."""

    email: str
    name: str | None = None
    segment: str | None = None
    timezone: str | None = None
    organisation: NewOrganisation | None = None


@dataclass(frozen=True, slots=True)
class NewTicket:
    """A ticket as a channel parsed it. `received_at` is the channel's own time of receipt, aware."""

    channel: str
    external_id: str
    subject: str
    body: str
    customer: NewCustomer
    received_at: datetime | None = None
    envelope: Envelope = field(default_factory=Envelope)


@dataclass(frozen=True, slots=True)
class NewMessage:
    """A further message of a ticket."""

    external_id: str
    body: str
    direction: str
    received_at: datetime | None = None
    author: str | None = field(default=None)
    envelope: Envelope = field(default_factory=Envelope)


@dataclass(frozen=True, slots=True)
class Receipt:
    """What became of it: `created` is false when the same thing had already arrived."""

    id: int
    created: bool


def receive(session: Session, new: NewTicket, book: PromiseBook, now: datetime) -> Receipt:
    """Store a ticket with its first message and start its clock; the same again changes nothing.

    Raises `Invalid` naming the field, `Conflict` when the external id is known with other content.
    """
    new = checked_ticket(new, now)
    digest = content_hash(new.subject, new.body, new.customer.email)
    known = tickets.by_external_id(session, new.channel, new.external_id)
    if known is not None:
        return _same_or_conflict(known.id or 0, known.content_hash == digest)
    received_at = new.received_at or now
    customer = _customer(session, new.customer, book, now)
    ticket = Ticket(
        channel=new.channel, external_id=new.external_id, content_hash=digest, subject=new.subject,
        customer_id=customer.id or 0, received_at=received_at, created_at=now, updated_at=now,
        tags=[], triage={}, timers=[], work_after=now,
    )  # fmt: skip
    session.add(ticket)
    session.flush()
    ticket_id = ticket.id or 0
    session.add(
        Message(
            ticket_id=ticket_id, external_id=new.external_id, direction="inbound", body=new.body, at=received_at,
            author=new.customer.name or new.customer.email, envelope=new.envelope.to_dict(),
        )
    )  # fmt: skip
    session.add(SlaEvent(ticket_id=ticket_id, at=received_at, data=Event.received(received_at).to_dict()))
    session.flush()
    promises.refresh(session, ticket, customer, book, now)
    journal.record(session, now, "received", ticket_id, channel=new.channel, received_at=received_at.isoformat())
    return Receipt(ticket_id, True)


def add_message(session: Session, ticket_id: int, new: NewMessage, book: PromiseBook, now: datetime) -> Receipt:
    """Store a further message; a customer's message reopens the ticket and puts it before the pipeline again.

    What arrives for a ticket that was merged goes to the one it became part of, notes apart.
    """
    new = checked_message(new, now)
    is_note = new.direction == "note"
    ticket = tickets.lock(session, ticket_id) if is_note else endings.lock_home(session, ticket_id)
    home = ticket.id or 0
    for place in {ticket_id, home}:
        known = tickets.message_by_external_id(session, place, new.external_id)
        if known is not None:
            return _same_or_conflict(known.id or 0, (known.body, known.direction) == (new.body, new.direction))
    if home != ticket_id:
        journal.record(session, now, "message_passed_on", ticket_id, into=home)
        ticket_id = home
    at = new.received_at or promises.no_earlier(session, ticket_id, now)
    customer = tickets.customer_of(session, ticket)
    author = new.author or (customer.name or customer.email if new.direction == "inbound" else None)
    message = Message(
        ticket_id=ticket_id, external_id=new.external_id, direction=new.direction, body=new.body, at=at, author=author,
        envelope=new.envelope.to_dict(),
    )  # fmt: skip
    session.add(message)
    session.flush()
    if new.direction == "inbound":
        _reopen(session, ticket, at, now)
    elif new.direction == "outbound":
        _answered_elsewhere(session, ticket, message, at, now)
    ticket.updated_at = now
    promises.refresh(session, ticket, customer, book, now)
    journal.record(session, now, f"message_{new.direction}", ticket_id, message_id=message.id)
    return Receipt(message.id or 0, True)


def set_status(session: Session, ticket_id: int, status: str, book: PromiseBook, now: datetime, by: str) -> Ticket:
    """Change a ticket's status and its clock; what was spam is none any more when it gets another than closed.

    Raises `Invalid` for an unknown status, `Conflict` for a ticket that was merged into another.
    """
    if status not in STATUSES:
        raise Invalid(f"status must be one of {', '.join(STATUSES)}.", field="status")
    ticket = tickets.lock(session, ticket_id)
    if ticket.status != status:
        endings.take_back_spam(session, ticket, now, by)
        at = promises.no_earlier(session, ticket_id, now)
        promises.add_event(session, ticket_id, Event.status_changed(at, status))
        journal.record(session, now, "status_changed", ticket_id, before=ticket.status, after=status, by=by)
        ticket.status, ticket.updated_at = status, now
        promises.refresh(session, ticket, tickets.customer_of(session, ticket), book, now)
    return ticket


def _reopen(session: Session, ticket: Ticket, at: datetime, now: datetime) -> None:
    ticket_id = ticket.id or 0
    if endings.further_message(session, ticket, at, now):
        return
    promises.add_event(session, ticket_id, Event.received(at))
    if ticket.status not in ("new", "open"):
        settled = [row.at for row in tickets.sla_events(session, ticket_id) if "status" in row.data]
        # a message on its way while the ticket was solved reopens it after that, not before
        promises.add_event(session, ticket_id, Event.status_changed(max([at, *settled]), "open"))
        journal.record(session, now, "status_changed", ticket_id, before=ticket.status, after="open", by="customer")
        ticket.status = "open"
    takeback.start_over(session, ticket, now, "The customer wrote again.")


def _answered_elsewhere(session: Session, ticket: Ticket, message: Message, at: datetime, now: datetime) -> None:
    """A reply that left through another tool: it stops the clock, and our own drafts are no longer fresh."""
    ticket_id = ticket.id or 0
    promises.add_event(session, ticket_id, Event.replied(at, "person"))
    takeback.replies_of(session, ticket, now, "Somebody answered elsewhere.", gate=takeback.OVERRIDDEN)
    verdicts.answered_otherwise(session, ticket_id, message.body, message.author or "another tool", now)


def write_reply(
    session: Session, ticket_id: int, body: str, author: str, now: datetime, delay: timedelta
) -> OutboxItem:
    """An agent's own reply, without a draft: into the outbox; open drafts are set aside, and an automatic reply that
    waits gives way."""
    body = clean(body, "body", LONGEST_BODY)
    ticket = tickets.lock(session, ticket_id)
    endings.refuse_ended(session, ticket_id)
    reason = f"{author} answered in their own words."
    takeback.replies_of(session, ticket, now, reason, gate=takeback.OVERRIDDEN, only_auto=True)
    if ticket.reply_pending:
        raise Conflict("Another reply to this ticket is on its way.")
    verdicts.answered_otherwise(session, ticket_id, body, author, now)
    ref = f"reply-{ticket_id}-w{content_hash(body, now.isoformat())[:16]}"
    item = OutboxItem(
        ticket_id=ticket_id, channel=ticket.channel, message_ref=ref, body=body, by="person", author=author,
        work_after=now + delay, created_at=now, answers_message_id=tickets.newest_inbound_id(session, ticket_id),
    )  # fmt: skip
    session.add(item)
    session.flush()
    ticket.reply_pending, ticket.updated_at = True, now
    journal.record(session, now, "reply_written", ticket_id, by=author, outbox_id=item.id)
    return item


def checked_ticket(new: NewTicket, now: datetime) -> NewTicket:
    """The ticket with cleaned texts; raises `Invalid` naming the first wrong field."""
    if not CHANNEL.fullmatch(new.channel):
        raise Invalid("channel must be a short lower-case name such as 'api'.", field="channel")
    who = new.customer
    email = who.email.strip().lower()
    if not is_address(email):
        raise Invalid("customer.email is not an e-mail address.", field="customer.email")
    if who.timezone is not None:
        check_zone(who.timezone, "customer.timezone")
    return NewTicket(
        channel=new.channel,
        external_id=identifier(new.external_id),
        subject=clean(new.subject, "subject", LONGEST_SUBJECT, may_be_empty=True),
        body=clean(new.body, "body", LONGEST_BODY),
        customer=NewCustomer(
            email,
            clean(who.name, "customer.name", 200, may_be_empty=True) or None if who.name else None,
            clean(who.segment, "customer.segment", 100, may_be_empty=True) or None if who.segment else None,
            who.timezone,
            checked_organisation(who.organisation) if who.organisation else None,
        ),
        received_at=instant(new.received_at, now),
        envelope=checked_envelope(new.envelope),
    )


def checked_message(new: NewMessage, now: datetime) -> NewMessage:
    """The message with cleaned text; raises `Invalid` naming the first wrong field."""
    if new.direction not in DIRECTIONS:
        raise Invalid(f"direction must be one of {', '.join(DIRECTIONS)}.", field="direction")
    return NewMessage(
        identifier(new.external_id), clean(new.body, "body", LONGEST_BODY), new.direction,
        instant(new.received_at, now), new.author, checked_envelope(new.envelope),
    )  # fmt: skip


def _same_or_conflict(known_id: int, same: bool) -> Receipt:
    if not same:
        raise Conflict("This external_id has already arrived with other content.", field="external_id")
    return Receipt(known_id, False)


def _customer(session: Session, new: NewCustomer, book: PromiseBook, now: datetime) -> Customer:
    named = contracts.organisation_named(session, new.organisation, book, now) if new.organisation else None
    customer = tickets.customer_by_email(session, new.email)
    if customer is None:
        customer = Customer(email=new.email, name=new.name, segment=new.segment, timezone=new.timezone)
        customer.organisation = named
        session.add(customer)
        session.flush()
        return customer
    customer.name = new.name or customer.name
    said = contracts.CustomerFacts(
        new.segment or customer.segment,
        new.timezone or customer.timezone,
        named.id if named else customer.organisation_id,
    )
    return contracts.save_customer(session, customer.id or 0, said, book, now, "intake")
