"""Which tickets admins set apart from automatic sending: by category, segment, mood, signal or words of the customer.

One part of the autonomy document, parsed with clear errors. Finds words whole, whatever their case and accents; refuses
to know their meaning: "no lawyer needed" is set apart too.
"""

import re
import unicodedata
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from copilot.errors import Invalid
from copilot.risk_terms import PERSON, TERMS
from triage.sentiment import LEVELS
from triage.wording import SIGNALS

MOST_TERMS = 1_000
LONGEST_TERM = 100
LONGEST_READ = 20_000
"""Characters: a longer text is not searched, and whoever asks must treat it as risky."""

WORD = re.compile(r"\w+")
WORD_OF_TERM = re.compile(r"\w+\*?")
Terms = tuple[tuple[str, tuple[str, ...]], ...]
Pattern = tuple[str, ...]
Entry = tuple[Pattern, str, str]
"""The words of a term, its topic, and the term as it was written."""


@dataclass(frozen=True, slots=True)
class RiskList:
    """What sets a ticket apart. `terms` are (topic, words or phrases); `person` are phrases that ask for a person."""

    categories: tuple[str, ...] = ()
    segments: tuple[str, ...] = ("vip",)
    sentiments: tuple[str, ...] = ("very negative",)
    signals: tuple[str, ...] = ("threatens_to_leave",)
    terms: Terms = TERMS
    person: tuple[str, ...] = PERSON

    def topic_in(self, text: str) -> tuple[str, str] | None:
        """The first (topic, word) that the text holds; None for none. At most `LONGEST_READ` characters are read."""
        return _Finder.of(self.terms).first(text)

    def person_in(self, text: str) -> str | None:
        """The phrase in the text that asks for a person."""
        found = _Finder.of((("", self.person),)).first(text)
        return found[1] if found else None

    def to_dict(self) -> dict[str, Any]:
        """The list's JSON."""
        return {
            "categories": list(self.categories),
            "segments": list(self.segments),
            "sentiments": list(self.sentiments),
            "signals": list(self.signals),
            "terms": {topic: list(words) for topic, words in self.terms},
            "person": list(self.person),
        }


def parse_risks(document: Any, known: Collection[str] | None = None) -> RiskList:
    """The list; what is not given is the shipped default. Raises `Invalid` naming the field."""
    if not isinstance(document, dict):
        raise Invalid("risk must be an object.", field="risk")
    shipped = RiskList()
    for key in document:
        if key not in shipped.to_dict():
            raise Invalid(f"risk.{key} is not a known field.", field=f"risk.{key}")
    given = {**shipped.to_dict(), **document}
    return RiskList(
        categories=_names(given["categories"], "risk.categories", known),
        segments=_names(given["segments"], "risk.segments"),
        sentiments=_names(given["sentiments"], "risk.sentiments", LEVELS),
        signals=_names(given["signals"], "risk.signals", SIGNALS),
        terms=_topics(given["terms"]),
        person=_terms(given["person"], "risk.person"),
    )


def _names(value: Any, path: str, allowed: Collection[str] | None = None) -> tuple[str, ...]:
    names = _texts(value, path)
    for place, name in enumerate(names):
        if allowed is not None and name not in allowed:
            raise Invalid(f"{path}[{place}] is not known here.", field=f"{path}[{place}]")
    return tuple(dict.fromkeys(names))


def _topics(value: Any) -> Terms:
    if not isinstance(value, Mapping) or not all(isinstance(topic, str) and topic.strip() for topic in value):
        raise Invalid("risk.terms must be an object of topics, each with a list of words.", field="risk.terms")
    if len(value) > 50 or any(len(topic) > LONGEST_TERM for topic in value):
        raise Invalid(f"risk.terms takes 50 topics of {LONGEST_TERM} characters.", field="risk.terms")
    found = tuple((topic.strip(), _terms(words, f"risk.terms.{topic.strip()}")) for topic, words in value.items())
    if len({topic for topic, _ in found}) != len(found):
        raise Invalid("risk.terms names a topic twice.", field="risk.terms")
    return found


def _terms(value: Any, path: str) -> tuple[str, ...]:
    terms = _texts(value, path)
    for place, term in enumerate(terms):
        if not _pattern(term):
            raise Invalid(f"{path}[{place}] holds no word.", field=f"{path}[{place}]")
    return tuple(dict.fromkeys(terms))


def _texts(value: Any, path: str) -> tuple[str, ...]:
    if not isinstance(value, list) or len(value) > MOST_TERMS:
        raise Invalid(f"{path} must be a list of at most {MOST_TERMS:,} texts.", field=path)
    for place, text in enumerate(value):
        if not isinstance(text, str) or not text.strip() or len(text) > LONGEST_TERM or not text.isprintable():
            message = f"{path}[{place}] must be a text of 1 to {LONGEST_TERM} characters on one line."
            raise Invalid(message, field=f"{path}[{place}]")
    return tuple(text.strip() for text in value)


@dataclass(frozen=True, slots=True)
class _Finder:
    """Patterns by their first word, whole or as a stem, so that a text is read once however long the list is."""

    whole: Mapping[str, Sequence[Entry]]
    stems: Mapping[str, Sequence[Entry]]
    lengths: tuple[int, ...]

    @staticmethod
    @lru_cache(maxsize=16)
    def of(terms: Terms) -> "_Finder":
        """The finder for these terms."""
        whole: dict[str, list[Entry]] = {}
        stems: dict[str, list[Entry]] = {}
        for topic, words in terms:
            for term in words:
                pattern = _pattern(term)
                first, table = pattern[0].rstrip("*"), stems if pattern[0].endswith("*") else whole
                table.setdefault(first, []).append((pattern, topic, term))
        return _Finder(whole, stems, tuple(sorted({len(stem) for stem in stems})))

    def first(self, text: str) -> tuple[str, str] | None:
        """The first (topic, term) that stands in the text."""
        words = WORD.findall(_plain(text[:LONGEST_READ]))
        beginnings = {word: found for word in set(words) if (found := self._beginning(word))}
        for place, word in enumerate(words if beginnings else ()):
            for pattern, topic, term in beginnings.get(word, ()):
                following = words[place : place + len(pattern)]
                if len(following) == len(pattern) and all(map(_fits, following, pattern)):
                    return topic, term
        return None

    def _beginning(self, word: str) -> Sequence[Entry]:
        """The terms that may begin with this word."""
        found = list(self.whole.get(word, ()))
        for length in self.lengths:
            found += self.stems.get(word[:length], ()) if length <= len(word) else ()
        return found


def _fits(word: str, pattern: str) -> bool:
    return word.startswith(pattern[:-1]) if pattern.endswith("*") else word == pattern


@lru_cache(maxsize=4096)
def _pattern(term: str) -> Pattern:
    return tuple(WORD_OF_TERM.findall(_plain(term)))


def _plain(text: str) -> str:
    """Lower case without accents, so that "Anwält" and "anwalt" are one."""
    if text.isascii():
        return text.lower()
    parts = unicodedata.normalize("NFKD", unicodedata.normalize("NFKC", text).casefold())
    return "".join(sign for sign in parts if not unicodedata.combining(sign))
