"""Starts an article of a gap from the replies that people gave: an internal draft for an admin to finish.

Decides which reply is the body (the one most like the others), what else the others say, and what must not stay:
greetings, closings, names, addresses, telephone and order numbers. Nothing is published by itself.
"""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from copilot.courtesy import COURTESY, phrases
from copilot.errors import Conflict
from copilot.gap_naming import reply_vectors
from copilot.knowledge_base import new_article, save_article
from copilot.names import given_name
from copilot.store import articles, journal, tickets
from copilot.store import gaps as store
from copilot.store.session import Session
from copilot.store.tables import Customer, Gap, GapQuestion, Message
from knowledge.common_words import content_words
from knowledge.gaps import most_central
from knowledge.sentences import sentences
from triage.text import readable

READ = 20
LONGEST_TITLE = 200
MOST_OTHERS = 12
# a sentence that shares this much of its words with one that is there already says nothing new
SAME = 0.6

_MAIL = re.compile(r"[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63})+")
_PHONE = re.compile(r"(?<![\w-])\+?\d[\d ()/.-]{7,20}\d(?!\w)")
_CODE = re.compile(r"(?<![\w-])#?(?=[\w-]*\d{3})[A-Za-z0-9][\w-]{3,40}(?!\w)")
PRIVATE = {_MAIL: "[e-mail]", _PHONE: "[number]", _CODE: "[number]"}


@dataclass(frozen=True, slots=True)
class Reply:
    """What a person answered, with nothing of the customer left in it."""

    ticket_id: int
    author: str | None
    at: datetime
    text: str


def start(session: Session, gap_id: int, support_name: str, now: datetime, by: str) -> str:
    """Make the article, or find the one that was begun; returns its id. Raises `NotFound`, and `Conflict` when nobody
    has answered these questions yet."""
    gap = store.lock(session, gap_id)
    article_id = f"gap-{gap.id}"
    row = articles.get(session, article_id)
    if row is not None and row.status != "withdrawn":
        return article_id
    rows = store.answered(session, gap_id, READ)
    found = replies(session, rows, support_name)
    if not found:
        raise Conflict("Nobody has answered these questions yet, so that there is nothing to start from.")
    questions = [question for question, _ in rows]
    vectors = reply_vectors(questions)
    main = most_central(vectors) if len(vectors) == len(rows) else 0
    ticket_rows = tickets.by_ids(session, sorted({question.ticket_id for question in questions}))
    article = new_article(
        article_id, title_of(session, gap), body_of(found, main), language_of(questions), "internal",
        most_common(ticket.category for ticket in ticket_rows.values()), "draft",
    )  # fmt: skip
    save_article(session, article, now, by, f"gap {gap.id}")
    gap.state, gap.article_id, gap.by, gap.decided_at, gap.size_then = "article", article_id, by, now, gap.size
    tickets_used = sorted({question.ticket_id for question in questions})
    journal.record(
        session, now, "gap_article_started", gap_id=gap.id, article_id=article_id, tickets=tickets_used, by=by
    )
    return article_id


def dismiss(session: Session, gap_id: int, reason: str, now: datetime, by: str) -> Gap:
    """An admin says why this needs no article; it comes back when it grows. `reason` was cleaned by the caller."""
    gap = store.lock(session, gap_id)
    gap.state, gap.reason, gap.by, gap.decided_at, gap.size_then = "dismissed", reason, by, now, gap.size
    journal.record(session, now, "gap_dismissed", gap_id=gap.id, reason=reason, by=by)
    return gap


def reopen(session: Session, gap_id: int, now: datetime, by: str) -> Gap:
    """An admin takes a decision back."""
    gap = store.lock(session, gap_id)
    journal.record(session, now, "gap_reopened", gap_id=gap.id, before=gap.state, by=by)
    gap.state, gap.reason, gap.by, gap.decided_at = "open", None, by, None
    return gap


def replies(session: Session, rows: Sequence[tuple[GapQuestion, Message]], support_name: str) -> tuple[Reply, ...]:
    """What people answered to these questions, in the same order."""
    ids = sorted({question.ticket_id for question, _ in rows})
    found = tickets.by_ids(session, ids)
    customers = tickets.customers(session, sorted({ticket.customer_id for ticket in found.values()}))
    theirs = {customer.email for customer in customers.values()} | private_in(question.text for question, _ in rows)
    repeated = repeated_in(message.body for _, message in rows) - theirs
    said = []
    for question, message in rows:
        ticket = found[question.ticket_id]
        text = cleaned(message, customers[ticket.customer_id], support_name, repeated)
        said.append(Reply(question.ticket_id, message.author, message.at, text))
    return tuple(said)


def private_in(texts: Iterable[str]) -> set[str]:
    """The addresses, numbers and codes in these texts."""
    return {match.group() for text in texts for pattern in PRIVATE for match in pattern.finditer(text)}


def repeated_in(bodies: Iterable[str]) -> frozenset[str]:
    """Addresses, numbers and codes that stand in several replies: they are the shop's own, unless customers named
    them."""
    counts = Counter(found for body in bodies for found in private_in([body]))
    return frozenset(found for found, count in counts.items() if count > 1)


def cleaned(message: Message, customer: Customer, support_name: str, repeated: frozenset[str] = frozenset()) -> str:
    """The answer alone: no greeting, closing, quoted history or name; addresses, telephone and order numbers are
    replaced unless they are `repeated`."""
    kept_lines = set(readable("", message.body).split("\n"))
    courtesies = {line for code in COURTESY for line in phrases(code, customer.name, support_name)}
    lines = [line.rstrip() for line in message.body.replace("\r\n", "\n").split("\n")]
    kept = [line for line in lines if not line.strip() or " ".join(line.split()) in kept_lines]
    text = "\n".join(line for line in kept if line.strip() not in courtesies)
    return re.sub(r"\n{3,}", "\n\n", without_private(text, names_of(customer, message.author), repeated)).strip()


def without_private(text: str, names: Iterable[str], repeated: frozenset[str] = frozenset()) -> str:
    """The text with what belongs to one customer replaced by what it was."""
    for pattern, word in PRIVATE.items():
        text = pattern.sub(lambda found, word=word: found[0] if found[0] in repeated else word, text)  # type: ignore[misc]  # bound per turn
    for name in names:
        text = re.sub(rf"(?<!\w){re.escape(name)}(?!\w)", "[name]", text)
    return text


def names_of(customer: Customer, author: str | None) -> list[str]:
    """The names that may stand in a reply, the longest first: whole, and each part that is plainly a name."""
    found = set()
    for whole in filter(None, (customer.name, author)):
        parts = [part for part in whole.split() if given_name(part)]
        found |= {whole, *(part for part in parts if len(part) > 2)}
    return sorted(found, key=lambda name: (-len(name), name))


def title_of(session: Session, gap: Gap) -> str:
    """The question in the gap's middle: its first sentence that asks, else its first line."""
    rows = store.questions(session, gap.id, READ)
    found = tickets.by_ids(session, [row.ticket_id for row in rows])
    people = tickets.customers(session, sorted({ticket.customer_id for ticket in found.values()}))
    names = {name for person in people.values() for name in names_of(person, None)}
    return " ".join(without_private(headline(gap.question), sorted(names, key=len, reverse=True)).split())


def headline(question: str) -> str:
    """What stands for a question in a list."""
    said = [sentence for line in question.split("\n") for sentence in sentences(line)]
    asking = next((sentence for sentence in said if sentence.rstrip().endswith("?")), None)
    return (asking or next(iter(said), question))[:LONGEST_TITLE]


def body_of(found: tuple[Reply, ...], main: int) -> str:
    """The main reply, and below it what only the others say."""
    body = found[main].text
    there = [set(content_words(sentence)) for sentence in sentences(body)]
    more: list[str] = []
    for reply in found[:main] + found[main + 1 :]:
        for line in reply.text.split("\n"):
            for sentence in sentences(line):
                words = set(content_words(sentence))
                if len(words) > 2 and all(len(words & old) < SAME * len(words) for old in there):
                    there.append(words)
                    more.append(sentence)
    if not more:
        return body
    rest = "\n".join(f"- {sentence}" for sentence in more[:MOST_OTHERS])
    return f"{body}\n\n## Other agents also wrote\n\n{rest}"


def language_of(questions: Sequence[GapQuestion]) -> str:
    """The language that most of them are in."""
    return most_common(row.language for row in questions if row.language != "unknown") or "en"


def most_common(values: Iterable[str | None]) -> str | None:
    """The value that stands most often, None for none."""
    counts = Counter(value for value in values if value)
    return counts.most_common(1)[0][0] if counts else None
