"""How likely an agent is to send a draft as it is, from measured inputs only.

Until people's verdicts have been collected a shipped prior is used: a logistic model whose weights were set by hand so
that a well matched, fully quoted answer in a known category reaches about 0.9. It is marked uncalibrated everywhere.
"""

from dataclasses import asdict, dataclass
from math import exp

PRIOR = "prior-1"


@dataclass(frozen=True, slots=True)
class Evidence:
    """Measured inputs, each from 0 to 1 (`length` is 1 for a reply of a readable size)."""

    answerable: float
    match: float
    category: float
    grounded: float
    language: float
    length: float


WEIGHTS = Evidence(answerable=3.0, match=1.5, category=1.6, grounded=1.5, language=0.8, length=0.4)
INTERCEPT = -5.6


def prior(evidence: Evidence) -> float:
    """Probability from 0 to 1 by the shipped, uncalibrated model."""
    weights = asdict(WEIGHTS)
    return 1 / (1 + exp(-(INTERCEPT + sum(weights[name] * value for name, value in asdict(evidence).items()))))


def length_score(characters: int) -> float:
    """1 for replies between 150 and 1,500 characters, falling towards 0 outside."""
    if characters < 150:
        return characters / 150
    return min(1.0, 1_500 / characters)
