"""Checks a text again that an agent is writing, against the passages that the wording shown cites as they stand now.

Reads passages and settings; records nothing. Whether a text may be sent is not asked here: a person sends it.
"""

from copilot import grounding
from copilot.courtesy import DEFAULT_LANGUAGE, phrases
from copilot.grounding import Findings
from copilot.plaintext import plain
from copilot.store import articles, drafts, tickets
from copilot.store.session import Session
from copilot.store.tables import Draft
from copilot.voice import Voice

MOST_ARTICLES = 20


def findings_now(session: Session, draft: Draft, text: str, voice: Voice) -> Findings:
    """The findings about `text` in place of the draft's own; a passage that is gone supports nothing."""
    citations = drafts.shown(session, draft).citations
    cited = {row["passage_id"] for row in citations}
    names = list(dict.fromkeys(row["article_id"] for row in citations))[:MOST_ARTICLES]
    sources = [(row.id, plain(row.text)) for row in articles.passages_of(session, names) if row.id in cited]
    first = articles.get(session, names[0]) if names else None
    language = first.language if first else DEFAULT_LANGUAGE
    customer = tickets.customer_of(session, tickets.find(session, draft.ticket_id))
    courtesies = phrases(language, customer.name, voice.signature(language))
    return grounding.check(text, sources, courtesies, language=language)
