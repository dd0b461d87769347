"""Decides which unanswered questions belong together, what to call such a gap, and what an article would save.

Questions come one batch after the other and are never asked for again: a gap is known by the sum of its questions'
vectors alone, so that memory grows with the gaps and not with the tickets. Refuses to know tickets, databases and
models: texts, unit vectors and counts come in as arguments.
"""

import math
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from knowledge.common_words import COMMON_WORDS, words
from knowledge.embedding import Vectors

# a question joins the nearest gap from this cosine to its middle on (all-MiniLM-L6-v2's; others are rescaled), and two
# gaps become one when their middles are closer than that; docs/decisions/0017-gaps.md has the figures
JOIN = 0.66
MERGE = 0.84
LONGEST_PHRASE = 3
MOST_PHRASES = 3
# of a question: what comes later is history
READ = 600
# two phrases of a name must not say the same
SHARED = 0.5
SPARE = 64
# what an article saves when nothing is known of the answers; answers that agree raise it to 1
UNSURE = 0.5
_CLAUSE = re.compile(r"[\n.,;:!?()\[\]\"“”«»…|]+")
_LETTERS = re.compile(r"[^\W\d_]{3}")


@dataclass(frozen=True, slots=True)
class Placed:
    """Where a question belongs: the `key` of a gap, and whether that gap began with it."""

    key: int
    is_new: bool


class Grouping:
    """Gaps as sums of unit vectors, by key. `place` puts a batch of questions where they belong."""

    def __init__(self, dimension: int, join: float = JOIN) -> None:
        self.join = join
        self.keys: list[int] = []
        self._row: dict[int, int] = {}
        # longer than there are gaps, so that a new one copies nothing
        self._room_for_sums = np.zeros((SPARE, dimension), dtype=np.float32)
        self._room = np.zeros((SPARE, dimension), dtype=np.float32)

    def __len__(self) -> int:
        return len(self.keys)

    @property
    def _sums(self) -> Vectors:
        return self._room_for_sums[: len(self.keys)]

    @property
    def _middles(self) -> Vectors:
        return self._room[: len(self.keys)]

    def add(self, keys: Sequence[int], sums: Vectors) -> None:
        """Take in gaps that are known from before; `sums` has shape (len(keys), dimension)."""
        first, after = len(self.keys), len(self.keys) + len(keys)
        if after > len(self._room):
            self._room = grown(self._room, 2 * after)
            self._room_for_sums = grown(self._room_for_sums, 2 * after)
        self._room_for_sums[first:after], self._room[first:after] = sums, unit(np.asarray(sums, dtype=np.float32))
        self._row.update(zip(keys, range(first, after), strict=True))
        self.keys += keys

    def sum_of(self, key: int) -> Vectors:
        """The sum of the gap's question vectors, of shape (dimension,)."""
        return np.asarray(self._sums[self._row[key]])

    def middle_of(self, key: int) -> Vectors:
        """The gap's middle, of length 1."""
        return np.asarray(self._middles[self._row[key]])

    def nearest(self, vector: Vectors) -> tuple[int, float] | None:
        """The key of the nearest gap and the cosine to its middle; None when there is no gap."""
        if not self.keys:
            return None
        cosines = self._middles @ vector
        best = int(np.argmax(cosines))
        return self.keys[best], float(cosines[best])

    def place(self, vectors: Vectors, next_key: int) -> list[Placed]:
        """Put each question, a row of unit vectors, into the nearest gap, or begin one under `next_key` and up.

        The gaps that there were are compared at once as they stood before the batch, those it begins one by one.
        """
        old = len(self.keys)
        near = vectors @ self._middles.T
        placed = []
        for place, vector in enumerate(vectors):
            row = self._row_for(vector, near[place], old)
            if row is None:
                self.add([next_key], vector[None])
                placed.append(Placed(next_key, True))
                next_key += 1
            else:
                self._join(row, vector)
                placed.append(Placed(self.keys[row], False))
        return placed

    def mergeable(self, key: int, threshold: float = MERGE) -> int | None:
        """The nearest other gap that is so close that both ask the same; None without one."""
        row = self._row[key]
        cosines = self._middles @ self._middles[row]
        cosines[row] = -1.0
        best = int(np.argmax(cosines)) if len(cosines) > 1 else row
        return self.keys[best] if best != row and cosines[best] >= threshold else None

    def merge(self, key: int, into: int) -> None:
        """Let one gap be part of another."""
        self._join(self._row[into], self._sums[self._row[key]])
        self.drop([key])

    def drop(self, keys: Sequence[int]) -> None:
        """Forget these gaps."""
        gone = {self._row[key] for key in keys}
        kept = [row for row in range(len(self.keys)) if row not in gone]
        self.keys = [self.keys[row] for row in kept]
        self._row = {key: row for row, key in enumerate(self.keys)}
        self._room_for_sums, self._room = self._room_for_sums[kept], self._room[kept]

    def _row_for(self, vector: Vectors, near: NDArray[np.float32], old: int) -> int | None:
        fresh = self._middles[old:] @ vector
        best, cosine = (int(np.argmax(near)), float(near.max())) if len(near) else (-1, -1.0)
        if len(fresh) and float(fresh.max()) > cosine:
            best, cosine = old + int(np.argmax(fresh)), float(fresh.max())
        return best if cosine >= self.join else None

    def _join(self, row: int, vector: Vectors) -> None:
        self._sums[row] += vector
        self._middles[row] = unit(self._sums[row][None])[0]


def grown(rows: Vectors, count: int) -> Vectors:
    """The same rows with room for `count` of them."""
    larger = np.zeros((count, rows.shape[1]), dtype=np.float32)
    larger[: len(rows)] = rows
    return larger


def unit(vectors: Vectors) -> Vectors:
    """Rows of length 1; a row of zeros stays one."""
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    return np.asarray(vectors / np.maximum(lengths, 1e-9), dtype=np.float32)


def agreement(vectors: Vectors) -> float:
    """How much answers say the same: the mean cosine of all pairs of unit rows, in 0..1; 0 for fewer than two."""
    count = len(vectors)
    if count < 2:
        return 0.0
    total = float(np.square(vectors.sum(axis=0, dtype=np.float64)).sum())
    return min(1.0, max(0.0, (total - count) / (count * (count - 1))))


def saving(tickets_a_month: float, answers_agree: float) -> float:
    """Tickets a month that an article would save: half of them when nothing is known of the answers, all of them when
    the answers that people gave say the same. Ranks gaps; it is no forecast."""
    return tickets_a_month * (UNSURE + (1 - UNSURE) * answers_agree)


def phrases_in(text: str) -> set[str]:
    """Every run of one to three words of a text that neither begins nor ends with a common word, in lower case."""
    found = set()
    for clause in _CLAUSE.split(text[:READ]):
        row = [word.casefold().replace("’", "'") for word in words(clause)]
        for start in range(len(row)):
            for end in range(start + 1, min(len(row), start + LONGEST_PHRASE) + 1):
                if _says_something(row[start], row[end - 1]):
                    found.add(" ".join(row[start:end]))
    return found


def _says_something(first: str, last: str) -> bool:
    return not {first, last} & COMMON_WORDS and bool(_LETTERS.search(first) and _LETTERS.search(last))


def telling_phrases(texts: Sequence[str], elsewhere: Mapping[str, int], others: int) -> tuple[str, ...]:
    """The phrases that tell these questions from all others, the most telling first, none within another.

    Class-based TF-IDF (Grootendorst 2022, section 3.3) over how many questions hold a phrase: its share here times the
    logarithm of how rare it is in `elsewhere`, the counts over `others` questions. A phrase of several words is
    preferred to its parts, because it says more; one that a single one of several questions holds is none.
    """
    counts = Counter(phrase for text in texts for phrase in phrases_in(text))
    least = 2 if len(texts) > 1 else 1
    scores = {
        phrase: count / len(texts) * math.log(1 + (1 + others) / (1 + elsewhere.get(phrase, 0))) * _weight(phrase)
        for phrase, count in counts.items()
        if count >= least
    }
    return tuple(_apart(sorted(scores, key=lambda phrase: (-scores[phrase], phrase))))


def _weight(phrase: str) -> float:
    return 1 + 0.35 * phrase.count(" ")


def _apart(ranked: Sequence[str]) -> Iterator[str]:
    chosen: list[set[str]] = []
    for phrase in ranked:
        own = set(phrase.split())
        if all(len(own & other) <= SHARED * min(len(own), len(other)) - 0.01 for other in chosen):
            chosen.append(own)
            yield phrase
        if len(chosen) == MOST_PHRASES:
            return


def most_central(vectors: Vectors) -> int:
    """The row that is nearest to the middle of all. Raises `ValueError` for none."""
    if not len(vectors):
        raise ValueError("vectors: needs at least one row")
    return int(np.argmax(vectors @ unit(vectors.sum(axis=0, keepdims=True))[0]))
