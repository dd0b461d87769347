"""Decides what single words and phrases say about mood and wishes, in English, French and German.

It refuses to know vectors and levels: it hands `triage.sentiment` a valence and a set of signals. The embedding reads
sentences better than a list can, but hardly outside English, and it cannot see capitals; that is what the list is for.
"""

import re
from collections.abc import Iterable

from triage.lexicon import lexicon

MAX_CHARACTERS = 20_000
SIGNALS = ("angry", "urgent", "threatens_to_leave", "wants_human")
NEGATION_REACH = 3
SATURATION = 2.0
SHOUTED_WORDS = 3
VERY_NEGATIVE = -0.7
NEGATIVE = -0.2


def _phrases(patterns: Iterable[str]) -> re.Pattern[str]:
    return re.compile(rf"\b(?:{'|'.join(patterns)})\b", re.IGNORECASE)


_WORD = re.compile(r"[^\W\d_]+(?:'[^\W\d_]+)?")
_SHOUT = re.compile(r"\b[A-ZÀ-Þ]{4,}\b")
_NEGATORS = frozenset(lexicon()["negators"])
_RAGE = frozenset(lexicon()["rage"])
_VALENCE = {word: float(value) for value, words in lexicon()["valence"].items() for word in words}
_FACES = {face: float(value) for value, faces in lexicon()["faces"].items() for face in faces}
_COMPLAINT = _phrases(lexicon()["complaints"])
_SIGNAL = {signal: _phrases(patterns) for signal, patterns in lexicon()["signals"].items()}


def valence(text: str) -> float:
    """Return the mood of the words of `text` in -1..1: 0 for none, mixed or unknown words; "not good" counts as bad."""
    head = text[:MAX_CHARACTERS]
    total = sum(_FACES.get(character, 0.0) for character in head) - sum(1.0 for _ in _COMPLAINT.finditer(head))
    words = _words(head)
    for index, word in enumerate(words):
        value = _VALENCE.get(word, 0.0)
        if value and not _NEGATORS.isdisjoint(words[max(0, index - NEGATION_REACH) : index]):
            value = -value / 2
        total += value
    return total / (abs(total) + SATURATION)


def signals(text: str, score: float) -> frozenset[str]:
    """Return those of SIGNALS that `text` gives; `score` in -1..1 is its sentiment, since anger needs a bad one."""
    head = text[:MAX_CHARACTERS]
    found = {signal for signal, pattern in _SIGNAL.items() if pattern.search(head)}
    if score <= VERY_NEGATIVE or (score < NEGATIVE and _is_loud(head)):
        found.add("angry")
    return frozenset(found)


def _is_loud(text: str) -> bool:
    return "!!" in text or len(_SHOUT.findall(text)) >= SHOUTED_WORDS or not _RAGE.isdisjoint(_words(text))


def _words(text: str) -> list[str]:
    return _WORD.findall(text.lower().replace("’", "'"))
