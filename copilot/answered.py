"""Decides how answers that people gave become articles: internal drafts, because they hold customers' words and were
written for one of them. Nothing uses them until an admin has looked and published them."""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from copilot.courtesy import phrases
from copilot.errors import Invalid
from copilot.store import tickets
from copilot.store.session import Session
from copilot.store.tables import Message, Ticket
from knowledge.articles import Article, ArticleError
from knowledge.found import ArticleFileError, FileNote
from knowledge.rows import csv_rows, json_rows

SLICE = 200
LONGEST_TITLE = 300


def of_tickets(session: Session, support_name: str) -> Iterator[Article | str]:
    """The last reply that a person sent in each solved or closed ticket, as articles; a reason where that fails."""
    after = 0
    while rows := tickets.finished(session, after, SLICE):
        after = rows[-1].id or 0
        messages = tickets.messages_of(session, [row.id or 0 for row in rows])
        customers = tickets.customers(session, [row.customer_id for row in rows])
        for row in rows:
            pair = question_and_answer(messages.get(row.id or 0, ()))
            if pair is not None:
                yield _of_ticket(row, *pair, customers[row.customer_id].name, support_name)


def question_and_answer(messages: Sequence[Message]) -> tuple[Message, Message] | None:
    """The first message of the customer and the last reply by a person, when there are both."""
    asked = next((m for m in messages if m.direction == "inbound"), None)
    replies = [m for m in messages if m.direction == "outbound" and not (m.auto_sent or m.notice)]
    return (asked, replies[-1]) if asked is not None and replies else None


def _of_ticket(ticket: Ticket, asked: Message, reply: Message, name: str | None, support_name: str) -> Article | str:
    language = "en" if ticket.language == "unknown" else ticket.language
    courtesies = set(phrases(language, name, support_name))
    body = "\n".join(line for line in reply.body.splitlines() if line.strip() not in courtesies).strip()
    title = ticket.subject.strip() or asked.body.strip()
    return _article(f"answer-ticket-{ticket.id}", title, body, language, ticket.category, f"ticket {ticket.id}")


def of_file(path: Path) -> Iterator[Article | str]:
    """The rows of a JSONL or CSV file with `question` and `answer`. Raises `Invalid` for another kind of file."""
    kind = path.suffix.lower()
    if kind not in (".jsonl", ".csv"):
        raise Invalid(f"{path} is neither .jsonl nor .csv.", field="path")
    for found in json_rows(path) if kind == ".jsonl" else csv_rows(path, ("question", "answer")):
        if isinstance(found, ArticleFileError):
            yield str(found)
        elif not isinstance(found, FileNote):
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
