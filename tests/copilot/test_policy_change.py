"""Applying new promises to open tickets: what it would do, that it does just that, and that nothing else does."""

import copy
from datetime import timedelta

import pytest

from copilot import intake, policy_application, policy_change
from copilot.errors import Conflict, Invalid, NotFound
from copilot.policy_application import PolicyApplications
from copilot.store import applications, tickets
from tests.builders import POLICIES

FIRST = "first_response"


def promising(promise, **more):
    """The policies with another promise of a first response at normal priority."""
    document = copy.deepcopy(POLICIES)
    for name, duration in {FIRST: promise, **more}.items():
        document["policies"][0]["targets"][name] = {
            priority: {"promise": duration} for priority in ("low", "normal", "high", "urgent")
        }
    return document


def opened(desk, count=1):
    """Tickets of different people, through triage."""
    ids = [desk.open("Where is it?", email=f"p{number}@example.com") for number in range(count)]
    desk.process()
    return ids


def previewed(desk, document):
    """What the document would do."""
    return desk.do(lambda s: policy_change.preview(s, document, desk.services.book, desk.now()))


def applied(desk, version):
    """Apply a version, as far as the worker gets; returns how many tickets moved."""
    desk.services.applications.begin(version, "Ines")
    while desk.services.applications.go_on():
        pass
    return newest(desk).moved


def newest(desk):
    """The application begun last."""
    with desk.services.db.read() as session:
        return applications.newest(session)


def timer(desk, ticket_id, metric=FIRST):
    """A stored timer of a ticket."""
    return next(row for row in desk.ticket(ticket_id).timers if row["metric"] == metric)


def everything(desk):
    """All rows that a preview could have touched."""
    with desk.services.db.read() as session:
        ids = [ticket.id for ticket in tickets.recent(session, 100)]
        events = {id: [row.data for row in tickets.sla_events(session, id)] for id in ids}
    return events, {id: desk.ticket(id).timers for id in ids}, {id: desk.steps(id) for id in ids}


def test_a_new_version_leaves_running_tickets_alone(desk):
    """A running ticket keeps the version it was promised under, through everything that happens to it later."""
    (ticket,) = opened(desk)
    before = timer(desk, ticket)["due_at"]
    desk.configure("policies", promising("3h"))
    desk.write(ticket, "And another thing.")
    desk.process()
    desk.do(lambda s: intake.set_status(s, ticket, "pending", desk.services.book, desk.now(), "Ines"))
    assert timer(desk, ticket)["due_at"] == before
    assert desk.ticket(ticket).policy_version == 1


def test_a_preview_says_what_would_change(desk):
    """Counts, and per ticket policy and due instants before and after, in the ticket's own time used so far."""
    first, second = opened(desk, 2)
    desk.now.advance(minutes=20)
    found = previewed(desk, promising("3h"))
    assert (found.version, found.open_tickets, found.examined, found.moved, found.changed) == (2, 2, 2, 2, 2)
    assert (found.sooner, found.later, found.would_breach_now) == (0, 2, 0)
    row = found.listed[0]
    start = desk.ticket(first).received_at
    assert (row.ticket_id, row.policy_before, row.policy_after) == (first, "Round the clock@1", "Round the clock@2")
    assert [(due.before, due.after) for due in row.dues if due.differs] == [
        (start + timedelta(hours=1), start + timedelta(hours=3))
    ]
    assert found.earliest_due == start + timedelta(hours=3)
    assert [change.ticket_id for change in found.listed] == [first, second]


def test_a_preview_counts_what_would_break_at_once(desk):
    """A promise whose new target has already passed would break at the moment of the change, and is counted."""
    opened(desk, 2)
    desk.now.advance(minutes=20)
    found = previewed(desk, promising("10m"))
    assert (found.would_breach_now, found.sooner) == (2, 2)
    assert found.listed[0].breaks_now
    assert found.earliest_due == desk.now()


def test_a_preview_stores_nothing(desk):
    """Looking changes neither events nor timers nor the journal."""
    opened(desk, 2)
    before = everything(desk)
    previewed(desk, promising("10m"))
    assert everything(desk) == before


def test_applying_does_what_the_preview_said(desk):
    """After applying, each open ticket has the due instants of the preview, and its journal says who moved it."""
    ids = opened(desk, 3)
    desk.now.advance(minutes=20)
    found = previewed(desk, promising("10m"))
    version = desk.configure("policies", promising("10m"))
    assert applied(desk, version) == 3
    for change in found.listed:
        row = timer(desk, change.ticket_id)
        assert row["state"] == "breached"
        assert row["due_at"] == desk.now().isoformat().replace("+00:00", "Z")
    entry = next(entry for entry in desk.journal(ids[0]) if entry.kind == "policy_applied")
    assert entry.data == {"before": "Round the clock@1", "after": "Round the clock@2", "by": "Ines"}


def test_applying_twice_moves_nothing(desk):
    """The second time every open ticket is under the version already."""
    opened(desk, 2)
    version = desk.configure("policies", promising("3h"))
    assert (applied(desk, version), applied(desk, version)) == (2, 0)


def test_a_moved_ticket_stays_moved(desk):
    """What happens later is judged under the version that was applied, not under the first one."""
    (ticket,) = opened(desk)
    version = desk.configure("policies", promising("3h"))
    applied(desk, version)
    due = timer(desk, ticket)["due_at"]
    desk.write(ticket, "And another thing.")
    desk.process()
    assert timer(desk, ticket)["due_at"] == due
    assert due == (desk.ticket(ticket).received_at + timedelta(hours=3)).isoformat().replace("+00:00", "Z")


def test_done_and_unseen_tickets_are_left_alone(desk):
    """Solved tickets stay as they ended; those that triage has not seen get what is in force when it does."""
    solved, running = opened(desk, 2)
    desk.do(lambda s: intake.set_status(s, solved, "solved", desk.services.book, desk.now(), "Ines"))
    before = desk.ticket(solved).timers
    version = desk.configure("policies", promising("3h"))
    unseen = desk.open("A new one", email="new@example.com")
    assert applied(desk, version) == 1
    desk.process()
    assert desk.ticket(solved).timers == before
    assert desk.ticket(unseen).policy_version == version
    assert "policy_applied" not in desk.steps(unseen)
    assert "policy_applied" in desk.steps(running)


def test_a_promise_that_goes_away_or_appears_is_a_change(desk):
    """A metric that is promised no longer has nothing due; one that is promised anew has."""
    (ticket,) = opened(desk)
    document = copy.deepcopy(POLICIES)
    del document["policies"][0]["targets"]["resolution"]
    gone = next(due for due in previewed(desk, document).listed[0].dues if due.metric == "resolution")
    assert gone.before is not None
    assert gone.after is None
    applied(desk, desk.configure("policies", document))
    assert [row["metric"] for row in desk.ticket(ticket).timers] == [FIRST]
    back = previewed(desk, POLICIES).listed[0].dues
    assert [(due.metric, due.before, due.after is not None) for due in back if due.differs] == [
        ("resolution", None, True)
    ]


def test_many_tickets_go_in_batches(desk, monkeypatch):
    """Batches and limits change nothing but how much is read at a time and how much is listed."""
    monkeypatch.setattr(policy_change, "BATCH", 2)
    monkeypatch.setattr(policy_application, "BATCH", 2)
    opened(desk, 5)
    assert previewed(desk, promising("3h")).changed == 5
    monkeypatch.setattr(policy_change, "MOST_EXAMINED", 3)
    monkeypatch.setattr(policy_change, "MOST_LISTED", 1)
    found = previewed(desk, promising("3h"))
    assert (found.open_tickets, found.examined, found.changed, len(found.listed)) == (5, 3, 3, 1)
    assert applied(desk, desk.configure("policies", promising("3h"))) == 5


def test_a_version_that_says_the_same_changes_no_deadline(desk):
    """Tickets would move to the new version, and nothing would fall due at another time."""
    opened(desk, 2)
    found = previewed(desk, copy.deepcopy(POLICIES))
    assert (found.moved, found.changed, found.listed) == (2, 0, [])


def test_a_clock_set_back_does_not_reorder_history(desk):
    """A change at an earlier clock time takes place after what had happened already."""
    (ticket,) = opened(desk)
    desk.now.advance(minutes=30)
    desk.do(lambda s: intake.set_status(s, ticket, "pending", desk.services.book, desk.now(), "Ines"))
    version, earlier = desk.configure("policies", promising("3h")), desk.now() - timedelta(minutes=25)
    work = PolicyApplications(desk.services.db, lambda: earlier, desk.services.book)
    work.begin(version, "Ines")
    assert work.go_on() == 1
    with desk.services.db.read() as session:
        assert tickets.sla_events(session, ticket)[-1].data["kind"] == "policy_changed"


def test_only_the_version_in_force_can_be_applied(desk):
    """An old version is a conflict, a version that never was is not found."""
    opened(desk)
    desk.configure("policies", promising("3h"))
    with pytest.raises(Conflict, match="Version 2"):
        applied(desk, 1)
    with pytest.raises(NotFound):
        applied(desk, 9)


def test_a_document_with_nonsense_is_refused_by_name(desk):
    """A preview refuses what saving would refuse, naming the same field."""
    document = promising("soon")
    with pytest.raises(Invalid) as caught:
        previewed(desk, document)
    assert caught.value.field == "policies[0].targets.first_response.low.promise"
