"""Facts: words, pauses and values with their units, in four languages, out of any text."""

import time
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge.facts import tokens, values
from knowledge.scope_words import SCOPE_WORDS, scope_words


def keys(text: str) -> list[tuple[str, str]]:
    return [(value.kind, value.key) for value in values(text)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("It costs €4.90.", [("amount", "4.90 €")]),
        ("It costs 4.90 EUR!", [("amount", "4.90 €")]),
        ("Es kostet 4,90 Euro, 5 % mehr.", [("amount", "4,90 €"), ("percentage", "5 %")]),
        ("Within 14 days (or 2 weeks)", [("quantity", "14 days"), ("quantity", "2 weeks")]),
        ("until March 6th, 2024", [("date", "2024-03-06")]),
        ("bis zum 6. März 2024", [("date", "2024-03-06")]),
        ("jusqu'au 1er mars", [("date", "0000-03-01")]),
        ("hasta el 6 de marzo de 2024", [("date", "2024-03-06")]),
        ("on 2024-03-06", [("date", "2024-03-06")]),
        ("See https://example.com/a?b=1.", [("link", "https://example.com/a?b=1")]),
        ("write to (help@example.com),", [("email", "help@example.com")]),
        ("DE89 3704 0044 0532 0130 00", [("iban", "DE89370400440532013000")]),
        ("call +1 341 555 0147 now", [("phone", "13415550147")]),
        ("Version V9.7 or 8.4.7", [("code", "V9.7"), ("number", "8.4.7")]),
        ("in 5 working days", [("quantity", "5 working days")]),
        ("at 14:30", [("time", "14:30")]),
        ("nothing at all, may be", []),
    ],
)
def test_values_are_read_with_their_units(text, expected):
    """Each value is found once, under a key that is the same for the usual ways of writing it."""
    assert keys(text) == expected


@pytest.mark.parametrize(
    ("one", "other"),
    [("14 days", "14 weeks"), ("€5", "$5"), ("5 %", "5 €"), ("6 March", "7 March"), ("a@b.example", "a@b.example.net")],
)
def test_different_values_have_different_keys(one, other):
    """Another number, unit, currency, day or host is another value."""
    assert keys(one) != keys(other)


@given(st.text(max_size=200))
def test_every_letter_and_digit_belongs_to_one_token(text):
    """Any text can be read; tokens stand in order, do not overlap, and hold every letter and digit."""
    read = tokens(text)
    assert all(a.end <= b.start for a, b in pairwise(read))
    held = sum(character.isalnum() for token in read for character in text[token.start : token.end])
    assert held == sum(character.isalnum() for character in text)
    values(text)


@pytest.mark.parametrize("text", ["a" * 100_000, "1 " * 50_000, "A1B2 " * 20_000, "((" * 50_000, "€1–" * 30_000])
def test_hostile_texts_take_no_time(text):
    """A text of 100,000 characters is read in well under a second, whatever stands in it."""
    started = time.process_time()
    values(text)
    assert time.process_time() - started < 3


@pytest.mark.parametrize("language", SCOPE_WORDS)
def test_words_of_scope_are_single_and_folded(language):
    """The tables hold case-folded single words, and an unknown language counts those of all."""
    words = scope_words(language)
    for group in (words.negations, words.conditions, words.modals, words.quantifiers, words.subjects):
        assert group
        assert all(word == word.casefold() and " " not in word for word in group)
    assert words.binding <= scope_words("unknown").binding
