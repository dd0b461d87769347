"""Decides where an article is cut into passages. Refuses to know how they are encoded or searched.

A passage is a verbatim slice of the article's body, so that a quotation can always be traced back to its place. Lists,
numbered steps and tables stay whole up to a larger limit than running text; a longer one is cut between its items or
rows, and each later piece bears what it lost, the introduction or the names of the columns, as the end of its path.
"""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass

from knowledge.articles import Article
from knowledge.sentences import sentence_spans
from knowledge.structure import Unit, units

# all-MiniLM-L6-v2 reads 256 tokens, title and heading first; 500 characters found more than 800 or 1,100 did
MAX_CHARACTERS = 500
# a list or table up to this length stays whole
MAX_WHOLE = 800
OVERLAP_CHARACTERS = 100
# a section shorter than this shares its passage with the next one
SMALL_SECTION = 200
MAX_PATH = 200
STEP = " › "
CUT = 3
"""Raised when texts are cleaned or cut otherwise than before, so that the stored articles are done anew."""


@dataclass(frozen=True, slots=True)
class Passage:
    """A retrievable piece of an article: `article.body[start:end] == text`.

    `heading` is the path of headings above the text, outermost first and joined by `STEP`, or "" when there is none.
    `ordinal` counts from 0 in the article.
    """

    id: str
    article_id: str
    ordinal: int
    start: int
    end: int
    text: str
    title: str
    heading: str = ""


@dataclass(frozen=True, slots=True)
class _Piece:
    """What is never cut any more. `is_whole` marks a complete list or table."""

    start: int
    end: int
    path: tuple[str, ...]
    opens_section: bool = False
    is_whole: bool = False


def split(article: Article) -> tuple[Passage, ...]:
    """Return the article's passages in order: at most `MAX_CHARACTERS` each, `MAX_WHOLE` with a list or table in it,
    none empty, and nothing but white space between them left out. Neighbours may share up to `OVERLAP_CHARACTERS`."""
    pieces = [piece for unit in units(article.body) for piece in _pieces(article.body, unit)]
    return tuple(_passage(article, ordinal, *spot) for ordinal, spot in enumerate(_packed(pieces)))


def embedding_text(passage: Passage) -> str:
    """Return what is encoded for a passage: title, the nearest headings, and the text itself."""
    title = passage.title.casefold()
    steps = [step for step in passage.heading.split(STEP) if step.casefold() not in title]
    while len(steps) > 1 and len(STEP.join(steps)) > MAX_PATH:
        del steps[0]
    return "\n".join(part for part in (passage.title, STEP.join(steps), passage.text) if part)


def _pieces(body: str, unit: Unit) -> Iterator[_Piece]:
    """A unit as it is if it may stay whole, else its parts, those too long cut at sentence ends."""
    if unit.is_whole and unit.end - unit.start <= MAX_WHOLE:
        yield _Piece(unit.start, unit.end, unit.path, is_whole=True)
        return
    later = (*unit.path, unit.lead) if unit.lead else unit.path
    for number, part in enumerate(unit.parts):
        for start, end in _within_limit(body, *part):
            yield _Piece(start, end, later if number else unit.path, opens_section=unit.is_heading)


def _within_limit(body: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """Cut what is too long at sentence ends, else at white space, else anywhere."""
    if end - start <= MAX_CHARACTERS:
        yield start, end
        return
    for left, right in sentence_spans(body[start:end]):
        yield from _words(body, start + left, start + right)


def _words(body: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    while end - start > MAX_CHARACTERS:
        limit = start + MAX_CHARACTERS
        gap = max(body.rfind(" ", start + 1, limit), body.rfind("\n", start + 1, limit))
        cut = gap if gap > start else limit
        yield start, cut
        start = cut + 1 if gap > start else cut
    if end > start:
        yield start, end


def _packed(pieces: list[_Piece]) -> Iterator[tuple[int, int, tuple[str, ...]]]:
    """Join neighbouring pieces up to the limit; a new section starts a new passage unless the last one was small."""
    first = 0
    while first < len(pieces):
        last = first
        while last + 1 < len(pieces) and _fits(pieces[first], pieces[last], pieces[last + 1]):
            last += 1
        yield pieces[first].start, pieces[last].end, pieces[first].path
        first = _next_start(pieces, first, last)


def _fits(first: _Piece, last: _Piece, extra: _Piece) -> bool:
    small = last.end - first.start < SMALL_SECTION
    if extra.opens_section and not small:
        return False
    # a few words before a list go with it, however long it is
    return extra.end - first.start <= (MAX_WHOLE if extra.is_whole and small else MAX_CHARACTERS)


def _next_start(pieces: list[_Piece], first: int, last: int) -> int:
    """Step back over the tail of a passage, so that what follows keeps some of its context."""
    following = last + 1
    if following >= len(pieces) or pieces[following].opens_section:
        return following
    start = following
    while start - 1 > first and pieces[last].end - pieces[start - 1].start <= OVERLAP_CHARACTERS:
        start -= 1
    room = pieces[following].end - pieces[start].start <= MAX_CHARACTERS
    return start if room else following


def _passage(article: Article, ordinal: int, start: int, end: int, path: tuple[str, ...]) -> Passage:
    text, title = article.body[start:end], article.title.casefold()
    digest = hashlib.sha256(text.encode()).hexdigest()[:12]
    heading = STEP.join(step for step in path if step.casefold() != title)
    return Passage(f"{article.id}#{ordinal}-{digest}", article.id, ordinal, start, end, text, article.title, heading)
