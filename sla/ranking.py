"""The order of the queue: which tickets to answer first so that the most promises are kept, at every load.

Earliest-due-first collapses under overload because it keeps working on tickets that are lost already. So the tickets
that can still be kept stand first, in the order in which they must be begun; those that have to give way follow. The
choice is Moore and Hodgson's rule (1968) with weights: walk the tickets in that order, and whenever the work taken on
exceeds what the agents can do by then, let go of the one with the least weight per hour of work. Two things are added.
Tickets that have not come yet will want their part of the time, so only the next hour is counted in full and
`FORESIGHT` of what lies behind it: what has to give way does so early, while there is much to choose from. And places
are kept for overdue tickets, so that none waits for ever: many places while few are overdue, since clearing them is
cheap then, and never less than the share that the admin sets. It knows no calendar, no past, and no ticket beyond what
a `QueueItem` says.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from heapq import heappop, heappush
from math import isfinite
from operator import itemgetter
from typing import Literal, NamedTuple

RESERVE = 0.01  # the least share of places that goes to overdue tickets
FORESIGHT = 0.4  # the part of the agents' time behind the next hour that waiting tickets may count on
NEXT_HOUR = 3600.0
PRUDENCE = 1.3  # a ticket counts on so many times its expected handling, for it may take longer

_LARGEST_RESERVE = 0.2
_CLEARED_AT_ONCE = (
    180.0  # seconds of overdue work an agent: the reserve is this part of the overdue work, within limits
)
_GOLDEN = (5**0.5 - 1) / 2
_MINUTE = 60.0

Standing = Literal["kept", "reserved", "gives way", "lost", "paused"]


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
        if self.expected_handling <= timedelta(0):
            raise ValueError("expected_handling: must be more than zero")


class Ranked(NamedTuple):
    """A ticket in its place; `left` is the time until it is due in seconds, `share` the reserve in force."""

    item: QueueItem
    standing: Standing
    left: float
    share: float

    @property
    def why(self) -> str:
        """In a few words why it stands there."""
        if self.standing == "paused":
            return "paused: nothing falls due"
        if self.standing == "reserved":
            return f"late by {rough(-self.left)}: 1 of {round(1 / self.share)} places is kept for overdue"
        if self.left < 0:
            return f"can no longer be kept: {rough(-self.left)} late"
        if self.standing == "lost":
            handling = self.item.expected_handling.total_seconds()
            return f"can hardly be kept: due in {rough(self.left)}, takes about {rough(handling)}"
        gives_way = ": gives way, there is not time for all" if self.standing == "gives way" else ""
        return f"due in {rough(self.left)}{gives_way}"


class Selection(NamedTuple):
    """Positions in the given order: what can be kept, what has to give way, and what cannot be kept any more."""

    kept: list[int]
    given_way: list[int]
    lost: list[int]


def rank(items: Iterable[QueueItem], now: datetime, agents: int, reserve: float = RESERVE) -> list[QueueItem]:
    """The tickets in the order in which `agents` people should take them up from `now` on.

    The order is total: it does not depend on the order of `items`. Some minutes are kept for overdue tickets, so a
    caller who takes the first and ranks anew each time serves them as one who works down the list does. `reserve` is
    the least share of places for them. O(n log n). ValueError for fewer than one agent, a naive `now`, a `reserve` that
    is not above 0 and at most 1, and an id that stands twice.
    """
    return [ranked.item for ranked in rank_with_reasons(items, now, agents, reserve)]


def rank_with_reasons(items: Iterable[QueueItem], now: datetime, agents: int, reserve: float = RESERVE) -> list[Ranked]:
    """As `rank`, each ticket with the reason for its place."""
    queue = list(items)
    _check(queue, now, agents, reserve)
    rows, paused = _by_beginning(queue, now)
    left, handling = [row[0] + PRUDENCE * row[4] for row in rows], [row[4] for row in rows]
    chosen = select([row[0] for row in rows], handling, [-row[1] for row in rows], agents)
    lost = sorted(chosen.lost, key=left.__getitem__)
    late = [place for place in lost if left[place] < 0]
    share = reserved_share(sum(handling[place] for place in late), agents, reserve)
    first: list[tuple[int, Standing]] = [(place, "kept") for place in chosen.kept]
    first += [(place, "gives way") for place in chosen.given_way]
    order, placed = _with_reserve(first, late, share, now)
    order += [(place, "lost") for place in lost[placed:]]
    ranked = [Ranked(rows[place][5], standing, left[place], share) for place, standing in order]
    return ranked + [Ranked(item, "paused", 0.0, share) for item in paused]


def select(
    begin: Sequence[float],
    handling: Sequence[float],
    weight: Sequence[float],
    agents: int,
    foresight: float = FORESIGHT,
) -> Selection:
    """Moore and Hodgson's choice over tickets in the order in which they fall due; `begin` is the time until each must
    be begun (negative: too late) and `handling` the work, in seconds.

    The agents are taken as one who works as fast as all of them together. O(n log n).
    """
    taken: list[tuple[float, float, int]] = []  # (weight per second, due later first, place): what to let go of first
    lost: list[int] = []
    given_way: list[int] = []
    work = 0.0
    for place, (time, needed) in enumerate(zip(begin, handling, strict=True)):
        if time < 0:
            lost.append(place)
            continue
        heappush(taken, (weight[place] / needed, -time, place))
        work += needed
        room = needed + agents * (time if time <= NEXT_HOUR else NEXT_HOUR + foresight * (time - NEXT_HOUR))
        while work > room:
            let_go = heappop(taken)[2]
            given_way.append(let_go)
            work -= handling[let_go]
    return Selection(sorted(place for _, _, place in taken), sorted(given_way), lost)


def reserved_share(overdue_work: float, agents: int, reserve: float = RESERVE) -> float:
    """The share of places for overdue tickets that ask for `overdue_work` seconds: from a fifth down to `reserve`."""
    if overdue_work <= 0:
        return max(reserve, _LARGEST_RESERVE)
    return max(reserve, min(_LARGEST_RESERVE, _CLEARED_AT_ONCE * agents / overdue_work))


def is_reserved(turn: int, share: float) -> bool:
    """Whether this turn (a minute since 1970, or so many places further down) belongs to an overdue ticket.

    Multiples of the golden section spread the turns evenly: of any 3 / share consecutive turns at least one is reserved
    (the three-gap theorem), and no steady rhythm of up to four hours a ticket can always miss them.
    """
    return turn * _GOLDEN % 1 < share


def rough(seconds: float) -> str:
    """The largest sensible unit, cut off: "40 s", "22 min", "3 h", "2 d"."""
    if seconds < _MINUTE:
        return f"{int(seconds)} s"
    minutes = int(seconds // _MINUTE)
    if minutes < 60:
        return f"{minutes} min"
    return f"{minutes // 60} h" if minutes < 48 * 60 else f"{minutes // 1440} d"


def _check(queue: list[QueueItem], now: datetime, agents: int, reserve: float) -> None:
    if now.utcoffset() is None:
        raise ValueError("now: expected a datetime with a time zone")
    if agents < 1:
        raise ValueError("agents: must be at least one")
    if not 0 < reserve <= 1:
        raise ValueError("reserve: must be above 0 and at most 1")
    if len({item.id for item in queue}) < len(queue):
        raise ValueError("items: an id stands twice")


_Row = tuple[float, float, float, str, float, QueueItem]


def _by_beginning(queue: list[QueueItem], now: datetime) -> tuple[list[_Row], list[QueueItem]]:
    """What falls due, as (seconds until it must begin, -weight, received, id, handling, item) in that order; and what
    is paused, by receipt.
    """
    due: list[_Row] = []
    paused: list[_Row] = []
    at = now.timestamp()
    for item in queue:
        received, handling = item.received_at.timestamp(), item.expected_handling.total_seconds()
        if item.due_at is None:
            paused.append((received, -item.weight, received, str(item.id), handling, item))
        else:
            begin = item.due_at.timestamp() - at - PRUDENCE * handling
            due.append((begin, -item.weight, received, str(item.id), handling, item))
    order = itemgetter(0, 1, 2, 3)
    return sorted(due, key=order), [row[5] for row in sorted(paused, key=order)]


def _with_reserve(
    first: list[tuple[int, Standing]], late: list[int], share: float, now: datetime
) -> tuple[list[tuple[int, Standing]], int]:
    """`first` with the longest late in the reserved places, and how many of those found one."""
    order: list[tuple[int, Standing]] = []
    turn, placed = int(now.timestamp() // _MINUTE), 0
    for row in first:
        while placed < len(late) and is_reserved(turn + len(order), share):
            order.append((late[placed], "reserved"))
            placed += 1
        order.append(row)
    return order, placed
