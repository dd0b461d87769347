"""Decides the weights of a softmax regression that stays near weights given beforehand; refuses to know what for.

Staying near is a Gaussian prior around the given weights: few rows move them a little, many rows move them freely
(maximum a posteriori, as in Chelba and Acero, 2004, "Adaptation of Maximum Entropy Capitalizer").
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from triage.head import Scores

MAX_ITERATIONS = 400


def fit_near(rows: Scores, allowed: NDArray[np.bool_], start: Scores, strength: Scores) -> Scores:
    """Return weights (classes, d) for rows (n, d), of which `allowed` (n, classes) says which classes would be right.

    A row with several right classes says only that it is one of them. `start` (classes, d) is where weights stay
    without reason to move, and `strength` (d,) how firmly each of them stays.
    """
    from scipy.optimize import minimize
    from threadpoolctl import threadpool_limits

    def loss(flat: Scores) -> tuple[float, Scores]:
        moved = flat.reshape(start.shape)
        logits = rows @ (start + moved).T
        likely = np.exp(logits - logits.max(axis=1, keepdims=True))
        total, right = likely.sum(axis=1), np.maximum((likely * allowed).sum(axis=1), np.finfo(float).tiny)
        slope = likely / total[:, None] - likely * allowed / right[:, None]
        value = np.log(total / right).sum() + (strength * moved**2).sum() / 2
        return float(value), (slope.T @ rows + strength * moved).ravel()

    options = {"maxiter": MAX_ITERATIONS, "maxcor": 20, "ftol": 1e-7}
    with threadpool_limits(1):
        found: Any = minimize(loss, np.zeros(start.size), jac=True, method="L-BFGS-B", options=options)
    return np.asarray(start + found.x.reshape(start.shape), np.float64)
