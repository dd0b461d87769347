"""The ways of ranking that the queue evaluation compares, each as one who gives out a ticket at a time."""

from bisect import insort
from collections.abc import Callable, Sequence
from functools import partial
from heapq import heappop, heappush
from typing import Protocol

import numpy as np

from copilot.evals.queue_scenario import Floats, Scenario
from sla.ranking import FORESIGHT, PRUDENCE, RESERVE, Selection, select, turns_beside
from sla.reserve import is_reserved, share_of_time

LOOK_AHEAD = 10.0  # k of the apparent tardiness cost


class Ranker(Protocol):
    """Holds what waits and gives out one ticket at a time, by its position in the scenario."""

    def add(self, ticket: int) -> None:
        """A ticket has come."""

    def pick(self, now: float, /) -> int:
        """Take out the ticket to work on next; only called while something waits."""


class ByKey:
    """Smallest key first: first in first out, strict priority, earliest due."""

    def __init__(self, key: Floats) -> None:
        self.key: list[float] = key.tolist()
        self.heap: list[tuple[float, int]] = []

    def add(self, ticket: int) -> None:
        """A ticket has come."""
        heappush(self.heap, (self.key[ticket], ticket))

    def pick(self, _now: float, /) -> int:
        """Take out the first."""
        return heappop(self.heap)[1]


class ApparentTardinessCost:
    """Greatest weight per second of work, discounted by slack over `LOOK_AHEAD` mean handling times."""

    def __init__(self, of: Scenario) -> None:
        self.of, self.waiting = of, list[int]()
        self.scale = LOOK_AHEAD * of.expected.mean() if len(of.expected) else 1.0
        self.worth = np.log(of.weight / of.expected)

    def add(self, ticket: int) -> None:
        """A ticket has come."""
        self.waiting.append(ticket)

    def pick(self, now: float, /) -> int:
        """Take out the greatest index."""
        at = np.array(self.waiting)
        slack = np.maximum(0, self.of.due[at] - now - self.of.expected[at])
        return self.waiting.pop(int(np.argmax(self.worth[at] - slack / self.scale)))


class MooreHodgson:
    """Moore and Hodgson's weighted choice as it stands in the books; every so many picks, the longest overdue."""

    def __init__(self, of: Scenario, every: int = 0) -> None:
        self.due, self.expected, self.weight = of.due.tolist(), of.expected.tolist(), of.weight.tolist()
        self.hopeless: list[float] = (of.due - of.expected).tolist()  # from when on it cannot be kept
        self.key: list[float] = self.due  # the order of the choice
        # for one who works as fast as all together
        self.begin: list[float] = (of.due - of.expected / of.agents).tolist()
        self.foresight = 1.0
        self.waiting: list[tuple[float, int]] = []
        self.lost: list[tuple[float, int]] = []  # cannot be kept any more, earliest due first
        self.every, self.picks, self.agents = every, 0, of.agents

    def add(self, ticket: int) -> None:
        """A ticket has come."""
        insort(self.waiting, (self.key[ticket], ticket))

    def pick(self, now: float, /) -> int:
        """Take out the first of those that can be kept, of those that give way, of the lost; or one overdue."""
        self.picks += 1
        chosen = self.choose(now)
        if self.lost and self.lost[0][0] < now and self.turn_of_the_overdue(now, chosen):
            return self.lost.pop(0)[1]
        places = chosen.kept or chosen.given_way
        return (self.waiting.pop(places[0]) if places else self.lost.pop(0))[1]

    def choose(self, now: float) -> Selection:
        """Choose from what waits; what is lost moves aside for good, since time only passes."""
        for row in [row for row in self.waiting if self.hopeless[row[1]] < now]:
            self.waiting.remove(row)
            insort(self.lost, (self.due[row[1]], row[1]))
        weight = [self.weight[ticket] for _, ticket in self.waiting]
        return select(*self.begin_and_handling(now), weight, self.agents, self.foresight)

    def begin_and_handling(self, now: float) -> tuple[list[float], list[float]]:
        """Of what waits, the seconds until each must be begun and those that it takes."""
        tickets = [ticket for _, ticket in self.waiting]
        return [self.begin[ticket] - now for ticket in tickets], [self.expected[ticket] for ticket in tickets]

    def turn_of_the_overdue(self, _now: float, _chosen: Selection, /) -> bool:
        """Whether this pick is for the ticket that is overdue longest."""
        return self.every > 0 and self.picks % self.every == 0


class Ours(MooreHodgson):
    """`sla.ranking.rank`, its first row taken at every pick; the same functions without what cannot change between."""

    def __init__(self, of: Scenario, reserve: float = RESERVE) -> None:
        super().__init__(of)
        self.reserve, self.foresight = reserve, FORESIGHT
        self.key = self.begin = (of.due - PRUDENCE * of.expected).tolist()

    def begin_and_handling(self, now: float) -> tuple[list[float], list[float]]:
        """As with prudence, or at once; what cannot be kept even so has moved aside."""
        begin, handling = super().begin_and_handling(now)
        return [max(0.0, time) for time in begin], handling

    def turn_of_the_overdue(self, now: float, chosen: Selection, /) -> bool:
        """Whether there is time for it now, or this minute is kept for it."""
        work = sum(self.expected[ticket] for due, ticket in self.lost if due < now)
        share = share_of_time(work, now - self.lost[0][0], self.agents, self.reserve)
        turns = turns_beside(chosen, *self.begin_and_handling(now), self.agents, share)
        overdue = self.expected[self.lost[0][1]]
        return turns.fits(overdue) or is_reserved(int(now // 60), turns.places(overdue))


Rankers = dict[str, Callable[[Scenario], Ranker]]

RANKERS: Rankers = {
    "first in first out": lambda of: ByKey(of.received),
    "strict priority": lambda of: ByKey(of.urgency),
    "earliest due": lambda of: ByKey(of.due),
    "apparent tardiness cost": ApparentTardinessCost,
    "moore-hodgson": MooreHodgson,
    "moore-hodgson, every 20th overdue": lambda of: MooreHodgson(of, every=20),
    "ours": Ours,
}


def by_reserve(reserves: Sequence[float]) -> Rankers:
    """Ours with each of these least shares of time for overdue tickets. ValueError for one that is no share."""
    if not all(0 < reserve <= 1 for reserve in reserves):
        raise ValueError("reserves: must be above 0 and at most 1")
    return {f"ours, reserve {reserve:.1%}": partial(Ours, reserve=reserve) for reserve in reserves}
