"""Decides how much each sign counts when articles are put in order, taught by what people said of earlier drafts, and
whether an order taught so is better. Refuses to know where verdicts come from and what is done with the answer.

A conditional logit model (McFadden 1974) over the articles found for a question: a draft approved as it was, or one in
which a person cited another article, says which of them was right; one rejected for its article says which was not.
It is drawn towards the built-in order, so that few verdicts change little, and no sign may count against an article.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from math import comb
from operator import mul
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

FEATURES = ("best", "mean", "words", "title", "category", "accepted")
"""Similarity of the best passage; mean of the best three; BM25; share of the title's words that the question has; 1
when the article bears the ticket's category; how much oftener than not its drafts were accepted, -0.5 to 0.5."""

BEST_SHARE = 0.25
# one unit of BM25 in units of cosine similarity; not min-max normalised: a long query with many rare words is stronger
# evidence than a short one, and the sum keeps that
LEXICAL_WEIGHT = 0.012
BUILT_IN = (BEST_SHARE, 1 - BEST_SHARE, LEXICAL_WEIGHT, 0.0, 0.0, 0.0)

TEMPERATURE = 0.05
RIDGE = 2.0
FOLDS = 5
LEAST_JUDGED = 200
LEAST_SHARE = 0.05
# chances of luck: a new order has to be surer than one that is only suspected
BETTER_AT = 0.01
WORSE_AT = 0.05
_ACCEPTED = FEATURES.index("accepted")


@dataclass(frozen=True, slots=True)
class Ranker:
    """Weights in the order of `FEATURES`, the first two adding up to 1 so that scores keep the scale of cosines, and
    how much oftener than not each article was accepted."""

    weights: tuple[float, ...] = BUILT_IN
    accepted: Mapping[str, float] = field(default_factory=dict)

    def score(self, features: Sequence[float]) -> float:
        """Return an article's score from its features."""
        return sum(map(mul, self.weights, features), 0.0)

    def to_dict(self) -> dict[str, Any]:
        """Return plain JSON values."""
        return {"weights": dict(zip(FEATURES, self.weights, strict=True)), "accepted": dict(self.accepted)}

    @classmethod
    def from_dict(cls, stored: Mapping[str, Any]) -> "Ranker":
        """Read what `to_dict` wrote. Raises `ValueError` when it is of other features."""
        if set(stored["weights"]) != set(FEATURES):
            raise ValueError(f"weights: expected {', '.join(FEATURES)}")
        return cls(tuple(float(stored["weights"][name]) for name in FEATURES), dict(stored["accepted"]))


@dataclass(frozen=True, slots=True)
class Judged:
    """A question with the articles found for it, at least two, and what a person said of one of them: `features` has a
    row an article, `chosen` is its place, and it was the right one or not. `key` is unique and fixes the fold."""

    key: int
    article_ids: tuple[str, ...]
    features: tuple[tuple[float, ...], ...]
    chosen: int
    right: bool


@dataclass(frozen=True, slots=True)
class Trial:
    """Two orders on the same questions, by one that was not taught them. `known` questions have a right article that a
    person named; `before` and `after` are how many each order puts first, `gained` and `lost` where they differ, `luck`
    the chance of such a gain among these by luck alone (one-sided sign test)."""

    judged: int
    known: int
    before: int
    after: int
    gained: int
    lost: int
    luck: float

    @property
    def is_better(self) -> bool:
        """Whether the gain is hardly luck."""
        return self.luck <= BETTER_AT

    def to_dict(self) -> dict[str, float]:
        """Return plain JSON values."""
        names = ("judged", "known", "before", "after", "gained", "lost", "luck")
        return {name: getattr(self, name) for name in names}


def fit(rows: Sequence[Judged]) -> Ranker:
    """Return the ranker taught by `rows`; the built-in one where they say nothing."""
    from scipy.optimize import minimize

    if not rows:
        return Ranker()
    accepted = _accepted(rows)
    lessons = _Lessons.of(rows, accepted)
    start = np.array(BUILT_IN) / TEMPERATURE
    found = minimize(lessons.loss, start, args=(start,), jac=True, method="L-BFGS-B", bounds=[(0, None)] * len(start))
    return Ranker(_on_scale(found.x), {name: round(_leaning(*counts), 4) for name, counts in accepted.items()})


def order(ranker: Ranker, row: Judged) -> int:
    """Return the place of the article that `ranker` puts first."""
    features = _with_accepted(row, [ranker.accepted.get(name, 0.0) for name in row.article_ids])
    return int(np.argmax(features @ np.array(ranker.weights)))


def cross_fitted(rows: Sequence[Judged], before: Ranker) -> Trial:
    """Compare rankers taught on four fifths of the rows with `before`, on the fifth that each was not taught."""
    firsts: dict[int, int] = {}
    for fold in range(FOLDS):
        taught = fit([row for row in rows if row.key % FOLDS != fold])
        firsts |= {row.key: order(taught, row) for row in rows if row.key % FOLDS == fold}
    return compared(rows, {row.key: order(before, row) for row in rows}, firsts)


def compared(rows: Sequence[Judged], before: Mapping[int, int], after: Mapping[int, int]) -> Trial:
    """Compare two orders by the place that each puts first, by key. Only where the right article is known can an order
    gain: that another one comes first than the one rejected does not make it right."""
    known = [row for row in rows if row.right]
    was = [before[row.key] == row.chosen for row in known]
    now = [after[row.key] == row.chosen for row in known]
    gained = sum(new and not old for old, new in zip(was, now, strict=True))
    lost = sum(old and not new for old, new in zip(was, now, strict=True))
    return Trial(len(rows), len(known), sum(was), sum(now), gained, lost, sign_test(gained, lost))


def is_worse(rows: Sequence[Judged], live: Ranker) -> bool:
    """Whether people take what `live` puts before the built-in order's choice for wrong more often than right, and that
    is hardly luck; `rows` are verdicts on its own drafts."""
    moved = [row for row in rows if order(live, row) != order(Ranker(), row)]
    for_it = sum(row.right == (order(live, row) == row.chosen) for row in moved)
    return sign_test(len(moved) - for_it, for_it) <= WORSE_AT


def sign_test(gained: int, lost: int) -> float:
    """Return the chance of at least `gained` of the differences when each is as likely as the other (one-sided, exact;
    that of McNemar's test). 1 where there is no difference."""
    n = gained + lost
    return float(sum(comb(n, k) for k in range(gained, n + 1)) / 2**n)


@dataclass(frozen=True, slots=True)
class _Lessons:
    """All questions one below the other: `features` (articles, signs), where each question begins, which article of all
    was chosen in it, and whether that was right."""

    features: Floats
    starts: NDArray[np.int64]
    chosen: NDArray[np.int64]
    right: NDArray[np.bool_]

    @classmethod
    def of(cls, rows: Sequence[Judged], accepted: Mapping[str, tuple[int, int]]) -> "_Lessons":
        sizes = np.array([len(row.article_ids) for row in rows])
        starts = np.concatenate([[0], np.cumsum(sizes)[:-1]])
        features = np.vstack([_with_accepted(row, _without(row, accepted)) for row in rows])
        chosen = starts + np.array([row.chosen for row in rows])
        return cls(features, starts, chosen, np.array([row.right for row in rows]))

    def loss(self, weights: Floats, start: Floats) -> tuple[float, Floats]:
        """Minus the log-likelihood that each chosen article is the right one, or is not, with the pull towards `start`;
        and its slope."""
        logits = self.features @ weights
        sizes = np.diff(np.append(self.starts, len(logits)))
        shares = np.exp(logits - np.repeat(np.maximum.reduceat(logits, self.starts), sizes))
        shares /= np.repeat(np.add.reduceat(shares, self.starts), sizes)
        of_chosen = np.clip(shares[self.chosen], 1e-12, 1 - 1e-12)
        value = -np.log(np.where(self.right, of_chosen, 1 - of_chosen)).sum()
        # the slope by a logit is share - is_chosen where right, and -share_of_chosen / (1 - it) times that where not
        factor = np.where(self.right, 1.0, -of_chosen / (1 - of_chosen))
        towards = shares * np.repeat(factor, sizes)
        towards[self.chosen] -= factor
        spread = self.features.std(axis=0)
        moved = (weights - start) * spread
        slope = self.features.T @ towards + RIDGE * moved * spread
        return float(value + 0.5 * RIDGE * (moved @ moved)), slope


def _on_scale(weights: Floats) -> tuple[float, ...]:
    """Keep the order that the weights give, on the scale of cosines; one that hardly heeds meaning is not believed."""
    meaning = float(weights[0] + weights[1])
    if meaning * TEMPERATURE < LEAST_SHARE:
        return BUILT_IN
    return tuple(round(float(weight) / meaning, 6) for weight in weights)


def _accepted(rows: Sequence[Judged]) -> dict[str, tuple[int, int]]:
    """How often each article was the right one when chosen, and how often it was chosen."""
    right, chosen = Counter[str](), Counter[str]()
    for row in rows:
        right[row.article_ids[row.chosen]] += row.right
        chosen[row.article_ids[row.chosen]] += 1
    return {name: (right[name], chosen[name]) for name in chosen}


def _leaning(right: int, chosen: int) -> float:
    """How much oftener than not it was right, few verdicts counting little (Laplace's rule of succession)."""
    return (right + 1) / (chosen + 2) - 0.5


def _without(row: Judged, counts: Mapping[str, tuple[int, int]]) -> list[float]:
    """The acceptance of the row's articles, but for its own verdict."""
    found = []
    for place, name in enumerate(row.article_ids):
        (right, chosen), own = counts.get(name, (0, 0)), place == row.chosen
        found.append(_leaning(right - (own and row.right), chosen - own))
    return found


def _with_accepted(row: Judged, accepted: Sequence[float]) -> Floats:
    """The row's features with each article's acceptance as it is known now."""
    features = np.array(row.features, dtype=np.float64)
    features[:, _ACCEPTED] = accepted
    return features
