"""Finds a sentence whose condition stands at the other end: "If A, B" says what "B if A" says.

Only a clause that begins with one of the language's movable words may change its place, whole, and nothing that bounds
it ("only if") may be parted from it.
"""

from collections.abc import Iterator, Sequence

from copilot.grounding.tiling import Cover, Piece, Tile, beginnings
from copilot.grounding.units import Sentence, Sources

MOST_TURNS = 6


def turned(piece: Piece, sources: Sources) -> Iterator[Cover]:
    """Covers of the piece by one unit whose two clauses stand the other way round."""
    if not sources.words.movable or len(piece.items) < 4:
        return
    for at in beginnings(piece, 0, sources):
        for place in _turns(piece, at, sources):
            words = [*piece.words[place:], *piece.words[at:place]]
            yield from (Cover(((tile,),)) for tile in _units(words, len(piece.items) - place, at, sources))


def _turns(piece: Piece, at: int, sources: Sources) -> list[int]:
    """Where the piece may be cut: before a movable clause, or at the pause after one that it begins with."""
    movable, scope = sources.words.movable, sources.words.scope
    if at < len(piece.words) and piece.words[at] in movable:
        found = [place for place in range(at + 2, len(piece.items)) if piece.items[place].pause == ","]
    else:
        found = [place for place in range(at + 2, len(piece.items)) if piece.words[place] in movable]
        found = [place for place in found if scope.kind(piece.words[place - 1]) is None]
    return found[:MOST_TURNS]


def _units(words: Sequence[str], junction: int, at: int, sources: Sources) -> Iterator[Tile]:
    """Units with exactly these words; where the movable clause comes first, a pause must follow it."""
    fronted = words[0] in sources.words.movable
    for number, first in sources.beginnings(words[0]):
        sentence = sources.sentences[number]
        end = first + len(words)
        if end not in sentence.cuts or sentence.words[first:end] != words:
            continue
        if _parts(sentence, first + junction, fronted, sources):
            yield Tile(sentence, first, end, at)


def _parts(sentence: Sentence, junction: int, fronted: bool, sources: Sources) -> bool:
    if fronted:
        return bool(sentence.items[junction].pause)
    return sources.words.scope.kind(sentence.words[junction - 1]) is None
