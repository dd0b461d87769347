"""Decides how strongly a vector speaks for each class: a logistic regression plus the nearest example of the class.

It refuses to know names, probabilities and thresholds. Measured on three public intent sets, adding five times the
cosine to the class's nearest example gained 0.1 to 2.4 points of accuracy over the regression alone, most with real
users' questions.
"""

import warnings
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Vectors = NDArray[np.float32]
Codes = NDArray[np.int64]
Scores = NDArray[np.float64]

INVERSE_REGULARISATION = 30.0
TOLERANCE = 1e-4
MAX_ITERATIONS = 2_000
NEAREST_WEIGHT = 5.0
MAX_STORED_EXAMPLES = 20_000
_BLOCK = 256


@dataclass(frozen=True, slots=True)
class Evidence:
    """What `n` vectors say: `logits` (n, classes) and `nearest` (n,), the cosine to the nearest example of any."""

    logits: Scores
    nearest: Scores

    @property
    def energy(self) -> Scores:
        """Free energy with its sign turned, log-sum-exp of the logits (Liu et al., 2020): higher is more familiar."""
        top = self.logits.max(axis=1)
        return np.asarray(top + np.log(np.exp(self.logits - top[:, None]).sum(axis=1)), np.float64)


@dataclass(frozen=True, slots=True)
class Head:
    """A fitted head over L2-normalised vectors; `examples` stand grouped by class, class `k` from `starts[k]` on."""

    weights: Vectors
    intercept: Scores
    examples: Vectors
    starts: Codes

    @classmethod
    def fit(cls, vectors: Vectors, codes: Codes, classes: int) -> "Head":
        """Fit to vectors (n, d) with codes in 0..classes-1, each occurring at least once."""
        weights, intercept = regression(vectors, codes, classes, INVERSE_REGULARISATION)
        order = _grouped(codes, classes)
        starts = np.searchsorted(codes[order], np.arange(classes)).astype(np.int64)
        return cls(weights.astype(np.float32), intercept, np.ascontiguousarray(vectors[order], np.float32), starts)

    def evidence(self, vectors: Vectors) -> Evidence:
        """Return the evidence of vectors (n, d), worked through in blocks so that memory stays bounded."""
        blocks = [self._block(vectors[at : at + _BLOCK]) for at in range(0, len(vectors), _BLOCK)]
        if not blocks:
            return Evidence(np.empty((0, len(self.starts))), np.empty(0))
        return Evidence(np.concatenate([logits for logits, _ in blocks]), np.concatenate([near for _, near in blocks]))

    def _block(self, vectors: Vectors) -> tuple[Scores, Scores]:
        cosines = vectors @ self.examples.T
        nearest = np.maximum.reduceat(cosines, self.starts, axis=1)
        logits = vectors @ self.weights.T + self.intercept + NEAREST_WEIGHT * nearest
        return logits.astype(np.float64), nearest.max(axis=1).astype(np.float64)


def held_out(vectors: Vectors, codes: Codes, classes: int, folds: int) -> tuple[Evidence, Codes]:
    """Return the evidence for each row from a head that never saw it, and those rows' codes.

    Rows go round robin into the folds within their class; a class's only row is never held out, so the result may be
    shorter than the input, or empty.
    """
    fold = _folds(codes, classes, folds)
    parts = [_one_fold(vectors, codes, classes, fold == number) for number in range(folds) if np.any(fold == number)]
    if not parts:
        return Evidence(np.empty((0, classes)), np.empty(0)), np.empty(0, np.int64)
    evidence = [part for part, _ in parts]
    joined = Evidence(np.concatenate([e.logits for e in evidence]), np.concatenate([e.nearest for e in evidence]))
    return joined, np.concatenate([held for _, held in parts])


def _one_fold(vectors: Vectors, codes: Codes, classes: int, out: NDArray[np.bool_]) -> tuple[Evidence, Codes]:
    return Head.fit(vectors[~out], codes[~out], classes).evidence(vectors[out]), codes[out]


def _folds(codes: Codes, classes: int, folds: int) -> Codes:
    fold = np.full(len(codes), -1, np.int64)
    shuffled = np.random.default_rng(0).permutation(len(codes))
    for rows in _rows_of(codes[shuffled], classes):
        if len(rows) > 1:
            fold[shuffled[rows]] = np.arange(len(rows)) % folds
    return fold


def _grouped(codes: Codes, classes: int) -> Codes:
    """Return row numbers grouped by class, thinned evenly within each class when there are too many to keep."""
    every = -(-len(codes) // MAX_STORED_EXAMPLES)
    return np.concatenate([rows[::every] for rows in _rows_of(codes, classes)])


def _rows_of(codes: Codes, classes: int) -> list[Codes]:
    order = np.argsort(codes, kind="stable")
    return np.split(order, np.searchsorted(codes[order], np.arange(1, classes)))


def regression(vectors: Vectors, codes: Codes, classes: int, inverse_regularisation: float) -> tuple[Scores, Scores]:
    """Return weights (classes, d) and intercepts (classes,) of a logistic regression; zeros when there is one class."""
    if classes == 1:
        return np.zeros((1, vectors.shape[1])), np.zeros(1)
    from sklearn.linear_model import LogisticRegression
    from threadpoolctl import threadpool_limits

    model: Any = LogisticRegression(C=inverse_regularisation, tol=TOLERANCE, max_iter=MAX_ITERATIONS)
    with threadpool_limits(1), warnings.catch_warnings():
        # One thread: these matrices are small, and on two busy cores two threads took 42 s where one takes 2.4.
        # Few examples a class are no mistake here, though scikit-learn warns of them.
        warnings.filterwarnings("ignore", message="The number of unique classes is greater than")
        model.fit(vectors.astype(np.float64), codes)
    if classes > 2:
        return model.coef_, model.intercept_
    # Two classes come back as one row, the log odds of the second; shared out evenly, energy keeps its meaning.
    return np.vstack([-model.coef_, model.coef_]) / 2, np.concatenate([-model.intercept_, model.intercept_]) / 2
