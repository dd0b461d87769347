"""How likely an agent is to send a draft as it is, from measured inputs only; never from what a language model says.

A logistic model. Until people's verdicts have been collected a shipped prior is used and marked uncalibrated; with
verdicts it is refitted, held near the prior (a Gaussian on the weights, maximum a posteriori), and no weight may fall
below 0: every input is such that more of it cannot speak against a draft, and few verdicts must not turn that round.
Pure. Refuses to know which confidence is enough: that is `copilot.earning`'s question.
"""

import hashlib
import json
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from math import sqrt
from typing import Any

import numpy as np
from numpy.typing import NDArray

from copilot.calibration import calibration_error as gap
from copilot.calibration import expected_calibration_error
from copilot.precedents import NEUTRAL

KIND = "logistic-3"
PRIOR = "prior-3"
LEAST_LABELS = 50
FOLDS = 5
# how far a weight may stray from the prior before it costs as much as one verdict; the intercept is all but free, for
# desks differ most in how many of their questions the knowledge base answers
SPREAD, SPREAD_OF_INTERCEPT = 1.0, 10.0
WIDEST_MARGIN = 0.4
Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Evidence:
    """Measured inputs, each from 0 to 1.

    `answerable` and `match` (the passage's cosine) are the retrieval's, `lead` is its margin by `lead_score`; `scope`
    is how familiar the message looks, 1 less its out-of-scope score; `record` is how drafts out of the same article
    fared before (`copilot.precedents`); `length` is 1 for a readable size.
    """

    answerable: float
    match: float
    lead: float
    category: float
    scope: float
    grounded: float
    language: float
    length: float
    record: float = NEUTRAL

    def __post_init__(self) -> None:
        for name, value in self.to_dict().items():
            if not 0 <= value <= 1:
                raise ValueError(f"{name} must be from 0 to 1, not {value}")

    def to_dict(self) -> dict[str, float]:
        """Return plain JSON values."""
        return asdict(self)

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> "Evidence":
        """Read what `to_dict` wrote. Raises `ValueError` naming an input that is missing or no number from 0 to 1."""
        values = {"record": NEUTRAL, **values}
        if missing := [name for name in NAMES if not isinstance(values.get(name), int | float)]:
            raise ValueError(f"{missing[0]} is missing or not a number")
        return cls(**{name: float(values[name]) for name in NAMES})


NAMES = tuple(field.name for field in fields(Evidence))
RECORD = NAMES.index("record")
Labelled = Sequence[tuple[Evidence, bool]]
"""Inputs and whether a person accepted the draft."""


@dataclass(frozen=True, slots=True)
class Model:
    """A logistic model; `weights` are in the order of `NAMES`, `labels` counts verdicts fitted to (0: the prior)."""

    weights: tuple[float, ...]
    intercept: float
    labels: int = 0

    @property
    def calibrated(self) -> bool:
        """Whether verdicts have been taken into account."""
        return self.labels > 0

    def of(self, evidence: Evidence) -> float:
        """Return the probability (0..1) that a person would accept."""
        return float(self.of_inputs(matrix([evidence]))[0])

    def of_inputs(self, inputs: Floats) -> Floats:
        """Return the same for rows of inputs in the order of `NAMES`, of shape (n, inputs)."""
        return _logistic(inputs @ np.array(self.weights) + self.intercept)

    @property
    def fingerprint(self) -> str:
        """Changes whenever some draft could get another confidence."""
        text = json.dumps([KIND, list(self.weights), self.intercept])
        return f"{KIND if self.calibrated else PRIOR}@{hashlib.sha256(text.encode()).hexdigest()[:12]}"

    def to_dict(self) -> dict[str, Any]:
        """Return plain JSON values."""
        weights = dict(zip(NAMES, self.weights, strict=True))
        return {"kind": KIND, "weights": weights, "intercept": self.intercept, "labels": self.labels}

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> "Model":
        """Read what `to_dict` wrote. Raises `ValueError` for a model of another kind."""
        if values.get("kind") != KIND or set(values.get("weights", ())) != set(NAMES):
            raise ValueError(f"not a confidence model of the kind {KIND}")
        weights = tuple(float(values["weights"][name]) for name in NAMES)
        return cls(weights, float(values["intercept"]), int(values["labels"]))


PRIOR_MODEL = Model((1.0, 2.0, 6.0, 1.6, 1.0, 1.5, 0.8, 0.4, 2.0), -10.0)
"""The first three weights are rounded from a fit to TechQA's questions with half of its articles withheld, which also
carries over to StackFAQ; the others and the intercept are set by hand so that a well matched, fully quoted answer in a
known category reaches about 0.9."""


def prior(evidence: Evidence) -> float:
    """Probability from 0 to 1 by the shipped, uncalibrated model."""
    return PRIOR_MODEL.of(evidence)


def fit(rows: Labelled) -> Model:
    """Return the model fitted to verdicts; the prior while there are fewer than 50 or all are alike."""
    return fit_inputs(matrix([evidence for evidence, _ in rows]), labels_of([label for _, label in rows]))


def cross_fitted(rows: Labelled, folds: int = FOLDS, groups: Sequence[Hashable] | None = None) -> list[float]:
    """Return for each row the confidence by a model that was fitted without it, as `copilot.earning` wants it.

    Rows of one group (by default each row is its own; say, a ticket's) are left out together. Served is then `fit` of
    all rows: it differs from each fold's model by a fold of the verdicts, which moves confidences by less than the
    budget can notice (measured by `answerable eval answers`). The folds depend on the order of the rows, so keep it.
    Raises `ValueError` for fewer than 2 folds or groups of another length.
    """
    fold = np.array(folds_of(range(len(rows)) if groups is None else groups, folds, len(rows)), dtype=np.int64)
    inputs, accepted = matrix([evidence for evidence, _ in rows]), labels_of([label for _, label in rows])
    confidences = np.zeros(len(rows))
    for left_out in range(folds):
        inside = fold == left_out
        confidences[inside] = fit_inputs(inputs[~inside], accepted[~inside]).of_inputs(inputs[inside])
    return [float(value) for value in confidences]


def folds_of(groups: Sequence[Hashable], folds: int, n: int) -> list[int]:
    """Return the fold of each of n rows, in turn by group. Raises `ValueError` for impossible numbers."""
    if folds < 2:
        raise ValueError(f"folds must be at least 2, not {folds}")
    if len(groups) != n:
        raise ValueError(f"groups must be as many as rows, {n}, not {len(groups)}")
    fold_of_group = {group: place % folds for place, group in enumerate(dict.fromkeys(groups))}
    return [fold_of_group[group] for group in groups]


def fit_inputs(inputs: Floats, accepted: Floats) -> Model:
    """Return `fit` of inputs of shape (n, inputs), in the order of `NAMES`, and of n labels (1: accepted, 0: not)."""
    if len(accepted) < LEAST_LABELS or accepted.min() == accepted.max():
        return PRIOR_MODEL
    from scipy.optimize import minimize

    inputs = np.column_stack([inputs, np.ones(len(inputs))])
    centre = np.array([*PRIOR_MODEL.weights, PRIOR_MODEL.intercept])
    spread = np.array([SPREAD] * len(NAMES) + [SPREAD_OF_INTERCEPT])

    def loss(weights: Floats) -> tuple[float, Floats]:
        values = inputs @ weights
        strayed = (weights - centre) / spread
        cost = np.logaddexp(0.0, values).sum() - accepted @ values + strayed @ strayed / 2
        return float(cost), inputs.T @ (_logistic(values) - accepted) + strayed / spread

    bounds = [(0.0, None)] * len(NAMES) + [(None, None)]
    found = minimize(loss, centre, jac=True, bounds=bounds, method="L-BFGS-B").x
    return Model(tuple(float(weight) for weight in found[:-1]), float(found[-1]), len(accepted))


@dataclass(frozen=True, slots=True)
class CalibrationError:
    """How far n confidences are from the shares accepted (`error`), and how far they would be by chance if each were
    true (`expected`); None without rows."""

    n: int
    error: float | None
    expected: float | None


def calibration_error(rows: Sequence[tuple[float, bool]]) -> CalibrationError:
    """Return the expected calibration error of confidences (0..1) and verdicts; take cross-fitted ones."""
    if not rows:
        return CalibrationError(0, None, None)
    confidences = np.array([confidence for confidence, _ in rows], dtype=np.float64)
    accepted = np.array([label for _, label in rows], dtype=np.bool_)
    return CalibrationError(len(rows), gap(confidences, accepted), expected_calibration_error(confidences))


def length_score(characters: int) -> float:
    """1 for replies between 150 and 1,500 characters, falling towards 0 outside."""
    if characters < 150:
        return characters / 150
    return min(1.0, 1_500 / characters)


def lead_score(margin: float) -> float:
    """0 where the second article is as good as the first, 1 from a margin of 0.4 on (`Retrieval.margin`, no unit); the
    first hundredths tell most."""
    return sqrt(min(1.0, max(0.0, margin) / WIDEST_MARGIN))


def matrix(rows: Sequence[Evidence]) -> Floats:
    """Return shape (n, inputs), in the order of `NAMES`."""
    inputs = [[getattr(evidence, name) for name in NAMES] for evidence in rows]
    return np.array(inputs, dtype=np.float64).reshape(len(rows), len(NAMES))


def labels_of(accepted: Sequence[bool]) -> Floats:
    """Return 1 for accepted, 0 for not."""
    return np.array(accepted, dtype=np.float64)


def _logistic(values: Floats) -> Floats:
    from scipy.special import expit

    return np.asarray(expit(values), dtype=np.float64)
