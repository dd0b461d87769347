"""When a draft counts as accepted: sent as it was, or mended without touching a fact."""

import re
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from copilot.acceptance import judge

DRAFT = """Hello Kim,

Thank you for your message.

A refund reaches your card within 5 working days after the parcel has come back to us. Brush off dry mud first. Anna
handles returns that were not paid by card: write to returns@shop.example or see https://shop.example/returns for more.

If this does not answer your question, just reply and one of us will take care of it.

Kind regards,
Support"""


def edited(old, new):
    assert old in DRAFT
    return judge(DRAFT, DRAFT.replace(old, new))


def test_sent_as_it_was():
    """The same text is accepted, all of it kept."""
    verdict = judge(DRAFT, DRAFT)
    assert (verdict.accepted, verdict.kept, verdict.changed_facts) == (True, 1.0, ())


def test_nothing_was_sent():
    """A rejected or ignored draft is not accepted."""
    assert (judge(DRAFT, None).accepted, judge(DRAFT, None).kept) == (False, 0.0)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("Hello Kim,", "Hi Kim!"),
        ("Hello Kim,\n\n", ""),
        ("Thank you for your message.\n\n", ""),
        ("Kind regards,\nSupport", "Best,\nSam from the team"),
        ("Kind regards,\nSupport", "Mit freundlichen Grüßen\nSam"),
        ("\n\n", "\n"),
        ("days after", "days  after"),
        ("Brush off", "Please brush off"),
        ("dry ", ""),
        ("for more.", "for further details."),
    ],
)
def test_harmless_edits_are_accepted(old, new):
    """Greeting, courtesy, signature, white space and a few words without facts may change."""
    verdict = edited(old, new)
    assert verdict.accepted, verdict


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("5 working", "6 working", "5 working days → 6 working days"),
        ("5 working days", "5 weeks", "5 working days → 5 weeks"),
        ("5 working", "five working", "5 working days → five"),
        ("Anna", "evil.example", "Anna"),
        ("for more.", "or evil.example.", "evil.example added"),
        ("reaches", "never reaches", "never added"),
        ("were not paid", "were paid", "not left out"),
        ("were not paid", "weren't shipped by", "not"),
        ("Anna", "Bert", "Anna → Bert"),
        ("returns@shop.example", "returns@shop.test", "returns@shop.example → returns@shop.test"),
        ("https://shop.example/returns", "https://shop.example/refunds", "https://shop.example/refunds"),
        ("for more.", "by Monday.", "Monday added"),
        ("for more.", "for a fee of € 5.", "€"),
    ],
)
def test_a_changed_fact_is_not_accepted(old, new, told):
    """One changed number, unit, link, address, name, day, amount or negation is enough, and is named."""
    verdict = edited(old, new)
    if told == "not":  # a contraction is the same negation: only the words count then
        assert verdict.changed_facts == ()
    else:
        assert not verdict.accepted
        assert any(told in fact for fact in verdict.changed_facts), verdict


RULES = """A refund takes 5 days by card and much longer by cheque. An exchange takes 14 days. Boots can be sent back
within a year. Knives cannot be sent back once they were used, whatever the reason, nor can opened gas cartridges."""


@pytest.mark.parametrize(
    ("swap", "told"),
    [
        ({"5 days": "14 days", "14 days": "5 days"}, {"5 days → 14 days", "14 days → 5 days"}),
        ({"can be": "cannot be", "cannot be": "can be"}, {"not moved"}),
        ({"5 days by": "longer by", "longer by": "5 days by"}, {"5 days moved"}),
        ({"Boots": "Knives", "Knives": "Boots"}, {"Boots → Knives", "Knives → Boots"}),
        ({"year": "year or 14 days", "takes 14 days": "takes longer"}, {"14 days moved"}),
    ],
)
def test_a_fact_in_another_place_is_a_changed_fact(swap, told):
    """The same numbers, names and negations in other sentences or clauses tell something else, and are named."""
    pieces = re.split("(" + "|".join(sorted(map(re.escape, swap), key=len, reverse=True)) + ")", RULES)
    verdict = judge(RULES, "".join(swap.get(piece, piece) for piece in pieces))
    assert not verdict.accepted
    assert told <= set(verdict.changed_facts), verdict


def test_another_way_to_write_a_value_is_no_change():
    """One reader tells values: an amount is the same with its sign before it, behind it, or in letters."""
    verdict = judge(f"{RULES} Postage is €5.", f"{RULES} Postage is 5 EUR.")
    assert (verdict.accepted, verdict.changed_facts) == (True, ())


@pytest.mark.parametrize(
    ("draft", "sent"),
    [
        ("Das Geld kommt nicht vor dem Versand zurück.", "Das Geld kommt vor dem Versand zurück."),
        ("Le colis ne part pas le dimanche.", "Le colis part le dimanche."),
        ("El paquete no llega el domingo.", "El paquete llega el domingo."),
        ("Der Versand dauert drei Tage.", "Der Versand dauert vier Tage."),
        ("Le colis arrive en deux jours.", "Le colis arrive en trois jours."),
        ("El paquete llega el martes.", "El paquete llega el lunes."),
    ],
)
def test_facts_of_other_languages(draft, sent):
    """Negations, number words and days count in German, French and Spanish too."""
    assert judge(draft, sent).changed_facts
    assert not judge(draft, sent).accepted


def test_a_long_edit_is_not_accepted():
    """Without any changed fact, keeping less than nine tenths of the text is another reply."""
    verdict = judge("the parcel comes when it is ready and not before that", "the parcel comes and not before that")
    assert not verdict.accepted
    assert (verdict.changed_facts, verdict.kept < 0.9) == ((), True)


def test_a_long_addition_is_not_accepted():
    """A reply that says much more than the draft did shows that the draft was not enough."""
    more = "please also look at the page about returns because it tells what to do with the box and the label"
    verdict = judge("the parcel comes when it is ready", f"the parcel comes when it is ready, {more}")
    assert not verdict.accepted
    assert verdict.added > 0.5


def test_the_longest_replies_are_compared_soon():
    """Two replies of a hundred thousand characters without a common word are not compared word by word: that would
    take minutes."""
    start = time.process_time()
    judge("word " * 20_000, "other text " * 9_000)
    assert time.process_time() - start < 20


@given(st.text(max_size=300))
def test_any_text_is_accepted_as_it_is(text):
    """Whatever a draft holds, sending it unchanged accepts it."""
    assert judge(text, text).accepted


@given(st.text(max_size=200), st.text(max_size=200))
def test_shares_are_shares(drafted, sent):
    """For any two texts the shares lie between 0 and 1, and changed facts are never accepted."""
    verdict = judge(drafted, sent)
    assert 0 <= verdict.kept <= 1
    assert 0 <= verdict.added <= 1
    assert not (verdict.accepted and verdict.changed_facts)
