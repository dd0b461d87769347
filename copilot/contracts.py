"""Changing what is known of organisations and customers, and what that means for their open tickets.

A segment, a name or a time zone decides which promise a ticket gets. New tickets go by what is known then. Open ones
keep what they were promised: a zone that changes is written into their history first, so that no replay re-times what
has passed. An admin's explicit word puts them under what fits now, within their own version of the policies; time
already used still counts. Every change is in the journal, with who and what.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from copilot import policy_change, promises
from copilot.errors import Conflict
from copilot.inputs import check_zone, clean
from copilot.organisations import NewOrganisation, timezone_of
from copilot.policy_change import OpenTicket, PolicyPreview, TicketChange
from copilot.promises import PromiseBook
from copilot.store import journal, tickets
from copilot.store import organisations as store
from copilot.store.organisations import Whose
from copilot.store.session import Database, Session
from copilot.store.tables import Customer, Organisation, Ticket
from sla.clock import replay
from sla.events import Event, EventKind
from sla.policies import ALWAYS, Policy, choose

BATCH = 50
MOST_EXAMINED = 1_000
LONGEST_NAME, LONGEST_SEGMENT = 200, 100


@dataclass(frozen=True, slots=True)
class CustomerFacts:
    """What an admin sets of a customer; None where the organisation, or nobody, is to answer."""

    segment: str | None = None
    timezone: str | None = None
    organisation_id: int | None = None


def save_organisation(
    session: Session, organisation_id: int | None, new: NewOrganisation, book: PromiseBook, now: datetime, by: str
) -> Organisation:
    """Store a new organisation, or what is to hold of a known one from now on.

    Raises `Invalid` naming the field, `NotFound`, or `Conflict` when another has this name.
    """
    new = checked(new)
    taken = tickets.organisation_by_name(session, new.name)
    if taken is not None and taken.id != organisation_id:
        raise Conflict("Another organisation has this name.", field="name")
    row = Organisation(name=new.name) if organisation_id is None else store.find(session, organisation_id)
    before = None if organisation_id is None else facts(row)
    if organisation_id is not None and row.timezone != new.timezone:
        keep_zones(session, Whose(organisation_id=organisation_id), book)
    row.name, row.segment, row.timezone = new.name, new.segment, new.timezone
    session.add(row)
    session.flush()
    if before != facts(row):
        journal.record(
            session, now, "organisation_changed", organisation=row.id, before=before, after=facts(row), by=by
        )
    return row


def organisation_named(session: Session, new: NewOrganisation, book: PromiseBook, now: datetime) -> Organisation:
    """The organisation of this name, made when it is new; what a channel says of it now replaces what was known."""
    found = tickets.organisation_by_name(session, new.name)
    if found is None:
        return save_organisation(session, None, new, book, now, "intake")
    said = NewOrganisation(found.name, new.segment or found.segment, new.timezone or found.timezone)
    return save_organisation(session, found.id, said, book, now, "intake")


def save_customer(
    session: Session, customer_id: int, new: CustomerFacts, book: PromiseBook, now: datetime, by: str
) -> Customer:
    """What is to hold of a customer from now on. Raises `Invalid` naming the field, or `NotFound`."""
    row = store.find_customer(session, customer_id)
    wanted = CustomerFacts(checked_segment(new.segment), checked_timezone(new.timezone), new.organisation_id)
    organisation = None if new.organisation_id is None else store.find(session, new.organisation_id)
    before = customer_facts(row)
    if timezone_of(row) != (wanted.timezone or (organisation.timezone if organisation else None)):
        keep_zones(session, Whose(customer_id=customer_id), book)
    row.segment, row.timezone, row.organisation = wanted.segment, wanted.timezone, organisation
    session.flush()
    if before != customer_facts(row):
        after = customer_facts(row)
        journal.record(session, now, "customer_changed", customer=row.id, before=before, after=after, by=by)
    return row


def checked(new: NewOrganisation) -> NewOrganisation:
    """The organisation with cleaned texts. Raises `Invalid` naming the field."""
    return NewOrganisation(
        clean(new.name, "name", LONGEST_NAME), checked_segment(new.segment), checked_timezone(new.timezone)
    )


def checked_segment(text: str | None) -> str | None:
    """The segment; None when it is empty."""
    return clean(text or "", "segment", LONGEST_SEGMENT, may_be_empty=True) or None


def checked_timezone(text: str | None) -> str | None:
    """The IANA zone; None when it is empty."""
    zone = (text or "").strip()
    if zone:
        check_zone(zone, "timezone")
    return zone or None


def facts(row: Organisation) -> dict[str, str | None]:
    """What is known of an organisation, for the journal."""
    return {"name": row.name, "segment": row.segment, "timezone": row.timezone}


def customer_facts(row: Customer) -> dict[str, str | int | None]:
    """What an admin may set of a customer, for the journal."""
    organisation = row.organisation.id if row.organisation else None
    return {"segment": row.segment, "timezone": row.timezone, "organisation": organisation}


def keep_zones(session: Session, whose: Whose, book: PromiseBook) -> None:
    """Write the zone in which their tickets have run so far into each one's history, before it changes.

    Around the clock no zone matters, and a ticket without a promise has nothing to keep.
    """
    after = 0
    while rows := store.without_zone(session, whose, after, policy_change.BATCH):
        for waiting in with_history(session, rows):
            base, events = promises.history(session, waiting.ticket, waiting.customer, waiting.rows, book)
            policies = [base, *(event.policy for event in events if event.policy is not None)]
            zone = timezone_of(waiting.customer) or promises.current_policy(base, events).calendar.timezone
            if any(policy.calendar_name != ALWAYS for policy in policies):
                event = Event.timezone_known(waiting.ticket.received_at, zone)
                promises.add_event(session, waiting.ticket.id or 0, event)
        after = rows[-1].id or 0
        session.flush()


def with_history(session: Session, rows: Sequence[Ticket]) -> list[OpenTicket]:
    """These tickets with all that their timers follow from."""
    customers = tickets.customers(session, sorted({row.customer_id for row in rows}))
    events = tickets.sla_events_of(session, [row.id or 0 for row in rows])
    return [OpenTicket(row, customers[row.customer_id], events[row.id or 0]) for row in rows]


def preview(session: Session, whose: Whose, book: PromiseBook, now: datetime) -> PolicyPreview:
    """What putting their open tickets under what fits now would do; examines the oldest 1,000, stores nothing."""
    found, after = PolicyPreview(0, open_tickets=store.promised_open_count(session, whose)), 0
    while found.examined < MOST_EXAMINED and (rows := store.promised_open(session, whose, after, BATCH)):
        for waiting in with_history(session, rows):
            change = change_of(session, waiting, book, now)
            if change is None:
                found.examined += 1
            else:
                found.count(change)
        after = rows[-1].id or 0
    return found


def change_of(session: Session, waiting: OpenTicket, book: PromiseBook, now: datetime) -> TicketChange | None:
    """The timers of one ticket as they are and as they would be; None when it is as it should be."""
    base, events = promises.history(session, waiting.ticket, waiting.customer, waiting.rows, book)
    at = waiting.not_before(now)
    wanted, added = due_events(session, waiting, base, events, book, at)
    if not added:
        return None
    before, after = replay(base, events, at), replay(base, [*events, *added], at)
    keys = promises.current_policy(base, events).key, wanted.key
    dues = tuple(policy_change.due_changes(before, after))
    return TicketChange(waiting.ticket.id or 0, waiting.ticket.subject, *keys, dues)


def due_events(
    session: Session, waiting: OpenTicket, base: Policy, events: Sequence[Event], book: PromiseBook, at: datetime
) -> tuple[Policy, list[Event]]:
    """The policy of the ticket's own version that fits now, and the events that put it there, in the zone known now."""
    current = promises.current_policy(base, events)
    wanted = choose(book.at(session, current.version), promises.facts_of(waiting.ticket, waiting.customer))
    added = [] if wanted.key == current.key else [Event.policy_changed(at, wanted)]
    zones = [
        event.timezone for event in sorted(events, key=lambda row: row.at) if event.kind is EventKind.TIMEZONE_KNOWN
    ]
    zone = timezone_of(waiting.customer) or wanted.calendar.timezone
    if zones and zones[-1] != zone and wanted.calendar_name != ALWAYS:
        added.append(Event.timezone_known(at, zone))
    return wanted, added


def apply(db: Database, whose: Whose, book: PromiseBook, now: datetime, by: str) -> int:
    """Put their open tickets under what fits now; returns how many changed. A batch of 50 goes in a transaction, so
    that nobody's reply has to wait for all; doing it again changes nothing more."""
    moved, after = 0, 0
    while True:
        with db.write() as session:
            rows = store.promised_open(session, whose, after, BATCH, locked=True)
            moved += sum(move(session, waiting, book, now, by) for waiting in with_history(session, rows))
            if len(rows) < BATCH:
                whom = {name: value for name, value in whose._asdict().items() if value is not None}
                journal.record(session, now, "contract_applied", **whom, moved=moved, by=by)
                return moved
            after = rows[-1].id or 0


def move(session: Session, waiting: OpenTicket, book: PromiseBook, now: datetime, by: str) -> bool:
    """Put one ticket under what fits it now, unless it is there already."""
    ticket = waiting.ticket
    base, events = promises.history(session, ticket, waiting.customer, waiting.rows, book)
    at = waiting.not_before(now)
    wanted, added = due_events(session, waiting, base, events, book, at)
    if not added:
        return False
    for event in added:
        promises.add_event(session, ticket.id or 0, event)
    after = [*events, *added]
    promises.keep_standing(session, ticket, promises.Standing(wanted, after, replay(base, after, at), at))
    before = promises.current_policy(base, events).key
    zone = next((event.timezone for event in added if event.timezone), None)
    journal.record(session, now, "policy_applied", ticket.id, before=before, after=wanted.key, timezone=zone, by=by)
    return True
