"""Chooses what to quote where no language model does: whole paragraphs and list items of passages, by shared words.

A ticket that asks one thing gets one excerpt; one that asks several gets one for each question that an article answers,
in the order of the questions. Refuses to know what stands around an excerpt, and whether it may be sent.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from copilot.plaintext import plain
from copilot.several import Asked
from knowledge.lexical import tokens
from knowledge.retrieval import Match
from knowledge.structure import heading_of

BLOCK = re.compile(r"[^\n]+(?:\n(?!\n|[ \t]*(?:[-*+•–]|\d{1,3}[.)])[ \t]+|#{1,6} )[^\n]+)*")
LIST_ITEM = re.compile(r"[ \t]*(?:[-*+•–]|\d{1,3}[.)])[ \t]+|\s*\|")
LONGEST, SHORT = 700, 250
"""Characters of an excerpt, and of one that is to be short."""
Span = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Quote:
    """A verbatim piece of a passage (`text`) and how it stands in the draft (`shown`)."""

    article_id: str
    passage_id: str
    title: str
    text: str
    shown: str


def quote(match: Match, span: Span | None = None) -> Quote:
    """A piece of a match's passage, or all of it."""
    passage = match.passage
    text = passage.text if span is None else passage.text[slice(*span)]
    return Quote(passage.article_id, passage.id, passage.title, text, plain(text))


def best(question: str, match: Match, *, short: bool = False) -> Quote:
    """What a passage says to a question."""
    return quote(match, best_span(question, match.passage.text, SHORT if short else LONGEST))


def for_each(
    asked: Sequence[Asked],
    whole: tuple[str, Match],
    languages: Mapping[str, str],
    language: str,
    *,
    short: bool = False,
) -> list[Quote]:
    """What answers each of several questions, in their order, at least one excerpt.

    In the place of questions that no article answers stands once what answers the `whole` (a ticket's text and its
    first match), since they may have been understood only there. All excerpts are in one language, the customer's where
    any is. Questions that the same lines answer share them. Together the excerpts are about as long as two single ones
    at most, unless there are more than five.
    """
    found = {one.match.passage.article_id for one in asked if one.match is not None}
    standing_in = [whole] if whole[1].passage.article_id not in found else []
    answers: list[tuple[str, Match]] = []
    for one in asked:
        answers += [(one.question, one.match)] if one.match is not None else standing_in
        standing_in = standing_in if one.match is not None else []
    answers = answers or [whole]
    spoken = {match.passage.article_id: languages.get(match.passage.article_id, language) for _, match in answers}
    told = language if language in spoken.values() else next(iter(spoken.values()), language)
    answers = [(question, match) for question, match in answers if spoken[match.passage.article_id] == told]
    longest = SHORT if short else max(SHORT, min(LONGEST, 2 * LONGEST // max(1, len(answers))))
    spans: list[tuple[Match, Span]] = []
    for question, match in answers:
        _add(spans, match, best_span(question, match.passage.text, longest))
    return [quote(match, span) for match, span in spans]


def _add(spans: list[tuple[Match, Span]], match: Match, span: Span) -> None:
    """Add an excerpt, or widen the one of the same passage that it overlaps."""
    for place, (other, (start, end)) in enumerate(spans):
        if other.passage.id == match.passage.id and span[0] <= end and start <= span[1]:
            spans[place] = (other, (min(start, span[0]), max(end, span[1])))
            return
    spans.append((match, span))


def best_span(question: str, text: str, longest: int) -> Span:
    """The run of whole paragraphs and list items, of one section, that shares the most words with the question."""
    sections = [section for section in _sections(text) if section]
    if not sections:
        return 0, len(text)
    asked = set(tokens(question))
    shared = [[len(asked & set(tokens(text[start:end]))) for start, end in section] for section in sections]
    section = max(range(len(sections)), key=lambda place: (max(shared[place]), -place))
    blocks, overlaps = sections[section], shared[section]
    first = last = max(range(len(blocks)), key=lambda place: (overlaps[place], -place))
    while first > 0 and LIST_ITEM.match(text[slice(*blocks[first])]) and _fits(blocks, first - 1, last, longest):
        first -= 1  # a list item needs what introduces the list
    while last + 1 < len(blocks) and _fits(blocks, first, last + 1, longest):
        last += 1
    while first > 0 and _fits(blocks, first - 1, last, longest):
        first -= 1
    return blocks[first][0], blocks[last][1]


def _sections(text: str) -> list[list[Span]]:
    """Spans of paragraphs and list items, grouped by the headings between them, which are left out."""
    sections: list[list[Span]] = [[]]
    for match in BLOCK.finditer(text):
        if heading_of(match.group().split("\n")[0]):
            sections.append([])
        elif match.group().strip():
            sections[-1].append(match.span())
    return sections


def _fits(blocks: list[Span], first: int, last: int, longest: int) -> bool:
    return blocks[last][1] - blocks[first][0] <= longest
