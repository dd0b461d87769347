"""When what categories have earned is brought up to date."""

import pytest

from copilot.fakes import ManualTime
from copilot.precedent_cache import MOST_REVIEWS
from copilot.record_keeping import refit_is_due
from copilot.store.reviews import Count
from copilot.store.tables import ConfidenceFit


def fit(labels: int, given: int, dropped: int = 0) -> ConfidenceFit:
    return ConfidenceFit(fingerprint="f", model={}, labels=labels, given=given, dropped=dropped, at=ManualTime()())


@pytest.mark.parametrize(
    ("count", "before", "due"),
    [
        (Count(49, 0), None, False),
        (Count(50, 0), None, True),
        (Count(60, 11), None, False),
        (Count(109, 0), fit(100, 100), False),
        (Count(110, 0), fit(100, 100), True),
        (Count(110, 10), fit(90, 100, 10), True),
        (Count(100, 10), fit(100, 100), True),
        (Count(105, 5), fit(100, 100), True),
        (Count(60, 15), fit(60, 60), False),
    ],
)
def test_a_refit_follows_enough_changes(count: Count, before: ConfidenceFit | None, due: bool) -> None:
    """From fifty verdicts that count on, whenever a tenth of those fitted to were given or dropped since."""
    assert refit_is_due(count, before) is due


@pytest.mark.parametrize("given", [22_000, 500_000])
def test_a_long_record_is_not_fitted_for_ever(given: int) -> None:
    """A model that was fitted to the newest verdicts of a record longer than it can be read is up to date."""
    assert not refit_is_due(Count(given, 0), fit(MOST_REVIEWS, given))
    assert not refit_is_due(Count(given + MOST_REVIEWS // 10 - 1, 0), fit(MOST_REVIEWS, given))
    assert refit_is_due(Count(given + MOST_REVIEWS // 10, 0), fit(MOST_REVIEWS, given))
