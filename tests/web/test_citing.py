"""A passage found by hand is put into a draft with its source; what customers may not see cannot be."""

import pytest

from copilot.store import articles
from tests.builders import QUESTION


@pytest.fixture
def drafted(desk):
    """A ticket with an open draft."""
    ticket_id = desk.open(QUESTION)
    desk.process()
    return desk.draft(ticket_id)


def passage_of(desk, name):
    """The id of an article's first passage."""
    return desk.do(lambda s: articles.passages_of(s, [name]))[0].id


def test_hits_offer_to_be_inserted(signed_in, desk):
    """A public passage can be inserted from the search, an internal one only read."""
    desk.article("secret", "Goodwill for refunds", "Goodwill for a refund is 5 €.", visibility="internal")
    client = signed_in("agent")
    shown = client.get("/find?q=refund").text
    assert f'data-passage="{passage_of(desk, "refunds")}"' in shown
    assert f'data-passage="{passage_of(desk, "secret")}"' not in shown
    assert "Goodwill" in shown


def test_a_draft_cites_what_was_inserted(signed_in, desk, drafted):
    """The source joins the draft's citations once, and the journal names who did it."""
    client = signed_in("agent")
    passage = passage_of(desk, "parcels")
    for _ in range(2):
        assert client.post(f"/drafts/{drafted.id}/citations", data={"passage": passage}).status_code == 200
    cited = [citation["article_id"] for citation in desk.draft(drafted.ticket_id).citations]
    assert cited == ["refunds", "parcels"]
    assert desk.steps(drafted.ticket_id).count("citation_added") == 1


def test_what_cannot_be_cited(signed_in, desk, drafted):
    """Internal, withdrawn and invented passages are refused, and so is a draft that was decided on."""
    desk.article("secret", "Goodwill", "Goodwill for a refund is 5 €.", visibility="internal")
    client = signed_in("agent")
    address = f"/drafts/{drafted.id}/citations"
    assert client.post(address, data={"passage": passage_of(desk, "secret")}).status_code == 422
    assert client.post(address, data={"passage": "nonsense"}).status_code == 404
    client.post(f"/drafts/{drafted.id}/rejection", data={"reason": "No"})
    assert client.post(address, data={"passage": passage_of(desk, "parcels")}).status_code == 409


@pytest.mark.parametrize("more", [[], ["nonsense"]])
def test_a_reply_of_ones_own_remembers_its_sources(signed_in, desk, more):
    """What was inserted into the composer is named in the journal, rubbish left out."""
    ticket_id = desk.open("Zzz?")
    client = signed_in("agent")
    passage = passage_of(desk, "parcels")
    client.post(f"/tickets/{ticket_id}/messages", data={"body": "Every parcel …", "cited": [passage, *more]})
    (entry,) = [entry for entry in desk.journal(ticket_id) if entry.kind == "reply_cites"]
    assert entry.data["passages"] == [passage]


def test_programs_cite_too(client, desk, drafted):
    """The API answers with the draft's citations."""
    passage = passage_of(desk, "parcels")
    address, agent = f"/api/v1/drafts/{drafted.id}/citations", desk.bearer("agent")
    found = client.post(address, headers=agent, json={"passage_id": passage}).json()
    assert [citation["passage_id"] for citation in found["citations"]][-1] == passage
    assert client.post(address, headers=agent, json={"passage_id": "x"}).status_code == 404
