"""Support: which sentences of a draft, or of the text an agent writes in its place, stand in a source."""

import pytest

from copilot.inputs import LONGEST_BODY
from tests.builders import REFUND_FACT

CHANGED = REFUND_FACT.replace("5", "9")


@pytest.fixture
def draft(desk):
    """The open draft of a ticket."""
    ticket_id = desk.open()
    desk.process()
    return desk.draft(ticket_id)


@pytest.fixture
def check(desk, client, draft):
    """Asks the API about a text in the draft's place."""
    return lambda body, code=200: answered(client, desk, draft.id, body, code)


def answered(client, desk, draft_id, body, code):
    answer = client.post(f"/api/v1/drafts/{draft_id}/check", json=body, headers=desk.bearer("agent"))
    assert answer.status_code == code, answer.text
    return answer.json()


def test_the_drafts_findings_are_kept_and_told(desk, client, draft):
    """The ticket's draft lists its sentences with passage, span and the words of the source."""
    found = client.get(f"/api/v1/tickets/{draft.ticket_id}", headers=desk.bearer("agent")).json()["draft"]["sentences"]
    (told,) = [row for row in found if row["text"] == REFUND_FACT]
    assert (told["support"], told["source"], told["faults"]) == ("quoted", REFUND_FACT.rstrip("."), [])
    assert told["passage_id"] == draft.citations[0]["passage_id"]
    assert len(told["span"]) == 2


def test_a_text_is_checked_in_the_drafts_place(check):
    """Without a text the draft itself is checked; a changed fact and a made-up sentence are named."""
    assert check({})["supported"]
    found = check({"body": f"{CHANGED} We waive the fee."})
    assert not found["supported"]
    assert [row["support"] for row in found["sentences"]] == ["none", "none"]
    assert "9 working days" in found["sentences"][0]["faults"][0]
    assert check({"body": f"Please note that {REFUND_FACT[0].lower()}{REFUND_FACT[1:]}"})["supported"]
    assert check({"body": ""})["sentences"] == []


def test_the_customers_own_order_number_is_known(desk, client):
    """An agent may name the order that the customer wrote of; another number is still from nowhere."""
    ticket_id = desk.open("When do I get my refund for order 4711-A? It should reach my card.", subject="Order 88123")
    desk.process()
    told = {}
    for number in ("4711-A", "88123", "5000-B"):
        body = {"body": f"We looked into order {number}."}
        told[number] = answered(client, desk, desk.draft(ticket_id).id, body, 200)
    assert [found["unsupported_facts"] for found in told.values()] == [[], [], ["5000-B"]]
    assert not any(found["supported"] for found in told.values())


def test_what_is_wrong_is_refused(desk, client, check):
    """A body that is no text, too long or unknown, a draft that does not exist, and nobody signed in."""
    check({"body": 3}, 400)
    check({"body": "x" * (LONGEST_BODY + 1)}, 422)
    check({"text": "x"}, 400)
    answered(client, desk, 4_711, {}, 404)
    assert client.post("/api/v1/drafts/1/check", json={}).status_code == 401


def test_an_article_that_is_gone_supports_nothing(desk, check):
    """The passages are read as they stand now."""
    from copilot.store import articles

    desk.do(lambda s: articles.replace_passages(s, ["refunds"], []))
    assert not check({})["supported"]


def test_the_sidebar_shows_each_sentence(signed_in, draft):
    """The page and the live fragment say which sentence stands where, and why another one does not."""
    page = signed_in("agent")
    text = page.get(f"/tickets/{draft.ticket_id}").text
    assert "stands in a source" in text or "stand in a source" in text
    fragment = page.post(f"/drafts/{draft.id}/check", data={"body": f"{CHANGED}\n<b>We</b> waive the fee."})
    assert fragment.status_code == 200
    assert "2 sentences without a source" in fragment.text
    assert "<b>We" not in fragment.text
    assert "is not in the source sentence" in fragment.text
