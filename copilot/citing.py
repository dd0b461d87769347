"""Adds a passage that an agent found by hand to the sources of a draft, so that what was put into it is cited."""

from datetime import datetime
from typing import Any

from copilot.errors import Conflict, Invalid, NotFound
from copilot.plaintext import plain
from copilot.store import articles, drafts, findings, journal, tickets
from copilot.store.session import Session
from copilot.store.tables import ArticleRow, PassageRow

MOST_CITATIONS = 20


def cite(session: Session, draft_id: int, passage_id: str, now: datetime, by: str) -> list[dict[str, Any]]:
    """Let the wording that people see cite this passage too; the same again changes nothing.

    Returns all that it cites. Raises `NotFound`, `Invalid` for a passage that no customer may see, `Conflict` for a
    draft that is not open.
    """
    passage, article = public_passage(session, passage_id, now)
    draft = drafts.find(session, draft_id)
    tickets.lock(session, draft.ticket_id)
    session.refresh(draft)
    if draft.state != "open":
        raise Conflict(f"This draft is no longer open: it is {draft.state}.")
    wording = drafts.shown(session, draft)
    if any(citation["passage_id"] == passage_id for citation in wording.citations):
        return wording.citations
    if len(wording.citations) >= MOST_CITATIONS:
        raise Conflict(f"A draft cites {MOST_CITATIONS} passages at most.")
    cited = {"article_id": article.id, "passage_id": passage.id, "title": article.title, "quote": plain(passage.text)}
    wording.citations = [*wording.citations, cited]
    journal.record(session, now, "citation_added", draft.ticket_id, draft_id=draft_id, passage=passage_id, by=by)
    return wording.citations


def cite_in_reply(session: Session, ticket_id: int, passage_ids: list[str], now: datetime, by: str) -> None:
    """Remember which passages a reply of an agent's own was made of. What cannot be quoted is left out."""
    known = []
    for passage_id in passage_ids[:MOST_CITATIONS]:
        try:
            known.append(public_passage(session, passage_id, now)[0].id)
        except (NotFound, Invalid):
            continue
    if known:
        journal.record(session, now, "reply_cites", ticket_id, passages=known, by=by)


def public_passage(session: Session, passage_id: str, now: datetime) -> tuple[PassageRow, ArticleRow]:
    """A passage that may be quoted to customers, with its article. Raises `NotFound`, `Invalid`."""
    passage = findings.passages(session, [passage_id]).get(passage_id)
    article = articles.get(session, passage.article_id) if passage is not None else None
    if passage is None or article is None or not findings.usable(session, [article.id], now.date()):
        raise NotFound(f"There is no passage {passage_id[:200]!r} in use.", field="passage")
    if article.visibility != "public":
        raise Invalid("This article is internal: it is never quoted to customers.", field="passage")
    return passage, article
