"""Several questions in one ticket are noticed."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from triage.questions import LONGEST, MAX_QUESTIONS, questions


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("Where is my parcel?", 1),
        ("Where is my parcel LF-1? When will my parcel arrive?", 1),
        ("Can you help me? My tent leaks.", 0),
        ("How do I return a jacket? And do you ship to Norway?", 2),
        ("1) combien coûte la livraison ? 2) ma carte cadeau est-elle encore valable ?", 2),
        ("Bitte stornieren Sie die Bestellung. Wie lange dauert die Erstattung auf die Karte?", 2),
        ("I would like to change my address. Also, please send me the invoice of May.", 2),
        ("Do you have the stove in stock? How exactly?", 1),
        ("Thanks, everything works now.", 0),
        ("", 0),
        ("???!!!", 0),
        ("See https://example.com/?q=1&b=2. The page is empty.", 0),
    ],
)
def test_different_questions_are_counted(text: str, count: int) -> None:
    """Questions and requests are counted once each; pleas for help and echoes are not."""
    assert len(questions(text)) == count


def test_questions_keep_their_words_and_order() -> None:
    """What is returned are sentences of the ticket, in its order."""
    text = "Hello, my order is late. Where is order 12? Could you send the invoice for April?"
    assert questions(text) == ("Where is order 12?", "Could you send the invoice for April?")


@given(st.text(max_size=3_000))
def test_any_text_has_few_short_questions(text: str) -> None:
    """Whatever a customer writes, at most ten questions of bounded length come out, each a part of the text."""
    found = questions(text)
    assert len(found) <= MAX_QUESTIONS
    assert all(question and len(question) <= LONGEST and question in text for question in found)


def test_a_megabyte_of_questions_is_read_quickly() -> None:
    """A megabyte of question marks or of one endless sentence ends, with few questions."""
    for text in ("?" * 1_000_000, "a b? " * 200_000, "please " * 150_000, "é" * 1_000_000):
        assert len(questions(text)) <= MAX_QUESTIONS
