"""Makes unit vectors in clusters, so that tests of the heads need no embedding model."""

import hashlib
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from triage.examples import Examples

DIMENSION = 32


def clusters(classes: int, each: int, spread: float = 0.1, seed: int = 0) -> tuple[NDArray[np.float32], list[str]]:
    """Return `each` unit vectors around each of `classes` fixed centres, and their labels c0, c1, …"""
    centres = np.random.default_rng(99).normal(size=(classes, DIMENSION))
    noise = np.random.default_rng(seed).normal(size=(classes * each, DIMENSION))
    vectors = unit(np.repeat(unit(centres), each, axis=0) + spread * noise)
    return vectors, [f"c{code}" for code in range(classes) for _ in range(each)]


def examples(classes: int, each: int, spread: float = 0.1, seed: int = 0) -> Examples:
    """Return the same as examples, each with a text of words that are common in its class."""
    vectors, labels = clusters(classes, each, spread, seed)
    return Examples.of(vectors, worded(labels, seed), labels)


def worded(labels: Sequence[str], seed: int = 0) -> list[str]:
    """Return a text for each label: five of its class's eight words, and two of anybody's."""
    random = np.random.default_rng(seed)
    own = [[f"{label}{letter * 3}" for letter in random.choice(list("abcdefgh"), 5, replace=False)] for label in labels]
    return [" ".join([*words, *(f"any{at}" for at in random.integers(0, 50, 2))]) for words in own]


def wordless(count: int) -> list[str]:
    """Return texts without any word."""
    return [""] * count


def elsewhere(count: int, seed: int = 1) -> NDArray[np.float32]:
    """Return unit vectors in directions of no cluster in particular."""
    return unit(np.random.default_rng(seed).normal(size=(count, DIMENSION)))


def unit(vectors: NDArray[np.float64]) -> NDArray[np.float32]:
    """Return rows of length 1."""
    return (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype(np.float32)


def encode(texts: Sequence[str]) -> NDArray[np.float32]:
    """Encode texts as bags of hashed words."""
    rows = np.full((len(texts), 256), 1e-3)
    for row, text in enumerate(texts):
        for word in text.lower().split():
            rows[row, hashlib.sha256(word.encode("utf-8", "replace")).digest()[0]] += 1
    return unit(rows)
