"""Reads out of the journal which customers' questions no article answered, and what people answered in the end.

A question counts when there was no draft because nothing answers it, when a person rejected the draft as beside the
point, or when a person answered in words of their own while a draft lay open. Decides nothing about grouping.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from copilot import endings
from copilot.plaintext import squeezed
from copilot.store import drafts, tickets
from copilot.store.session import Session
from copilot.store.tables import JournalEntry, Message, OutboxItem, Ticket
from triage.text import readable, says_nothing

KINDS = ("no_draft", "rejected", "reply_written", "message_outbound", "delivered")
# how a rejection says that the knowledge is missing, not that the words were wrong; in any case, anywhere in the reason
BESIDE_THE_POINT = (
    "wrong article", "no source", "not what was asked", "misses the question", "lacks something important",
)  # fmt: skip
LONGEST_TEXT = 2_000
# a reply that keeps this share of the draft's words used it
USED = 0.5


@dataclass(frozen=True, slots=True)
class Question:
    """A message that no article answered. `why` is "no answer", "rejected" or "own words"; `text` is what the customer
    wrote, without greeting, signature and history."""

    message_id: int
    ticket_id: int
    why: str
    at: datetime
    language: str
    text: str


@dataclass(frozen=True, slots=True)
class Reply:
    """What a person wrote in a ticket, with nothing but the answer in `text`."""

    ticket_id: int
    message_id: int
    text: str


@dataclass(frozen=True, slots=True)
class Used:
    """A delivered reply that quotes these articles, and the question that it answers."""

    text: str
    article_ids: frozenset[str]


@dataclass(frozen=True, slots=True)
class Signals:
    """What a stretch of the journal says."""

    questions: tuple[Question, ...]
    replies: tuple[Reply, ...]
    used: tuple[Used, ...]


def read(session: Session, entries: Sequence[JournalEntry]) -> Signals:
    """The signals of these journal entries; a message is one question, whatever is said of it."""
    questions: dict[int, Question] = {}
    replies: list[Reply] = []
    used: list[Used] = []
    for entry in entries:
        if entry.ticket_id is None or endings.ending_of(session, entry.ticket_id) is not None:
            continue
        question = _question(session, entry, entry.ticket_id)
        if question is not None:
            questions.setdefault(question.message_id, question)
        replies += _replies(session, entry, entry.ticket_id)
        used += _used(session, entry)
    return Signals(tuple(questions.values()), tuple(replies), tuple(used))


def _question(session: Session, entry: JournalEntry, ticket_id: int) -> Question | None:
    if entry.kind == "no_draft":
        return _of_message(session, tickets.newest_inbound_id(session, ticket_id), "no answer")
    if entry.kind == "rejected" and beside_the_point(str(entry.data.get("reason", ""))):
        return _of_message(session, drafts.find(session, entry.data["draft_id"]).message_id, "rejected")
    if entry.kind == "reply_written":
        item = session.get(OutboxItem, entry.data["outbox_id"])
        return _ignored(session, ticket_id, item.answers_message_id, item.body) if item else None
    if entry.kind == "message_outbound":
        message = session.get(Message, entry.data["message_id"])
        return _ignored(session, ticket_id, _asked_before(session, message), message.body) if message else None
    return None


def beside_the_point(reason: str) -> bool:
    """Whether a rejection says that the article does not answer."""
    plain = reason.casefold().replace("_", " ")
    return any(words in plain for words in BESIDE_THE_POINT)


def _asked_before(session: Session, reply: Message | None) -> int | None:
    """The customer's last message that was stored before this reply."""
    if reply is None:
        return None
    rows = tickets.messages(session, reply.ticket_id)
    return max((m.id or 0 for m in rows if m.direction == "inbound" and (m.id or 0) < (reply.id or 0)), default=None)


def _ignored(session: Session, ticket_id: int, message_id: int | None, reply: str) -> Question | None:
    """The question, when a person had a draft for it and answered without it."""
    draft = drafts.newest(session, ticket_id)
    if draft is None or message_id is None or draft.message_id != message_id:
        return None
    decided = draft.state in ("approved", "rejected", "auto")
    return None if decided or kept(draft.body, reply) >= USED else _of_message(session, message_id, "own words")


def kept(draft: str, reply: str) -> float:
    """The share of the draft's words that the reply holds."""
    words = set(squeezed(draft).casefold().split())
    return len(words & set(squeezed(reply).casefold().split())) / len(words) if words else 0.0


def _of_message(session: Session, message_id: int | None, why: str) -> Question | None:
    message = session.get(Message, message_id) if message_id is not None else None
    ticket = session.get(Ticket, message.ticket_id) if message is not None else None
    if message is None or ticket is None:
        return None
    text = asked(ticket, message)
    if says_nothing(text):
        return None
    return Question(message.id or 0, message.ticket_id, why, message.at, ticket.language, text)


def asked(ticket: Ticket, message: Message) -> str:
    """What a message asks, under the ticket's subject."""
    return readable(ticket.subject, message.body, LONGEST_TEXT)


def _replies(session: Session, entry: JournalEntry, ticket_id: int) -> Iterable[Reply]:
    """The reply that reached the customer, when a person wrote or approved it."""
    message = None
    if entry.kind == "message_outbound":
        message = session.get(Message, entry.data["message_id"])
    elif entry.kind == "delivered" and entry.data.get("by") != "auto":
        item = session.get(OutboxItem, entry.data["outbox_id"])
        message = tickets.message_by_external_id(session, ticket_id, item.message_ref) if item else None
    if message is not None and not message.notice:
        yield Reply(ticket_id, message.id or 0, readable("", message.body, LONGEST_TEXT))


def _used(session: Session, entry: JournalEntry) -> Iterable[Used]:
    """What a delivered draft quoted, for which question."""
    draft_id = entry.data.get("draft_id") if entry.kind == "delivered" else None
    if draft_id is None:
        return
    draft = drafts.find(session, draft_id)
    ticket, message = tickets.find(session, draft.ticket_id), session.get(Message, draft.message_id)
    cited = frozenset(str(citation["article_id"]) for citation in draft.citations)
    if message is not None and cited:
        yield Used(asked(ticket, message), cited)
