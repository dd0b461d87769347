"""What the queue's order rests on: the reserve in force, and handling times measured from what the team did."""

import threading
from datetime import timedelta

import pytest

from copilot import approval, intake, queue_terms
from copilot.errors import Invalid
from copilot.queue import SHIPPED, Terms
from copilot.queue_terms import LASTING
from copilot.ranking_settings import RankingSettings, parse_ranking
from copilot.store import finishing, journal
from sla.handling import PRIOR, HandlingTimes


def terms(desk):
    """What is in force now."""
    with desk.services.db.read() as session:
        return desk.services.terms.current(session, desk.now())


def records(desk, **bounds):
    """The stored records, oldest first."""
    with desk.services.db.read() as session:
        return finishing.newest(session, **bounds)[::-1]


def answer(desk, count, minutes=4.0, by="Sam"):
    """One agent approves the drafts of so many tickets, one after the other."""
    opened = [desk.open() for _ in range(count)]
    desk.process()
    for ticket_id in opened:
        desk.now.advance(minutes=minutes)
        draft_id = desk.draft(ticket_id).id
        desk.do(lambda session, id=draft_id: approval.approve(session, id, by, desk.now()))


def test_a_new_house_follows_what_is_shipped(desk):
    """Five per cent, and six minutes assumed."""
    assert terms(desk) == SHIPPED == Terms(0.05, HandlingTimes())


def test_what_finishes_a_ticket_is_found(desk):
    """Verdicts, own replies and solving count with their agent, category and instant; what programs, customers and the
    machinery do does not.
    """
    first, second, third = desk.open(), desk.open(), desk.open()
    desk.process()
    now, book = desk.now, desk.services.book
    desk.do(lambda s: approval.reject(s, desk.draft(first).id, "Sam", "Wrong.", now()))
    now.advance(minutes=3)
    desk.do(lambda s: intake.write_reply(s, first, "Here it is.", "Sam", now(), timedelta(0)))
    now.advance(minutes=2)
    desk.do(lambda s: approval.approve(s, desk.draft(second).id, "key:bridge", now()))
    desk.deliver()
    desk.write(first, "And when?")
    desk.do(lambda s: intake.set_status(s, third, "open", book, now(), "Robin"))
    desk.do(lambda s: intake.set_status(s, third, "solved", book, now(), "Robin"))
    began = now() - timedelta(minutes=5)
    assert records(desk) == [
        ("Sam", first, "refund", began, began),
        ("Sam", first, "refund", began + timedelta(minutes=3), began),
        ("Robin", third, "refund", now(), began),
    ]
    assert records(desk)[0].at.utcoffset() == timedelta(0)


def test_reading_is_bounded(desk):
    """Of many records the newest so many, within so many entries of the journal."""
    answer(desk, 5)
    assert [row.ticket for row in records(desk, most=2)] == [4, 5]
    assert [row.ticket for row in records(desk, span=3)] == [3, 4, 5]


def test_times_are_measured_after_a_while(desk):
    """What was found holds for ten minutes; then the history is read again and makes the terms of the queue."""
    assert not terms(desk).times.measured
    answer(desk, PRIOR + 1, minutes=0.4)
    assert not terms(desk).times.measured
    desk.now.advance(LASTING)
    times = terms(desk).times
    assert (times.measured, times.observations, times.counts) == (True, PRIOR, {"refund": PRIOR})
    assert timedelta(minutes=1) < times.of("refund") < times.team < timedelta(minutes=4)


def test_a_clock_set_back_measures_again(desk):
    """A measurement from the future is not kept for ever."""
    with desk.services.db.read() as session:
        desk.services.terms.current(session, desk.now() + timedelta(days=30))
    answer(desk, 3)
    assert terms(desk).times.observations == 2


def test_many_threads_measure_once(desk, monkeypatch):
    """While one thread measures, others are given what was known, and nobody waits."""
    terms(desk)
    desk.now.advance(LASTING)
    entered, leave, reads, old = threading.Event(), threading.Event(), [], finishing.newest

    def slowly(session):
        reads.append(1)
        entered.set()
        assert leave.wait(10)
        return old(session)

    monkeypatch.setattr(queue_terms.finishing, "newest", slowly)
    first = threading.Thread(target=terms, args=(desk,))
    first.start()
    assert entered.wait(10)
    assert [terms(desk) for _ in range(5)] == [SHIPPED] * 5
    leave.set()
    first.join(10)
    terms(desk)
    assert len(reads) == 1


def test_the_reserve_in_force_is_the_admin_s(desk):
    """It holds at once, and the change is in the journal."""
    desk.configure("ranking", {"reserve": 0.1})
    assert terms(desk).reserve == 0.1
    desk.configure("ranking", {})
    assert terms(desk).reserve == 0.05
    with desk.services.db.read() as session:
        newest = journal.after(session, journal.newest_id(session) - 1)[0]
    assert newest.data == {"what": "ranking", "version": 2, "by": "test"}


@pytest.mark.parametrize(
    ("document", "field"),
    [
        ([], "ranking"), (None, "ranking"), ({"reserv": 0.1}, "reserv"), ({"reserve": "0.1"}, "reserve"),
        ({"reserve": True}, "reserve"), ({"reserve": None}, "reserve"), ({"reserve": 0.0049}, "reserve"),
        ({"reserve": 0.21}, "reserve"), ({"reserve": 2}, "reserve"), ({"reserve": float("nan")}, "reserve"),
        ({"reserve": 10**400}, "reserve"),
    ],
)  # fmt: skip
def test_nonsense_is_refused_by_name(desk, document, field):
    """Other keys, other types, shares outside of 0.5 to 20 %: each error names its field."""
    with pytest.raises(Invalid) as caught:
        desk.configure("ranking", document)
    assert caught.value.field == field


@pytest.mark.parametrize("reserve", [0.005, 0.02, 0.2])
def test_a_document_comes_back_as_it_was(reserve):
    """The bounds are allowed."""
    assert parse_ranking(RankingSettings(reserve).to_dict()) == RankingSettings(reserve)
