"""How promises were kept over a period: rates cut every way, where the time of the broken ones went, late pauses.

What the figures mean is `sla.compliance`'s and `sla.time_spent`'s to say; `report_cases` reads the timers.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from copilot.promises import PromiseBook
from copilot.report_cases import Period, gather, histories
from copilot.store import reports as store
from copilot.store.session import Session
from sla.compliance import By, Case, Measure, Rate, breakdown, cases, due_locally, in_order, rate
from sla.policies import Sender, TicketFacts
from sla.time_spent import LatePause, Mark, Place, late_pauses, places, where_time_went
from sla.timers import State, Timer

MOST_TRACED = 200
MOST_LISTED = 25
DIMENSIONS = (By.METRIC, By.PRIORITY, By.CATEGORY, By.CHANNEL, By.SEGMENT, By.ANSWERED_BY, By.WEEKDAY, By.HOUR, By.DAY)
WHERE: Mapping[str, Place] = {
    "received": Place.DRAFT,
    "message_inbound": Place.DRAFT,
    "drafted": Place.AGENT,
    "no_draft": Place.AGENT,
    "rejected": Place.WORKING,
    "approved": Place.WORKING,
    "reply_written": Place.WORKING,
}


@dataclass(frozen=True, slots=True)
class Group:
    """A row of a table: kept and broken against the promise and against the goal."""

    name: str
    promise: Rate
    goal: Rate


@dataclass(frozen=True, slots=True)
class Breach:
    """A broken promise and where its time went."""

    ticket_id: int
    timer: Timer
    spent: Mapping[Place, timedelta]


@dataclass(frozen=True, slots=True)
class Flagged:
    """A pause that was placed when the target was all but used up."""

    ticket_id: int
    timer: Timer
    pause: LatePause


@dataclass(frozen=True, slots=True)
class Compliance:
    """The report. `examined` tickets were looked at, `is_cut` when there were more than a report takes. Of tickets with
    automatic replies `not_replayed` were left out because they are too many to judge without those. The latest broken
    promises were `traced`; `listed` are the first. `promise_by_people` leaves out what an automatic reply stopped.
    """

    period: Period
    auto_sent_counts: bool
    examined: int
    is_cut: bool
    promise: Rate
    goal: Rate
    promise_by_people: Rate
    not_replayed: int
    groups: Mapping[By, Sequence[Group]]
    traced: int
    spent: Mapping[Place, timedelta]
    listed: Sequence[Breach]
    late_pauses: Sequence[Flagged]
    late_pauses_in_all: int


def compliance(
    session: Session, period: Period, book: PromiseBook, now: datetime, *, auto_sent_counts: bool = True
) -> Compliance:
    """The report of a period; without auto-sent replies the clock runs on until a person replied."""
    found = gather(session, period, book, now, auto_sent_counts)
    due = within(found.cases, period)
    kept, pauses = [case for _, case in due], flagged(due)
    broken = sorted(
        ((ticket, case.timer) for ticket, case in due if case.timer.state is State.BREACHED),
        key=lambda row: row[1].due_at or now,
        reverse=True,
    )
    breaches = trace(session, broken[:MOST_TRACED], book, now, auto_sent_counts)
    return Compliance(
        period=period,
        auto_sent_counts=auto_sent_counts,
        examined=found.examined,
        is_cut=found.is_cut,
        promise=rate(kept),
        goal=rate(kept, Measure.GOAL),
        promise_by_people=rate(case for case in kept if case.answered_by is not Sender.AUTO),
        not_replayed=found.not_replayed,
        groups=grouped(kept),
        traced=len(breaches),
        spent=total_spent(breaches),
        listed=breaches[:MOST_LISTED],
        late_pauses=pauses[:MOST_LISTED],
        late_pauses_in_all=len(pauses),
    )


def flagged(rows: Iterable[tuple[int, Case]]) -> list[Flagged]:
    """The suspiciously late pauses, latest first."""
    found = [Flagged(ticket, case.timer, pause) for ticket, case in rows for pause in late_pauses(case.timer)]
    return sorted(found, key=lambda row: row.pause.at, reverse=True)


def within(rows: Iterable[tuple[int, Case]], period: Period) -> list[tuple[int, Case]]:
    """The cases that were due in the period."""
    dated = ((row, due_locally(row[1].timer)) for row in rows)
    return [row for row, due in dated if due is not None and period.first <= due.date() <= period.last]


def grouped(kept: Iterable[Case]) -> dict[By, list[Group]]:
    """The rates of each group, against promise and goal."""
    found = breakdown(kept, DIMENSIONS)
    groups: dict[By, list[Group]] = {}
    for by in DIMENSIONS:
        promise, goal = found[by, Measure.PROMISE], found[by, Measure.GOAL]
        names = in_order({*promise, *goal}) if by is not By.DAY else list(promise)
        groups[by] = [Group(name, promise.get(name, Rate()), goal.get(name, Rate())) for name in names]
    return groups


def trace(
    session: Session, broken: Sequence[tuple[int, Timer]], book: PromiseBook, now: datetime, auto_sent_counts: bool
) -> list[Breach]:
    """These broken promises replayed, with where their time went."""
    ids = sorted({ticket_id for ticket_id, _ in broken})
    told, courses = histories(session, ids, book), store.courses(session, ids)
    replayed = {
        (id, case.timer.metric, case.timer.started_at): case.timer
        for id, (policy, events) in told.items()
        for case in cases(policy, events, now, TicketFacts(), auto_sent_counts=auto_sent_counts)
    }
    found = []
    for ticket_id, stored in broken:
        timer = replayed.get((ticket_id, stored.metric, stored.started_at), stored)
        marks = [Mark(at, WHERE[kind]) for at, kind in courses[ticket_id]]
        found.append(Breach(ticket_id, timer, where_time_went(timer, places(told[ticket_id][1], marks))))
    return found


def total_spent(breaches: Iterable[Breach]) -> dict[Place, timedelta]:
    """The sum over these breaches, in the order of `Place`."""
    total = dict.fromkeys(Place, timedelta(0))
    for breach in breaches:
        for place, spent in breach.spent.items():
            total[place] += spent
    return {place: spent for place, spent in total.items() if spent}
