"""Which part of a message is the customer's own words."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from triage.text import readable, says_nothing, visible

LINES = st.sampled_from(
    [
        "> old",
        "-- ",
        "On 3 May Bob wrote:",
        "Hello,",
        "Thanks",
        "From: a",
        "Sent: b",
        "",
        "Where is it?",
        "\u202ex",
        "\x00",
        "\ud800",
    ]
)
TEXTS = st.text() | st.lists(LINES, max_size=12).map("\n".join)


@pytest.mark.parametrize(
    ("body", "own"),
    [
        ("It is lost.\n\nOn Mon, Jan 5, 2026 at 3:04 PM Shop <a@b.c> wrote:\n> hello", "It is lost."),
        ("It is lost.\n\nOn Mon, Jan 5, 2026 at 3:04 PM Shop\n<a@b.c>\nwrote:\n> hello", "It is lost."),
        ("Il est perdu.\nLe lun. 5 janv. 2026 à 15:04, Shop <a@b.c> a écrit :\n> bonjour", "Il est perdu."),
        ("Es ist weg.\nAm 05.01.2026 um 15:04 schrieb Shop <a@b.c>:\n> hallo", "Es ist weg."),
        ("It is lost.\n-----Original Message-----\nFrom: Shop\nold", "It is lost."),
        ("It is lost.\nFrom: Shop\nSent: Monday\nold", "It is lost."),
        ("> one?\nfirst answer\n> two?\nsecond answer", "first answer\nsecond answer"),
        ("It is lost.\n-- \nBob Bobson\nACME", "It is lost."),
        ("It is lost.\nSent from my iPhone", "It is lost."),
        ("Es ist weg.\nVon meinem iPhone gesendet", "Es ist weg."),
        ("Il est perdu.\nEnvoyé de mon iPhone", "Il est perdu."),
        ("Dear Support Team,\nIt is lost.\n\nKind regards,\nBob\nACME Ltd", "It is lost."),
        ("Bonjour Madame,\nIl est perdu.\nCordialement,\nMarie", "Il est perdu."),
        ("Sehr geehrte Damen und Herren,\nes ist weg.\nMit freundlichen Grüßen\nHans", "es ist weg."),
    ],
)
def test_only_own_words_are_kept(body: str, own: str) -> None:
    """Quoted history, signatures, greetings and closings are cut in three languages."""
    assert readable("", body) == own


def test_answers_between_quotes_are_kept() -> None:
    """An attribution followed by a quote does not end a message that answers below it."""
    assert readable("", "On 5 Jan 2026 Bob wrote:\n> one?\nfirst\n> two?\nsecond") == "first\nsecond"


def test_the_subject_comes_first_without_reply_prefixes() -> None:
    """The subject leads, stripped of "Re:" and its relatives in other languages."""
    assert readable("Re: AW: Fwd: Order 12", "Where is it?") == "Order 12\nWhere is it?"


def test_a_subject_that_opens_the_body_is_not_said_twice() -> None:
    """A body that begins with its subject stands alone."""
    assert readable("Refund", "Refund please") == "Refund please"


@pytest.mark.parametrize(
    ("body", "nothing"),
    [
        ("👍", True),
        ("?!", True),
        ("12345", True),
        ("Sent from my iPhone", True),
        ("--\nJohn Doe\n+44 20 7946 0958", True),
        ("Gesendet von meinem iPad", True),
        ("Sent via UPS, never arrived", False),
        ("Sent from my bank last week, still nothing has arrived", False),
        ("-- \nWhere is my parcel?", False),
        ("Sent from my iPhone\n-----Original Message-----\n" + "My parcel has not come. " * 5, False),
        ("返品", False),
        ("Thanks!", False),
    ],
)
def test_what_says_nothing(body: str, nothing: bool) -> None:
    """No letter, or nothing but a marked signature; what might be a question is never taken for one."""
    assert says_nothing(readable("", body)) is nothing


@pytest.mark.parametrize(
    "body", ["Hello", "Thanks!", "> quoted only", "-- \nsignature", "Sent from my iPhone", "Hi,\nThanks"]
)
def test_cutting_never_leaves_nothing(body: str) -> None:
    """When everything would be cut, the message is kept."""
    assert readable("", body)


def test_a_mere_thank_you_is_kept_beside_its_subject() -> None:
    """A message that says nothing but thanks is not taken for a closing line."""
    assert readable("Re: Order 12", "Thank you!") == "Order 12\nThank you!"


def test_invisible_characters_are_removed() -> None:
    """Zero-width, bidirectional, tag and control characters do not hide inside words."""
    assert readable("", "re\u200bfu\u202end\x00 \U000e0041n\xadow") == "refund now"


def test_the_result_keeps_to_the_limit() -> None:
    """The limit counts subject and body together."""
    assert len(readable("word " * 300, "body " * 9_000, limit=50)) <= 50


def test_a_limit_below_one_is_refused() -> None:
    """A limit that leaves no room is an error naming it."""
    with pytest.raises(ValueError, match="limit"):
        readable("a", "b", limit=0)


@pytest.mark.parametrize(
    "unit", ["> ", "On 1 ", "On 1 x\n", "--\n", "hi ", "From: x\n", "re:", "\u0301", "a", "\n", "mit einem "]
)
def test_a_hostile_megabyte_is_read(unit: str) -> None:
    """A million characters made to upset patterns are read like any other text."""
    assert len(readable(unit * 500, unit * (1_000_000 // len(unit)))) <= 20_000


@given(subject=TEXTS, body=TEXTS)
def test_any_text_is_read_and_visible_text_never_vanishes(subject: str, body: str) -> None:
    """Whatever comes in, nothing raises, what is visible leaves a trace, and what comes out can be encoded."""
    result = readable(subject, body)
    assert bool(result) == bool(visible(subject).strip() or visible(body).strip())
    result.encode()
    assert not any(unicodedata.category(character) == "Cc" for character in result.replace("\n", ""))
