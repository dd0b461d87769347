"""Decides how much each kind of evidence weighs, by examples that were held out; refuses to know where it comes from.

One weight a kind and none a class: with few numbers to fit, a hundred rows are enough, and the probabilities come out
calibrated, as by a temperature (Guo et al., 2017), which is the case of weights that all change alike.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np

from triage.head import NEAREST, NEAREST_IN_WORDS, Codes, Kinds, Scores

DEFAULT_WEIGHTS = np.array([1.0, 5.0, 0.2, 0.5])
PRIOR_ROWS = 5.0
_LEAST, _MOST = -4.0, 3.0


@dataclass(frozen=True, slots=True)
class Evidence:
    """What n texts say, weighed: `logits` (n, classes) and four measures (n,) of how familiar the texts are.

    `nearest` is the cosine to the nearest example of any class, `words` the cosine in words to the nearest example of
    each class, weighted by the classes' probabilities, and `outside` the logit of belonging to none of the classes, 0
    where there is no example of that.
    """

    logits: Scores
    nearest: Scores
    words: Scores
    outside: Scores

    @property
    def energy(self) -> Scores:
        """Free energy with its sign turned, log-sum-exp of the logits (Liu et al., 2020): higher is more familiar."""
        top = self.logits.max(axis=1)
        return np.asarray(top + np.log(np.exp(self.logits - top[:, None]).sum(axis=1)), np.float64)


def weigh(kinds: Kinds, weights: Scores, classes: int) -> Evidence:
    """Return the evidence of n texts; columns of `kinds` (4, n, columns) behind the classes are of none of them."""
    logits = np.tensordot(weights, kinds, 1).astype(np.float64)
    inside, outside = logits[:, :classes], logits[:, classes:]
    words = (kinds[NEAREST_IN_WORDS, :, :classes] * softmax(inside)).sum(axis=1)
    nearest = kinds[NEAREST, :, :classes].max(axis=1)
    return Evidence(inside, nearest.astype(np.float64), words.astype(np.float64), outside.sum(axis=1))


def fit_weights(kinds: Kinds, codes: Codes) -> Scores:
    """Return the weights (4,), all positive, with the least log loss on held-out evidence (4, n, classes), n >= 1.

    A prior that weighs as much as five rows holds their logarithms near those of DEFAULT_WEIGHTS.
    """
    from scipy.optimize import minimize
    from threadpoolctl import threadpool_limits

    flat = kinds.reshape(len(kinds), -1).astype(np.float64)
    right, start = np.arange(len(codes)), np.log(DEFAULT_WEIGHTS)

    def loss(logs: Scores) -> tuple[float, Scores]:
        weights = np.exp(logs)
        logits = (weights @ flat).reshape(kinds.shape[1:])
        error = softmax(logits)
        value = -np.log(np.maximum(error[right, codes], np.finfo(float).tiny)).sum()
        error[right, codes] -= 1
        away = logs - start
        total = value + PRIOR_ROWS * away @ away
        slope = weights * (flat @ error.ravel()) + 2 * PRIOR_ROWS * away
        return float(total / len(codes)), slope / len(codes)

    bounds = [(log + _LEAST, log + _MOST) for log in start]
    with threadpool_limits(1):
        found: Any = minimize(loss, start, jac=True, method="L-BFGS-B", bounds=bounds)
    return np.asarray(np.exp(found.x), np.float64)


def softmax(logits: Scores) -> Scores:
    """Return row-wise probabilities of logits (n, classes)."""
    powers = np.exp(logits - logits.max(axis=1, keepdims=True))
    return np.asarray(powers / powers.sum(axis=1, keepdims=True), np.float64)
