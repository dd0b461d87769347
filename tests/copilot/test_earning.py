"""Which confidence has earned automatic sending."""

import math
from math import comb

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from copilot.earning import Earned, Review, earn, is_look, limit_of, naive, upper_bound

LEVELS = st.sampled_from([0.5, 0.8, 0.95, 0.999])
BUDGETS = st.sampled_from([0.005, 0.02, 0.1, 0.3, 0.5])
REVIEWS = st.lists(st.builds(Review, st.floats(0, 1) | st.sampled_from([0.2, 0.9]), st.booleans()), max_size=300)


def accepted(n: int, confidence: float = 0.9) -> list[Review]:
    return [Review(confidence, True)] * n


def at_most(errors: int, n: int, share: float) -> float:
    """The chance of no more than so many errors among n."""
    return math.fsum(comb(n, k) * share**k * (1 - share) ** (n - k) for k in range(errors + 1))


@settings(deadline=None)
@given(st.integers(1, 120).flatmap(lambda n: st.tuples(st.integers(0, n - 1), st.just(n))), LEVELS)
def test_the_bound_is_exact(seen: tuple[int, int], level: float) -> None:
    """Were the share as high as the bound, so few errors would come with a chance of exactly 1 - level."""
    assert at_most(*seen, upper_bound(*seen, level)) == pytest.approx(1 - level, rel=1e-6)


@settings(deadline=None)
@given(st.integers(0, 400), st.integers(0, 400), LEVELS, LEVELS)
def test_the_bound_grows_with_errors_and_level(errors: int, more: int, level: float, other: float) -> None:
    """More errors or more confidence never lower the bound, and it is never under the share seen."""
    n = errors + more
    assert upper_bound(errors, n, min(level, other)) <= upper_bound(errors, n, max(level, other))
    assert upper_bound(errors, n, level) >= (errors / n if n else 0)
    if more:
        assert upper_bound(errors, n, level) <= upper_bound(errors + 1, n, level)


def test_known_bounds() -> None:
    """149 reviews without error are the fewest that prove 2 % at 95 %; nothing seen and nothing right prove nothing."""
    assert upper_bound(0, 149, 0.95) < 0.02 < upper_bound(0, 148, 0.95)
    assert upper_bound(0, 0, 0.95) == upper_bound(7, 7, 0.95) == upper_bound(0, 9, 1.0) == 1.0


@pytest.mark.parametrize(("errors", "n", "level"), [(-1, 5, 0.9), (6, 5, 0.9), (1, 5, 1.1), (1, 5, math.nan)])
def test_an_impossible_count_is_refused(errors: int, n: int, level: float) -> None:
    """Counts and levels out of range raise an error."""
    with pytest.raises(ValueError, match="must be from 0"):
        upper_bound(errors, n, level)


@settings(deadline=None)
@given(REVIEWS, BUDGETS, LEVELS)
def test_what_is_earned_stays_within_the_budget(reviews: list[Review], budget: float, level: float) -> None:
    """A threshold comes only with a bound, recomputed here from the reviews at or above it, within the budget."""
    earned = earn(reviews, budget, level)
    above = [] if earned.threshold is None else [r for r in reviews if r.confidence >= earned.threshold]
    assert earned.reviews == len(above)
    assert earned.errors == sum(not review.accepted for review in above)
    if earned.threshold is None:
        assert earned.bound is None
        assert earned.missing != 0
    else:
        assert earned.bound == upper_bound(earned.errors, earned.reviews, level)
        assert earned.bound <= budget
        assert earned.coverage == len(above) / len(reviews)
        assert earned.missing == 0


@settings(deadline=None)
@given(REVIEWS, BUDGETS, LEVELS, st.randoms(use_true_random=False))
def test_the_order_of_reviews_does_not_matter(reviews: list[Review], budget: float, level: float, random) -> None:
    """Any order earns the same."""
    shuffled = list(reviews)
    random.shuffle(shuffled)
    assert earn(shuffled, budget, level) == earn(reviews, budget, level)
    assert naive(shuffled, budget) == naive(reviews, budget)


@settings(deadline=None)
@given(REVIEWS, st.data(), BUDGETS, LEVELS)
def test_an_error_more_never_earns_more(reviews: list[Review], data, budget: float, level: float) -> None:
    """When one accepted draft had not been, nothing laxer is earned."""
    good = [place for place, review in enumerate(reviews) if review.accepted]
    assume(good)
    place = data.draw(st.sampled_from(good))
    worse = [*reviews[:place], Review(reviews[place].confidence, False), *reviews[place + 1 :]]
    assert coverage(earn(worse, budget, level)) <= coverage(earn(reviews, budget, level))


def coverage(earned: Earned) -> float:
    return earned.coverage


@settings(deadline=None)
@given(REVIEWS, BUDGETS, BUDGETS)
def test_the_curve_runs_from_strict_to_lax(reviews: list[Review], budget: float, other: float) -> None:
    """Thresholds fall, coverage rises to all reviews, and each bound is the exact one, whatever the budget."""
    curve = earn(reviews, budget, 0.95).curve
    assert [point.threshold for point in curve] == sorted({point.threshold for point in curve}, reverse=True)
    assert [point.coverage for point in curve] == sorted(point.coverage for point in curve)
    assert all(point.bound == upper_bound(point.errors, point.reviews, 0.95) for point in curve)
    assert all(point.reviews == sum(r.confidence >= point.threshold for r in reviews) for point in curve)
    assert (curve[-1].coverage == 1) if reviews else (curve == ())


def test_without_reviews_nothing_is_earned() -> None:
    """It takes 149 accepted ones for 2 % at 95 %."""
    assert earn([], 0.02, 0.95) == Earned(None, None, 0, 0, 0.0, 149, ())
    assert naive([], 0.02) is None


def test_equal_confidences_stand_or_fall_together() -> None:
    """149 accepted drafts of one confidence earn it; one fewer lacks one; one error among them sends all back."""
    assert earn(accepted(149), 0.02, 0.95).threshold == 0.9
    assert earn(accepted(148), 0.02, 0.95).missing == 1
    assert earn([*accepted(148), Review(0.9, False)], 0.02, 0.95).threshold is None


def test_a_threshold_lies_just_above_what_is_left_out() -> None:
    """Everything above the best draft that was left out may be sent, itself not."""
    earned = earn([*accepted(300), *[Review(0.4, False)] * 100], 0.02, 0.95)
    assert earned.threshold == np.nextafter(0.4, 1)
    assert (earned.reviews, earned.coverage) == (300, 0.75)


@settings(deadline=None)
@given(REVIEWS, BUDGETS, LEVELS, st.floats(0, 1))
def test_a_limit_only_makes_it_stricter(reviews: list[Review], budget: float, level: float, limit: float) -> None:
    """With a limit the threshold is no laxer than it, none is found where none was, and the bound is the exact one."""
    free, limited = earn(reviews, budget, level), earn(reviews, budget, level, limit)
    if limited.threshold is not None:
        assert free.threshold is not None
        assert limited.threshold >= limit
        above = [review for review in reviews if review.confidence >= limited.threshold]
        assert (limited.reviews, limited.errors) == (len(above), sum(not review.accepted for review in above))
        assert limited.bound == upper_bound(limited.errors, limited.reviews, level) <= budget


def test_what_was_earned_can_be_kept() -> None:
    """More good reviews between two looks leave the threshold exactly where it was; errors above it take it back."""
    reviews = [Review(0.5 + place / 1_000, True) for place in range(400)]
    earned = earn([review for review in reviews if review.confidence > 0.6], 0.02, 0.95)
    assert earned.threshold is not None
    for more in range(0, 300, 7):
        assert earn([*reviews, *accepted(more, 0.777)], 0.02, 0.95, earned.threshold).threshold == earned.threshold
    bad = earn([*reviews, *[Review(0.65, False)] * 9], 0.02, 0.95, earned.threshold)
    assert bad.threshold is None or bad.threshold > 0.65


def test_looks_come_each_time_the_reviews_have_doubled() -> None:
    """The first at the fewest reviews that prove anything, 149 for 2 % at 95 %; no number is enough for no errors."""
    assert next(n for n in range(1, 400) if is_look(n, 0, 0.02, 0.95)) == 149
    assert not is_look(297, 149, 0.02, 0.95)
    assert is_look(298, 149, 0.02, 0.95)
    assert not is_look(10**6, 0, 0.0, 0.95)


@settings(deadline=None)
@given(REVIEWS, st.floats(0, 1))
def test_a_share_means_a_threshold(reviews: list[Review], share: float) -> None:
    """No more than this share of the reviews reaches it, and one more group of equals would be too many."""
    limit = limit_of(reviews, share)
    passing = sum(review.confidence >= limit for review in reviews)
    assert passing <= share * len(reviews) + 1e-6
    below = [review.confidence for review in reviews if review.confidence < limit]
    if below:
        assert sum(review.confidence >= max(below) for review in reviews) > share * len(reviews)


def test_looking_seldom_finds_fewer_by_luck() -> None:
    """A threshold that errs just above the budget passes at some time among 2,000 reviews in a fifth of the courses if
    it is tried after each, and in half as many if it is tried when they have doubled."""
    random = np.random.default_rng(8)
    every = seldom = 0
    for _ in range(300):
        errors = np.cumsum(random.random(2_000) < 0.0201)
        bounds = [upper_bound(int(errors[n - 1]), n, 0.95) <= 0.02 for n in range(149, 2_001, 10)]
        every += any(bounds)
        seldom += any(upper_bound(int(errors[n - 1]), n, 0.95) <= 0.02 for n in (149, 298, 596, 1_192))
    # true shares are about .19 and .10
    assert every > 1.2 * seldom
    assert seldom < 50


def test_testing_stops_at_the_first_failure() -> None:
    """Good drafts below a bad stretch do not make up for it, though the bound there would be within the budget."""
    reviews = [*accepted(1_500, 0.9), *[Review(0.8, False)] * 70, *accepted(5_000, 0.5)]
    assert upper_bound(70, 6_570, 0.95) < 0.02
    assert earn(reviews, 0.02, 0.95).threshold == pytest.approx(0.8)


@pytest.mark.parametrize("n", [1, 3])
def test_so_many_more_reviews_are_enough(n: int) -> None:
    """When the reviews to come are as those until now, the number missing is enough, and a fifth fewer are not."""
    now = [Review((place % 10) / 10, place % 10 > 2) for place in range(10)] * n
    missing = earn(now, 0.1, 0.95).missing
    assert missing
    like_now = now * 100
    assert earn(like_now[: len(now) + missing + 10], 0.1, 0.95).threshold is not None
    assert earn(like_now[: (len(now) + missing) * 4 // 5], 0.1, 0.95).threshold is None


def test_some_rates_of_error_can_never_be_enough() -> None:
    """Where even the surest fifth errs more often than the budget, no number of reviews is promised."""
    reviews = [Review(0.9, place % 10 != 0) for place in range(500)]
    assert earn(reviews, 0.02, 0.95).missing is None
    for budget, level in ((0.0, 0.95), (0.02, 1.0)):
        earned = earn(accepted(9_999), budget, level)
        assert (earned.threshold, earned.missing) == (None, None)


@pytest.mark.parametrize("confidence", [math.nan, math.inf, -0.1, 1.1])
def test_a_confidence_that_is_none_is_refused(confidence: float) -> None:
    """Not a number, or one outside of 0..1, is no confidence."""
    with pytest.raises(ValueError, match="confidence must be from 0 to 1"):
        Review(confidence, True)


@pytest.mark.parametrize(
    ("budget", "level", "name"), [(-0.1, 0.9, "budget"), (math.nan, 0.9, "budget"), (0.1, 2, "level")]
)
def test_bad_settings_are_named(budget: float, level: float, name: str) -> None:
    """The setting out of range is named."""
    with pytest.raises(ValueError, match=f"{name} must be from 0 to 1"):
        earn([], budget, level)


def test_thresholds_err_more_than_the_budget_seldom() -> None:
    """Of 300 draws of 800 reviews at most 5 % (and chance) earn a threshold whose true error exceeds the budget; of the
    naive ones about half do."""
    random = np.random.default_rng(5)
    confidence = np.sort(random.beta(4, 1, 20_000))[::-1]
    wrong = random.random(20_000) < (1 - confidence) ** 1.5
    true_error = np.cumsum(wrong) / np.arange(1, 20_001)
    exceeded = {"earned": 0, "naive": 0}
    for _ in range(300):
        drawn = random.integers(0, 20_000, 800)
        reviews = [Review(float(confidence[at]), not wrong[at]) for at in drawn]
        for name, threshold in (("earned", earn(reviews, 0.05, 0.9).threshold), ("naive", naive(reviews, 0.05))):
            sent = int(np.sum(confidence >= threshold)) if threshold is not None else 0
            exceeded[name] += sent > 0 and bool(true_error[sent - 1] > 0.05)
    # 46 of 300 would come with a chance of 0.2 % if the true share were the allowed tenth
    assert exceeded["earned"] <= 46
    assert exceeded["naive"] >= 100
