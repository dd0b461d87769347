"""Cuts sources into units that may be told by themselves, and finds them by the words they begin with.

A unit is a sentence, or a line of one where a line break or a list mark sets it off. What a unit leaves out of its
sentence is remembered, because it may hold the condition. Refuses to know about drafts.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

from copilot.grounding.canonical import Item, canonical, opening
from copilot.grounding.wording import Wording, wording
from knowledge.facts import Token, tokens
from knowledge.sentences import sentence_spans

LONGEST_SENTENCE = 6_000
USUAL_SENTENCE = 600
MOST_CANDIDATES = 48
MOST_COMPARED = 64
_LINE = re.compile(r"\n\s*(?=[^\sa-zß-öø-ÿ])|(?<=[.!?:;])\s*\n\s*")
_LABEL = re.compile(r"(?:^|(?<=\n))[A-Z][A-Z ()]{2,30}:[ \t]+")
_GLUED = re.compile(r"(?<=[a-zß-öø-ÿ]{2}\.)(?=[A-ZÀ-Þ][a-zß-öø-ÿ])")
_STOP = re.compile(r"(?<=[.!?])[\"'”’)]*\s+(?=[^\sa-zß-öø-ÿ\d])")
Stretch = tuple[str, str, int]
"""A passage's id, the text to look at, and where that begins in the passage's text."""
Place = tuple[int, int]
_MARK = re.compile(r"[ \t]*(?:[-*+•–·]|\(?(?:\d{1,3}|[a-zA-Z])[.)])[ \t]+")
_INTRODUCES = re.compile(r":\s*\Z")


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence of a source in its form; it begins at `start` of its passage.

    `cuts` are the places in `items` where a unit may begin or end, each with its place in `read`; `leads` are other
    places to begin, after an opening that may be left out. `list_intro` is the number of the sentence that introduces
    the list that this one stands in.
    """

    number: int
    passage_id: str
    start: int
    text: str
    read: Sequence[Token]
    items: Sequence[Item]
    words: Sequence[str]
    cuts: Mapping[int, int]
    leads: frozenset[int]
    list_intro: int | None = None

    def span(self, first: int, end: int) -> tuple[int, int]:
        """Characters of the passage that items `first`..`end` (exclusive) stand for."""
        begins = self.cuts.get(first, self.items[first].first)
        ends = self.cuts[end] - 1 if end in self.cuts else self.items[end - 1].last
        held = self.read[begins : ends + 1]  # a sign such as "€" stands before its number and is read after it
        return self.start + min(token.start for token in held), self.start + max(token.end for token in held)


class _Reading(NamedTuple):
    """What a sentence is whatever its place: fields of `Sentence`."""

    read: Sequence[Token]
    items: Sequence[Item]
    words: Sequence[str]
    cuts: Mapping[int, int]
    leads: frozenset[int]


@dataclass(frozen=True, slots=True)
class Sources:
    """All sentences of the sources; `by_first` gives (sentence, place) of every beginning by its first word, `before`
    the same of the sentences that were there before."""

    language: str
    words: Wording
    sentences: tuple[Sentence, ...]
    by_first: Mapping[str, list[Place]]
    before: Mapping[str, list[Place]]

    def beginnings(self, word: str) -> list[Place]:
        """The places where a unit begins with this word, at most 48 different ones of each kind."""
        return [*self.before.get(word, ()), *self.by_first.get(word, ())]


def sources_of(stretches: Iterable[Stretch], language: str, before: Sources | None = None) -> Sources:
    """The sentences of the stretches, after those of `before`; those of more than 6,000 characters are left out."""
    earlier = before.sentences if before else ()
    found: list[Sentence] = []
    for passage_id, text, offset in stretches:
        intro: int | None = None
        for start, end in sentence_spans(text):
            if end - start > LONGEST_SENTENCE:
                continue
            listed = _MARK.match(text, text.rfind("\n", 0, start) + 1, end) is not None
            number = len(earlier) + len(found)
            place = (number, passage_id, offset + start)
            sentence = _sentence(place, text[start:end], language, intro if listed else None)
            if sentence.items:
                found.append(sentence)
                intro = intro if listed else number if _INTRODUCES.search(text[start:end]) else None
    return Sources(language, wording(language), (*earlier, *found), _by_first(found), before.by_first if before else {})


def _sentence(place: tuple[int, str, int], text: str, language: str, intro: int | None) -> Sentence:
    """The sentence with its `place`: its number, its passage, and where it begins there."""
    known = _remembered(text, language) if len(text) <= USUAL_SENTENCE else _read(text, language)
    number, passage_id, start = place
    return Sentence(
        number, passage_id, start, text, known.read, known.items, known.words, known.cuts, known.leads, intro
    )


def _read(text: str, language: str) -> _Reading:
    words = wording(language)
    read = tokens(text)
    breaks = sorted({0, len(text)} | _breaks(text))
    items: list[Item] = []
    cuts: dict[int, int] = {}
    at = 0
    for limit in breaks[1:]:
        last = at
        while last < len(read) and read[last].start < limit:
            last += 1
        if last > at:
            cuts[len(items)] = at
            items += canonical(read, at, last, words)
            at = last
    cuts[len(items)] = len(read)
    leads = frozenset(opening(items, cut, language) for cut in cuts) - cuts.keys()
    return _Reading(read, items, [item.word for item in items], cuts, leads)


# the same articles are cited again and again, and an agent's text is checked as it is typed: reading the sources is
# most of the work. So many sentences are some 70 cited articles, and at most 30 MB
_remembered = lru_cache(maxsize=4_096)(_read)


def _breaks(text: str) -> set[int]:
    """Where a line, a list mark's item, what follows a label, or a sentence after a doubtful stop begins."""
    found = {match.end() for pattern in (_LINE, _LABEL, _STOP, _GLUED) for match in pattern.finditer(text)}
    marks = (_MARK.match(text, place) for place in found | {0})
    return found | {mark.end() for mark in marks if mark and mark.end() < len(text)}


def _by_first(sentences: Sequence[Sentence]) -> dict[str, list[Place]]:
    found: dict[str, list[Place]] = {}
    seen: set[tuple[str, ...]] = set()
    for sentence in sentences:
        for place in sorted({*sentence.cuts, *sentence.leads}):
            if place >= len(sentence.items):
                continue
            rest = tuple(sentence.words[place : place + MOST_COMPARED])
            begins = found.setdefault(rest[0], [])
            if rest not in seen and len(begins) < MOST_CANDIDATES:
                seen.add(rest)
                begins.append((sentence.number, place))
    return found
