"""Greeting names: a plain first name or none, because the text comes from outside."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from copilot.courtesy import COURTESY, courtesy, phrases
from copilot.grounding import pieces
from copilot.names import given_name


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("Kim Doe", "Kim"),
        ("Zoë", "Zoë"),
        ("Jean-Luc Picard", "Jean-Luc"),
        ("D'Angelo Russo", "D'Angelo"),
        ("  Kim   Doe ", "Kim"),
        ("Ольга Иванова", "Ольга"),
        ("kim doe", None),
        ("Dr. Kim Doe", None),
        ("Mme Dupont", None),
        ("The Larkfield Team", None),
        ("K1m", None),
        ("https://evil.example", None),
        ("Kim<script>", None),
        ("Kim\u202eevil", None),
        ("You have won, click now please friend", None),
        ("A" * 31, None),
        ("", None),
        (None, None),
        ("   ", None),
        ("5% off", None),
    ],
)
def test_only_a_plain_first_name_is_used(name, expected):
    """Titles, lower case, digits, links, marks and sentences give no name."""
    assert given_name(name) == expected


@given(st.text(max_size=60))
def test_a_name_is_letters_only(text):
    """Whatever comes in, what goes out is one short word of letters, apostrophes and hyphens out of it."""
    name = given_name(text)
    if name is not None:
        assert name in text
        assert 0 < len(name) <= 30
        assert all(letter.isalpha() or letter in "'’-" for letter in name)


@given(st.text(max_size=60), st.sampled_from(sorted(COURTESY)))
def test_every_greeting_is_an_allowed_phrase(text, language):
    """What the draft greets with is always among the phrases that the gates allow."""
    allowed = set(phrases(language, text, "Support"))
    assert set(pieces(courtesy(language).greet(text))) <= allowed


def test_an_unknown_language_is_answered_in_english():
    """There are phrases for every language."""
    assert courtesy("xx") == COURTESY["en"]
