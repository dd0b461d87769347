"""Queries about the embedding model whose vectors answer."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlmodel import Session, col, select

from copilot.store.tables import ArticleRow, ServingModel

ONLY = 1


def serving(session: Session) -> ServingModel | None:
    """The model whose vectors of all articles were complete last, None before the first."""
    return session.get(ServingModel, ONLY)


def serve(session: Session, fingerprint: str, recipe: Mapping[str, Any], at: datetime) -> None:
    """From now on this model's vectors answer."""
    row = serving(session) or ServingModel(id=ONLY, fingerprint="", recipe={}, since=at)
    if (row.fingerprint, row.recipe) != (fingerprint, dict(recipe)):
        row.fingerprint, row.recipe, row.since = fingerprint, dict(recipe), at
        session.add(row)


def has_others(session: Session, fingerprint: str) -> bool:
    """Whether the index holds vectors of another model of some article published."""
    ours = col(ArticleRow.indexed_hash).endswith(f":{fingerprint}", autoescape=True)
    wanted = select(ArticleRow.id).where(
        ArticleRow.status == "published", col(ArticleRow.indexed_hash).is_not(None), ~ours
    )
    return session.exec(wanted.limit(1)).first() is not None
