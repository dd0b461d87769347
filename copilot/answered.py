"""Decides how answers that people gave become articles: which reply of a ticket it is, and that it is an internal draft
without the customer's name, addresses and numbers, because it was written for one of them. Nothing uses it until an
admin has looked and published it."""

import hashlib
from collections.abc import Container, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from copilot.errors import Invalid
from copilot.gap_articles import cleaned, headline, names_of, private_in, repeated_in, without_private
from copilot.store import tickets
from copilot.store.session import Database, Session
from copilot.store.tables import Message, Ticket
from knowledge.articles import Article, ArticleError
from knowledge.common_words import content_words
from knowledge.found import ArticleFileError, FileNote
from knowledge.rows import csv_rows, json_rows

SLICE = 200
LONGEST_TITLE = 300
LEAST_WORDS = 3


@dataclass(frozen=True, slots=True)
class Answer:
    """What became of one ticket's answer: its article, a problem, or nothing when its id was known."""

    id: str
    article: Article | None = None
    problem: str = ""


def of_tickets(db: Database, support_name: str, known: Container[str] = ()) -> Iterator[Answer]:
    """The answers that people gave in solved and closed tickets, as articles or with the reason why one cannot be; of
    those whose id is `known` nothing but the id. Tickets that nobody answered are left out."""
    after = 0
    while True:
        with db.read() as session:
            rows = tickets.finished(session, after, SLICE)
            found = list(_answers(session, rows, support_name, known))
        yield from found
        if not rows:
            return
        after = rows[-1].id or 0


def _answers(session: Session, rows: Sequence[Ticket], support_name: str, known: Container[str]) -> Iterator[Answer]:
    new = [row for row in rows if _id(row) not in known]
    yield from (Answer(_id(row)) for row in rows if _id(row) in known)
    messages = tickets.messages_of(session, [row.id or 0 for row in new])
    customers = tickets.customers(session, [row.customer_id for row in new])
    said = [message for conversation in messages.values() for message in conversation]
    theirs = {customer.email for customer in customers.values()} | private_in(
        [*(message.body for message in said if message.direction == "inbound"), *(row.subject for row in new)]
    )
    shops_own = repeated_in(message.body for message in said if _is_by_a_person(message)) - theirs
    for row in new:
        customer = customers[row.customer_id]
        conversation = messages.get(row.id or 0, ())
        asked = next((message for message in conversation if message.direction == "inbound"), None)
        texts = [
            cleaned(message, customer, support_name, shops_own) for message in conversation if _is_by_a_person(message)
        ]
        body = best_reply(texts)
        if asked is None or not body:
            continue
        title = without_private(row.subject.strip() or headline(asked.body), names_of(customer, None), shops_own)
        language = "en" if row.language == "unknown" else row.language
        made = _article(_id(row), title, body, language, row.category, f"ticket {row.id}")
        yield Answer(_id(row), made) if isinstance(made, Article) else Answer(_id(row), problem=made)


def best_reply(texts: Sequence[str]) -> str:
    """The reply that answers, of those that people sent to one ticket, without courtesies and oldest first; empty when
    none says anything.

    It is the one that says most, counted in words that bear meaning, and of equals the first. The last one, which would
    be easier to take, is often a farewell ("Glad it helped"). A reply out of a draft counts like any other: what it
    quotes is in an article already, and what follows it was written because it did not do.
    """
    best = max(texts, key=lambda text: len(content_words(text)), default="")
    return best if len(content_words(best)) >= LEAST_WORDS else ""


def _is_by_a_person(message: Message) -> bool:
    return message.direction == "outbound" and not (message.auto_sent or message.notice)


def _id(ticket: Ticket) -> str:
    return f"answer-ticket-{ticket.id}"


def of_file(path: Path) -> Iterator[Article | str | FileNote]:
    """The rows of a JSONL or CSV file with `question` and `answer`, a reason in place of each that cannot be used, and
    what should be known of how the file was read. Raises `Invalid` for another kind of file."""
    kind = path.suffix.lower()
    if kind not in (".jsonl", ".csv"):
        raise Invalid(f"{path} is neither .jsonl nor .csv.", field="path")
    for found in json_rows(path) if kind == ".jsonl" else csv_rows(path, ("question", "answer")):
        if isinstance(found, ArticleFileError):
            yield str(found)
        elif isinstance(found, FileNote):
            yield found
        else:
            yield _of_row(found[1], f"{path.name}:{found[0]}")


def _of_row(row: Mapping[str, Any], place: str) -> Article | str:
    question, answer = row.get("question"), row.get("answer")
    if not isinstance(question, str) or not isinstance(answer, str):
        return f"{place}: needs question and answer, both texts"
    # the same question asked twice is one article: the first answer stands
    mark = hashlib.sha256(" ".join(question.lower().split()).encode("utf-8", "replace")).hexdigest()[:16]
    language, category = row.get("language") or "en", row.get("category") or None
    return _article(f"answer-{mark}", question, answer, language, category, place)


def _article(id: str, title: str, body: str, language: Any, category: Any, place: str) -> Article | str:
    short = " ".join(title.split())[:LONGEST_TITLE]
    try:
        return Article(id, short, body, language, "internal", category, "draft")
    except ArticleError as error:
        return f"{place}: {error}"
