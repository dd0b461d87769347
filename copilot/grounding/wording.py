"""Turns a language's tables into look-ups: which wording stands for which, and what may be left out.

Refuses to know how sentences are compared. A language without tables gets `VERBATIM`, which changes nothing.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from types import ModuleType
from typing import TypeVar

from copilot.grounding import english, french, german, spanish
from knowledge.languages import primary
from knowledge.scope_words import ScopeWords, scope_words

Words = tuple[str, ...]
Entry = TypeVar("Entry")
_TABLES: Mapping[str, ModuleType] = {"en": english, "de": german, "fr": french, "es": spanish}


@dataclass(frozen=True, slots=True)
class Lead:
    """An opening that may come or go. `after` is what must follow it where it could belong to the sentence: "", ","
    (a pause) or "that" (the word, or a pause)."""

    words: Words
    after: str


@dataclass(frozen=True, slots=True)
class Wording:
    """The harmless edits of one language. `phrases` are found by their first word, longest first."""

    scope: ScopeWords
    phrases: Mapping[str, tuple[tuple[Words, Words], ...]] = field(default_factory=dict)
    left_out: frozenset[str] = frozenset()
    leads: tuple[Lead, ...] = ()
    links: frozenset[str] = frozenset()
    roles: frozenset[Words] = frozenset()
    role_words: frozenset[str] = frozenset()
    you: str = ""
    your: str = ""
    second_person: frozenset[str] = frozenset()
    their: frozenset[str] = frozenset()
    agreement: Mapping[str, str] = field(default_factory=dict)
    movable: frozenset[str] = frozenset()
    complement_after: frozenset[str] = frozenset()
    determiners: frozenset[str] = frozenset()
    exact_case: frozenset[str] = frozenset()
    numbers: Mapping[str, str] = field(default_factory=dict)
    contracted: Mapping[str, str] = field(default_factory=dict)
    before_s: frozenset[str] = frozenset()
    courtesies: tuple[str, ...] = ()
    verbatim: bool = False

    def binds(self, word: str) -> bool:
        """Whether the word turns or conditions what stands beside it."""
        return word in self.scope.binding


def wording(language: str) -> Wording:
    """The harmless edits of a language (a tag such as "en" or "de-AT"); none for a language without tables."""
    return _wording(primary(language))


@cache
def _wording(language: str) -> Wording:
    if language not in _TABLES:
        return Wording(scope_words(language), verbatim=True)
    table = _TABLES[language]
    phrases = by_first((key, (key, words)) for key, words in _phrases(table))
    return Wording(
        scope=scope_words(language),
        phrases=phrases,
        left_out=frozenset((table.ARTICLES + " " + table.POLITE).split()),
        leads=tuple(_leads(table)),
        links=frozenset(table.LINKS.split()),
        roles=frozenset(tuple(line.split()) for line in _lines(table.ROLES)),
        role_words=frozenset(line.split()[-1] for line in _lines(table.ROLES)),
        you=table.YOU,
        your=table.YOUR,
        second_person=frozenset(table.SECOND_PERSON.split()),
        their=frozenset(table.THEIR.split()),
        agreement=dict(pair.split("=") for pair in table.AGREEMENT.split()),
        movable=frozenset(word.replace("-", " ") for word in table.MOVABLE.split()),
        complement_after=frozenset(table.COMPLEMENT_AFTER.split()),
        determiners=frozenset(table.DETERMINERS.split()),
        exact_case=frozenset(table.EXACT_CASE.split()),
        numbers={word: str(number) for number, word in enumerate(table.NUMBERS.split(), start=2)},
        contracted=dict(pair.split("=") for pair in table.CONTRACTED.split()),
        before_s=frozenset(table.BEFORE_S.split()),
        courtesies=tuple(_lines(table.COURTESIES)),
    )


def by_first(entries: Iterable[tuple[Words, Entry]]) -> dict[str, tuple[Entry, ...]]:
    """Entries by the first of their words, those with more words first."""
    found: dict[str, list[tuple[int, Entry]]] = {}
    for words, entry in entries:
        found.setdefault(words[0], []).append((-len(words), entry))
    return {first: tuple(entry for _, entry in sorted(rows, key=lambda row: row[0])) for first, rows in found.items()}


def _lines(text: str) -> Iterator[str]:
    return (line.strip() for line in text.strip().split("\n") if line.strip())


def _phrases(table: ModuleType) -> Iterator[tuple[Words, Words]]:
    """Each way of saying something, with the one that stands for all; a phrase becomes one word with spaces in it."""
    seen: set[Words] = set()
    for line in _lines(table.SAME):
        ways = [tuple(way.split()) for way in line.split(" = ")]
        stands = tuple(ways[0]) if ways[0] == ("can", "not") or ways[0] == ("could", "not") else (" ".join(ways[0]),)
        for way in ways:
            if way not in seen:
                seen.add(way)
                yield way, stands
    for form, stands_for in _verb_forms(table):
        if (form,) not in seen:
            seen.add((form,))
            yield (form,), (stands_for,)


def _verb_forms(table: ModuleType) -> Iterator[tuple[str, str]]:
    irregular = {line.split()[0]: line.split() for line in _lines(table.IRREGULAR)}
    for line in _lines(table.VERBS):
        verbs = line.split()
        for verb in verbs:
            base, third, past, participle, progressive = irregular.get(verb) or regular(verb)
            marked = {third: "+s", participle: "+ed", past: "+ed", progressive: "+ing", base: ""}
            yield from ((form, verbs[0] + mark) for form, mark in marked.items())


def regular(verb: str) -> tuple[str, str, str, str, str]:
    """Base, third person, past, participle and progressive of a regular English verb."""
    third = verb + ("es" if verb.endswith(("s", "sh", "ch", "x", "z")) else "s")
    stem = verb
    if verb.endswith("y") and verb[-2] not in "aeiou":
        third, stem = verb[:-1] + "ies", verb[:-1] + "i"
    past = stem + ("d" if verb.endswith("e") else "ed")
    progressive = (verb[:-1] if verb.endswith("e") and not verb.endswith("ee") else verb) + "ing"
    return verb, third, past, past, progressive


def _leads(table: ModuleType) -> Iterator[Lead]:
    for line in _lines(table.LEADS):
        words = tuple(line.rstrip(",").split())
        after = "," if line.endswith(",") else "that" if words[-1] in ("that", "que") else ""
        yield Lead(words[:-1] if after == "that" else words, after)
