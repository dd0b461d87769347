"""How vectors are turned so that examples of a class lie closer together."""

import numpy as np
import pytest

from tests.triage.vectors import DIMENSION, clusters
from triage.adapter import adapted, fit_adapter


def spread_within(vectors: np.ndarray, classes: int) -> float:
    """The mean cosine between examples of a class, less that between all."""
    groups = vectors.reshape(classes, -1, vectors.shape[1])
    return float((groups @ groups.transpose(0, 2, 1)).mean() - (vectors @ vectors.T).mean())


def test_examples_of_a_class_come_closer() -> None:
    """More so than those of other classes, also for examples that the map was not learned from."""
    vectors, _ = clusters(6, 10, spread=0.3)
    fresh, _ = clusters(6, 10, spread=0.3, seed=4)
    found = fit_adapter(vectors, np.repeat(np.arange(6), 10), 6)
    assert spread_within(adapted(fresh, found), 6) > spread_within(fresh, 6)
    assert np.linalg.norm(adapted(fresh, found), axis=1) == pytest.approx(1.0, abs=1e-5)


@pytest.mark.parametrize(("classes", "each"), [(1, 5), (4, 1)])
def test_nothing_to_learn_changes_nothing(classes: int, each: int) -> None:
    """One class, or one example each: the identity."""
    vectors, _ = clusters(classes, each)
    found = fit_adapter(vectors, np.repeat(np.arange(classes), each), classes)
    assert np.array_equal(found, np.eye(DIMENSION))


def test_a_vector_of_zeros_stays_finite() -> None:
    """It has no direction, before and after."""
    vectors = np.vstack([clusters(2, 3)[0], np.zeros((1, DIMENSION), np.float32)])
    found = fit_adapter(vectors, np.array([0, 0, 0, 1, 1, 1, 1]), 2)
    assert np.isfinite(adapted(vectors, found)).all()


def test_numbers_that_are_never_used_change_nothing() -> None:
    """With more numbers, 0 in every example, the map is the same for the others and leaves those as they are."""
    vectors, _ = clusters(3, 4, spread=0.3)
    codes = np.repeat(np.arange(3), 4)
    wider = np.hstack([np.zeros((12, 5), np.float32), vectors, np.zeros((12, 7), np.float32)])
    expected = np.eye(DIMENSION + 12)
    expected[5:-7, 5:-7] = fit_adapter(vectors, codes, 3)
    assert fit_adapter(wider, codes, 3) == pytest.approx(expected, abs=1e-6)
