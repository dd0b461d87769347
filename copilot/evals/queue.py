"""Measures how many promises each way of ranking keeps, side by side on the same simulated days.

Whenever an agent is free, the ranker picks from what waits then, knowing the category's mean handling time and nothing
of the future; a ticket is kept when its handling ends by its due time. After the last arrival the queue is worked off,
so every ticket has its lateness. The bound is no ranker: it is a number that no schedule of these tickets can pass.
"""

from bisect import insort
from collections.abc import Callable, Sequence
from heapq import heapify, heappop, heappush
from typing import Protocol

import numpy as np

from copilot.evals.queue_scenario import AGENTS, DAYS, HOUR, WARM_UP, Floats, Scenario, scenario
from sla.ranking import FORESIGHT, PRUDENCE, RESERVE, Selection, select, turns_beside
from sla.reserve import is_reserved, share_of_time

LOADS = (0.7, 0.9, 1.0, 1.2)
LOOK_AHEAD = 10.0  # k of the apparent tardiness cost
Progress = Callable[[int, int], None]
Figures = dict[str, float | None]


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
        self.begin: list[float] = (of.due - of.expected / AGENTS).tolist()  # for one who works as fast as all together
        self.foresight = 1.0
        self.waiting: list[tuple[float, int]] = []
        self.lost: list[tuple[float, int]] = []  # cannot be kept any more, earliest due first
        self.every, self.picks = every, 0

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
        begin = [self.begin[ticket] - now for _, ticket in self.waiting]
        handling = [self.expected[ticket] for _, ticket in self.waiting]
        weight = [self.weight[ticket] for _, ticket in self.waiting]
        return select(begin, handling, weight, AGENTS, self.foresight)

    def turn_of_the_overdue(self, _now: float, _chosen: Selection, /) -> bool:
        """Whether this pick is for the ticket that is overdue longest."""
        return self.every > 0 and self.picks % self.every == 0


class Ours(MooreHodgson):
    """`sla.ranking.rank`, its first row taken at every pick; the same functions without what cannot change between."""

    def __init__(self, of: Scenario, reserve: float = RESERVE) -> None:
        super().__init__(of)
        self.reserve, self.foresight = reserve, FORESIGHT
        self.key = self.begin = self.hopeless = (of.due - PRUDENCE * of.expected).tolist()

    def turn_of_the_overdue(self, now: float, chosen: Selection, /) -> bool:
        """Whether there is time for it now, or this minute is kept for it."""
        work = sum(self.expected[ticket] for due, ticket in self.lost if due < now)
        share = share_of_time(work, now - self.lost[0][0], AGENTS, self.reserve)
        begin = [self.begin[ticket] - now for _, ticket in self.waiting]
        turns = turns_beside(chosen, begin, [self.expected[ticket] for _, ticket in self.waiting], AGENTS, share)
        overdue = self.expected[self.lost[0][1]]
        return turns.fits(overdue) or is_reserved(int(now // 60), turns.places(overdue))


RANKERS: dict[str, Callable[[Scenario], Ranker]] = {
    "first in first out": lambda of: ByKey(of.received),
    "strict priority": lambda of: ByKey(of.urgency),
    "earliest due": lambda of: ByKey(of.due),
    "apparent tardiness cost": ApparentTardinessCost,
    "moore-hodgson": MooreHodgson,
    "moore-hodgson, every 20th overdue": lambda of: MooreHodgson(of, every=20),
    "ours": Ours,
}
BOUND = "clairvoyant bound"


def evaluate_queue(
    utilisations: Sequence[float] = LOADS,
    seeds: int = 3,
    progress: Progress = lambda _done, _total: None,
    rankers: dict[str, Callable[[Scenario], Ranker]] = RANKERS,
    days: int = DAYS,
) -> dict[str, dict[str, Figures]]:
    """Per ranker and load (as text) the means over seeds 0, 1, …: kept and kept_weighted (shares of the promises),
    p95_late_hours (of the missed; 0 when none is) and max_wait_hours (until work begins). ValueError names
    the argument.
    """
    if seeds < 1:
        raise ValueError("seeds: must be at least 1")
    if not utilisations:
        raise ValueError("utilisations: at least one is needed")
    figures: dict[str, dict[str, Figures]] = {name: {} for name in (*rankers, BOUND)}
    done, total = 0, len(utilisations) * seeds * len(rankers)
    for load in utilisations:
        runs: dict[str, list[Figures]] = {name: [] for name in figures}
        for seed in range(seeds):
            of = scenario(load, seed, days)
            for name, make in rankers.items():
                runs[name].append(measure(of, *simulate(of, make(of))))
                progress(done := done + 1, total)
            runs[BOUND].append(bound(of))
        for name, rows in runs.items():
            figures[name][str(load)] = _mean(rows)
    return figures


def simulate(of: Scenario, ranker: Ranker) -> tuple[Floats, Floats]:
    """When work on each ticket begins and ends, in seconds."""
    received, handling = of.received.tolist(), of.handling.tolist()
    begins, ends = np.zeros(len(received)), np.zeros(len(received))
    free = [0.0] * AGENTS
    heapify(free)
    come = waiting = 0
    now = 0.0
    while waiting or come < len(received):
        now = max(now, heappop(free))  # who was idle has waited until now
        if not waiting:
            now = max(now, received[come])
        while come < len(received) and received[come] <= now:
            ranker.add(come)
            come, waiting = come + 1, waiting + 1
        ticket = ranker.pick(now)
        waiting -= 1
        begins[ticket], ends[ticket] = now, now + handling[ticket]
        heappush(free, ends[ticket])
    return begins, ends


def measure(of: Scenario, begins: Floats, ends: Floats) -> Figures:
    """The figures of one run over the counted tickets."""
    counted = of.counted
    late, weight = (ends - of.due)[counted], of.weight[counted]
    missed = late > 0
    return {
        "kept": float(1 - missed.mean()),
        "kept_weighted": float(weight[~missed].sum() / weight.sum()),
        "p95_late_hours": float(np.percentile(late[missed], 95) / HOUR) if missed.any() else 0.0,
        "max_wait_hours": float((begins - of.received)[counted].max() / HOUR),
    }


def bound(of: Scenario) -> Figures:
    """What no schedule can pass, even one that knows every future arrival and true handling time.

    All limits but three are dropped: agents work as one who is as fast as all of them, tickets may be begun before they
    come (not before the warm-up ends) and those of the warm-up cost nothing; what takes longer than its target is lost.
    For this easier problem Moore and Hodgson's choice keeps the most; `kept_weighted` is bounded by a knapsack that may
    take fractions, over the whole span alone.
    """
    counted = np.flatnonzero(of.counted)
    possible = counted[of.handling[counted] <= (of.due - of.received)[counted]]
    order = possible[np.argsort(of.due[possible])]
    begin, handling = (of.due - WARM_UP - of.handling / AGENTS)[order].tolist(), of.handling[order].tolist()
    kept = len(select(begin, handling, [1.0] * len(order), AGENTS, foresight=1.0).kept)
    worth = np.argsort(-of.weight[order] / of.handling[order])
    work, weight = np.cumsum(of.handling[order][worth]), np.cumsum(of.weight[order][worth])
    most = float(np.interp(AGENTS * float((of.due[order] - WARM_UP).max()), np.r_[0.0, work], np.r_[0.0, weight]))
    kept_weighted = most / float(of.weight[counted].sum())
    return {"kept": kept / len(counted), "kept_weighted": kept_weighted, "p95_late_hours": None, "max_wait_hours": None}


def _mean(rows: list[Figures]) -> Figures:
    """The mean of each figure; None where it is not defined."""
    means: Figures = {}
    for name in rows[0]:
        values = [value for row in rows if (value := row[name]) is not None]
        means[name] = round(float(np.mean(values)), 4) if values else None
    return means


def as_rows(figures: dict[str, dict[str, Figures]]) -> list[str]:
    """The figures as a table for people."""
    rows = [f"{'':34}{'load':>6}{'kept':>10}{'weighted':>10}{'p95 late':>10}{'max wait':>10}"]
    for name, loads in figures.items():
        for load, row in loads.items():
            shares = "".join(f"{row[key]:>10.2%}" for key in ("kept", "kept_weighted"))
            hours = "".join(
                "" if row[key] is None else f"{row[key]:>8.1f} h" for key in ("p95_late_hours", "max_wait_hours")
            )
            rows.append(f"{name:34}{load:>6}{shares}{hours}")
    return rows
