"""Queries about tickets, their messages, customers and SLA events."""

from collections.abc import Sequence
from datetime import datetime, timedelta

import sqlalchemy
from sqlalchemy import func, or_
from sqlmodel import Session, col, select

from copilot.errors import NotFound
from copilot.store.claims import claim
from copilot.store.matching import holds
from copilot.store.tables import Customer, Message, Organisation, SlaEvent, Ticket

QUEUED = ("new", "open")
DONE = ("solved", "closed")
PROMISED_OPEN = (col(Ticket.status).not_in(DONE), col(Ticket.policy_version).is_not(None))


def find(session: Session, ticket_id: int) -> Ticket:
    """The ticket, or `NotFound`."""
    ticket = session.get(Ticket, ticket_id)
    if ticket is None:
        raise NotFound(f"There is no ticket {ticket_id}.", field="id")
    return ticket


def lock(session: Session, ticket_id: int) -> Ticket:
    """The ticket with its row locked until the transaction ends (SQLite's writer is alone anyway), or `NotFound`."""
    wanted = select(Ticket).where(Ticket.id == ticket_id).with_for_update()
    ticket = session.exec(wanted, execution_options={"populate_existing": True}).first()
    if ticket is None:
        raise NotFound(f"There is no ticket {ticket_id}.", field="id")
    return ticket


def lock_all(session: Session, ids: Sequence[int]) -> dict[int, Ticket]:
    """These tickets by id, their rows locked until the transaction ends, always in the same order."""
    wanted = select(Ticket).where(col(Ticket.id).in_(ids)).order_by(col(Ticket.id)).with_for_update()
    found = session.exec(wanted, execution_options={"populate_existing": True})
    return {ticket.id or 0: ticket for ticket in found}


def by_external_id(session: Session, channel: str, external_id: str) -> Ticket | None:
    """The ticket that arrived under this id on this channel."""
    return session.exec(select(Ticket).where(Ticket.channel == channel, Ticket.external_id == external_id)).first()


def customer_by_email(session: Session, email: str) -> Customer | None:
    """The customer with this address (already lower case)."""
    return session.exec(select(Customer).where(Customer.email == email)).first()


def organisation_by_name(session: Session, name: str) -> Organisation | None:
    """The organisation of exactly this name."""
    return session.exec(select(Organisation).where(Organisation.name == name)).first()


def customer_of(session: Session, ticket: Ticket) -> Customer:
    """The customer who opened the ticket."""
    customer = session.get(Customer, ticket.customer_id)
    if customer is None:
        raise NotFound(f"Ticket {ticket.id} has no customer.")
    return customer


def customers(session: Session, ids: Sequence[int]) -> dict[int, Customer]:
    """Customers by id, for a page of tickets."""
    return {row.id or 0: row for row in session.exec(select(Customer).where(col(Customer.id).in_(ids)))}


def messages(session: Session, ticket_id: int) -> Sequence[Message]:
    """The conversation, oldest first."""
    wanted = select(Message).where(Message.ticket_id == ticket_id).order_by(col(Message.at), col(Message.id))
    return session.exec(wanted).all()


def first_message(session: Session, ticket_id: int) -> Message:
    """The message that opened the ticket and brought its subject, or `NotFound`."""
    found = session.exec(select(Message).where(Message.ticket_id == ticket_id).order_by(col(Message.id))).first()
    if found is None:
        raise NotFound(f"Ticket {ticket_id} has no message.")
    return found


def messages_of(session: Session, ticket_ids: Sequence[int]) -> dict[int, list[Message]]:
    """Conversations of several tickets at once, each oldest first."""
    found: dict[int, list[Message]] = {ticket_id: [] for ticket_id in ticket_ids}
    wanted = select(Message).where(col(Message.ticket_id).in_(ticket_ids)).order_by(col(Message.at), col(Message.id))
    for message in session.exec(wanted):
        found[message.ticket_id].append(message)
    return found


def message_by_external_id(session: Session, ticket_id: int, external_id: str) -> Message | None:
    """The message that arrived under this id in this ticket."""
    wanted = select(Message).where(Message.ticket_id == ticket_id, Message.external_id == external_id)
    return session.exec(wanted).first()


def newest_inbound_id(session: Session, ticket_id: int) -> int | None:
    """The id of the last message from the customer that was stored."""
    wanted = select(func.max(Message.id)).where(Message.ticket_id == ticket_id, Message.direction == "inbound")
    return session.exec(wanted).one()


def newest_ids(session: Session, ticket_ids: Sequence[int], direction: str) -> dict[int, int]:
    """The id of each ticket's last stored message in this direction, notices of lateness apart; tickets without one are
    left out."""
    wanted = select(col(Message.ticket_id), func.max(col(Message.id))).where(
        col(Message.ticket_id).in_(ticket_ids), col(Message.direction) == direction, col(Message.notice).is_(False)
    )
    rows = session.exec(wanted.group_by(col(Message.ticket_id)))
    return {ticket_id: newest for ticket_id, newest in rows if newest is not None}


def replies_after(session: Session, ticket_id: int, message_id: int) -> int:
    """How many public replies were delivered after this message was stored."""
    wanted = select(func.count()).where(
        Message.ticket_id == ticket_id, Message.direction == "outbound", col(Message.id) > message_id,
        col(Message.notice).is_(False),
    )  # fmt: skip
    return session.exec(wanted).one()


def sla_events(session: Session, ticket_id: int) -> Sequence[SlaEvent]:
    """What happened to the ticket's promise, in order of time."""
    wanted = select(SlaEvent).where(SlaEvent.ticket_id == ticket_id).order_by(col(SlaEvent.at), col(SlaEvent.id))
    return session.exec(wanted).all()


def sla_events_of(session: Session, ticket_ids: Sequence[int]) -> dict[int, list[SlaEvent]]:
    """SLA events of several tickets at once, each in order of time."""
    found: dict[int, list[SlaEvent]] = {ticket_id: [] for ticket_id in ticket_ids}
    wanted = (
        select(SlaEvent).where(col(SlaEvent.ticket_id).in_(ticket_ids)).order_by(col(SlaEvent.at), col(SlaEvent.id))
    )
    for row in session.exec(wanted):
        found[row.ticket_id].append(row)
    return found


def contacts(session: Session, customer_ids: Sequence[int]) -> dict[int, int]:
    """How many tickets each customer has opened."""
    counted = select(Ticket.customer_id, func.count()).where(col(Ticket.customer_id).in_(customer_ids))
    return dict(session.exec(counted.group_by(col(Ticket.customer_id))).all())


def auto_replies(
    session: Session, customer_ids: Sequence[int], since: datetime
) -> dict[int, list[tuple[int, datetime]]]:
    """Automatic replies delivered to each customer since then, as (ticket id, instant)."""
    found: dict[int, list[tuple[int, datetime]]] = {customer_id: [] for customer_id in customer_ids}
    wanted = (
        select(Ticket.customer_id, Message.ticket_id, Message.at)
        .join(Ticket, col(Ticket.id) == Message.ticket_id)
        .where(col(Ticket.customer_id).in_(customer_ids), col(Message.auto_sent).is_(True), Message.at >= since)
        .where(col(Message.notice).is_(False))
    )
    for customer_id, ticket_id, at in session.exec(wanted):
        found[customer_id].append((ticket_id, at))
    return found


def claim_for_processing(session: Session, worker: str, now: datetime, lease: timedelta, limit: int) -> list[Ticket]:
    """Take tickets that wait for the pipeline; each is held by `worker` until the lease runs out."""
    ready = col(Ticket.work_state) == "waiting"
    ids = claim(session, Ticket, ready, worker=worker, now=now, lease=lease, limit=limit)
    return list(session.exec(select(Ticket).where(col(Ticket.id).in_(ids)).order_by(col(Ticket.id))))


def due_for_rules(session: Session, now: datetime, limit: int) -> Sequence[int]:
    """Triaged tickets whose rules are due to be applied again, the longest due first."""
    wanted = select(col(Ticket.id)).where(col(Ticket.rules_due_at) <= now, Ticket.work_state != "waiting")
    return [id or 0 for id in session.exec(wanted.order_by(col(Ticket.rules_due_at)).limit(limit))]


def make_rules_due(session: Session, now: datetime) -> None:
    """Have the rules applied again to every ticket that waits for an agent."""
    waits = (col(Ticket.status).in_(QUEUED), col(Ticket.triaged_message_id).is_not(None))
    session.execute(sqlalchemy.update(Ticket).where(*waits).values(rules_due_at=now))


def waiting_count(session: Session) -> int:
    """How many tickets the pipeline still owes a pass."""
    return session.exec(select(func.count()).where(Ticket.work_state == "waiting")).one()


def promised_open(session: Session, after: int, limit: int, locked: bool = False) -> Sequence[Ticket]:
    """The next tickets by id that are not done and have a policy; `locked` until the transaction ends."""
    wanted = select(Ticket).where(*PROMISED_OPEN, col(Ticket.id) > after).order_by(col(Ticket.id)).limit(limit)
    return session.exec(wanted.with_for_update() if locked else wanted).all()


def promised_open_count(session: Session) -> int:
    """How many tickets are not done and have a policy."""
    return session.exec(select(func.count()).select_from(Ticket).where(*PROMISED_OPEN)).one()


def by_ids(session: Session, ids: Sequence[int]) -> dict[int, Ticket]:
    """Tickets by id."""
    return {row.id or 0: row for row in session.exec(select(Ticket).where(col(Ticket.id).in_(ids)))}


def finished(session: Session, after: int, limit: int) -> Sequence[Ticket]:
    """Solved and closed tickets with an id above `after`, in order."""
    wanted = select(Ticket).where(col(Ticket.status).in_(("solved", "closed")), col(Ticket.id) > after)
    return session.exec(wanted.order_by(col(Ticket.id)).limit(limit)).all()


def recent(session: Session, limit: int, text: str = "") -> Sequence[Ticket]:
    """The newest tickets whatever their status; `text` filters by subject or customer."""
    wanted = select(Ticket).join(Customer, col(Customer.id) == Ticket.customer_id)
    if text:
        wanted = wanted.where(or_(*(holds(column, text) for column in (Ticket.subject, Customer.email, Customer.name))))
    return session.exec(wanted.order_by(col(Ticket.id).desc()).limit(limit)).all()


def counts_by_status(session: Session) -> dict[str, int]:
    """How many tickets stand in each status."""
    return dict(session.exec(select(Ticket.status, func.count()).group_by(Ticket.status)).all())
