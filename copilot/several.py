"""Decides which articles answer a ticket that asks several things: each question is searched on its own.

The ticket as a whole still ranks first, because its questions explain each other; what answers one question is added
where the whole did not find it. Refuses to know what is written from it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from copilot.autosend import DRAFT_FLOOR
from copilot.knowledge_base import KnowledgeBase
from knowledge.embedding import Embedder, EmbedderUnavailable, Vectors
from knowledge.retrieval import Match, Retrieval


@dataclass(frozen=True, slots=True)
class Asked:
    """One question of a ticket and the article that seems to answer it, None when none does. `answerable` estimates
    that in 0..1."""

    question: str
    match: Match | None
    answerable: float

    def to_dict(self) -> dict[str, Any]:
        """Return plain JSON values, with the passage's place instead of its text."""
        passage = self.match.passage if self.match else None
        return {
            "question": self.question,
            "article_id": passage.article_id if passage else None,
            "passage_id": passage.id if passage else None,
            "title": passage.title if passage else None,
            "answerable": round(self.answerable, 3),
        }


def question_vectors(questions: Sequence[Sequence[str]], embedder: Embedder) -> list[Vectors | None]:
    """Return for each ticket the vectors of its questions, of shape (questions, dimension), all encoded together; None
    for a ticket that asks one thing, and for all when there is no model."""
    several = [tuple(own) if len(own) > 1 else () for own in questions]
    flat = [question for own in several for question in own]
    try:
        vectors = embedder.encode(flat) if flat else None
    except EmbedderUnavailable:
        vectors = None
    found: list[Vectors | None] = []
    start = 0
    for own in several:
        found.append(None if vectors is None or not own else vectors[start : start + len(own)])
        start += len(own)
    return found


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


def _asked(question: str, found: Retrieval) -> Asked:
    answered = bool(found.matches) and found.answerable >= DRAFT_FLOOR
    return Asked(question, found.matches[0] if answered else None, found.answerable)
