"""Other wordings by page and by API, the voice, and what a language model was asked."""

import json
import re

import pytest

from copilot.fakes import ScriptedModel
from tests.builders import REFUND_FACT, Desk, make_services
from tests.web.conftest import HTMX

FREE = json.dumps({"reply": f"Sorry for the wait. {REFUND_FACT}", "citations": [1], "answers_question": True})


def refund(question):
    return [number for number, _, text in question.sentences if text.startswith("A refund reaches")]


@pytest.fixture
def services(tmp_path, now):
    """The service with a model that first chooses, then words, then fails."""
    built = make_services(tmp_path / "data", now, llm=ScriptedModel(refund, FREE, "rubbish"), llm_price_out=1000.0)
    yield built
    built.close()


@pytest.fixture
def draft(desk: Desk):
    """A draft that waits for an agent."""
    ticket_id = desk.open()
    desk.process()
    return desk.draft(ticket_id)


def events(response):
    """(name, content) of each event of a stream."""
    found = re.findall(r"event: (\w+)\r?\ndata: (.*)\r?\n", response.text)
    return [(name, json.loads(data)) for name, data in found]


def test_a_wording_is_streamed_kept_and_gone_back_from(signed_in, desk, draft):
    """The text grows event by event, ends whole, stands in the sidebar with its doubts, and one click goes back."""
    client = signed_in()
    answer = client.post(f"/drafts/{draft.id}/regeneration", data={"way": "free", "style": "warmer"})
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("text/event-stream")
    told = events(answer)
    assert {name for name, _ in told[:-1]} <= {"text"}
    name, last = told[-1]
    assert (name, last["number"]) == ("done", 2)
    shown = client.get(f"/tickets/{draft.ticket_id}", headers=HTMX).text
    assert "Sorry for the wait." in shown
    assert "Worded by scripted" in shown
    assert "2 requests to the model" in shown
    back = client.post(f"/drafts/{draft.id}/shown", data={"number": "1"}, headers=HTMX)
    assert "Quotes chosen by scripted" in back.text


def test_a_stream_that_fails_says_so_and_leaves_the_draft(signed_in, desk, draft):
    """When the model fails, the last event tells the reason in words, and the former wording is shown."""
    client = signed_in()
    for _ in range(2):
        answer = client.post(f"/drafts/{draft.id}/regeneration", data={"way": "free"})
    name, words = events(answer)[-1]
    assert name == "problem"
    assert "cannot be used" in words
    assert "Sorry for the wait." in client.get(f"/tickets/{draft.ticket_id}", headers=HTMX).text


@pytest.mark.parametrize(
    ("form", "status"), [({"way": "loud"}, 422), ({"style": "warmer"}, 422), ({"passage_id": "x"}, 200)]
)
def test_a_wish_that_makes_no_sense_is_refused_before_the_stream(signed_in, draft, form, status):
    """What can be known before is a plain error; what is found out later is an event."""
    answer = signed_in().post(f"/drafts/{draft.id}/regeneration", data=form)
    assert answer.status_code == status
    if status == 200:
        assert events(answer)[-1][0] == "problem"


def test_only_people_who_are_signed_in_may_ask(client, draft):
    """Without a sign-in, or without the token of the form, nothing is written."""
    assert client.post(f"/drafts/{draft.id}/regeneration", data={"way": "free"}).status_code in (401, 403)


def test_programs_ask_for_wordings_too(client, desk, draft):
    """The API returns the draft in its new wording with all wordings, and shows any of them again."""
    headers = desk.bearer("agent")
    body = {"way": "free", "style": "shorter", "language": "en", "passage_id": None}
    told = client.post(f"/api/v1/drafts/{draft.id}/regeneration", json=body, headers=headers).json()
    assert told["body"].startswith("Hello Kim,\n\nSorry for the wait.")
    assert (told["version"], [row["number"] for row in told["versions"]]) == (2, [1, 2])
    assert told["versions"][1]["way"] == "free"
    ticket = client.get(f"/api/v1/tickets/{draft.ticket_id}", headers=headers).json()
    assert ticket["draft"]["body"] == told["body"]
    back = client.post(f"/api/v1/drafts/{draft.id}/shown", json={"number": 1}, headers=headers).json()
    assert back["body"] == draft.body
    assert client.post(f"/api/v1/drafts/{draft.id}/shown", json={"number": 9}, headers=headers).status_code == 404
    failed = client.post(f"/api/v1/drafts/{draft.id}/regeneration", json=body, headers=headers)
    assert failed.status_code == 503
    refused = client.post(f"/api/v1/drafts/{draft.id}/regeneration", json={"way": "x"}, headers=headers)
    assert (refused.status_code, refused.json()["errors"][0]["field"]) == (422, "way")
    intake = desk.bearer("intake")
    assert client.post(f"/api/v1/drafts/{draft.id}/regeneration", json=body, headers=intake).status_code == 403


def test_what_the_model_was_asked_is_shown_and_counted(signed_in, client, desk, draft):
    """The page sums by day, the API gives the same numbers, and the metrics count by purpose and outcome."""
    page = signed_in("admin").get("/admin/usage").text
    assert "scripted" in page
    assert "USD" in page
    rows = client.get("/api/v1/usage", headers=desk.bearer("admin")).json()
    assert rows["items"][0]["calls"] == 1
    assert rows["items"][0]["cost"] > 0
    metrics = client.get("/metrics").text
    assert 'answerable_llm_calls_total{outcome="ok",purpose="quote"} 1.0' in metrics


def test_the_voice_is_edited_and_previewed(signed_in, desk):
    """Saving shows drafts as they will read; what is too long is refused with its field, and what was typed stays."""
    client = signed_in("admin")
    assert "Kind regards,\nThe support team" in client.get("/admin/voice").text
    good = {"name": "Northwind", "tone": "Plain.", "en": "Cheers\nThe Northwinds"}
    saved = client.post("/admin/voice", data=good, headers=HTMX)
    assert "Cheers\nThe Northwinds" in saved.text
    assert "Cordialement,\nNorthwind" in saved.text
    bad = client.post("/admin/voice", data=good | {"name": "Other", "de": "x\n" * 9 + "last"}, headers=HTMX)
    assert bad.status_code == 422
    assert "signatures.de" in bad.text
    assert 'value="Other"' in bad.text
    assert 'value="Northwind"' in client.get("/admin/voice").text
    assert signed_in("agent").get("/admin/voice").status_code == 403


def test_the_voice_is_shown_while_it_is_typed(signed_in, desk):
    """The preview reads as what is typed, changes nothing, and says why something could not be saved."""
    client = signed_in("admin")
    shown = client.post("/admin/voice/preview", data={"name": "<b>Harbour</b>"}, headers=HTMX)
    assert "Kind regards,\n&lt;b&gt;Harbour&lt;/b&gt;" in shown.text
    assert "Harbour" not in client.get("/admin/voice").text
    refused = client.post("/admin/voice/preview", data={"name": "x" * 81}, headers=HTMX)
    assert "must not be longer than 80 characters" in refused.text
    assert signed_in("agent").post("/admin/voice/preview", data={}, headers=HTMX).status_code == 403
