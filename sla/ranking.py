"""The order of the queue: which tickets to answer first so that the most promises are kept.

Earliest-due-first collapses under overload because it keeps working on tickets that are lost already. So the tickets
that can still be kept stand first, earliest due first; those that have to give way follow. The choice is Moore and
Hodgson's rule (1968) with weights: walk the tickets by due time, and whenever the work taken on exceeds what the agents
can do by then, let go of the one with the least weight per hour of work. Places are set aside for overdue tickets, so
that none waits for ever. It knows no calendar and no ticket beyond what a `QueueItem` says.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from heapq import heappop, heappush
from math import isfinite

RESERVED_PLACE = 20  # one in so many places goes to the ticket that is overdue the longest

_NO_TIME = timedelta(0)
_MINUTE = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class QueueItem:
    """A waiting ticket: unique `id`, aware instants, `due_at` None while nothing falls due, `weight` > 0 for what
    keeping its promise is worth, `expected_handling` > 0 for an agent's working time on it. ValueError names the field.
    """

    id: str | int
    received_at: datetime
    due_at: datetime | None
    weight: float
    expected_handling: timedelta

    def __post_init__(self) -> None:
        if self.received_at.utcoffset() is None:
            raise ValueError("received_at: expected a datetime with a time zone")
        if self.due_at is not None and self.due_at.utcoffset() is None:
            raise ValueError("due_at: expected a datetime with a time zone")
        if not (isfinite(self.weight) and self.weight > 0):
            raise ValueError("weight: must be a number above zero")
        if self.expected_handling <= _NO_TIME:
            raise ValueError("expected_handling: must be more than zero")


@dataclass(frozen=True, slots=True)
class Ranked:
    """A ticket in its place, and in a few words why it stands there."""

    item: QueueItem
    why: str


def rank(items: Iterable[QueueItem], now: datetime, agents: int, served: int = 0) -> list[QueueItem]:
    """The tickets in the order in which `agents` people should take them up from `now` on.

    The order is total: it does not depend on the order of `items`. `served` is how many tickets were taken up before,
    for a caller that ranks anew for each: the reserved places then come round all the same. O(n log n). ValueError for
    fewer than one agent, a naive `now`, a negative `served` and an id that stands twice.
    """
    return [ranked.item for ranked in rank_with_reasons(items, now, agents, served)]


def rank_with_reasons(items: Iterable[QueueItem], now: datetime, agents: int, served: int = 0) -> list[Ranked]:
    """As `rank`, each ticket with the reason for its place."""
    queue = list(items)
    _check(queue, now, agents, served)
    due = sorted((item for item in queue if item.due_at is not None), key=_by_due)
    paused = sorted((item for item in queue if item.due_at is None), key=_by_receipt)
    kept, given_way = _select(due, now, agents)
    ranked = [Ranked(item, _why_kept(item, now)) for item in kept]
    lost = [Ranked(item, _why_lost(item, now)) for item in given_way]
    return _with_reserve(ranked, lost, now, served) + [Ranked(item, "paused: nothing falls due") for item in paused]


def _check(queue: list[QueueItem], now: datetime, agents: int, served: int) -> None:
    if now.utcoffset() is None:
        raise ValueError("now: expected a datetime with a time zone")
    if agents < 1:
        raise ValueError("agents: must be at least one")
    if served < 0:
        raise ValueError("served: must not be negative")
    if len({item.id for item in queue}) < len(queue):
        raise ValueError("items: an id stands twice")


def _select(due: list[QueueItem], now: datetime, agents: int) -> tuple[list[QueueItem], list[QueueItem]]:
    """Those that can be kept and those that give way, both in the given order (by due time)."""
    taken: list[tuple[float, float, int]] = []  # (weight per second, due later first, place): what to let go of first
    given_way: set[int] = set()
    work = _NO_TIME
    for place, item in enumerate(due):
        left = _left(item, now)
        if item.expected_handling > left:
            given_way.add(place)
            continue
        heappush(taken, (item.weight / item.expected_handling.total_seconds(), -left.total_seconds(), place))
        work += item.expected_handling
        while work > left * agents:
            _, _, let_go = heappop(taken)
            given_way.add(let_go)
            work -= due[let_go].expected_handling
    kept = [item for place, item in enumerate(due) if place not in given_way]
    return kept, [due[place] for place in sorted(given_way)]


def _with_reserve(kept: list[Ranked], lost: list[Ranked], now: datetime, served: int) -> list[Ranked]:
    """Those kept first, except that every 20th place is for the longest overdue while there is one; then the rest.

    The lost stand by due time, so the overdue ones stand before those not yet due.
    """
    order: list[Ranked] = []
    overdue = [ranked for ranked in lost if _left(ranked.item, now) < _NO_TIME]
    placed = 0
    for ranked in kept:
        if (served + len(order) + 1) % RESERVED_PLACE == 0 and placed < len(overdue):
            item = overdue[placed].item
            order.append(Ranked(item, f"late by {_rough(-_left(item, now))}: place kept for overdue"))
            placed += 1
        order.append(ranked)
    return order + lost[placed:]


def _why_kept(item: QueueItem, now: datetime) -> str:
    return f"due in {_rough(_left(item, now))}"


def _why_lost(item: QueueItem, now: datetime) -> str:
    left = _left(item, now)
    if left < _NO_TIME:
        return f"can no longer be kept: {_rough(-left)} late"
    if item.expected_handling > left:
        return f"can no longer be kept: due in {_rough(left)}, takes {_rough(item.expected_handling)}"
    return f"due in {_rough(left)}: gives way, there is not time for all"


def _left(item: QueueItem, now: datetime) -> timedelta:
    return _NO_TIME if item.due_at is None else item.due_at - now


def _by_due(item: QueueItem) -> tuple[datetime | None, float, datetime, str]:
    return item.due_at, -item.weight, item.received_at, str(item.id)


def _by_receipt(item: QueueItem) -> tuple[datetime, float, str]:
    return item.received_at, -item.weight, str(item.id)


def _rough(duration: timedelta) -> str:
    """The largest sensible unit, cut off: "40 s", "22 min", "3 h", "2 d"."""
    if duration < _MINUTE:
        return f"{duration // timedelta(seconds=1)} s"
    minutes = duration // _MINUTE
    if minutes < 60:
        return f"{minutes} min"
    return f"{minutes // 60} h" if minutes < 48 * 60 else f"{minutes // 1440} d"
