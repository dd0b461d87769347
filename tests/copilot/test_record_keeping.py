"""When what categories have earned is brought up to date."""

import pytest

from copilot.autonomy import CategoryAutonomy
from copilot.earning import Review, earn
from copilot.fakes import ManualTime
from copilot.precedent_cache import MOST_REVIEWS
from copilot.record_keeping import NOTHING, limit_for, refit_is_due
from copilot.store.reviews import Count
from copilot.store.tables import ConfidenceFit, StandingRow


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


SETTING = CategoryAutonomy("refund", error_budget=0.02, confidence_level=0.95)


def standing(**known) -> StandingRow:
    at = ManualTime()()
    return StandingRow(category="refund", fingerprint="f", budget=0.02, level=0.95, began_at=at, at=at, **known)


def good(n: int, confidence: float = 0.9) -> list[Review]:
    return [Review(confidence, True)] * n


def test_a_laxer_threshold_waits_for_the_next_look() -> None:
    """After a look at 200 reviews that proved 0.9, drafts at 0.5 that would be proven at 399 reviews may be sent from
    400 on."""
    row = standing()
    assert limit_for(row, [*good(200)], SETTING) == 0.9
    assert limit_for(row, [*good(200), *good(199, 0.5)], SETTING) == 0.9
    assert (row.looked, limit_for(row, [*good(200), *good(200, 0.5)], SETTING), row.looked) == (200, 0.5, 400)


def test_what_was_not_proven_at_a_look_waits_for_the_next() -> None:
    """An error among the first 149 proves nothing; 236 with one would, and are not looked at before 298."""
    row = standing()
    pool = [*good(148), Review(0.9, False)]
    assert limit_for(row, pool, SETTING) == NOTHING
    assert limit_for(row, [*pool, *good(148)], SETTING) == NOTHING
    assert earn([*pool, *good(148)], 0.02, 0.95).threshold is not None
    assert limit_for(row, [*pool, *good(149)], SETTING) == 0.9


def test_before_anything_can_be_proven_no_look_is_spent() -> None:
    """A standing that is reckoned with each of its first reviews has its first look at 149."""
    row = StandingRow(category="refund", fingerprint="f", began_at=ManualTime()(), at=ManualTime()())
    for n in (1, 100, 148):
        assert limit_for(row, good(n), SETTING) == NOTHING
        row.budget, row.level = 0.02, 0.95
    assert limit_for(row, good(149), SETTING) == 0.9


def test_a_new_model_lets_no_larger_share_pass_until_the_next_look() -> None:
    """When all confidences have changed, the share that was proven is kept, not the number."""
    row = standing()
    limit_for(row, [*good(150), *[Review(0.4, False)] * 150], SETTING)
    row.limit = None
    changed = [*good(150, 0.7), *good(150, 0.6)]
    assert 0.6 < limit_for(row, changed, SETTING) <= 0.7
