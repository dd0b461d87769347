"""How much each kind of evidence weighs."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from triage.combining import DEFAULT_WEIGHTS, fit_weights, softmax, weigh


def drawn(weights: np.ndarray, rows: int, classes: int = 5, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """Evidence, and codes drawn from the probabilities that it has under these weights."""
    random = np.random.default_rng(seed)
    kinds = (random.normal(size=(4, rows, classes)) / DEFAULT_WEIGHTS[:, None, None]).astype(np.float32)
    sums = softmax(np.tensordot(weights, kinds, 1)).cumsum(axis=1)
    return kinds, (sums < random.random((rows, 1))).sum(axis=1).clip(max=classes - 1)


@pytest.mark.parametrize("factors", [(1, 1, 1, 1), (2, 2, 2, 2), (0.5, 2, 1, 0.7)])
def test_the_weights_that_made_the_data_are_found(factors: tuple[float, ...]) -> None:
    """Labels drawn at some weights give those back; all weights doubled is a temperature halved."""
    weights = DEFAULT_WEIGHTS * factors
    assert fit_weights(*drawn(weights, 4_000)) == pytest.approx(weights, rel=0.15)


@settings(max_examples=20, deadline=None)
@given(seed=st.integers(0, 1_000), rows=st.integers(1, 40), scale=st.sampled_from([0.0, 1.0, 50.0]))
def test_weights_are_positive_and_finite(seed: int, rows: int, scale: float) -> None:
    """However few or odd the rows, and even when evidence contradicts the labels."""
    kinds, _ = drawn(DEFAULT_WEIGHTS, rows, seed=seed)
    found = fit_weights(kinds * np.float32(scale), np.random.default_rng(seed).integers(0, 5, rows))
    assert np.isfinite(found).all()
    assert (found > 0).all()


def test_no_evidence_leaves_the_prior() -> None:
    """Where nothing can be learned the weights stay."""
    assert fit_weights(np.zeros((4, 10, 3), np.float32), np.zeros(10, np.int64)) == pytest.approx(DEFAULT_WEIGHTS)


def test_weighed_evidence_adds_up() -> None:
    """Logits are the weighted sum, and the column behind the classes is of none of them."""
    kinds = np.arange(24, dtype=np.float32).reshape(4, 2, 3)
    found = weigh(kinds, np.ones(4), 2)
    assert found.logits.tolist() == [[36.0, 40.0], [48.0, 52.0]]
    assert found.outside.tolist() == [44.0, 56.0]
    assert found.nearest.tolist() == [7.0, 10.0]
    assert found.energy == pytest.approx(np.log(np.exp(found.logits).sum(axis=1)))
    assert weigh(kinds, np.ones(4), 3).outside.tolist() == [0.0, 0.0]
