"""Decides where a sentence ends in English, French and German text. Refuses to know what sentences are used for.

A missed end costs a long sentence, a wrong one costs a wrong quotation: in doubt the text stays whole.
"""

import re
from collections.abc import Iterator

_STOP = re.compile(r"[.!?…。！？]+[\"'»”’“)\]]*")
_BREAK = re.compile(r"\n[ \t]*\n\s*|\n(?=[ \t]*(?:[-*+•–]|\d{1,3}[.)]|#{1,6})[ \t]+\S)")
_LAST_WORD = re.compile(r"[^\s(\[\"'«„“‘]+\Z")
_SHORT_FORMS = """
mr mrs ms dr prof st sr jr vs eg ie cf approx dept figs pp ca resp incl excl tel nos mme mlle mm pr av chap réf env nr
hr fr hrn str abs abb bspw evtl inkl exkl zzgl vgl sog bzw ggf zb c.-à-d n° nº
"""
# a stop after one of these never ends a sentence
_ABBREVIATIONS = frozenset(_SHORT_FORMS.split())
_ALSO_WORDS = "no fig vol art sec min max est p.m a.m etc usw inc ltd co corp al ext"
# these may also be ordinary words or close a sentence: they reach over their stop only to a number
_BEFORE_NUMBER = frozenset(_ALSO_WORDS.split())
_DOTTED = re.compile(r"[^\W\d](?:\.[^\W\d]{1,2})*")


def sentences(text: str) -> list[str]:
    """Return the sentences of `text` in order, each an exact substring without surrounding white space."""
    return [text[start:end] for start, end in sentence_spans(text)]


def sentence_spans(text: str) -> list[tuple[int, int]]:
    """Return (start, end) of each sentence of `text`; only white space lies outside the spans. Linear in the length."""
    spans, start = [], 0
    for end in _ends(text):
        if span := _trimmed(text, start, end):
            spans.append(span)
        start = end
    return spans


def _ends(text: str) -> Iterator[int]:
    start = 0
    for gap in _BREAK.finditer(text):
        yield from _stops(text, start, gap.start())
        start = gap.start()
        yield start
    yield from _stops(text, start, len(text))
    yield len(text)


def _stops(text: str, start: int, end: int) -> Iterator[int]:
    for stop in _STOP.finditer(text, start, end):
        if stop.end() < end and text[stop.end()].isspace() and _ends_sentence(text, stop, start, end):
            yield stop.end()


def _ends_sentence(text: str, stop: re.Match[str], start: int, end: int) -> bool:
    following = text[stop.end() : min(end, stop.end() + 80)].lstrip()
    if not following or following[0].islower() or following[0] in ",;:)]»%€":
        return False
    if stop.group()[0] != ".":
        return True
    found = _LAST_WORD.search(text, max(start, stop.start() - 40), stop.start())
    return stop.group().startswith("..") or not _goes_on(found.group() if found else "", following)


def _goes_on(word: str, following: str) -> bool:
    """Whether the stop after `word` belongs to the word: an abbreviation, an initial, or an ordinal such as "3."."""
    bare = word.casefold()
    if bare in _BEFORE_NUMBER:
        return following[0].isdigit()
    ordinal = bare.isdigit() and len(bare) <= 2
    return ordinal or bare in _ABBREVIATIONS or _DOTTED.fullmatch(bare) is not None


def _trimmed(text: str, start: int, end: int) -> tuple[int, int] | None:
    while start < end and text[start].isspace():
        start += 1
    while end > start and text[end - 1].isspace():
        end -= 1
    return (start, end) if start < end else None
