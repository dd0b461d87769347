"""Joins the knowledge room to the database: articles are kept in SQL, searches read them and the vector index.

An article is stored with its passages in one transaction; `indexing` brings the index up to date afterwards.
"""

import threading
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, cast

import structlog

from copilot import reviewing
from copilot.cutting import article_hash, cut_passages, passage_of, revision_of
from copilot.errors import Invalid, Unavailable
from copilot.former_model import Former, FormerModel, OpenFormer
from copilot.indexing import SYNC_ARTICLES, Indexer, IndexProgress
from copilot.store import articles as store
from copilot.store import journal, rankers
from copilot.store.session import Database, Session
from copilot.store.tables import ArticleRevision, ArticleRow
from copilot.timesource import TimeSource
from knowledge.articles import Article, ArticleError, Status, Visibility
from knowledge.embedding import LIKENESS, Embedder, EmbedderUnavailable, Vectors
from knowledge.languages import primary
from knowledge.lexical import Audience, LexicalIndex
from knowledge.passages import Passage
from knowledge.ranker import Ranker
from knowledge.retrieval import ArticleTags, Match, Only, Retrieval, Retriever
from knowledge.vector_index import VectorIndex
from triage.text import readable

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class ArticleFacts:
    """What a draft needs to know of an article besides its passages; `language` is without region."""

    language: str
    visibility: str
    title: str
    category: str | None = None
    content_hash: str = ""


@dataclass(frozen=True, slots=True)
class _Usable:
    """An index with the model of its vectors, or why only words are compared."""

    index: VectorIndex | None = None
    embedder: Embedder | None = None
    former: Former | None = None
    words_alone: str = ""

    @property
    def is_own(self) -> bool:
        return self.index is not None and self.former is None


@dataclass(frozen=True, slots=True)
class _Searched:
    """What searches read, at one moment; `loaded` is what it was made of."""

    retriever: Retriever
    former: Former | None = None
    loaded: object = None
    kinds: tuple[tuple[str, ...], tuple[str, ...]] = ((), ())


class KnowledgeBase:
    """Everything the team knows, searchable. Threads may share it."""

    def __init__(
        self, db: Database, now: TimeSource, embedder: Embedder, open_index: Callable[[], VectorIndex],
        recipe: Mapping[str, Any] | None = None, open_former: OpenFormer | None = None,
    ) -> None:  # fmt: skip
        """`recipe` says how the embedder is made, and `open_former` makes an earlier one by its recipe."""
        self.db, self.embedder, self._now = db, embedder, now
        self._indexer = Indexer(db, now, embedder, open_index, recipe or {})
        self._former = FormerModel(now, open_former)
        self._refreshing = threading.Lock()
        self._version: object = None
        self._whole = False
        self._ranker = Ranker()
        self._ranker_id: int | None = None
        self._hashes: dict[str, tuple[str, int]] = {}
        self._lexical = LexicalIndex()
        self._searched = _Searched(Retriever(None, self._lexical))
        self._loaded: dict[str, ArticleFacts] = {}
        self.facts = self._loaded

    @property
    def index(self) -> VectorIndex:
        """The vector index, opened on first use. Raises `Unavailable` while it cannot be opened."""
        return self._indexer.index

    @property
    def order(self) -> str:
        """Which learned order of articles serves; "" for the built-in one."""
        return "" if self._ranker_id is None else f"+order-{self._ranker_id}"

    def check(self) -> None:
        """Raise `Unavailable` when the index cannot be used."""
        self._indexer.check()

    def sync(self, limit: int = SYNC_ARTICLES) -> int:
        """Bring some stale articles up to date in the index; returns how many. Raises `Unavailable`."""
        return self._indexer.sync(limit)

    def rebuild(self) -> None:
        """Have every article embedded anew by `sync`."""
        self._indexer.rebuild()

    def progress(self) -> IndexProgress:
        """How far the index is. Raises `Unavailable` when the model cannot be loaded."""
        return self._indexer.progress()

    @property
    def meanwhile(self) -> str:
        """Which former model finds by meaning until the embedder's own vectors are complete; "" for none."""
        former = self._searched.former
        return "" if former is None else f"+former-{former.index.fingerprint}"

    def search(
        self,
        text: str,
        vector: Vectors | None,
        limit: int,
        audience: Audience = "public",
        language: str | None = None,
        category: str | None = None,
        only: Only | None = None,
    ) -> Retrieval:
        """The best articles for a text, those in its `language` first; `vector` None compares words alone, `category`
        is the ticket's, `only` leaves all others out. A former model whose vectors answer reads the text itself."""
        searched = self._searched
        if vector is not None and searched.former is not None:
            vector = searched.former.encode(text)
        return searched.retriever.search(text, vector, limit, audience, language, category, only)

    @property
    def kinds(self) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """The languages and the categories that articles in force have, in order."""
        return self._searched.kinds

    def facts_of(self, article_ids: Iterable[str]) -> dict[str, ArticleFacts]:
        """What is known of these articles; those that are no longer in force are left out."""
        facts = self.facts
        return {article_id: facts[article_id] for article_id in article_ids if article_id in facts}

    def says(self, word: str) -> bool:
        """Whether a public article in force holds this very word, such as the code of an error."""
        return self._lexical.holds(word)

    def public_passage(self, passage_id: str) -> Match | None:
        """A passage by its id; None unless it stands in a public article that is in force."""
        words = self._lexical
        row = words.row_of.get(passage_id)
        if row is None or not words.visible("public")[words.article_of[row]]:
            return None
        return Match(words.passages[row], score=0.0, dense=0.0, lexical=0.0)

    def search_text(
        self, text: str, limit: int, audience: Audience, language: str | None = None, only: Only | None = None
    ) -> Retrieval:
        """A search as typed by an agent, or pasted with greeting and signature, with the vector made here; words alone
        when there is no model."""
        text = readable("", text)
        try:
            vector: Vectors | None = self.embedder.encode([text])[0]
        except EmbedderUnavailable:
            vector = None
        return self.search(text, vector, limit, audience, language, only=only)

    def refresh(self) -> None:
        """Load what has changed in the articles, and see whether the index holds enough of them to be asked."""
        with self._refreshing, self.db.read() as session:
            today = self._now().date()
            version, ranker_id = store.version(session, today), rankers.live_id(session)
            if (version, ranker_id) == (self._version, self._ranker_id) and self._whole:
                return
            if version != self._version:
                self._load_changes(session, today)
                self._version = version
            if ranker_id != self._ranker_id:
                self._ranker, self._ranker_id = rankers.served(session), ranker_id
            usable = self._usable(session)
            self._whole = usable.is_own
            loaded = (version, ranker_id, usable)
            if loaded == self._searched.loaded:
                return
            tags = {name: ArticleTags(fact.language, fact.category) for name, fact in self._loaded.items()}
            # an index that is open was opened with its model, so that one's likeness is at hand
            likeness = LIKENESS if usable.embedder is None else usable.embedder.likeness
            retriever = Retriever(usable.index, self._lexical, tags, likeness, usable.words_alone, self._ranker)
            languages = {fact.language for fact in self._loaded.values()}
            categories = {fact.category for fact in self._loaded.values() if fact.category}
            kinds = tuple(sorted(languages)), tuple(sorted(categories))
            self._searched = _Searched(retriever, usable.former, loaded, kinds)
            self.facts = self._loaded  # after what is searched, so that nobody holds facts newer than the passages

    def close(self) -> None:
        """Let go of the index."""
        self._former.let_go()
        self._indexer.close()

    def _load_changes(self, session: Session, today: date) -> None:
        hashes = store.hashes(session, today)
        removed = self._hashes.keys() - hashes.keys()
        changed = sorted(name for name, digest in hashes.items() if self._hashes.get(name) != digest)
        facts = {name: fact for name, fact in self._loaded.items() if name not in removed}
        passages: list[Passage] = []
        for row, article in store.with_passages(session, changed):
            passages.append(passage_of(row, article))
            facts[article.id] = ArticleFacts(
                primary(article.language), article.visibility, article.title, article.category, article.content_hash
            )
        internal = {name for name in changed if name in facts and facts[name].visibility == "internal"}
        self._lexical = self._lexical.changed({*removed, *changed}, passages, internal)
        self._loaded, self._hashes = facts, hashes

    def _usable(self, session: Session) -> "_Usable":
        """What is compared by meaning: the embedder's vectors, a former model's until they are complete, or none."""
        try:
            served = self._indexer.replaced(session)
            if served is None:
                self._former.let_go()
                return _Usable(self.index, self.embedder)
            if (former := self._former.get(served)) is not None:
                return _Usable(former.index, former.embedder, former)
            missing = self._indexer.missing(session)
            if missing is None:
                return _Usable(self.index, self.embedder)
            return _Usable(words_alone=f"{missing}; {self._former.problem}")
        except Unavailable as error:
            log.warning("index_unavailable", reason=error.message)
            return _Usable(words_alone=error.message)


SETTINGS = ("status", "valid_until", "owner")


def save_article(session: Session, article: Article, now: datetime, by: str, origin: str = "") -> bool:
    """Store an article, its passages and a revision that names who and from where; says whether anything changed."""
    return save_articles(session, [article], now, by, origin)[0]


def save_articles(
    session: Session, articles: Sequence[Article], now: datetime, by: str, origin: str = ""
) -> list[bool]:
    """Store many at once, as `save_article` does one; of two with the same id the later one stays."""
    rows, at = store.by_ids(session, [article.id for article in articles]), store.after_all_edits(session, now)
    told: list[bool] = []
    changed: dict[str, ArticleRow] = {}
    revisions: list[ArticleRevision] = []
    for article in articles:
        row = rows.get(article.id)
        if row is None:
            row = rows[article.id] = ArticleRow(id=article.id, title="", body="", content_hash="", updated_at=at)
        before = row.content_hash
        told.append(_take_over(row, article, at))
        if before not in ("", row.content_hash):
            reviewing.article_changed(session, article.id, now)
        if told[-1]:
            changed[article.id] = row
            revisions.append(revision_of(row, by, origin))
    session.add_all(changed.values())
    session.flush()
    cut_passages(session, list(changed.values()))
    session.add_all(revisions)
    for kept in revisions:
        digest = changed[kept.article_id].content_hash
        journal.record(session, now, "article_saved", article_id=kept.article_id, content_hash=digest, by=by)
    return told


def _take_over(row: ArticleRow, article: Article, at: datetime) -> bool:
    """Have the row say what the article says; whether it said anything else before."""
    digest = article_hash(article)
    if row.content_hash == digest and all(getattr(row, name) == getattr(article, name) for name in SETTINGS):
        return False
    row.title, row.body, row.language = article.title, article.body, article.language
    row.visibility, row.category, row.status = article.visibility, article.category, article.status
    row.valid_until, row.owner = article.valid_until, article.owner
    row.content_hash, row.updated_at = digest, at
    return True


def withdraw_article(session: Session, article_id: str, now: datetime, by: str, origin: str = "") -> None:
    """Take an article out of use; its row stays as history. Raises `NotFound`."""
    row = store.find(session, article_id)
    reviewing.article_changed(session, article_id, now)
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
