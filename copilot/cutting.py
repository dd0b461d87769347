"""Decides how a stored article is cut into passages, and anew when the rules for texts and passages have changed.

Everything in the caller's transaction. Refuses to know the vector index, besides what it no longer holds.
"""

import hashlib
import json
from collections.abc import Sequence
from datetime import datetime

import structlog

from copilot import reviewing
from copilot.store import articles as store
from copilot.store import journal
from copilot.store.session import Session
from copilot.store.tables import ArticleRevision, ArticleRow, PassageRow
from knowledge.articles import Article, ArticleError
from knowledge.passages import CUT, Passage, split

SERVICE = "service"
CLEANED = "hidden text taken out"

log = structlog.get_logger(__name__)


def cut_passages(session: Session, rows: Sequence[ArticleRow]) -> None:
    """Store the passages of these articles as they are now, in place of the ones they had."""
    passages = [passage for row in rows for passage in _passages(row)]
    store.replace_passages(session, [row.id for row in rows], passages)
    for row in rows:
        row.cut = CUT


def cut_anew(session: Session, rows: Sequence[ArticleRow], now: datetime) -> None:
    """Bring articles that an earlier version stored under the rules of this one. Those that change by it are due for
    the index; one of which nothing is left becomes a draft."""
    before: dict[str, list[tuple[str, str]]] = {row.id: [] for row in rows}
    for passage in store.passages_of(session, list(before)):
        before[passage.article_id].append((passage.id, passage.heading))
    for row in rows:
        _clean(session, row, now)
    due = [row for row in rows if [(p.id, p.heading) for p in _passages(row)] != before[row.id]]
    cut_passages(session, due)
    for row in rows:
        row.cut = CUT
        if row in due and row.status == "published":
            row.indexed_hash = None


def passage_of(row: PassageRow, article: ArticleRow) -> Passage:
    """The knowledge room's passage of a stored row."""
    return Passage(row.id, row.article_id, row.ordinal, row.start, row.end, row.text, article.title, row.heading)


def revision_of(row: ArticleRow, by: str, origin: str) -> ArticleRevision:
    """What the article says now, for its history."""
    return ArticleRevision(
        article_id=row.id, title=row.title, body=row.body, language=row.language, visibility=row.visibility,
        category=row.category, status=row.status, valid_until=row.valid_until, owner=row.owner, at=row.updated_at,
        by=by, origin=origin,
    )  # fmt: skip


def article_hash(article: Article | ArticleRow) -> str:
    """SHA-256 over everything that a reader or the index would notice."""
    parts = (article.title, article.body, article.language, article.visibility, article.category)
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()


def _passages(row: ArticleRow) -> list[PassageRow]:
    if row.status == "draft" and not row.body.strip():
        return []
    return [
        PassageRow(
            id=p.id, article_id=p.article_id, ordinal=p.ordinal, start=p.start, end=p.end, heading=p.heading,
            text=p.text,
        )
        for p in split(Article(row.id, row.title, row.body))
    ]  # fmt: skip


def _clean(session: Session, row: ArticleRow, now: datetime) -> None:
    """Have the row say what an article of this text says today."""
    try:
        article = Article(row.id, row.title, row.body)
        said = (article.title, article.body, row.status)
    except ArticleError as error:
        log.warning("article_not_usable", article=row.id, problem=str(error))
        said = (row.title, "", "draft")
    if said == (row.title, row.body, row.status):
        return
    reviewing.article_changed(session, row.id, now)
    row.title, row.body, row.status = said
    row.content_hash, row.updated_at = article_hash(row), store.after_all_edits(session, now)
    session.add(revision_of(row, SERVICE, CLEANED))
    journal.record(
        session, now, "article_saved", article_id=row.id, content_hash=row.content_hash, by=SERVICE, why=CLEANED
    )
