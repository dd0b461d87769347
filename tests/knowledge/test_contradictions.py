"""Contradictions: sentences with the same words and another fact are found, and nothing else is."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge.contradictions import contradictions, same_subject, without_forms

REFUND = "A refund reaches your card within 5 working days."


@pytest.mark.parametrize(
    ("left", "right", "language", "kind", "facts"),
    [
        (REFUND, "The refund reaches your card within 14 working days.", "en", "quantity",
         ("5 working days", "14 working days")),
        ("Delivery to Austria costs 9 €.", "Delivery to Austria costs 12 EUR.", "en", "amount", ("9 €", "12 EUR")),
        ("Down jackets dry in 3 to 9 hours.", "Down jackets dry in 5 to 9 hours.", "en", "quantity", ("3 to", "5 to")),
        ("Members get 10 % off new tents.", "Members get 15 % off new tents.", "en", "percentage", ("10 %", "15 %")),
        ("The winter sale ends on 31 January 2027.", "The winter sale ends on 15 January 2027.", "en", "date",
         ("31 January 2027", "15 January 2027")),
        ("Print return labels at https://a.example/label today.", "Print return labels at https://b.example today.",
         "en", "link", ("https://a.example/label", "https://b.example")),
        ("Write about late parcels to a@shop.example.", "Write about late parcels to b@shop.example.", "en", "email",
         ("a@shop.example", "b@shop.example")),
        ("Opened gas cartridges can be returned.", "Opened gas cartridges cannot be returned.", "en", "negation",
         ("", "cannot")),
        ("Geöffnete Kartuschen nehmen wir zurück und erstatten den Preis.",
         "Geöffnete Kartuschen nehmen wir nicht zurück und erstatten den Preis.", "de", "negation", ("", "nicht")),
        ("Die Lieferung nach Wien dauert 3 Tage.", "Die Lieferung nach Wien dauert 5 Tage.", "de", "quantity",
         ("3 Tage", "5 Tage")),
        ("Vous pouvez retourner la tente sous 30 jours gratuitement.",
         "Vous pouvez retourner la tente sous 14 jours gratuitement.", "fr", "quantity", ("30 jours", "14 jours")),
        ("Yes, we repair broken tent poles.", "No, we repair broken tent poles.", "en", "yes or no", ("Yes", "No")),
    ],
)  # fmt: skip
def test_another_fact_is_found(left, right, language, kind, facts):
    """The kind of difference is told, and where it stands in each sentence, whichever comes first."""
    for one, other, wanted in ((left, right, facts), (right, left, facts[::-1])):
        (found,) = contradictions(one, other, language)
        assert found.kind == kind
        assert (found.left.text[slice(*found.left.fact)], found.right.text[slice(*found.right.fact)]) == wanted


@pytest.mark.parametrize(
    ("left", "right"),
    [
        (REFUND, REFUND),
        ("You may return worn shoes within 14 days.", "You may return worn shoes within 2 weeks."),
        ("A refund to your card takes 5 days.", "The parcel with your tent takes 3 days."),
        ("Returns of worn shoes take 5 days if you pay.", "Returns of worn shoes take 8 days."),
        ("Delivery of parcels to Austria takes 3 days.", "Delivery of parcels to Belgium takes 5 days."),
        ("Update product RX-200 firmware within 3 days.", "Update product RX-300 firmware within 5 days."),
        ("Tents come in sizes of 2 metres.", "Tents come in sizes of 2 metres or 3 metres."),
        ("Is that possible? 5 days.", "Is that possible? 6 days."),
    ],
)
def test_what_does_not_contradict(left, right):
    """The same, the same in other units, another subject or condition, and a longer list are no contradictions."""
    assert contradictions(left, right) == []


def test_forms_are_no_contradictions():
    """A sentence that meets another date in each of three articles only fills in a form; one that meets two stays."""
    dates = [f"Original version published on {day} May 2020." for day in (3, 4, 5, 6)]
    met = [found for other in dates[1:] for found in contradictions(dates[0], other)]
    assert len(met) == 3
    assert without_forms(met) == []
    assert without_forms(met[:2]) == met[:2]


@pytest.mark.parametrize(
    ("left", "right", "same"),
    [
        ("Refund times", "When you get your money back", True),
        ("IBM MQ 8.0 and refunds", "IBM API Connect and refunds", False),
        ("Tarn 45", "Tarn 65", False),
        ("Tarn 45", "Backpacks", True),
    ],
)
def test_titles_tell_subjects_apart(left, right, same):
    """Two titles that each name a code or product of their own speak of different things."""
    assert same_subject(left, right) is same


@given(st.text(max_size=300), st.text(max_size=300), st.sampled_from(["en", "de", "fr", "es", "xx"]))
def test_any_texts(left, right, language):
    """Whatever stands in articles, spans point into the text, and a text never contradicts itself."""
    for found in contradictions(left, right, language):
        assert left[found.left.start : found.left.end] == found.left.text
        assert right[found.right.start : found.right.end] == found.right.text
    assert contradictions(left, left, language) == []


@given(st.integers(1, 500), st.integers(1, 500))
def test_numbers_differ_or_not(ours, theirs):
    """There is one finding exactly when the numbers differ."""
    found = contradictions(f"The deposit for tents is {ours} €.", f"The deposit for tents is {theirs} €.")
    assert len(found) == int(ours != theirs)
