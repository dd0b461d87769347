"""Planted tokens: unlike each other, found in any writing, never where they are not."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from copilot import canaries

TOKEN = "ref-1f0c9a77deadbeef"


def test_no_two_tokens_are_alike():
    """A thousand tokens are a thousand different ones, each long enough to be looked for."""
    made = {canaries.make() for _ in range(1_000)}
    assert len(made) == 1_000
    assert all(canaries.is_long_enough(token) for token in made)


@pytest.mark.parametrize(
    "text",
    [
        f"The code is {TOKEN}.",
        TOKEN.upper(),
        " ".join(TOKEN),
        "-".join(TOKEN),
        "\n".join(TOKEN),
        "\u200b".join(TOKEN),
        TOKEN.translate({ord(c): ord(c) + 0xFEE0 for c in "0123456789abcdef"}),
        "".join(f"{c}\u0301" if c.isalpha() else c for c in TOKEN),
        f"**{TOKEN[:8]}**{TOKEN[8:]}",
    ],
)
def test_a_token_is_found_in_any_writing(text):
    """Case, gaps, marks, invisible signs and full-width letters hide nothing."""
    assert canaries.find(text, [TOKEN, "ref-0000000000000000"]) == (TOKEN,)


@pytest.mark.parametrize("token", ["", "refund", "a-b-c-d", "……………………"])
def test_a_token_that_is_no_token_is_never_found(token):
    """What could stand in an innocent text trips nothing."""
    assert canaries.find(f"You get a refund {token} a b c d", [token]) == ()


@given(st.text(max_size=200), st.text(max_size=200))
def test_it_is_found_between_any_other_text(before, after):
    """Whatever stands around it, a token that was written whole is found."""
    assert canaries.find(f"{before}{TOKEN}{after}", [TOKEN]) == (TOKEN,)


@given(st.text(max_size=400))
def test_nothing_is_found_by_chance(text):
    """A token made after a text does not stand in it."""
    assert canaries.find(text, [canaries.make()]) == ()
