"""The days that the queue evaluation simulates: which tickets come when, and how long each really takes.

Five agents work round the clock for ten days; the first two warm up and are not counted. Arrivals are Poisson with a
daily wave and busier and quieter days, so that the load passes 1 for hours even where it is below on average. Handling
times are lognormal around the mean of the category, which is all that rankers know.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from copilot.queue import WEIGHTS

AGENTS = 5
HOUR, DAY = 3600.0, 86400.0
DAYS, WARM_UP = 10, 2 * DAY
PRIORITIES = ("urgent", "high", "normal", "low")
TARGETS = np.array([1, 4, 8, 24]) * HOUR
PRIORITY_SHARES = (0.15, 0.25, 0.30, 0.30)
MEAN_HANDLING = np.array([3, 6, 10, 18, 30]) * 60.0
CATEGORY_SHARES = (0.30, 0.25, 0.20, 0.15, 0.10)
HANDLING_SPREAD = 0.5  # of the logarithm
DAILY_WAVE = 0.4  # the rate swings by so much around its mean
DAY_SPREAD = 0.15  # coefficient of variation between days

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Scenario:
    """Tickets in order of receipt; times in seconds from the start. `expected` is the category's mean handling time."""

    received: Floats
    due: Floats
    urgency: Floats
    weight: Floats
    expected: Floats
    handling: Floats

    @property
    def counted(self) -> NDArray[np.bool_]:
        """Which tickets came after the warm-up."""
        return self.received >= WARM_UP


def scenario(load: float, seed: int, days: int = DAYS) -> Scenario:
    """Random days at this utilisation; the same arguments give the same tickets. ValueError names the argument."""
    if not 0 < load <= 5:
        raise ValueError("load: must be above 0 and at most 5")
    random = np.random.default_rng([seed, round(load * 1000)])
    received = _arrivals(random, load * AGENTS / float(MEAN_HANDLING @ CATEGORY_SHARES), days)
    priority = random.choice(len(PRIORITIES), len(received), p=PRIORITY_SHARES)
    expected = MEAN_HANDLING[random.choice(len(MEAN_HANDLING), len(received), p=CATEGORY_SHARES)]
    noise = random.normal(-(HANDLING_SPREAD**2) / 2, HANDLING_SPREAD, len(received))
    return Scenario(
        received=received,
        due=received + TARGETS[priority],
        urgency=priority.astype(float),
        weight=np.array([WEIGHTS[name] for name in PRIORITIES])[priority],
        expected=expected,
        handling=expected * np.exp(noise),
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
