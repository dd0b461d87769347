"""Looks at no more of a long source than the neighbourhood of the draft's longest words; its length costs little then.

A sentence that a window cuts is left out: what is not seen whole supports nothing.
"""

from collections.abc import Iterator, Sequence

WHOLE = 20_000
AROUND = 3_000
MOST_WINDOWS = 60
ANCHORS = 3
PLACES = 3
SHORTEST_ANCHOR = 5


def windows(sources: Sequence[tuple[str, str]], parts: Sequence[str]) -> Iterator[tuple[str, str, int]]:
    """(passage id, text, where it begins) of what is to be looked at: short sources whole, long ones in places."""
    for passage_id, text in sources:
        if len(text) <= WHOLE:
            yield passage_id, text, 0
        else:
            yield from ((passage_id, text[start:end], start) for start, end in _neighbourhoods(text, parts))


def _neighbourhoods(text: str, parts: Sequence[str]) -> list[tuple[int, int]]:
    """Stretches from line to line, apart from each other, in order."""
    lower = text.lower()
    if len(lower) != len(text):
        lower = text
    found: list[tuple[int, int]] = []
    for place in sorted({place for part in parts for place in _places(lower, part)}):
        start = text.rfind("\n", 0, max(0, place - AROUND)) + 1
        end = text.find("\n", min(len(text), place + AROUND))
        end = len(text) if end < 0 else end
        start, end = max(start, place - 2 * AROUND), min(end, place + 2 * AROUND)
        if found and start <= found[-1][1]:
            found[-1] = (found[-1][0], max(end, found[-1][1]))
        elif len(found) < MOST_WINDOWS:
            found.append((start, end))
    return found


def _places(lower: str, part: str) -> Iterator[int]:
    """Where the longest words of a sentence stand, the first few times."""
    words = sorted({word.strip(".,;:!?()\"'").lower() for word in part.split()}, key=len, reverse=True)
    for word in [word for word in words if SHORTEST_ANCHOR <= len(word) <= 60][:ANCHORS]:
        place = lower.find(word)
        for _ in range(PLACES):
            if place < 0:
                break
            yield place
            place = lower.find(word, place + AROUND)
