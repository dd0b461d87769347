"""Whether automatic replies of a kind have begun to err more often than their budget. Refuses to decide what follows.

Pure. A bettor starts with one unit of money and bets, before each outcome, on its being an error, at odds that are fair
when errors are exactly as frequent as the budget (Waudby-Smith and Ramdas 2023, "Estimating means of bounded random
variables by betting"). As long as they are not more frequent, the money is a non-negative supermartingale, and by
Ville's inequality it ever reaches 1 / (1 - level) with a chance of at most 1 - level, however long one watches. So
reaching that is the evidence. The money is split over several ways of betting, which is again a bet.

Two streams are watched, each with money of its own. Audits: the verdicts on the random share of drafts that went to a
person first. Replies: what customers did after each reply that was sent automatically, most of them nothing; because
not every error makes a customer speak, silence proves little, and mixed with audits it would drown them. An outcome is
an error to the degree of its weight (`SIGNALS`); what counts is that the mean weight stays within the budget, for
replies within the budget plus `usual`, the mean weight that replies approved by people draw.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from math import comb
from typing import Literal

import numpy as np
from numpy.typing import NDArray

Source = Literal["audit", "reply"]
SIGNALS = {"silent": 0.0, "reopened": 0.5, "did_not_help": 1.0, "complaint": 1.0}
"""How much of an error each thing is that a customer may do after an automatic reply. Reopening is often a new
question, so it counts half."""

AUDITS_SHARE = 0.95
# of a stream's money; measured in docs/decisions/0019
SPRINT_SHARE, RUNNING_SHARE, LATER_SHARE = 0.6, 0.25, 0.15
# the bettors of the long run expect errors so many times as frequent as the budget
EXPECTED = (1.5, 2.0, 3.0, 5.0)
SPRINT_EXPECTS, SPRINT_WINS = 3.0, 0.505
# half of the money kept for later is bet after so many outcomes: an old record of good ones must not hide a change
LATER = 200
# never bet more than this share of the money on a single outcome
MOST_AT_RISK = 0.9
# smaller budgets are watched as this one: false alarms stay as rare, noticing takes no longer
LEAST_MEAN = 0.001
MOST_ERRORS = 60
Table = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one automatic decision: `error` from 0 (right) to 1 (wrong)."""

    source: Source
    error: float

    def __post_init__(self) -> None:
        if not 0 <= self.error <= 1:
            raise ValueError(f"error must be from 0 to 1, not {self.error}")


@dataclass(frozen=True, slots=True)
class Suspicion:
    """The money after each outcome (`wealths`, 1 before the first) and after the last; `at` is the place, from 0, of
    the outcome with which it first reached the bar, None when it never did."""

    wealth: float
    at: int | None
    wealths: tuple[float, ...]


def audited(accepted: bool) -> Outcome:
    """The outcome of an audit: a person's verdict on a draft that would have been sent."""
    return Outcome("audit", 0.0 if accepted else 1.0)


def answered(signal: str) -> Outcome:
    """The outcome of a reply that was sent, once, by the worst of `SIGNALS` from its customer. Raises `KeyError`."""
    return Outcome("reply", SIGNALS[signal])


@dataclass(frozen=True, slots=True)
class Watch:
    """Watches outcomes against an error `budget` (share, 0..1) with a chance of false alarm of at most 1 - `level`.

    `usual` is the mean weight of signals after replies that people approved (0..1). At a level of 1 no evidence is
    enough.
    """

    budget: float
    level: float
    usual: float = 0.0

    def __post_init__(self) -> None:
        for name in ("budget", "level", "usual"):
            if not 0 <= getattr(self, name) <= 1:
                raise ValueError(f"{name} must be from 0 to 1, not {getattr(self, name)}")

    @property
    def bar(self) -> float:
        """The money at which suspicion is evidence."""
        return 1 / (1 - self.level) if self.level < 1 else float("inf")

    def evidence(self, outcomes: Sequence[Outcome]) -> Suspicion:
        """The money that betting against these outcomes, oldest first, would have made."""
        audits = _Bettor(self.budget, self.bar / AUDITS_SHARE)
        replies = _Bettor(self.budget + self.usual, self.bar / (1 - AUDITS_SHARE))
        wealths = []
        for outcome in outcomes:
            (audits if outcome.source == "audit" else replies).see(outcome.error)
            wealths.append(AUDITS_SHARE * audits.wealth + (1 - AUDITS_SHARE) * replies.wealth)
        at = next((place for place, wealth in enumerate(wealths) if wealth >= self.bar), None)
        return Suspicion(wealths[-1] if wealths else 1.0, at, tuple(wealths))


class _Bettor:
    """Bets on one stream. Each bet is a number λ chosen before the outcome x: the money in it is multiplied by
    1 + λ (x - mean), and 0 <= λ <= 1 / mean keeps that from falling below 0."""

    def __init__(self, mean: float, bar: float) -> None:
        """`mean` is the errors' frequency under which odds are fair, `bar` the money that is wanted."""
        self._mean = min(max(mean, LEAST_MEAN), 1.0)
        self._bets = [bet_on(times, self._mean) for times in EXPECTED]
        self._running = [RUNNING_SHARE / len(self._bets)] * len(self._bets)
        self._later = LATER_SHARE
        self._sprint = sprint(self._mean, SPRINT_SHARE / bar)
        self._sprinting = SPRINT_SHARE
        self._seen = 0
        self._errors = 0.0

    @property
    def wealth(self) -> float:
        """All the money, 1 at first."""
        return sum(self._running) + self._later + self._sprinting

    def see(self, error: float) -> None:
        """Settle the bets on one outcome (0..1)."""
        entering = self._later / (self._seen + 1 + LATER) / len(self._bets)
        self._later -= entering * len(self._bets)
        surprise = error - self._mean
        self._running = [
            (money + entering) * (1 + bet * surprise) for money, bet in zip(self._running, self._bets, strict=True)
        ]
        if self._sprint is not None:
            self._sprinting *= 1 + self._sprint.bet(self._seen, int(self._errors)) * surprise
        self._seen += 1
        self._errors += error
        if self._sprint is not None and self._sprint.is_over(self._seen, int(self._errors)):
            self._sprint = None


def bet_on(times: float, mean: float) -> float:
    """Return the bet that makes money grow fastest when errors are `times` as frequent as `mean` (Kelly 1956)."""
    expected = min(times * mean, 1.0)
    growing = (expected - mean) / (mean * (1 - mean)) if mean < 1 else 0.0
    return min(growing, MOST_AT_RISK / mean)


@dataclass(frozen=True, slots=True)
class Sprint:
    """A bet on the event that `errors` errors come within `within` outcomes, or one less within two thirds of them.

    Its money is at any time in proportion to the event's chance then, which is a fair bet on every single outcome;
    `chances` is that chance by outcomes seen and errors among them.
    """

    errors: int
    within: int
    chances: Table

    def is_over(self, seen: int, errors: int) -> bool:
        """Whether nothing is left to bet on: won or lost."""
        return seen >= self.within or errors >= self.errors or self.chances[seen, errors] in (0.0, 1.0)

    def bet(self, seen: int, errors: int) -> float:
        """Return λ for the next outcome."""
        right, wrong = self.chances[seen + 1, errors : errors + 2]
        return float((wrong - right) / self.chances[seen, errors])


@lru_cache(maxsize=64)
def sprint(mean: float, chance: float) -> Sprint | None:
    """Return the shortest sprint that is won with at most `chance` when errors are as frequent as `mean`, and at least
    every other time when they are three times as frequent; None when there is none."""
    often = min(SPRINT_EXPECTS * mean, 1.0)
    if mean >= often or chance <= 0:
        return None
    for errors in range(2, MOST_ERRORS):
        within = _shortest(errors, often)
        if _win(errors, within, mean) <= chance:
            return Sprint(errors, within, _chances(errors, within, mean))
    return None


def _shortest(errors: int, often: float) -> int:
    """The fewest outcomes in which the sprint is won `SPRINT_WINS` of the times."""
    low, high = errors - 1, int(2 * errors / often) + errors
    while high - low > 1:
        middle = (low + high) // 2
        if _win(errors, middle, often) >= SPRINT_WINS:
            high = middle
        else:
            low = middle
    return high


def _win(errors: int, within: int, frequency: float) -> float:
    """The chance of winning before the first outcome."""
    early = within * 2 // 3
    later = [_exactly(k, early, frequency) for k in range(errors - 1)]
    lost = sum(
        chance * _exactly(more, within - early, frequency)
        for k, chance in enumerate(later)
        for more in range(errors - k)
    )
    return 1 - lost


def _exactly(errors: int, n: int, frequency: float) -> float:
    return comb(n, errors) * frequency**errors * (1 - frequency) ** (n - errors) if errors <= n else 0.0


def _chances(errors: int, within: int, frequency: float) -> Table:
    """The chance of winning by outcomes seen and errors among them, backwards from the end."""
    table = np.zeros((within + 1, errors + 1))
    early = within * 2 // 3
    table[:, errors] = 1.0
    for seen in range(within - 1, -1, -1):
        table[seen, :errors] = frequency * table[seen + 1, 1:] + (1 - frequency) * table[seen + 1, :errors]
        if seen <= early:
            table[seen, errors - 1] = 1.0
    return table
