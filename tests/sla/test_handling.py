"""How handling times are told from when tickets were finished."""

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sla.handling import AT_ONCE, BREAK, PRIOR, UNMEASURED, Finished, HandlingTimes, handling_times
from tests.sla.builders import minutes, utc

START = utc("2026-11-23T09:00")


def shift(gaps, category="refund", agent="kim"):
    """One agent's tickets, finished so many minutes after each other; the first one's gap is not known."""
    at, actions = START, [Finished(agent, f"{agent} first", category, START)]
    for number, gap in enumerate(gaps):
        at += minutes(gap)
        actions.append(Finished(agent, f"{agent} {category} {number}", category, at))
    return actions


actions = st.lists(
    st.builds(
        Finished,
        agent=st.integers(1, 3),
        ticket=st.integers(1, 40),
        category=st.sampled_from(["refund", "delivery", None]),
        at=st.integers(0, 60_000).map(lambda seconds: START + timedelta(seconds=seconds)),
        since=st.none() | st.integers(-60_000, 60_000).map(lambda seconds: START + timedelta(seconds=seconds)),
    ),
    max_size=120,
)


@given(actions)
def test_every_time_is_possible(finished):
    """Whatever happened, each estimate is between the shortest and the longest gap that counts."""
    times = handling_times(finished)
    for category in ("refund", "delivery", "never seen", None):
        assert AT_ONCE <= times.of(category) <= BREAK
    assert times.observations >= sum(times.counts.values())
    assert times.by_category.keys() == times.counts.keys()


@given(actions, st.randoms())
def test_the_order_of_the_records_does_not_matter(finished, random):
    """The same history in another order gives the same times, to the last digit."""
    assert handling_times(random.sample(finished, len(finished))) == handling_times(finished)


@given(st.lists(st.floats(4, 8), min_size=20, max_size=60), st.floats(0.1, 100_000), st.integers(0, 59))
def test_one_crazy_gap_moves_nothing_far(gaps, crazy, place):
    """When all gaps lie from four to eight minutes, the estimate does too, in spite of one that may be anything."""
    times = handling_times(shift([*gaps[:place], crazy, *gaps[place:]]))
    assert minutes(4) <= times.of("refund") <= minutes(8)


@given(actions)
def test_agents_are_independent(finished):
    """What another agent does at the same time is no gap of mine."""
    twice = finished + [replace(action, agent=action.agent + 3) for action in finished]
    assert handling_times(twice).observations == 2 * handling_times(finished).observations


def test_without_history_six_minutes_are_assumed():
    """Nothing is measured, and every category is alike."""
    assert handling_times([]) == HandlingTimes()
    assert not HandlingTimes().measured
    assert HandlingTimes().of("refund") == HandlingTimes().of(None) == UNMEASURED


def test_many_observations_speak_for_themselves():
    """A team that always takes ten minutes for refunds and two for deliveries is believed, category by category."""
    history = shift([10] * 2000) + shift([2] * 2000, "delivery", "robin")
    times = handling_times(history)
    assert times.measured
    assert times.counts == {"refund": 2000, "delivery": 2000}
    assert abs(times.of("refund") - minutes(10)) < timedelta(seconds=3)
    assert abs(times.of("delivery") - minutes(2)) < timedelta(seconds=3)
    assert abs(times.of("never seen") - minutes(6)) < timedelta(seconds=3)


def test_the_formula():
    """Two gaps of 14 minutes: the team at (28 + 20 x 6) / 22, the category drawn from there towards 14."""
    times = handling_times(shift([14, 14]))
    team = (28 + PRIOR * 6) / (2 + PRIOR)
    assert times.team / minutes(1) == pytest.approx(team)
    assert times.of("refund") / minutes(1) == pytest.approx((28 + PRIOR * team) / (2 + PRIOR))
    assert not times.measured


def test_breaks_and_actions_on_many_tickets_at_once_do_not_count():
    """Half an hour counts, a second more does not; nor does what one click finished, nor the same ticket again."""
    assert handling_times(shift([30])).observations == 1
    assert handling_times(shift([30.02])).observations == 0
    assert handling_times(shift([6, 0, 0, 0, 0.05])).observations == 1
    again = [Finished("kim", 7, "refund", START), Finished("kim", 7, "refund", START + minutes(5))]
    assert handling_times(again).observations == 0


def test_the_last_of_several_actions_on_a_ticket_finished_it():
    """A draft rejected after two minutes, the reply six minutes later and solving it are one ticket of eight minutes;
    a break between two actions parts them.
    """
    reject, reply, solve = (Finished("kim", 2, "refund", START + minutes(at)) for at in (2, 8, 8.5))
    first = Finished("kim", 1, None, START)
    times = handling_times([first, reject, reply, solve])
    assert (times.observations, times.of("refund")) == (1, handling_times(shift([8.5])).of("refund"))
    later = Finished("kim", 2, "refund", START + minutes(50))
    assert handling_times([first, reject, later]) == handling_times([first, reject])


def test_waiting_for_a_ticket_is_no_work():
    """Who finishes a ticket every twenty minutes, each four minutes after it came, takes four minutes, not twenty; one
    that waited from before counts from the earlier ticket.
    """
    at = [START + minutes(20 * number) for number in range(41)]
    came = [Finished("kim", number, "refund", end, end - minutes(4)) for number, end in enumerate(at)]
    assert handling_times(came) == handling_times(shift([4] * 40))
    waited = [Finished("kim", number, "refund", end, START - minutes(60)) for number, end in enumerate(at)]
    assert handling_times(waited) == handling_times(shift([20] * 40))
    late = [Finished("kim", 1, None, START), Finished("kim", 2, None, START + minutes(300), START + minutes(290))]
    assert handling_times(late).observations == 1


def test_tickets_without_category_count_for_the_team():
    """They move the team's mean and no category's count."""
    times = handling_times(shift([12] * 50, category=None))
    assert times.observations == 50
    assert times.by_category == {}
    assert times.of(None) == times.of("refund") > minutes(10)


def test_a_naive_instant_is_refused():
    """A record without a zone says nothing about a gap."""
    with pytest.raises(ValueError, match=r"^at: "):
        Finished("kim", 7, None, START.replace(tzinfo=None))
    with pytest.raises(ValueError, match=r"^since: "):
        Finished("kim", 7, None, START, START.replace(tzinfo=None))
