"""How likely an agent is to send a draft as it is."""

import json
import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from copilot.confidence import (
    LEAST_LABELS,
    NAMES,
    PRIOR_MODEL,
    Evidence,
    Model,
    calibration_error,
    cross_fitted,
    fit,
    lead_score,
    length_score,
    prior,
)

SHARES = st.floats(0, 1)
EVIDENCE = st.builds(Evidence, **dict.fromkeys(NAMES, SHARES))


def simulated(n: int, seed: int = 0, weights=None, intercept: float | None = None):
    """Random inputs and verdicts as a logistic model gives them, by default the prior."""
    random = np.random.default_rng(seed)
    truth = Model(tuple(weights or PRIOR_MODEL.weights), PRIOR_MODEL.intercept if intercept is None else intercept, 1)
    inputs = [Evidence(**dict(zip(NAMES, map(float, row), strict=True))) for row in random.random((n, len(NAMES)))]
    return [(evidence, bool(random.random() < truth.of(evidence))) for evidence in inputs]


@settings(deadline=None)
@given(EVIDENCE, st.sampled_from(NAMES), SHARES)
def test_more_of_any_input_never_lowers_confidence(evidence: Evidence, name: str, other: float) -> None:
    """The prior and a model fitted to verdicts that say the opposite agree in this."""
    for model in (PRIOR_MODEL, UPSIDE_DOWN):
        low, high = sorted((getattr(evidence, name), other))
        assert model.of(replace(evidence, **{name: low})) <= model.of(replace(evidence, **{name: high}))
        assert 0 <= model.of(evidence) <= 1


UPSIDE_DOWN = fit([(evidence, not label) for evidence, label in simulated(200)])


def test_few_labels_leave_the_prior() -> None:
    """Fewer than 50 verdicts, or none of the other kind, are no reason to leave the prior, which is uncalibrated."""
    rows = simulated(LEAST_LABELS - 1)
    assert fit(rows) == fit([]) == PRIOR_MODEL
    assert fit([(evidence, True) for evidence, _ in simulated(500)]) == PRIOR_MODEL
    assert not PRIOR_MODEL.calibrated
    assert fit(simulated(LEAST_LABELS)).calibrated


def test_a_fit_finds_what_the_verdicts_say() -> None:
    """On desks whose agents judge otherwise than the prior thinks, the refitted model is better calibrated."""
    weights = [5.0, 0.5, 0.2, 1.0, 0.1, 0.1, 0.1, 0.1, 0.1]
    rows, fresh = (simulated(3_000, seed, weights, -3.0) for seed in (1, 2))
    model = fit(rows)
    assert model.weights[0] > model.weights[1]
    fitted, shipped = (calibration_error([(m.of(e), label) for e, label in fresh]) for m in (model, PRIOR_MODEL))
    assert fitted.error is not None
    assert shipped.error is not None
    assert fitted.expected is not None
    assert fitted.error < 2 * fitted.expected < shipped.error


def test_the_order_of_verdicts_hardly_matters_to_a_fit() -> None:
    """The same verdicts in another order give the same weights to three digits."""
    rows = simulated(300)
    assert fit(rows).weights == pytest.approx(fit(rows[::-1]).weights, abs=1e-3)


def test_a_model_survives_being_written() -> None:
    """Through JSON it comes back equal, with the same fingerprint; another kind is refused."""
    model = fit(simulated(100))
    again = Model.from_dict(json.loads(json.dumps(model.to_dict())))
    assert again == model
    assert again.fingerprint == model.fingerprint != PRIOR_MODEL.fingerprint
    with pytest.raises(ValueError, match="not a confidence model"):
        Model.from_dict(model.to_dict() | {"kind": "oracle"})


@settings(deadline=None)
@given(EVIDENCE)
def test_evidence_survives_being_written(evidence: Evidence) -> None:
    """Through JSON it comes back equal."""
    assert Evidence.from_dict(json.loads(json.dumps(evidence.to_dict()))) == evidence


@pytest.mark.parametrize("value", [math.nan, -0.1, 1.1, "much", None])
def test_bad_evidence_is_named(value) -> None:
    """An input that is no number from 0 to 1 is named."""
    good = dict.fromkeys(NAMES, 0.5)
    with pytest.raises(ValueError, match="match "):
        Evidence.from_dict(good | {"match": value})


def test_cross_fitted_confidences_come_from_models_without_the_row() -> None:
    """Turning a verdict round leaves its own confidence, and that of its group, as it was."""
    rows = simulated(120)
    groups = [place // 2 for place in range(120)]
    before = cross_fitted(rows, 4, groups)
    evidence, label = rows[10]
    after = cross_fitted([*rows[:10], (evidence, not label), *rows[11:]], 4, groups)
    assert after[10:12] == before[10:12]
    assert after != before


@pytest.mark.parametrize(("folds", "groups", "complaint"), [(1, None, "folds"), (3, [1, 2], "groups")])
def test_impossible_folds_are_refused(folds: int, groups, complaint: str) -> None:
    """One fold would be no cross-fitting, and every row needs a group."""
    with pytest.raises(ValueError, match=f"{complaint} must be"):
        cross_fitted(simulated(10), folds, groups)


def test_without_rows_there_is_no_calibration_error() -> None:
    """Nothing to compare is None, not zero."""
    assert cross_fitted([]) == []
    assert calibration_error([]).error is None


def test_length_has_a_plateau() -> None:
    """Replies of readable size score 1, very short and very long ones less."""
    assert [length_score(n) for n in (0, 75, 150, 1_500, 3_000)] == [0, 0.5, 1, 1, 0.5]


def test_the_lead_is_a_share_of_a_wide_margin() -> None:
    """None for a tie or an article behind, all from the widest margin on."""
    assert [lead_score(margin) for margin in (-0.1, 0.0, 0.1, 0.4, 3.0)] == pytest.approx([0, 0, 0.5, 1, 1])


def test_the_prior_of_a_good_draft_is_high() -> None:
    """A fully grounded draft in a known category is likelier to be sent than not, an ungrounded one is not."""
    good = Evidence(**dict.fromkeys(NAMES, 1.0))
    assert prior(good) > 0.9
    assert prior(replace(good, answerable=0.0, match=0.0, lead=0.0, grounded=0.0)) < 0.2
