"""Gaps: questions that ask the same come together, whatever comes between, and get a name that tells them apart."""

from collections import Counter

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge.gaps import (
    Grouping,
    agreement,
    most_central,
    phrases_in,
    saving,
    telling_phrases,
    unit,
)

DIMENSION = 16


def around(middle: int, count: int, seed: int = 0, noise: float = 0.05) -> np.ndarray:
    """Unit vectors near one of the axes."""
    rows = np.zeros((count, DIMENSION), dtype=np.float32)
    rows[:, middle] = 1
    return unit(rows + noise * np.random.default_rng(seed).normal(size=rows.shape).astype(np.float32))


def test_questions_that_ask_the_same_come_together():
    """Three bundles of vectors, dealt out in turn over several batches, become three gaps of their sizes."""
    vectors = np.concatenate([around(axis, 9, axis) for axis in range(3)])
    labels = np.repeat(np.arange(3), 9)
    order = np.random.default_rng(1).permutation(27)
    grouping, keys, next_key = Grouping(DIMENSION), {}, 1
    for start in range(0, 27, 5):
        rows = order[start : start + 5]
        placed = grouping.place(vectors[rows], next_key)
        next_key += sum(place.is_new for place in placed)
        keys.update(zip(rows, [place.key for place in placed], strict=True))
    assert len(grouping) == 3
    assert all(len({keys[row] for row in np.flatnonzero(labels == label)}) == 1 for label in range(3))


def test_what_is_known_goes_on_elsewhere():
    """Gaps that are taken up from their sums alone place the next questions as if nothing had come between."""
    vectors = np.concatenate([around(0, 6, 1), around(1, 6, 2)])
    whole, first = Grouping(DIMENSION), Grouping(DIMENSION)
    whole.place(vectors[:8], 1)
    first.place(vectors[:8], 1)
    second = Grouping(DIMENSION)
    second.add(first.keys, np.stack([first.sum_of(key) for key in first.keys]))
    assert second.place(vectors[8:], 10) == whole.place(vectors[8:], 10)
    np.testing.assert_allclose(second.middle_of(1), whole.middle_of(1))


def test_two_gaps_that_grow_together_become_one():
    """A merged gap has the sum of both, and the other is forgotten."""
    grouping = Grouping(DIMENSION)
    vectors = np.concatenate([around(0, 1, 1), around(0, 1, 2), around(5, 1)])
    grouping.add([1, 2, 3], vectors)
    assert grouping.mergeable(1) == 2
    assert grouping.mergeable(3) is None
    grouping.merge(1, into=2)
    assert grouping.keys == [2, 3]
    np.testing.assert_allclose(grouping.sum_of(2), vectors[0] + vectors[1])
    assert grouping.nearest(vectors[0])[0] == 2


@given(st.lists(st.integers(0, DIMENSION - 1), min_size=1, max_size=40), st.integers(1, 7))
def test_every_question_is_in_one_gap(axes, batch):
    """However questions are cut into batches, each gap's sum is that of its questions, and keys are never reused."""
    rows = np.concatenate([around(axis, 1, place, 0.2) for place, axis in enumerate(axes)])
    grouping, placed = Grouping(DIMENSION), []
    for start in range(0, len(rows), batch):
        new = sum(place.is_new for place in placed)
        placed += grouping.place(rows[start : start + batch], 1 + new)
    assert sorted(place.key for place in placed if place.is_new) == list(range(1, len(grouping) + 1))
    for key in grouping.keys:
        members = rows[[place.key == key for place in placed]]
        np.testing.assert_allclose(grouping.sum_of(key), members.sum(axis=0), atol=1e-4)


def test_answers_that_say_the_same_agree():
    """Equal answers agree wholly, unlike ones not at all, and one alone says nothing."""
    assert agreement(around(0, 5, noise=0.0)) == pytest.approx(1.0)
    assert agreement(np.eye(4, DIMENSION, dtype=np.float32)) == pytest.approx(0.0)
    assert agreement(around(0, 1)) == 0.0


@given(st.floats(0, 1e4), st.floats(0, 1), st.floats(0, 1))
def test_an_article_saves_no_more_than_is_asked(monthly, low, high):
    """Savings lie between half and all of the tickets, and rise with agreement."""
    low, high = sorted((low, high))
    assert monthly / 2 <= saving(monthly, low) <= saving(monthly, high) <= monthly


def test_the_name_is_what_the_questions_share():
    """The phrase that all hold and that others do not is the name, as a whole rather than in parts."""
    texts = ["Do you offer gift wrapping?", "Is gift wrapping possible for my order?", "My order: gift wrapping please"]
    others = ["Where is my order?", "Cancel my order", "My parcel is late", "Refund for my order"]
    elsewhere = Counter(phrase for text in others for phrase in phrases_in(text))
    assert telling_phrases(texts, elsewhere, len(others))[0] == "gift wrapping"


def test_phrases_stay_within_a_clause():
    """No phrase reaches over a comma, begins with a common word, or is a bare number."""
    assert phrases_in("Refund, for the tent 12345") == {"refund", "tent"}
    assert phrases_in("") == set()


@given(st.lists(st.text(max_size=80), max_size=6))
def test_any_texts_have_names_or_none(texts):
    """Whatever customers write, there are at most three phrases, each of which stands in some text."""
    found = telling_phrases(texts, {}, 0)
    assert len(found) <= 3
    everything = set().union(*map(phrases_in, texts))
    assert set(found) <= everything


def test_the_question_in_the_middle():
    """The row nearest to all others is chosen; of none there is none."""
    rows = np.concatenate([around(0, 3, noise=0.0), around(1, 1, noise=0.0)])
    assert most_central(rows) in (0, 1, 2)
    with pytest.raises(ValueError, match="at least one"):
        most_central(np.zeros((0, 3), dtype=np.float32))
