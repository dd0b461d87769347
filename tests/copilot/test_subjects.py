"""Which subject a reply gets: nobody's own line leaves for somebody else without a person."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from copilot.envelopes import KINDS, Envelope
from copilot.subjects import FIXED, of_machine, of_person, tempts

KIM = "kim@example.com"
VOUCHED = Envelope(sender_authenticated=True)


def test_people_carry_on_the_customers_subject():
    """A reply that a person sends is "Re:" whatever the customer wrote, or a plain line when nothing was written."""
    assert of_person("Refund for https://shop.example/o/1") == "Re: Refund for https://shop.example/o/1"
    assert of_person("") == "Re: your message"


@pytest.mark.parametrize(
    "written", ["Where is my refund?", "Order 10234 has not arrived", "Bestellung #A-77 vom 3. Mai"]
)
def test_a_customer_who_is_known_keeps_the_subject(written):
    """Where the channel vouches for the sender, the automatic reply stands in the customer's own thread."""
    assert of_machine(written, "en", VOUCHED, KIM) == f"Re: {written}"


envelopes = st.builds(
    Envelope, st.sampled_from([None, False, True]), st.sampled_from(KINDS), st.sampled_from([None, KIM, "a@b.example"])
)


@given(st.text(max_size=60), st.sampled_from([*FIXED, "unknown", "pl"]), envelopes)
def test_nobody_sends_a_line_in_anothers_name(written, language, first):
    """Unless the channel knows that the requester, a person, wrote it, nothing of the ticket's subject leaves."""
    told = of_machine(written, language, first, KIM)
    known = first.sender_authenticated is True and first.sender in (None, KIM) and first.kind == "human"
    assert told in FIXED.values() or (known and told == f"Re: {written}")


@pytest.mark.parametrize(
    "written",
    [
        "Refund approved: http://evil.example",
        "Confirm at www.evil.example",
        "evil.example/login",
        "go to evil.example now",
        "Write to thief@evil.example",
        "Call +44 20 7946 0958",
        "You get €500",
        "DE89 3704 0044 0532 0130 00",
        "tel:5551234",
    ],
)
def test_what_tempts_never_leaves_by_itself(written):
    """Not even to who wrote it: a link, an address, an account, a number to call or money."""
    assert tempts(written)
    assert of_machine(written, "de", VOUCHED, KIM) == "Re: Ihre Nachricht"


@given(st.text(max_size=300))
def test_any_subject_can_be_read(written):
    """Whatever was written, there is a subject."""
    assert of_machine(written, "en", VOUCHED, KIM)
