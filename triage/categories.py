"""Decides which category a text belongs to and how sure that is; refuses to know scope and priorities."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from triage.combining import DEFAULT_WEIGHTS, Evidence, fit_weights, softmax, weigh
from triage.examples import NO_EXAMPLES, Examples, Lesson
from triage.head import Codes, Head, Kinds, Scores, Vectors
from triage.words import bags

ALTERNATIVES = 3
FOLDS = 3
FOLDS_WHEN_FEW = 5
FEW = 3_000
MIN_HELD_OUT = 30
MAX_HELD_OUT_CELLS = 5_000_000


@dataclass(frozen=True, slots=True)
class CategoryScores:
    """The likeliest category, its calibrated probability, and up to three others, likeliest first."""

    label: str
    confidence: float
    alternatives: tuple[tuple[str, float], ...] = ()


@dataclass(frozen=True, slots=True)
class HeldOut:
    """Evidence for training rows from heads that never saw them, and the right codes; empty with one row a class."""

    evidence: Evidence
    codes: Codes


@dataclass(frozen=True, slots=True)
class CategoryModel:
    """A head with names and a weight for each kind of its evidence; `calibrated` is False when there was too little to
    hold out and the weights are those that suit most."""

    names: tuple[str, ...]
    head: Head
    weights: Scores
    calibrated: bool

    @classmethod
    def fit(cls, vectors: Vectors, texts: Sequence[str], labels: Sequence[str]) -> "CategoryModel":
        """Fit to vectors (n, d), L2-normalised, their n texts and n labels; see `fit_with_held_out`."""
        return fit_with_held_out(Examples.of(vectors, texts, labels))[0]

    def evidence(self, vectors: Vectors, texts: Sequence[str]) -> Evidence:
        """Return the evidence of vectors (n, d) and texts (n), for `probabilities` and for the scope."""
        return weigh(self.head.evidence(vectors, bags(texts)), self.weights, len(self.names))

    def turned(self, vectors: Vectors) -> Vectors:
        """Return vectors (n, d) as the model compares them with its examples."""
        return self.head.turned(vectors)

    def probabilities(self, evidence: Evidence) -> Scores:
        """Return calibrated probabilities (n, categories), columns in the order of `names`."""
        return softmax(evidence.logits)

    def scores(self, vector: Vectors, text: str) -> CategoryScores:
        """Return the scores of one vector (d,) and its text."""
        return self.scores_many(vector[None, :], [text])[0]

    def scores_many(self, vectors: Vectors, texts: Sequence[str]) -> list[CategoryScores]:
        """Return the scores of vectors (n, d) and texts (n), in their order."""
        return self.scores_of(self.evidence(vectors, texts))

    def scores_of(self, evidence: Evidence) -> list[CategoryScores]:
        """Return the scores of evidence already gathered."""
        probabilities = self.probabilities(evidence)
        best = np.argsort(-probabilities, axis=1, kind="stable")[:, : ALTERNATIVES + 1]
        return [self._scores(row, order) for row, order in zip(probabilities, best, strict=True)]

    def retaught(
        self, examples: Examples, names: Examples = NO_EXAMPLES, outside: Examples = NO_EXAMPLES
    ) -> "CategoryModel":
        """Return the model with a head fitted to other examples of the same categories; the weights stay as they are.
        Examples of other categories are left out."""
        known = set(self.names)
        kept = examples.where([place for place, label in enumerate(examples.labels) if label in known])
        lesson = Lesson.of(kept, names, outside)
        if lesson.names != self.names:
            raise ValueError("examples: some category has none")
        return replace(self, head=lesson.head())

    def _scores(self, row: Scores, order: Codes) -> CategoryScores:
        first, *others = ((self.names[code], float(row[code])) for code in order)
        return CategoryScores(first[0], first[1], tuple(others))


def fit_with_held_out(
    examples: Examples,
    validation: Examples | None = None,
    names: Examples = NO_EXAMPLES,
    outside: Examples = NO_EXAMPLES,
) -> tuple[CategoryModel, HeldOut]:
    """Fit a model to examples, and return it with the held-out evidence it was calibrated on.

    That evidence comes from `validation`, rows that stand for new tickets, or from cross-fitting when there is none.
    Validation rows with a label that is not among the examples' are left out. `names` are the categories in plain
    words: one more example each, never held out. `outside` are texts of no category, whatever their labels; from ten on
    they count. Raises ValueError when there are no examples.
    """
    if not len(examples):
        raise ValueError("labels: at least one example is needed")
    lesson = Lesson.of(examples, names, outside)
    head, count = lesson.head(), len(lesson.names)
    if validation is None:
        folds = FOLDS_WHEN_FEW if len(lesson.codes) < FEW else FOLDS
        kinds, codes = lesson.held_out(folds, MAX_HELD_OUT_CELLS // lesson.columns)
    else:
        kinds, codes = _validated(head, lesson.names, validation)
    calibrated = len(codes) >= MIN_HELD_OUT and count > 1
    weights = fit_weights(kinds[:, :, :count], codes) if calibrated else DEFAULT_WEIGHTS
    return CategoryModel(lesson.names, head, weights, calibrated), HeldOut(weigh(kinds, weights, count), codes)


def _validated(head: Head, names: Sequence[str], rows: Examples) -> tuple[Kinds, Codes]:
    code = {name: number for number, name in enumerate(names)}
    known = rows.where([place for place, label in enumerate(rows.labels) if label in code])
    return head.evidence(known.vectors, bags(known.texts)), np.array([code[label] for label in known.labels], np.int64)
