"""Queries about what imported files said of articles."""

from collections.abc import Sequence

from sqlmodel import Session, col, select

from copilot.store.articles import AT_ONCE
from copilot.store.tables import ArticleImport


def of_articles(session: Session, article_ids: Sequence[str]) -> dict[str, ArticleImport]:
    """What a file last said of these, where one did."""
    found: dict[str, ArticleImport] = {}
    for first in range(0, len(article_ids), AT_ONCE):
        some = article_ids[first : first + AT_ONCE]
        wanted = select(ArticleImport).where(col(ArticleImport.article_id).in_(some))
        found.update((row.article_id, row) for row in session.exec(wanted))
    return found
