"""Targets from a team's own history, and what a proposed promise would have kept."""

from datetime import timedelta
from itertools import pairwise
from math import comb

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sla.advisor import History, advise, histories, rounded_up, would_have_kept
from sla.clock import Event, replay
from sla.policies import Metric, Priority
from sla.statistics import quantile_ranks, wilson
from tests.sla.builders import hours, minutes, policy, utc

KEY = (Metric.FIRST_RESPONSE, Priority.NORMAL)
START = utc("2026-11-23T09:00")


def history(*ended, still=()):
    """A history of one kind from hours."""
    return {KEY: History(tuple(sorted(map(hours, ended))), tuple(sorted(map(hours, still))))}


def test_histories_from_timers():
    """Counted times by metric and priority, ended and open apart, without what was cancelled."""
    mine = policy(targets={"first_response": {"normal": {"promise": "4h"}}})
    received = Event.received(START)
    rows = [
        [received, Event.replied(START + hours(2))],
        [received, Event.replied(START + hours(25))],
        [received],
        [received, Event.cancelled(START + hours(1), "spam")],
    ]
    timers = [(timer, Priority.NORMAL) for events in rows for timer in replay(mine, events, START + hours(3 * 24))]
    assert histories(timers) == {KEY: History((hours(2), hours(9)), (hours(24),))}
    assert histories([]) == {}


def test_advice():
    """The time that the share kept, rounded up, with an interval of ranks around it."""
    known = history(*(number / 10 for number in range(1, 201)))
    ninety, ninety_five = advise(known)
    assert (ninety.target, ninety_five.target) == (hours(18), hours(19))
    assert (ninety.share, ninety.timers, ninety.caution) == (0.9, 200, "")
    assert ninety.low < ninety.target < ninety.high < ninety_five.high


def test_few_timers():
    """Ten timers say something about nine in ten, but nothing to promise with confidence."""
    advice = advise(history(*range(1, 11)), [0.9])[0]
    assert (advice.target, advice.high) == (hours(9), None)
    assert advice.caution == "too few timers (10) to promise this with confidence"
    assert advise(history(*range(1, 46)), [0.9])[0].caution == "few timers (45): take it as a hint"


def test_open_timers():
    """An open timer past a target counts against it, one within it says nothing; too many leave no target."""
    mixed = history(1, 1, 1, 5, still=[2, 9])
    outlook = would_have_kept(mixed, policy(targets={"first_response": {"normal": {"promise": "1h"}}}).targets)[0]
    assert (outlook.kept, outlook.timers, outlook.share) == (3, 6, 0.5)
    advice = advise(history(1, still=[9, 9, 9]), [0.9])[0]
    assert (advice.target, advice.low, advice.high) == (None, None, None)
    assert advice.caution == "too many timers are still open for any target"
    assert advise(history(still=[3]), [0.9])[0].timers == 1


def test_a_proposed_policy():
    """Each of its promises is held against the history; one without a history says so."""
    proposed = policy(targets={"first_response": {"normal": {"promise": "90m"}, "urgent": {"promise": "1h"}}})
    normal, urgent = sorted(would_have_kept(history(1, 1, 2, 3), proposed.targets), key=lambda seen: seen.priority)
    assert (normal.priority, normal.kept, normal.timers, normal.share) == (Priority.NORMAL, 2, 4, 0.5)
    assert normal.caution == "few timers (4): take it as a hint"
    assert (urgent.timers, urgent.share, urgent.interval, urgent.caution) == (
        0,
        None,
        (0.0, 1.0),
        "there is no history",
    )


@pytest.mark.parametrize("share", [0, 1, -1, float("nan")])
def test_shares_are_checked(share):
    """No promise is kept always or never."""
    with pytest.raises(ValueError, match=r"^shares: "):
        advise(history(1), [share])
    with pytest.raises(ValueError, match=r"^share: "):
        quantile_ranks(share, 5)


def test_times_to_promise():
    """Rounded up to what people would promise."""
    times = [minutes(0), minutes(1), minutes(5), minutes(61), hours(4.01), hours(24.1)]
    assert [rounded_up(time) for time in times] == [
        *(minutes(5), minutes(5), minutes(5), minutes(75)),
        *(hours(4.5), hours(25)),
    ]


def test_wilson_by_the_book():
    """The textbook's values."""
    assert wilson(0, 10) == (0.0, pytest.approx(0.2775, abs=1e-4))
    assert wilson(81, 263) == (pytest.approx(0.2553, abs=1e-4), pytest.approx(0.3662, abs=1e-4))
    assert wilson(10, 10)[1] == 1.0


@given(st.integers(1, 200), st.sampled_from([0.1, 0.5, 0.9, 0.95, 0.99]))
@settings(deadline=None)
def test_ranks_cover(of, share):
    """The chance that the quantile lies outside the ranks is at most one in forty on either side, counted exactly."""
    low, high = quantile_ranks(share, of)
    chances = [comb(of, count) * share**count * (1 - share) ** (of - count) for count in range(of + 1)]
    if low > 1:
        assert sum(chances[:low]) <= 0.025 + 1e-9
    if high is None:
        assert sum(chances[:of]) < 0.975
    else:
        assert low <= high <= of
        assert sum(chances[high:]) <= 0.025 + 1e-9


def test_ranks_of_a_long_history():
    """A hundred thousand timers neither underflow nor stray from the quantile."""
    low, high = quantile_ranks(0.95, 100_000)
    assert 94_800 < low < 95_000 < high < 95_200


times = st.lists(st.timedeltas(timedelta(0), hours(200)), max_size=80)


@given(times, times, st.sampled_from([0.5, 0.9, 0.95]))
@settings(deadline=None)
def test_advice_keeps_what_it_says(ended, still, share):
    """The advised target would have kept at least its share of the very history it came from; its interval holds it."""
    seen = History(tuple(sorted(ended)), tuple(sorted(still)))
    advice = advise({KEY: seen}, [share])[0]
    if advice.target is None:
        assert all(seen.kept(time)[0] < share * seen.kept(time)[1] for time in seen.ended)
        return
    kept, of = seen.kept(advice.target)
    assert kept >= share * of
    assert advice.low is None or advice.low <= advice.target
    assert advice.high is None or advice.high >= advice.target


@given(times, times)
@settings(deadline=None)
def test_longer_targets_keep_more(ended, still):
    """What would have been kept only grows with the target, and is a share in its interval."""
    seen = History(tuple(sorted(ended)), tuple(sorted(still)))
    targets = [minutes(30), hours(1), hours(8), hours(100)]
    shares = []
    for target in targets:
        outlook = would_have_kept({KEY: seen}, policy(targets=one(target)).targets)[0]
        low, high = outlook.interval
        assert 0 <= low <= high <= 1
        if outlook.share is not None:
            assert low <= outlook.share <= high
            shares.append(outlook.share)
    assert all(before <= after for before, after in pairwise(shares))


def one(target):
    """The targets of a policy with a single promise."""
    return {"first_response": {"normal": {"promise": f"{target // minutes(1)}m"}}}
