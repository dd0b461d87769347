"""The send gates in the running service: recipients, senders, risks, caps, planted tokens, the last look."""

from concurrent.futures import ThreadPoolExecutor
from contextlib import nullcontext
from datetime import date, timedelta

import pytest

from copilot import approval, intake, takeback
from copilot.envelopes import Envelope
from copilot.fakes import ManualTime, ScriptedModel
from copilot.knowledge_base import withdraw_article
from copilot.store import reviews
from tests.builders import ARTICLES, Desk, client_of, gate, make_services, ticket_json
from tests.postgres import fresh_database

HOLD = timedelta(seconds=30)
GUARD = "Never say Blue-Heron-42 to a customer."


def failing(draft):
    """The names of the gates that hold a draft."""
    return [row["name"] for row in draft.gates if not row["passed"]]


def decided(desk, **more):
    """A ticket of the kind that is answered by itself, through the pipeline."""
    ticket_id = desk.open(**more)
    desk.process()
    return ticket_id


def set_caps(desk, per_hour, per_day=1_000, **more):
    row = {"category": "refund", "mode": "auto", "threshold": 0.0, "per_hour": per_hour, "per_day": per_day}
    desk.configure("autonomy", {"hold_seconds": 30, "audit_share": 1e-6, "categories": [row], **more})


@pytest.mark.parametrize(
    ("envelope", "held_by"),
    [
        (Envelope(), []),
        (Envelope(sender_authenticated=True, reply_to="kim@example.com", cc=("kim@example.com",)), []),
        (Envelope(sender_authenticated=False), ["sender"]),
        (Envelope(kind="auto"), ["sender"]),
        (Envelope(cc=("dana@example.com",)), ["recipient"]),
        (Envelope(reply_to="thief@example.net"), ["recipient"]),
        (Envelope(sender="dana@example.com"), ["recipient"]),
    ],
)
def test_what_the_channel_knows_of_a_message_decides(desk, envelope, held_by):
    """Only a message of the requester, as far as the channel can tell, is answered by itself."""
    desk.automate("refund")
    ticket_id = desk.open(envelope=envelope)
    desk.process()
    assert failing(desk.draft(ticket_id)) == held_by


def test_the_envelope_comes_by_the_api(desk, client):
    """A program hands in what it knows of the sender, with a ticket and with a message; twice is once."""
    desk.automate("refund")
    envelope = {"sender_authenticated": True, "kind": "human", "cc": ["Dana@Example.com"]}
    body = ticket_json(envelope=envelope)
    first = client.post("/api/v1/tickets", json=body, headers=desk.bearer("intake"))
    assert (
        first.status_code,
        client.post("/api/v1/tickets", json=body, headers=desk.bearer("intake")).status_code,
    ) == (201, 200)
    ticket_id = first.json()["id"]
    desk.process()
    assert "dana@example.com in copy" in gate(desk.draft(ticket_id), "recipient")["reason"]
    message = {
        "external_id": "m",
        "body": "When do I get my refund?",
        "direction": "inbound",
        "envelope": {"kind": "bounce"},
    }
    sent = client.post(f"/api/v1/tickets/{ticket_id}/messages", json=message, headers=desk.bearer("intake"))
    assert sent.status_code == 201
    desk.process()
    assert failing(desk.draft(ticket_id)) == ["recipient", "sender"]


@pytest.mark.parametrize(
    ("envelope", "field"),
    [
        ({"kind": "robot"}, "envelope.kind"),
        ({"reply_to": "nobody"}, "envelope.reply_to"),
        ({"cc": ["a@b.example", "c"]}, "envelope.cc[1]"),
        ({"cc": ["a@b.example"] * 101}, "envelope.cc"),
        ({"sender": "x\u0000@b.example"}, "envelope.sender"),
    ],
)
def test_a_wrong_envelope_is_refused_by_name(desk, client, envelope, field):
    """Nonsense about the sender stores nothing."""
    answer = client.post("/api/v1/tickets", json=ticket_json(envelope=envelope), headers=desk.bearer("intake"))
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, field)


EVIL = "Refund approved: http://evil.example"


@pytest.mark.parametrize(
    ("more", "subject"),
    [
        ({}, "Re: your message"),
        ({"channel": "webform", "subject": "Your refund was refused"}, "Re: your message"),
        ({"channel": "email", "envelope": Envelope(sender_authenticated=True)}, "Re: your message"),
        (
            {"channel": "email", "envelope": Envelope(sender_authenticated=True), "subject": "My refund"},
            "Re: My refund",
        ),
    ],
)
def test_nobody_writes_to_others_through_the_subject(desk, now, transport, more, subject):
    """What anybody may have typed into the subject does not leave by itself for the address that they named."""
    desk.automate("refund")
    ticket_id = decided(desk, **{"subject": EVIL, **more})
    now.advance(HOLD)
    desk.deliver()
    assert [(reply.auto_sent, reply.subject) for reply in transport.sent] == [(True, subject)]
    assert subject in gate(desk.draft(ticket_id), "subject")["reason"]


def test_an_agent_answers_under_the_customers_subject(desk, client, transport):
    """A person has read the subject: their reply carries it on."""
    ticket_id = decided(desk, subject="My refund")
    client.post(f"/api/v1/drafts/{desk.draft(ticket_id).id}/approval", json={}, headers=desk.bearer("agent"))
    desk.deliver()
    assert [reply.subject for reply in transport.sent] == ["Re: My refund"]


def test_a_planted_token_in_the_subject_holds_and_trips_nothing(desk):
    """A customer who writes a planted token gets a person, and cannot stop the whole service with it."""
    set_caps(desk, 100, canaries=["Blue-Heron-42"])
    known = Envelope(sender_authenticated=True)
    ticket_id = decided(desk, channel="email", envelope=known, subject="Blue-Heron-42")
    assert failing(desk.draft(ticket_id)) == ["subject"]
    assert desk.draft(decided(desk, email="b@example.com")).action == "send"


def test_a_newer_message_with_somebody_in_copy_takes_the_reply_back(desk, now, transport):
    """A copy that arrives within the undo window: the reply does not leave, and the next draft waits for a person."""
    desk.automate("refund")
    ticket_id = decided(desk)
    assert desk.draft(ticket_id).action == "send"
    desk.write(ticket_id, "When do I get my refund? Dana reads along.", envelope=Envelope(cc=("dana@example.com",)))
    desk.process()
    now.advance(HOLD)
    desk.deliver()
    assert transport.sent == []
    assert "recipient" in failing(desk.draft(ticket_id))


def test_the_admins_list_of_risks_decides(desk):
    """Words, segments and categories that the admin lists hold, in place of the shipped ones."""
    set_caps(desk, 100, risk={"terms": {"wholesale": ["bulk order*"]}, "segments": ["press"]})
    held = decided(desk, body="When do I get my refund for the bulk orders? It should reach my card.")
    assert "wholesale" in gate(desk.draft(held), "risk")["reason"]
    assert failing(desk.draft(decided(desk, email="b@example.com", segment="Press"))) == ["risk"]
    assert failing(desk.draft(decided(desk, email="c@example.com", segment="vip"))) == []


def test_a_cap_holds_the_next_reply(desk, now, transport):
    """With a cap of two an hour the third waits for a person; an hour after they left there is room again."""
    set_caps(desk, 2)
    ids = [decided(desk, email=f"c{number}@example.com") for number in range(3)]
    assert [failing(desk.draft(ticket_id)) for ticket_id in ids] == [[], [], ["budget"]]
    now.advance(HOLD)
    desk.deliver()
    now.advance(minutes=59)
    assert failing(desk.draft(decided(desk, email="d@example.com"))) == ["budget"]
    now.advance(minutes=1, seconds=1)
    assert failing(desk.draft(decided(desk, email="e@example.com"))) == []
    assert len(transport.sent) == 2


def test_a_reply_taken_back_costs_nothing(desk, now):
    """What never left leaves its place in the caps to another."""
    set_caps(desk, 1)
    first = decided(desk)
    desk.do(lambda s: takeback.undo(s, first, now(), "Sam"))
    assert failing(desk.draft(decided(desk, email="b@example.com"))) == []


def test_a_cap_lowered_meanwhile_counts_when_replies_leave(desk, now, transport):
    """Five wait, then the cap becomes two: two leave, three go to people with the reason."""
    set_caps(desk, 10)
    ids = [decided(desk, email=f"c{number}@example.com") for number in range(5)]
    set_caps(desk, 2)
    now.advance(HOLD)
    for _ in range(3):
        desk.deliver()
    assert len(transport.sent) == 2
    assert [failing(desk.draft(ticket_id)) for ticket_id in ids[2:]] == [["budget"]] * 3


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_never_one_more_than_the_cap(tmp_path, kind):
    """Six workers decide at once over forty-eight tickets: exactly as many are sent as the cap allows."""
    with fresh_database(migrated=True) if kind == "postgresql" else nullcontext() as url:
        more = {} if url is None else {"database_url": url}
        now = ManualTime()
        workers = [make_services(tmp_path / "data", now, batch_size=4, **more) for _ in range(6)]
        desk = Desk(workers[0], now).seed()
        set_caps(desk, 7)
        ids = [desk.open(email=f"c{number}@example.com") for number in range(48)]
        for worker in workers[1:]:
            while worker.knowledge.sync():
                pass
        with ThreadPoolExecutor(6) as pool:
            list(pool.map(lambda worker: [None for _ in iter(worker.pipeline.process_batch, 0)], workers))
        decisions = [desk.draft(ticket_id).action for ticket_id in ids]
        for worker in workers:
            worker.close()
    assert (len(decisions), decisions.count("send")) == (48, 7)


def test_a_planted_token_stops_everything(desk, now, client, transport):
    """A draft that holds a token of the admin's list is held, turns the kill switch on, and takes back what waits."""
    set_caps(desk, 100, canaries=["Blue-Heron-42"])
    waiting = decided(desk)
    assert desk.draft(waiting).action == "send"
    desk.article("refunds", "Refund times", f"When do I get my refund? {GUARD}")
    while desk.services.knowledge.sync():
        pass
    leaking = decided(desk, email="b@example.com")
    assert {"canary", "kill switch"} <= set(failing(desk.draft(leaking)))
    now.advance(HOLD)
    desk.deliver()
    assert transport.sent == []
    assert failing(desk.draft(waiting)) == ["kill switch"]
    assert "canary_found" in desk.steps(leaking)
    approval = f"/api/v1/drafts/{desk.draft(leaking).id}/approval"
    assert client.post(approval, json={}, headers=desk.bearer("agent")).status_code == 422
    settings = client.get("/api/v1/autonomy", headers=desk.bearer()).json()
    assert (settings["kill_switch"], settings["canaries"]) == (True, ["Blue-Heron-42"])


def test_the_switch_trips_although_a_category_is_gone(desk, now):
    """Settings of a category that was deleted stand in nobody's way, neither the alarm's nor the admin's."""
    set_caps(desk, 100, canaries=["Blue-Heron-42"])
    desk.configure("categories", [])
    from copilot import configuration, tripwire

    ticket_id = desk.open()
    assert desk.do(lambda s: tripwire.trip(s, ticket_id, now())) is True
    assert desk.do(lambda s: tripwire.trip(s, ticket_id, now())) is False
    assert desk.do(lambda s: configuration.autonomy_in_force(s)).kill_switch


def test_an_agents_own_reply_wins_within_the_undo_window(desk, now, transport):
    """An agent who answers while the automatic reply still waits is the only one whose words leave."""
    desk.automate("refund")
    ticket_id = decided(desk)
    desk.do(lambda s: intake.write_reply(s, ticket_id, "Done, Kim.", "Sam", now(), timedelta(0)))
    now.advance(HOLD)
    desk.deliver()
    assert [(reply.body, reply.auto_sent) for reply in transport.sent] == [("Done, Kim.", False)]
    assert "Sam answered" in gate(desk.draft(ticket_id), "hold window")["reason"]


@pytest.mark.parametrize(
    ("meanwhile", "held_by"),
    [
        (lambda ticket: setattr(ticket, "status", "solved"), "hold window"),
        (lambda ticket: setattr(ticket, "category", "shipping"), "hold window"),
    ],
)
def test_the_last_look_sees_what_people_changed(desk, now, transport, meanwhile, held_by):
    """A ticket that was solved or put into another category while its reply waited keeps its reply."""
    from copilot.store import tickets

    desk.automate("refund", "shipping")
    ticket_id = decided(desk)
    desk.do(lambda s: meanwhile(tickets.lock(s, ticket_id)))
    now.advance(HOLD)
    desk.deliver()
    assert transport.sent == []
    assert (failing(desk.draft(ticket_id)), desk.draft(ticket_id).state) == ([held_by], "open")
    assert desk.replies(ticket_id)[0].state == "cancelled"


def test_the_shown_reasons_follow_what_happened(desk, now, tmp_path):
    """Undo is told at the undo window's gate, to the agent and by the API."""
    desk.automate("refund")
    ticket_id = decided(desk)
    desk.do(lambda s: takeback.undo(s, ticket_id, now(), "Sam"))
    with client_of(desk.services) as client:
        draft = client.get(f"/api/v1/tickets/{ticket_id}", headers=desk.bearer()).json()["draft"]
    assert gate(draft, "hold window") == {"name": "hold window", "passed": False, "reason": "Taken back by Sam."}


@pytest.mark.parametrize(
    ("meanwhile", "reason"),
    [
        (lambda desk: desk.article("refunds", "Refund times", "A refund takes 30 working days."), "was edited"),
        (lambda desk: desk.article("refunds", *ARTICLES["refunds"], visibility="internal"), "is internal"),
        (lambda desk: desk.article("refunds", *ARTICLES["refunds"], status="draft"), "no longer in use"),
        (lambda desk: desk.do(lambda s: withdraw_article(s, "refunds", desk.now(), "Ann")), "no longer in use"),
        (lambda desk: desk.article("refunds", *ARTICLES["refunds"], valid_until=date(2026, 3, 1)), "no longer in use"),
    ],
)
def test_the_last_look_sees_what_became_of_the_sources(desk, now, transport, meanwhile, reason):
    """A reply whose article was edited, withdrawn, made internal or ran out while it waited does not leave."""
    desk.automate("refund", hold_seconds=3_600)
    ticket_id = decided(desk)
    assert desk.draft(ticket_id).action == "send"
    meanwhile(desk)
    now.advance(hours=1)
    desk.deliver()
    assert (transport.sent, desk.draft(ticket_id).state) == ([], "open")
    assert reason in gate(desk.draft(ticket_id), "sources")["reason"]


def test_an_article_edited_while_the_draft_is_written_holds_it(tmp_path, now):
    """What changed between the search and the decision is seen: the draft quotes words that nobody stands by."""

    def choose(question):
        desk.article("refunds", "Refund times", "A refund takes 30 working days.")
        return [n for n, _, text in question.sentences if text.startswith("A refund reaches")]

    desk = Desk(make_services(tmp_path / "data", now, llm=ScriptedModel(choose)), now).seed()
    desk.automate("refund")
    draft = desk.draft(decided(desk))
    assert (failing(draft), draft.would_send) == (["sources"], False)
    desk.do(lambda s: approval.approve(s, draft.id, "Sam", now()))
    with desk.services.db.read() as session:
        assert reviews.of_draft(session, draft.id).dropped_at is not None
    desk.services.close()


def test_the_last_look_sees_a_raised_threshold(desk, now, transport):
    """A threshold that was raised above the draft's confidence, or taken away, while the reply waited keeps it."""
    desk.automate("refund", hold_seconds=3_600)
    ids = [decided(desk), decided(desk, email="b@example.com")]
    desk.automate("refund", hold_seconds=3_600, threshold=0.999)
    now.advance(hours=1)
    desk.deliver()
    assert transport.sent == []
    assert [failing(desk.draft(ticket_id)) for ticket_id in ids] == [["confidence"]] * 2


def test_the_last_look_sees_a_token_planted_since(desk, now, transport):
    """What the admin named as planted while the reply waited does not leave in it."""
    desk.automate("refund", hold_seconds=3_600)
    ticket_id = decided(desk)
    set_caps(desk, 100, canaries=["refund reaches"])
    now.advance(hours=1)
    desk.deliver()
    assert (transport.sent, failing(desk.draft(ticket_id))) == ([], ["canary"])


@pytest.mark.parametrize("body", [None, "In 5 working days, Kim."])
def test_an_agent_cannot_send_what_has_become_internal(desk, client, now, body):
    """A draft that cites what customers may no longer read cannot be approved, and says what to do instead."""
    draft = desk.draft(decided(desk))
    desk.article("refunds", *ARTICLES["refunds"], visibility="internal")
    address = f"/api/v1/drafts/{draft.id}/approval"
    answer = client.post(address, json={} if body is None else {"body": body}, headers=desk.bearer("agent"))
    assert (answer.status_code, desk.draft(draft.ticket_id).state) == (409, "open")
    assert "is internal. Reword the draft, or answer in your own words." in answer.text
    desk.article("refunds", *ARTICLES["refunds"])
    assert client.post(address, json={}, headers=desk.bearer("agent")).status_code == 200
