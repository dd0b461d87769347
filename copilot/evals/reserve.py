"""Simulates what the reserve trades, for the admin's page: the rows of `eval queue --reserves` as a small document."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from copilot.evals.queue import Figures, Progress, evaluate_queue
from copilot.evals.queue_rankers import by_reserve
from copilot.evals.queue_scenario import DAYS, SHAPES

RESERVES = (0.005, 0.01, 0.02, 0.05, 0.1, 0.2)
LOADS = (1.0, 1.2)


def simulate(
    seeds: int = 3,
    shape: str = "usual",
    progress: Progress = lambda _done, _total: None,
    *,
    reserves: Sequence[float] = RESERVES,
    loads: Sequence[float] = LOADS,
    days: int = DAYS,
) -> dict[str, Any]:
    """The document that `copilot.reserve_curve.parse` reads; ValueError names the argument."""
    figures = evaluate_queue(loads, seeds, progress, by_reserve(reserves), days, shape)
    rows = list(figures.values())[: len(reserves)]  # the bound comes last
    return {
        "shape": shape,
        "agents": SHAPES[shape].agents,
        "days": days,
        "seeds": seeds,
        "loads": [
            {
                "load": load,
                "points": [_point(share, row[str(load)]) for share, row in zip(reserves, rows, strict=True)],
            }
            for load in loads
        ],
    }


def _point(reserve: float, figures: Figures) -> dict[str, float | None]:
    return {"reserve": reserve, "kept": figures["kept"], "late_hours": figures["p95_late_hours"]}


def write(document: dict[str, Any], path: Path) -> None:
    """Store it for people and programs to read; whoever reads meanwhile sees the old one or the new one."""
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_name(f"{path.name}.new")
    beside.write_text(json.dumps(document, indent=1) + "\n", encoding="utf-8")
    beside.replace(path)
