"""What a person changed: told word by word, sentence by sentence, and put into an article."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from copilot.changes import SentenceChange, Wording, grouped, replaced, sentence_changes, word_pieces

texts = st.text(alphabet="ab .\n", max_size=60)


@given(texts, texts)
def test_pieces_join_to_both_texts(before, after):
    """What stayed and went is the first text, what stayed and came is the second, to the last space."""
    pieces = word_pieces(before, after)
    assert "".join(p.text for p in pieces if p.kind != "new") == before
    assert "".join(p.text for p in pieces if p.kind != "gone") == after


def test_the_changed_words_are_told():
    """A number that was changed stands beside the new one."""
    pieces = word_pieces("You have 14 days to return it.", "You have 30 days to return it.")
    assert [(p.kind, p.text) for p in pieces] == [
        ("same", "You have "), ("gone", "14 "), ("new", "30 "), ("same", "days to return it."),
    ]  # fmt: skip


def test_long_texts_are_compared_coarsely_and_soon():
    """A text of 40,000 words that changed at both ends is one replacement, told at once."""
    before, after = "a " * 40_000, "b " + "a " * 39_998 + "c "
    assert [p.kind for p in word_pieces(before, after)] == ["gone", "new"]


@pytest.mark.parametrize(
    ("after", "expected"),
    [
        ("Hello.\nYou have 30 days. Refunds take a week.", [("You have 14 days.", "You have 30 days.")]),
        ("Hello.\nRefunds take a week.", [("You have 14 days.", "")]),
        ("Hello.\nYou have 14 days. Refunds take a week. Call us.", []),
        ("Hello.\nYou have 14 days. We refund within a week.", [("Refunds take a week.", "We refund within a week.")]),
        ("Hello.", [("You have 14 days.", ""), ("Refunds take a week.", "")]),
        ("Hello.\n\nYou have  14 days. Refunds take a week.", []),
    ],
)
def test_changed_sentences(after, expected):
    """A sentence is told with what took its place; what was added is nobody's change."""
    found = sentence_changes("Hello.\nYou have 14 days. Refunds take a week.", after)
    assert list(found) == [SentenceChange(*pair) for pair in expected]


def test_alike_wordings_are_one():
    """Nearly the same words by several people count together, the most shared first, shown as most often put."""
    texts = [
        ("You have 30 days to send it back.", "Ann"), ("Write to us first.", "Bo"),
        ("You have 30 days to send it back", "Cy"), ("You have 30 days to send it back.", "Di"),
    ]  # fmt: skip
    assert grouped(texts) == (Wording(texts[0][0], 3, 3), Wording("Write to us first.", 1, 1))


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("# Returns\n\nYou have **14 days**. Then not.", "# Returns\n\nYou have 30 days. Then not."),
        ("- You have 14\n  days.\n- More", "- You have 30 days.\n- More"),
        ("You have 15 days.", None),
        ("", None),
    ],
)
def test_a_sentence_is_put_otherwise_in_an_article(body, expected):
    """The first sentence that a customer reads so is replaced, whatever marks it has; without one nothing is."""
    bullet = "- " if body.startswith("-") else ""
    assert replaced(body, f"{bullet}You have 14 days.", f"{bullet}You have 30 days.") == expected


def test_a_sentence_that_people_leave_out_is_taken_out():
    """Leaving out takes the sentence and the space behind it."""
    assert replaced("One. Two. Three.", "Two.", "") == "One. Three."
