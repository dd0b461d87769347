"""Intake: what is cleaned, what is refused, what is stored once."""

import unicodedata
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from copilot.errors import Conflict, Invalid, NotFound
from copilot.inputs import (
    LONGEST_BODY,
    clean,
    content_hash,
    identifier,
    instant,
    is_address,
    parse_received_at,
)
from copilot.intake import (
    NewCustomer,
    NewMessage,
    NewTicket,
    checked_ticket,
    set_status,
    write_reply,
)
from knowledge.hidden_text import visible
from tests.builders import row_counts, timer

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
NEW = NewTicket("api", "x", "S", "B", NewCustomer("kim@example.com"))
nasty = st.text(st.characters() | st.sampled_from("\x00\u200b\u202e\ufeff\r\n\t\U000e0041\x1b"), max_size=80)


@given(nasty)
def test_cleaned_text_holds_nothing_invisible(text):
    """What passes has no control or invisible characters but line ends and tabs, and cleaning again changes nothing."""
    try:
        cleaned = clean(text, "body", 1_000)
    except Invalid as error:
        assert error.field == "body"  # noqa: PT017 - the other branch is the point of this test
        return
    assert visible(cleaned) == cleaned
    assert {c for c in cleaned if unicodedata.category(c) in ("Cc", "Cs")} <= {"\n", "\t"}
    assert cleaned == cleaned.strip() != ""
    assert clean(cleaned, "body", 1_000) == cleaned


@given(st.text(st.characters(categories=["L", "N", "P", "S", "Zs"]), min_size=1).filter(str.strip))
def test_visible_text_is_kept(text):
    """Letters, digits, marks of any script come through unchanged."""
    assert clean(text, "body", 10_000) == text.strip()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a\r\nb\rc\nd", "a\nb\nc\nd"),
        ("pay\u200bpal", "paypal"),
        ("\u202egnp.exe", "gnp.exe"),
        ("e\u0301", "e\u0301"),
        ("👨\u200d👩\u200d👧", "👨\u200d👩\u200d👧"),
        ("می\u200cخواهم", "می\u200cخواهم"),
        ("\ttab", "tab"),
        ("a\x1b[31mred", "a[31mred"),
        ("x\U000e0041\U000e007f", "x"),
    ],
)
def test_what_nobody_can_see_is_stripped(text, expected):
    """Zero-width, direction and tag characters go; joiners that emoji and scripts need stay."""
    assert clean(text, "body", 100) == expected


def test_the_size_is_checked_first():
    """A text beyond the limit is refused, one at the limit is not."""
    assert len(clean("x" * LONGEST_BODY, "body", LONGEST_BODY)) == LONGEST_BODY
    with pytest.raises(Invalid, match="longer than"):
        clean("x" * (LONGEST_BODY + 1), "body", LONGEST_BODY)


@given(st.text(max_size=40))
def test_an_identifier_is_kept_as_it_is_or_refused(text):
    """Ids are never changed, because programs look them up again."""
    try:
        assert identifier(text) == text
    except Invalid:
        assert not text.strip() or any(unicodedata.category(c) in ("Cc", "Cs") for c in text)


@pytest.mark.parametrize("text", ["a@b", "A.b+c@x.example", "ü@ö.example", "o'neil@example.com"])
def test_addresses(text):
    """Anything that may be an address is taken."""
    assert is_address(text)


@pytest.mark.parametrize(
    "text", ["", "a", "@b", "a@", "a b@c", "a@b,c@d", "<a@b>", "a@b\n", "a\u202e@b", "\ud800@b", "a@b@c"]
)
def test_no_addresses(text):
    """Two addresses, names, line ends and anything invisible are refused."""
    assert not is_address(text)


def test_an_instant_is_utc_and_never_ahead():
    """Offsets are converted; a clock that runs ahead a little is set right, one that runs ahead a lot is refused."""
    paris = timezone(timedelta(hours=1))
    assert instant(datetime(2026, 3, 2, 9, tzinfo=paris), NOW) == datetime(2026, 3, 2, 8, tzinfo=UTC)
    assert instant(NOW + timedelta(hours=1), NOW) == NOW
    assert instant(None, NOW) is None
    for wrong in (NOW + timedelta(days=2), datetime(1999, 1, 1, tzinfo=UTC), datetime(2026, 3, 2, 9)):  # noqa: DTZ001
        with pytest.raises(Invalid) as caught:
            instant(wrong, NOW)
        assert caught.value.field == "received_at"


@given(st.text(max_size=50))
def test_a_received_at_of_any_text(text):
    """Every text is an instant with an offset or refused by name."""
    try:
        assert parse_received_at(text).utcoffset() is not None
    except Invalid as error:
        assert error.field == "received_at"  # noqa: PT017 - the other branch is the point of this test


@given(st.lists(st.text(max_size=5), max_size=4), st.lists(st.text(max_size=5), max_size=4))
def test_the_hash_knows_where_a_part_ends(one, other):
    """Different parts have different hashes, however they are cut."""
    assert (content_hash(*one) == content_hash(*other)) == (one == other)


def test_a_checked_ticket_is_cleaned():
    """Addresses are folded, names and segments that are only space are none."""
    who = NewCustomer(" Kim@Example.COM ", "  ", "\u200b", "Europe/Paris")
    checked = checked_ticket(replace(NEW, customer=who, subject=""), NOW)
    assert checked.customer == NewCustomer("kim@example.com", None, None, "Europe/Paris")
    assert checked.subject == ""


def test_one_customer_by_address(desk):
    """Tickets of one address share the customer, whose newer name, segment and zone count."""
    desk.open(email="kim@example.com", name="Kim", segment=None)
    desk.open(email="KIM@example.com", name=None, segment="vip", timezone="Asia/Tokyo")
    assert row_counts(desk.services.db)["customer"] == 1
    assert timer(desk.ticket(2), "first_response")["timezone"] == "Asia/Tokyo"


def test_a_note_changes_nothing_but_the_conversation(desk):
    """An internal note stops no timer, cancels no draft and is not processed."""
    ticket_id = desk.open()
    desk.process()
    desk.write(ticket_id, "Customer is nice.", "note", author="Sam")
    ticket = desk.ticket(ticket_id)
    assert (ticket.work_state, desk.draft(ticket_id).state) == ("idle", "open")
    assert timer(ticket, "first_response")["stopped_at"] is None


def test_a_reply_by_hand_is_one_reply(desk, transport):
    """An agent's own words leave; a second reply while the first is on its way is a conflict."""
    ticket_id = desk.open()
    desk.process()
    desk.do(lambda s: write_reply(s, ticket_id, "Hello Kim.", "Sam", desk.now(), timedelta(0)))
    with pytest.raises(Conflict, match="on its way"):
        desk.do(lambda s: write_reply(s, ticket_id, "Hello again.", "Sam", desk.now(), timedelta(0)))
    desk.deliver()
    assert [(reply.body, reply.auto_sent) for reply in transport.sent] == [("Hello Kim.", False)]
    assert timer(desk.ticket(ticket_id), "first_response")["state"] == "met"


def test_setting_the_same_status_records_nothing(desk):
    """Only a change is an event."""
    ticket_id = desk.open()
    before = desk.steps(ticket_id)
    desk.do(lambda s: set_status(s, ticket_id, "new", desk.services.book, desk.now(), "Sam"))
    assert desk.steps(ticket_id) == before


def test_a_refused_message_leaves_nothing(desk):
    """An unknown ticket or a wrong message changes no row."""
    ticket_id = desk.open()
    before = row_counts(desk.services.db)
    for target, direction in ((ticket_id, "sideways"), (999, "inbound")):
        with pytest.raises((Invalid, NotFound)):
            desk.write(target, "Hi", direction)
    assert row_counts(desk.services.db) == before
    assert NewMessage("x", "y", "note").author is None
