"""Decides what single words and phrases say about mood and wishes, in English, French and German.

It refuses to know vectors and levels: it hands `triage.sentiment` cues, terms and a set of signals. The embedding reads
sentences better than a list can, but hardly outside English, and it cannot see capitals; that is what words are for.
"""

import math
import re
from collections.abc import Iterable, Sequence

from triage.lexicon import lexicon

MAX_CHARACTERS = 5_000
SIGNALS = ("angry", "urgent", "threatens_to_leave", "wants_human")
NEGATION_REACH = 3
SATURATION = 2.0
SHOUTED_WORDS = 3
VERY_NEGATIVE = -0.7
NEGATIVE = -0.2
CUES = 12


def _phrases(patterns: Iterable[str]) -> re.Pattern[str]:
    return re.compile(rf"\b(?:{'|'.join(patterns)})\b", re.IGNORECASE)


_HANDLE = re.compile(r"(?<![\w.])@\w{1,50}:?")
_LINK = re.compile(r"https?://\S{1,2000}", re.IGNORECASE)
_HASHTAG = re.compile(r"#(\w{1,100})")
_HUMP = re.compile(r"[A-ZÀ-Þ]?[a-zß-ÿ]+|[A-ZÀ-Þ]+(?![a-zß-ÿ])|\d+")
_WORD = re.compile(r"[^\W\d_]+(?:'[^\W\d_]+)?")
_TERM = re.compile(r"[^\W\d_]+(?:'[^\W\d_]+)?|\d+|[?!]+|\.\.\.|…")
_SHOUT = re.compile(r"\b[A-ZÀ-Þ]{3,}\b")
_LASTING = re.compile(
    r"\b\d+ ?(?:h|hrs?|hours?|min|mins|minutes?|days?|weeks?|months?|x|times|heures?|jours?|semaines?|mois|fois"
    r"|stunden?|tagen?|wochen?|monaten?|mal)\b",
    re.IGNORECASE,
)
_SMILE = re.compile(r"(?<!\w)[:;=]-?[)DP](?!\w)|<3")
_FROWN = re.compile(r"(?<!\w)[:;=]'?-?[(/|](?!\w)")
_NEGATORS = frozenset(lexicon()["negators"])
_RAGE = frozenset(lexicon()["rage"])
_VALENCE = {word: float(value) for value, words in lexicon()["valence"].items() for word in words}
_FACES = {face: float(value) for value, faces in lexicon()["faces"].items() for face in faces}
_COMPLAINT = _phrases(lexicon()["complaints"])
_SIGNAL = {signal: _phrases(patterns) for signal, patterns in lexicon()["signals"].items()}
_UNMEANT = {signal: _phrases(patterns) for signal, patterns in lexicon()["unmeant"].items()}


def valence(text: str) -> float:
    """Return the mood of the words of `text` in -1..1: 0 for none, mixed or unknown words; "not good" counts as bad."""
    good, bad, complaints = _moods(_addressed(text))
    total = good - bad - complaints
    return total / (abs(total) + SATURATION)


def cues(text: str) -> list[float]:
    """Return `CUES` numbers in about -1..1 that tell mood in any business: praise, complaint, loudness, form."""
    head = _addressed(text)
    good, bad, complaints = _moods(head)
    total = good - bad - complaints
    words = _words(head)
    return [
        total / (abs(total) + SATURATION),
        math.tanh(good / 2),
        math.tanh((bad + complaints) / 2),
        min(complaints, 2.0) / 2,
        float("?" in head),
        float(head.rstrip().endswith("?")),
        float("!!" in head),
        min(len(_SHOUT.findall(head)), 4) / 4,
        math.log1p(len(words)) / 4,
        float(bool(_LASTING.search(head))),
        min(sum(word in _NEGATORS for word in words), 3) / 3,
        float(bool(_LINK.search(text[:MAX_CHARACTERS]))),
    ]


def terms(text: str) -> frozenset[str]:
    """Return the different words and marks of `text`, a number being "0", and the first one once more behind a "^"."""
    found = ["0" if term.isdigit() else term for term in _TERM.findall(_addressed(text).lower().replace("’", "'"))]
    return frozenset(found) | frozenset(f"^{first}" for first in found[:1])


def signals(text: str, score: float) -> frozenset[str]:
    """Return those of SIGNALS that `text` gives; `score` in -1..1 is its sentiment, since anger needs a bad one."""
    head = text[:MAX_CHARACTERS]
    found = {signal for signal, pattern in _SIGNAL.items() if pattern.search(_meant(signal, head))}
    if score <= VERY_NEGATIVE or (score < NEGATIVE and _is_loud(head)):
        found.add("angry")
    return frozenset(found)


def _addressed(text: str) -> str:
    """Return the beginning of `text` without handles and links, and with hashtags as words."""
    head = _LINK.sub(" ", _HANDLE.sub(" ", text[:MAX_CHARACTERS]))
    return _HASHTAG.sub(lambda tag: " ".join(_HUMP.findall(tag[1])), head)


def _moods(text: str) -> tuple[float, float, float]:
    """Return how much of `text` is praise, how much is blame and how many phrases complain, each at least 0."""
    words = _words(text)
    values = [_valued(words, index) for index, word in enumerate(words) if word in _VALENCE]
    values += [_FACES[character] for character in text if character in _FACES]
    values += [1.0 for _ in _SMILE.finditer(text)] + [-1.0 for _ in _FROWN.finditer(text)]
    good = math.fsum(value for value in values if value > 0)
    return good, good - math.fsum(values), float(sum(1 for _ in _COMPLAINT.finditer(text)))


def _valued(words: Sequence[str], index: int) -> float:
    value = _VALENCE[words[index]]
    negated = not _NEGATORS.isdisjoint(words[max(0, index - NEGATION_REACH) : index])
    return -value / 2 if negated else value


def _meant(signal: str, text: str) -> str:
    """Return `text` without what only sounds like the signal: "not urgent", "no need to call me"."""
    unmeant = _UNMEANT.get(signal)
    return unmeant.sub(" ", text) if unmeant else text


def _is_loud(text: str) -> bool:
    return "!!" in text or len(_SHOUT.findall(text)) >= SHOUTED_WORDS or not _RAGE.isdisjoint(_words(text))


def _words(text: str) -> list[str]:
    return _WORD.findall(text.lower().replace("’", "'"))
