"""Decides how strongly a text speaks for each class, in four ways; refuses to know names, probabilities and thresholds.

A logistic regression over vectors, the nearest example in vectors, naive Bayes over words, and the nearest example in
words. Each errs elsewhere, so that together they gain one to three points over the best of them; `triage.combining`
weighs them.
"""

import warnings
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from triage.adapter import adapted, fit_adapter
from triage.words import Bags, Words

Vectors = NDArray[np.float32]
Codes = NDArray[np.int64]
Scores = NDArray[np.float64]
Kinds = NDArray[np.float32]
"""Four kinds of evidence (4, n, columns): REGRESSION, NEAREST, NAIVE_BAYES, NEAREST_IN_WORDS."""

REGRESSION, NEAREST, NAIVE_BAYES, NEAREST_IN_WORDS = range(4)
INVERSE_REGULARISATION = 30.0
TOLERANCE = 1e-4
MAX_ITERATIONS = 2_000
MAX_CELLS = 12_000_000
MAX_CELLS_TIMES_ITERATIONS = 300_000_000
MEANS_SCALE = 10.0
_BLOCK = 256


@dataclass(frozen=True, slots=True)
class Head:
    """A fitted head over L2-normalised vectors and bags of words; `map` (d, d) turns the vectors before anything else.

    `examples` are turned already and stand grouped by class, class `k` from `starts[k]` on.
    """

    map: Vectors
    weights: Vectors
    intercept: Vectors
    examples: Vectors
    starts: Codes
    words: Words

    @classmethod
    def fit(cls, vectors: Vectors, bags: Bags, codes: Codes, classes: int) -> "Head":
        """Fit to n examples, vectors (n, d) and bags, with codes in 0..classes-1, each occurring at least once."""
        from threadpoolctl import threadpool_limits

        order = np.argsort(codes, kind="stable")
        vectors, bags, codes = vectors[order], bags[order], codes[order]
        # One thread: these matrices are small, and on two busy cores two threads took 42 s where one takes 2.4.
        with threadpool_limits(1):
            map_ = fit_adapter(vectors, codes, classes)
            turned = np.ascontiguousarray(adapted(vectors, map_))
            weights, intercept = regression(turned, codes, classes, INVERSE_REGULARISATION)
        starts = np.searchsorted(codes, np.arange(classes)).astype(np.int64)
        fitted = weights.astype(np.float32), intercept.astype(np.float32)
        return cls(map_, *fitted, turned, starts, Words.fit(bags, codes, classes))

    def turned(self, vectors: Vectors) -> Vectors:
        """Return vectors (n, d) as they are compared with the examples."""
        return adapted(vectors, self.map) if len(vectors) else vectors

    def evidence(self, vectors: Vectors, bags: Bags) -> Kinds:
        """Return the evidence of vectors (n, d) and bags, worked through in blocks so that memory stays bounded."""
        found = np.empty((4, len(vectors), len(self.starts)), np.float32)
        for at in range(0, len(vectors), _BLOCK):
            block = slice(at, at + _BLOCK)
            turned = self.turned(vectors[block])
            found[REGRESSION, block] = turned @ self.weights.T + self.intercept
            found[NEAREST, block] = np.maximum.reduceat(turned @ self.examples.T, self.starts, axis=1)
            found[NAIVE_BAYES, block], found[NEAREST_IN_WORDS, block] = self.words.evidence(bags[block])
        return found


def regression(vectors: Vectors, codes: Codes, classes: int, inverse_regularisation: float) -> tuple[Scores, Scores]:
    """Return weights (classes, d) and intercepts (classes,) of a logistic regression; zeros when there is one class.

    Beyond MAX_CELLS, rows times classes, it would take minutes and gigabytes: the classes' means stand in for it.
    """
    if classes == 1:
        return np.zeros((1, vectors.shape[1])), np.zeros(1)
    if len(codes) * classes > MAX_CELLS:
        return _means(vectors, codes), np.zeros(classes)
    from sklearn.exceptions import ConvergenceWarning
    from sklearn.linear_model import LogisticRegression

    iterations = min(MAX_ITERATIONS, MAX_CELLS_TIMES_ITERATIONS // (len(codes) * classes))
    model: Any = LogisticRegression(C=inverse_regularisation, tol=TOLERANCE, max_iter=iterations)
    with warnings.catch_warnings():
        # Few examples a class are no mistake here, nor is stopping early, which the weights of evidence allow for.
        warnings.filterwarnings("ignore", message="The number of unique classes is greater than")
        warnings.filterwarnings("ignore", category=ConvergenceWarning)
        model.fit(vectors.astype(np.float64), codes)
    if classes > 2:
        return model.coef_, model.intercept_
    # Two classes come back as one row, the log odds of the second; shared out evenly, energy keeps its meaning.
    return np.vstack([-model.coef_, model.coef_]) / 2, np.concatenate([-model.intercept_, model.intercept_]) / 2


def _means(vectors: Vectors, codes: Codes) -> Scores:
    sums = np.add.reduceat(vectors.astype(np.float64), np.flatnonzero(np.diff(codes, prepend=-1)), axis=0)
    return np.asarray(MEANS_SCALE * sums / np.maximum(np.linalg.norm(sums, axis=1, keepdims=True), 1e-12), np.float64)
