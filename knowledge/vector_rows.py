"""Decides which of the vectors in memory are the nearest. Refuses to know where they are kept for good.

Every row is compared: one product of a matrix and a vector, faster than any graph up to some ten thousand rows, and
exact. From `MANY` rows on the product is made with the third of the directions in which the vectors differ most, and
the `CANDIDATES` that come out best are compared in full. Rows are only appended and struck out, never moved, so that a
`View` can be searched while others write.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from knowledge.embedding import Vectors

Places = NDArray[np.int64]
Name = tuple[str, str]
"""A passage's id and its article's."""

MANY = 30_000
# measured on 50,000 mixtures of passages of two public sets: recall@64 is .9998 with a third of the directions and
# 1,024 candidates, .997 with a quarter, .98 with a sixth and half as many candidates
CANDIDATES = 1_024
PER_HIT = 16
SHARE = 3
SAMPLE = 8_192
SPARE = 256


@dataclass(frozen=True, slots=True)
class _Coarse:
    """The main directions, of shape (dimension, few), and the coordinates of the first `used` rows along them.
    `chosen_at` is how many rows there were when the directions were chosen."""

    directions: Vectors
    rows: Vectors
    used: int
    chosen_at: int


@dataclass(frozen=True, slots=True)
class View:
    """Rows as they were at one moment."""

    vectors: Vectors
    names: list[Name]
    struck: Places
    coarse: _Coarse | None

    def nearest(self, query: Vectors, limit: int) -> list[tuple[Name, float]]:
        """Return at most `limit` names with their dot products, best first; `query` has shape (dimension,)."""
        if limit <= 0 or len(self.vectors) == len(self.struck):
            return []
        places = self._candidates(query, max(CANDIDATES, PER_HIT * limit))
        vectors = self.vectors if places is None else self.vectors[places]
        scores = vectors @ query
        if places is None:
            scores[self.struck] = -np.inf
        best = _highest(scores, limit)
        best = best[np.argsort(-scores[best], kind="stable")]
        rows = best if places is None else places[best]
        names = self.names
        return [(names[row], score) for row, score in zip(rows.tolist(), scores[best].tolist(), strict=True)][
            : self._left()
        ]

    def _left(self) -> int:
        return len(self.vectors) - len(self.struck)

    def _candidates(self, query: Vectors, count: int) -> Places | None:
        """The rows worth comparing in full; None stands for all."""
        if self.coarse is None or count >= self._left():
            return None
        scores = self.coarse.rows[: self.coarse.used] @ (query @ self.coarse.directions)
        scores[self.struck] = -np.inf
        return _highest(scores, count)


class Rows:
    """Vectors by article. One thread at a time may write; views taken before stay as they were."""

    def __init__(self, dimension: int) -> None:
        self._vectors: Vectors = np.empty((0, dimension), dtype=np.float32)
        self._names: list[Name] = []
        self._places: dict[str, range] = {}
        self._struck: list[int] = []
        self._coarse: _Coarse | None = None

    def __len__(self) -> int:
        return len(self._names) - len(self._struck)

    @property
    def articles(self) -> set[str]:
        """The ids of the articles that have rows."""
        return set(self._places)

    def of_article(self, article_id: str) -> dict[str, Vectors]:
        """A copy of the article's rows by passage id."""
        places = self._places.get(article_id, range(0))
        return {self._names[place][0]: self._vectors[place].copy() for place in places}

    def reserve(self, rows: int) -> None:
        """Make room for so many rows in all, so that adding them copies nothing."""
        if rows > len(self._vectors):
            self._vectors = _grown(self._vectors, len(self._names), rows)

    def add(self, article_id: str, passage_ids: Sequence[str], vectors: Vectors) -> None:
        """Put these rows in place of the article's."""
        self.remove(article_id)
        first, after = len(self._names), len(self._names) + len(passage_ids)
        if after > len(self._vectors):
            self.reserve(after + after // 4 + SPARE)
        self._vectors[first:after] = vectors
        self._names += [(passage_id, article_id) for passage_id in passage_ids]
        self._places[article_id] = range(first, after)

    def remove(self, article_id: str) -> None:
        """Strike out the article's rows; an unknown one is ignored."""
        self._struck += self._places.pop(article_id, ())

    def view(self) -> View:
        """What can be searched from now on, whatever is written later."""
        if len(self._struck) > SPARE + len(self) // 4:
            self._compact()
        count = len(self._names)
        self._coarse = self._followed(count) if count >= MANY else None
        return View(self._vectors[:count], self._names, np.array(self._struck, dtype=np.int64), self._coarse)

    def _compact(self) -> None:
        kept = [place for places in self._places.values() for place in places]
        names, self._names = self._names, []
        self._vectors = self._vectors[kept]
        for article_id, places in self._places.items():
            first = len(self._names)
            self._names += [names[place] for place in places]
            self._places[article_id] = range(first, len(self._names))
        self._struck, self._coarse = [], None

    def _followed(self, count: int) -> _Coarse:
        """The coarse rows with the new ones; begun anew when there are twice as many as when directions were chosen."""
        old = self._coarse
        if old is None or count > 2 * old.chosen_at:
            directions = _main_directions(self._vectors[:count])
            old = _Coarse(directions, np.empty((0, directions.shape[1]), dtype=np.float32), 0, count)
        rows = old.rows if count <= len(old.rows) else _grown(old.rows, old.used, len(self._vectors))
        np.matmul(self._vectors[old.used : count], old.directions, out=rows[old.used : count])
        return _Coarse(old.directions, rows, count, old.chosen_at)


def _main_directions(vectors: Vectors) -> Vectors:
    """The directions of greatest variance about 0 (principal components, of a sample), of shape (dimension, few)."""
    sample = vectors[:: max(1, len(vectors) // SAMPLE)]
    _, directions = np.linalg.eigh((sample.T @ sample).astype(np.float64))
    return np.ascontiguousarray(directions[:, -max(1, vectors.shape[1] // SHARE) :], dtype=np.float32)


def _grown(array: Vectors, used: int, rows: int) -> Vectors:
    larger = np.empty((rows, array.shape[1]), dtype=np.float32)
    larger[:used] = array[:used]
    return larger


def _highest(scores: Vectors, count: int) -> Places:
    if count >= len(scores):
        return np.arange(len(scores))
    return np.argpartition(scores, len(scores) - count)[len(scores) - count :]
