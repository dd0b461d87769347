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
replies within the budget plus `usual`, a bound on the mean weight that replies approved by people draw.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from math import comb
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from copilot.earning import upper_bound

Source = Literal["audit", "reply"]
SIGNALS = {"silent": 0.0, "reopened": 0.5, "did_not_help": 1.0, "complaint": 1.0}
"""How much of an error each thing is that a customer may do after an automatic reply. Reopening is often a new
question, so it counts half."""

AUDITS_SHARE = 0.97
# of the chance of a false alarm: spent on the bound on what is usual
USUAL_SHARE = 0.02
# of a stream's money; measured in docs/decisions/0019
SPRINT_SHARE, RUNNING_SHARE, LATER_SHARE = 0.76, 0.13, 0.11
# the bettors of the long run expect errors so many times as frequent as the budget
EXPECTED = (2.0, 3.0, 6.0)
SPRINT_EXPECTS, SPRINT_WINS = 3.0, 0.54
# the parts of a sprint after which one error less may do (0: none)
SHORT_CUTS = (0.0, 0.8)
# half of the money kept for later is bet after so many outcomes: an old record of good ones must not hide a change
LATER = 200
# never bet more than this share of the money on a single outcome
MOST_AT_RISK = 0.9
# smaller budgets are watched as this one: false alarms stay as rare, noticing takes no longer
LEAST_MEAN = 0.001
MOST_ERRORS = 60
# the logarithm of more money than can be told apart
MOST_LOG = 700.0
Floats = NDArray[np.float64]


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

    `usual` is a bound on the mean weight of signals after replies that people approved (`usual_at_most`, 0..1); at 1
    nothing is bet on replies. At a level of 1 no evidence is enough.
    """

    budget: float
    level: float
    usual: float = 1.0

    def __post_init__(self) -> None:
        for name in ("budget", "level", "usual"):
            if not 0 <= getattr(self, name) <= 1:
                raise ValueError(f"{name} must be from 0 to 1, not {getattr(self, name)}")

    @property
    def bar(self) -> float:
        """The money at which suspicion is evidence."""
        return 1 / ((1 - self.level) * (1 - USUAL_SHARE)) if self.level < 1 else float("inf")

    def evidence(self, outcomes: Sequence[Outcome]) -> Suspicion:
        """The money that betting against these outcomes, oldest first, would have made."""
        is_audit = np.array([outcome.source == "audit" for outcome in outcomes], dtype=np.bool_)
        errors = np.array([outcome.error for outcome in outcomes], dtype=np.float64)
        audits = _money(errors[is_audit], self.budget, self.bar / AUDITS_SHARE)[np.cumsum(is_audit)]
        replies = _money(errors[~is_audit], self.budget + self.usual, self.bar / (1 - AUDITS_SHARE))
        wealths = AUDITS_SHARE * audits + (1 - AUDITS_SHARE) * replies[np.cumsum(~is_audit)]
        reached = np.flatnonzero(wealths >= self.bar)
        at = int(reached[0]) if len(reached) else None
        return Suspicion(float(wealths[-1]) if len(wealths) else 1.0, at, tuple(wealths.tolist()))


def usual_at_most(weights: Sequence[float], level: float) -> float:
    """Return a bound on the mean weight of signals after replies that people approved, of which these weights (0..1)
    were drawn. It is too low with a chance of at most a share `USUAL_SHARE` of 1 - `level`, which `Watch.bar` pays for.

    The mean is the sum, over the steps between one weight of `SIGNALS` and the next, of step times the share of weights
    beyond it; each share has its exact bound. 1 without any weights: then everything may be usual.
    """
    steps = sorted({0.0, *SIGNALS.values()})
    each = 1 - (1 - level) * USUAL_SHARE / (len(steps) - 1)
    beyond = (sum(weight > low for weight in weights) for low in steps)
    return sum(
        (high - low) * upper_bound(errors, len(weights), each)
        for (low, high), errors in zip(pairwise(steps), beyond, strict=False)
    )


def _money(errors: Floats, mean: float, bar: float) -> Floats:
    """What one unit is worth before the first outcome of one stream and after each. A bet is a number λ chosen before
    the outcome x: the money in it is multiplied by 1 + λ (x - mean), and 0 <= λ <= 1 / mean keeps that from falling
    below 0. `mean` is the errors' frequency under which odds are fair, `bar` the money that is wanted."""
    mean = min(max(mean, LEAST_MEAN), 1.0)
    return np.append(1.0, _running(errors, mean) + _sprinting(errors, mean, sprint(mean, SPRINT_SHARE / bar)))


def _running(errors: Floats, mean: float) -> Floats:
    """The money of the long run, in logarithms, for years of right outcomes make it as small as they like."""
    bets = np.array([bet_on(times, mean) for times in EXPECTED])[:, None]
    grown = np.cumsum(np.log1p(bets * (errors - mean)), axis=1)
    before = np.concatenate([np.zeros_like(bets), grown[:, :-1]], axis=1)[:, : len(errors)]
    # what is kept for later enters such that LATER / (LATER + n) of it is left after n outcomes
    left = LATER / (LATER + np.arange(len(errors) + 1))
    entered = np.logaddexp.accumulate(np.log(LATER_SHARE * (left[:-1] - left[1:])) - before, axis=1)
    money = np.exp(np.minimum(grown + np.logaddexp(np.log(RUNNING_SHARE), entered), MOST_LOG))
    return np.asarray(money.mean(axis=0) + LATER_SHARE * left[1:], dtype=np.float64)


def _sprinting(errors: Floats, mean: float, race: "Sprint | None") -> Floats:
    """The money of the sprint; it rests when the sprint is over."""
    money = np.full(len(errors), SPRINT_SHARE)
    now, counted = SPRINT_SHARE, 0.0
    for seen, error in enumerate(errors.tolist()):
        if race is None or race.is_over(seen, int(counted)):
            money[seen:] = now
            break
        now *= 1 + race.bet(seen, int(counted)) * (error - mean)
        counted += error
        money[seen] = now
    return money


def bet_on(times: float, mean: float) -> float:
    """Return the bet that makes money grow fastest when errors are `times` as frequent as `mean` (Kelly 1956)."""
    expected = min(times * mean, 1.0)
    growing = (expected - mean) / (mean * (1 - mean)) if mean < 1 else 0.0
    return min(growing, MOST_AT_RISK / mean)


@dataclass(frozen=True, slots=True)
class Sprint:
    """A bet on the event that `errors` errors come within `within` outcomes, or one less within the first `early` (0:
    there is no such short cut).

    Its money is at any time in proportion to the event's chance then, which is a fair bet on every single outcome;
    `chances` is that chance by outcomes seen and errors among them.
    """

    errors: int
    within: int
    early: int
    chances: Floats

    def is_over(self, seen: int, errors: int) -> bool:
        """Whether nothing is left to bet on: won or lost."""
        return seen >= self.within or errors >= self.errors or self.chances[seen, errors] in (0.0, 1.0)

    def bet(self, seen: int, errors: int) -> float:
        """Return λ for the next outcome."""
        right, wrong = self.chances[seen + 1, errors : errors + 2]
        return float((wrong - right) / self.chances[seen, errors])


@lru_cache(maxsize=64)
def sprint(mean: float, chance: float) -> Sprint | None:
    """Return the shortest sprint that is won with at most `chance` when errors are as frequent as `mean`, and in a
    share `SPRINT_WINS` of times when they are three times as frequent; None when there is none."""
    often = min(SPRINT_EXPECTS * mean, 1.0)
    if mean >= often or chance <= 0:
        return None
    found: list[tuple[int, int, int]] = []
    for errors in range(2, MOST_ERRORS):
        shapes = [(_shortest(errors, often, part), part) for part in SHORT_CUTS]
        fair = [(within, int(within * part)) for within, part in shapes]
        found += [(within, errors, early) for within, early in fair if _win(errors, within, early, mean) <= chance]
        if found and min(found)[0] <= min(within for within, _ in fair):
            within, errors, early = min(found)
            return Sprint(errors, within, early, _chances(errors, within, early, mean))
    return None


def _shortest(errors: int, often: float, part: float) -> int:
    """The fewest outcomes in which a sprint with a short cut after this part is won `SPRINT_WINS` of the times."""
    low, high = errors - 1, int(2 * errors / often) + errors
    while high - low > 1:
        middle = (low + high) // 2
        if _win(errors, middle, int(middle * part), often) >= SPRINT_WINS:
            high = middle
        else:
            low = middle
    return high


def _win(errors: int, within: int, early: int, frequency: float) -> float:
    """The chance of winning before the first outcome."""
    if not early:
        return 1 - sum(_exactly(k, within, frequency) for k in range(errors))
    lost = sum(
        _exactly(k, early, frequency) * _exactly(more, within - early, frequency)
        for k in range(errors - 1)
        for more in range(errors - k)
    )
    return 1 - lost


def _exactly(errors: int, n: int, frequency: float) -> float:
    return comb(n, errors) * frequency**errors * (1 - frequency) ** (n - errors) if errors <= n else 0.0


def _chances(errors: int, within: int, early: int, frequency: float) -> Floats:
    """The chance of winning by outcomes seen and errors among them, backwards from the end."""
    table = np.zeros((within + 1, errors + 1))
    table[:, errors] = 1.0
    for seen in range(within - 1, -1, -1):
        table[seen, :errors] = frequency * table[seen + 1, 1:] + (1 - frequency) * table[seen + 1, :errors]
        if 0 < seen <= early:
            table[seen, errors - 1] = 1.0
    return table
