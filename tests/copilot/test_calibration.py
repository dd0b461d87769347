"""How far confidences are from the truth."""

import numpy as np
import pytest

from copilot.calibration import calibration_error, expected_calibration_error


def test_calibration_error_is_nothing_when_confidence_is_right() -> None:
    """Half of the rows right at confidence one half is no error."""
    assert calibration_error(np.array([0.5, 0.5]), np.array([True, False])) == 0.0


def test_some_calibration_error_is_expected_of_any_model() -> None:
    """The fewer the rows, the more; certainty has none. The same rows give the same figure."""
    few_rows, many_rows = np.full(30, 0.8), np.full(3_000, 0.8)
    assert expected_calibration_error(few_rows) == expected_calibration_error(few_rows)
    assert expected_calibration_error(few_rows) == pytest.approx((2 * 0.16 / np.pi / 30) ** 0.5, rel=0.15)
    assert expected_calibration_error(many_rows) < 0.01
    assert expected_calibration_error(np.ones(30)) == 0.0
