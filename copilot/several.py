"""Decides which articles answer a ticket that asks several things: each question is searched on its own.

The ticket as a whole still ranks first, because its questions explain each other; what answers one question is added
where the whole did not find it. Refuses to know what is written from it.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from copilot.autosend import DRAFT_FLOOR
from copilot.knowledge_base import KnowledgeBase
from knowledge.embedding import Embedder, EmbedderUnavailable, Vectors
from knowledge.retrieval import Match, Retrieval
from triage.text import says_nothing

CONTEXT = 0.5
"""How much of the rest of its ticket is added to a question's vector: "How long is it valid?" says little alone."""


@dataclass(frozen=True, slots=True)
class Asked:
    """One question of a ticket and the article that seems to answer it, None when none does. `answerable` estimates
    that in 0..1."""

    question: str
    match: Match | None
    answerable: float

    def to_dict(self, *, answers_question: bool) -> dict[str, Any]:
        """Return plain JSON values, with the passage's place instead of its text, and whether the draft answers it."""
        passage = self.match.passage if self.match else None
        return {
            "question": self.question,
            "article_id": passage.article_id if passage else None,
            "passage_id": passage.id if passage else None,
            "title": passage.title if passage else None,
            "answerable": round(self.answerable, 3),
            "answers_question": answers_question,
        }


def question_vectors(tickets: Sequence[tuple[str, Sequence[str]]], embedder: Embedder) -> list[Vectors | None]:
    """Return for each ticket, a text and its questions, the unit vectors of these, of shape (questions, dimension), all
    encoded together; None for a ticket that asks one thing, and for all when there is no model.

    What the ticket says besides its questions is part of each of them.
    """
    several = [(tuple(own), around(text, own)) if len(own) > 1 else ((), "") for text, own in tickets]
    flat = [part for own, rest in several for part in (*own, rest) if part]
    try:
        vectors = embedder.encode(flat) if flat else None
    except EmbedderUnavailable:
        vectors = None
    found: list[Vectors | None] = []
    start = 0
    for own, rest in several:
        end = start + len(own)
        context = vectors[end] if vectors is not None and rest else None
        found.append(None if vectors is None or not own else drawn(vectors[start:end], context))
        start = end + bool(rest)
    return found


def around(text: str, questions: Sequence[str]) -> str:
    """Return what a text says besides its questions; "" when that says nothing."""
    for question in questions:
        text = text.replace(question, " ")
    return "" if says_nothing(text) else text


def drawn(questions: Vectors, context: Vectors | None) -> Vectors:
    """Return the unit vectors of questions, drawn to that of what stands around them."""
    if context is None:
        return questions
    mixed = questions + CONTEXT * context
    return np.asarray(mixed / np.maximum(np.linalg.norm(mixed, axis=1, keepdims=True), 1e-9), np.float32)


def search(
    knowledge: KnowledgeBase,
    text: str,
    vector: Vectors | None,
    questions: Sequence[str],
    vectors: Vectors | None,
    limit: int,
    language: str | None,
    category: str | None = None,
) -> tuple[Retrieval, tuple[Asked, ...]]:
    """Return what answers the cleaned `text` of a ticket, and what answers each of its `questions`, none of these when
    there is but one. `vectors` are the questions'; without them words alone are compared."""
    whole = knowledge.search(text, vector, limit, language=language, category=category)
    if len(questions) < 2:
        return whole, ()
    apart = [
        knowledge.search(
            question, None if vectors is None else vectors[place], limit, language=language, category=category
        )
        for place, question in enumerate(questions)
    ]
    asked = tuple(map(_asked, questions, apart))
    return joined(whole, apart, asked, limit), asked


def joined(whole: Retrieval, apart: Sequence[Retrieval], asked: Sequence[Asked], limit: int) -> Retrieval:
    """Return the matches of the whole with an article for each question that has one: right after the first, and never
    cut off. When nothing answers the whole, the question that is answered best takes the lead."""
    best = max([whole, *apart], key=lambda found: found.answerable)
    lead = best if whole.answerable < DRAFT_FLOOR <= best.answerable else whole
    first = [*lead.matches[:1], *(one.match for one in asked if one.match is not None)]
    by_article: dict[str, Match] = {}
    for match in [*first, *lead.matches[1:]]:
        by_article.setdefault(match.passage.article_id, match)
    most = max(limit, len({match.passage.article_id for match in first}))
    return Retrieval(tuple(by_article.values())[:most], lead.margin, lead.answerable, whole.degraded)


def offered(matches: Sequence[Match], asked: Sequence[Asked]) -> tuple[Match, ...]:
    """Return what may be quoted: the matches, and of their articles the passages that answer a question, too."""
    by_passage: dict[str, Match] = {}
    for match in [*matches, *(one.match for one in asked if one.match is not None)]:
        by_passage.setdefault(match.passage.id, match)
    return tuple(by_passage.values())


def left_open(asked: Sequence[Asked], quoted: Collection[str]) -> tuple[str, ...]:
    """Return the questions that a draft leaves open: those without an article, or whose article is not `quoted`."""
    return tuple(one.question for one in asked if one.match is None or one.match.passage.article_id not in quoted)


def recalled(rows: Sequence[Mapping[str, Any]], passage: Callable[[str], Match | None]) -> tuple[Asked, ...]:
    """Return what `Asked.to_dict` wrote, with `passage` looking up what still may be quoted."""
    return tuple(
        Asked(str(row["question"]), passage(row["passage_id"]) if row.get("passage_id") else None, row["answerable"])
        for row in rows
    )


def _asked(question: str, found: Retrieval) -> Asked:
    answered = bool(found.matches) and found.answerable >= DRAFT_FLOOR
    return Asked(question, found.matches[0] if answered else None, found.answerable)
