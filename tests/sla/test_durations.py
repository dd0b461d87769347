"""Durations as text."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sla.durations import format_duration, in_words, parse_duration


@pytest.mark.parametrize(
    ("text", "seconds"), [("45m", 2700), ("4h", 14400), ("1h30m", 5400), ("90s", 90), ("1h1m1s", 3661), ("0m", 0)]
)
def test_reads(text, seconds):
    """Hours, minutes and seconds, in this order, any of them."""
    assert parse_duration(text) == timedelta(seconds=seconds)


@pytest.mark.parametrize(
    "text", ["", "4", "h", "1d", "30m1h", "-1h", "1.5h", "1 h", "4H", "٤h", "9" * 9 + "h", None, 4, "1h\n"]
)
def test_refuses(text):
    """Anything else, days above all, is refused by the field's name."""
    with pytest.raises(ValueError, match=r"^promise: "):
        parse_duration(text, "promise")


@given(st.integers(0, 10**9).map(lambda seconds: timedelta(seconds=seconds)))
def test_what_is_written_can_be_read(duration):
    """Writing and reading give the same duration."""
    assert parse_duration(format_duration(duration)) == duration


def test_in_words():
    """For people: units apart, parts of a second cut off, nothing is 0 m, negative is refused."""
    assert in_words(timedelta(hours=2, minutes=30, seconds=0.9)) == "2 h 30 m"
    assert in_words(timedelta(0)) == "0 m"
    assert in_words(timedelta(days=2)) == "48 h"
    with pytest.raises(ValueError, match=r"^duration: "):
        in_words(timedelta(seconds=-1))
