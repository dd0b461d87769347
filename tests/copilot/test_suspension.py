"""When the evidence says that automatic replies err too often."""

import itertools
import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from copilot.suspension import SIGNALS, Outcome, Watch, answered, audited, bet_on, sprint, usual_at_most

ERRORS = st.lists(st.booleans() | st.floats(0, 1), max_size=60)
SOURCES = st.sampled_from(["audit", "reply"])


def audits(errors) -> list[Outcome]:
    return [Outcome("audit", float(error)) for error in errors]


@pytest.mark.parametrize("budget", [0.02, 0.1, 0.4])
@pytest.mark.parametrize("source", ["audit", "reply"])
def test_the_game_is_fair_at_the_budget(budget: float, source: str) -> None:
    """Over all courses of ten outcomes, weighted by their chance at the budget, the mean money is exactly 1."""
    mean = 0.0
    for errors in itertools.product((0.0, 1.0), repeat=10):
        chance = math.prod(budget if error else 1 - budget for error in errors)
        mean += chance * Watch(budget, 0.8, usual=0.0).evidence([Outcome(source, error) for error in errors]).wealth
    assert mean == pytest.approx(1, abs=1e-9)


@settings(deadline=None)
@given(st.lists(st.tuples(SOURCES, st.floats(0, 1)), max_size=40), st.sampled_from([0.01, 0.05, 0.3, 0.9]))
def test_no_single_outcome_is_worth_betting_on(before: list[tuple[str, float]], budget: float) -> None:
    """After any course, the mean of the money over a right and a wrong outcome is no more than before, and never
    negative; fractions of an error lie in between."""
    watch, course = Watch(budget, 0.95, usual=0.0), [Outcome(source, error) for source, error in before]
    now = watch.evidence(course).wealth
    right, half, wrong = (watch.evidence([*course, Outcome("audit", error)]).wealth for error in (0.0, 0.5, 1.0))
    assert min(right, now) >= 0
    assert right <= half <= wrong
    assert (1 - budget) * right + budget * wrong <= now * (1 + 1e-9)


@settings(deadline=None)
@given(ERRORS, st.integers(0, 59), st.sampled_from([0.01, 0.05, 0.3]))
def test_an_error_more_is_more_suspicious(errors: list[float], place: int, budget: float) -> None:
    """Whatever came before, an error in place of a right outcome at the end raises the money."""
    course = audits(errors)
    assert Watch(budget, 0.95).evidence([*course, audited(False)]).wealth > 1e-300
    assert (
        Watch(budget, 0.95).evidence([*course, audited(False)]).wealth
        >= Watch(budget, 0.95).evidence([*course, audited(True)]).wealth
    )


def test_nothing_seen_is_no_evidence() -> None:
    """Before the first outcome the money is 1 and nothing has happened."""
    seen = Watch(0.02, 0.95).evidence([])
    assert (seen.wealth, seen.at, seen.wealths) == (1.0, None, ())


def test_the_first_time_at_the_bar_stands() -> None:
    """The outcome that raised suspicion to the bar is named even when good ones follow, and it is the first."""
    seen = Watch(0.02, 0.95).evidence(audits([1] * 6 + [0] * 400))
    assert seen.at is not None
    assert seen.wealths[seen.at] >= Watch(0.02, 0.95).bar > max(seen.wealths[: seen.at])
    assert seen.wealth < max(seen.wealths) / 2


def test_a_good_record_does_not_hide_a_change() -> None:
    """After 1,000 audits without error, ten errors in forty audits are noticed."""
    seen = Watch(0.02, 0.95).evidence(audits([0] * 1_000 + [1, 0, 0, 0] * 10))
    assert seen.at is not None
    assert seen.at >= 1_000


def test_customers_alone_can_raise_suspicion() -> None:
    """Complaints after a tenth of the replies are noticed; silence, and what people's replies draw too, is not."""
    course = [answered("complaint" if place % 10 == 0 else "silent") for place in range(600)]
    assert Watch(0.02, 0.95, usual=0.0).evidence(course).at is not None
    assert Watch(0.02, 0.95, usual=0.1).evidence(course).at is None
    assert Watch(0.02, 0.95, usual=0.0).evidence([answered("silent")] * 600).at is None


def test_while_nothing_is_known_of_customers_only_audits_are_evidence() -> None:
    """By default everything may be usual: any number of complaints leaves the money as it was."""
    watch = Watch(0.02, 0.95)
    assert watch.evidence([answered("complaint")] * 500).wealth == 1
    audited_too = watch.evidence([*[answered("complaint")] * 500, *audits([1] * 5)])
    assert audited_too.wealth > 1


@settings(deadline=None, max_examples=50)
@given(st.lists(st.sampled_from(sorted(SIGNALS.values())), max_size=200), st.sampled_from([0.5, 0.95, 0.999]))
def test_what_is_usual_is_bounded_from_above(weights: list[float], level: float) -> None:
    """The bound is never below the mean and grows with every weight; of nothing known it is 1."""
    bound = usual_at_most(weights, level)
    assert (sum(weights) / len(weights) if weights else 0) <= bound <= 1 + 1e-12
    assert usual_at_most([*weights[1:], 1.0], level) >= bound - 1e-12 or not weights
    assert usual_at_most([], level) == usual_at_most([0.0], 1.0) == 1


def test_customers_who_ask_on_as_usual_raise_no_alarm() -> None:
    """Twelve of a hundred customers ask on after every kind of reply, fifty of whom are known: of 100 courses of 1,000
    replies without an error none raises an alarm; if nothing of it counted as usual, most would."""
    random = np.random.default_rng(4)
    alarms = {"bound": 0, "nothing": 0}
    for _ in range(100):
        known, course = (0.5 * (random.random(n) < 0.12) for n in (50, 1_000))
        outcomes = [Outcome("reply", float(error)) for error in course]
        alarms["bound"] += Watch(0.02, 0.95, usual_at_most(list(known), 0.95)).evidence(outcomes).at is not None
        alarms["nothing"] += Watch(0.02, 0.95, usual=0.0).evidence(outcomes).at is not None
    assert alarms["bound"] == 0
    assert alarms["nothing"] > 50


def test_silence_does_not_weigh_against_audits() -> None:
    """Thousands of silent customers do not keep the audits' errors from being noticed."""
    course = [*[answered("silent")] * 5_000, *audits([1] * 6)]
    assert Watch(0.02, 0.95, usual=0.0).evidence(course).at is not None


def test_signals_weigh_as_the_table_says() -> None:
    """An unknown signal is an error of the caller."""
    assert [answered(name).error for name in SIGNALS] == list(SIGNALS.values())
    with pytest.raises(KeyError):
        answered("applause")


@pytest.mark.parametrize(("budget", "level"), [(0.0, 0.95), (1.0, 0.95), (0.5, 0.95), (0.02, 1.0), (0.02, 0.0)])
def test_extreme_settings_are_bearable(budget: float, level: float) -> None:
    """No budget, any budget, certainty and none give money that is a number; certainty is never reached."""
    seen = Watch(budget, level).evidence(audits([1, 0, 1] * 20))
    assert math.isfinite(seen.wealth)
    if level == 1 or budget == 1:
        assert seen.at is None


@pytest.mark.parametrize("error", [-0.1, 1.1, math.nan])
def test_an_outcome_out_of_range_is_refused(error: float) -> None:
    """An error's degree lies in 0..1."""
    with pytest.raises(ValueError, match="error must be from 0 to 1"):
        Outcome("audit", error)


@pytest.mark.parametrize(
    ("settings", "name"), [((2, 0.9), "budget"), ((0.1, math.nan), "level"), ((0.1, 0.9, -1), "usual")]
)
def test_settings_out_of_range_are_named(settings: tuple[float, ...], name: str) -> None:
    """The setting out of range is named."""
    with pytest.raises(ValueError, match=f"{name} must be from 0 to 1"):
        Watch(*settings)


@settings(deadline=None)
@given(st.floats(1.1, 100), st.floats(0.001, 1))
def test_bets_leave_something(times: float, mean: float) -> None:
    """No bet risks more than nine tenths of the money, and none is negative."""
    assert 0 <= bet_on(times, mean) * mean <= 0.9 + 1e-12


@pytest.mark.parametrize("mean", [0.01, 0.02, 0.05, 0.1])
@pytest.mark.parametrize("chance", [0.0285, 0.036])
def test_a_sprint_is_as_rare_and_as_likely_as_it_says(mean: float, chance: float) -> None:
    """Played 20,000 times at the mean and at three times it, it is won about as often as computed."""
    race = sprint(mean, chance)
    assert race is not None
    assert race.chances.min() >= 0
    random = np.random.default_rng(3)
    for frequency, expected in ((mean, race.chances[0, 0]), (3 * mean, None)):
        counts = np.cumsum(random.random((20_000, race.within)) < frequency, axis=1)
        won = counts[:, -1] >= race.errors
        if race.early:
            won |= counts[:, race.early - 1] >= race.errors - 1
        if expected is None:
            assert won.mean() > 0.49
        else:
            assert won.mean() == pytest.approx(expected, abs=0.005)
            assert expected <= chance


def test_three_times_the_budget_is_noticed_in_time() -> None:
    """Half of 200 courses at three times a budget of 2 % are noticed within 80 audits (and some for chance)."""
    random = np.random.default_rng(11)
    watch = Watch(0.02, 0.95)
    noticed = sum(watch.evidence(audits(random.random(80) < 0.06)).at is not None for _ in range(200))
    # 80 or fewer of 200 would come with a chance of 0.3 % if the true share were one half
    assert noticed > 80


def test_false_alarms_are_rare() -> None:
    """Of 100 courses of 1,500 audits at the budget few raise an alarm: 13 or more would come with a chance of 0.2 % at
    the allowed 5 %."""
    random = np.random.default_rng(12)
    watch = Watch(0.05, 0.95)
    assert sum(watch.evidence(audits(random.random(1_500) < 0.05)).at is not None for _ in range(100)) < 13
