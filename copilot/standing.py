"""What a category has earned, in numbers and in words. Pure; `copilot.earning` says how it is reckoned."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Standing:
    """What people's verdicts prove at a `budget` (share of errors, 0..1) and a `level` of confidence (0..1).

    `threshold` is the least confidence that may be sent (None: nothing is proven), `bound` the upper bound on its share
    of errors, `reviews` and `errors` those above it; `pool` is how many reviews count, `missing` about how many more it
    takes (None: no number is enough at the present rate of errors).
    """

    budget: float
    level: float
    threshold: float | None
    bound: float | None
    reviews: int
    errors: int
    coverage: float
    missing: int | None
    pool: int

    def is_of(self, budget: float, level: float) -> bool:
        """Whether it was reckoned for these settings."""
        return (self.budget, self.level) == (budget, level)


def proven_words(standing: Standing) -> str:
    """What was proven, such as "412 reviews above 0.87, 3 errors, at most 1.9 % wrong with 95 % confidence"."""
    at_most = f"at most {standing.bound or 0:.1%} wrong with {standing.level:.0%} confidence"
    return f"{standing.reviews} reviews, {standing.errors} errors, {at_most}"


def missing_words(standing: Standing | None) -> str:
    """Why nothing is proven yet, and what it would take."""
    if standing is None:
        return "No threshold has been earned for this category yet, and no manual one is set."
    if standing.missing is None:
        return (
            f"No threshold has been earned: of {standing.pool} reviewed drafts too many were not accepted for a budget "
            f"of {standing.budget:.1%}; no number of reviews is enough at this rate."
        )
    return (
        f"No threshold has been earned yet: {standing.pool} reviewed drafts count, about {standing.missing} more would "
        "be enough if people accept as many as until now."
    )
