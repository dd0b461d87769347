"""Long tickets are read in pieces, and what they ask counts most."""

from collections.abc import Sequence

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from triage.head import Vectors
from triage.pieces import LONG, MOST_CHUNKS, chunks, embedded, pieces

STORY = "We went up the hill on Sunday and the weather was fair until the late afternoon. " * 25


def letters(texts: Sequence[str]) -> Vectors:
    """A stand-in for an encoder: how often each letter occurs, as a unit vector."""
    counted = np.array(
        [[1e-6 + text.lower().count(letter) for letter in "abcdefghijklmnopqrstuvwxyz?"] for text in texts]
    )
    return np.asarray(counted / np.linalg.norm(counted, axis=1, keepdims=True), np.float32)


def test_a_short_text_is_one_piece() -> None:
    """A text that an encoder can read whole is left whole."""
    assert [piece.text for piece in pieces("Tent\nWhere is my tent?")] == ["Tent\nWhere is my tent?"]


def test_the_question_of_a_long_story_is_read_on_its_own() -> None:
    """The subject and the question at the end of a long story make a piece that weighs more than all chunks."""
    *story, asked = pieces(f"Leaking tent\n{STORY}Can I have it repaired under warranty?")
    assert asked.text == "Leaking tent\nCan I have it repaired under warranty?"
    assert asked.weight > sum(piece.weight for piece in story)


def test_a_long_story_without_a_question_is_read_in_chunks() -> None:
    """Nothing is weighted where nothing is asked."""
    assert {piece.weight for piece in pieces(STORY)} == {1 / 3}


@given(st.text(max_size=6_000))
def test_chunks_are_bounded_parts_of_the_text(text: str) -> None:
    """Whatever the text, there are one to four chunks of bounded length, in order, each a part of it."""
    found = chunks(text)
    assert 1 <= len(found) <= MOST_CHUNKS
    assert all(len(part) <= LONG and part in text for part in found)
    if len(text) <= LONG:
        assert found == [text.strip() or text]


@given(st.lists(st.sampled_from(["short?", STORY, STORY + "How much is it to Norway?", "", "?" * 2_000]), max_size=5))
def test_every_text_has_one_unit_vector_of_its_own(texts: list[str]) -> None:
    """Each text gets one unit vector, in order, whatever stands beside it."""
    found = embedded(texts, letters) if texts else np.empty((0, 27), np.float32)
    assert len(found) == len(texts)
    for text, vector in zip(texts, found, strict=True):
        assert abs(float(np.linalg.norm(vector)) - 1) < 1e-5
        assert np.allclose(vector, embedded([text], letters)[0], atol=1e-6)


def test_a_megabyte_is_read_in_a_few_pieces() -> None:
    """The number of pieces does not grow with the text."""
    assert len(pieces("Why? " * 200_000)) <= MOST_CHUNKS + 1
