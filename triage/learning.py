"""Decides what triage is taught from, and judges how well that teaches, by models that never saw what they judge.

It refuses to know where texts, labels and vectors come from, and what is done with a version that is worse. Nothing
here depends on how categories are told apart: `fit_with_held_out` and `ScopeModel.fit` are all that it knows of that.
"""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from triage.categories import fit_with_held_out
from triage.examples import Examples
from triage.head import Scores, Vectors
from triage.labels import Category
from triage.negatives import Negatives, stacked
from triage.scope import ScopeModel
from triage.text import readable

OUT_OF_SCOPE = ""
EXAMPLE, CORRECTED, CONFIRMED, NAME = "example", "corrected", "confirmed", "name"
WEIGHTS = {EXAMPLE: 1.0, CORRECTED: 1.0, CONFIRMED: 0.5}
FOLDS = 5
FOLDS_BETWEEN = 10
FEW, MANY = 300, 3_000


@dataclass(frozen=True, slots=True)
class Row:
    """A readable text and the category that it is said to belong to, `OUT_OF_SCOPE` for none; `key` names its source.

    `origin` is "example" (an admin's), "corrected" (an agent's own word) or "confirmed" (an agent saw the category and
    left it: weaker evidence, which judges at half weight and teaches nothing, so that no version learns from itself) or
    "name" (a category's title and description, which teach and are not judged).
    """

    key: str
    text: str
    label: str
    origin: str = EXAMPLE

    @property
    def teaches(self) -> bool:
        """Whether models are fitted to it."""
        return self.origin != CONFIRMED


@dataclass(frozen=True, slots=True)
class Judgement:
    """What models that never saw them said of n rows, in the order of their keys.

    `said` is the likeliest category, `confidence` its probability, `scope` the scope score, and `given` the probability
    of the row's own label, 1 - scope for a row out of scope.
    """

    rows: tuple[Row, ...]
    said: NDArray[np.str_]
    confidence: Scores
    given: Scores
    scope: Scores

    def __len__(self) -> int:
        return len(self.rows)

    def where(self, keep: NDArray[np.bool_]) -> "Judgement":
        """Return the judgement of the rows for which `keep` (n,) is true."""
        rows = tuple(row for row, kept in zip(self.rows, keep, strict=True) if kept)
        return Judgement(rows, self.said[keep], self.confidence[keep], self.given[keep], self.scope[keep])

    @property
    def labels(self) -> NDArray[np.str_]:
        """The labels (n,) of the rows."""
        return np.array([row.label for row in self.rows], dtype=np.str_)

    @property
    def weights(self) -> Scores:
        """How much each row (n,) counts."""
        return np.array([WEIGHTS[row.origin] for row in self.rows], np.float64)

    @property
    def outcome(self) -> NDArray[np.str_]:
        """What a ticket like each row would be given: the likeliest category, none where that is out of scope."""
        return np.where(self.scope >= 0.5, self.said, OUT_OF_SCOPE)


def example_rows(categories: Iterable[Category]) -> list[Row]:
    """Return what an admin wrote, as it is taught; a key is `category/number`, counted from 0."""
    return [
        Row(f"{category.name}/{number}", readable("", text), category.name)
        for category in categories
        for number, text in enumerate(category.training_texts())
    ]


def name_rows(categories: Iterable[Category]) -> list[Row]:
    """Return what categories call themselves, which is taught beside the examples; a key is the category's name."""
    return [Row(category.name, readable("", category.described()), category.name, NAME) for category in categories]


def gathered(rows: Sequence[Row], vectors: Mapping[str, Vectors]) -> Examples:
    """Return rows as examples, with the vector (d,) of each text."""
    return Examples(
        stacked([vectors[row.text] for row in rows]), tuple(row.text for row in rows), tuple(row.label for row in rows)
    )


def usable(labels: Iterable[Row], categories: Iterable[Category]) -> tuple[list[Row], int]:
    """Return the labels whose category still exists, and how many there are whose does not: those are ignored."""
    names = {category.name for category in categories} | {OUT_OF_SCOPE}
    rows = list(labels)
    kept = [row for row in rows if row.label in names and row.text]
    return kept, sum(row.label not in names for row in rows)


def folds_of(rows: Iterable[Row]) -> dict[str, int]:
    """Return the fold of each text: equal texts share one, each label is spread evenly, and the order of rows does not
    matter."""
    by_label: dict[str, set[str]] = {}
    for row in rows:
        by_label.setdefault(row.label, set()).add(row.text)
    texts = {text for group in by_label.values() for text in group}
    count = FOLDS_BETWEEN if FEW < len(texts) <= MANY else FOLDS
    found: dict[str, int] = {}
    for label in sorted(by_label):
        first = _digest(label)[0]
        for place, text in enumerate(sorted(by_label[label], key=_digest)):
            found.setdefault(text, (first + place) % count)
    return found


def judge(
    taught: Sequence[Row], judged: Sequence[Row], folds: Mapping[str, int], vectors: Mapping[str, Vectors]
) -> Judgement:
    """Return what models taught from `taught`, less the fold of the row in question, say of each row of `judged`.

    Left out are rows whose label the models of their fold do not know, such as the only example of a category.
    Names are always taught, unless their words are held out as an example.
    `vectors` holds the L2-normalised vector (d,) of every text. The next fold is kept for calibration, so that one fit
    a fold is enough; with too few texts for that, each fold calibrates itself by cross-fitting. Which of the two
    depends on `folds` alone, so that sides judged over the same folds are treated alike.
    """
    ordered = sorted((row for row in taught if row.teaches), key=lambda row: (row.label, row.text, row.key))
    rows = sorted(judged, key=lambda row: row.key)
    count = max(folds.values(), default=0) + 1
    parts = [_fold(ordered, rows, folds, vectors, number, count) for number in range(count)]
    found = [part for part in parts if part is not None]
    return _joined(found) if found else _empty()


def _fold(
    taught: Sequence[Row],
    judged: Sequence[Row],
    folds: Mapping[str, int],
    vectors: Mapping[str, Vectors],
    number: int,
    count: int,
) -> Judgement | None:
    """Judge one fold; None when there is nobody to judge or nothing to judge by."""
    seen = [row for row in taught if folds.get(row.text) != number]
    inside = [row for row in seen if row.label != OUT_OF_SCOPE and row.origin != NAME]
    spare = [row for row in inside if folds[row.text] == (number + 1) % count] if len(folds) > FEW else []
    kept, unseen = set(spare), {row.text for row in spare}
    names = gathered([row for row in seen if row.origin == NAME and row.text not in unseen], vectors)
    fitted = [row for row in inside if row not in kept]
    known = {row.label for row in fitted} | {OUT_OF_SCOPE}
    out = [row for row in judged if folds[row.text] == number and row.label in known]
    if not out or not fitted:
        return None
    validation = gathered(spare, vectors) if spare else None
    outside = gathered([row for row in seen if row.label == OUT_OF_SCOPE], vectors)
    model, held_out = fit_with_held_out(gathered(fitted, vectors), validation, names, outside)
    asked = gathered(out, vectors)
    evidence = model.evidence(asked.vectors, asked.texts)
    negatives = Negatives.of(model.turned(outside.vectors))
    scope = negatives.scores(ScopeModel.fit(held_out.evidence), evidence, model.turned(asked.vectors))
    return _judged(out, model.names, model.probabilities(evidence), scope)


def _judged(rows: Sequence[Row], names: Sequence[str], probabilities: Scores, scope: Scores) -> Judgement:
    place = {name: code for code, name in enumerate(names)}
    codes = np.array([place.get(row.label, 0) for row in rows], np.int64)
    outside = np.array([row.label == OUT_OF_SCOPE for row in rows], np.bool_)
    best, each = probabilities.argmax(axis=1), np.arange(len(rows))
    return Judgement(
        rows=tuple(rows),
        said=np.array(names, dtype=np.str_)[best],
        confidence=probabilities[each, best],
        given=np.where(outside, 1.0 - scope, probabilities[each, codes]),
        scope=scope,
    )


def _joined(parts: Sequence[Judgement]) -> Judgement:
    rows = [row for part in parts for row in part.rows]
    order = np.array(sorted(range(len(rows)), key=lambda place: rows[place].key), np.int64)
    names = ("said", "confidence", "given", "scope")
    arrays = [np.concatenate([getattr(part, name) for part in parts])[order] for name in names]
    return Judgement(tuple(rows[place] for place in order), *arrays)


def _empty() -> Judgement:
    none = np.empty(0, np.float64)
    return Judgement((), np.empty(0, np.str_), none, none, none)


def _digest(text: str) -> bytes:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).digest()
