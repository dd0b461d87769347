"""The ranked queue: which ticket an agent should take next, and why it stands there.

Only what is within sight is ranked: the tickets nearest their goal, and the longest overdue for the places that are
kept for them. What lies behind follows in a plain order straight from the database, so a page costs about the same
however long the queue is, nothing is kept in memory between two requests, and every process shows the same queue.

What a ticket behind the horizon can be denied. The ranking takes tickets in the order of their latest beginnings (due
less `PRUDENCE` times the handling to expect), while sight is cut by when they fall due. A ticket from behind falls due
no earlier than the horizon; as no handling time is longer than a break, it must begin at most `OVERLAP` before the
horizon falls due. So of what can be kept, all that must begin earlier than that stands before it, as it does when
everything is ranked: this covers the first page unless the 2,000 in sight fall due nearly together. Three things are
reckoned from those in sight alone, and may differ from ranking everything: who gives way (a ticket from behind could
take the time of one that is worth less an hour), how much time there is to spare for overdue tickets, and that what
gives way in sight stands before what follows behind. What they change on the first page is measured in
docs/benchmarks.md. Behind the horizon the order is by when tickets fall due, whatever they take.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from copilot.store import accounts, tickets, waiting
from copilot.store.session import Session
from copilot.store.tables import Ticket
from copilot.store.waiting import QueueEntry, Shown, Stretch
from sla.handling import BREAK, HandlingTimes
from sla.load import Load, forecast
from sla.ranking import PRUDENCE, RESERVE, QueueItem, Ranked, rank_with_reasons
from sla.reserve import share_of_time
from sla.timers import read_instant

# How much a kept promise counts by priority; the ranking gives up light promises first when not all can be kept.
# Steeper weights keep more of the urgent and fewer in all (docs/benchmarks.md).
WEIGHTS = {"low": 1.0, "normal": 1.5, "high": 2.0, "urgent": 3.0}
OVERLAP = PRUDENCE * BREAK

MOST_RECENT = 2_000
MOST_WAITING = 20_000


class Sight(NamedTuple):
    """How many tickets are ranked: those soonest due that are not late yet, and those longest overdue."""

    ahead: int = 2_000
    overdue: int = 400


SIGHT = Sight()


class Terms(NamedTuple):
    """What the order rests on beside the tickets: `reserve` as in `sla.ranking.rank`, and what each is expected to take
    (by category; a prior of 6 minutes until it is measured).
    """

    reserve: float = RESERVE
    times: HandlingTimes = HandlingTimes()


SHIPPED = Terms()


class QueuePlace(NamedTuple):
    """A ticket's place among those shown; `rank` counts from 1."""

    rank: int
    entry: QueueEntry
    row: Ranked

    @property
    def why(self) -> str:
        """Why it stands there."""
        return self.row.why


def ranked(
    session: Session,
    now: datetime,
    terms: Terms = SHIPPED,
    *,
    limit: int | None = None,
    offset: int = 0,
    shown: Shown = "all",
    sight: Sight = SIGHT,
) -> list[QueuePlace]:
    """Tickets that wait for an agent, in the order in which to take them.

    All of them, or a page: `limit` of those that the reader wants to see, from `offset` on. The order is total, so
    pages of the same moment hold each ticket once. Without a limit it costs as much as the queue is long.
    """
    found: list[_Place] = []
    skip, most = offset, waiting.count(session, shown, now) if limit is None else limit
    for part in _parts(session, now, terms, shown, sight):
        if len(found) == most:
            break
        rows = part.cut(skip, most - len(found))
        skip = 0 if rows or not skip else skip - part.size()
        found.extend(rows)
    return [QueuePlace(rank, entry, row) for rank, (entry, row) in enumerate(found, start=offset + 1)]


def reasons(
    session: Session, now: datetime, ids: Sequence[int], terms: Terms = SHIPPED, *, sight: Sight = SIGHT
) -> dict[int, str]:
    """Why those of these tickets that wait for an agent stand where they stand."""
    seen = _look(session, now, terms, "all", sight)
    words = {entry.id: row.why for places in (seen.first, seen.late, seen.hardly) for entry, row in places}
    behind = {entry.id: _unranked(entry, now, terms.times).why for entry in waiting.of_ids(session, ids)}
    return {id: words.get(id, why) for id, why in behind.items()}


def load(
    session: Session, now: datetime, window: timedelta = timedelta(hours=24), times: HandlingTimes = SHIPPED.times
) -> Load:
    """What the coming hours hold when they are like the `window` before `now`; of its tickets at most the newest
    `MOST_RECENT` are looked at, and the window shortened to them; of those that wait, the `MOST_WAITING` soonest due.
    """
    rows = tickets.recent(session, MOST_RECENT)
    if len(rows) == MOST_RECENT:
        window = min(window, max(now - min(row.received_at for row in rows), timedelta(minutes=1)))
    recent = [
        QueueItem(row.id or 0, row.received_at, _first_due(row), WEIGHTS[row.priority], times.of(row.category))
        for row in rows
    ]
    ahead = [item(entry, times) for entry in waiting.first(session, "ahead", now, MOST_WAITING)]
    told = forecast(recent, ahead, now, _agents(session), window)
    return replace(told, already_late=waiting.further_count(session, "overdue", now, None))


_Place = tuple[QueueEntry, Ranked]


@dataclass(frozen=True, slots=True)
class _Seen:
    """What was ranked, as far as the reader wants to see it: what can be done in time or gives way to that, what is
    late, what is not late yet and can hardly be kept. `horizon` and `oldest` are the last in sight when more follow.
    """

    first: list[_Place]
    late: list[_Place]
    hardly: list[_Place]
    horizon: QueueEntry | None
    oldest: QueueEntry | None


class _Part(NamedTuple):
    """A part of the queue: `cut(offset, limit)` reads of it, `size()` counts it."""

    cut: Callable[[int, int], Sequence[_Place]]
    size: Callable[[], int]


def _parts(session: Session, now: datetime, terms: Terms, shown: Shown, sight: Sight) -> Iterator[_Part]:
    """The whole queue in its order: late tickets behind all that are not, as in the ranking; the paused last."""
    seen = _look(session, now, terms, shown, sight)

    def stored(stretch: Stretch, after: QueueEntry | None) -> _Part:
        def cut(offset: int, limit: int) -> Sequence[_Place]:
            rows = waiting.further(session, stretch, now, after, limit, offset, shown)
            return [(entry, _unranked(entry, now, terms.times)) for entry in rows]

        return _Part(cut, lambda: waiting.further_count(session, stretch, now, after, shown))

    yield _in_memory(seen.first)
    if seen.horizon:
        yield stored("ahead", seen.horizon)
    yield _in_memory(seen.late)
    if seen.oldest:
        yield stored("overdue", seen.oldest)
    yield _in_memory(seen.hardly)
    yield stored("paused", None)


def _in_memory(places: list[_Place]) -> _Part:
    return _Part(lambda offset, limit: places[offset : offset + limit], lambda: len(places))


def _look(session: Session, now: datetime, terms: Terms, shown: Shown, sight: Sight) -> _Seen:
    """Rank what is within sight."""
    ahead = waiting.first(session, "ahead", now, sight.ahead, shown)
    overdue = waiting.first(session, "overdue", now, sight.overdue, shown)
    oldest = overdue[-1] if len(overdue) == sight.overdue else None
    entries: dict[str | int, QueueEntry] = {entry.id: entry for entry in (*ahead, *overdue)}
    agents, items = _agents(session), {entry.id: item(entry, terms.times) for entry in (*ahead, *overdue)}
    work = sum(items[entry.id].expected_handling.total_seconds() for entry in overdue)
    behind = 0.0
    if oldest and share_of_time(work, 0.0, agents, terms.reserve) > terms.reserve:
        # taken to be like those in sight; not counted when these alone bring the share down to its least
        behind = work / len(overdue) * waiting.further_count(session, "overdue", now, oldest)
    rows = rank_with_reasons(items.values(), now, agents, terms.reserve, behind)
    groups: dict[str, list[_Place]] = {"first": [], "late": [], "hardly": []}
    for row in rows:
        if entries[row.item.id].shown:
            group = "first" if row.standing != "lost" else "late" if row.left < 0 else "hardly"
            groups[group].append((entries[row.item.id], row))
    horizon = ahead[-1] if len(ahead) == sight.ahead else None
    return _Seen(**groups, horizon=horizon, oldest=oldest)


def _unranked(entry: QueueEntry, now: datetime, times: HandlingTimes) -> Ranked:
    """A ticket behind what was ranked, which says no more than when it is due or since when it is late."""
    if entry.next_goal_at is None:
        return Ranked(item(entry, times), "paused", 0.0, 0.0)
    left = (entry.next_goal_at - now).total_seconds()
    return Ranked(item(entry, times), "lost" if left < 0 else "kept", left, 0.0)


def item(entry: QueueEntry, times: HandlingTimes = SHIPPED.times) -> QueueItem:
    """The ticket as the ranking knows it."""
    handling = times.of(entry.category)
    return QueueItem(entry.id, entry.received_at, entry.next_goal_at, WEIGHTS[entry.priority], handling)


def _agents(session: Session) -> int:
    return max(1, accounts.active_agents(session))


def _first_due(ticket: Ticket) -> datetime | None:
    """When the first of its timers fell or falls due, answered or not."""
    dues: Sequence[Any] = [timer.get("due_at") for timer in ticket.timers]
    return min((read_instant(due, "due_at") for due in dues if due), default=None)
