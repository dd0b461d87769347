"""Decides where vectors are kept and how the nearest are found. Refuses to know the texts behind them.

The only home of qdrant_client. Public and internal passages live in a collection each, so that no search needs a
filter: a filtered search in Qdrant's embedded mode is ten times slower, and a forgotten filter would show internal
text. The collections' names carry the embedder's fingerprint: vectors of another model are never mixed in, the index is
just empty until it is filled again. It can always be rebuilt from the articles.
"""

import hashlib
import shutil
import sqlite3
import threading
import uuid
import warnings
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np

from knowledge.articles import VISIBILITIES, Visibility
from knowledge.embedding import Vectors
from knowledge.lexical import Audience
from knowledge.passages import Passage

if TYPE_CHECKING:
    from qdrant_client import QdrantClient
    from qdrant_client.models import PointStruct

BATCH = 256
TIMEOUT_SECONDS = 5
_NAMESPACE = uuid.UUID("6f0e3a52-6a0b-5f0c-9d0c-3f7a1c9d2b11")


class IndexUnavailable(RuntimeError):
    """The vector index cannot be used; the message says why in plain words."""


@dataclass(frozen=True, slots=True)
class Hit:
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

    def reset(self) -> None:
        """Empty the index, and drop what other embedders left in it."""
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
    """A Qdrant index: embedded in this process (`path`, which one process at a time may open) or a server (`url`).

    Threads may share it. It is opened when first used and, as long as that fails, again at each use, so that a server
    may come up later than this process. Vectors must have length 1: similarity is their dot product.
    """

    def __init__(
        self,
        *,
        dimension: int,
        fingerprint: str,
        path: Path | str | None = None,
        url: str | None = None,
        api_key: str | None = None,
        name: str = "passages",
    ) -> None:
        if (path is None) == (url is None):
            raise ValueError("path, url: give exactly one of them")
        self._dimension, self._fingerprint, self._name = dimension, fingerprint, name
        self._local = path is not None
        self._where = f"the search index at {path if self._local else url}"
        self._open = partial(_open, path, url, api_key)
        self._lock = threading.RLock()
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
        hits = [hit for visibility in _visible(audience) for hit in self._search(query, limit, visibility)]
        return sorted(hits, key=lambda hit: (-hit.score, hit.passage_id))[:limit]

    def count(self, audience: Audience = "all") -> int:
        return sum(self._count(visibility) for visibility in _visible(audience))

    def reset(self) -> None:
        ours = tuple(f"{self._name}-{visibility}-" for visibility in VISIBILITIES)
        with self._guarded() as client:
            for found in client.get_collections().collections:
                if found.name.startswith(ours):
                    client.delete_collection(found.name)
            self._create_missing(client)

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
            if client.collection_exists(name):
                continue
            vectors = models.VectorParams(size=self._dimension, distance=models.Distance.DOT)
            try:
                client.create_collection(name, vectors_config=vectors)
            except Exception:
                # another process was faster
                if not client.collection_exists(name):
                    raise
            if not self._local:
                client.create_payload_index(name, "article_id", models.PayloadSchemaType.KEYWORD)

    def _search(self, query: Vectors, limit: int, visibility: Visibility) -> list[Hit]:
        with self._guarded() as client:
            found = client.query_points(self._collection(visibility), query=query, limit=limit, with_payload=True)
            return [_hit(point.payload or {}, point.score) for point in found.points]

    def _count(self, visibility: Visibility) -> int:
        with self._guarded() as client:
            return client.count(self._collection(visibility), exact=True).count

    def _ready(self) -> "QdrantClient":
        with self._lock:
            if self._closed:
                raise IndexUnavailable(f"{self._where} is closed")
            if self._client is None:
                client = self._open()
                try:
                    self._create_missing(client)
                except Exception:
                    client.close()
                    raise
                self._client = client
            return self._client

    @contextmanager
    def _guarded(self) -> Iterator["QdrantClient"]:
        """Give out the client, the embedded one to one thread at a time, and its failures in plain words. Whatever
        Qdrant raises means that there is no index now."""
        try:
            with self._lock if self._local else nullcontext():
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


def _open(path: Path | str | None, url: str | None, api_key: str | None) -> "QdrantClient":
    from qdrant_client import QdrantClient
    from threadpoolctl import threadpool_limits

    # advice to Qdrant's developers, which an operator can do nothing with
    warnings.filterwarnings("ignore", message="Local mode is not recommended|Api key is used with an insecure")
    if path is not None:
        _check_free(Path(path) / ".lock")
        # the embedded search is one product of matrix and vector, which several threads only slow down: 8 ms, not 1
        threadpool_limits(limits=1, user_api="blas")
        return _open_embedded(Path(path))
    return QdrantClient(url=url, api_key=api_key, timeout=TIMEOUT_SECONDS, check_compatibility=False)


def _open_embedded(folder: Path) -> "QdrantClient":
    """Open the folder. One whose files cannot be read, as a crash or a full disk may leave them, is set aside as
    `NAME-damaged` and begun anew: the index can always be built again."""
    from qdrant_client import QdrantClient

    opened = partial(QdrantClient, path=str(folder), force_disable_check_same_thread=True)
    try:
        return opened()
    except (OSError, RuntimeError, sqlite3.OperationalError):
        # no room, no permission, in use: nothing that another folder would mend
        raise
    except Exception:
        aside = folder.with_name(f"{folder.name}-damaged")
        shutil.rmtree(aside, ignore_errors=True)
        folder.rename(aside)
        return opened()


def _check_free(lock: Path) -> None:
    """Raise `OSError` when another client has the folder open. Qdrant would tell too, but leave a file open then."""
    import portalocker

    if lock.exists():
        with lock.open("r+") as file:
            try:
                portalocker.lock(file, portalocker.LockFlags.EXCLUSIVE | portalocker.LockFlags.NON_BLOCKING)
            except portalocker.exceptions.LockException as error:
                raise OSError("another process has it open") from error


def _visible(audience: Audience) -> tuple[Visibility, ...]:
    return ("public",) if audience == "public" else VISIBILITIES


def _plain(error: Exception) -> str:
    first_line = next(iter(str(error).strip().splitlines()), "")
    return first_line[:300] or type(error).__name__
