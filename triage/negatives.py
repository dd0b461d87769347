"""Decides whether a ticket is like one that people said is none of the categories; refuses to know which category.

The scope learned from examples asks how familiar a ticket is. This asks a second question of it: is it nearer to a
ticket that was marked "none of these" than to every example? Then it is out of scope too, however familiar it looks.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from triage.combining import Evidence
from triage.head import Scores, Vectors
from triage.scope import Scope, ScopeModel

STEEPNESS = 10.0
MOST_NEGATIVES = 2_000
_BLOCK = 256


@dataclass(frozen=True, slots=True)
class Negatives:
    """Vectors (n, d), L2-normalised, of texts that belong to no category; none of them changes nothing."""

    vectors: Vectors

    @classmethod
    def of(cls, vectors: Vectors) -> "Negatives":
        """Keep the last `MOST_NEGATIVES` of them, so that asking stays fast."""
        return cls(np.ascontiguousarray(vectors[-MOST_NEGATIVES:], np.float32))

    @classmethod
    def none(cls) -> "Negatives":
        """Return what leaves every scope as it is."""
        return cls(np.empty((0, 0), np.float32))

    def scores(self, scope: ScopeModel, evidence: Evidence, vectors: Vectors) -> Scores:
        """Return the scope scores (n,) of vectors (n, d) with their evidence; below 0.5 where a negative is nearer."""
        scores = scope.scores(evidence)
        if not len(self.vectors) or not len(vectors):
            return scores
        margin = evidence.nearest - self._nearest(vectors)
        return np.asarray(np.minimum(scores, 0.5 + 0.5 * np.tanh(STEEPNESS * margin)), np.float64)

    def decide(self, scope: ScopeModel, evidence: Evidence, vectors: Vectors) -> list[Scope]:
        """Return the decision for each of n rows."""
        return [Scope(bool(score >= 0.5), float(score)) for score in self.scores(scope, evidence, vectors)]

    def _nearest(self, vectors: Vectors) -> Scores:
        """Return the cosine (n,) of each vector to the nearest negative."""
        blocks = (vectors[at : at + _BLOCK] @ self.vectors.T for at in range(0, len(vectors), _BLOCK))
        return np.concatenate([block.max(axis=1) for block in blocks]).astype(np.float64)


def stacked(rows: Sequence[Vectors]) -> Vectors:
    """Return n vectors (d,) as one array (n, d), of size 0 when there are none."""
    return np.stack(rows).astype(np.float32) if rows else np.empty((0, 0), np.float32)
