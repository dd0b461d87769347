"""Joins the knowledge room to the database: articles are kept in SQL, the index follows them, searches read both.

SQL is the truth. An article is stored with its passages in one transaction; the index is brought up to date afterwards
by whichever process holds it, and can always be built anew.
"""

import hashlib
import json
import threading
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from itertools import groupby
from typing import cast

import structlog

from copilot.errors import Invalid, Unavailable
from copilot.store import articles as store
from copilot.store import journal
from copilot.store.session import Database, Session
from copilot.store.tables import ArticleRevision, ArticleRow, PassageRow
from copilot.timesource import TimeSource
from knowledge.articles import Article, ArticleError, Status, Visibility
from knowledge.embedding import Embedder, EmbedderUnavailable, Vectors
from knowledge.lexical import Audience, LexicalIndex
from knowledge.passages import Passage, embedding_text, split
from knowledge.retrieval import Retrieval, Retriever
from knowledge.vector_index import IndexUnavailable, VectorIndex

SYNC_ARTICLES = 16

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class ArticleFacts:
    """What a draft needs to know of an article besides its passages."""

    language: str
    visibility: str
    title: str


class KnowledgeBase:
    """Everything the team knows, searchable. Threads may share it."""

    def __init__(
        self, db: Database, now: TimeSource, embedder: Embedder, open_index: Callable[[], VectorIndex]
    ) -> None:
        self.db, self.now, self.embedder = db, now, embedder
        self._open_index = open_index
        self._index: VectorIndex | None = None
        self._lock = threading.RLock()
        self._version: object = None
        self._compared = False
        self._retriever = Retriever(None, LexicalIndex())
        self.facts: dict[str, ArticleFacts] = {}

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

    def search(
        self,
        text: str,
        vector: Vectors | None,
        limit: int,
        audience: Audience = "public",
        language: str | None = None,
    ) -> Retrieval:
        """The best articles for a text, those in its `language` first; `vector` None compares words alone."""
        return self._current().search(text, vector, limit, audience, language)

    def facts_of(self, article_ids: Iterable[str]) -> dict[str, ArticleFacts]:
        """What is known of these articles; those that are no longer in force are left out."""
        facts = self.facts
        return {article_id: facts[article_id] for article_id in article_ids if article_id in facts}

    def search_text(self, text: str, limit: int, audience: Audience) -> Retrieval:
        """A search as typed by an agent, with the vector made here; words alone when there is no model."""
        try:
            vector: Vectors | None = self.embedder.encode([text])[0]
        except EmbedderUnavailable:
            vector = None
        return self.search(text, vector, limit, audience)

    def refresh(self) -> None:
        """Load passages anew when an article has changed."""
        index = self._index_if_any()
        with self.db.read() as session:
            today = self.now().date()
            version = (store.version(session, today), index is not None)
            if version == self._version:
                return
            rows = list(store.all_passages(session, today))
        passages = [passage_of(row, article) for row, article in rows]
        facts = {a.id: ArticleFacts(a.language, a.visibility, a.title) for _, a in rows}
        internal = {name for name, fact in facts.items() if fact.visibility == "internal"}
        lexical = LexicalIndex(passages, internal)
        with self._lock:
            self._retriever = Retriever(index, lexical, {name: fact.language for name, fact in facts.items()})
            self.facts, self._version = facts, version

    def sync(self, limit: int = SYNC_ARTICLES) -> int:
        """Bring some stale articles up to date in the index; returns how many. Raises `Unavailable`."""
        self._notice_loss()
        with self.db.read() as session:
            stale = list(store.unindexed(session, limit))
            rows = store.passages_of(session, [row.id for row in stale if row.status == "published"])
        if not stale:
            return 0
        try:
            self._write(stale, rows)
        except (IndexUnavailable, EmbedderUnavailable) as error:
            raise Unavailable(str(error)) from error
        with self.db.write() as session:
            for row in stale:
                store.mark_indexed(session, row.id, row.content_hash if row.status == "published" else None)
        return len(stale)

    def _notice_loss(self) -> None:
        """Once in a process: an index that is empty although articles are marked as indexed was lost, or belongs to
        another model; they are all due again."""
        if self._compared:
            return
        with self.db.read() as session:
            expected = store.indexed_count(session)
        if expected:
            self.check()
            if self.index.count() == 0:
                with self.db.write() as session:
                    store.forget_index(session)
                log.warning("index_lost", articles=expected)
        self._compared = True

    def rebuild(self) -> None:
        """Empty the index and mark every article as not indexed; `sync` fills it again. Raises `Unavailable`."""
        try:
            self.index.reset()
        except IndexUnavailable as error:
            raise Unavailable(str(error)) from error
        with self.db.write() as session:
            store.forget_index(session)

    def close(self) -> None:
        """Let go of the index."""
        with self._lock:
            if self._index is not None:
                self._index.close()
                self._index = None

    def _index_if_any(self) -> VectorIndex | None:
        try:
            return self.index
        except Unavailable as error:
            log.warning("index_unavailable", reason=error.message)
            return None

    def _current(self) -> Retriever:
        with self._lock:
            return self._retriever

    def _write(self, stale: Sequence[ArticleRow], rows: Sequence[PassageRow]) -> None:
        by_id = {row.id: row for row in stale}
        self.index.remove_articles([row.id for row in stale])
        ordered = sorted(rows, key=lambda row: by_id[row.article_id].visibility)
        passages = [passage_of(row, by_id[row.article_id]) for row in ordered]
        vectors = self.embedder.encode([embedding_text(passage) for passage in passages])
        for visibility, group in groupby(range(len(ordered)), key=lambda i: by_id[ordered[i].article_id].visibility):
            places = list(group)
            self.index.upsert([passages[i] for i in places], vectors[places], cast(Visibility, visibility))


SETTINGS = ("status", "valid_until", "owner")


def save_article(session: Session, article: Article, now: datetime, by: str, origin: str = "") -> bool:
    """Store an article, its passages and a revision that names who and from where; says whether anything changed."""
    digest = article_hash(article)
    row = store.get(session, article.id)
    same_settings = row is not None and all(getattr(row, name) == getattr(article, name) for name in SETTINGS)
    if row is not None and row.content_hash == digest and same_settings:
        return False
    if row is None:
        row = ArticleRow(id=article.id, title="", body="", content_hash="", updated_at=now)
        session.add(row)
    row.title, row.body, row.language = article.title, article.body, article.language
    row.visibility, row.category, row.status = article.visibility, article.category, article.status
    row.valid_until, row.owner = article.valid_until, article.owner
    row.content_hash, row.updated_at = digest, store.after_all_edits(session, now)
    session.flush()
    passages = [
        PassageRow(
            id=p.id,
            article_id=p.article_id,
            ordinal=p.ordinal,
            start=p.start,
            end=p.end,
            heading=p.heading,
            text=p.text,
        )
        for p in split(article)
    ]
    store.replace_passages(session, article.id, passages)
    session.add(revision_of(row, by, origin))
    journal.record(session, now, "article_saved", article_id=article.id, content_hash=digest, by=by)
    return True


def kept_settings(article: Article, row: ArticleRow | None, *, words_only: bool) -> Article:
    """The article with what its source does not tell and people have set here: category, owner and last day, and with
    `words_only` also visibility and status."""
    if row is None:
        return article
    names = ("category", "owner", "valid_until")
    kept = {name: getattr(row, name) for name in names if getattr(article, name) is None}
    if words_only and row.status != "withdrawn":
        kept |= {"visibility": row.visibility, "status": row.status}
    return replace(article, **kept)


def revision_of(row: ArticleRow, by: str, origin: str) -> ArticleRevision:
    """What the article says now, for its history."""
    return ArticleRevision(
        article_id=row.id, title=row.title, body=row.body, language=row.language, visibility=row.visibility,
        category=row.category, status=row.status, valid_until=row.valid_until, owner=row.owner, at=row.updated_at,
        by=by, origin=origin,
    )  # fmt: skip


def withdraw_article(session: Session, article_id: str, now: datetime, by: str, origin: str = "") -> None:
    """Take an article out of use; its row stays as history. Raises `NotFound`."""
    row = store.find(session, article_id)
    row.status, row.updated_at = "withdrawn", store.after_all_edits(session, now)
    session.add(revision_of(row, by, origin))
    journal.record(session, now, "article_withdrawn", article_id=article_id, by=by)


def new_article(
    id: str, title: str, body: str, language: str = "en", visibility: str = "public", category: str | None = None,
    status: str = "published", valid_until: date | None = None, owner: str | None = None,
) -> Article:  # fmt: skip
    """A checked article; raises `Invalid` naming the field."""
    try:
        return Article(
            id, title, body, language, cast(Visibility, visibility), category, cast(Status, status), valid_until, owner
        )
    except ArticleError as error:
        raise Invalid(str(error), field=error.field) from error


def article_hash(article: Article) -> str:
    """SHA-256 over everything that a reader or the index would notice."""
    parts = (article.title, article.body, article.language, article.visibility, article.category)
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()


def passage_of(row: PassageRow, article: ArticleRow) -> Passage:
    """The knowledge room's passage of a stored row."""
    return Passage(row.id, row.article_id, row.ordinal, row.start, row.end, row.text, article.title, row.heading)
