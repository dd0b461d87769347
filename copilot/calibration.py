"""How far confidences are from the shares that come true, and how far they would be by chance alone."""

import numpy as np
from numpy.typing import NDArray

BINS = 15
SIMULATIONS = 200


def calibration_error(confidence: NDArray[np.float64], right: NDArray[np.bool_]) -> float:
    """Return the expected calibration error over 15 bins of equal width (Naeini et al., 2015)."""
    bins = np.minimum((confidence * BINS).astype(np.int64), BINS - 1)
    gaps = np.abs(np.bincount(bins, weights=confidence - right, minlength=BINS))
    return float(gaps.sum() / len(right))


def expected_calibration_error(confidence: NDArray[np.float64]) -> float:
    """Return the mean calibration error of a model that is right exactly as often as it says, by 200 simulations."""
    random = np.random.default_rng(0)
    draws = (random.random(len(confidence)) < confidence for _ in range(SIMULATIONS))
    return float(np.mean([calibration_error(confidence, right) for right in draws]))
