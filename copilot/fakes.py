"""Working stand-ins for outside services, for tests and for the demo: no network, no model, same answers every time."""

import hashlib
import re
from collections.abc import Collection, Sequence

import numpy as np

from knowledge.articles import Visibility
from knowledge.embedding import DEFAULT_DIMENSION, Vectors
from knowledge.lexical import Audience
from knowledge.passages import Passage
from knowledge.vector_index import Hit, IndexUnavailable, checked_vectors

_WORD = re.compile(r"\w+")


class HashEmbedder:
    """An `Embedder` that hashes words into a bag of words: texts that share words are near, meaning is not known."""

    name = "hash"
    fingerprint = "hash-bag-of-words-1"
    dimension = DEFAULT_DIMENSION

    def encode(self, texts: Sequence[str]) -> Vectors:
        vectors = np.zeros((len(texts), self.dimension), dtype=np.float32)
        for row, text in enumerate(texts):
            for word in _WORD.findall(text[:20_000].casefold()) or [""]:
                digest = hashlib.blake2b(word.encode(errors="replace"), digest_size=8).digest()
                sign = 1.0 if digest[4] % 2 else -1.0
                vectors[row, int.from_bytes(digest[:4]) % self.dimension] += sign
        return _unit(vectors)


def _unit(vectors: Vectors) -> Vectors:
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    # words can cancel out: such a text gets the first axis, because every vector has length 1
    vectors[lengths[:, 0] == 0, 0] = 1.0
    return np.asarray(vectors / np.where(lengths == 0, 1.0, lengths), dtype=np.float32)


class MemoryIndex:
    """A `VectorIndex` in memory. Set `broken` to a reason, and it is unavailable."""

    def __init__(self, dimension: int = DEFAULT_DIMENSION, fingerprint: str = HashEmbedder.fingerprint) -> None:
        self.fingerprint = fingerprint
        self.broken: str | None = None
        self._dimension = dimension
        self._rows: dict[str, tuple[Passage, Vectors, Visibility]] = {}

    def upsert(self, passages: Sequence[Passage], vectors: Vectors, visibility: Visibility = "public") -> None:
        rows = checked_vectors(vectors, len(passages), self._dimension)
        self.remove_articles({passage.article_id for passage in passages})
        for passage, vector in zip(passages, rows, strict=True):
            self._rows[passage.id] = (passage, vector, visibility)

    def remove_articles(self, article_ids: Collection[str]) -> None:
        self._check()
        self._rows = {key: row for key, row in self._rows.items() if row[0].article_id not in article_ids}

    def search(self, vector: Vectors, limit: int, audience: Audience = "public") -> list[Hit]:
        self._check()
        query = checked_vectors(np.atleast_2d(vector), 1, self._dimension)[0]
        hits = [Hit(passage.id, passage.article_id, float(row @ query)) for passage, row, _ in self._seen(audience)]
        return sorted(hits, key=lambda hit: (-hit.score, hit.passage_id))[:limit]

    def count(self, audience: Audience = "all") -> int:
        self._check()
        return len(self._seen(audience))

    def reset(self) -> None:
        self._check()
        self._rows = {}

    def close(self) -> None:
        self.broken = self.broken or "the search index is closed"

    def _seen(self, audience: Audience) -> list[tuple[Passage, Vectors, Visibility]]:
        return [row for row in self._rows.values() if audience == "all" or row[2] == "public"]

    def _check(self) -> None:
        if self.broken:
            raise IndexUnavailable(self.broken)
