"""The order of the queue: its laws, and the cases it was made for."""

import re
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sla.ranking import RESERVED_PLACE, QueueItem, rank, rank_with_reasons
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


@given(queues, agents, st.integers(0, 50))
def test_every_ticket_stands_once(items, count, served):
    """The ranking is a permutation of the queue."""
    assert sorted(names(rank(items, NOW, count, served))) == sorted(names(items))


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


@given(queues, agents, st.integers(0, 50))
def test_no_overdue_ticket_starves(items, count, served):
    """The k-th longest overdue ticket stands at place 20 k or before."""
    ranked = names(rank(items, NOW, count, served))
    overdue = [found for found in items if found.due_at is not None and found.due_at < NOW]
    overdue.sort(key=lambda late: (late.due_at, -late.weight, late.received_at, str(late.id)))
    for k, late in enumerate(overdue, 1):
        assert ranked.index(late.id) + 1 <= RESERVED_PLACE * k


@given(queues, agents)
def test_the_kept_are_in_due_order_and_their_work_fits(items, count):
    """By each of their due times the agents can have done all the work that is due by then."""
    kept = [ranked.item for ranked in rank_with_reasons(items, NOW, count) if re.fullmatch(r"due in [^:]*", ranked.why)]
    assert [k.due_at for k in kept] == sorted(k.due_at for k in kept)
    work = timedelta(0)
    for found in kept:
        work += found.expected_handling
        assert work <= (found.due_at - NOW) * count


@given(queues, agents)
def test_every_place_has_its_reason(items, count):
    """`rank` is `rank_with_reasons` without the reasons, and no reason is empty."""
    ranked = rank_with_reasons(items, NOW, count)
    assert [r.item for r in ranked] == rank(items, NOW, count)
    assert all(r.why for r in ranked)


@given(queue(st.integers(10_000, 20_000)), agents)
def test_without_overload_the_earliest_due_is_first(items, count):
    """When all can be kept, the order is by due time."""
    kept = [i for i in items if i.expected_handling <= hours(2)]
    assert [i.due_at for i in rank(kept, NOW, count)] == sorted(i.due_at for i in kept)


def test_a_lost_ticket_does_not_cost_another_its_promise():
    """Earliest-due-first would work on what is late already; here what can still be kept comes first."""
    assert names(rank([item("late", -60), item("soon", 12), item("later", 30)], NOW, 1)) == ["soon", "later", "late"]


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
    items = [item("a", 12), item("b", 12), item("c", 12, weight=0.5)]
    reasons = {r.item.id: r.why for r in rank_with_reasons(items, NOW, 1)}
    assert reasons["c"] == "due in 12 min: gives way, there is not time for all"
    assert {r.why for r in rank_with_reasons(items, NOW, 3)} == {"due in 12 min"}


def test_every_twentieth_place_is_for_the_longest_overdue():
    """Places 20 and 40 go to overdue tickets, the longest overdue first; `served` moves them along."""
    items = [item(k, 1000 + k) for k in range(60)] + [item("late", -180), item("later", -60)]
    ranked = rank_with_reasons(items, NOW, 5)
    assert (ranked[19].item.id, ranked[39].item.id) == ("late", "later")
    assert ranked[19].why == "late by 3 h: place kept for overdue"
    assert names(rank(items, NOW, 5, served=19))[0] == "late"
    assert names(rank(items, NOW, 5, served=15))[4] == "late"


def test_the_reasons_say_where_a_ticket_stands():
    """In time, late, too late to begin, and paused."""
    items = [item("ok", 22), item("late", -90), item("hopeless", 5, 1, minutes(15)), item("paused"), item("old", -4000)]
    assert {r.item.id: r.why for r in rank_with_reasons(items, NOW, 1)} == {
        "ok": "due in 22 min",
        "late": "can no longer be kept: 1 h late",
        "old": "can no longer be kept: 2 d late",
        "hopeless": "can no longer be kept: due in 5 min, takes 15 min",
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
    """Nobody at work, a naive instant, fewer than none served, one ticket twice."""
    for call, field in (
        (lambda: rank([], NOW, 0), "agents"),
        (lambda: rank([], NOW.replace(tzinfo=None), 1), "now"),
        (lambda: rank([], NOW, 1, served=-1), "served"),
        (lambda: rank([item("a", 5), item("a", 6)], NOW, 1), "items"),
    ):
        with pytest.raises(ValueError, match=f"^{field}: "):
            call()
