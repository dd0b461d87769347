"""Asks whether what a unit leaves out of its sentence, or of the list it stands in, could bind it.

"Returns are free" is no unit of "Returns are free\\nunless the box is open", and "opened software" none of a list that
begins "You cannot return:". Refuses to know how units were found.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable

from copilot.grounding.tiling import Cover
from copilot.grounding.units import Sentence, Sources

LONGEST_HEADING = 8
Told = frozenset[tuple[int, int]]


def told_by(covers: Iterable[Cover]) -> Told:
    """What these covers tell: (sentence, place of a cut) of every unit."""
    return frozenset(
        (sentence.number, cut)
        for cover in covers
        for sentence, first, end in cover.stretches
        for cut in sentence.cuts
        if _unit_of(sentence, first) <= cut < end
    )


def omission(cover: Cover, told: Told, sources: Sources) -> str | None:
    """What the sources say besides that binds what the cover takes, in the source's words; None when nothing does."""
    for sentence, first, end in cover.stretches:
        for found in (_before(sentence, first, told, sources), _behind(sentence, end, told, sources)):
            if found is not None:
                return found
        intro = sentence.list_intro
        if intro is not None and (intro, 0) not in told and _excludes(sources.sentences[intro].words, sources):
            return sources.sentences[intro].text.strip()
    return None


def _before(sentence: Sentence, first: int, told: Told, sources: Sources) -> str | None:
    """A short line before that is not closed by a stop and excludes: a heading such as "What is not covered"."""
    unit = _unit_of(sentence, first)
    if unit == 0 or unit >= len(sentence.items) or sentence.items[unit].pause == ".":
        return None
    cuts = sorted(sentence.cuts)
    start = cuts[bisect_left(cuts, unit) - 1]
    heading = sentence.items[start:unit]
    plain = all(sentence.read[item.first].kind == "word" for item in heading)
    if (sentence.number, start) in told or len(heading) > LONGEST_HEADING or not plain:
        return None
    if not _excludes(sentence.words[start:unit], sources):
        return None
    return _text(sentence, start, unit)


def _behind(sentence: Sentence, end: int, told: Told, sources: Sources) -> str | None:
    """A line that goes on with an exception."""
    if end >= len(sentence.items) or (sentence.number, end) in told:
        return None
    cuts = sorted(sentence.cuts)
    limit = cuts[bisect_right(cuts, end)]
    return _text(sentence, end, limit) if sentence.words[end] in sources.words.scope.exclusions else None


def _unit_of(sentence: Sentence, first: int) -> int:
    """The cut at or before `first`."""
    return max(cut for cut in sentence.cuts if cut <= first)


def _excludes(words: Iterable[str], sources: Sources) -> bool:
    scope = sources.words.scope
    return not (scope.negations | scope.exclusions).isdisjoint(words)


def _text(sentence: Sentence, first: int, end: int) -> str:
    start, stop = sentence.read[sentence.items[first].first].start, sentence.read[sentence.items[end - 1].last].end
    return sentence.text[start:stop]
