"""Decides whether a newly taught version is worse than the one in force, on the same rows that neither was taught.

It refuses to know how versions are taught and what is done with the answer.
"""

from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from triage.head import Scores
from triage.learning import OUT_OF_SCOPE, Judgement

CALIBRATION_BINS = 15
LEAST_CLEAR = 0.02
CLEAR_AT_ONE = 0.5
TOLERANCE = 1e-9


@dataclass(frozen=True, slots=True)
class Figures:
    """How well n held-out rows were judged; shares lie in 0..1 and are None where there is nothing to count.

    `right` counts a row in scope as right when it gets its category, one out of scope when it is refused, weighted by
    how good the evidence is; `accuracy` and `ece` (expected calibration error, Naeini et al., 2015) look at rows in
    scope only and at the likeliest category, `refused` is the share of them that was refused, and `caught` the share of
    the `outside` rows out of scope that was.
    """

    n: int
    right: float | None
    accuracy: float | None
    ece: float | None
    refused: float | None
    outside: int
    caught: float | None

    def to_dict(self) -> dict[str, Any]:
        """Return plain JSON values."""
        return asdict(self)


@dataclass(frozen=True, slots=True)
class Comparison:
    """Both sides on the same rows; `before` is None when nothing was in force. `reason` says it in words."""

    before: Figures | None
    after: Figures
    is_worse: bool
    reason: str


def figures(judged: Judgement) -> Figures:
    """Return the figures of a judgement; see `Figures`."""
    labels, weights = judged.labels, judged.weights
    inside = labels != OUT_OF_SCOPE
    hit = judged.said == labels
    return Figures(
        n=len(judged),
        right=_share(judged.outcome == labels, weights),
        accuracy=_share(hit[inside], weights[inside]),
        ece=calibration_error(judged.confidence[inside], hit[inside], weights[inside]) if inside.any() else None,
        refused=_share(judged.scope[inside] < 0.5, weights[inside]),
        outside=int((~inside).sum()),
        caught=_share(judged.scope[~inside] < 0.5, weights[~inside]),
    )


def calibration_error(confidence: Scores, right: NDArray[np.bool_], weights: Scores) -> float:
    """Return the weighted expected calibration error over 15 bins of equal width, 0 for no rows."""
    if not len(right):
        return 0.0
    bins = np.minimum((confidence * CALIBRATION_BINS).astype(np.int64), CALIBRATION_BINS - 1)
    gaps = np.abs(np.bincount(bins, weights=weights * (confidence - right), minlength=CALIBRATION_BINS))
    return float(gaps.sum() / weights.sum())


def compare(before: Judgement | None, after: Judgement) -> Comparison:
    """Compare two judgements on the rows that both know. The new side is worse when it is right less often, or when its
    calibration error is clearly greater: by more than 0.02 + 0.5 / √n, which is about what chance does.
    """
    if before is None:
        return Comparison(None, figures(after), False, "It is the first version.")
    old, new = _shared(before, after)
    was, now = figures(old), figures(new)
    if now.n == 0:
        return Comparison(was, now, False, "Nothing is held out that both versions know, so nothing speaks against it.")
    return Comparison(was, now, *_verdict(was, now, _points(old), _points(new)))


def _verdict(was: Figures, now: Figures, before: float, after: float) -> tuple[bool, str]:
    right, before_that = _apart(now.right or 0.0, was.right or 0.0)
    told = f"right on {right} of {now.n} held-out texts, {before_that} before"
    if after < before - TOLERANCE:
        return True, f"Refused: {told}."
    clear = LEAST_CLEAR + CLEAR_AT_ONE / now.n**0.5
    if now.ece is not None and was.ece is not None and now.ece > was.ece + clear:
        return True, f"Refused: {told}, but its calibration error rose from {was.ece:.3f} to {now.ece:.3f}."
    return False, f"Not worse: {told}."


def _points(judged: Judgement) -> float:
    return float(judged.weights[judged.outcome == judged.labels].sum())


def _shared(before: Judgement, after: Judgement) -> tuple[Judgement, Judgement]:
    """Return both, on the rows that each side could judge."""
    common = {row.key for row in before.rows} & {row.key for row in after.rows}
    return _only(before, common), _only(after, common)


def _only(judged: Judgement, keys: set[str]) -> Judgement:
    return judged.where(np.array([row.key in keys for row in judged.rows], np.bool_))


def _share(hits: NDArray[np.bool_], weights: Scores) -> float | None:
    return float(weights[hits].sum() / weights.sum()) if len(hits) else None


def _apart(one: float, other: float) -> tuple[str, str]:
    """Return both shares as percent, with as many digits as it takes to tell them apart, three at most."""
    for digits in (1, 2, 3):
        words = tuple(f"{100 * share:.{digits}f} %" for share in (one, other))
        if one == other or words[0] != words[1]:
            break
    return words[0], words[1]
