"""In which order, how many and in which folds examples are taught."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.triage.vectors import elsewhere, examples
from triage.examples import LEAST_OUTSIDE, MAX_STORED_EXAMPLES, NO_EXAMPLES, Examples, Lesson

ROWS = st.lists(st.tuples(st.sampled_from("abc"), st.sampled_from(["x", "y", "z", "w w", ""])), min_size=1, max_size=15)


def lesson_of(rows: list[tuple[str, str]], **more: Examples) -> Lesson:
    """A lesson of labels and texts; equal texts have equal vectors."""
    known = dict(zip(sorted({text for _, text in rows}), elsewhere(20), strict=False))
    vectors = np.stack([known[text] for _, text in rows])
    return Lesson.of(Examples.of(vectors, [text for _, text in rows], [label for label, _ in rows]), **more)


def test_single_examples_stay_in_training() -> None:
    """A category's only example is never held out, and every other row is, once."""
    rows = [("a", "1"), ("a", "2"), ("a", "3"), ("b", "4"), ("b", "5"), ("c", "6")]
    _, codes = lesson_of(rows).held_out(3, 100)
    assert sorted(codes) == [0, 0, 0, 1, 1]


@given(rows=ROWS, folds=st.sampled_from([3, 5]), most=st.integers(0, 20))
@settings(max_examples=60, deadline=None)
def test_no_row_is_held_out_while_its_like_is_taught(rows: list[tuple[str, str]], folds: int, most: int) -> None:
    """Rows alike in label and text share a fold, every fold leaves something of each category, at most `most` groups
    are held out."""
    lesson = lesson_of(rows)
    fold = lesson._folds(folds, most)
    for group in np.unique(lesson.groups):
        assert len(set(fold[lesson.groups == group])) == 1
    assert len(set(lesson.groups[fold >= 0])) <= most
    for number in range(folds):
        assert set(lesson.codes[fold != number]) == set(lesson.codes)


@given(rows=ROWS, random=st.randoms(use_true_random=False))
@settings(max_examples=40, deadline=None)
def test_order_does_not_matter(rows: list[tuple[str, str]], random) -> None:
    """The same rows in another order make the same lesson."""
    shuffled = random.sample(rows, len(rows))
    one, other = lesson_of(rows), lesson_of(shuffled)
    assert np.array_equal(one.vectors, other.vectors)
    assert np.array_equal(one.codes, other.codes)
    assert np.array_equal(one.groups, other.groups)
    assert (one.bags != other.bags).nnz == 0


def test_names_are_always_taught_unless_they_are_examples() -> None:
    """A name that is an example counts as that; a name of a category without examples is left out."""
    names = Examples.of(elsewhere(3), ["x", "beta", "gamma"], ["a", "b", "c"])
    lesson = lesson_of([("a", "x"), ("a", "y"), ("b", "z")], names=names)
    assert lesson.names == ("a", "b")
    assert lesson.codes.tolist() == [0, 0, 1, 1]
    assert lesson.groups.tolist()[-1] == -1


def test_few_examples_of_no_category_do_not_count() -> None:
    """From ten on they are one class more."""
    outside = Examples.of(elsewhere(LEAST_OUTSIDE), [str(n) for n in range(LEAST_OUTSIDE)], [""] * LEAST_OUTSIDE)
    assert lesson_of([("a", "x"), ("b", "z")], outside=outside).columns == 3
    assert lesson_of([("a", "x"), ("b", "z")], outside=outside.where(range(LEAST_OUTSIDE - 1))).columns == 2


def test_a_large_training_set_is_thinned_evenly() -> None:
    """No more than the allowed number of examples is taught, and each category keeps some."""
    vectors = np.ones((MAX_STORED_EXAMPLES + 3, 1), np.float32)
    vectors[-3:] = -1
    texts = [f"text {number}" for number in range(len(vectors))]
    rows = Examples.of(vectors, texts, ["a"] * MAX_STORED_EXAMPLES + ["b"] * 3)
    lesson = Lesson.of(rows)
    assert MAX_STORED_EXAMPLES - 2 <= len(lesson.codes) <= MAX_STORED_EXAMPLES
    assert lesson.bags.shape[0] == len(lesson.codes)
    assert 1 <= (lesson.codes == 1).sum() <= 3


def test_examples_can_be_joined_and_chosen() -> None:
    """Nothing is added by none; places choose."""
    rows = examples(2, 3)
    assert rows.and_(NO_EXAMPLES) is rows
    assert rows.and_(rows).where([0, 6]).texts == (rows.texts[0], rows.texts[0])


@pytest.mark.parametrize("vectors", [np.full((1, 2), np.inf, np.float32), np.ones((2, 2), np.float32)])
def test_wrong_vectors_are_refused(vectors: np.ndarray) -> None:
    """Numbers that are not finite and other lengths are errors naming the argument."""
    with pytest.raises(ValueError, match="vectors"):
        Examples.of(vectors, ["x"], ["a"])
