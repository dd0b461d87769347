"""Grounding: what is quoted passes, what was changed does not, and no fact comes from nowhere."""

import re

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from copilot.grounding import check, facts, pieces
from copilot.plaintext import squeezed
from knowledge.facts import values

SOURCE = (
    "A refund reaches your card within 5 working days. Returns are free within 30 days of delivery. "
    "Write to help@example.com or see https://example.com/returns for the form. The fee is €4.90 with code SPRING-10."
)
SENTENCES = [
    "A refund reaches your card within 5 working days.",
    "Returns are free within 30 days of delivery.",
    "Write to help@example.com or see https://example.com/returns for the form.",
    "The fee is €4.90 with code SPRING-10.",
]
WORDS = ["parcels", "7", "never", "€9", "tomorrow", "boots", "2027", "not"]
words = st.text(alphabet="abcdefgh", min_size=1, max_size=6)
sentences = st.lists(words, min_size=2, max_size=8).map(lambda row: " ".join(row).capitalize() + ".")


def found(body, source=SOURCE, courtesies=()):
    return check(body, [("p1", source)], courtesies)


@given(st.lists(st.sampled_from(SENTENCES), min_size=1, max_size=5), st.sampled_from([" ", "\n", "\n\n", "  "]))
def test_verbatim_quotes_pass(chosen, gap):
    """Whole sentences of a source are supported, in any order and with any white space between them."""
    result = found(gap.join(chosen))
    assert result.unsupported == []
    assert result.unsupported_facts == ()
    assert result.grounded_share == 1
    assert {finding.passage_id for finding in result.sentences} == {"p1"}


@given(st.sampled_from(SENTENCES), st.data())
def test_one_changed_word_is_unsupported(sentence, data):
    """A sentence in which one word or number was replaced by one that the source does not hold is not supported."""
    parts = sentence.split()
    place = data.draw(st.integers(0, len(parts) - 1))
    word = data.draw(st.sampled_from(WORDS))
    assume(word not in SOURCE)
    changed = " ".join([*parts[:place], word, *parts[place + 1 :]])
    assert found(changed).unsupported != []


@given(st.lists(sentences, min_size=1, max_size=4, unique=True), words.filter(lambda word: word != "a"), st.data())
def test_one_inserted_word_is_unsupported(source, word, data):
    """The same for a word put in anywhere, over made-up sources."""
    chosen = data.draw(st.sampled_from(source))
    parts = chosen.rstrip(".").split()
    place = data.draw(st.integers(0, len(parts)))
    changed = " ".join([*parts[:place], word, *parts[place:]]) + "."
    text = " ".join(source)
    assume(re.search(rf"(?<!\w){re.escape(changed)}", text) is None)
    assert found(changed, text).unsupported == [changed]


@pytest.mark.parametrize(
    "piece",
    ["funds reach", "efund reaches your card within 5 working days.", "A refund reaches your card within 5 work"],
)
def test_parts_of_words_do_not_count(piece):
    """A quotation begins and ends with whole words."""
    assert found(piece).unsupported == [piece]


@pytest.mark.parametrize(
    ("sentence", "fact"),
    [
        ("It takes 6 days.", "6 days"),
        ("Pay €9.90 now.", "€9.90"),
        ("See https://evil.example/x now.", "https://evil.example/x"),
        ("Write to me@evil.example please.", "me@evil.example"),
        ("It was on 2027-01-31 or so.", "2027-01-31"),
        ("Take 50% off.", "50%"),
        ("Use WINTER-20 today.", "WINTER-20"),
        ("Send it to DE89 3704 0044 0532 0130 00 please.", "DE89 3704 0044 0532 0130 00"),
    ],
)
def test_facts_from_nowhere_are_named(sentence, fact):
    """Links, addresses, amounts, dates, shares and codes that no source holds are listed, each once."""
    assert found(f"{sentence}\n{sentence}").unsupported_facts == (fact,)


def test_the_customers_own_facts_are_allowed():
    """What the customer may be told about their own order counts as known."""
    result = check("Order 4711 is on its way.", [], (), own_facts=["4711"])
    assert result.unsupported_facts == ()
    assert result.unsupported == ["Order 4711 is on its way."]


def test_the_customers_own_number_is_told_as_theirs():
    """Where a sentence names it beside what a source says, that is told as the customer's and after all else."""
    sources = [("p", "The refund reaches your card within 5 days.")]
    result = check("The refund for order 4711 reaches your card within 6 days.", sources, (), own_facts=["4711"])
    (finding,) = [one for one in result.sentences if one.support == "none"]
    assert "6 days" in finding.faults[0]
    assert finding.faults[-1] == "“for order 4711 reaches” is of the customer, not of the source sentence"
    assert result.unsupported_facts == ("6 days",)
    money = check("We pay back 4711 € within 5 days.", sources, (), own_facts=["4711"])
    assert "4711 €" in money.unsupported_facts


def test_courtesy_counts_neither_for_nor_against():
    """Fixed phrases are allowed, need no source, and do not make a draft grounded."""
    result = found("Hello Kim,\n\nThank you.", courtesies=["Hello Kim,", "Thank you."])
    assert (result.unsupported, result.grounded_share) == ([], 0)
    assert found("Hello Eve,", courtesies=["Hello Kim,"]).unsupported == ["Hello Eve,"]


def test_without_sources_nothing_is_supported():
    """Nothing cited means nothing quoted; an empty draft has no sentence at all."""
    assert check("Anything.", [], ()).unsupported == ["Anything."]
    assert check("", [("p", SOURCE)], ()).sentences == ()
    assert check(" \n\t\n", [("p", SOURCE)], ()).grounded_share == 0


@given(st.text(max_size=300))
@example("0\nA")
def test_any_text_is_survived(text):
    """No text crashes the check, every piece stands in the draft, and quoting oneself is quoting; only a value that
    goes on in the next line ("0" above "A"), where a source is cut, may be held."""
    for piece in pieces(text):
        assert piece in squeezed(text)
    broken = {squeezed(value.text) for value in values(text) if value.text != squeezed(value.text)}
    assert broken.issuperset(check(text, [("p", text)], ()).unsupported_facts)
    facts(text)
