"""Replies that do not leave at once: failures, silence, giving up, and a service that died while sending."""

from datetime import timedelta

import pytest

from copilot.channels.transport import NotDelivered, OutcomeUnknown
from copilot.errors import Conflict
from copilot.fakes import RecordingTransport
from copilot.outbox import MOST_ATTEMPTS, pause, settle
from tests.builders import Desk, make_services, timer


@pytest.fixture
def approved(desk, client):
    """A ticket with an approved reply that has not left."""
    ticket_id = desk.open()
    desk.process()
    client.post(f"/api/v1/drafts/{desk.draft(ticket_id).id}/approval", json={}, headers=desk.bearer("agent"))
    return ticket_id


def test_a_failure_is_tried_again_after_a_growing_pause(desk, approved, transport, now):
    """A receiver that fails twice gets the same reply again, later each time, and the timer stops at the success."""
    transport.fail_next(NotDelivered("The webhook answered 500."), NotDelivered("The webhook answered 502."))
    assert desk.deliver() == 1
    assert desk.replies(approved)[0].last_error == "The webhook answered 500."
    assert desk.deliver() == 0
    now.advance(seconds=2)
    assert desk.deliver() == 1
    now.advance(seconds=2)
    assert desk.deliver() == 0
    assert timer(desk.ticket(approved), "first_response")["state"] == "running"
    now.advance(seconds=2)
    assert desk.deliver() == 1
    assert [reply.message_ref for reply in transport.attempts] == [transport.sent[0].message_ref] * 3
    assert timer(desk.ticket(approved), "first_response")["elapsed_seconds"] == 6
    assert desk.steps(approved).count("delivery_failed") == 2


def test_the_pauses_double_up_to_half_an_hour():
    """2 s, 4 s, 8 s and so on, never more than 30 minutes."""
    assert [pause(n).total_seconds() for n in (1, 2, 3, 4)] == [2, 4, 8, 16]
    assert pause(40) == timedelta(minutes=30)


def test_it_gives_up_in_the_end(desk, approved, transport, now):
    """After the last attempt the ticket stands before a person again, with its draft, and nothing more is tried."""
    transport.fail_next(*[NotDelivered("no") for _ in range(MOST_ATTEMPTS)])
    for _ in range(MOST_ATTEMPTS):
        assert desk.deliver() == 1
        now.advance(minutes=30)
    assert desk.deliver() == 0
    ticket = desk.ticket(approved)
    assert (desk.replies(approved)[0].state, ticket.reply_pending, desk.draft(approved).state) == (
        "failed",
        False,
        "open",
    )
    assert timer(ticket, "first_response")["stopped_at"] is None
    assert desk.journal(approved)[-1].data["gave_up"] is True


def test_a_final_refusal_is_not_tried_again(desk, approved, transport, client):
    """A receiver that says that it will never take the reply is asked once; approving anew tries anew."""
    transport.fail_next(NotDelivered("The webhook answered 410.", final=True))
    desk.deliver()
    assert desk.replies(approved)[0].state == "failed"
    again = client.post(f"/api/v1/drafts/{desk.draft(approved).id}/approval", json={}, headers=desk.bearer("agent"))
    assert again.status_code == 200
    desk.deliver()
    assert len(transport.sent) == 1


def test_an_unknown_outcome_waits_for_a_person(desk, approved, transport, now):
    """A reply that may have left is never sent again by itself, and stops no timer."""
    transport.fail_next(OutcomeUnknown("The webhook did not answer."))
    desk.deliver()
    now.advance(days=1)
    assert desk.deliver() == 0
    assert desk.replies(approved)[0].state == "uncertain"
    assert desk.ticket(approved).reply_pending is False
    assert timer(desk.ticket(approved), "first_response")["stopped_at"] is None


@pytest.mark.parametrize(("arrived", "sent"), [(True, 0), (False, 1)])
def test_a_person_settles_it(desk, approved, transport, now, arrived, sent):
    """Saying that it arrived delivers it on the spot; saying that it did not sends it again, under its reference."""
    transport.fail_next(OutcomeUnknown("The webhook did not answer."))
    desk.deliver()
    item = desk.replies(approved)[0]
    desk.do(lambda s: settle(s, item.id, arrived=arrived, by="Sam", book=desk.services.book, now=now()))
    desk.deliver()
    assert len(transport.sent) == sent
    assert {reply.message_ref for reply in transport.attempts} == {item.message_ref}
    assert (desk.replies(approved)[0].state, desk.ticket(approved).status) == ("delivered", "pending")
    assert timer(desk.ticket(approved), "first_response")["state"] == "met"
    with pytest.raises(Conflict, match="nothing to settle"):
        desk.do(lambda s: settle(s, item.id, arrived=True, by="Sam", book=desk.services.book, now=now()))


def test_the_reply_after_a_settled_failure_is_not_offered_again(desk, approved, transport, now):
    """Once a person has settled a failed reply, its draft is decided and leaves the screen of open drafts."""
    transport.fail_next(NotDelivered("gone", final=True))
    desk.deliver()
    item = desk.replies(approved)[0]
    desk.do(lambda s: settle(s, item.id, arrived=True, by="Sam", book=desk.services.book, now=now()))
    assert desk.draft(approved).state == "approved"


@pytest.mark.parametrize(("safe", "state", "sent"), [(True, "delivered", 1), (False, "uncertain", 0)])
def test_a_service_that_died_while_sending(tmp_path, now, safe, state, sent):
    """A reply whose sender vanished is sent again where that is safe, and otherwise waits for a person."""
    services = make_services(tmp_path / "d", now, transport=RecordingTransport(resend_is_safe=safe))
    desk = Desk(services, now).seed()
    desk.automate("refund", hold_seconds=0)
    ticket_id = desk.open()
    desk.process()
    desk.transport.fail_next(SystemExit())
    with pytest.raises(SystemExit):
        desk.deliver()
    assert (desk.deliver(), desk.replies(ticket_id)[0].state) == (0, "sending")
    now.advance(seconds=61)
    desk.deliver()
    assert (desk.replies(ticket_id)[0].state, len(desk.transport.sent)) == (state, sent)
    services.close()


def test_a_transport_with_a_bug_stops_nobody_else(desk, now, transport, client):
    """An unexpected error while sending leaves that reply uncertain; the others of the batch still leave."""
    ids = [desk.open(email=f"{n}@example.com") for n in range(3)]
    desk.process()
    for ticket_id in ids:
        client.post(f"/api/v1/drafts/{desk.draft(ticket_id).id}/approval", json={}, headers=desk.bearer("agent"))
    transport.fail_next(RuntimeError("a bug"))
    desk.deliver()
    assert sorted(desk.replies(ticket_id)[0].state for ticket_id in ids) == ["delivered", "delivered", "uncertain"]


def test_an_approved_reply_leaves_although_the_customer_wrote_again(desk, approved, transport, client):
    """A person's decision stands: the reply leaves, and the ticket stays in the queue for what came after it."""
    desk.write(approved, "And where is my parcel?")
    desk.deliver()
    assert len(transport.sent) == 1
    assert [item["ticket_id"] for item in client.get("/api/v1/queue", headers=desk.bearer()).json()["items"]] == [
        approved
    ]
