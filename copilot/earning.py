"""From which confidence on a kind of reply may be sent alone, by people's verdicts. Refuses to know what a draft is.

Pure. Thresholds are tested from strict to lax in an order fixed without looking at the verdicts, and testing stops at
the first failure (fixed-sequence testing: Angelopoulos et al. 2021, "Learn then Test"). Each test asks whether the
exact upper bound on the share of errors among the reviews above the threshold stays within the budget. So at any one
look the chance that the threshold found errs more often than the budget is at most 1 - level, whatever the confidences
are worth; good ones only make it send more.

That holds look by look, not for all of them together: who looks after each verdict and takes a laxer threshold whenever
it passes will sooner or later take one that passed by luck (an error just above a budget of 2 % passes at some time up
to 2,000 reviews above it with a chance of .22). So a laxer one is looked for only when the reviews have doubled
(`is_look`), which makes that .11 in this worst case; between looks the threshold can only become stricter (`limit`).

Which reviews are a fair sample: every verdict on a draft for which a draft's chance of being reviewed depended on
nothing but its confidence and did not rise with it. That holds in shadow, where every draft is reviewed, and after
sending began, where drafts below the threshold all go to a person and of those above it a random, audited share does.
The pool then holds too many of the less certain drafts, never too few: what is really sent is a mixture of the parts
above the thresholds tested, and stays within the budget when each of these does. It does not hold for replies that
people or customers picked because something was wrong: these belong to `copilot.suspension`.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

STEPS = 100
# testing begins where several errors are allowed for and a fifth of the reviews lies above: at the few strictest, one
# error by chance would end it; measured in docs/decisions/0019
LAXEST_START = 0.2
# how many times as many reviews the next look for a laxer threshold takes
LOOKS_GROW = 2
# rates of error so near to the budget that more errors than this would have to be allowed for count as too high
MOST_ERRORS = 500
Floats = NDArray[np.float64]
Counts = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Review:
    """A person's verdict on one draft, and the confidence (0..1) that a model not fitted on this verdict gave it."""

    confidence: float
    accepted: bool

    def __post_init__(self) -> None:
        if not 0 <= self.confidence <= 1:
            raise ValueError(f"confidence must be from 0 to 1, not {self.confidence}")


@dataclass(frozen=True, slots=True)
class CurvePoint:
    """What sending from `threshold` on would have meant: the share of all reviews sent, the share of errors among them,
    its exact upper bound, how many reviews these were and how many of them errors."""

    threshold: float
    coverage: float
    error: float
    bound: float
    reviews: int
    errors: int


@dataclass(frozen=True, slots=True)
class Earned:
    """What the reviews have earned.

    `threshold` is the least confidence that may be sent (None: nothing is proven), `bound` the upper bound on its share
    of errors, `reviews` and `errors` count those at or above it, `coverage` is their share of all reviews. `missing` is
    about how many more reviews it takes if they come out as those until now (0: earned; None: at these rates of error
    no number is enough). `curve` runs from strict to lax.
    """

    threshold: float | None
    bound: float | None
    reviews: int
    errors: int
    coverage: float
    missing: int | None
    curve: tuple[CurvePoint, ...]


def upper_bound(errors: int, n: int, level: float) -> float:
    """Return the exact one-sided upper confidence bound on a share of which `errors` of `n` were seen (Clopper and
    Pearson 1934). 1 for n = 0. Raises `ValueError` unless 0 <= errors <= n and 0 <= level <= 1."""
    if not 0 <= errors <= n:
        raise ValueError(f"errors must be from 0 to {n}, not {errors}")
    if not 0 <= level <= 1:
        raise ValueError(f"level must be from 0 to 1, not {level}")
    return float(_bounds(np.array([errors]), np.array([n]), level)[0])


def is_look(reviews: int, looked: int, budget: float, level: float) -> bool:
    """Whether a laxer threshold may be looked for among so many reviews when the last look was at `looked` of them (0:
    none yet): the first at the fewest that prove anything, then each time that they have doubled."""
    needed = _needed(budget, level)
    return bool(len(needed)) and reviews >= max(needed[0], LOOKS_GROW * looked)


def limit_of(reviews: Sequence[Review], share: float) -> float:
    """Return the threshold that lets no more than this share of the reviews pass (2, which nothing reaches, for none):
    what the limit at another model's confidences means at these."""
    pool = _Pool.of(reviews)
    fitting = pool.ends[pool.ends <= share * len(reviews) + 1e-9]
    return pool.threshold(int(fitting[-1])) if len(fitting) else 2.0


def earn(reviews: Sequence[Review], budget: float, level: float, limit: float = 0.0) -> Earned:
    """Return the laxest threshold, no laxer than `limit`, proven to err at most `budget` (share, 0..1) with confidence
    `level` (0..1), in any order of `reviews`. Raises `ValueError` for a budget or level out of range."""
    _check(budget, level)
    pool = _Pool.of(reviews)
    start = _start(len(reviews), budget, level)
    above = pool.grid(start, limit)
    points = pool.points(above, level, limit)
    proven = None
    for point in points:
        if point.reviews >= start and point.threshold >= limit:
            if point.bound > budget:
                break
            proven = point
    if proven is None:
        return Earned(None, None, 0, 0, 0.0, _missing(points, len(reviews), budget, level), points)
    return Earned(proven.threshold, proven.bound, proven.reviews, proven.errors, proven.coverage, 0, points)


def naive(reviews: Sequence[Review], budget: float) -> float | None:
    """Return the laxest threshold above which no more than the budget erred among these very reviews, as one would
    choose without statistics; None when there is none. For comparison only: half of such thresholds err too often."""
    pool = _Pool.of(reviews)
    within = np.flatnonzero(pool.errors[pool.ends - 1] <= budget * pool.ends)
    return pool.threshold(int(pool.ends[within[-1]])) if len(within) else None


@dataclass(frozen=True, slots=True)
class _Pool:
    """Reviews from the most to the least confident: confidences, errors so far, and the counts at which a group of
    equal confidences ends, which no threshold can part."""

    confidences: Floats
    errors: Counts
    ends: Counts

    @classmethod
    def of(cls, reviews: Sequence[Review]) -> "_Pool":
        confidences = np.array([review.confidence for review in reviews], dtype=np.float64)
        wrong = np.array([not review.accepted for review in reviews], dtype=np.int64)
        order = np.argsort(-confidences, kind="stable")
        confidences = confidences[order]
        ends = np.flatnonzero(np.append(confidences[1:] < confidences[:-1], True)) + 1 if len(order) else np.array([])
        return cls(confidences, np.cumsum(wrong[order]), ends.astype(np.int64))

    def reaching(self, limit: float) -> int:
        """How many reviews reach this confidence."""
        return int(np.searchsorted(-self.confidences, -limit, side="right"))

    def grid(self, start: int, limit: float) -> list[int]:
        """Counts of reviews above the thresholds to be tried: `STEPS` of equal size, one of them at `start`, each
        moved to where no group of equals is parted, and one at the `limit`."""
        n = len(self.confidences)
        step = max(1, n // STEPS)
        wanted = np.unique(np.append(np.arange(start % step or step, n, step), [max(1, self.reaching(limit)), n]))
        return [int(end) for end in np.unique(self.ends[np.searchsorted(self.ends, wanted)])] if n else []

    def points(self, above: Sequence[int], level: float, limit: float) -> tuple[CurvePoint, ...]:
        """The curve at these counts; the one at the limit has the limit itself as its threshold."""
        counts = np.array(above, dtype=np.int64)
        errors = self.errors[counts - 1]
        bounds = _bounds(errors, counts, level)
        n = len(self.confidences)
        at_limit = self.reaching(limit)
        return tuple(
            CurvePoint(
                max(self.threshold(m), limit) if m == at_limit else self.threshold(m),
                m / n,
                int(k) / m,
                float(bound),
                m,
                int(k),
            )
            for m, k, bound in zip(above, errors, bounds, strict=True)
        )

    def threshold(self, above: int) -> float:
        """The least number greater than the first confidence left out: what lies above that is a fair sample of all
        that ever will. With none left out, the least confidence seen, for nothing is known below."""
        if above == len(self.confidences):
            return float(self.confidences[-1])
        return float(np.nextafter(self.confidences[above], 1.0))


def _check(budget: float, level: float) -> None:
    for name, value in (("budget", budget), ("level", level)):
        if not 0 <= value <= 1:
            raise ValueError(f"{name} must be from 0 to 1, not {value}")


def _bounds(errors: Counts, n: Counts, level: float) -> Floats:
    from scipy.special import betaincinv

    certain = (errors >= n) | (level >= 1)
    inner = betaincinv(errors + 1.0, np.where(certain, 1.0, n - errors), min(level, 1.0))
    return np.asarray(np.where(certain, 1.0, inner), dtype=np.float64)


def _start(n: int, budget: float, level: float) -> int:
    """The count of reviews at which testing begins: where as many errors are allowed for as fit into the strictest
    fifth, at the least the fewest reviews that prove anything."""
    needed = _needed(budget, level)
    if not len(needed):
        return n + 1
    fitting = needed[needed <= n * LAXEST_START]
    return int(fitting[-1] if len(fitting) else needed[0])


@lru_cache(maxsize=64)
def _needed(budget: float, level: float) -> Counts:
    """For 0, 1, 2 … errors, the fewest reviews among which so many are within the budget; empty when there is no such
    number."""
    from scipy.special import betaincc

    if budget <= 0 or level >= 1:
        return np.array([], dtype=np.int64)
    errors = np.arange(MOST_ERRORS)
    low, high = errors.astype(np.float64), (errors + 50) / budget * 3
    while np.any(high - low > 1):
        middle = np.floor((low + high) / 2)
        # the chance of so few errors, had the budget been exceeded ever so little
        enough = betaincc(errors + 1.0, np.maximum(middle - errors, 1), budget) <= 1 - level
        high, low = np.where(enough, middle, high), np.where(enough, low, middle)
    needed = np.maximum(high, errors + 1).astype(np.int64)
    needed.flags.writeable = False
    return needed


def _missing(points: Sequence[CurvePoint], n: int, budget: float, level: float) -> int | None:
    """How many more reviews it takes at the present coverage and rate of error of the point nearest to enough."""
    needed = _needed(budget, level)
    if not len(needed):
        return None
    if not points:
        return int(needed[0])
    allowed = np.arange(len(needed)) / needed
    totals = [
        needed[np.argmax(allowed >= point.error)] / point.coverage
        for point in points
        if point.coverage >= LAXEST_START and point.error <= allowed.max()
    ]
    return max(1, int(np.ceil(min(totals))) - n) if totals else None
