"""Markdown as plain text: marks go, words and numbers stay."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from copilot.plaintext import plain, squeezed

tokens = re.compile(r"\w+")
marks = ["**", "*", "`", "# ", "> ", "| ", " |", "---", "\n", "\n\n", "- ", "1. ", "[", ")", " ", "a", "word", "42"]
markdown = st.lists(st.sampled_from(marks)).map("".join)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("# Refunds\n\nIn **5** days.", "Refunds\n\nIn 5 days."),
        ("See [the form](https://example.com/f).", "See the form (https://example.com/f)."),
        ("[https://example.com](https://example.com)", "https://example.com"),
        ("*Never* wax `suede` or __nubuck__.", "Never wax suede or nubuck."),
        ("| Size | EU |\n|---|:-:|\n| S | 36 |", "Size – EU\nS – 36"),
        ("> Quoted\n> twice", "Quoted\ntwice"),
        ("2 * 3 * 4 and snake_case_name", "2 * 3 * 4 and snake_case_name"),
        ("- one\n- two", "- one\n- two"),
        ("a\n\n\n\n\nb   ", "a\n\nb"),
        ("above\n\n---\n\nbelow", "above\n\nbelow"),
        ("", ""),
    ],
)
def test_marks_go_and_words_stay(text, expected):
    """Each kind of mark becomes what a customer can read."""
    assert plain(text) == expected


@given(markdown)
def test_no_word_and_no_number_is_lost(text):
    """Every letter and digit of the source stands in the plain text, in the same order."""
    assert "".join(tokens.findall(plain(text))) == "".join(tokens.findall(text))


@given(st.text())
def test_any_text_is_survived(text):
    """No text crashes, and nothing is added but dashes of table rows and brackets of links."""
    assert len(plain(text)) <= 2 * len(text) + 2


@pytest.mark.parametrize("mark", ["\n", "-", " ", "|", "-|", "*", "**a", "[a](", "`", "# ", "|-\n", " \n", "_"])
def test_no_text_takes_long(mark):
    """Ten thousand marks in a row do not keep anybody waiting: the work grows with the length, not with its square."""
    assert len(plain(mark * 10_000 + "x")) <= 2 * len(mark) * 10_000 + 2


@given(st.text())
def test_squeezing_leaves_single_spaces(text):
    """Runs of white space become one space, twice changes nothing."""
    assert squeezed(squeezed(text)) == squeezed(text)
    assert "  " not in squeezed(text)
