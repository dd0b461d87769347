"""The page of the queue's order: the reserve in words, as choices and plots, and what another would change. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import floor
from typing import Any

from copilot.queue import QueuePlace
from copilot.reserve_curve import Curve, Point
from copilot.web.admin_views import FieldError

CHOICES = (0.005, 0.01, 0.02, 0.05, 0.1, 0.2)


@dataclass(frozen=True, slots=True)
class ReserveChoice:
    """A reserve to choose: `value` as it is posted, what it means, and what it cost in the simulation ("" unknown)."""

    value: str
    percent: str
    means: str
    simulated: str
    chosen: bool
    in_force: bool


@dataclass(frozen=True, slots=True)
class PlacedTicket:
    """A ticket in a place; `moved` says from where, "" when it stands where it stood."""

    ticket_id: int
    subject: str
    why: str
    moved: str = ""


@dataclass(frozen=True, slots=True)
class PlacesPreview:
    """The first places now and with another reserve, side by side; None where the queue is shorter."""

    percent: str
    rows: tuple[tuple[PlacedTicket | None, PlacedTicket | None], ...]
    changed: int


@dataclass(frozen=True, slots=True)
class TradePlot:
    """One measure over the reserves, a row for each load; `plot` are its points, `rows` the same in words."""

    key: str
    title: str
    plot: Mapping[str, Any]
    rows: tuple[tuple[str, tuple[str, ...]], ...]


@dataclass(frozen=True, slots=True)
class TradeView:
    """What the reserve trades, and where the figures come from; the choices name those at the `highest` load."""

    source: str
    shipped: bool
    loads: tuple[str, ...]
    highest: str
    plots: tuple[TradePlot, ...]


@dataclass(frozen=True, slots=True)
class RankingView:
    """The reserve in force in words, what can be chosen, and what the chosen one would change."""

    percent: str
    means: str
    version: int | None
    choices: tuple[ReserveChoice, ...]
    trade: TradeView
    preview: PlacesPreview | None = None
    errors: tuple[FieldError, ...] = ()
    saved: bool = False


def percent(share: float) -> str:
    """With as many digits as it has."""
    return f"{share * 100:.6g} %"


def means(reserve: float) -> str:
    """A share of time as places and as time of an hour."""
    seconds = round(3600 * reserve)
    minutes, rest = divmod(seconds, 60)
    time = " ".join(part for part in (f"{minutes} min" if minutes else "", f"{rest} s" if rest else "") if part)
    return f"about 1 place in {round(1 / reserve)}, {time} of an hour"


def choices(in_force: float, chosen: float | None, curve: Curve) -> tuple[ReserveChoice, ...]:
    """The usual reserves and the one in force, smallest first."""
    mine = chosen or in_force
    return tuple(
        ReserveChoice(
            repr(share), percent(share), means(share), _simulated(share, curve), share == mine, share == in_force
        )
        for share in sorted({*CHOICES, in_force, mine})
    )


def _simulated(share: float, curve: Curve) -> str:
    """At the highest load, where the choice matters most."""
    load = max(curve.loads)
    for point in curve.loads[load]:
        if point.reserve == share:
            return f"{_kept(point):g} % kept, {_late(point)} late"
    return ""


def trade_view(curve: Curve, in_force: float) -> TradeView:
    """Both plots, with a line at the reserve in force."""
    agents = "one agent" if curve.agents == 1 else f"{curve.agents} agents"
    runs = "one run" if curve.seeds == 1 else f"mean of {curve.seeds} runs"
    days = "usual days" if curve.shape == "usual" else f"days of the kind “{curve.shape}”"
    kept = [[_kept(point) for point in points] for points in curve.loads.values()]
    late = [[round(point.late_hours, 1) for point in points] for points in curve.loads.values()]
    return TradeView(
        source=f"Simulated: {agents} round the clock for {curve.days} {days}, {runs}.",
        shipped=curve.shipped,
        loads=tuple(f"{percent(load)} load" for load in curve.loads),
        highest=percent(max(curve.loads)),
        plots=(
            _plot("kept", "Promises kept", kept, " %", floor(min(map(min, kept)) / 10) * 10, 100, curve, in_force),
            _plot("late", "Lateness of the missed", late, " h", 0, None, curve, in_force),
        ),
    )


def _plot(
    key: str, title: str, values: list[list[float]], unit: str, least: float, most: float | None, curve: Curve,
    in_force: float,
) -> TradePlot:  # fmt: skip
    points = next(iter(curve.loads.values()))
    plot = {
        "reserves": [round(point.reserve * 100, 6) for point in points],
        "loads": [f"{percent(load)} load" for load in curve.loads],
        "values": values,
        "unit": unit,
        "least": least,
        "most": most,
        "mark": round(in_force * 100, 6),
    }
    rows = tuple(
        (percent(point.reserve), tuple(f"{row[place]:g}{unit}" for row in values)) for place, point in enumerate(points)
    )
    return TradePlot(key, title, plot, rows)


def _kept(point: Point) -> float:
    """In per cent with one digit; 100 only when every promise was kept."""
    return 100.0 if point.kept >= 1 else min(99.9, round(point.kept * 100, 1))


def _late(point: Point) -> str:
    return f"{round(point.late_hours)} h"


def places_preview(
    reserve: float, now: Sequence[QueuePlace], then: Sequence[QueuePlace], subjects: Mapping[int, str]
) -> PlacesPreview:
    """Both lists, each ticket of the second marked with where it comes from."""
    before = {place.entry.id: place.rank for place in now}
    left = [_placed(place, subjects, "") for place in now]
    right = [_placed(place, subjects, _moved(before.get(place.entry.id), place.rank)) for place in then]
    most = max(len(left), len(right))
    rows = tuple(
        (left[place] if place < len(left) else None, right[place] if place < len(right) else None)
        for place in range(most)
    )
    return PlacesPreview(percent(reserve), rows, sum(bool(ticket.moved) for ticket in right))


def _placed(place: QueuePlace, subjects: Mapping[int, str], moved: str) -> PlacedTicket:
    why = place.why[:1].upper() + place.why[1:]
    return PlacedTicket(place.entry.id, subjects.get(place.entry.id) or "No subject", why, moved)


def _moved(before: int | None, after: int) -> str:
    if before is None:
        return "from further down"
    return "" if before == after else f"from {before}"
