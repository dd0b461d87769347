"""Decides what a person needs to see to trust triage or to mend it: curves, confusions, doubtful examples.

Everything comes from a `Judgement`, that is from models that never saw what they judged. It refuses to know pages, and
names rows by their keys, so that no customer's text is copied into it.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from triage.head import Scores
from triage.learning import OUT_OF_SCOPE, Judgement

BINS = 10
POINTS = 60
MOST_PAIRS = 20
MOST_NAMES = 12
MOST_ROWS = 25


@dataclass(frozen=True, slots=True)
class Confusion:
    """How often a row that is `label` would be put into `said`; "" stands for out of scope on either side."""

    label: str
    said: str
    count: int


@dataclass(frozen=True, slots=True)
class Bin:
    """Rows of like confidence: their mean confidence, the share that is right, and how many they are."""

    confidence: float
    right: float
    count: int


@dataclass(frozen=True, slots=True)
class Point:
    """A point of a curve, both in 0..1."""

    x: float
    y: float


@dataclass(frozen=True, slots=True)
class Doubt:
    """A row that what was learned from the others contradicts: its label, the one they propose, and both chances."""

    key: str
    label: str
    said: str
    given: float
    confidence: float


@dataclass(frozen=True, slots=True)
class Standing:
    """How well one category's own rows are judged; `gap` is their mean confidence less their share of right ones, since
    bins of so few would measure chance."""

    name: str
    n: int
    accuracy: float
    gap: float


@dataclass(frozen=True, slots=True)
class Evidence:
    """What stands behind a version.

    `coverage` runs over the share of all rows that would be answered, surest first: y is the share of those that is
    right. `scope` runs over the share of rows in scope that is refused: y is the share of rows out of scope that is
    caught; it is empty without rows out of scope. `matrix[i][j]` counts rows of `names[i]` put into `names[j]`.
    """

    names: tuple[str, ...]
    matrix: tuple[tuple[int, ...], ...]
    confusions: tuple[Confusion, ...]
    reliability: tuple[Bin, ...]
    coverage: tuple[Point, ...]
    scope: tuple[Point, ...]
    standings: tuple[Standing, ...]
    worst: tuple[Doubt, ...]
    suspects: tuple[Doubt, ...]

    def to_dict(self) -> dict[str, Any]:
        """Return plain JSON values."""
        return asdict(self)


def evidence_of(judged: Judgement) -> Evidence:
    """Return the evidence of a judgement; all of it is empty when nothing was judged."""
    pairs = Counter(zip(judged.labels.tolist(), judged.outcome.tolist(), strict=True))
    names = _most_confused(pairs)
    inside = judged.where(judged.labels != OUT_OF_SCOPE)
    return Evidence(
        names=names,
        matrix=tuple(tuple(pairs[label, said] for said in names) for label in names),
        confusions=_confusions(pairs),
        reliability=tuple(_bins(inside)),
        coverage=_coverage(judged),
        scope=_scope_curve(judged),
        standings=tuple(_standings(inside)),
        worst=_doubts(inside, -inside.confidence, inside.said != inside.labels),
        suspects=_doubts(judged, judged.given, _suspicious(judged)),
    )


def _most_confused(pairs: Counter[tuple[str, str]]) -> tuple[str, ...]:
    """Return the categories that take part in the most confusions, by name."""
    parts: Counter[str] = Counter()
    for (label, said), count in pairs.items():
        if label != said:
            parts[label] += count
            parts[said] += count
    ranked = sorted(parts, key=lambda name: (-parts[name], name))[:MOST_NAMES]
    return tuple(sorted(ranked, key=lambda name: (name == OUT_OF_SCOPE, name)))


def _confusions(pairs: Counter[tuple[str, str]]) -> tuple[Confusion, ...]:
    wrong = [Confusion(label, said, count) for (label, said), count in pairs.items() if label != said]
    return tuple(sorted(wrong, key=lambda one: (-one.count, one.label, one.said))[:MOST_PAIRS])


def _bins(judged: Judgement) -> Iterator[Bin]:
    """Yield the bins of equal width that hold any row, least confident first."""
    right, weights = judged.said == judged.labels, judged.weights
    places = np.minimum((judged.confidence * BINS).astype(np.int64), BINS - 1)
    for number in np.unique(places):
        here = places == number
        total = float(weights[here].sum())
        mean, share = (float((weights[here] * values[here]).sum()) / total for values in (judged.confidence, right))
        yield Bin(mean, share, int(here.sum()))


def _coverage(judged: Judgement) -> tuple[Point, ...]:
    """Answering a row that is out of scope is never right."""
    order = np.argsort(-judged.confidence * judged.scope, kind="stable")
    right = (judged.said == judged.labels)[order]
    count = np.arange(1, len(order) + 1)
    return _thinned(count / max(len(order), 1), np.cumsum(right) / count)


def _scope_curve(judged: Judgement) -> tuple[Point, ...]:
    outside = judged.labels == OUT_OF_SCOPE
    if not outside.any() or outside.all():
        return ()
    borders = np.unique(np.append(judged.scope, np.inf))
    refused, caught = (
        np.searchsorted(np.sort(judged.scope[part]), borders, side="left") / part.sum() for part in (~outside, outside)
    )
    return _thinned(refused, caught)


def _standings(judged: Judgement) -> Iterator[Standing]:
    labels, right = judged.labels, judged.said == judged.labels
    for name in np.unique(labels):
        here = labels == name
        accuracy = float(right[here].mean())
        yield Standing(str(name), int(here.sum()), accuracy, float(judged.confidence[here].mean()) - accuracy)


def _suspicious(judged: Judgement) -> NDArray[np.bool_]:
    """Return which labels (n,) look wrong: the models favour another category at least as much as they favour that
    category for its own rows on average (confident learning, Northcutt et al., 2021). A row that is said to be out of
    scope must look in scope besides."""
    labels = judged.labels
    usual = {str(name): float(judged.given[labels == name].mean()) for name in np.unique(labels)}
    least = np.array([usual.get(str(name), 1.0) for name in judged.said], np.float64)
    familiar = (labels != OUT_OF_SCOPE) | (judged.scope >= 0.5)
    return np.asarray((judged.said != labels) & (judged.confidence >= least) & familiar, np.bool_)


def _doubts(judged: Judgement, order: Scores, chosen: NDArray[np.bool_]) -> tuple[Doubt, ...]:
    """Return those of the chosen rows with the least `order` first, equal ones by key."""
    places = [int(place) for place in np.argsort(order, kind="stable") if chosen[place]][:MOST_ROWS]
    return tuple(
        Doubt(
            judged.rows[place].key,
            judged.rows[place].label,
            str(judged.said[place]),
            float(judged.given[place]),
            float(judged.confidence[place]),
        )
        for place in places
    )


def _thinned(xs: Sequence[float] | Scores, ys: Sequence[float] | Scores) -> tuple[Point, ...]:
    """Return at most `POINTS` points evenly chosen, the first and the last among them."""
    if not len(xs):
        return ()
    places = np.unique(np.linspace(0, len(xs) - 1, POINTS).round().astype(np.int64))
    return tuple(Point(float(xs[place]), float(ys[place])) for place in places)
