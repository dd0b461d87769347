"""Spam and merging: what is owed afterwards, what is still sent, and what is refused."""

from contextlib import suppress
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from copilot import approval, endings, intake
from copilot.errors import AnswerableError, Conflict, Invalid, NotFound
from copilot.fakes import ManualTime
from copilot.promises import timers_of
from copilot.report_cases import Period
from copilot.reports import compliance
from copilot.store import tickets
from sla.timers import State
from tests.builders import Desk, make_services, row_counts, timer

HOUR = timedelta(hours=1)


def spam(desk, ticket_id):
    return desk.do(lambda s: endings.mark_spam(s, ticket_id, desk.services.book, desk.now(), "Ada"))


def merge(desk, ticket_id, into_id, **more):
    return desk.do(lambda s: endings.merge(s, ticket_id, into_id, desk.services.book, desk.now(), "Ada", **more))


def set_status(desk, ticket_id, status):
    return desk.do(lambda s: intake.set_status(s, ticket_id, status, desk.services.book, desk.now(), "Ada"))


def states(desk, ticket_id):
    return {row["metric"]: row["state"] for row in desk.ticket(ticket_id).timers}


def messages(desk, ticket_id, direction="inbound"):
    rows = desk.do(lambda s: tickets.messages(s, ticket_id))
    return [row.body for row in rows if row.direction == direction]


def report(desk):
    day = desk.now().date()
    with desk.services.db.read() as session:
        return compliance(session, Period(day, day), desk.services.book, desk.now())


def test_spam_owes_nothing(desk, now):
    """A ticket marked as spam is closed, out of the queue, and its broken promise is no breach in any report."""
    ticket_id = desk.open()
    desk.process()
    now.advance(2 * HOUR)
    assert report(desk).promise.broken == 1
    spam(desk, ticket_id)
    ticket = desk.ticket(ticket_id)
    assert (ticket.status, ticket.next_due_at, ticket.next_alert_at) == ("closed", None, None)
    assert "spam" in ticket.tags
    assert set(states(desk, ticket_id).values()) == {State.CANCELLED}
    now.advance(48 * HOUR)
    assert report(desk).promise.broken == 0


def test_spam_keeps_a_promise_that_was_kept(desk):
    """What was answered in time before stays kept."""
    ticket_id = desk.open()
    desk.write(ticket_id, "Here you are.", "outbound")
    spam(desk, ticket_id)
    assert states(desk, ticket_id) == {"first_response": State.MET, "resolution": State.CANCELLED}


def test_spam_takes_everything_back(desk, transport):
    """An automatic reply in its undo window is never sent, its draft is set aside, and the pipeline has no work."""
    desk.automate("refund")
    ticket_id = desk.open()
    desk.process()
    assert desk.ticket(ticket_id).reply_pending
    spam(desk, ticket_id)
    desk.now.advance(HOUR)
    assert (desk.process(), desk.deliver(), transport.sent) == (0, 0, [])
    assert desk.draft(ticket_id).state == "superseded"
    assert not desk.ticket(ticket_id).reply_pending


def test_spam_during_processing(desk):
    """A ticket that was never triaged can be spam too; the pipeline leaves it alone."""
    ticket_id = desk.open()
    spam(desk, ticket_id)
    assert desk.process() == 0
    assert desk.draft(ticket_id) is None


def test_spam_twice(desk):
    """The same again changes nothing."""
    ticket_id = desk.open()
    spam(desk, ticket_id)
    before = row_counts(desk.services.db)
    spam(desk, ticket_id)
    assert row_counts(desk.services.db) == before


def test_a_further_message_to_spam(desk):
    """It is kept, the ticket stays closed with nothing owed, and the journal says so."""
    ticket_id = desk.open()
    spam(desk, ticket_id)
    desk.write(ticket_id, "Buy now!")
    assert (desk.ticket(ticket_id).status, desk.process()) == ("closed", 0)
    assert messages(desk, ticket_id)[-1] == "Buy now!"
    assert set(states(desk, ticket_id).values()) == {State.CANCELLED}
    assert "left_closed" in desk.steps(ticket_id)


def test_it_was_no_spam(desk, now):
    """Opened again the clock goes on as if it had never been cancelled, and the pipeline looks at it."""
    ticket_id = desk.open()
    due = timer(desk.ticket(ticket_id), "first_response")["due_at"]
    spam(desk, ticket_id)
    now.advance(HOUR / 2)
    set_status(desk, ticket_id, "open")
    assert "spam" not in desk.ticket(ticket_id).tags
    assert timer(desk.ticket(ticket_id), "first_response")["due_at"] == due
    assert states(desk, ticket_id)["first_response"] == State.RUNNING
    assert desk.process() == 1


def test_no_reply_to_spam(desk):
    """Neither an own reply nor a draft can be sent on a ticket that is spam."""
    ticket_id = desk.open()
    desk.process()
    draft_id = desk.draft(ticket_id).id
    spam(desk, ticket_id)
    with pytest.raises(Conflict):
        desk.do(lambda s: intake.write_reply(s, ticket_id, "Hello", "Ada", desk.now(), timedelta(0)))
    with pytest.raises(Conflict):
        desk.do(lambda s: approval.approve(s, draft_id, "Ada", desk.now()))


def test_a_reply_that_came_back_is_not_sent_to_spam(desk, transport):
    """A reply that was waiting for another attempt when it slipped through is taken back before it leaves."""
    ticket_id = desk.open()
    item = desk.do(lambda s: intake.write_reply(s, ticket_id, "Hello", "Ada", desk.now(), timedelta(0)))
    spam(desk, ticket_id)
    desk.do(lambda s: setattr(s.merge(item), "state", "waiting"))
    desk.deliver()
    assert transport.sent == []
    assert desk.replies(ticket_id)[0].state == "cancelled"


def test_merging_keeps_the_earliest_start(desk, now):
    """The target takes over the source's timers where they started earlier; the source owes nothing."""
    source = desk.open("When does my parcel come?")
    start = timer(desk.ticket(source), "first_response")["started_at"]
    now.advance(HOUR / 4)
    target = desk.open()
    merge(desk, source, target)
    for metric in ("first_response", "resolution"):
        taken = timer(desk.ticket(target), metric)
        assert (taken["started_at"], taken["state"]) == (start, State.RUNNING)
    assert set(states(desk, source).values()) == {State.CANCELLED}
    assert (desk.ticket(source).status, desk.ticket(source).tags) == ("closed", ["merged"])


def test_merging_into_the_older_ticket(desk, now):
    """The target's own earlier timers stay as they are."""
    target = desk.open()
    before = timer(desk.ticket(target), "first_response")["due_at"]
    now.advance(HOUR / 4)
    merge(desk, desk.open("And my parcel?"), target)
    assert timer(desk.ticket(target), "first_response")["due_at"] == before


def test_a_broken_promise_is_counted_once(desk, now):
    """A promise of the source that was broken before is the target's from then on, and one breach in the report."""
    source = desk.open()
    target = desk.open("And my parcel?")
    desk.write(target, "It is on its way.", "outbound")
    desk.process()
    now.advance(2 * HOUR)
    assert report(desk).promise.broken == 1
    merge(desk, source, target)
    assert report(desk).promise.broken == 1
    assert states(desk, target)["next_response"] == State.BREACHED


def test_the_two_name_each_other(desk):
    """Both have a note that names the other; the source's messages stay with it."""
    source, target = desk.open("When does my parcel come?"), desk.open()
    merge(desk, source, target)
    assert str(target) in messages(desk, source, "note")[0]
    assert str(source) in messages(desk, target, "note")[0]
    assert messages(desk, source) == ["When does my parcel come?"]


def test_an_unanswered_message_goes_round_again(desk):
    """What the source's customer still waits for is put to the target and drafted, even when it was solved."""
    target = desk.open()
    desk.process()
    set_status(desk, target, "solved")
    source = desk.open("Where is my parcel? My tracking number does not work")
    desk.process()
    merge(desk, source, target)
    assert (desk.ticket(target).status, desk.process()) == ("open", 1)
    assert messages(desk, target)[-1].startswith("Where is my parcel?")
    assert desk.draft(target).message_id == desk.ticket(target).triaged_message_id
    assert timer(desk.ticket(target), "resolution")["state"] == State.RUNNING


def test_nothing_unanswered_no_new_round(desk):
    """When the source had been answered, the target keeps its draft and its status."""
    target = desk.open()
    source = desk.open("Where is my parcel?")
    desk.write(source, "At the depot.", "outbound")
    desk.process()
    draft = desk.draft(target)
    merge(desk, source, target)
    assert desk.process() == 0
    assert (desk.draft(target).id, desk.draft(target).state) == (draft.id, draft.state)


def test_merging_takes_replies_back(desk, transport):
    """Neither a reply of the source nor an automatic one of a target that gained a message is sent."""
    desk.automate("refund")
    source, target = desk.open(), desk.open(email="lee@example.com")
    desk.process()
    assert all(desk.ticket(ticket_id).reply_pending for ticket_id in (source, target))
    merge(desk, source, target, other_customer=True)
    assert [desk.replies(ticket_id)[0].state for ticket_id in (source, target)] == ["cancelled"] * 2
    desk.now.advance(HOUR)
    desk.deliver()
    assert transport.sent == []
    assert [desk.draft(ticket_id).state for ticket_id in (source, target)] == ["superseded"] * 2


def test_no_merging_while_a_reply_leaves(desk):
    """Whether a reply that is just leaving answers the customer is not known yet: merging waits for it."""
    source, target = desk.open(), desk.open()
    item = desk.do(lambda s: intake.write_reply(s, source, "Hello", "Ada", desk.now(), timedelta(0)))
    desk.do(lambda s: setattr(s.merge(item), "state", "sending"))
    with pytest.raises(Conflict):
        merge(desk, source, target)


def test_a_message_to_a_merged_ticket(desk):
    """It goes to the ticket where the conversation goes on, over several merges; sent again it is stored once."""
    first, second, third = (desk.open(f"Question {n}") for n in range(3))
    merge(desk, first, second)
    merge(desk, second, third)
    new = intake.NewMessage("again", "Still waiting", "inbound")
    for _ in range(2):
        desk.services.db.transact(lambda s: intake.add_message(s, first, new, desk.services.book, desk.now()))
    assert messages(desk, third).count("Still waiting") == 1
    assert messages(desk, first) == ["Question 0"]
    assert "message_passed_on" in desk.steps(first)


def test_merging_twice(desk):
    """The same again changes nothing, also when the target has gone elsewhere since."""
    first, second, third = (desk.open(f"Question {n}") for n in range(3))
    merge(desk, first, second)
    merge(desk, second, third)
    before = row_counts(desk.services.db)
    merge(desk, first, second)
    assert row_counts(desk.services.db) == before


def test_what_is_refused(desk):
    """Itself, unknown, ended, circular and another customer's tickets are refused, and nothing changes."""
    one, two, junk, gone = (desk.open(f"Question {n}") for n in range(4))
    other = desk.open(email="lee@example.com")
    spam(desk, junk)
    merge(desk, gone, one)
    before = row_counts(desk.services.db)
    for source, target, error, field in [
        (one, one, Invalid, "into"),
        (one, 999, Invalid, "into"),
        (999, one, NotFound, "id"),
        (one, junk, Conflict, "into"),
        (two, gone, Conflict, "into"),
        (one, gone, Conflict, "into"),
        (junk, one, Conflict, "id"),
        (gone, two, Conflict, "id"),
        (one, other, Invalid, "other_customer"),
    ]:
        with pytest.raises(error) as refused:
            merge(desk, source, target)
        assert refused.value.field == field
    with pytest.raises(Conflict):
        spam(desk, gone)
    with pytest.raises(Conflict):
        set_status(desk, gone, "open")
    assert row_counts(desk.services.db) == before
    merge(desk, one, other, other_customer=True)
    assert desk.ticket(one).status == "closed"


@settings(max_examples=25, deadline=None)
@given(
    st.lists(
        st.tuples(
            st.sampled_from(["spam", "merge", "write", "reply", "open", "solved", "process", "deliver", "wait"]),
            st.integers(0, 3),
            st.integers(0, 3),
        ),
        max_size=14,
    )
)
def test_whatever_people_do(tmp_path_factory, steps):
    """In any order of doings only expected refusals come up, and the stored timers are those of a replay."""
    now = ManualTime()
    services = make_services(tmp_path_factory.mktemp("desk"), now)
    desk = Desk(services, now).seed("policies")
    ids = [desk.open(body) for body in ("\u202eé" * 9, "?", "x" * 5_000, "When do I get my refund?")]
    deeds = {
        "spam": lambda one, _: spam(desk, one),
        "merge": lambda one, two: merge(desk, one, two),
        "write": lambda one, _: desk.write(one, "And?"),
        "reply": lambda one, _: desk.write(one, "Here.", "outbound"),
        "open": lambda one, _: set_status(desk, one, "open"),
        "solved": lambda one, _: set_status(desk, one, "solved"),
        "process": lambda *_: desk.process(),
        "deliver": lambda *_: desk.deliver(),
        "wait": lambda *_: now.advance(HOUR / 2),
    }
    for name, one, two in steps:
        with suppress(AnswerableError):
            deeds[name](ids[one], ids[two])
    for ticket_id in ids:
        with services.db.read() as session:
            ticket = tickets.find(session, ticket_id)
            rows, customer = tickets.sla_events(session, ticket_id), tickets.customer_of(session, ticket)
            fresh = timers_of(session, ticket, customer, rows, services.book, now())
            ended = endings.ending_of(session, ticket_id)
        stored = [(row["metric"], row["started_at"]) for row in ticket.timers]
        assert stored == [(row["metric"], row["started_at"]) for row in (t.to_dict() for t in fresh)]
        if ended is not None:
            assert ticket.status == "closed"
            assert {t.state for t in fresh} <= {State.CANCELLED, State.MET}
    services.close()
