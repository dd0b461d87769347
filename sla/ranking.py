"""The order of the queue: which tickets to answer first so that the most promises are kept, at every load.

Earliest-due-first collapses under overload because it keeps working on tickets that are lost already. So the tickets
that can still be kept stand first, in the order in which they must be begun; those that have to give way follow. The
choice is Moore and Hodgson's rule (1968) with weights: walk the tickets in that order, and whenever the work taken on
exceeds what the agents can do by then, let go of the one with the least weight per hour of work. Two things are added.
Tickets that have not come yet will want their part of the time, so only the next hour is counted in full and
`FORESIGHT` of what lies behind it: what has to give way does so early, while there is much to choose from. And overdue
tickets come first while those in time leave plenty of time for them, or when it is their turn (`sla.reserve`), so that
none waits for ever. It knows no calendar, no past, and no ticket beyond what a `QueueItem` says.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from heapq import heappop, heappush
from math import isfinite
from operator import itemgetter
from typing import Literal, NamedTuple

from sla.reserve import Turns, is_reserved, share_of_time, time_to_spare

RESERVE = 0.02  # the least share of the agents' time that goes to overdue tickets
FORESIGHT = 0.4  # the part of the agents' time behind the next hour that waiting tickets may count on
NEXT_HOUR = 3600.0
PRUDENCE = 1.3  # a ticket counts on so many times its expected handling, for it may take longer

_MINUTE = 60.0

Standing = Literal["kept", "spare", "reserved", "gives way", "lost", "paused"]


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
    """A ticket in its place; `left` is the time until it is due in seconds, `share` that of places for tickets like it
    when its standing is "reserved".
    """

    item: QueueItem
    standing: Standing
    left: float
    share: float

    @property
    def why(self) -> str:
        """In a few words why it stands there."""
        if self.standing == "paused":
            return "paused: nothing falls due"
        if self.standing == "spare":
            return f"late by {rough(-self.left)}: there is time for it now"
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
    the least share of the agents' time for them; a ticket late by 1 / `reserve` weeks is first as soon as those overdue
    longer are gone, whatever comes in. O(n log n). ValueError for fewer than one agent, a naive `now`, a `reserve` that
    is not above 0 and at most 1, and an id that stands twice.
    """
    return [ranked.item for ranked in rank_with_reasons(items, now, agents, reserve)]


def rank_with_reasons(
    items: Iterable[QueueItem], now: datetime, agents: int, reserve: float = RESERVE, overdue_behind: float = 0.0
) -> list[Ranked]:
    """As `rank`, each ticket with the reason for its place. `overdue_behind` is the work, in seconds, of overdue
    tickets that are not among `items` because they stand behind all of these; the reserve knows of it.
    """
    queue = list(items)
    _check(queue, now, agents, reserve)
    rows, paused = _by_beginning(queue, now)
    left, handling = [row[5] for row in rows], [row[4] for row in rows]
    chosen = select([row[0] for row in rows], handling, [-row[1] for row in rows], agents)
    lost = sorted(chosen.lost, key=lambda place: (left[place], *rows[place][1:4]))
    late = [place for place in lost if left[place] < 0]
    longest = -left[late[0]] if late else 0.0
    share = share_of_time(sum(handling[place] for place in late) + overdue_behind, longest, agents, reserve)
    turns = turns_beside(chosen, [row[0] for row in rows], handling, agents, share)
    order = _with_overdue(chosen, late, handling, turns, int(now.timestamp() // _MINUTE))
    order += [(place, "lost", share) for place in lost[len(order) - len(chosen.kept) - len(chosen.given_way) :]]
    ranked = [Ranked(rows[place][6], standing, left[place], part) for place, standing, part in order]
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


def turns_beside(
    chosen: Selection, begin: Sequence[float], handling: Sequence[float], agents: int, share: float
) -> Turns:
    """When overdue tickets go before the `chosen`: `share` of the time is theirs, and what the kept leave while none
    has to give way.
    """
    work = [handling[place] for place in chosen.kept]
    if not work:
        return Turns(0.0, share, 1.0)
    spare = 0.0 if chosen.given_way else time_to_spare([begin[place] for place in chosen.kept], work, agents)
    return Turns(spare, share, sum(work) / len(work))


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


_Row = tuple[float, float, float, str, float, float, QueueItem]


def _by_beginning(queue: list[QueueItem], now: datetime) -> tuple[list[_Row], list[QueueItem]]:
    """What falls due, as (seconds until it must begin, -weight, received, id, handling, seconds left, item) in that
    order; and what is paused, by receipt.
    """
    due: list[_Row] = []
    paused: list[_Row] = []
    at = now.timestamp()
    for item in queue:
        received, handling = item.received_at.timestamp(), item.expected_handling.total_seconds()
        if item.due_at is None:
            paused.append((received, -item.weight, received, repr(item.id), handling, 0.0, item))
        else:
            left = item.due_at.timestamp() - at
            due.append((left - PRUDENCE * handling, -item.weight, received, repr(item.id), handling, left, item))
    order = itemgetter(0, 1, 2, 3)
    return sorted(due, key=order), [row[6] for row in sorted(paused, key=order)]


_Place = tuple[int, Standing, float]


def _with_overdue(
    chosen: Selection, late: Sequence[int], handling: Sequence[float], turns: Turns, turn: int
) -> list[_Place]:
    """The chosen with the longest late before them as far as there is time, and between them in their turns."""
    order: list[_Place] = []
    parts = [turns.places(handling[place]) for place in late]
    taken, placed = 0.0, 0
    while placed < len(late) and turns.fits(handling[late[placed]], taken):
        order.append((late[placed], "spare", turns.share))
        taken += handling[late[placed]]
        placed += 1
    for place, standing in _in_time(chosen):
        while placed < len(late) and is_reserved(turn + len(order), parts[placed]):
            order.append((late[placed], "reserved", parts[placed]))
            placed += 1
        order.append((place, standing, turns.share))
    return order


def _in_time(chosen: Selection) -> Iterator[tuple[int, Standing]]:
    """First what can be kept, then what gives way."""
    yield from ((place, "kept") for place in chosen.kept)
    yield from ((place, "gives way") for place in chosen.given_way)
