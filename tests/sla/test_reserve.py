"""The reserve for overdue tickets: how large it is, and that its turns come round."""

from math import ceil, inf

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sla.reserve import (
    LARGEST,
    MOST_RATIO,
    SPARE,
    WEEK,
    Turns,
    is_reserved,
    share_of_places,
    share_of_time,
    time_to_spare,
)

shares = st.floats(0.001, 1)
work = st.floats(0, 1e8)
agents = st.integers(1, 50)


@given(work, work, agents, st.floats(0, WEEK))
def test_the_more_is_overdue_the_smaller_the_reserve(less, more, count, late):
    """The reserve falls with the overdue work, and never below what is set nor above a tenth."""
    less, more = sorted((less, more))
    assert 0.02 <= share_of_time(more, late, count, 0.02) <= share_of_time(less, late, count, 0.02) <= LARGEST
    assert share_of_time(more, late, count, 0.5) == 0.5


@given(work, st.floats(0, 1e9), st.floats(0, 1e9), agents, shares)
def test_the_reserve_grows_with_age(overdue, earlier, later, count, reserve):
    """It grows with every week of lateness, to all the time after 1 / reserve weeks."""
    earlier, later = sorted((earlier, later))
    assert share_of_time(overdue, earlier, count, reserve) <= share_of_time(overdue, later, count, reserve) <= 1
    assert share_of_time(overdue, 2 * WEEK, count, reserve) >= min(1, 2 * reserve)
    assert share_of_time(overdue, WEEK / reserve * 1.000001, count, reserve) == 1


@given(shares, st.floats(1, 1e5), st.floats(1, 1e5))
def test_places_take_up_the_share_of_time(share, overdue, usual):
    """So many places with tickets of that length take up that share of the time, within bounds."""
    places = share_of_places(share, overdue, usual)
    assert share / MOST_RATIO <= places <= 1
    if overdue <= MOST_RATIO * usual:
        assert places * overdue / (places * overdue + (1 - places) * usual) == pytest.approx(share)
    assert share_of_places(1.0, overdue, usual) == 1


@given(st.integers(0, 10**9), st.floats(0.002, 1))
def test_a_turn_for_the_overdue_comes_round(turn, places):
    """Of any 3 / places turns in a row at least one is reserved, and about as many as the share says."""
    assert any(is_reserved(turn + k, places) for k in range(ceil(3 / places)))
    taken = sum(is_reserved(turn + k, places) for k in range(5_000))
    assert abs(taken - 5_000 * places) < 15


@given(st.sampled_from([6, 10, 60]) | st.integers(1, 24 * 60), st.integers(0, 10**8), st.floats(0.01, 1))
def test_no_steady_rhythm_misses_its_turn(minutes, start, places):
    """Who comes every so many minutes finds a reserved one within 5.3 x minutes / places visits."""
    assert any(is_reserved(start + minutes * k, places) for k in range(ceil(5.3 * minutes / places)))


def test_who_comes_when_it_is_everybodys_turn():
    """Every minute is reserved once the share is all."""
    assert all(is_reserved(turn, 1.0) for turn in range(10_000))


kept = st.lists(st.tuples(st.floats(0, 1e5), st.floats(1, 1e4)), max_size=30)


@given(kept, agents)
def test_what_goes_first_leaves_every_kept_ticket_its_time(rows, count):
    """With so much work before them the kept fill at most the share of the time until each must begin, and one of them
    fills it.
    """
    rows.sort()
    spare = time_to_spare([time for time, _ in rows], [needed for _, needed in rows], count)
    before = [sum(needed for _, needed in rows[:k]) for k in range(len(rows))]
    left = [SPARE * count * time - work for (time, _), work in zip(rows, before, strict=True)]
    assert spare == pytest.approx(min(left, default=inf), abs=1e-6)


def test_plenty_of_time_is_that_for_four():
    """An overdue ticket goes first while four such would fit beside those before it."""
    turns = Turns(spare=100.0, share=0.1, usual=10.0)
    assert turns.fits(25.0)
    assert not turns.fits(26.0)
    assert not turns.fits(25.0, taken=1.0)
    assert turns.places(10.0) == pytest.approx(0.1)
