"""The admin's list of risks: what parses, what is found in four languages, what is not."""

import json
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from copilot.errors import Invalid
from copilot.risks import RiskList, parse_risks

SHIPPED = RiskList()


@pytest.mark.parametrize(
    ("text", "topic"),
    [
        ("You will hear from my LAWYER.", "legal matters"),
        ("Ich habe bereits meinen Rechtsanwalt eingeschaltet.", "legal matters"),
        ("Je vais saisir le tribunal.", "legal matters"),
        ("Mi abogado se pondrá en contacto.", "legal matters"),
        ("The stove caught\nfire and I was hurt.", "safety"),
        ("Ich habe einen Stromschlag bekommen", "safety"),
        ("Il y a une fuite de gaz", "safety"),
        ("Mi hijo tiene una quemadura", "safety"),
        ("I will do a chargeback", "a disputed payment"),
        ("Das ist Betrug!", "a disputed payment"),
        ("c'est une arnaque", "a disputed payment"),
        ("hay un cargo no autorizado", "a disputed payment"),
        ("please CANCEL my account", "leaving"),
        ("Hiermit möchte ich den Vertrag kündigen.", "leaving"),
        ("je souhaite resilier", "leaving"),
        ("quiero darme de baja", "leaving"),
    ],
)
def test_the_shipped_words_are_found(text, topic):
    """Four languages, any case, with or without accents, over a line's end."""
    found = SHIPPED.topic_in(text)
    assert found is not None
    assert found[0] == topic


@pytest.mark.parametrize(
    "text",
    [
        "When do I get my refund?", "Can I cancel my order?", "Wo ist mein Paket? Die Lieferung ist an Sie gerichtet.",
        "Comment suivre mon colis ?", "¿Cuándo llega mi pedido?", "The campfire set is nice.", "", "*" * 1_000,
    ],
)  # fmt: skip
def test_ordinary_questions_are_not(text):
    """What customers ask every day is set apart by no word."""
    assert (SHIPPED.topic_in(text), SHIPPED.person_in(text)) == (None, None)


words = st.text(alphabet="abcü", min_size=1, max_size=4)


@given(st.lists(words, max_size=12), st.lists(st.lists(words, min_size=1, max_size=2), min_size=1, max_size=4))
def test_found_just_when_a_plain_search_finds_it(text, terms):
    """The finder agrees with a regular expression over the whole text."""
    phrases = tuple(" ".join(term) for term in terms)
    listed = RiskList(terms=(("topic", phrases),))
    plain = " ".join(text).replace("ü", "u")
    expected = any(re.search(rf"(?<!\w){re.escape(p.replace('ü', 'u'))}(?!\w)", plain) for p in phrases)
    assert (listed.topic_in(" ".join(text)) is not None) == expected


def test_what_was_parsed_is_shown_as_it_was():
    """The list comes back from its JSON, the shipped one from an empty one."""
    assert parse_risks({}) == SHIPPED == parse_risks(json.loads(json.dumps(SHIPPED.to_dict())))
    mine = parse_risks({"terms": {"wholesale": ["bulk order*"]}, "segments": []})
    assert (mine.terms, mine.segments, mine.person) == ((("wholesale", ("bulk order*",)),), (), SHIPPED.person)


@pytest.mark.parametrize(
    ("document", "field"),
    [
        ([], "risk"),
        ({"word": []}, "risk.word"),
        ({"segments": "vip"}, "risk.segments"),
        ({"segments": [""]}, "risk.segments[0]"),
        ({"categories": ["unheard-of"]}, "risk.categories[0]"),
        ({"sentiments": ["cross"]}, "risk.sentiments[0]"),
        ({"signals": [1]}, "risk.signals[0]"),
        ({"terms": ["lawyer"]}, "risk.terms"),
        ({"terms": {"legal": ["!?"]}}, "risk.terms.legal[0]"),
        ({"terms": {"legal": ["x" * 101]}}, "risk.terms.legal[0]"),
        ({"terms": {"a": [], " a ": []}}, "risk.terms"),
        ({"person": ["a\nb"]}, "risk.person[0]"),
        ({"person": ["a"] * 1_001}, "risk.person"),
    ],
)
def test_nonsense_is_refused_by_name(document, field):
    """A wrong entry names its place, and nothing is guessed."""
    with pytest.raises(Invalid) as caught:
        parse_risks(document, {"refund"})
    assert caught.value.field == field
