"""Answers without a person: only when everything passes, after the hold window, and never against anybody's word."""

from datetime import timedelta

import pytest

from copilot import takeback
from copilot.errors import Conflict
from copilot.fakes import ScriptedModel
from copilot.store import drafts
from tests.builders import ARTICLES, Desk, gate, make_services, timer

HOLD = timedelta(seconds=30)


def sent_by_itself(desk, **who):
    """A ticket whose reply waits out its hold window."""
    ticket_id = desk.open(**who)
    desk.process()
    assert desk.draft(ticket_id).action == "send"
    return ticket_id


def test_nothing_leaves_by_default(desk, now, transport):
    """Without settings every draft is held, however good it is."""
    ticket_id = desk.open()
    desk.process()
    now.advance(days=1)
    desk.deliver()
    draft = desk.draft(ticket_id)
    assert (draft.action, draft.state, transport.sent) == ("hold", "open", [])
    assert not gate(draft, "mode")["passed"]
    assert desk.ticket(ticket_id).reply_pending is False


def test_a_proven_reply_leaves_after_the_hold_window(desk, now, transport):
    """A draft that passes every gate waits out the hold window, leaves marked as automatic, and meets the promise."""
    desk.automate("refund")
    ticket_id = sent_by_itself(desk)
    assert all(row["passed"] for row in desk.draft(ticket_id).gates)
    now.advance(HOLD - timedelta(seconds=1))
    assert desk.deliver() == 0
    now.advance(seconds=1)
    assert desk.deliver() == 1
    (reply,) = transport.sent
    assert (reply.auto_sent, reply.recipient) == (True, "kim@example.com")
    ticket = desk.ticket(ticket_id)
    assert (ticket.status, timer(ticket, "first_response")["state"]) == ("pending", "met")
    assert timer(ticket, "first_response")["elapsed_seconds"] == 30


def test_an_article_tagged_with_a_region_answers_alone(desk):
    """An article in "en-US" answers a customer who writes English, as one in "en" does."""
    desk.article("refunds", *ARTICLES["refunds"], language="en-US")
    desk.automate("refund")
    ticket_id = sent_by_itself(desk)
    assert all(row["passed"] for row in desk.draft(ticket_id).gates)
    assert desk.services.knowledge.facts["refunds"].language == "en"


@pytest.mark.parametrize("threshold", [None, 0.999])
def test_an_unearned_or_unreached_threshold_holds(desk, threshold):
    """Auto mode alone sends nothing: there must be a threshold and the draft must reach it."""
    desk.automate("refund", threshold=threshold)
    ticket_id = desk.open()
    desk.process()
    assert desk.draft(ticket_id).action == "hold"
    assert [row["name"] for row in desk.draft(ticket_id).gates if not row["passed"]] == ["confidence"]


def test_a_person_takes_it_back_within_the_window(desk, now, transport):
    """Undo cancels the reply, offers the draft again, and the ticket returns to the queue."""
    desk.automate("refund")
    ticket_id = sent_by_itself(desk)
    desk.do(lambda s: takeback.undo(s, ticket_id, now(), "Sam"))
    now.advance(HOLD)
    assert desk.deliver() == 0
    assert transport.sent == []
    assert (desk.draft(ticket_id).state, desk.ticket(ticket_id).reply_pending) == ("open", False)
    with pytest.raises(Conflict, match="already left"):
        desk.do(lambda s: takeback.undo(s, ticket_id, now(), "Sam"))


def test_a_draft_taken_back_can_be_approved(desk, now, client, transport):
    """After an undo the same draft can be approved by a person, and is sent once, as approved."""
    desk.automate("refund")
    ticket_id = sent_by_itself(desk)
    desk.do(lambda s: takeback.undo(s, ticket_id, now(), "Sam"))
    address = f"/api/v1/drafts/{desk.draft(ticket_id).id}/approval"
    assert client.post(address, json={}, headers=desk.bearer("agent")).status_code == 200
    desk.deliver()
    assert [reply.auto_sent for reply in transport.sent] == [False]


def test_the_kill_switch_cancels_within_the_window(desk, client, now, transport):
    """Turning the switch on takes back what waits and offers the drafts to people; it holds whatever comes after."""
    desk.automate("refund")
    ticket_id = sent_by_itself(desk)
    before = client.get("/api/v1/autonomy", headers=desk.bearer()).json()
    answer = client.put("/api/v1/autonomy", json={**before, "kill_switch": True}, headers=desk.bearer("admin"))
    assert answer.status_code == 200
    now.advance(HOLD)
    desk.deliver()
    assert transport.sent == []
    assert desk.replies(ticket_id)[0].state == "cancelled"
    assert (desk.draft(ticket_id).state, desk.draft(ticket_id).action) == ("open", "hold")
    later = desk.open(email="b@example.com")
    desk.process()
    assert [row["name"] for row in desk.draft(later).gates if not row["passed"]] == ["kill switch"]


def test_a_category_that_may_no_longer_send_takes_its_waiting_replies_back(desk, now, transport):
    """Setting a category back to suggest cancels what it had decided and not yet sent, and nothing else."""
    desk.automate("refund")
    ticket_id = sent_by_itself(desk)
    desk.configure("autonomy", {"categories": [{"category": "refund", "mode": "suggest"}]})
    now.advance(HOLD)
    desk.deliver()
    assert transport.sent == []
    assert desk.draft(ticket_id).state == "open"


def test_the_kill_switch_lets_people_send(desk, client, transport):
    """What a person approved leaves although the switch is on."""
    desk.configure("autonomy", {"kill_switch": True})
    ticket_id = desk.open()
    desk.process()
    client.post(f"/api/v1/drafts/{desk.draft(ticket_id).id}/approval", json={}, headers=desk.bearer("agent"))
    desk.deliver()
    assert len(transport.sent) == 1


def test_a_newer_message_cancels_the_waiting_reply(desk, now, transport):
    """What the customer writes within the hold window takes the reply back, and the new draft is held for a person."""
    desk.automate("refund")
    ticket_id = sent_by_itself(desk)
    desk.write(ticket_id, "Forget it, I found the refund on my card.")
    now.advance(HOLD)
    desk.deliver()
    assert transport.sent == []
    assert desk.replies(ticket_id)[0].state == "cancelled"
    assert desk.draft(ticket_id).state == "superseded"


def test_a_message_in_the_last_moment_still_cancels(desk, now, transport):
    """A reply that was claimed before the newer message was seen is looked at once more and does not leave."""
    desk.automate("refund")
    ticket_id = sent_by_itself(desk)
    desk.write(ticket_id, "One more question about the refund.")
    desk.do(lambda s: revive(s, ticket_id))
    now.advance(HOLD)
    desk.deliver()
    assert transport.sent == []
    assert desk.replies(ticket_id)[0].state == "cancelled"


def revive(session, ticket_id):
    from copilot.store import outbox

    item = outbox.of_ticket(session, ticket_id)[0]
    item.state = "waiting"


def test_one_automatic_reply_a_thread(desk, now, transport):
    """The answer to an automatic reply is always held: the customer was not helped, and no loop may start. That the
    first one was sent alone stays known."""
    desk.automate("refund")
    ticket_id = sent_by_itself(desk)
    now.advance(HOLD)
    desk.deliver()
    desk.write(ticket_id, "When do I get my refund? It should reach my card.")
    desk.process()
    draft = desk.draft(ticket_id)
    assert draft.action == "hold"
    with desk.services.db.read() as session:
        assert drafts.find(session, desk.replies(ticket_id)[0].draft_id).state == "auto"
    assert {row["name"] for row in draft.gates if not row["passed"]} == {"human wanted", "loop"}


def test_three_automatic_replies_a_day(desk, now, transport):
    """The fourth ticket of one customer within a day waits for a person."""
    desk.automate("refund")
    for _ in range(3):
        sent_by_itself(desk)
        now.advance(HOLD)
        desk.deliver()
    fourth = desk.open()
    desk.process()
    assert [row["name"] for row in desk.draft(fourth).gates if not row["passed"]] == ["loop"]
    now.advance(days=1, minutes=5)
    sent_by_itself(desk)


def test_waiting_automatic_replies_count_too(desk):
    """Four tickets of one customer in one batch get at most three automatic replies."""
    desk.automate("refund")
    ids = [desk.open() for _ in range(5)]
    desk.process()
    assert sum(desk.draft(ticket_id).action == "send" for ticket_id in ids) <= 3


@pytest.mark.parametrize(
    ("words", "failing"),
    [
        ("I want to talk to a real person.", "human wanted"),
        ("If not I will cancel my account and go to your competitor.", "risk"),
    ],
)
def test_words_that_ask_for_a_person(desk, words, failing):
    """A wish for a person or a threat to leave holds the reply."""
    desk.automate("refund", "shipping")
    ticket_id = desk.open(f"When do I get my refund? It should reach my card. {words}")
    desk.process()
    assert not gate(desk.draft(ticket_id), failing)["passed"]


def test_a_rule_can_forbid(desk):
    """A rule that forbids automatic sending holds the reply and is named."""
    desk.automate("refund")
    rule = {"name": "VIPs get people", "when": {"segment": ["vip"]}, "then": {"forbid_auto_send": True}}
    desk.configure("rules", [rule])
    ticket_id = desk.open(segment="vip")
    desk.process()
    assert "VIPs get people" in gate(desk.draft(ticket_id), "risk")["reason"]


def answer_meanwhile(tmp_path, now, act):
    """A desk whose language model takes its time, while `act(desk, ticket_id)` happens."""
    desk, ticket_ids = None, []

    def choose(question):
        act(desk, ticket_ids[0])
        return [n for n, _, text in question.sentences if text.startswith("A refund reaches")]

    services = make_services(tmp_path / "slow", now, llm=ScriptedModel(choose))
    desk = Desk(services, now).seed()
    desk.automate("refund")
    ticket_ids.append(desk.open())
    return desk, ticket_ids[0]


def test_a_message_while_the_draft_is_written_drops_it(tmp_path, now):
    """Something newer during drafting: the draft is thrown away and the ticket goes round again."""

    def act(desk, ticket_id):
        if desk.steps(ticket_id).count("message_inbound") == 0:
            desk.write(ticket_id, "PS: my refund should reach my card.")

    desk, ticket_id = answer_meanwhile(tmp_path, now, act)
    desk.services.pipeline.process_batch()
    assert desk.draft(ticket_id) is None
    assert desk.steps(ticket_id)[-1] == "draft_dropped"
    desk.process()
    assert desk.draft(ticket_id) is not None
    desk.services.close()


def test_an_agents_own_reply_while_the_draft_is_written_holds_it(tmp_path, now):
    """An agent who answers while the model still thinks is not followed by an automatic reply."""
    from copilot import intake

    def act(desk, ticket_id):
        desk.do(lambda s: intake.write_reply(s, ticket_id, "Done, Kim.", "Sam", now(), timedelta(0)))

    desk, ticket_id = answer_meanwhile(tmp_path, now, act)
    desk.process()
    now.advance(hours=1)
    desk.deliver()
    assert [reply.body for reply in desk.transport.sent] == ["Done, Kim."]
    assert not gate(desk.draft(ticket_id), "fresh")["passed"]
    desk.services.close()


def test_a_reply_from_elsewhere_while_the_draft_is_written_holds_it(tmp_path, now):
    """A reply through another tool while the model still thinks is not followed by an automatic reply."""
    desk, ticket_id = answer_meanwhile(tmp_path, now, lambda d, i: d.write(i, "Done elsewhere.", "outbound"))
    desk.process()
    now.advance(hours=1)
    desk.deliver()
    assert desk.transport.sent == []
    assert not gate(desk.draft(ticket_id), "fresh")["passed"]
    desk.services.close()
