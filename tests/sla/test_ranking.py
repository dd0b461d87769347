"""The order of the queue: its laws, and the cases it was made for."""

from datetime import timedelta
from math import ceil

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sla.ranking import FORESIGHT, NEXT_HOUR, PRUDENCE, RESERVE, QueueItem, rank, rank_with_reasons
from sla.reserve import LARGEST, MOST_RATIO, share_of_places
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


@pytest.mark.parametrize("due", [60, -60, None])
def test_ids_that_read_alike_stand_in_one_order(due):
    """A number and a text of the same digits are two tickets, in the same order however they are stored."""
    items = [item(1, due), item("1", due)]
    assert names(rank(items, NOW, 1)) == names(rank(items[::-1], NOW, 1))


@given(queues, agents)
def test_paused_tickets_stand_last_in_order_of_receipt(items, count):
    """What cannot fall due waits for what can."""
    ranked = rank(items, NOW, count)
    paused = [found for found in ranked if found.due_at is None]
    assert ranked[len(ranked) - len(paused) :] == paused
    assert [p.received_at for p in paused] == sorted(p.received_at for p in paused)


def test_tickets_equally_late_stand_in_one_order_whatever_they_take():
    """Of tickets due at the same instant the handling time decides nothing: weight, receipt and id do."""
    late = [item(k, -1, 1.0, minutes(work), hours(0)) for k, work in enumerate((1, 2, 2, 2))]
    assert names(rank(late, NOW, 1, 1.0)) == [0, 1, 2, 3]


@given(queues, agents, reserves, st.integers(0, 10_000))
def test_no_overdue_ticket_starves_in_the_list(items, count, reserve, minute):
    """The k-th longest overdue ticket stands at place 3 k MOST_RATIO / reserve or before, at whatever minute."""
    now = NOW + minutes(minute)
    ranked = names(rank(items, now, count, reserve))
    for k, late in enumerate(overdue(items, now), 1):
        assert ranked.index(late.id) + 1 <= ceil(3 * MOST_RATIO / reserve) * k


def overdue(items, now):
    """The overdue, longest first."""
    late = [found for found in items if found.due_at is not None and found.due_at < now]
    return sorted(late, key=lambda found: (found.due_at, -found.weight, found.received_at, str(found.id)))


arrivals = st.lists(st.tuples(st.integers(0, 600), st.integers(1, 60), st.sampled_from([0.1, 1.0, 9.0])), max_size=4)
visits = st.lists(st.tuples(st.integers(0, 10**6), arrivals), min_size=20, max_size=20)


@given(queue(st.integers(-3000, 3000)), agents, st.sampled_from([RESERVE, 0.1, 0.5]), st.integers(-2000, 0), visits)
def test_age_puts_a_ticket_first_whatever_comes_in(items, count, reserve, due, stream):
    """Once late by 1 / reserve weeks a ticket is taken with the (k + 1)th pick, k being overdue longer then: at any
    rhythm, and whatever is received meanwhile.
    """
    waiting, patient = items[:15], item("patient", due)
    waiting.append(patient)
    now = patient.due_at + timedelta(weeks=1) / reserve
    longer = overdue(waiting, now).index(patient)
    for pick, (seconds, fresh) in enumerate(stream):
        now += timedelta(seconds=seconds)
        waiting += [
            QueueItem(f"{pick}.{k}", now, now + minutes(target), weight, minutes(work))
            for k, (target, work, weight) in enumerate(fresh)
        ]
        first = rank(waiting, now, count, reserve)[0]
        if first is patient:
            assert pick <= longer
            return
        waiting.remove(first)
    pytest.fail("never first")


@given(st.integers(1, 4), st.sampled_from([6, 10, 60]) | st.integers(1, 240), st.integers(0, 10**6))
def test_no_ticket_waits_behind_an_unlimited_stream(count, pace, start):
    """An agent takes the first ticket every few minutes while fresh tickets never end: a late one has its turn, within
    5.3 x minutes / share of places.
    """
    late = item("late", -60 - start)
    places = share_of_places(LARGEST, overdue=10, usual=6)
    for pick in range(ceil(5.3 * pace / places)):
        now = NOW + minutes(pick * pace)
        fresh = [QueueItem(k, now, now + minutes(20 + k), 9.0, minutes(6)) for k in range(3)]
        if rank([late, *fresh], now, count)[0].id == "late":
            return
    pytest.fail("the late ticket was never first")


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


def busy(number, *late):
    """More than one agent can do in time, so that overdue tickets must wait for their turn."""
    return [item(k, 300 + k % 100) for k in range(number)] + list(late)


def test_places_are_kept_for_the_longest_overdue():
    """A tenth of the places while little is overdue, the longest overdue first; the reason says so."""
    items = busy(60, item("late", -180), item("later", -60))
    reserved = [row for row in rank_with_reasons(items, NOW, 1) if row.standing == "reserved"]
    assert [row.item.id for row in reserved] == ["late", "later"]
    assert reserved[0].why == "late by 3 h: 1 of 10 places is kept for overdue"


def test_the_reserve_is_a_share_of_time():
    """An overdue ticket that takes three times as long has its turn about a third as often."""
    reasons = rank_with_reasons(busy(60, item("long", -180, handling=minutes(30))), NOW, 1)
    assert "late by 3 h: 1 of 28 places is kept for overdue" in {row.why for row in reasons}


def test_while_there_is_plenty_of_time_the_overdue_come_first():
    """With all the time in the world nobody who is late waits longer; with less, only as many as it is enough for."""
    late = [item("late", -180), item("later", -60), item("latest", -1)]
    ranked = rank_with_reasons([item("soon", 300), *late], NOW, 5)
    assert [row.item.id for row in ranked] == ["late", "later", "latest", "soon"]
    assert ranked[0].why == "late by 3 h: there is time for it now"
    ranked = rank_with_reasons([item("soon", 118), *late], NOW, 1)
    assert [row.standing for row in ranked].count("spare") == 2


def test_nobody_is_overtaken_who_could_be_missed_for_it():
    """A ticket that must be begun soon goes before an overdue one."""
    assert names(rank([item("soon", 60), item("late", -180)], NOW, 1)) == ["soon", "late"]


def test_in_hopeless_overload_the_reserve_is_what_the_admin_sets():
    """With thousands overdue, one place in fifty or in ten is theirs."""
    items = busy(1000, *(item(f"late {k}", -180) for k in range(20_000)))
    for reserve in (RESERVE, 0.1):
        first = rank_with_reasons(items, NOW, 1, reserve)[:1000]
        assert abs(sum(row.standing == "reserved" for row in first) - 1000 * reserve) <= 3


def test_a_minute_that_is_reserved_puts_the_overdue_first():
    """Who ranks anew for each ticket finds the overdue one first in a tenth of the minutes."""
    items = [item(k, 1000) for k in range(90)] + [item("late", -180)]
    first = [rank(items, NOW + minutes(k), 1)[0].id for k in range(100)]
    assert 8 <= first.count("late") <= 12


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
