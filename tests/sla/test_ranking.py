"""The order of the queue: its laws, and the cases it was made for."""

from datetime import timedelta
from math import ceil

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sla.ranking import (
    FORESIGHT,
    NEXT_HOUR,
    PRUDENCE,
    RESERVE,
    QueueItem,
    is_reserved,
    rank,
    rank_with_reasons,
    reserved_share,
)
from tests.sla.builders import hours, minutes, utc

NOW = utc("2026-11-23T12:00")
TEN_MINUTES, AN_HOUR = minutes(10), hours(1)


def item(name, due=None, weight=1.0, handling=TEN_MINUTES, waited=AN_HOUR):
    """A ticket due `due` minutes from now (None: paused)."""
    return QueueItem(name, NOW - waited, None if due is None else NOW + minutes(due), weight, handling)


def names(items):
    """The order, by name."""
    return [found.id for found in items]


def queue(draw_due):
    """Queues of tickets with distinct ids."""
    row = st.tuples(draw_due, st.sampled_from([1.0, 2.0, 4.0, 8.0]), st.integers(1, 240), st.integers(0, 3))
    return st.lists(row, max_size=80).map(
        lambda rows: [
            item(k, due, weight, minutes(work), hours(wait)) for k, (due, weight, work, wait) in enumerate(rows)
        ]
    )


queues = queue(st.none() | st.integers(-3000, 3000))
agents = st.integers(1, 9)
reserves = st.sampled_from([RESERVE, 0.002, 0.05, 1.0])


@given(queues, agents, reserves)
def test_every_ticket_stands_once(items, count, reserve):
    """The ranking is a permutation of the queue."""
    assert sorted(names(rank(items, NOW, count, reserve))) == sorted(names(items))


@given(queues, agents, st.randoms())
def test_the_order_is_total(items, count, random):
    """However the queue was stored, the order is the same, and asking again changes nothing."""
    expected = names(rank(items, NOW, count))
    assert names(rank(random.sample(items, len(items)), NOW, count)) == expected
    assert names(rank(rank(items, NOW, count), NOW, count)) == expected


@given(queues, agents)
def test_paused_tickets_stand_last_in_order_of_receipt(items, count):
    """What cannot fall due waits for what can."""
    ranked = rank(items, NOW, count)
    paused = [found for found in ranked if found.due_at is None]
    assert ranked[len(ranked) - len(paused) :] == paused
    assert [p.received_at for p in paused] == sorted(p.received_at for p in paused)


@given(queues, agents, reserves, st.integers(0, 10_000))
def test_no_overdue_ticket_starves_in_the_list(items, count, reserve, minute):
    """The k-th longest overdue ticket stands at place 3 k / reserve or before, at whatever minute."""
    now = NOW + minutes(minute)
    ranked = names(rank(items, now, count, reserve))
    overdue = [found for found in items if found.due_at is not None and found.due_at < now]
    overdue.sort(key=lambda late: (late.due_at, -late.weight, late.received_at, str(late.id)))
    for k, late in enumerate(overdue, 1):
        assert ranked.index(late.id) + 1 <= ceil(3 / reserve) * k


@given(st.integers(0, 10**9), st.floats(0.002, 1))
def test_a_turn_for_the_overdue_comes_round(turn, share):
    """Of any 3 / share turns in a row at least one is reserved, and about as many as the share says."""
    assert any(is_reserved(turn + k, share) for k in range(ceil(3 / share)))
    taken = sum(is_reserved(turn + k, share) for k in range(5_000))
    assert abs(taken - 5_000 * share) < 15


@given(st.integers(1, 4 * 60), st.integers(0, 10**8))
def test_no_rhythm_of_work_always_misses_the_turn(step, start):
    """Who takes the first ticket every `step` minutes meets a reserved minute again and again."""
    met = [k for k in range(40_000) if is_reserved(start + step * k, RESERVE)]
    gaps = [b - a for a, b in zip([0, *met], [*met, 40_000], strict=True)]
    assert max(gaps) <= 12_000
    assert len(met) > 100


@given(st.integers(1, 4), st.integers(1, 30), st.integers(0, 10**6))
def test_no_ticket_waits_behind_an_unlimited_stream(count, pace, start):
    """An agent takes the first ticket every few minutes while fresh tickets never end: a late one has its turn."""
    late = item("late", -60 - start)
    for pick in range(2_000):
        now = NOW + minutes(pick * pace)
        fresh = [QueueItem(k, now, now + minutes(20 + k), 9.0, minutes(6)) for k in range(3)]
        if rank([late, *fresh], now, count)[0].id == "late":
            return
    pytest.fail("the late ticket was never first")


@given(st.floats(0, 1e7), st.floats(0, 1e7), agents)
def test_the_more_is_overdue_the_smaller_the_reserve(less, more, count):
    """The reserve falls with the overdue work, and never below what is set nor above a fifth."""
    less, more = sorted((less, more))
    assert RESERVE <= reserved_share(more, count) <= reserved_share(less, count) <= 0.2
    assert reserved_share(more, count, 0.5) == 0.5


@given(queues, agents)
def test_the_kept_are_in_order_and_their_work_fits(items, count):
    """By the time each must be begun there is time for all work before it, and some left for newcomers."""
    kept = [ranked.item for ranked in rank_with_reasons(items, NOW, count) if ranked.standing == "kept"]
    begin = [(k.due_at - NOW - PRUDENCE * k.expected_handling).total_seconds() for k in kept]
    assert begin == sorted(begin)
    work = 0.0
    for found, time in zip(kept, begin, strict=True):
        assert work <= (time if time <= NEXT_HOUR else NEXT_HOUR + FORESIGHT * (time - NEXT_HOUR)) * count + 1e-6
        work += found.expected_handling.total_seconds()


@given(queues, agents)
def test_every_place_has_its_reason(items, count):
    """`rank` is `rank_with_reasons` without the reasons, and no reason is empty."""
    ranked = rank_with_reasons(items, NOW, count)
    assert [r.item for r in ranked] == rank(items, NOW, count)
    assert all(r.why for r in ranked)


@given(st.lists(st.integers(2_000, 40_000), max_size=80), agents)
def test_without_overload_the_earliest_due_is_first(dues, count):
    """When all can be kept and take the same time, the order is by due time."""
    found = rank([item(k, due) for k, due in enumerate(dues)], NOW, count)
    assert [i.due_at for i in found] == sorted(i.due_at for i in found)


def test_what_takes_long_is_begun_earlier():
    """Of two tickets with about the same due time the longer one must be begun first."""
    assert names(rank([item("short", 85), item("long", 90, 1, minutes(30))], NOW, 2)) == ["long", "short"]


def test_a_lost_ticket_does_not_cost_another_its_promise():
    """Earliest-due-first would work on what is late already; here what can still be kept comes first."""
    assert names(rank([item("late", -60), item("soon", 15), item("later", 30)], NOW, 1)) == ["soon", "later", "late"]


def test_in_overload_the_least_worth_an_hour_gives_way():
    """Two of three fit: the long one of little weight is let go, and the heavy one stays however long."""
    items = [item("small", 25), item("long", 26, 1, minutes(20)), item("other", 27)]
    assert names(rank(items, NOW, 1)) == ["small", "other", "long"]
    items = [item("long", 25, 1, minutes(20)), item("small", 26), item("other", 27)]
    assert names(rank(items, NOW, 1)) == ["small", "other", "long"]
    items = [item("small", 25), item("heavy", 26, 9, minutes(20)), item("other", 27)]
    assert names(rank(items, NOW, 1)) == ["heavy", "small", "other"]


def test_more_agents_keep_more():
    """What one agent cannot keep, two can."""
    items = [item("a", 25), item("b", 25), item("c", 25, weight=0.5)]
    reasons = {r.item.id: r.why for r in rank_with_reasons(items, NOW, 1)}
    assert reasons["c"] == "due in 25 min: gives way, there is not time for all"
    assert {r.why for r in rank_with_reasons(items, NOW, 3)} == {"due in 25 min"}


def test_places_are_kept_for_the_longest_overdue():
    """A fifth of the places while little is overdue, the longest overdue first; the reason says so."""
    items = [item(k, 1000 + k) for k in range(60)] + [item("late", -180), item("later", -60)]
    reserved = [row for row in rank_with_reasons(items, NOW, 5) if row.standing == "reserved"]
    assert [row.item.id for row in reserved] == ["late", "later"]
    assert reserved[0].why == "late by 3 h: 1 of 5 places is kept for overdue"


def test_in_hopeless_overload_the_reserve_is_what_the_admin_sets():
    """With thousands overdue, one place in a hundred or in ten is theirs."""
    items = [item(k, 300 + k % 3000) for k in range(1000)] + [item(f"late {k}", -180) for k in range(20_000)]
    for reserve in (0.01, 0.1):
        first = rank_with_reasons(items, NOW, 400, reserve)[:1000]
        assert abs(sum(row.standing == "reserved" for row in first) - 1000 * reserve) <= 3


def test_a_minute_that_is_reserved_puts_the_overdue_first():
    """Who ranks anew for each ticket finds the overdue one first in a fifth of the minutes."""
    items = [item(k, 1000 + k) for k in range(60)] + [item("late", -180)]
    first = [rank(items, NOW + minutes(k), 5)[0].id for k in range(100)]
    assert 18 <= first.count("late") <= 22
    assert set(first) == {"late", 0}


def test_time_is_left_for_tickets_to_come():
    """Two hours of one agent's work are due in two hours; part of it gives way to what may still come."""
    items = [item(k, 120) for k in range(12)]
    assert [row.standing for row in rank_with_reasons(items, NOW, 1)] == ["kept"] * 8 + ["gives way"] * 4
    assert {row.standing for row in rank_with_reasons(items, NOW, 2)} == {"kept"}


def test_the_reasons_say_where_a_ticket_stands():
    """In time, late, too late to begin, and paused."""
    items = [item("ok", 22), item("late", -90), item("hopeless", 5, 1, minutes(15)), item("paused"), item("old", -4000)]
    assert {r.item.id: r.why for r in rank_with_reasons(items, NOW, 1)} == {
        "ok": "due in 22 min",
        "late": "can no longer be kept: 1 h late",
        "old": "can no longer be kept: 2 d late",
        "hopeless": "can hardly be kept: due in 5 min, takes about 15 min",
        "paused": "paused: nothing falls due",
    }


def test_nothing_to_rank():
    """An empty queue has an empty order."""
    assert rank([], NOW, 1) == []


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"received_at": NOW.replace(tzinfo=None)}, "received_at"),
        ({"due_at": NOW.replace(tzinfo=None)}, "due_at"),
        ({"weight": 0}, "weight"),
        ({"weight": float("nan")}, "weight"),
        ({"weight": float("inf")}, "weight"),
        ({"expected_handling": timedelta(0)}, "expected_handling"),
    ],
)
def test_tickets_that_make_no_sense(change, field):
    """Each nonsense in a ticket is refused by its field."""
    row = {"id": 1, "received_at": NOW, "due_at": NOW, "weight": 1.0, "expected_handling": minutes(5)}
    with pytest.raises(ValueError, match=f"^{field}: "):
        QueueItem(**(row | change))


def test_calls_that_make_no_sense():
    """Nobody at work, a naive instant, no reserve, one ticket twice."""
    for call, field in (
        (lambda: rank([], NOW, 0), "agents"),
        (lambda: rank([], NOW.replace(tzinfo=None), 1), "now"),
        (lambda: rank([], NOW, 1, reserve=0), "reserve"),
        (lambda: rank([], NOW, 1, reserve=1.1), "reserve"),
        (lambda: rank([item("a", 5), item("a", 6)], NOW, 1), "items"),
    ):
        with pytest.raises(ValueError, match=f"^{field}: "):
            call()
