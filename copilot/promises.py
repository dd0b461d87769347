"""Joins the SLA room to the database: which policy a ticket is under, its timers, its next due instants.

The clock itself is `sla.clock`'s; this module stores events, replays them when something happened, and keeps the result
with the ticket so that reading the queue never replays.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from copilot.alert_settings import parse_recipients
from copilot.configuration import DEFAULT_POLICIES
from copilot.organisations import segment_of, timezone_of
from copilot.store import alerts, configuration, tickets
from copilot.store.session import Session
from copilot.store.tables import Customer, SlaEvent, Ticket
from sla.alerts import AlertKey, aimed_at, next_alert_at, shares_of
from sla.clock import replay
from sla.events import Event, EventKind
from sla.policies import Policy, Priority, TicketFacts, choose, parse_policies
from sla.timers import Timer, next_due, next_goal_due

PRIORITIES = tuple(Priority)


class PromiseBook:
    """Policies by version, parsed once. A running ticket keeps the version that it was promised under."""

    def __init__(self) -> None:
        self._by_version: dict[int, tuple[Policy, ...]] = {}
        self._recipients: dict[int, Mapping[str, tuple[str, ...]]] = {}

    def in_force(self, session: Session) -> tuple[Policy, ...]:
        """The policies for new tickets."""
        return self.at(session, configuration.versions(session).get("policies", 0))

    def at(self, session: Session, version: int) -> tuple[Policy, ...]:
        """The policies of one version; 0 is the shipped default."""
        if version not in self._by_version:
            stored = configuration.at_version(session, "policies", version).content if version else DEFAULT_POLICIES
            policies = parse_policies(stored, version)
            self._recipients[version] = parse_recipients(stored, policies)
            self._by_version[version] = policies
        return self._by_version[version]

    def recipients(self, session: Session, policy: Policy) -> tuple[str, ...]:
        """The addresses of those whom this policy's alerts go to by e-mail."""
        self.at(session, policy.version)
        return self._recipients[policy.version][policy.name]

    def by_key(self, session: Session, keys: Sequence[str]) -> dict[str, Policy]:
        """Policies by key such as "VIP@3"."""
        versions = {int(key.rpartition("@")[2]) for key in keys}
        return {policy.key: policy for version in versions for policy in self.at(session, version)}


def add_event(session: Session, ticket_id: int, event: Event) -> SlaEvent:
    """Append one event to a ticket's history; returns its row."""
    row = SlaEvent(ticket_id=ticket_id, at=event.at, data=event.to_dict())
    session.add(row)
    return row


def no_earlier(session: Session, ticket_id: int, now: datetime) -> datetime:
    """`now`, or the last thing that happened to the ticket where a clock was set back: what we do comes after that."""
    return after_all(tickets.sla_events(session, ticket_id), now)


def after_all(rows: Sequence[SlaEvent], now: datetime) -> datetime:
    """The same of a ticket's events that are at hand."""
    return max([now, *(row.at for row in rows)])


@dataclass(frozen=True, slots=True)
class Standing:
    """How a ticket's promises stand at `at`: the policy in force by then, the events so far, the timers."""

    policy: Policy
    events: Sequence[Event]
    timers: Sequence[Timer]
    at: datetime


def refresh(session: Session, ticket: Ticket, customer: Customer, book: PromiseBook, now: datetime) -> None:
    """Replay the ticket's events and store its timers; before triage the policy is only provisional."""
    keep(session, ticket, customer, tickets.sla_events(session, ticket.id or 0), book, now)


def keep(
    session: Session, ticket: Ticket, customer: Customer, rows: Sequence[SlaEvent], book: PromiseBook, now: datetime
) -> None:
    """Store what these events come to."""
    keep_standing(session, ticket, standing_of(session, ticket, customer, rows, book, now))


def keep_standing(session: Session, ticket: Ticket, standing: Standing) -> None:
    """Store the timers with the ticket, what the queue needs of them, and when the next alert is due."""
    timers = standing.timers
    ticket.timers = [timer.to_dict() for timer in timers]
    ticket.next_due_at, ticket.next_goal_at = next_due(timers), next_goal_due(timers)
    due = next((t for t in timers if t.is_open and t.due_at is not None and t.due_at == ticket.next_due_at), None)
    ticket.next_due_metric = due.metric.value if due else None
    ticket.next_alert_at = next_alert(session, ticket, standing)


def next_alert(session: Session, ticket: Ticket, standing: Standing) -> datetime | None:
    """When the next alert of the ticket is due; an instant that has passed means that one is due already."""
    shares, aimed = shares_of(standing.policy.alerts), aimed_at(standing.events, standing.at)

    def earliest(fired: Collection[AlertKey]) -> datetime | None:
        calendar = standing.policy.calendar
        instants = (next_alert_at(timer, calendar, fired, shares, aimed) for timer in standing.timers)
        return min((at for at in instants if at is not None), default=None)

    soonest = earliest(())
    # what has fired lies in the past, so that most tickets need not be asked for it
    if soonest is None or soonest > standing.at:
        return soonest
    return earliest(alerts.fired_keys(session, ticket.id or 0))


def standing_of(
    session: Session, ticket: Ticket, customer: Customer, rows: Sequence[SlaEvent], book: PromiseBook, now: datetime
) -> Standing:
    """The ticket's promises as they stand at `now`, or after its last event if a clock says that is still to come."""
    policy, events = history(session, ticket, customer, rows, book)
    at = max(after_all(rows, now), ticket.received_at)
    return Standing(current_policy(policy, events), events, replay(policy, events, at), at)


def timers_of(
    session: Session, ticket: Ticket, customer: Customer, rows: Sequence[SlaEvent], book: PromiseBook, now: datetime
) -> Sequence[Timer]:
    """The ticket's timers as they stand at `now`."""
    return standing_of(session, ticket, customer, rows, book, now).timers


def history(
    session: Session, ticket: Ticket, customer: Customer, rows: Sequence[SlaEvent], book: PromiseBook
) -> tuple[Policy, list[Event]]:
    """What the ticket's timers are replayed from: the policy that it began under, and its events.

    Until `contracts` has written a zone into them, before a change, the ticket runs in the one that is known now.
    """
    events, timezone = read_events(session, rows, book), timezone_of(customer)
    if timezone and all(event.kind is not EventKind.TIMEZONE_KNOWN for event in events):
        events.insert(0, Event.timezone_known(ticket.received_at, timezone))
    return base_policy(session, ticket, customer, book), events


def read_events(session: Session, rows: Sequence[SlaEvent], book: PromiseBook) -> list[Event]:
    """Stored rows as events."""
    policies: Mapping[str, Policy] = book.by_key(session, [row.data["policy"] for row in rows if "policy" in row.data])
    return [Event.from_dict(row.data, policies) for row in rows]


def base_policy(session: Session, ticket: Ticket, customer: Customer, book: PromiseBook) -> Policy:
    """The policy that the ticket began under; before triage, the one its known facts would choose."""
    if ticket.policy_version is None:
        return choose(book.in_force(session), facts_of(ticket, customer))
    for policy in book.at(session, ticket.policy_version):
        if policy.name == ticket.policy_name:
            return policy
    raise LookupError(f"Ticket {ticket.id} names a policy that its version does not hold.")


def current_policy(base: Policy, events: Sequence[Event]) -> Policy:
    """The policy in force after these events."""
    changes = [event.policy for event in events if event.kind is EventKind.POLICY_CHANGED and event.policy is not None]
    return changes[-1] if changes else base


def settle_policy(
    session: Session,
    ticket: Ticket,
    customer: Customer,
    rows: list[SlaEvent],
    in_force: Sequence[Policy],
    book: PromiseBook,
    now: datetime,
) -> None:
    """After triage: fix the ticket's policy at first, change it within its own version when its facts have changed.

    `rows` are the ticket's events, to which a change is appended.
    """
    facts = facts_of(ticket, customer)
    if ticket.policy_version is None:
        policy = choose(in_force, facts)
        ticket.policy_name, ticket.policy_version = policy.name, policy.version
        return
    events = read_events(session, rows, book)
    current = current_policy(base_policy(session, ticket, customer, book), events)
    wanted = choose(book.at(session, current.version), facts)
    if current.key != wanted.key:
        rows.append(add_event(session, ticket.id or 0, Event.policy_changed(after_all(rows, now), wanted)))


def resettle(session: Session, ticket: Ticket, book: PromiseBook, now: datetime) -> None:
    """After a person changed what is known of the ticket: the policy of its version that fits now, and its timers."""
    customer, rows = tickets.customer_of(session, ticket), list(tickets.sla_events(session, ticket.id or 0))
    if ticket.policy_version is not None:
        settle_policy(session, ticket, customer, rows, (), book, now)
    keep(session, ticket, customer, rows, book, now)


def facts_of(ticket: Ticket, customer: Customer) -> TicketFacts:
    """What policies may ask about the ticket."""
    return TicketFacts(
        priority=Priority(ticket.priority),
        category=ticket.category,
        channel=ticket.channel,
        segment=segment_of(customer),
        organisation=customer.organisation.name if customer.organisation else None,
        language=ticket.language,
        tags=frozenset(ticket.tags),
    )
