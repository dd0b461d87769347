"""Which promises this team could keep, from its own tickets: what `sla.advisor` says of one policy's history.

The history is that of tickets which came within the period under the policy. Tickets that are still open are replayed
for this very moment, the newest first and so many at most; the others' times are as they were stored when they ended.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta

from copilot.errors import Invalid
from copilot.promises import PromiseBook
from copilot.report_cases import Period, histories
from copilot.store import reports as store
from copilot.store.reports import TimedTicket
from copilot.store.session import Session
from copilot.stored_timers import stored_timer
from sla import advisor
from sla.advisor import Advice, History, Key, Outlook
from sla.clock import replay
from sla.durations import parse_duration
from sla.policies import Metric, Policy, Priority, Target
from sla.timers import Timer

MOST_TICKETS = 10_000
MOST_REPLAYED = 1_000


@dataclass(frozen=True, slots=True)
class Proposal:
    """A promise that somebody thinks of, for one priority or for all."""

    metric: Metric
    priorities: tuple[Priority, ...]
    within: timedelta

    @property
    def targets(self) -> Mapping[Metric, Mapping[Priority, Target]]:
        """As the targets of a policy."""
        return {self.metric: {priority: Target(self.within) for priority in self.priorities}}


@dataclass(frozen=True, slots=True)
class Possible:
    """One metric and priority: what is promised now and how that went, and what could be promised."""

    metric: Metric
    priority: Priority
    promised: timedelta | None
    kept: Outlook | None
    advice: tuple[Advice, ...]


@dataclass(frozen=True, slots=True)
class Advised:
    """What the history of one policy teaches: of `received` tickets in the period the newest `looked_at`, of which
    `tickets` came under the policy. Of those still open, `as_stored` were too many to replay for this moment.
    """

    policies: tuple[str, ...]
    policy: str
    tickets: int
    looked_at: int
    received: int
    as_stored: int
    rows: tuple[Possible, ...]
    outlook: tuple[Outlook, ...]


def parse_proposal(metric: str, priority: str, within: str) -> Proposal:
    """From what was typed; no priority means all. Raises `Invalid` naming the field."""
    if metric not in list(Metric):
        raise Invalid(f"metric must be one of {', '.join(Metric)}.", field="metric")
    if priority and priority not in list(Priority):
        raise Invalid(f"priority must be one of {', '.join(Priority)}.", field="priority")
    priorities = (Priority(priority),) if priority else tuple(reversed(Priority))
    try:
        found = Proposal(Metric(metric), priorities, parse_duration(within.strip().replace(" ", ""), "within"))
        Target(found.within)
    except ValueError as error:
        raise Invalid(str(error).replace("promise:", "within:"), field="within") from error
    return found


def advise(
    session: Session, period: Period, book: PromiseBook, now: datetime, name: str, proposal: Proposal | None
) -> Advised:
    """What could be promised under the policy of this name, the default policy when there is none."""
    policies = book.in_force(session)
    policy = next((row for row in policies if row.name == name), policies[-1])
    begin, end = (datetime.combine(day, time(), UTC) for day in (period.first, period.last + timedelta(days=1)))
    rows = store.timed_tickets(session, begin, end, MOST_TICKETS)
    ours = [row for row in rows if row.policy_name == policy.name]
    history = advisor.histories(timers_of(session, ours, book, now))
    return Advised(
        policies=tuple(row.name for row in policies),
        policy=policy.name,
        tickets=len(ours),
        looked_at=len(rows),
        received=store.received_count(session, begin, end),
        as_stored=max(0, sum(map(is_open, ours)) - MOST_REPLAYED),
        rows=tuple(possible(policy, history)),
        outlook=tuple(advisor.would_have_kept(history, proposal.targets)) if proposal else (),
    )


def is_open(row: TimedTicket) -> bool:
    """Whether one of its timers has not ended."""
    return any(timer["stopped_at"] is None for timer in row.timers)


def timers_of(
    session: Session, rows: Sequence[TimedTicket], book: PromiseBook, now: datetime
) -> Iterable[tuple[Timer, Priority]]:
    """Every timer with its ticket's priority; those of open tickets as they stand now."""
    open_ids = [row.id for row in rows if is_open(row)][:MOST_REPLAYED]
    told = histories(session, open_ids, book)
    for row in rows:
        if row.id in told:
            policy, events = told[row.id]
            timers = replay(policy, events, now)
        else:
            timers = [stored_timer(stored) for stored in row.timers]
        for timer in timers:
            yield timer, Priority(row.priority)


def possible(policy: Policy, history: Mapping[Key, History]) -> Iterable[Possible]:
    """A row for each metric and priority that has a history."""
    kept = {(row.metric, row.priority): row for row in advisor.would_have_kept(history, policy.targets)}
    for key, seen in history.items():
        target = policy.target(*key)
        yield Possible(*key, target.promise if target else None, kept.get(key), tuple(advisor.advise({key: seen})))
