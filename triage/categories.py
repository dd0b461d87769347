"""Decides which category a vector belongs to and how sure that is; refuses to know texts, scope and priorities."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from triage.head import Codes, Evidence, Head, Scores, Vectors, held_out

ALTERNATIVES = 3
FOLDS = 3
FOLDS_WHEN_FEW = 5
FEW = 3_000
MIN_HELD_OUT = 30
TEMPERATURES = (0.05, 20.0)
GOLDEN = (5**0.5 - 1) / 2


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
    """A head with names and a temperature; `calibrated` is False when there was too little to hold out."""

    names: tuple[str, ...]
    head: Head
    temperature: float
    calibrated: bool

    @classmethod
    def fit(cls, vectors: Vectors, labels: Sequence[str]) -> "CategoryModel":
        """Fit to vectors (n, d), L2-normalised, and their n labels; see `fit_with_held_out`."""
        return fit_with_held_out(vectors, labels)[0]

    def evidence(self, vectors: Vectors) -> Evidence:
        """Return the raw evidence of vectors (n, d), for `probabilities` and for the scope."""
        return self.head.evidence(vectors)

    def probabilities(self, evidence: Evidence) -> Scores:
        """Return calibrated probabilities (n, categories), columns in the order of `names`."""
        return softmax(evidence.logits / self.temperature)

    def scores(self, vector: Vectors) -> CategoryScores:
        """Return the scores of one vector (d,)."""
        return self.scores_many(vector[None, :])[0]

    def scores_many(self, vectors: Vectors) -> list[CategoryScores]:
        """Return the scores of vectors (n, d), in their order."""
        return self.scores_of(self.evidence(vectors))

    def scores_of(self, evidence: Evidence) -> list[CategoryScores]:
        """Return the scores of evidence already gathered."""
        probabilities = self.probabilities(evidence)
        best = np.argsort(-probabilities, axis=1, kind="stable")[:, : ALTERNATIVES + 1]
        return [self._scores(row, order) for row, order in zip(probabilities, best, strict=True)]

    def _scores(self, row: Scores, order: Codes) -> CategoryScores:
        first, *others = ((self.names[code], float(row[code])) for code in order)
        return CategoryScores(first[0], first[1], tuple(others))


def fit_with_held_out(
    vectors: Vectors, labels: Sequence[str], validation: tuple[Vectors, Sequence[str]] | None = None
) -> tuple[CategoryModel, HeldOut]:
    """Fit a model to vectors (n, d) and their n labels, and return it with the held-out evidence it was calibrated on.

    That evidence comes from `validation`, rows that stand for new tickets, or from cross-fitting when there is none.
    Validation rows with a label that is not in `labels` are left out. Raises ValueError when there are no rows, the
    lengths differ, or a vector is not finite.
    """
    _check(vectors, labels)
    found, codes = np.unique(np.asarray(labels, dtype=object), return_inverse=True)
    names = tuple(str(name) for name in found)
    head = Head.fit(vectors, codes, len(names))
    if validation is None:
        seen = HeldOut(*held_out(vectors, codes, len(names), FOLDS_WHEN_FEW if len(codes) < FEW else FOLDS))
    else:
        seen = _validated(head, names, *validation)
    calibrated = len(seen.codes) >= MIN_HELD_OUT and len(names) > 1
    temperature = fit_temperature(seen.evidence.logits, seen.codes) if calibrated else 1.0
    return CategoryModel(names, head, temperature, calibrated), seen


def _validated(head: Head, names: Sequence[str], vectors: Vectors, labels: Sequence[str]) -> HeldOut:
    position = {name: code for code, name in enumerate(names)}
    rows = [row for row, label in enumerate(labels) if label in position]
    return HeldOut(head.evidence(vectors[rows]), np.array([position[labels[row]] for row in rows], np.int64))


def _check(vectors: Vectors, labels: Sequence[str]) -> None:
    if vectors.ndim != 2 or len(vectors) != len(labels):
        raise ValueError(f"vectors: expected {len(labels)} rows, got shape {vectors.shape}")
    if not len(labels):
        raise ValueError("labels: at least one example is needed")
    if not np.isfinite(vectors).all():
        raise ValueError("vectors: every number must be finite")


def fit_temperature(logits: Scores, codes: Codes) -> float:
    """Return the temperature with the least log loss on logits (n, classes) (Guo et al., 2017), within TEMPERATURES.

    The loss has one minimum, so that golden-section search over the logarithm finds it.
    """
    rows = np.arange(len(codes))

    def loss(log_temperature: float) -> float:
        probabilities = softmax(logits / np.exp(log_temperature))[rows, codes]
        return float(-np.log(np.maximum(probabilities, 1e-12)).mean())

    low, high = (float(np.log(bound)) for bound in TEMPERATURES)
    while high - low > 1e-3:
        step = (high - low) * GOLDEN
        if loss(high - step) < loss(low + step):
            high = low + step
        else:
            low = high - step
    return float(np.exp((low + high) / 2))


def softmax(logits: Scores) -> Scores:
    """Return row-wise probabilities of logits (n, classes)."""
    powers = np.exp(logits - logits.max(axis=1, keepdims=True))
    return np.asarray(powers / powers.sum(axis=1, keepdims=True), np.float64)
