"""The days that the queue evaluation simulates: which tickets come when, and how long each really takes.

Five agents work round the clock for ten days; the first two warm up and are not counted. Arrivals are Poisson with a
daily wave and busier and quieter days, so that the load passes 1 for hours even where it is below on average. Handling
times are lognormal around the mean of the category, which is all that rankers know. Other shapes are there to see
whether what is best here is best elsewhere.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from copilot.queue import WEIGHTS

AGENTS = 5
HOUR, DAY = 3600.0, 86400.0
DAYS, WARM_UP = 10, 2 * DAY
PRIORITIES = ("urgent", "high", "normal", "low")
DAILY_WAVE = 0.4  # the rate swings by so much around its mean
DAY_SPREAD = 0.15  # coefficient of variation between days
BURST = 600.0  # mean seconds between the begin of a burst and a ticket of it

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Shape:
    """What kind of days: targets in hours by priority, mean handling in minutes by category, and shares of tickets.
    `spread` is of the logarithm of the handling time; `bursts` the share of tickets that come in two bursts a day;
    `same_hour` makes all fall due at midnight, at least six hours later.
    """

    agents: int = AGENTS
    targets: tuple[float, ...] = (1, 4, 8, 24)
    priorities: tuple[float, ...] = (0.15, 0.25, 0.30, 0.30)
    handling: tuple[float, ...] = (3, 6, 10, 18, 30)
    categories: tuple[float, ...] = (0.30, 0.25, 0.20, 0.15, 0.10)
    spread: float = 0.5
    bursts: float = 0.0
    same_hour: bool = False


SHAPES = {
    "usual": Shape(),
    "all take alike": Shape(handling=(10,), categories=(1.0,), spread=0.3),
    "some take hours": Shape(handling=(2, 5, 15, 60, 240), categories=(0.40, 0.30, 0.20, 0.08, 0.02), spread=1.0),
    "one agent": Shape(agents=1),
    "fifty agents": Shape(agents=50),
    "one priority": Shape(priorities=(0, 0, 1, 0)),
    "bursts": Shape(bursts=0.5),
    "all due at midnight": Shape(same_hour=True),
    "short targets": Shape(targets=(0.25, 1, 2, 4)),
}


@dataclass(frozen=True, slots=True)
class Scenario:
    """Tickets in order of receipt; times in seconds from the start. `expected` is the category's mean handling time."""

    received: Floats
    due: Floats
    urgency: Floats
    weight: Floats
    expected: Floats
    handling: Floats
    agents: int = AGENTS

    @property
    def counted(self) -> NDArray[np.bool_]:
        """Which tickets came after the warm-up."""
        return self.received >= WARM_UP


def scenario(load: float, seed: int, days: int = DAYS, shape: Shape = SHAPES["usual"]) -> Scenario:
    """Random days at this utilisation; the same arguments give the same tickets. ValueError names the argument."""
    if not 0 < load <= 5:
        raise ValueError("load: must be above 0 and at most 5")
    random = np.random.default_rng([seed, round(load * 1000)])
    means = np.array(shape.handling) * 60.0
    received = _arrivals(random, load * shape.agents / float(means @ np.array(shape.categories)), days)
    if shape.bursts:
        received = _with_bursts(random, received, shape.bursts, days)
    priority = random.choice(len(PRIORITIES), len(received), p=shape.priorities)
    expected = means[random.choice(len(means), len(received), p=shape.categories)]
    noise = random.normal(-(shape.spread**2) / 2, shape.spread, len(received))
    midnight = np.ceil((received + 6 * HOUR) / DAY) * DAY
    return Scenario(
        received=received,
        due=midnight if shape.same_hour else received + np.array(shape.targets)[priority] * HOUR,
        urgency=priority.astype(float),
        weight=np.array([WEIGHTS[name] for name in PRIORITIES])[priority],
        expected=expected,
        handling=expected * np.exp(noise),
        agents=shape.agents,
    )


def _arrivals(random: np.random.Generator, rate: float, days: int) -> Floats:
    """A Poisson process of this mean rate, thinned to the wave of the day and the day's own factor."""
    factors = random.gamma(DAY_SPREAD**-2, DAY_SPREAD**2, days)
    factors /= factors.mean()
    peak = factors.max() * (1 + DAILY_WAVE)
    at = np.sort(random.uniform(0, days * DAY, random.poisson(rate * days * DAY * peak)))
    height = factors[(at / DAY).astype(int)] * (1 + DAILY_WAVE * np.sin(2 * np.pi * at / DAY))
    taken: Floats = at[random.random(len(at)) < height / peak]
    return taken


def _with_bursts(random: np.random.Generator, received: Floats, share: float, days: int) -> Floats:
    """The same number of tickets, but this share of them comes in bursts at six and at eighteen o'clock."""
    begin = (random.integers(0, 2 * days, len(received)) + 0.5) * DAY / 2
    burst = begin + random.exponential(BURST, len(received))
    return np.sort(np.where(random.random(len(received)) < share, burst, received))
