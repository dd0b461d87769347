"""Whether the articles that a draft quotes still stand as they were when it was begun.

Reads articles in the caller's transaction. Refuses to know what follows: an automatic reply stays, an agent is told.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from copilot.errors import Conflict
from copilot.store import articles, drafts
from copilot.store.articles import InUse
from copilot.store.session import Session
from copilot.store.tables import Draft, DraftVersion


@dataclass(frozen=True, slots=True)
class Source:
    """An article that a draft quotes; `content_hash` is what it held when the search began, None where unknown."""

    article_id: str
    title: str
    content_hash: str | None


def doubt(sources: Collection[Source], in_use: Mapping[str, InUse]) -> str | None:
    """Why one of these may not be quoted by itself any more; `in_use` are the articles as they are now."""
    for source in sources:
        if found := hidden(source, in_use):
            return found
        if source.content_hash != in_use[source.article_id].content_hash:
            return f"“{source.title}” was edited after the draft was begun."
    return None


def hidden(source: Source, in_use: Mapping[str, InUse]) -> str | None:
    """Why no customer may read this article now."""
    if source.article_id not in in_use:
        return f"“{source.title}” is no longer in use."
    if in_use[source.article_id].visibility != "public":
        return f"“{source.title}” is internal."
    return None


def doubt_about(session: Session, draft: Draft, today: date) -> str | None:
    """The doubt about a stored draft's sources."""
    hashes = drafts.cited_hashes(session, draft.id or 0)
    sources = sources_of(draft.citations, hashes)
    return doubt(sources, articles.state_of(session, [source.article_id for source in sources], today))


def refuse_hidden(session: Session, wording: Draft | DraftVersion, today: date) -> None:
    """Raise `Conflict` when the wording cites what no customer may read any more."""
    sources = sources_of(wording.citations, {})
    in_use = articles.state_of(session, [source.article_id for source in sources], today)
    for source in sources:
        if found := hidden(source, in_use):
            raise Conflict(f"{found} Reword the draft, or answer in your own words.")


def sources_of(citations: Sequence[Mapping[str, str]], hashes: Mapping[str, str | None]) -> list[Source]:
    """The articles of these citations, each once."""
    titles = {row["article_id"]: row["title"] for row in citations}
    return [Source(name, title, hashes.get(name)) for name, title in titles.items()]
