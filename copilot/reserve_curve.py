"""What the reserve trades: promises kept against lateness, simulated ahead of time (`answerable eval reserve`).

The product ships a curve; one in the data folder goes before it. Reading only: simulating is `copilot.evals.reserve`.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import structlog

NAME = "reserve_curve.json"
SHIPPED = Path(__file__).parent / NAME
LARGEST = 1_000_000

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Point:
    """Of one reserve (a share) the share of promises kept, and the lateness that 95 % of the missed stay below."""

    reserve: float
    kept: float
    late_hours: float


@dataclass(frozen=True, slots=True)
class Curve:
    """Points by load (work that comes in over what the agents can do), each row in the order of reserves, all of the
    same ones. `shipped` is whether it came with the product.
    """

    shape: str
    agents: int
    days: int
    seeds: int
    loads: Mapping[float, tuple[Point, ...]]
    shipped: bool


def read(data_dir: Path) -> Curve:
    """The house's own curve, or the shipped one while there is none that can be read."""
    own = data_dir / NAME
    if own.exists():
        try:
            if own.stat().st_size > LARGEST:
                raise ValueError("it is too large")
            return parse(json.loads(own.read_text(encoding="utf-8")), shipped=False)
        except (OSError, ValueError, RecursionError) as error:
            log.warning("reserve_curve_not_read", file=str(own), reason=str(error)[:200])
    return parse(json.loads(SHIPPED.read_text(encoding="utf-8")), shipped=True)


def parse(document: Any, *, shipped: bool) -> Curve:
    """From what `answerable eval reserve` writes. ValueError when it is something else."""
    try:
        loads = {
            float(row["load"]): tuple(
                Point(float(p["reserve"]), float(p["kept"]), float(p["late_hours"])) for p in row["points"]
            )
            for row in document["loads"]
        }
        agents, days, seeds = (int(document[name]) for name in ("agents", "days", "seeds"))
        curve = Curve(str(document["shape"])[:60], agents, days, seeds, loads, shipped)
    except (KeyError, TypeError, OverflowError) as error:
        raise ValueError("it is not what `answerable eval reserve` writes") from error
    _check(curve)
    return curve


def _check(curve: Curve) -> None:
    reserves = [[point.reserve for point in points] for points in curve.loads.values()]
    if not reserves or len(reserves[0]) < 2 or any(row != reserves[0] for row in reserves):
        raise ValueError("every load needs the same two reserves or more")
    if reserves[0] != sorted(set(reserves[0])) or not 0 < reserves[0][0] <= reserves[0][-1] <= 1:
        raise ValueError("reserves must be shares in rising order")
    points = [point for row in curve.loads.values() for point in row]
    if not all(0 <= point.kept <= 1 and 0 <= point.late_hours < float("inf") for point in points):
        raise ValueError("kept must be shares, lateness hours")
