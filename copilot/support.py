"""Checks a text again that an agent is writing, against the passages that the wording shown cites as they stand now.

Reads passages and settings; records nothing. Whether a text may be sent is not asked here: a person sends it.
"""

from copilot import grounding
from copilot.courtesy import DEFAULT_LANGUAGE, phrases
from copilot.grounding import Findings
from copilot.personal_data import own_codes
from copilot.plaintext import plain
from copilot.store import articles, drafts, tickets
from copilot.store.session import Session
from copilot.store.tables import Draft, Ticket
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
    ticket = tickets.find(session, draft.ticket_id)
    courtesies = phrases(language, tickets.customer_of(session, ticket).name, voice.signature(language))
    return grounding.check(text, sources, courtesies, own_facts(session, ticket), language)


def own_facts(session: Session, ticket: Ticket) -> tuple[str, ...]:
    """The numbers of orders and the like that the customer wrote: an agent may name them without a source."""
    written = [message.body for message in tickets.messages(session, ticket.id or 0) if message.direction == "inbound"]
    return own_codes("\n\n".join((ticket.subject, *reversed(written))), ticket.language)
