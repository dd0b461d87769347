"""Decides what a vector index promises, and keeps one on a Qdrant server. Refuses to know the texts behind them.

The only home of qdrant_client. Public and internal passages live in a collection each, so that no search needs a
filter, which, forgotten once, would show internal text. The collections' names carry the embedder's fingerprint:
vectors of another model are never mixed in, they stay until `drop_others`. An index can always be rebuilt from the
articles.
"""

import hashlib
import threading
import uuid
import warnings
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

import numpy as np

from knowledge.articles import VISIBILITIES, Visibility
from knowledge.embedding import Vectors
from knowledge.lexical import Audience
from knowledge.passages import Passage

if TYPE_CHECKING:
    from qdrant_client import QdrantClient
    from qdrant_client.models import Filter, PointStruct

BATCH = 256
PAGE = 1_000
TIMEOUT_SECONDS = 5
_NAMESPACE = uuid.UUID("6f0e3a52-6a0b-5f0c-9d0c-3f7a1c9d2b11")


class IndexUnavailable(RuntimeError):
    """The vector index cannot be used; the message says why in plain words."""


class Hit(NamedTuple):
    """A passage found, with its cosine similarity to the query."""

    passage_id: str
    article_id: str
    score: float


class VectorIndex(Protocol):
    """Keeps one vector per passage. Every method raises `IndexUnavailable` when the index cannot be used, and
    `ValueError` for vectors of a wrong shape or with values that are not finite."""

    @property
    def fingerprint(self) -> str:
        """The embedder's fingerprint: what is stored under another one is not seen."""
        ...

    def upsert(self, passages: Sequence[Passage], vectors: Vectors, visibility: Visibility = "public") -> None:
        """Replace the articles that these passages belong to: what was stored of them before goes, in either
        visibility. All passages of one article belong in one call."""
        ...

    def remove_articles(self, article_ids: Collection[str]) -> None:
        """Forget all passages of these articles; unknown ids are ignored."""
        ...

    def search(self, vector: Vectors, limit: int, audience: Audience = "public") -> list[Hit]:
        """Return the nearest passages, best first. "public" sees public passages alone, "all" sees both."""
        ...

    def count(self, audience: Audience = "all") -> int:
        """Return how many passages the audience can find."""
        ...

    def article_ids(self) -> set[str]:
        """Return the ids of all articles that have passages here."""
        ...

    def vectors_of(self, article_id: str) -> dict[str, Vectors]:
        """Return the vectors of an article's passages by passage id, each of shape (dimension,); none for an unknown
        article."""
        ...

    def drop_others(self) -> None:
        """Drop what other embedders left: to be called once this one's vectors are complete."""
        ...

    def close(self) -> None:
        """Let go of the files or connections; closing again does nothing."""
        ...


def checked_vectors(vectors: Vectors, rows: int, dimension: int) -> Vectors:
    """Return `vectors` as float32, or raise `ValueError` when they are not finite or not of shape (rows, dimension)."""
    array = np.asarray(vectors, dtype=np.float32)
    if array.shape != (rows, dimension):
        raise ValueError(f"vectors: shape {array.shape} where {(rows, dimension)} is needed")
    if not np.isfinite(array).all():
        raise ValueError("vectors: hold a value that is not finite")
    return array


class QdrantIndex:
    """An index on a Qdrant server. Threads may share it. It is opened when first used and, as long as that fails, again
    at each use, so that a server may come up later than this process. Vectors must have length 1: similarity is their
    dot product."""

    def __init__(
        self, url: str, *, dimension: int, fingerprint: str, api_key: str | None = None, name: str = "passages"
    ) -> None:
        self._url, self._api_key = url, api_key
        self._dimension, self._fingerprint, self._name = dimension, fingerprint, name
        self._where = f"the search index at {url}"
        self._lock = threading.Lock()
        self._client: QdrantClient | None = None
        self._closed = False

    @property
    def fingerprint(self) -> str:
        return self._fingerprint

    def upsert(self, passages: Sequence[Passage], vectors: Vectors, visibility: Visibility = "public") -> None:
        rows = checked_vectors(vectors, len(passages), self._dimension)
        self.remove_articles({passage.article_id for passage in passages})
        for first in range(0, len(passages), BATCH):
            points = [_point(*row) for row in zip(passages[first : first + BATCH], rows[first:], strict=False)]
            with self._guarded() as client:
                client.upsert(self._collection(visibility), points, wait=True)

    def remove_articles(self, article_ids: Collection[str]) -> None:
        from qdrant_client import models

        if not article_ids:
            return
        any_of = models.MatchAny(any=sorted(article_ids))
        matching = models.Filter(must=[models.FieldCondition(key="article_id", match=any_of)])
        for visibility in VISIBILITIES:
            if self._count(visibility):
                with self._guarded() as client:
                    client.delete(self._collection(visibility), models.FilterSelector(filter=matching), wait=True)

    def search(self, vector: Vectors, limit: int, audience: Audience = "public") -> list[Hit]:
        query = checked_vectors(np.atleast_2d(vector), 1, self._dimension)[0]
        hits = [hit for visibility in visible(audience) for hit in self._search(query, limit, visibility)]
        return sorted(hits, key=lambda hit: (-hit.score, hit.passage_id))[:limit]

    def count(self, audience: Audience = "all") -> int:
        return sum(self._count(visibility) for visibility in visible(audience))

    def article_ids(self) -> set[str]:
        return {article_id for visibility in VISIBILITIES for article_id in self._listed(visibility)}

    def vectors_of(self, article_id: str) -> dict[str, Vectors]:
        from qdrant_client import models

        of_article = models.FieldCondition(key="article_id", match=models.MatchValue(value=article_id))
        wanted = models.Filter(must=[of_article])
        return {name: row for visibility in VISIBILITIES for name, row in self._vectors(visibility, wanted)}

    def drop_others(self) -> None:
        ours = tuple(f"{self._name}-{visibility}-" for visibility in VISIBILITIES)
        kept = {self._collection(visibility) for visibility in VISIBILITIES}
        with self._guarded() as client:
            for found in client.get_collections().collections:
                if found.name.startswith(ours) and found.name not in kept:
                    client.delete_collection(found.name)

    def close(self) -> None:
        with self._lock:
            client, self._client, self._closed = self._client, None, True
            if client is not None:
                client.close()

    def _collection(self, visibility: Visibility) -> str:
        digest = hashlib.sha256(f"{self._fingerprint}/{self._dimension}".encode()).hexdigest()[:16]
        return f"{self._name}-{visibility}-{digest}"

    def _create_missing(self, client: "QdrantClient") -> None:
        from qdrant_client import models

        for visibility in VISIBILITIES:
            name = self._collection(visibility)
            if not client.collection_exists(name):
                vectors = models.VectorParams(size=self._dimension, distance=models.Distance.DOT)
                try:
                    client.create_collection(name, vectors_config=vectors)
                except Exception:
                    # another process was faster
                    if not client.collection_exists(name):
                        raise
            # also where the collection is there: whoever made it may have stopped before this
            client.create_payload_index(name, "article_id", models.PayloadSchemaType.KEYWORD)

    def _search(self, query: Vectors, limit: int, visibility: Visibility) -> list[Hit]:
        with self._guarded() as client:
            found = client.query_points(self._collection(visibility), query=query, limit=limit, with_payload=True)
            return [_hit(point.payload or {}, point.score) for point in found.points]

    def _listed(self, visibility: Visibility) -> Iterator[str]:
        page: Any = None
        while True:
            with self._guarded() as client:
                points, page = client.scroll(self._collection(visibility), limit=PAGE, offset=page, with_payload=True)
            yield from (str((point.payload or {})["article_id"]) for point in points)
            if page is None:
                return

    def _vectors(self, visibility: Visibility, wanted: "Filter") -> Iterator[tuple[str, Vectors]]:
        page: Any = None
        while True:
            with self._guarded() as client:
                points, page = client.scroll(
                    self._collection(visibility), wanted, limit=PAGE, offset=page, with_payload=True, with_vectors=True
                )
            for point in points:
                yield str((point.payload or {})["passage_id"]), np.asarray(point.vector, dtype=np.float32)
            if page is None:
                return

    def _count(self, visibility: Visibility) -> int:
        with self._guarded() as client:
            return client.count(self._collection(visibility), exact=True).count

    def _ready(self) -> "QdrantClient":
        with self._lock:
            if self._closed:
                raise IndexUnavailable(f"{self._where} is closed")
            if self._client is None:
                client = _connected(self._url, self._api_key)
                try:
                    self._create_missing(client)
                except Exception:
                    client.close()
                    raise
                self._client = client
            return self._client

    @contextmanager
    def _guarded(self) -> Iterator["QdrantClient"]:
        """Give out the client, and its failures in plain words: whatever Qdrant raises means that there is no index
        now."""
        try:
            yield self._ready()
        except IndexUnavailable:
            raise
        except Exception as error:
            raise IndexUnavailable(f"{self._where} cannot be used: {_plain(error)}") from error


def _point(passage: Passage, vector: Vectors) -> "PointStruct":
    from qdrant_client.models import PointStruct

    payload = {"passage_id": passage.id, "article_id": passage.article_id}
    return PointStruct(id=str(uuid.uuid5(_NAMESPACE, passage.id)), vector=vector.tolist(), payload=payload)


def _hit(payload: Mapping[str, Any], score: float) -> Hit:
    return Hit(str(payload["passage_id"]), str(payload["article_id"]), float(score))


def _connected(url: str, api_key: str | None) -> "QdrantClient":
    from qdrant_client import QdrantClient

    # advice to Qdrant's developers, which an operator can do nothing with
    warnings.filterwarnings("ignore", message="Api key is used with an insecure")
    return QdrantClient(url=url, api_key=api_key, timeout=TIMEOUT_SECONDS, check_compatibility=False)


def visible(audience: Audience) -> tuple[Visibility, ...]:
    """Return what the audience may see."""
    return ("public",) if audience == "public" else VISIBILITIES


def _plain(error: Exception) -> str:
    first_line = next(iter(str(error).strip().splitlines()), "")
    return first_line[:300] or type(error).__name__
