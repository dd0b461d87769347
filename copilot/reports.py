"""How promises were kept over a period: rates cut every way, where the time of the broken ones went, late pauses.

What the figures mean is `sla.compliance`'s and `sla.time_spent`'s to say; `report_cases` reads the timers.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from heapq import nlargest
from operator import itemgetter

from copilot.promises import PromiseBook
from copilot.report_cases import Period, due_in, histories
from copilot.store import reports as store
from copilot.store.session import Session
from sla.compliance import By, Case, Measure, Rate, breakdown, cases, in_order
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
    """The report, as of `at`: every promise that was due in the period, on so many `tickets`. The latest broken
    promises were `traced`; `listed` are the first. `promise_by_people` leaves out what an automatic reply stopped.
    """

    period: Period
    at: datetime
    auto_sent_counts: bool
    tickets: int
    promise: Rate
    goal: Rate
    promise_by_people: Rate
    groups: Mapping[By, Sequence[Group]]
    traced: int
    spent: Mapping[Place, timedelta]
    listed: Sequence[Breach]
    late_pauses: Sequence[Flagged]
    late_pauses_in_all: int


class Tally:
    """Takes cases in as they come by and keeps only what the report shows of single ones; `tickets` had one so far."""

    def __init__(self) -> None:
        self.tickets = 0
        self.late_pauses_in_all = 0
        self._broken: list[tuple[datetime, int, Timer]] = []
        self._pauses: list[Flagged] = []

    def through(self, batches: Iterable[list[tuple[int, Case]]]) -> Iterator[Case]:
        """The cases of these batches, each noted on its way."""
        for batch in batches:
            self.tickets += len({ticket_id for ticket_id, _ in batch})
            self._broken += [
                (case.timer.due_at, ticket_id, case.timer)
                for ticket_id, case in batch
                if case.timer.state is State.BREACHED and case.timer.due_at is not None
            ]
            self._broken = nlargest(MOST_TRACED, self._broken, key=itemgetter(0))
            self._note_pauses(batch)
            yield from (case for _, case in batch)

    def _note_pauses(self, batch: Iterable[tuple[int, Case]]) -> None:
        found = [Flagged(ticket, case.timer, pause) for ticket, case in batch for pause in late_pauses(case.timer)]
        self.late_pauses_in_all += len(found)
        self._pauses = nlargest(MOST_LISTED, self._pauses + found, key=lambda row: row.pause.at)

    @property
    def broken(self) -> list[tuple[int, Timer]]:
        """The broken promises that were due last, by ticket, latest first."""
        return [(ticket_id, timer) for _, ticket_id, timer in self._broken]

    @property
    def late_pauses(self) -> list[Flagged]:
        """The suspiciously late pauses, latest first."""
        return self._pauses


def compliance(
    session: Session,
    period: Period,
    book: PromiseBook,
    now: datetime,
    *,
    auto_sent_counts: bool = True,
    tally: Tally | None = None,
) -> Compliance:
    """The report of a period, whatever its size, in one pass; without auto-sent replies the clock runs on until a
    person replied. Whoever hands in `tally` can see how far it is.
    """
    tally = tally or Tally()
    batches = due_in(session, period, book, now, auto_sent_counts)
    counted = breakdown(tally.through(batches), DIMENSIONS)
    breaches = trace(session, tally.broken, book, now, auto_sent_counts)
    by_sender = counted[By.ANSWERED_BY, Measure.PROMISE]
    return Compliance(
        period=period,
        at=now,
        auto_sent_counts=auto_sent_counts,
        tickets=tally.tickets,
        promise=total(counted[By.METRIC, Measure.PROMISE].values()),
        goal=total(counted[By.METRIC, Measure.GOAL].values()),
        promise_by_people=total(rate for name, rate in by_sender.items() if name != Sender.AUTO),
        groups=grouped(counted),
        traced=len(breaches),
        spent=total_spent(breaches),
        listed=breaches[:MOST_LISTED],
        late_pauses=tally.late_pauses,
        late_pauses_in_all=tally.late_pauses_in_all,
    )


def total(rates: Iterable[Rate]) -> Rate:
    """The sum."""
    return sum(rates, Rate())


def grouped(counted: Mapping[tuple[By, Measure], Mapping[str, Rate]]) -> dict[By, list[Group]]:
    """The rates of each group, against promise and goal."""
    groups: dict[By, list[Group]] = {}
    for by in DIMENSIONS:
        promise, goal = counted[by, Measure.PROMISE], counted[by, Measure.GOAL]
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
