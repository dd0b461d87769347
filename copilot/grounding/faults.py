"""Says in plain words what an unsupported sentence claims that its nearest source does not, and the other way round.

The words are for people; whether a sentence is supported is decided elsewhere.
"""

from collections import Counter
from collections.abc import Sequence
from difflib import SequenceMatcher

from copilot.grounding.tiling import Piece
from copilot.grounding.units import Sentence, Sources
from knowledge.facts import Value, values

ENOUGH = 0.5
LONGEST_COMPARED = 200
MOST_FAULTS = 4
SHOWN = 60
NO_SOURCE = "no source says this"
OTHERWISE = "the source puts it together otherwise"


def nearest(piece: Piece, sources: Sources, courtesy: str) -> Sentence | None:
    """The sentence of a passage that shares the most words with the piece, when it shares at least half of them."""
    wanted = Counter(piece.words[:LONGEST_COMPARED])
    if not wanted:
        return None
    best: Sentence | None = None
    most = ENOUGH * sum(wanted.values())
    for sentence in sources.sentences:
        if sentence.passage_id == courtesy:
            continue
        counted = (wanted & Counter(sentence.words[: 5 * LONGEST_COMPARED])).total()
        shared = counted - len(sentence.words) / 10_000  # of two that share as much, the shorter one
        if shared > most:
            best, most = sentence, shared
    return best


def differences(
    piece: Piece, sentence: Sentence | None, sources: Sources, own: frozenset[str] = frozenset()
) -> tuple[str, ...]:
    """The faults of a piece against its nearest sentence, the most telling first, at most four; `own` are the keys of
    the customer's own values, which no source can hold."""
    if sentence is None:
        return (NO_SOURCE,)
    mine, theirs = piece.words[:LONGEST_COMPARED], sentence.words[:LONGEST_COMPARED]
    found: list[tuple[int, str]] = []
    for change, a, b, c, d in SequenceMatcher(None, theirs, mine, autojunk=False).get_opcodes():
        if change != "equal":
            added, missing = _said(piece.text, piece, c, d), _said(sentence.text, sentence, a, b)
            found += _difference(added, missing, theirs[a:b], sources, own)
    told = [fault for _, fault in sorted(found, key=lambda row: row[0])]
    return tuple(dict.fromkeys(told))[:MOST_FAULTS] or (OTHERWISE,)


def _difference(
    added: str, missing: str, words: Sequence[str], sources: Sources, own: frozenset[str]
) -> list[tuple[int, str]]:
    """Faults with their rank: what is added weighs most, then what bound the source's sentence, the customer's own
    values least."""
    found: list[tuple[int, str]] = []
    kinds = [kind for word in words if (kind := sources.words.scope.kind(word))]
    if added:
        mine = values(added)
        known = bool(mine) and all(_is_own(value, own) for value in mine)
        told = f"“{added}” is {'of the customer, not of' if known else 'not in'} the source sentence"
        found.append((3 if known else 0, f"{told}, which says “{missing}”" if missing else told))
    elif kinds:
        found.append((1, f"the source's {kinds[0]} “{missing}” is missing"))
    elif missing:
        found.append((2, f"the source's “{missing}” is missing"))
    return found


def _said(text: str, part: Piece | Sentence, first: int, end: int) -> str:
    """The words as they are written, whole values with them."""
    if first >= end:
        return ""
    start, stop = part.read[part.items[first].first].start, part.read[part.items[end - 1].last].end
    for value in values(text):
        if value.start < stop and start < value.end:
            start, stop = min(start, value.start), max(stop, value.end)
    said = " ".join(text[start:stop].split())
    return said if len(said) <= SHOWN else said[: SHOWN - 1].rstrip() + "…"


def foreign_values(text: str, sentence: Sentence | None, own: frozenset[str]) -> list[str]:
    """Values of an unsupported text that its nearest sentence does not hold with the same unit, as written."""
    known = {value.key for value in values(sentence.text)} if sentence else set()
    return [value.text for value in values(text) if value.key not in known and not _is_own(value, own)]


def _is_own(value: Value, own: frozenset[str]) -> bool:
    """Whether it is a value of the customer's, whatever word follows; money and shares are nobody's own."""
    return value.key in own or (value.kind == "quantity" and value.key.split()[0] in own)
