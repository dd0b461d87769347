"""Lays the units of sources over a draft: a sentence is supported when whole units cover it, word for word.

A draft's sentence may join units ("…, and …"), and a unit may be divided over sentences that follow each other; where
that could change what a negation or a condition holds for, it is refused. Refuses to know about anything but forms.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from copilot.grounding.canonical import Item, opening
from copilot.grounding.units import Sentence, Sources
from knowledge.facts import Token

MOST_STATES = 2_000
MOST_LINKS = 2


@dataclass(frozen=True, slots=True)
class Piece:
    """A sentence of the draft, its tokens and its form."""

    text: str
    read: Sequence[Token]
    items: Sequence[Item]
    words: Sequence[str]


@dataclass(frozen=True, slots=True)
class Tile:
    """Items `first`..`end` (exclusive) of a source's sentence, as they stand in a piece from item `at` on."""

    sentence: Sentence
    first: int
    end: int
    at: int


@dataclass(frozen=True, slots=True)
class Cover:
    """The tiles over one or more pieces that follow each other, in order; `shares` are those that fall to each."""

    shares: tuple[tuple[Tile, ...], ...]

    @property
    def stretches(self) -> list[tuple[Sentence, int, int]]:
        """What it takes of each sentence, from and to (exclusive), tiles that follow each other joined."""
        found: list[tuple[Sentence, int, int]] = []
        for tile in (tile for share in self.shares for tile in share):
            if found and found[-1][0] is tile.sentence and 0 <= tile.first - found[-1][2] <= MOST_LINKS:
                found[-1] = (tile.sentence, found[-1][1], tile.end)
            else:
                found.append((tile.sentence, tile.first, tile.end))
        return found


def covers(pieces: Sequence[Piece], place: int, sources: Sources) -> Iterator[Cover]:
    """Every cover found that begins at the piece `place`, those over this piece alone first."""
    yield from (Cover((tiles,)) for tiles in whole(pieces[place], sources))
    yield from divided(pieces, place, sources)


def whole(piece: Piece, sources: Sources) -> Iterator[tuple[Tile, ...]]:
    """Ways to cover the piece by whole units, longest units first; the search is bounded."""
    budget = [MOST_STATES]
    dead: set[int] = set()
    for begin in beginnings(piece, 0, sources) if piece.items else ():
        yield from _from(piece, begin, sources, (), budget, dead)


def beginnings(piece: Piece, at: int, sources: Sources) -> list[int]:
    """Where the telling part may begin: at `at`, or after an opening such as "Please note that"."""
    return list(dict.fromkeys((at, opening(piece.items, at, sources.language))))


def _from(
    piece: Piece, at: int, sources: Sources, before: tuple[Tile, ...], budget: list[int], dead: set[int]
) -> Iterator[tuple[Tile, ...]]:
    if at in dead or budget[0] <= 0:
        return
    budget[0] -= 1
    found = False
    for tile in _tiles(piece, at, sources):
        reached = at + tile.end - tile.first
        if reached == len(piece.items):
            found = True
            yield (*before, tile)
            continue
        for following in _after(piece, tile, reached, sources):
            for cover in _from(piece, following, sources, (*before, tile), budget, dead):
                found = True
                yield cover
    if not found:
        dead.add(at)


def _tiles(piece: Piece, at: int, sources: Sources) -> list[Tile]:
    """Units that stand in the piece at `at`, longest first."""
    found: list[Tile] = []
    for number, first in sources.beginnings(piece.words[at]):
        sentence = sources.sentences[number]
        for end in sentence.cuts:
            length = end - first
            if 0 < length <= len(piece.items) - at and same(piece, at, sentence, first, length, sources):
                found.append(Tile(sentence, first, end, at))
    return sorted(found, key=lambda tile: tile.first - tile.end)


def same(piece: Piece, at: int, sentence: Sentence, first: int, length: int, sources: Sources) -> bool:
    """Whether `length` words are the same; where one of them binds what stands beside it, the pauses must be too."""
    if piece.words[at : at + length] != sentence.words[first : first + length]:
        return False
    if not any(map(sources.words.binds, piece.words[at : at + length])):
        return True
    mine = [bool(item.pause) for item in piece.items[at + 1 : at + length]]
    return mine == [bool(item.pause) for item in sentence.items[first + 1 : first + length]]


def _after(piece: Piece, tile: Tile, reached: int, sources: Sources) -> list[int]:
    """Where the next unit may begin in a sentence that joins several."""
    word = piece.words[reached]
    if word not in sources.words.links:
        return beginnings(piece, reached, sources) if _sets_in(piece, reached) else []
    joined = [reached]
    if reached + 1 < len(piece.words) and may_part(tile.sentence.words, piece.words[reached + 1 :], sources):
        joined += beginnings(piece, reached + 1, sources)
    return joined


def _sets_in(piece: Piece, at: int) -> bool:
    """Whether something new begins here as it is written: after a pause, or with anything but a small letter."""
    item = piece.items[at]
    return bool(item.pause) or not piece.read[item.first].text[0].islower()


def may_part(first: Sequence[str], second: Sequence[str], sources: Sources) -> bool:
    """Whether two clauses mean the same apart as they do joined: nothing in the first binds the second."""
    subject = bool(second) and second[0] in sources.words.scope.subjects
    return subject or not any(map(sources.words.binds, first))


def divided(pieces: Sequence[Piece], place: int, sources: Sources) -> Iterator[Cover]:
    """Covers in which one unit reaches over this piece and those after it."""
    piece = pieces[place]
    if not piece.items:
        return
    for at in beginnings(piece, 0, sources):
        if at >= len(piece.words):
            continue
        length = len(piece.items) - at
        for number, first in sources.beginnings(piece.words[at]):
            sentence = sources.sentences[number]
            if first + length < len(sentence.items) and same(piece, at, sentence, first, length, sources):
                tile = Tile(sentence, first, first + length, at)
                for rest in _rest(pieces, place + 1, tile, sources):
                    yield Cover(((tile,), *rest))


def _divides(sentence: Sentence, end: int, first: int, sources: Sources) -> bool:
    """Whether the sentence may be divided between `end` and `first`: a condition that it opens with holds for both."""
    if sentence.items[end].pause == ";":
        return True
    conditional = sentence.words[0] in sources.words.scope.conditions | sources.words.movable
    return not conditional and may_part(sentence.words[:end], sentence.words[first:], sources)


def _rest(
    pieces: Sequence[Piece], place: int, before: Tile, sources: Sources
) -> Iterator[tuple[tuple[Tile, ...], ...]]:
    """How the pieces from `place` on go on with the sentence of `before`."""
    if place >= len(pieces) or not pieces[place].items:
        return
    sentence, piece = before.sentence, pieces[place]
    if not sentence.items[before.end].pause and sentence.words[before.end] not in sources.words.links:
        return
    first = before.end
    while first < len(sentence.words) - 1 and sentence.words[first] in sources.words.links:
        first += 1
    if not _divides(sentence, before.end, first, sources):
        return
    for at in beginnings(piece, 0, sources):
        length = len(piece.items) - at
        if length <= 0 or first + length > len(sentence.items) or not same(piece, at, sentence, first, length, sources):
            continue
        tile = Tile(sentence, first, first + length, at)
        if tile.end in sentence.cuts:
            yield ((tile,),)
        else:
            yield from (((tile,), *rest) for rest in _rest(pieces, place + 1, tile, sources))
