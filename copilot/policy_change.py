"""A new version of the promises, and the tickets that are still open under earlier ones.

Running tickets keep the version they were promised under. Only an admin's explicit word moves them, which
`policy_application` carries out, and what that would do can be seen before: the same replay, once as it stands and once
with the change, stored nowhere. Tickets that triage has not seen yet need no moving: they will be promised whatever is
in force by then.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from copilot import configuration, promises
from copilot.errors import Conflict
from copilot.promises import PromiseBook
from copilot.store import configuration as documents
from copilot.store import journal, tickets
from copilot.store.session import Session
from copilot.store.tables import Customer, SlaEvent, Ticket
from sla.clock import replay
from sla.events import Event
from sla.policies import Metric, Policy, choose, parse_policies
from sla.timers import Timer

BATCH = 200
MOST_EXAMINED = 2_000
MOST_LISTED = 200


@dataclass(frozen=True, slots=True)
class DueChange:
    """One open timer's due instant before and after; None where nothing is promised or it stands still."""

    metric: Metric
    before: datetime | None
    after: datetime | None
    breaks_now: bool

    @property
    def differs(self) -> bool:
        """Whether anything changes for whoever waits."""
        return self.before != self.after or self.breaks_now


@dataclass(frozen=True, slots=True)
class TicketChange:
    """What the change would do to one open ticket; the policies by key, such as "VIP@3"."""

    ticket_id: int
    subject: str
    policy_before: str
    policy_after: str
    dues: tuple[DueChange, ...]

    @property
    def differs(self) -> bool:
        """Whether a due instant moves, appears or goes."""
        return any(due.differs for due in self.dues)

    @property
    def breaks_now(self) -> bool:
        """Whether a promise that still stands would be broken at the moment of the change."""
        return any(due.breaks_now for due in self.dues)

    @property
    def next_due(self) -> datetime | None:
        """The earliest instant that would fall due, among the timers that change."""
        return min((due.after for due in self.dues if due.differs and due.after is not None), default=None)


@dataclass(slots=True)
class PolicyPreview:
    """What applying a version to the open tickets would do.

    `open_tickets` are all that triage has seen; `examined` of them were replayed, at most `MOST_EXAMINED`, oldest
    first. `listed` holds the first of those whose due instants change, at most `MOST_LISTED`.
    """

    version: int
    open_tickets: int = 0
    examined: int = 0
    moved: int = 0
    changed: int = 0
    sooner: int = 0
    later: int = 0
    would_breach_now: int = 0
    earliest_due: datetime | None = None
    listed: list[TicketChange] = field(default_factory=list)

    def count(self, change: TicketChange) -> None:
        """Take one ticket in."""
        self.examined += 1
        self.moved += change.policy_before != change.policy_after
        if not change.differs:
            return
        moves = [(due.before, due.after) for due in change.dues if due.before and due.after]
        self.changed += 1
        self.sooner += any(after < before for before, after in moves)
        self.later += any(after > before for before, after in moves)
        self.would_breach_now += change.breaks_now
        self.earliest_due = min((at for at in (self.earliest_due, change.next_due) if at is not None), default=None)
        if len(self.listed) < MOST_LISTED:
            self.listed.append(change)


@dataclass(frozen=True, slots=True)
class OpenTicket:
    """A ticket with all that its timers follow from."""

    ticket: Ticket
    customer: Customer
    rows: Sequence[SlaEvent]

    def not_before(self, now: datetime) -> datetime:
        """`now`, or the last thing that happened when a clock was set back since."""
        return max([now, self.ticket.received_at, *(row.at for row in self.rows)])


def preview(session: Session, document: Any, book: PromiseBook, now: datetime) -> PolicyPreview:
    """What a document, not yet saved, would do to the open tickets. Raises `Invalid` naming the field."""
    version = documents.versions(session).get("policies", 0) + 1
    configuration.check(session, "policies", document)
    return compare(session, parse_policies(document, version), book, now)


def preview_version(session: Session, version: int, book: PromiseBook, now: datetime) -> PolicyPreview:
    """What applying the version in force would do. Raises `NotFound`, or `Conflict` when another is in force."""
    return compare(session, in_force(session, version, book), book, now)


def compare(session: Session, policies: Sequence[Policy], book: PromiseBook, now: datetime) -> PolicyPreview:
    """Replay open tickets with and without the change."""
    found, after = PolicyPreview(policies[0].version, open_tickets=tickets.promised_open_count(session)), 0
    while found.examined < MOST_EXAMINED and (batch := open_tickets(session, after, BATCH)):
        for waiting in batch[: MOST_EXAMINED - found.examined]:
            found.count(change_of(session, waiting, policies, book, now))
        after = batch[-1].ticket.id or 0
        session.expunge_all()  # memory stays flat however many there are
    return found


def change_of(
    session: Session, waiting: OpenTicket, policies: Sequence[Policy], book: PromiseBook, now: datetime
) -> TicketChange:
    """The timers of one ticket as they are and as they would be."""
    ticket = waiting.ticket
    base, events = promises.history(session, ticket, waiting.customer, waiting.rows, book)
    current = promises.current_policy(base, events)
    wanted, at = choose(policies, promises.facts_of(ticket, waiting.customer)), waiting.not_before(now)
    before = replay(base, events, at)
    same = replace(current, version=wanted.version) == wanted
    after = before if same else replay(base, [*events, Event.policy_changed(at, wanted)], at)
    return TicketChange(ticket.id or 0, ticket.subject, current.key, wanted.key, tuple(due_changes(before, after)))


def due_changes(before: Sequence[Timer], after: Sequence[Timer]) -> Iterator[DueChange]:
    """Open timers side by side; at most one of each metric is open at a time."""
    then, now = ({timer.metric: timer for timer in timers if timer.is_open} for timers in (before, after))
    for metric in Metric:
        if metric in then or metric in now:
            old, new = then.get(metric), now.get(metric)
            breaks = new is not None and new.breached_at is not None and (old is None or old.breached_at is None)
            yield DueChange(metric, old.due_at if old else None, new.due_at if new else None, breaks)


def move(
    session: Session, waiting: OpenTicket, policies: Sequence[Policy], book: PromiseBook, by: str, now: datetime
) -> bool:
    """Put one ticket under the policy that fits it, unless it is there already."""
    ticket, customer = waiting.ticket, waiting.customer
    base, events = promises.history(session, ticket, customer, waiting.rows, book)
    before, wanted = promises.current_policy(base, events), choose(policies, promises.facts_of(ticket, customer))
    if before.key == wanted.key:
        return False
    at = waiting.not_before(now)
    event = Event.policy_changed(at, wanted)
    session.add(SlaEvent(ticket_id=ticket.id or 0, at=at, data=event.to_dict()))
    after = [*events, event]
    promises.keep_standing(session, ticket, promises.Standing(wanted, after, replay(base, after, at), at))
    journal.record(session, now, "policy_applied", ticket.id, before=before.key, after=wanted.key, by=by)
    return True


def in_force(session: Session, version: int, book: PromiseBook) -> tuple[Policy, ...]:
    """The policies of this version, which must be the newest: an old page must not bring back old promises."""
    newest = documents.versions(session).get("policies", 0)
    documents.at_version(session, "policies", version)
    if version != newest:
        raise Conflict(f"Version {newest} of the policies is in force by now, not {version}.", field="version")
    return book.at(session, version)


def open_tickets(session: Session, after: int, limit: int, locked: bool = False) -> list[OpenTicket]:
    """The next open tickets that triage has seen, in order of arrival, with what their timers follow from."""
    rows = tickets.promised_open(session, after, limit, locked)
    customers = tickets.customers(session, sorted({row.customer_id for row in rows}))
    events = tickets.sla_events_of(session, [row.id or 0 for row in rows])
    return [OpenTicket(row, customers[row.customer_id], events[row.id or 0]) for row in rows]
