"""Decides in which order, how many and in which folds examples are taught; refuses to know how classes are told apart.

The same examples in any order come out the same, so that what is taught does not hang on how a database returns rows.
"""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from triage.head import Codes, Head, Kinds, Vectors
from triage.words import Bags, example_bags

MAX_STORED_EXAMPLES = 20_000
MAX_OUTSIDE = 2_000
LEAST_OUTSIDE = 10
_ALWAYS_TAUGHT = -1


@dataclass(frozen=True, slots=True)
class Examples:
    """n texts with their L2-normalised vectors (n, d) and their labels."""

    vectors: Vectors
    texts: tuple[str, ...]
    labels: tuple[str, ...]

    @classmethod
    def of(cls, vectors: Vectors, texts: Iterable[str], labels: Iterable[str]) -> "Examples":
        """Return them checked; ValueError when lengths differ or a vector is not finite."""
        found = cls(vectors, tuple(texts), tuple(labels))
        if len(found.texts) != len(found.labels):
            raise ValueError(f"texts: expected {len(found.labels)}, got {len(found.texts)}")
        check_vectors(vectors, len(found.labels))
        return found

    def __len__(self) -> int:
        return len(self.labels)

    def where(self, places: Sequence[int] | Codes) -> "Examples":
        """Return the examples at these places."""
        texts, labels = ([column[place] for place in places] for column in (self.texts, self.labels))
        return Examples(self.vectors[np.asarray(places, np.int64)], tuple(texts), tuple(labels))

    def and_(self, more: "Examples") -> "Examples":
        """Return these and more of them; nothing is added when there are no more."""
        if not len(more):
            return self
        return Examples(np.vstack([self.vectors, more.vectors]), self.texts + more.texts, self.labels + more.labels)


NO_EXAMPLES = Examples(np.empty((0, 0), np.float32), (), ())


@dataclass(frozen=True, slots=True)
class Lesson:
    """What heads are fitted to: rows by class, `codes` counting the `names`; the code behind them is none of them.

    `groups` (n,) numbers rows alike in label and text, which are held out together; -1 marks what is always taught.
    """

    names: tuple[str, ...]
    vectors: Vectors
    bags: Bags
    codes: Codes
    groups: Codes

    @classmethod
    def of(cls, examples: Examples, names: Examples = NO_EXAMPLES, outside: Examples = NO_EXAMPLES) -> "Lesson":
        """Gather examples, `names`, one more each for categories in plain words, and examples of none of them.

        Names without an example, and names that are one already, are left out; so is `outside` below ten of it.
        """
        rows, digests = _ordered(_thinned(examples, MAX_STORED_EXAMPLES))
        known, said = sorted(set(rows.labels)), set(zip(rows.labels, rows.texts, strict=True))
        code = {label: number for number, label in enumerate(known)}
        pairs = enumerate(zip(names.labels, names.texts, strict=True))
        named, _ = _ordered(names.where([place for place, row in pairs if row[0] in code and row not in said]))
        strange = _ordered(_thinned(outside, MAX_OUTSIDE))[0] if len(outside) >= LEAST_OUTSIDE else NO_EXAMPLES
        all_rows = rows.and_(named).and_(strange)
        codes = [code[label] for label in (*rows.labels, *named.labels)] + [len(known)] * len(strange)
        groups = np.full(len(all_rows), _ALWAYS_TAUGHT, np.int64)
        groups[: len(rows)] = np.unique(digests, return_inverse=True)[1]
        return cls(tuple(known), all_rows.vectors, example_bags(all_rows.texts), np.array(codes, np.int64), groups)

    @property
    def columns(self) -> int:
        """How many classes a head tells apart, that of none of the names included."""
        return int(self.codes.max()) + 1

    def head(self) -> Head:
        """Return a head fitted to all rows."""
        return Head.fit(self.vectors, self.bags, self.codes, self.columns)

    def held_out(self, folds: int, most: int) -> tuple[Kinds, Codes]:
        """Return evidence for at most about `most` rows, from heads that never saw them, and those rows' codes.

        Rows go round robin into the folds within their class; what a class knows only once is never held out, so the
        result may be empty.
        """
        fold = self._folds(folds, most)
        parts = [self._one_fold(fold == number) for number in range(folds) if np.any(fold == number)]
        if not parts:
            return np.empty((4, 0, self.columns), np.float32), np.empty(0, np.int64)
        return np.concatenate([kinds for kinds, _ in parts], axis=1), np.concatenate([codes for _, codes in parts])

    def _one_fold(self, out: NDArray[np.bool_]) -> tuple[Kinds, Codes]:
        head = Head.fit(self.vectors[~out], self.bags[~out], self.codes[~out], self.columns)
        return head.evidence(self.vectors[out], self.bags[out]), self.codes[out]

    def _folds(self, folds: int, most: int) -> Codes:
        """Return the fold (n,) of each row, -1 for what is always taught."""
        movable = np.flatnonzero(self.groups != _ALWAYS_TAUGHT)
        groups, first = np.unique(self.groups[movable], return_index=True)
        codes = self.codes[movable[first]]
        shuffled = np.random.default_rng(0).permutation(len(groups))
        by_class = shuffled[np.argsort(codes[shuffled], kind="stable")]
        place = np.arange(len(groups)) - np.searchsorted(codes[by_class], codes[by_class])
        fold = np.empty(len(groups), np.int64)
        fold[by_class] = np.where(np.bincount(codes)[codes[by_class]] > 1, place % folds, _ALWAYS_TAUGHT)
        fold[shuffled[most:]] = _ALWAYS_TAUGHT
        found = np.full(len(self.groups), _ALWAYS_TAUGHT, np.int64)
        found[movable] = fold[self.groups[movable]]
        return found


def check_vectors(vectors: Vectors, count: int) -> None:
    """Raise ValueError when `vectors` are not `count` rows of finite numbers."""
    if vectors.ndim != 2 or len(vectors) != count:
        raise ValueError(f"vectors: expected {count} rows, got shape {vectors.shape}")
    if not np.isfinite(vectors).all():
        raise ValueError("vectors: every number must be finite")


def _ordered(examples: Examples) -> tuple[Examples, list[bytes]]:
    """Return examples by label, text and vector, and a digest of these for each."""
    rows = zip(examples.labels, examples.texts, examples.vectors, strict=True)
    keys = [(label, text, hashlib.sha256(vector.tobytes()).digest()) for label, text, vector in rows]
    order = sorted(range(len(keys)), key=keys.__getitem__)
    return examples.where(order), [_digest(*keys[place]) for place in order]


def _thinned(examples: Examples, most: int) -> Examples:
    """Return at most `most`, but one for each label, chosen evenly within each label."""
    if len(examples) <= most:
        return examples
    rows, _ = _ordered(examples)
    labels = np.array(rows.labels, dtype=object)
    _, starts, counts = np.unique(labels, return_index=True, return_counts=True)
    share = most / len(rows)
    kept = [
        start + np.linspace(0, count - 1, max(1, int(count * share))).round().astype(np.int64)
        for start, count in zip(starts, counts, strict=True)
    ]
    return rows.where(np.concatenate(kept))


def _digest(label: str, text: str, vector: bytes) -> bytes:
    return hashlib.sha256(repr((label, text)).encode("utf-8", "surrogatepass") + vector).digest()
