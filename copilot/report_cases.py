"""Every timer that was due in a period with what is known of its ticket, read from what is stored; few are replayed.

A stored timer is what its ticket's last event left behind. One that was running then and whose due instant has passed
since is broken by now: that needs no replay. Replayed are only tickets that an automatic reply has answered, for the
figures without those.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from copilot import promises
from copilot.errors import Invalid
from copilot.promises import PromiseBook
from copilot.store import reports as store
from copilot.store import tickets
from copilot.store.reports import TimedTicket
from copilot.store.session import Session
from copilot.stored_timers import timer_at
from sla.compliance import Case, cases, due_locally
from sla.events import Event
from sla.policies import Policy, Priority, Sender, TicketFacts

LONGEST_PERIOD = timedelta(days=366)
ZONES = timedelta(hours=14)  # how far local dates are ahead of and behind UTC


@dataclass(frozen=True, slots=True)
class Period:
    """Days, both included, in each timer's own zone."""

    first: date
    last: date

    def __post_init__(self) -> None:
        if self.last < self.first:
            raise Invalid("to must not lie before from.", field="to")
        if self.last - self.first > LONGEST_PERIOD:
            raise Invalid(f"from must lie at most {LONGEST_PERIOD.days} days before to.", field="from")

    @property
    def before(self) -> datetime:
        """No ticket that came after this can have been due within the period."""
        return datetime.combine(self.last, time(), UTC) + timedelta(days=1) + ZONES

    @property
    def months(self) -> list[str]:
        """The months of UTC, such as "2026-03", that days of the period touch in some zone."""
        end, month = (self.last + timedelta(days=1)).replace(day=1), (self.first - timedelta(days=1)).replace(day=1)
        found = []
        while month <= end:
            found.append(f"{month:%Y-%m}")
            month = (month + timedelta(days=31)).replace(day=1)
        return found

    def holds(self, case: Case) -> bool:
        """Whether it was due on one of these days, in its own zone."""
        due = due_locally(case.timer)
        return due is not None and self.first <= due.date() <= self.last


def parse_period(first: str, last: str, today: date) -> Period:
    """From two ISO dates; by default the last thirty days. Raises `Invalid` naming `from` or `to`."""
    end = parse_date(last, "to") if last else today
    start = parse_date(first, "from") if first else end - timedelta(days=29)
    return Period(start, end)


def parse_date(text: str, name: str) -> date:
    """A date between 2000 and 2100. Raises `Invalid` naming the field."""
    try:
        found = date.fromisoformat(text) if len(text) == 10 else None
    except ValueError:
        found = None
    if found is None or not 2000 <= found.year < 2100:
        raise Invalid(f"{name} must be a date such as 2026-01-31.", field=name)
    return found


def due_in(
    session: Session, period: Period, book: PromiseBook, now: datetime, auto_sent_counts: bool
) -> Iterator[list[tuple[int, Case]]]:
    """Every case that was due within the period, by ticket, a batch of tickets at a time, so that memory stays flat.

    When automatic replies do not count, the tickets that have one are replayed without.
    """
    rows = store.due_in_months(session, period.months, period.before, with_automatic=not auto_sent_counts)
    for batch in rows:
        senders, automatic = answered(session, [row.id for row in batch])
        again = [] if auto_sent_counts else [row for row in batch if row.id in automatic]
        apart = {row.id for row in again}
        found = [(row.id, case) for row in batch if row.id not in apart for case in stored_cases(row, senders, now)]
        found += without_automatic(session, again, book, now)
        yield [(id, case) for id, case in found if period.holds(case)]
        session.expunge_all()


def stored_cases(row: TimedTicket, senders: Mapping[tuple[int, datetime], Sender], now: datetime) -> Iterator[Case]:
    """The cases of a ticket from its stored timers."""
    facts = facts_of(row)
    for stored in row.timers:
        timer = timer_at(stored, now)
        yield Case(timer, facts, None if timer.stopped_at is None else senders.get((row.id, timer.stopped_at)))


def answered(session: Session, ids: Sequence[int]) -> tuple[dict[tuple[int, datetime], Sender], set[int]]:
    """Who was behind each reply, by ticket and instant, and the tickets with automatic ones."""
    senders: dict[tuple[int, datetime], Sender] = {}
    automatic: set[int] = set()
    for reply in store.replies_of(session, ids):
        by = Sender.AUTO if reply.auto_sent else Sender.APPROVED if reply.draft_id else Sender.PERSON
        senders[reply.ticket_id, reply.at] = by
        if reply.auto_sent:
            automatic.add(reply.ticket_id)
    return senders, automatic


def facts_of(row: TimedTicket) -> TicketFacts:
    """What is known of the ticket now."""
    return TicketFacts(Priority(row.priority), row.category, row.channel, row.segment)


def without_automatic(
    session: Session, rows: Sequence[TimedTicket], book: PromiseBook, now: datetime
) -> list[tuple[int, Case]]:
    """The cases of these tickets as if no automatic reply had ever been sent."""
    facts = {row.id: facts_of(row) for row in rows}
    found: list[tuple[int, Case]] = []
    for ticket_id, (policy, events) in histories(session, list(facts), book).items():
        replayed = cases(policy, events, now, facts[ticket_id], auto_sent_counts=False)
        found.extend((ticket_id, case) for case in replayed)
    return found


def histories(session: Session, ids: Sequence[int], book: PromiseBook) -> dict[int, tuple[Policy, list[Event]]]:
    """What the timers of these tickets are replayed from, read a chunk at a time."""
    found: dict[int, tuple[Policy, list[Event]]] = {}
    for start in range(0, len(ids), store.CHUNK):
        chunk = ids[start : start + store.CHUNK]
        rows, events = tickets.by_ids(session, chunk), tickets.sla_events_of(session, chunk)
        customers = tickets.customers(session, sorted({row.customer_id for row in rows.values()}))
        for id, row in rows.items():
            found[id] = promises.history(session, row, customers[row.customer_id], events[id], book)
    return found
