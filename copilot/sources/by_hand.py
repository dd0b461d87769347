"""Decides what importing files by hand does to the articles that are there already.

Refuses to write over an article that is not the file's own: one that a source tells of, and one of which nothing but
the file's name says that it is the same.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from copilot.knowledge_base import save_articles, withdraw_article
from copilot.sources.merging import Word, standing
from copilot.store import article_imports as imports
from copilot.store import articles as article_store
from copilot.store import sources
from copilot.store.session import Session
from copilot.store.tables import ArticleImport, ArticleRow
from knowledge.articles import Article
from knowledge.found import ArticleFileError, FoundArticle, GoneArticle

Usable = FoundArticle | GoneArticle
Outcome = str | ArticleFileError


@dataclass(frozen=True, slots=True)
class _Standing:
    """What is known of a batch's articles."""

    rows: Mapping[str, ArticleRow]
    marks: Mapping[str, ArticleImport]
    owners: Mapping[str, str]
    imported: Collection[str]


def store(session: Session, batch: Sequence[Usable], now: datetime, *, take_over: bool) -> list[Outcome]:
    """Store what files say, and return for each whether it was added, changed, the same or withdrawn, or why it was
    refused. With `take_over` a file may write over an article that came from elsewhere."""
    ids = [_id(found) for found in batch]
    there = _Standing(
        article_store.by_ids(session, ids), imports.of_articles(session, ids), sources.owners(session, ids),
        article_store.imported_ids(session, ids),
    )  # fmt: skip
    outcomes: list[Outcome] = ["same"] * len(batch)
    to_save: dict[int, Article] = {}
    for number, found in enumerate(batch):
        reason = _refusal(found, there, take_over=take_over)
        if reason:
            outcomes[number] = _refused(found, reason)
        elif isinstance(found, GoneArticle):
            outcomes[number] = _withdrawn(session, found, there, now)
        else:
            article = _article(session, found, there)
            if article is not None:
                to_save[number] = article
    changed = save_articles(session, list(to_save.values()), now, "import", "files")
    for (number, article), differs in zip(to_save.items(), changed, strict=True):
        outcomes[number] = "same" if not differs else "changed" if article.id in there.rows else "added"
    for found, outcome in zip(batch, outcomes, strict=True):
        if isinstance(found, FoundArticle) and isinstance(outcome, str):
            _remember(session, found, there)
    return outcomes


def _id(found: Usable) -> str:
    return found.id if isinstance(found, GoneArticle) else found.article.id


def _article(session: Session, found: FoundArticle, there: _Standing) -> Article | None:
    """The article as it shall stand; None when the file says nothing new."""
    word, row = Word(found.article, found.told), there.rows.get(found.article.id)
    before = there.marks.get(found.article.id)
    if row is not None and word.is_known(before):
        return None
    return word.merged(before, row, standing(session, row))


def _remember(session: Session, found: FoundArticle, there: _Standing) -> None:
    word, mark = Word(found.article, found.told), there.marks.get(found.article.id)
    if mark is None:
        mark = ArticleImport(article_id=found.article.id, content_hash="", told={}, place="")
        session.add(mark)
    mark.content_hash, mark.told, mark.place = word.mark, word.told, _place(found)


def _withdrawn(session: Session, found: GoneArticle, there: _Standing, now: datetime) -> str:
    row = there.rows.get(found.id)
    if row is None or row.status == "withdrawn":
        return "same"
    withdraw_article(session, found.id, now, "import", _place(found))
    if mark := there.marks.get(found.id):
        mark.content_hash = ""  # the same words again are news then
    return "withdrawn"


def _refusal(found: Usable, there: _Standing, *, take_over: bool) -> str:
    """Why this must not be stored; empty when it may."""
    name = _id(found)
    if name in there.owners:
        return f"the article {name!r} belongs to the source {there.owners[name]}"
    row, mark = there.rows.get(name), there.marks.get(name)
    if take_over or isinstance(found, GoneArticle) or "id" in found.told or row is None:
        return ""
    if mark is None:
        return "" if name in there.imported else f"an article {name!r} that comes from no file is there already"
    elsewhere = mark.place != _place(found) and _is_there(Path(mark.place))
    if elsewhere and not Word(found.article, found.told).is_known(mark):
        return f"an article {name!r} is there already, from {mark.place}"
    return ""


def _refused(found: Usable, reason: str) -> ArticleFileError:
    line = found.line if isinstance(found, FoundArticle) else None
    return ArticleFileError(found.path, line, "id", reason, _id(found))


def _place(found: Usable) -> str:
    return str(found.path.absolute())


def _is_there(place: Path) -> bool:
    """Whether this file, or the zip file that it is in, still is there."""
    return place.exists() or any(parent.is_file() for parent in place.parents)
