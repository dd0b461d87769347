"""How many promises were kept: counted as the house defines it, cut every way, and said in words.

The rate is timers met / timers ended or broken. A timer that is broken and still open counts as broken; one that runs
or stands still within its target does not count yet; a cancelled one never does. A timer belongs to the day, weekday
and hour at which it was due, in its own zone. It reads replayed timers and knows neither storage nor clock.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from math import ceil, floor

from sla.clock import replay
from sla.events import Event, EventKind
from sla.hours import WEEKDAYS, zone_of
from sla.policies import Policy, Sender, TicketFacts
from sla.statistics import wilson
from sla.timers import State, Timer

UNKNOWN = "unknown"
NOBODY = "nobody"


class Measure(StrEnum):
    """Against what timers are held: what the customer was promised, or the team's own goal."""

    PROMISE = "promise"
    GOAL = "goal"


class By(StrEnum):
    """What rates can be told apart by. `hour` ("00" to "23"), `weekday` and `day` are of the instant it was due."""

    METRIC = "metric"
    PRIORITY = "priority"
    CATEGORY = "category"
    CHANNEL = "channel"
    SEGMENT = "segment"
    HOUR = "hour"
    WEEKDAY = "weekday"
    DAY = "day"
    ANSWERED_BY = "answered_by"


@dataclass(frozen=True, slots=True)
class Case:
    """One timer, what is known of its ticket, and whose reply stopped it (None: no reply did)."""

    timer: Timer
    facts: TicketFacts
    answered_by: Sender | None = None


@dataclass(frozen=True, slots=True)
class Rate:
    """So many timers kept and so many broken, of which `open` still wait."""

    met: int = 0
    broken: int = 0
    open: int = 0

    def __add__(self, other: "Rate") -> "Rate":
        return Rate(self.met + other.met, self.broken + other.broken, self.open + other.open)

    @property
    def total(self) -> int:
        """Timers that ended or broke."""
        return self.met + self.broken

    @property
    def share(self) -> float | None:
        """Kept, from 0 to 1; None when there is nothing to count."""
        return self.met / self.total if self.total else None

    @property
    def percent(self) -> float | None:
        """Kept, from 0 to 100; None when there is nothing to count."""
        return self.met / self.total * 100 if self.total else None

    @property
    def interval(self) -> tuple[float, float]:
        """The 95 % interval of the share, for reading small numbers with the right doubt."""
        return wilson(self.met, self.total)


def cases(
    policy: Policy, events: Iterable[Event], now: datetime, facts: TicketFacts, *, auto_sent_counts: bool = True
) -> list[Case]:
    """The cases of one ticket at `now`, from its events.

    Without the auto-sent replies its timers stand as if those had never been sent: on until a person replied.
    """
    seen = [event for event in events if auto_sent_counts or not _is_auto_sent(event)]
    replies = {event.at: event.by for event in seen if event.kind is EventKind.REPLIED and event.substantive}
    return [
        Case(timer, facts, None if timer.stopped_at is None else replies.get(timer.stopped_at))
        for timer in replay(policy, seen, now)
    ]


def _is_auto_sent(event: Event) -> bool:
    return event.kind is EventKind.REPLIED and event.by is Sender.AUTO


def rate(cases: Iterable[Case], measure: Measure = Measure.PROMISE) -> Rate:
    """Kept and broken over all cases; for the goal, over those that have one."""
    return sum((counted for case in cases if (counted := _counted(case.timer, measure))), Rate())


def rates(cases: Iterable[Case], by: By, measure: Measure = Measure.PROMISE) -> dict[str, Rate]:
    """The rate of each group, in the groups' order; "unknown" for what is not known of a ticket."""
    return breakdown(cases, (by,), (measure,))[by, measure]


def breakdown(
    cases: Iterable[Case], ways: Iterable[By], measures: Iterable[Measure] = tuple(Measure)
) -> dict[tuple[By, Measure], dict[str, Rate]]:
    """`rates` for several ways and measures in one pass."""
    counts: dict[tuple[By, Measure], dict[str, list[int]]] = {(by, of): {} for of in measures for by in ways}
    for case in cases:
        for (by, measure), groups in counts.items():
            counted = _counted(case.timer, measure)
            if counted is not None:
                sums = groups.setdefault(_GROUPS[by](case, measure), [0, 0, 0])
                sums[0] += counted.met
                sums[1] += counted.broken
                sums[2] += counted.open
    return {key: {name: Rate(*groups[name]) for name in in_order(groups)} for key, groups in counts.items()}


def in_order(names: Iterable[str]) -> list[str]:
    """Names of groups by name; weekdays as they follow each other."""
    return sorted(names, key=lambda name: (WEEKDAYS.index(name) if name in WEEKDAYS else -1, name))


def due_between(cases: Iterable[Case], first: date, last: date, measure: Measure = Measure.PROMISE) -> list[Case]:
    """The cases that were due on these days, both included, in their own zones."""
    dated = ((case, due_locally(case.timer, measure)) for case in cases)
    return [case for case, due in dated if due is not None and first <= due.date() <= last]


def due_locally(timer: Timer, measure: Measure = Measure.PROMISE) -> datetime | None:
    """When it was due or broke, in the timer's own zone; None when nothing falls due."""
    due = timer.due_at if measure is Measure.PROMISE else timer.goal_due_at
    return None if due is None else due.astimezone(zone_of(timer.timezone))


def _counted(timer: Timer, measure: Measure) -> Rate | None:
    if timer.state is State.CANCELLED or (measure is Measure.GOAL and timer.goal is None):
        return None
    missed = timer.breached_at if measure is Measure.PROMISE else timer.goal_missed_at
    if missed is not None:
        return _BROKEN_AND_OPEN if timer.is_open else _BROKEN
    return _MET if timer.stopped_at is not None else None


_MET, _BROKEN, _BROKEN_AND_OPEN = Rate(met=1), Rate(broken=1), Rate(broken=1, open=1)


def _due(case: Case, measure: Measure, say: Callable[[datetime], str]) -> str:
    due = due_locally(case.timer, measure)
    return UNKNOWN if due is None else say(due)


_GROUPS: Mapping[By, Callable[[Case, Measure], str]] = {
    By.METRIC: lambda case, _: case.timer.metric,
    By.PRIORITY: lambda case, _: case.facts.priority,
    By.CATEGORY: lambda case, _: case.facts.category or UNKNOWN,
    By.CHANNEL: lambda case, _: case.facts.channel or UNKNOWN,
    By.SEGMENT: lambda case, _: case.facts.segment or UNKNOWN,
    By.HOUR: lambda case, measure: _due(case, measure, lambda due: f"{due:%H}"),
    By.WEEKDAY: lambda case, measure: _due(case, measure, lambda due: WEEKDAYS[due.weekday()]),
    By.DAY: lambda case, measure: _due(case, measure, lambda due: due.date().isoformat()),
    By.ANSWERED_BY: lambda case, _: case.answered_by or NOBODY,
}


def in_words(counted: Rate, measure: Measure = Measure.PROMISE, auto_sent_counts: bool = True) -> str:
    """What a rate says and what it counts, for the head of a report."""
    what = "promises to customers" if measure is Measure.PROMISE else "internal goals"
    auto = "Auto-sent replies count." if auto_sent_counts else "Auto-sent replies are left out, as if never sent."
    return f"{_result(counted, what)} {auto} {WHAT_IT_COUNTS}"


def _result(counted: Rate, what: str) -> str:
    if counted.percent is None:
        return f"No {what} have fallen due yet."
    low, high = counted.interval
    return (
        f"{counted.met} of {counted.total} {what} were kept: {_floor(counted)} % (with so many, between "
        f"{floor(low * 100)} and {ceil(high * 100)} % is likely). Broken: {counted.broken}; of these still waiting: "
        f"{counted.open}."
    )


def _floor(counted: Rate) -> str:
    """Rounded down to a tenth, so that 100 % means all."""
    tenths = counted.met * 1000 // counted.total
    return f"{tenths // 10}.{tenths % 10}"


WHAT_IT_COUNTS = (
    "Counted are timers that ended or broke: kept when they were stopped by the end of their target, broken otherwise, "
    "also while still open. A timer belongs to the day on which it was due. Timers within their target and cancelled "
    "ones are not counted."
)
