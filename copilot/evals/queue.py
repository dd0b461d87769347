"""Measures how many promises each way of ranking keeps, side by side on the same simulated days.

Whenever an agent is free, the ranker picks from what waits then, knowing the category's mean handling time and nothing
of the future; a ticket is kept when its handling ends by its due time. After the last arrival the queue is worked off,
so every ticket has its lateness. The bound is no ranker: it is a number that no schedule of these tickets can pass.
"""

from collections.abc import Callable, Sequence
from heapq import heapify, heappop, heappush

import numpy as np

from copilot.evals.queue_rankers import RANKERS, Ranker, Rankers
from copilot.evals.queue_scenario import DAYS, HOUR, SHAPES, WARM_UP, Floats, Scenario, scenario
from sla.ranking import select

LOADS = (0.7, 0.9, 1.0, 1.2)
Progress = Callable[[int, int], None]
Figures = dict[str, float | None]
BOUND = "clairvoyant bound"


def evaluate_queue(
    utilisations: Sequence[float] = LOADS,
    seeds: int = 3,
    progress: Progress = lambda _done, _total: None,
    rankers: Rankers = RANKERS,
    days: int = DAYS,
    shape: str = "usual",
) -> dict[str, dict[str, Figures]]:
    """Per ranker and load (as text) the means over seeds 0, 1, …: kept and kept_weighted (shares of the promises),
    p95_late_hours (of the missed; 0 when none is) and max_wait_hours (until work begins). ValueError names
    the argument.
    """
    if seeds < 1:
        raise ValueError("seeds: must be at least 1")
    if not utilisations:
        raise ValueError("utilisations: at least one is needed")
    if shape not in SHAPES:
        raise ValueError(f"shape: expected one of {', '.join(SHAPES)}")
    figures: dict[str, dict[str, Figures]] = {name: {} for name in (*rankers, BOUND)}
    done, total = 0, len(utilisations) * seeds * len(rankers)
    for load in utilisations:
        runs: dict[str, list[Figures]] = {name: [] for name in figures}
        for seed in range(seeds):
            of = scenario(load, seed, days, SHAPES[shape])
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
    free = [0.0] * of.agents
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
    begin, handling = (of.due - WARM_UP - of.handling / of.agents)[order].tolist(), of.handling[order].tolist()
    kept = len(select(begin, handling, [1.0] * len(order), of.agents, foresight=1.0).kept)
    worth = np.argsort(-of.weight[order] / of.handling[order])
    work, weight = np.cumsum(of.handling[order][worth]), np.cumsum(of.weight[order][worth])
    most = float(np.interp(of.agents * float((of.due[order] - WARM_UP).max()), np.r_[0.0, work], np.r_[0.0, weight]))
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
