"""Decides what of a source's word about an article is taken over, when people may have changed the article here.

A source is believed where it says something new: its words when they changed there, and each setting that it tells and
tells differently than before. Everything else stays as it stands here, so that nothing becomes public, published or
lost because a file does not mention it. Refuses to know how sources are read.
"""

import hashlib
import json
from collections.abc import Set
from dataclasses import dataclass, replace
from typing import Any, Protocol

from copilot.cutting import article_hash
from copilot.store import articles as article_store
from copilot.store.session import Session
from copilot.store.tables import ArticleRow
from knowledge.articles import Article

SETTINGS = ("language", "visibility", "category", "status", "valid_until", "owner")


class Mark(Protocol):
    """What a source said of an article before: `told` is null where only the mark was kept."""

    @property
    def content_hash(self) -> str:
        """`Word.mark` then."""

    @property
    def told(self) -> dict[str, Any] | None:
        """`Word.told` then."""


@dataclass(frozen=True, slots=True)
class Word:
    """What a source says of an article; it does not itself tell the fields that are not in `fields`."""

    article: Article
    fields: Set[str]

    @property
    def mark(self) -> str:
        """Changes whenever the source says something else."""
        article = self.article
        day = article.valid_until.isoformat() if article.valid_until else ""
        return f"{article_hash(article)}:{article.status}:{day}:{article.owner or ''}"

    @property
    def told(self) -> dict[str, Any]:
        """The settings that it tells, and a digest of the words, as they are kept."""
        words = hashlib.sha256(json.dumps([self.article.title, self.article.body]).encode()).hexdigest()
        return {"words": words} | {name: _kept(self.article, name) for name in SETTINGS if name in self.fields}

    def is_known(self, before: Mark | None) -> bool:
        """Whether it says the same as before."""
        return before is not None and before.content_hash == self.mark and before.told in (None, self.told)

    def merged(self, before: Mark | None, row: ArticleRow | None, status: str) -> Article:
        """The article as it shall stand here; `status` is what its row counts as (`standing`). What comes back as a
        draft is one, whatever the source says."""
        if row is None:
            return self.article
        told, was = self.told, (before.told if before is not None else None) or {}
        here: dict[str, Any] = {name: getattr(row, name) for name in SETTINGS} | {"status": status}
        kept = {name: here[name] for name in SETTINGS if name not in told or (name in was and was[name] == told[name])}
        if (row.status, status) == ("withdrawn", "draft"):
            kept["status"] = status
        if was.get("words") == told["words"] and row.body.strip():
            kept |= {"title": row.title, "body": row.body}
        return replace(self.article, **kept)


def standing(session: Session, row: ArticleRow | None) -> str:
    """The status that an article has, or had before its source no longer told of it; "draft" for one that a person has
    withdrawn, so that a source does not bring it back into use."""
    if row is None or row.status != "withdrawn":
        return row.status if row is not None else ""
    newest = article_store.revisions(session, row.id, 1)
    if newest and not newest[0].origin:
        return "draft"
    before = article_store.last_in_force(session, row.id)
    return before.status if before is not None else "published"


def _kept(article: Article, name: str) -> str | None:
    value = getattr(article, name)
    return None if value is None else str(value)
