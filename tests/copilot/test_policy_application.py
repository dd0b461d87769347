"""Putting open tickets under a new version is recorded work: it goes on where it stopped, and says how far it is."""

import pytest
from sqlmodel import select

from copilot import intake, policy_application, policy_change
from copilot.policy_application import PolicyApplications
from copilot.store import tickets
from copilot.store.tables import JournalEntry
from tests.copilot.test_policy_change import newest, opened, promising, timer


@pytest.fixture(autouse=True)
def _small_batches(monkeypatch):
    """Two tickets a transaction."""
    monkeypatch.setattr(policy_application, "BATCH", 2)


@pytest.fixture
def work(desk):
    """The worker's hand on applications."""
    return desk.services.applications


def finish(work):
    """Go on until there is nothing left."""
    while work.go_on():
        pass


def moves(desk, ids):
    """How often each ticket was moved."""
    with desk.services.db.read() as session:
        events = tickets.sla_events_of(session, ids)
    return [sum(row.data["kind"] == "policy_changed" for row in events[id]) for id in ids]


def told(desk):
    """The journal's entries about applications: kind, tickets examined, tickets moved."""
    with desk.services.db.read() as session:
        rows = session.exec(select(JournalEntry).where(JournalEntry.kind.startswith("policies_appl"))).all()
    return [(row.kind, row.data["version"], row.data.get("examined"), row.data.get("moved")) for row in rows]


def test_the_journal_has_the_start_and_the_end(desk, work):
    """One entry when it begins and one when it is done, with the figures."""
    ids, version = opened(desk, 5), desk.configure("policies", promising("3h"))
    begun = work.begin(version, "Ines")
    assert (begun.state, begun.open_tickets, begun.examined, begun.by) == ("running", 5, 0, "Ines")
    finish(work)
    done = newest(desk)
    assert (done.state, done.examined, done.moved, done.failed) == ("done", 5, 5, 0)
    assert told(desk) == [("policies_application_began", 2, None, None), ("policies_applied", 2, 5, 5)]
    assert moves(desk, ids) == [1] * 5


def test_beginning_moves_nothing_yet(desk, work):
    """It only records what is to be done; the worker does it."""
    (ticket,) = opened(desk)
    work.begin(desk.configure("policies", promising("3h")), "Ines")
    assert timer(desk, ticket)["due_at"] == "2026-03-02T10:00:00Z"
    assert work.go_on() == 1
    assert timer(desk, ticket)["due_at"] == "2026-03-02T12:00:00Z"
    assert work.go_on() == 0


def test_another_process_goes_on_where_one_stopped(desk, work, monkeypatch):
    """A batch that breaks off leaves no trace; whoever comes next moves the rest, each ticket once."""
    ids, version = opened(desk, 5), desk.configure("policies", promising("3h"))
    work.begin(version, "Ines")
    assert work.go_on() == 2
    move = policy_change.move

    def dying(session, waiting, *more):
        if waiting.ticket.id == ids[3]:
            raise SystemExit
        return move(session, waiting, *more)

    with monkeypatch.context() as broken:
        broken.setattr(policy_change, "move", dying)
        with pytest.raises(SystemExit):
            work.go_on()
    assert moves(desk, ids) == [1, 1, 0, 0, 0]
    assert (newest(desk).examined, newest(desk).state) == (2, "running")
    finish(PolicyApplications(desk.services.db, desk.now, desk.services.book))
    assert moves(desk, ids) == [1] * 5
    assert (newest(desk).examined, newest(desk).moved, newest(desk).state) == (5, 5, "done")


def test_beginning_twice_is_the_same_work(desk, work):
    """A second click while it runs gets the same application; one after its end finds nothing to move."""
    ids, version = opened(desk, 3), desk.configure("policies", promising("3h"))
    first = work.begin(version, "Ines")
    work.go_on()
    assert work.begin(version, "Omar").id == first.id
    finish(work)
    again = work.begin(version, "Omar")
    finish(work)
    assert again.id != first.id
    assert (newest(desk).examined, newest(desk).moved) == (3, 0)
    assert moves(desk, ids) == [1] * 3


def test_a_newer_version_stops_it(desk, work):
    """What has moved stays, the rest keeps what it had, the journal says how far it came; applying again moves all."""
    ids, version = opened(desk, 5), desk.configure("policies", promising("3h"))
    work.begin(version, "Ines")
    work.go_on()
    newer = desk.configure("policies", promising("4h"))
    assert work.go_on() == 0
    assert (newest(desk).state, newest(desk).examined) == ("superseded", 2)
    assert moves(desk, ids) == [1, 1, 0, 0, 0]
    assert told(desk)[-1] == ("policies_application_stopped", 2, 2, 2)
    work.begin(newer, "Ines")
    finish(work)
    assert {timer(desk, id)["due_at"] for id in ids} == {"2026-03-02T13:00:00Z"}
    assert moves(desk, ids) == [2, 2, 1, 1, 1]


def test_beginning_a_newer_one_ends_the_older(desk, work):
    """Also when the worker has not noticed the newer version itself, never two run."""
    opened(desk, 5)
    work.begin(desk.configure("policies", promising("3h")), "Ines")
    work.begin(desk.configure("policies", promising("4h")), "Ines")
    finish(work)
    assert [kind for kind, *_ in told(desk)] == [
        "policies_application_began",
        "policies_application_stopped",
        "policies_application_began",
        "policies_applied",
    ]


def test_a_ticket_that_breaks_does_not_hold_up_the_others(desk, work, monkeypatch):
    """It keeps what it had, is counted and stands in its own journal."""
    ids, version = opened(desk, 5), desk.configure("policies", promising("3h"))
    move = policy_change.move

    def breaking(session, waiting, *more):
        moved = move(session, waiting, *more)
        if waiting.ticket.id == ids[1]:
            raise ValueError("events: nonsense")
        return moved

    monkeypatch.setattr(policy_change, "move", breaking)
    work.begin(version, "Ines")
    finish(work)
    assert (newest(desk).examined, newest(desk).moved, newest(desk).failed) == (5, 4, 1)
    assert moves(desk, ids) == [1, 0, 1, 1, 1]
    assert desk.steps(ids[1])[-1] == "policy_not_applied"


def test_tickets_that_come_or_go_meanwhile(desk, work):
    """One that is solved before its turn stays as it ended; one that comes has the version in force already."""
    ids, version = opened(desk, 4), desk.configure("policies", promising("3h"))
    work.begin(version, "Ines")
    work.go_on()
    desk.do(lambda s: intake.set_status(s, ids[3], "solved", desk.services.book, desk.now(), "Ines"))
    late = desk.open("A new one", email="late@example.com")
    desk.process()
    finish(work)
    assert moves(desk, [*ids, late]) == [1, 1, 1, 0, 0]
    assert desk.ticket(late).policy_version == version
    assert timer(desk, late)["due_at"] == "2026-03-02T12:00:00Z"
