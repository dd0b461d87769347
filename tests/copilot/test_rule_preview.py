"""What other rules would have done, seen before they are saved."""

import pytest

URGENT = {"name": "refunds", "when": {"words": ["refund"]}, "then": {"set_priority": "urgent", "assign_team": "money"}}
SLOW = {"name": "slow", "when": {"waiting_longer_than": "2h"}, "then": {"set_priority": "high"}}


@pytest.fixture
def tried(desk, client):
    """Two triaged tickets, and a way to try rules on them."""
    for body in ("When do I get my refund?", "Where is my parcel?"):
        desk.open(body)
    desk.process()
    return lambda document: client.post("/api/v1/rules/preview", json=document, headers=desk.bearer())


def test_a_preview_names_the_tickets_and_changes_nothing(desk, tried):
    """The ticket that the new rule would have raised is listed with its reason; nothing is stored."""
    found = tried([URGENT]).json()
    assert (found["examined"], found["changed"]) == (2, 1)
    assert found["priorities"] == [{"before": "normal", "after": "urgent", "tickets": 1}]
    (ticket,) = found["tickets"]
    assert ticket["after"]["team"] == "money"
    assert ticket["after"]["reasons"] == ["Rule 'refunds': the text says 'refund' → priority urgent, team money"]
    assert desk.ticket(ticket["ticket_id"]).priority == "normal"


def test_waiting_counts_up_to_the_first_answer(desk, tried, client, now):
    """A rule about waiting would have caught the ticket that waited, not the one that was answered before."""
    now.advance(hours=1)
    answer = {"external_id": "a", "body": "Here.", "direction": "outbound"}
    assert client.post("/api/v1/tickets/1/messages", json=answer, headers=desk.bearer("agent")).status_code == 201
    now.advance(hours=2)
    assert [row["ticket_id"] for row in tried([SLOW]).json()["tickets"]] == [2]


def test_rules_that_contradict_each_other_are_refused(desk, tried, client):
    """A rule that never counts is refused with its place, in the preview and on saving; an unknown category is told."""
    contradiction = [URGENT, {"name": "calm", "when": {}, "then": {"set_priority": "low", "assign_team": "all"}}]
    for answer in (tried(contradiction), client.put("/api/v1/rules", json=contradiction, headers=desk.bearer())):
        assert answer.status_code == 422
        assert answer.json()["errors"][0]["field"].startswith("rules[0].then")
    odd = [{"name": "moon", "when": {"category": ["moon"]}, "then": {"set_priority": "low"}}]
    assert tried(odd).json()["warnings"] == [
        {"field": "rules[0].when.category", "message": "there is no category 'moon'"}
    ]
