"""Decides how to turn vectors so that examples of a class lie closer together; refuses to know what classes are.

A linear map, started from the identity and held near it, learned by supervised contrastive loss (Khosla et al., 2020)
with Adam (Kingma and Ba, 2015). With ten examples a class it gains a point of accuracy, more than tuning the encoder's
last layer did, in a second and without encoding anything again.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

Vectors = NDArray[np.float32]
Codes = NDArray[np.int64]

STEPS = 150
RATE = 3e-3
TEMPERATURE = 0.2
ANCHOR = 0.02
CLASSES_A_STEP = 40
ROWS_A_CLASS = 8
_SEED = 0


def fit_adapter(vectors: Vectors, codes: Codes, classes: int) -> Vectors:
    """Return the map (d, d) for L2-normalised vectors (n, d) with codes in 0..classes-1, to be used by `adapted`.

    The same rows in the same order give the same map. Without two classes and two rows of one it is the identity, and
    so is what it does to numbers that are 0 in every row.
    """
    map_: Vectors = np.eye(vectors.shape[1], dtype=np.float32)
    rows = np.split(np.argsort(codes, kind="stable"), np.cumsum(np.bincount(codes, minlength=classes))[:-1])
    if classes < 2 or max(map(len, rows)) < 2:
        return map_
    used = np.flatnonzero(vectors.any(axis=0))
    map_[np.ix_(used, used)] = _descended(np.ascontiguousarray(vectors[:, used]), codes, rows)
    return map_


def _descended(vectors: Vectors, codes: Codes, rows: Sequence[Codes]) -> Vectors:
    random, descent = np.random.default_rng(_SEED), _Descent(np.eye(vectors.shape[1], dtype=np.float32))
    for step in range(1, STEPS + 1):
        chosen = random.permutation(len(rows))[:CLASSES_A_STEP]
        batch = np.concatenate([random.permutation(rows[code])[:ROWS_A_CLASS] for code in chosen])
        descent.take(step, vectors[batch], codes[batch])
    return descent.found


class _Descent:
    """Adam's steps from the identity (d, d), in place: new arrays for each term took three times as long."""

    def __init__(self, identity: Vectors) -> None:
        self.identity, self.found = identity, identity.copy()
        self.mean, self.square = np.zeros_like(identity), np.zeros_like(identity)
        self._slope, self._room = np.empty_like(identity), np.empty_like(identity)

    def take(self, step: int, vectors: Vectors, codes: Codes) -> None:
        """Take step 1, 2, …, STEPS down the slope of these rows' loss, and towards the identity."""
        found, mean, square, slope, room = self.found, self.mean, self.square, self._slope, self._room
        np.matmul(vectors.T, _pull(vectors, found, codes), out=slope)
        np.subtract(found, self.identity, out=room)
        room *= 2 * ANCHOR
        slope += room
        mean *= 0.9
        mean += np.multiply(slope, 0.1, out=room)
        np.square(slope, out=room)
        room *= 0.001
        square *= 0.999
        square += room
        np.sqrt(np.divide(square, 1 - 0.999**step, out=room), out=room)
        room += 1e-8
        np.divide(mean, 1 - 0.9**step, out=slope)
        slope *= RATE * (1 - (step - 1) / STEPS)
        found -= np.divide(slope, room, out=slope)


def adapted(vectors: Vectors, map_: Vectors) -> Vectors:
    """Return vectors (n, d) turned by the map, of length 1 again."""
    turned = vectors @ map_
    return np.asarray(turned / np.maximum(np.linalg.norm(turned, axis=1, keepdims=True), 1e-12), np.float32)


def _pull(vectors: Vectors, map_: Vectors, codes: Codes) -> Vectors:
    """Return the slope of the loss in turned vectors (n, d): rows of one class are to be likelier neighbours than all
    others."""
    raw = vectors @ map_
    length = np.maximum(np.linalg.norm(raw, axis=1, keepdims=True), 1e-12)
    unit = raw / length
    same = (codes[:, None] == codes) & ~np.eye(len(codes), dtype=np.bool_)
    likely = unit @ unit.T
    likely /= TEMPERATURE
    np.fill_diagonal(likely, -1e9)
    likely -= likely.max(axis=1, keepdims=True)
    np.exp(likely, out=likely)
    likely /= likely.sum(axis=1, keepdims=True)
    count = same.sum(axis=1, keepdims=True)
    wrong = same / np.maximum(count, 1)
    np.subtract(likely, wrong, out=wrong)
    wrong[count[:, 0] == 0] = 0.0
    error = wrong.astype(np.float32)
    error /= len(codes)
    moved = (error + error.T) @ unit
    moved /= TEMPERATURE
    moved -= unit * (unit * moved).sum(axis=1, keepdims=True)
    moved /= length
    return np.asarray(moved, np.float32)
