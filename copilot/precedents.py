"""How drafts out of an article fared before, above all for questions like this one. Refuses to know what a draft says.

Pure. Similarity tells how near an article is to a question, not whether it answers: an article that keeps being quoted
to people who ask something else looks sure each time. People's verdicts tell it apart, and questions come back.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from knowledge.embedding import Vectors

NEUTRAL = 0.5
"""The record of every article before there are verdicts."""

# a verdict counts by exp((cosine - 1) / WARMTH) for questions whose vectors have that cosine
WARMTH = 0.1
# an article starts with so many verdicts at everybody's share, a question with so much weight at its article's share
USUAL, NEAR = 2.0, 0.3
Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Precedent:
    """A verdict on a draft out of `article_id`, to a question with this unit vector (None: it was never embedded)."""

    article_id: str
    vector: Vectors | None
    accepted: bool


class Precedents:
    """Verdicts by article. `fold_of` gives each verdict's fold, so that records can leave folds out."""

    def __init__(self, rows: Sequence[Precedent], fold_of: Sequence[int] = (), folds: int = 1) -> None:
        self._rows = rows
        self._of_article: dict[str, list[int]] = {}
        for place, row in enumerate(rows):
            self._of_article.setdefault(row.article_id, []).append(place)
        fold = np.array(fold_of or [0] * len(rows), dtype=np.int64)
        accepted = np.array([row.accepted for row in rows], dtype=np.float64)
        self._in_fold = (fold[:, None] == np.arange(folds)).astype(np.float64)
        self._accepted_in_fold = self._in_fold * accepted[:, None]

    def record(self, article_id: str, vector: Vectors | None) -> float:
        """Return the share (0..1) of such drafts that people accepted, drawn towards what is usual."""
        question = [vector] if vector is not None else [None]
        return float(self.records(self.tallies(article_id, question), ())[0])

    def tallies(self, article_id: str, vectors: Sequence[Vectors | None]) -> Floats:
        """Return shape (len(vectors), 4, folds): weight of the article's verdicts by likeness, that of accepted ones,
        their number, and that of accepted ones."""
        places = self._of_article.get(article_id, [])
        inside, accepted = self._in_fold[places], self._accepted_in_fold[places]
        weights = self._weights(vectors, places)
        alike = np.ones_like(weights)
        return np.stack([weights @ inside, weights @ accepted, alike @ inside, alike @ accepted], axis=1)

    def records(self, tallies: Floats, without: Sequence[int]) -> Floats:
        """Return the records of questions, of shape (n,), from their tallies, leaving out the folds `without`."""
        kept = [fold for fold in range(self._in_fold.shape[1]) if fold not in without]
        near, near_accepted, count, accepted = np.moveaxis(tallies[:, :, kept].sum(axis=2), 1, 0)
        all_count = self._in_fold[:, kept].sum()
        usual = self._accepted_in_fold[:, kept].sum() / all_count if all_count else NEUTRAL
        of_article = (accepted + USUAL * usual) / (count + USUAL)
        return np.asarray((near_accepted + NEAR * of_article) / (near + NEAR))

    def _weights(self, vectors: Sequence[Vectors | None], places: Sequence[int]) -> Floats:
        weights = np.zeros((len(vectors), len(places)))
        asked = [(at, vector) for at, vector in enumerate(vectors) if vector is not None]
        known = [(at, vector) for at, place in enumerate(places) if (vector := self._rows[place].vector) is not None]
        if asked and known:
            cosines = np.stack([vector for _, vector in asked]) @ np.stack([vector for _, vector in known]).T
            weights[np.ix_([at for at, _ in asked], [at for at, _ in known])] = np.exp(
                (np.minimum(cosines, 1.0).astype(np.float64) - 1) / WARMTH
            )
        return weights
