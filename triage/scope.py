"""Decides whether a ticket is about anything the categories cover; refuses to know which category it is.

Two measures, each in standard deviations of held-out in-domain rows, are added: the energy of the evidence, less half
of the logit of belonging to none of the categories where there are examples of that, and, at a quarter of the weight,
how near in words the likely categories' examples are. More measures, and weights learned by leaving out whole
categories, did no better (docs/decisions/0012-four-kinds-of-evidence.md).
"""

from dataclasses import dataclass

import numpy as np

from triage.combining import Evidence
from triage.head import Scores

REJECTED_IN_DOMAIN = 0.05
WORDS_WEIGHT = 0.25
OUTSIDE_WEIGHT = 0.5
MIN_HELD_OUT = 20
UNFITTED_COSINE = 0.2
UNFITTED_SPREAD = 0.025
# Examples written from one template differ less than tickets will; these spreads are half of what real sets show.
LEAST_ENERGY_SPREAD = 1.0
LEAST_WORDS_SPREAD = 0.15
LEAST_MARGIN = 1.6


@dataclass(frozen=True, slots=True)
class Scope:
    """`score` lies in 0..1, higher is more familiar, and `in_scope` is score >= 0.5."""

    in_scope: bool
    score: float


@dataclass(frozen=True, slots=True)
class ScopeModel:
    """A familiarity is a weighted sum of energy, cosine in words and cosine to the nearest example, in scope from
    `threshold` on.

    `spread` is its standard deviation in the domain; `fitted` is False when there was too little to hold out.
    """

    energy_weight: float
    words_weight: float
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
            return cls(0.0, 0.0, 1.0, UNFITTED_COSINE, UNFITTED_SPREAD, False)
        energy_weight = 1.0 / max(float(_energy(held_out).std()), LEAST_ENERGY_SPREAD)
        words_weight = WORDS_WEIGHT / max(float(held_out.words.std()), LEAST_WORDS_SPREAD)
        sums = energy_weight * _energy(held_out) + words_weight * held_out.words
        threshold = min(float(np.quantile(sums, REJECTED_IN_DOMAIN)), float(sums.mean()) - LEAST_MARGIN)
        return cls(energy_weight, words_weight, 0.0, threshold, max(float(sums.std()), 1.0), True)

    def scores(self, evidence: Evidence) -> Scores:
        """Return the scores (n,) in 0..1; 0.5 is the border of the scope."""
        sums = self.energy_weight * _energy(evidence) + self.words_weight * evidence.words
        sums = sums + self.nearest_weight * evidence.nearest
        return np.asarray(0.5 + 0.5 * np.tanh((sums - self.threshold) / self.spread / 2), np.float64)

    def decide(self, evidence: Evidence) -> list[Scope]:
        """Return the decision for each row of evidence."""
        return [Scope(bool(score >= 0.5), float(score)) for score in self.scores(evidence)]


def _energy(evidence: Evidence) -> Scores:
    return evidence.energy - OUTSIDE_WEIGHT * evidence.outside
