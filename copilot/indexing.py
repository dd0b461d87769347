"""Decides when an article is embedded, and what the vector index should hold. Refuses to search.

SQL is the truth. Each article bears what the index holds of it (`indexed_hash`: its content and the embedder's
fingerprint), so that whatever interrupts the work, it goes on with the first article that is due. With another embedder
all are due: their vectors are built beside the old ones, which go on answering (`former_model`) and are dropped when
the last one is done.
"""

import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import accumulate, groupby
from typing import Any, cast

import structlog

from copilot.cutting import cut_anew, passage_of
from copilot.errors import Unavailable
from copilot.store import articles as store
from copilot.store import embedders
from copilot.store.session import Database, Session
from copilot.store.tables import ArticleRow, PassageRow, ServingModel
from copilot.timesource import TimeSource
from knowledge.articles import Visibility
from knowledge.embedding import Embedder, EmbedderUnavailable
from knowledge.passages import CUT, embedding_text
from knowledge.vector_index import IndexUnavailable, VectorIndex

# embedded together: many, because sorted by length they encode faster; not more, because a crash loses them and all are
# in memory
SYNC_ARTICLES = 256
SYNC_PASSAGES = 1_024
COMPARE_EVERY = timedelta(minutes=10)
# while another model's vectors are replaced and cannot answer, meaning is not compared below this share of passages:
# what is not there yet would lose to what is
ENOUGH = 0.9

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class IndexProgress:
    """How many of the articles in force the index holds as they are now."""

    done: int
    total: int

    @property
    def waiting(self) -> int:
        return self.total - self.done


class Indexer:
    """Keeps the vector index in step with the articles. Threads may share it."""

    def __init__(
        self,
        db: Database,
        now: TimeSource,
        embedder: Embedder,
        open_index: Callable[[], VectorIndex],
        recipe: Mapping[str, Any],
    ) -> None:
        """`recipe` is how the embedder is made, to be remembered for when another one follows it."""
        self.db, self.now, self.embedder, self._recipe = db, now, embedder, recipe
        self._open_index = open_index
        self._index: VectorIndex | None = None
        self._lock = threading.Lock()
        self._compared: datetime | None = None
        self._finished = False

    @property
    def index(self) -> VectorIndex:
        """The vector index, opened on first use. Raises `Unavailable` while it cannot be opened."""
        with self._lock:
            if self._index is None:
                try:
                    self._index = self._open_index()
                except (IndexUnavailable, EmbedderUnavailable) as error:
                    raise Unavailable(str(error)) from error
            return self._index

    def check(self) -> None:
        """Raise `Unavailable` when the index cannot be used."""
        try:
            self.index.count()
        except IndexUnavailable as error:
            raise Unavailable(str(error)) from error

    def sync(self, limit: int = SYNC_ARTICLES) -> int:
        """Bring some stale articles up to date in the index; returns how many. Raises `Unavailable`."""
        try:
            self._compare_if_due()
            done = self._step(limit)
            if not done and not self._finished:
                self._serve()
                self.index.drop_others()
                self._finished = True
        except (IndexUnavailable, EmbedderUnavailable) as error:
            self._compared = None
            raise Unavailable(str(error)) from error
        return done

    def rebuild(self) -> None:
        """Mark every article as not indexed. `sync` embeds them anew, and what the index holds is found meanwhile."""
        with self.db.write() as session:
            store.forget_index(session)
        self._compared, self._finished = None, False

    def progress(self) -> IndexProgress:
        """How far the index is. Raises `Unavailable` when the model cannot be loaded."""
        try:
            model = self.embedder.fingerprint
        except EmbedderUnavailable as error:
            raise Unavailable(str(error)) from error
        with self.db.read() as session:
            total = store.published_count(session)
            return IndexProgress(total - store.unindexed_count(session, model), total)

    def replaced(self, session: Session) -> ServingModel | None:
        """The model that answers until this one's vectors are complete; None when none does. One that served before its
        recipe was kept has an empty one. Raises `Unavailable` when the model cannot be loaded."""
        try:
            model = self.embedder.fingerprint
        except EmbedderUnavailable as error:
            raise Unavailable(str(error)) from error
        served = embedders.serving(session)
        if served is None and embedders.has_others(session, model):
            return ServingModel(id=0, fingerprint="", recipe={}, since=self.now())
        return served if served is not None and served.fingerprint != model else None

    def missing(self, session: Session) -> str | None:
        """Why vectors should not be compared while a model is replaced, if so. Raises `Unavailable`."""
        total = store.passage_count(session)
        try:
            held = self.index.count()
        except IndexUnavailable as error:
            raise Unavailable(str(error)) from error
        if held >= ENOUGH * total:
            return None
        return f"the search index is being built ({held:,} of {total:,} passages)"

    def _serve(self) -> None:
        with self.db.write() as session:
            embedders.serve(session, self.embedder.fingerprint, self._recipe, self.now())

    def close(self) -> None:
        """Let go of the index."""
        with self._lock:
            index, self._index = self._index, None
        if index is not None:
            index.close()

    def _compare_if_due(self) -> None:
        """At first, after a failure and now and then: what was lost from the index is due again, as when its file was
        removed; what SQL does not know, as after a restored backup, goes."""
        now = self.now()
        if self._compared is not None and now - self._compared < COMPARE_EVERY:
            return
        model = self.embedder.fingerprint
        # read before SQL: an article indexed in between is thought lost, which only costs time
        held = self.index.article_ids()
        with self.db.read() as session:
            lost = store.indexed_ids(session, model) - held
            unknown = held - store.published_ids(session)
            is_first = embedders.serving(session) is None and not embedders.has_others(session, model)
        if is_first:
            self._serve()
        if lost:
            log.warning("index_lost", articles=len(lost))
            with self.db.write() as session:
                store.forget_articles(session, sorted(lost))
        self.index.remove_articles(unknown)
        self._compared = now

    def _step(self, limit: int) -> int:
        model = self.embedder.fingerprint
        with self.db.read() as session:
            stale = portion(session, store.unindexed(session, model, limit))
            rows = store.passages_of(session, [row.id for row in stale if row.status == "published"])
        if not stale:
            return 0
        if others := [row.id for row in stale if row.status == "published" and row.cut != CUT]:
            self._cut_anew(others)
            return len(others)
        self._write({row.id: row for row in stale}, rows)
        with self.db.write() as session:
            for row in stale:
                held = store.indexed_as(row.content_hash, model) if row.status == "published" else None
                store.mark_indexed(session, row.id, held)
        return len(stale)

    def _cut_anew(self, article_ids: Sequence[str]) -> None:
        """Passages that an earlier version cut follow the rules of this one; another process may have done it."""
        with self.db.write() as session:
            cut_anew(session, [row for row in store.lock_all(session, article_ids) if row.cut != CUT], self.now())

    def _write(self, stale: dict[str, ArticleRow], rows: Sequence[PassageRow]) -> None:
        ordered = sorted(rows, key=lambda row: stale[row.article_id].visibility)
        passages = [passage_of(row, stale[row.article_id]) for row in ordered]
        vectors = self.embedder.encode_passages([embedding_text(passage) for passage in passages])
        self.index.remove_articles(stale.keys() - {row.article_id for row in rows})
        for visibility, group in groupby(range(len(ordered)), key=lambda i: stale[ordered[i].article_id].visibility):
            places = list(group)
            self.index.upsert([passages[i] for i in places], vectors[places], cast(Visibility, visibility))


def portion(session: Session, stale: Sequence[ArticleRow]) -> list[ArticleRow]:
    """The first of these articles, at least one, with no more passages together than are embedded at once."""
    counts = store.passage_counts(session, [row.id for row in stale])
    sums = accumulate(counts.get(row.id, 0) for row in stale)
    return [row for row, so_far in zip(stale, sums, strict=True) if row is stale[0] or so_far <= SYNC_PASSAGES]
