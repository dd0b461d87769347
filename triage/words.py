"""Decides how strongly the words of a text speak for each class; refuses to know vectors, names and probabilities.

A text is a bag of hashed n-grams: two to four letters within a word, and one or two words (Weinberger et al., 2009,
"Feature Hashing for Large Scale Multitask Learning"). Two kinds of evidence come of it: naive Bayes on TF-IDF (Rennie
et al., 2003, "Tackling the Poor Assumptions of Naive Bayes Text Classifiers") and the example nearest in words. What no
example holds does not count at all, so that a text in another language says nothing here and its vector decides.
"""

import re
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]
Integers = NDArray[np.int64]
Bags = Any
"""A SciPy CSR matrix (n, 2 * BUCKETS) of 1 + log counts: n-grams of letters in the first half, of words behind it."""

BUCKETS = 2**18
MAX_CHARACTERS = 2_000
MAX_EXAMPLE_CHARACTERS = 4_000_000
SMOOTHING = 0.05
_TEXTS_A_BLOCK = 500
_ROWS_A_BLOCK = 256
_BLANK = ord(" ")
_LONGEST = 4
_MULTIPLIER = np.uint64(0x9E3779B97F4A7C15)
_WORD = re.compile(r"\w+")


def bags(texts: Sequence[str], longest: int = MAX_CHARACTERS) -> Bags:
    """Return the bags of n texts; what is behind the first `longest` characters of each is not read."""
    from scipy.sparse import csr_matrix, vstack

    starts = range(0, len(texts), _TEXTS_A_BLOCK)
    blocks = [_block([text[:longest].lower() for text in texts[at : at + _TEXTS_A_BLOCK]]) for at in starts]
    if len(blocks) == 1:
        return blocks[0]
    return vstack(blocks, format="csr") if blocks else csr_matrix((0, 2 * BUCKETS), dtype=np.float32)


def example_bags(texts: Sequence[str]) -> Bags:
    """Return the bags of n examples, of which less is read the more there are, so that memory stays bounded."""
    return bags(texts, min(MAX_CHARACTERS, MAX_EXAMPLE_CHARACTERS // max(len(texts), 1)))


def _block(texts: Sequence[str]) -> Bags:
    from scipy.sparse import csr_matrix

    keys = np.concatenate([*_letters(texts), _words(texts)])
    keys, counts = np.unique(keys, return_counts=True)
    starts = np.searchsorted(keys, np.arange(len(texts) + 1) * (2 * BUCKETS))
    data = (1 + np.log(counts)).astype(np.float32)
    return csr_matrix((data, (keys % (2 * BUCKETS)).astype(np.int32), starts), shape=(len(texts), 2 * BUCKETS))


def _letters(texts: Sequence[str]) -> Iterator[Integers]:
    """Yield a key, row and bucket in one, for each n-gram of letters, a word's edges being blanks that count."""
    spaced = [f" {' '.join(text.split())} " for text in texts]
    signs = np.frombuffer("".join(spaced).encode("utf-32-le", "surrogatepass"), np.uint32).astype(np.uint64)
    row = np.repeat(np.arange(len(texts)) * (2 * BUCKETS), [len(text) for text in spaced])
    blank = signs == _BLANK
    whole = ~(blank[:-1] & blank[1:])
    hashes = signs[:-1]
    for size in range(2, _LONGEST + 1):
        if size > 2:  # blanks within would join two words
            whole, hashes = whole[:-1] & ~blank[size - 2 : -1], hashes[:-1]
        hashes = (hashes + np.uint64(1)) * _MULTIPLIER ^ signs[size - 1 :]
        bucket = ((hashes[whole] * _MULTIPLIER) >> np.uint64(64 - 18)).astype(np.int64)
        yield row[: len(whole)][whole] + bucket


def _words(texts: Sequence[str]) -> Integers:
    found: list[int] = []
    for row, text in enumerate(texts):
        words = _WORD.findall(text)
        first = row * 2 * BUCKETS + BUCKETS
        pairs = map(" ".join, pairwise(words))
        grams = (gram.encode("utf-8", "surrogatepass") for gram in (*words, *pairs))
        found += [first + zlib.crc32(gram) % BUCKETS for gram in grams]
    return np.array(found, np.int64)


def rarity(examples: Bags) -> Floats:
    """Return the smooth inverse document frequency (2 * BUCKETS,) of each n-gram, 0 for what no example has."""
    seen = np.bincount(examples.indices, minlength=2 * BUCKETS)
    weights = np.where(seen > 0, np.log((1 + examples.shape[0]) / (1 + seen)) + 1, 0)
    return weights.astype(np.float32)


def weighted(found: Bags, rarities: Floats) -> Bags:
    """Return TF-IDF rows (n, 2 * BUCKETS), in which letters and words have length 1 each."""
    from scipy.sparse import csr_matrix

    # Scaled in place: a product with a diagonal matrix would take 2**19 steps even for a single text.
    data = found.data * rarities[found.indices]
    half = 2 * np.repeat(np.arange(found.shape[0]), np.diff(found.indptr)) + (found.indices >= BUCKETS)
    length = np.sqrt(np.bincount(half, weights=data**2, minlength=2 * found.shape[0]))
    data = (data / np.maximum(length, 1e-12)[half]).astype(np.float32)
    return csr_matrix((data, found.indices, found.indptr), shape=found.shape)


@dataclass(frozen=True, slots=True)
class Words:
    """What the words of the examples say of classes; matrices are kept by n-gram, so that a text looks up its own.

    `odds` (2 * BUCKETS, classes) is log((mass + a) / a) of naive Bayes, `totals` (classes,) the logs of whole masses;
    `examples` (2 * BUCKETS, n) are TF-IDF columns grouped by class, class `k` from `starts[k]` on.
    """

    rarities: Floats
    odds: Bags
    totals: Floats
    examples: Bags
    starts: Integers

    @classmethod
    def fit(cls, examples: Bags, codes: Integers, classes: int) -> "Words":
        """Fit to the bags of n examples, grouped by class, with codes in 0..classes-1, each occurring."""
        from scipy.sparse import csr_matrix

        rarities = rarity(examples)
        rows = weighted(examples, rarities)
        ones = np.ones(len(codes), np.float32)
        mass = (csr_matrix((ones, (codes, np.arange(len(codes)))), shape=(classes, len(codes))) @ rows).tocsr()
        known = int((rarities > 0).sum())
        totals = np.log(np.asarray(mass.sum(axis=1), np.float64).ravel() + SMOOTHING * max(known, 1))
        mass.data = np.log(mass.data / SMOOTHING + 1).astype(np.float32)
        starts = np.searchsorted(codes, np.arange(classes)).astype(np.int64)
        return cls(rarities, mass.T.tocsr(), totals.astype(np.float32), rows.T.tocsr(), starts)

    def evidence(self, found: Bags) -> tuple[Floats, Floats]:
        """Return the logits of naive Bayes, centred over classes, and the cosines to each class's example nearest in
        words, 0..2, both (n, classes)."""
        rows = weighted(found, self.rarities)
        logits = _product(rows, self.odds) - np.asarray(rows.sum(axis=1), np.float32) * self.totals
        blocks = [rows[at : at + _ROWS_A_BLOCK] for at in range(0, rows.shape[0], _ROWS_A_BLOCK)]
        nearest = [np.maximum.reduceat(_product(block, self.examples), self.starts, axis=1) for block in blocks]
        return logits - logits.mean(axis=1, keepdims=True), np.concatenate(nearest)


def _product(rows: Bags, columns: Bags) -> Floats:
    """Return the dense product (n, m) of sparse rows (n, k) and columns (k, m)."""
    if rows.shape[0] > 1:
        return np.asarray((rows @ columns).toarray(), np.float32)
    # For one row this takes a third of the time.
    return np.asarray(columns[rows.indices].T @ rows.data, np.float32)[None, :]
