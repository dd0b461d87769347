"""The service's queue: ranked, kept for a while when long, and its load."""

from datetime import timedelta

import pytest

from copilot import queue
from copilot.store import journal, tickets
from copilot.store.tables import Ticket


@pytest.fixture
def short(monkeypatch):
    """Even few tickets are a long queue, whose order is kept for ten seconds."""
    monkeypatch.setattr(queue, "SHORT", 0)
    monkeypatch.setattr(queue, "_fresh", lambda order, now: timedelta(0) <= now - order.at < queue.LONGEST_KEPT)


def ids(desk):
    """The queue's tickets in their order."""
    with desk.services.db.read() as session:
        return [place.entry.id for place in queue.ranked(session, desk.now())]


def test_every_place_says_why(desk):
    """Rank, ticket and reason."""
    desk.seed("categories", "policies")
    ticket = desk.open()
    with desk.services.db.read() as session:
        (place,) = queue.ranked(session, desk.now())
    assert (place.rank, place.entry.id) == (1, ticket)
    assert place.why.startswith("due in ")


def test_a_short_queue_is_ranked_anew(desk):
    """A ticket that comes stands in the queue at once."""
    desk.seed("categories", "policies")
    first = desk.open()
    assert ids(desk) == [first]
    second = desk.open()
    assert set(ids(desk)) == {first, second}


def test_a_long_queue_is_kept_for_a_while(desk, short):
    """What comes appears when the order is ten seconds old."""
    desk.seed("categories", "policies")
    first = desk.open()
    assert ids(desk) == [first]
    second = desk.open()
    assert ids(desk) == [first]
    desk.now.advance(seconds=11)
    assert set(ids(desk)) == {first, second}


def test_what_leaves_a_long_queue_is_gone_at_once(desk, short):
    """A solved ticket is not shown, though the order was kept."""
    desk.seed("categories", "policies")
    first, second = desk.open(), desk.open()
    assert set(ids(desk)) == {first, second}

    def solve(session):
        tickets.find(session, first).status = "solved"
        journal.record(session, desk.now(), "status_changed", first, before="new", after="solved", by="test")

    desk.do(solve)
    assert ids(desk) == [second]


def test_another_reserve_is_another_order(desk, short):
    """The kept order is not used for another reserve."""
    desk.seed("categories", "policies")
    desk.open()
    with desk.services.db.read() as session:
        assert queue.ranked(session, desk.now(), 0.5)[0].row.share == 0.5
        assert queue.ranked(session, desk.now(), 0.3)[0].row.share == 0.3


def test_the_load(desk):
    """Three tickets of six minutes in the last hour are 30 % of one agent's time."""
    desk.seed("categories", "policies")
    for _ in range(3):
        desk.open()
    with desk.services.db.read() as session:
        load = queue.load(session, desk.now(), timedelta(hours=1))
    assert load.utilisation == pytest.approx(0.3)
    assert load.alarm is None


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
