"""Decides whether a ticket is about anything the categories cover; refuses to know which category it is.

Two measures, each in standard deviations of held-out in-domain rows, are added: the head's energy and, at half weight,
the cosine to the nearest example. AUROC by energy and by both, on development files: CLINC150 .980 and .980, real
users' questions (HINT3 curekart) .890 and .900.
"""

from dataclasses import dataclass

import numpy as np

from triage.head import Evidence, Scores

REJECTED_IN_DOMAIN = 0.05
NEAREST_WEIGHT = 0.5
STEEPNESS = 2.0
MIN_HELD_OUT = 20
UNFITTED_COSINE = 0.2
UNFITTED_SPREAD = 0.05
# Examples written from one template differ less than tickets will; these spreads are half of what real sets show.
LEAST_ENERGY_SPREAD = 0.5
LEAST_NEAREST_SPREAD = 0.05
LEAST_MARGIN = 1.6


@dataclass(frozen=True, slots=True)
class Scope:
    """`score` lies in 0..1, higher is more familiar, and `in_scope` is score >= 0.5."""

    in_scope: bool
    score: float


@dataclass(frozen=True, slots=True)
class ScopeModel:
    """A familiarity is `energy_weight * energy + nearest_weight * nearest`, in scope from `threshold` on.

    `spread` is its standard deviation in the domain; `fitted` is False when there was too little to hold out.
    """

    energy_weight: float
    nearest_weight: float
    threshold: float
    spread: float
    fitted: bool

    @classmethod
    def fit(cls, held_out: Evidence) -> "ScopeModel":
        """Set the threshold so that 5 % of held-out in-domain rows would be refused, fewer where they hardly differ.

        With fewer than 20 rows to go by, a fixed cosine to the nearest example stands in.
        """
        if len(held_out.nearest) < MIN_HELD_OUT:
            return cls(0.0, 1.0, UNFITTED_COSINE, UNFITTED_SPREAD, False)
        energy_weight = 1.0 / max(float(held_out.energy.std()), LEAST_ENERGY_SPREAD)
        nearest_weight = NEAREST_WEIGHT / max(float(held_out.nearest.std()), LEAST_NEAREST_SPREAD)
        sums = energy_weight * held_out.energy + nearest_weight * held_out.nearest
        threshold = min(float(np.quantile(sums, REJECTED_IN_DOMAIN)), float(sums.mean()) - LEAST_MARGIN)
        return cls(energy_weight, nearest_weight, threshold, max(float(sums.std()), 1.0), True)

    def scores(self, evidence: Evidence) -> Scores:
        """Return the scores (n,) in 0..1; 0.5 is the border of the scope."""
        sums = self.energy_weight * evidence.energy + self.nearest_weight * evidence.nearest
        return np.asarray(0.5 + 0.5 * np.tanh(STEEPNESS / 2 * (sums - self.threshold) / self.spread), np.float64)

    def decide(self, evidence: Evidence) -> list[Scope]:
        """Return the decision for each row of evidence."""
        return [Scope(bool(score >= 0.5), float(score)) for score in self.scores(evidence)]
