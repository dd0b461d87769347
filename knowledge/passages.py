"""Decides where an article is cut into passages. Refuses to know how they are encoded or searched.

A passage is a verbatim slice of the article's body, so that a quotation can always be traced back to its place.
"""

import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from knowledge.articles import Article
from knowledge.sentences import sentence_spans

# all-MiniLM-L6-v2 reads 256 tokens, title and heading first; 500 characters found more than 800 or 1,100 did
MAX_CHARACTERS = 500
OVERLAP_CHARACTERS = 100
# a section shorter than this shares its passage with the next one
SMALL_SECTION = 200
MAX_HEADING = 120

_MARKDOWN_HEADING = re.compile(r"[ ]{0,3}#{1,6}[ \t]+(?P<words>\S[^\n]*)")
_LIST_ITEM = re.compile(r"[ \t]*(?:[-*+•–]|\d{1,3}[.)])[ \t]+\S")
_FENCE = re.compile(r"[ \t]*(?:```|~~~)")


@dataclass(frozen=True, slots=True)
class Passage:
    """A retrievable piece of an article: `article.body[start:end] == text`.

    `heading` is the nearest heading above the text, or "" when there is none. `ordinal` counts from 0 in the article.
    """

    id: str
    article_id: str
    ordinal: int
    start: int
    end: int
    text: str
    title: str
    heading: str = ""


@dataclass(slots=True)
class _Block:
    """Lines that belong together: a paragraph, a list item, a fenced block or a heading."""

    start: int
    end: int
    heading: str
    opens_section: bool = False


@dataclass(slots=True)
class _Reader:
    """Cuts a body into blocks, one line at a time."""

    blocks: list[_Block] = field(default_factory=list)
    heading: str = ""
    joined: bool = False
    fenced: bool = False

    def line(self, start: int, line: str) -> None:
        end = start + len(line.rstrip())
        if self.fenced or _FENCE.match(line):
            self.fenced ^= bool(_FENCE.match(line))
            self._put(start, end)
        elif not line.strip():
            self.joined = False
        elif heading := heading_of(line):
            self.heading = heading
            self.blocks.append(_Block(start, end, heading, opens_section=True))
            self.joined = False
        else:
            self.joined = self.joined and not _LIST_ITEM.match(line)
            self._put(start, end)

    def _put(self, start: int, end: int) -> None:
        if self.joined:
            self.blocks[-1].end = max(end, self.blocks[-1].end)
        elif end > start:
            self.blocks.append(_Block(start, end, self.heading))
            self.joined = True


def split(article: Article) -> tuple[Passage, ...]:
    """Return the article's passages in order: at most `MAX_CHARACTERS` each, none empty, and nothing but white space
    between them left out. Neighbours may share up to `OVERLAP_CHARACTERS`."""
    reader, position = _Reader(), 0
    for line in article.body.splitlines(keepends=True):
        reader.line(position, line)
        position += len(line)
    pieces = [piece for block in reader.blocks for piece in _within_limit(article.body, block)]
    return tuple(_passage(article, ordinal, *spot) for ordinal, spot in enumerate(_packed(pieces)))


def embedding_text(passage: Passage) -> str:
    """Return what is encoded for a passage: title, heading, and the text itself."""
    heading = passage.heading if passage.heading.casefold() not in passage.title.casefold() else ""
    return "\n".join(part for part in (passage.title, heading, passage.text) if part)


def heading_of(line: str) -> str:
    """Return the words of a heading line (Markdown `#`, or a short line all in capitals), or ""."""
    if match := _MARKDOWN_HEADING.match(line):
        return match["words"].strip().rstrip("#").strip()[:MAX_HEADING]
    words = line.strip()
    letters = sum(character.isalpha() for character in words[:MAX_HEADING])
    plain = 4 <= len(words) <= 80 and words.isupper() and words[-1] not in ".!?,;" and not _LIST_ITEM.match(line)
    return words if plain and letters * 3 > len(words) * 2 else ""


def _within_limit(body: str, block: _Block) -> Iterator[_Block]:
    """Cut a block that is too long at sentence ends, else at white space, else anywhere."""
    if block.end - block.start <= MAX_CHARACTERS:
        yield block
        return
    for start, end in sentence_spans(body[block.start : block.end]):
        for left, right in _words(body, block.start + start, block.start + end):
            yield _Block(left, right, block.heading)


def _words(body: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    while end - start > MAX_CHARACTERS:
        limit = start + MAX_CHARACTERS
        gap = max(body.rfind(" ", start + 1, limit), body.rfind("\n", start + 1, limit))
        cut = gap if gap > start else limit
        yield start, cut
        start = cut + 1 if gap > start else cut
    if end > start:
        yield start, end


def _packed(pieces: list[_Block]) -> Iterator[tuple[int, int, str]]:
    """Join neighbouring pieces up to the limit; a new section starts a new passage unless the last one was small."""
    first = 0
    while first < len(pieces):
        last = first
        while last + 1 < len(pieces) and _fits(pieces[first], pieces[last], pieces[last + 1]):
            last += 1
        yield pieces[first].start, pieces[last].end, pieces[first].heading
        first = _next_start(pieces, first, last)


def _fits(first: _Block, last: _Block, extra: _Block) -> bool:
    if extra.end - first.start > MAX_CHARACTERS:
        return False
    return not extra.opens_section or last.end - first.start < SMALL_SECTION


def _next_start(pieces: list[_Block], first: int, last: int) -> int:
    """Step back over the tail of a passage, so that what follows keeps some of its context."""
    following = last + 1
    if following >= len(pieces) or pieces[following].opens_section:
        return following
    start = following
    while start - 1 > first and pieces[last].end - pieces[start - 1].start <= OVERLAP_CHARACTERS:
        start -= 1
    room = pieces[following].end - pieces[start].start <= MAX_CHARACTERS
    return start if room else following


def _passage(article: Article, ordinal: int, start: int, end: int, heading: str) -> Passage:
    text = article.body[start:end]
    digest = hashlib.sha256(text.encode()).hexdigest()[:12]
    return Passage(f"{article.id}#{ordinal}-{digest}", article.id, ordinal, start, end, text, article.title, heading)
