"""The service's queue: ranked as far as it is in sight, in a plain order behind, and its load."""

import random
from datetime import timedelta

import pytest
from sqlmodel import insert

from copilot import queue
from copilot.queue import OVERLAP, Sight, Terms
from copilot.store import tickets, waiting
from copilot.store.tables import Customer, Ticket
from sla.handling import HandlingTimes
from sla.ranking import PRUDENCE, RESERVE, rank
from sla.reserve import LARGEST

EVERYTHING = Sight(10_000, 10_000)
TIMES = HandlingTimes(
    timedelta(minutes=8),
    500,
    {"quick": timedelta(minutes=2), "long": timedelta(minutes=29)},
    {"quick": 300, "long": 200},
)
BY_CATEGORY = Terms(times=TIMES)
TARGETS = {"urgent": 1, "high": 4, "normal": 8, "low": 24}


def fill(desk, size, seed=0, late=0.4, paused=0.1):
    """Random open tickets of all priorities: late, due within their targets, paused."""
    source, now = random.Random(seed), desk.now()

    def row(number):
        priority = source.choice(list(TARGETS))
        hours = source.uniform(-100, 0) if source.random() < late else source.uniform(0, TARGETS[priority])
        due = None if source.random() < paused else now + timedelta(hours=hours)
        return {
            "channel": "api", "external_id": f"x-{number}", "content_hash": "", "subject": "", "customer_id": 1,
            "received_at": now - timedelta(hours=source.uniform(24, 200)), "created_at": now, "updated_at": now,
            "status": "open", "priority": priority, "tags": [], "triage": {}, "timers": [], "next_due_at": due,
            "next_goal_at": due, "work_after": now, "category": source.choice(["quick", "long", None]),
        }  # fmt: skip

    def store(session):
        session.add(Customer(id=1, email="kim@example.com"))
        session.flush()
        session.execute(insert(Ticket), [row(number) for number in range(size)])

    desk.do(store)


def ids(desk, **asked):
    """The queue's tickets in their order."""
    with desk.services.db.read() as session:
        return [place.entry.id for place in queue.ranked(session, desk.now(), **asked)]


def test_every_place_says_why(desk):
    """Rank, ticket and reason."""
    desk.seed("categories", "policies")
    ticket = desk.open()
    with desk.services.db.read() as session:
        (place,) = queue.ranked(session, desk.now())
    assert (place.rank, place.entry.id) == (1, ticket)
    assert place.why.startswith("due in ")


def test_the_queue_is_ranked_anew_each_time(desk):
    """A ticket that comes stands in the queue at once, and one that is solved is gone at once."""
    desk.seed("categories", "policies")
    first = desk.open()
    assert ids(desk) == [first]
    second = desk.open()
    assert set(ids(desk)) == {first, second}
    desk.do(lambda session: setattr(tickets.find(session, first), "status", "solved"))
    assert ids(desk) == [second]


def test_the_reserve_is_as_asked(desk):
    """The least share for the overdue is the caller's."""
    desk.seed("categories", "policies")
    desk.open()
    with desk.services.db.read() as session:
        assert queue.ranked(session, desk.now(), Terms(0.5))[0].row.share == 0.5
        assert queue.ranked(session, desk.now(), Terms(0.3))[0].row.share == 0.3


def test_a_queue_within_sight_stands_as_the_ranking_says(desk):
    """While all is in sight, the order is that of `sla.ranking.rank` over everything."""
    fill(desk, 300)
    with desk.services.db.read() as session:
        entries = [
            entry for s in ("ahead", "overdue", "paused") for entry in waiting.first(session, s, desk.now(), 999)
        ]
    assert ids(desk) == [item.id for item in rank(map(queue.item, entries), desk.now(), 1)]


@pytest.mark.parametrize("sight", [EVERYTHING, Sight(40, 20), Sight(7, 3), Sight(1, 1)])
@pytest.mark.parametrize("shown", ["all", "soon", "late", "pressing"])
def test_pages_hold_every_ticket_once(desk, sight, shown):
    """However little is in sight and whatever is shown, the pages together are the whole list, and it is complete."""
    fill(desk, 200)
    whole = ids(desk, sight=sight, shown=shown)
    with desk.services.db.read() as session:
        assert len(whole) == len(set(whole)) == waiting.count(session, shown, desk.now())
    assert set(whole) == set(ids(desk, sight=EVERYTHING, shown=shown))
    pages = [ids(desk, sight=sight, shown=shown, limit=13, offset=offset) for offset in range(0, len(whole) + 20, 13)]
    assert [id for page in pages for id in page] == whole


def test_ranks_go_on_over_the_pages(desk):
    """The rank is the place in the whole list, also behind what is in sight."""
    fill(desk, 60)
    with desk.services.db.read() as session:
        places = queue.ranked(session, desk.now(), limit=5, offset=40, sight=Sight(5, 5))
    assert [place.rank for place in places] == [41, 42, 43, 44, 45]


def test_behind_the_sight_the_order_is_plain(desk):
    """Not late by due time, then late longest first, then paused by receipt; each says as much and no more."""
    fill(desk, 200, late=0.5)
    with desk.services.db.read() as session:
        places = queue.ranked(session, desk.now(), sight=Sight(1, 1))
    hardly = [place for place in places if place.row.standing == "lost" and place.row.left >= 0]
    behind = [place for place in places if place.rank > 2 and place not in hardly]
    ahead, rest = [p for p in behind if p.row.left > 0], [p for p in behind if p.row.left <= 0]
    late, paused = [p for p in rest if p.row.left < 0], [p for p in rest if p.entry.next_goal_at is None]
    assert behind == ahead + late + paused
    assert [p.row.left for p in ahead + late] == sorted(p.row.left for p in ahead) + sorted(p.row.left for p in late)
    assert [p.entry.received_at for p in paused] == sorted(p.entry.received_at for p in paused)
    assert all(p.why.startswith("due in ") and "gives way" not in p.why for p in ahead)
    assert all(p.why.startswith("can no longer be kept") for p in late)


@pytest.mark.parametrize("seed", range(3))
def test_the_first_places_are_those_of_ranking_everything(desk, seed):
    """In a backlog with fifty times the promises that one agent can keep, the next hour's work is the same."""
    fill(desk, 1_500, seed)
    assert ids(desk, limit=15, sight=Sight(450, 100)) == ids(desk, limit=15, sight=EVERYTHING)


@pytest.mark.parametrize("seed", range(3))
def test_the_first_places_are_the_same_whatever_categories_take(desk, seed):
    """So are the first ten when some categories take fifteen times as long as others."""
    fill(desk, 1_500, seed)
    near, everything = Sight(450, 100), EVERYTHING
    assert ids(desk, terms=BY_CATEGORY, limit=10, sight=near) == ids(
        desk, terms=BY_CATEGORY, limit=10, sight=everything
    )


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("ahead", [5, 40])
def test_what_must_begin_early_stands_before_all_from_behind(desk, seed, ahead):
    """When everything is ranked, what can be kept and must begin more than `OVERLAP` before the horizon falls due
    stands before every ticket behind the horizon; later ones need not.
    """
    fill(desk, 300, seed, late=0, paused=0)
    with desk.services.db.read() as session:
        horizon = waiting.first(session, "ahead", desk.now(), ahead)[-1]
        places = queue.ranked(session, desk.now(), BY_CATEGORY, sight=EVERYTHING)
    kept = [place for place in places if place.row.standing == "kept"]
    behind = [place.rank for place in kept if place.entry.next_goal_at > horizon.next_goal_at]
    begins = {p.rank: p.entry.next_goal_at - PRUDENCE * p.row.item.expected_handling for p in kept}
    early = [rank for rank, begin in begins.items() if begin < horizon.next_goal_at - OVERLAP]
    assert max(early, default=0) < min(behind, default=1_000)
    assert min((begins[rank] for rank in behind), default=horizon.next_goal_at) >= horizon.next_goal_at - OVERLAP


def test_what_takes_long_is_begun_sooner(desk):
    """Of two tickets due together, the one of the category that takes longer stands first."""
    fill(desk, 2, late=0, paused=0)

    def alike(session):
        for number, category in ((1, "quick"), (2, "long")):
            ticket = tickets.find(session, number)
            ticket.category, ticket.priority = category, "normal"
            ticket.next_goal_at = ticket.next_due_at = desk.now() + timedelta(hours=2)

    desk.do(alike)
    assert ids(desk, terms=BY_CATEGORY) == [2, 1]


def test_the_reserve_knows_of_the_overdue_behind_the_sight(desk):
    """The share of time for the overdue is that of ranking everything, though few of them are in sight."""
    fill(desk, 50, late=0.9, paused=0)

    def share(sight):
        with desk.services.db.read() as session:
            places = queue.ranked(session, desk.now(), sight=sight)
        return next(place.row.share for place in places if place.row.standing in ("kept", "gives way"))

    assert share(EVERYTHING) == pytest.approx(share(Sight(100, 10)))
    assert RESERVE < share(EVERYTHING) < LARGEST


def test_reasons_of_found_tickets(desk):
    """A ticket in sight says what the ranking says of it, one behind when it is due; others have no reason."""
    fill(desk, 50, paused=0)
    with desk.services.db.read() as session:
        first, *_, last = places = queue.ranked(session, desk.now(), sight=Sight(5, 5))
        told = queue.reasons(session, desk.now(), [first.entry.id, last.entry.id, 99_999], sight=Sight(5, 5))
    assert told == {first.entry.id: first.why, last.entry.id: last.why}
    assert len(places) == 50


def test_the_load(desk):
    """Three tickets of six minutes in the last hour are 30 % of one agent's time."""
    desk.seed("categories", "policies")
    for _ in range(3):
        desk.open()
    with desk.services.db.read() as session:
        load = queue.load(session, desk.now(), timedelta(hours=1))
    assert load.utilisation == pytest.approx(0.3)
    assert load.alarm is None


def test_the_load_knows_what_categories_take(desk):
    """Three refunds of twelve minutes in the last hour are 60 % of one agent's time."""
    for _ in range(3):
        desk.open()
    desk.process()
    times = HandlingTimes(by_category={"refund": timedelta(minutes=12)}, counts={"refund": 1})
    with desk.services.db.read() as session:
        assert queue.load(session, desk.now(), timedelta(hours=1), times).utilisation == pytest.approx(0.6)


def test_the_load_counts_every_late_ticket(desk, monkeypatch):
    """However few of the waiting are looked at, the late ones are counted."""
    monkeypatch.setattr(queue, "MOST_WAITING", 5)
    fill(desk, 100, late=1, paused=0)
    with desk.services.db.read() as session:
        assert queue.load(session, desk.now()).already_late == 100


def test_the_load_of_many_tickets_looks_at_the_newest(desk, monkeypatch):
    """Of more tickets than are looked at, the window is cut to the time in which the newest came."""
    monkeypatch.setattr(queue, "MOST_RECENT", 4)
    desk.seed("categories", "policies")
    for _ in range(10):
        desk.now.advance(minutes=10)
        desk.open()
    with desk.services.db.read() as session:
        assert session.get(Ticket, 1) is not None
        assert queue.load(session, desk.now()).utilisation == pytest.approx(0.6, abs=0.21)
