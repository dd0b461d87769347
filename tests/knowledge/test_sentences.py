"""Where sentences end."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge.sentences import sentence_spans, sentences


@pytest.mark.parametrize(
    "expected",
    [
        ["Hello Dr. Smith.", "It costs 3.50 EUR, e.g. 1,234.56 today.", "See https://x.io/a.b?c=1.", "Then go!"],
        ["Das gilt z. B. ab dem 3. Mai.", "Danach nicht mehr.", "Siehe Nr. 5 bzw. Nr. 6."],
        ["M. Dupont est arrivé.", "Voir p. ex. la page trois.", "C'est tout !", "Vraiment ?", "Oui."],
        ["He said no.", "It closes at 5 p.m.", "Later it slept...", "And woke?", "Yes."],
        ["Is it (really)?", "Use v1.2.3 (beta).", "Write to a.b@c.example.", "The rest."],
        ["1. Open the app.", "2. Click save."],
        ["We ship to the U.S. Customs may apply."],
    ],
)
def test_sentences_end_where_a_reader_ends_them(expected):
    """Numbers, abbreviations, initials, ordinals and addresses never end a sentence; real ends do."""
    assert sentences(" ".join(expected)) == expected


def test_paragraphs_and_list_items_are_apart():
    """A blank line and a list item end a sentence even without a stop, a wrapped line does not."""
    text = "Title\n\nA wrapped\nline.\n- one\n- two"
    assert sentences(text) == ["Title", "A wrapped\nline.", "- one", "- two"]


@given(st.text(alphabet=st.sampled_from("aB1 .!?\n-…»)"), max_size=200))
def test_sentences_cover_the_text(text):
    """Spans are ordered, trimmed, not empty, and leave nothing but white space out."""
    position, left = 0, ""
    for start, end in sentence_spans(text):
        assert position <= start < end
        assert text[start:end] == text[start:end].strip()
        left += text[position:start]
        position = end
    assert not (left + text[position:]).strip()
