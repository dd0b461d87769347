"""Corrections by API and in the sidebar, and the admin's pages about categories and triage."""

import html

import pytest

from copilot.store import triage_versions
from tests.web.conftest import HTMX

TICKET = "/api/v1/tickets/1"


def learn(desk):
    """Run the worker's step until nothing is left to do."""
    while desk.services.learning.step():
        pass


@pytest.fixture
def agent(desk):
    """Headers of an agent, with one ticket that triage has looked at."""
    desk.open()
    desk.process()
    return desk.bearer("agent")


@pytest.mark.parametrize(
    ("path", "body", "known"),
    [
        ("category", {"category": "shipping"}, {"id": 1, "category": "shipping", "priority": "normal"}),
        ("category", {"category": None}, {"id": 1, "category": None, "priority": "normal"}),
        ("category", {"category": ""}, {"id": 1, "category": None, "priority": "normal"}),
        ("sentiment", {"sentiment": "negative"}, {"id": 1, "sentiment": "negative", "priority": "normal"}),
        ("priority", {"priority": "high"}, {"id": 1, "priority": "high"}),
    ],
)
def test_agents_correct_by_api(client, agent, path, body, known):
    """The correction holds at once, and the ticket shows it."""
    answer = client.put(f"{TICKET}/{path}", json=body, headers=agent)
    assert (answer.status_code, answer.json()) == (200, known)
    shown = client.get(TICKET, headers=agent).json()["triage"]
    if path == "category":
        assert (shown["category"] and shown["category"]["label"]) == known["category"]
    elif path == "sentiment":
        assert shown["sentiment"]["label"] == "negative"


@pytest.mark.parametrize(
    ("path", "body", "status", "field"),
    [
        ("category", {"category": "nope"}, 422, "category"),
        ("category", {"category": "x" * 100_000}, 422, "category"),
        ("category", {"category": 3}, 400, "category"),
        ("category", {}, 400, "category"),
        ("sentiment", {"sentiment": "sad"}, 422, "sentiment"),
        ("sentiment", {"sentiment": None}, 400, "sentiment"),
        ("priority", {"priority": "top"}, 422, "priority"),
        ("sentiment", {"sentiment": "neutral", "more": 1}, 400, "more"),
    ],
)
def test_wrong_corrections_name_the_field(client, agent, path, body, status, field):
    """A problem, as everywhere."""
    answer = client.put(f"{TICKET}/{path}", json=body, headers=agent)
    assert (answer.status_code, answer.headers["content-type"]) == (status, "application/problem+json")
    assert answer.json()["errors"][0]["field"] == field


@pytest.mark.parametrize("path", ["category", "sentiment", "priority"])
def test_intake_keys_correct_nothing(client, agent, desk, path):
    """Corrections are an agent's."""
    answer = client.put(f"{TICKET}/{path}", json={path: "high"}, headers=desk.bearer("intake"))
    assert answer.status_code == 403


def test_the_sidebar_corrects_all_three(signed_in, desk, agent):
    """One select each; the category can be none of these, and what was set by hand says so."""
    client = signed_in()
    for data in ({"category": ""}, {"sentiment": "positive"}, {"priority": "low"}):
        answer = client.post("/tickets/1/triage", data=data, headers=HTMX)
        assert answer.status_code == 200
    assert answer.text.count("set by hand") == 3
    ticket = desk.ticket(1)
    assert (ticket.category, ticket.triage["sentiment"]["label"], ticket.priority) == (None, "positive", "low")


def test_the_pages_before_anything_is_learned(signed_in, desk):
    """They say so, and what is being learned."""
    client = signed_in("admin")
    assert "Nothing learned yet" in client.get("/admin/triage").text
    assert "is being learned" in client.get("/admin/categories").text
    learn(desk)
    assert "is being learned" not in client.get("/admin/categories").text


def test_the_evidence_of_the_live_version(signed_in, desk):
    """Figures, plots with tables, doubtful texts with links, versions; customers' words are escaped."""
    learn(desk)
    ids = [desk.open(f"<b>gizmo</b> number {n}", email=f"g{n}@example.com") for n in range(6)]
    desk.process()
    client = signed_in("admin")
    for place, ticket_id in enumerate(ids):
        category = ("shipping", "refund", "")[place % 3]
        client.post(f"/tickets/{ticket_id}/triage", data={"category": category}, headers=HTMX)
    learn(desk)
    text = client.get("/admin/triage").text
    for expected in ("Calibration error", "data-curve", "Versions", "Taken for another", "Priorities set by hand"):
        assert expected in text
    assert "<b>gizmo" not in text


def test_rolling_back_and_going_on(signed_in, desk):
    """The admin goes back to a version, which is held until they let learning go on."""
    learn(desk)
    ids = [desk.open(f"My gizmo hums, part {n}", email=f"g{n}@example.com") for n in range(5)]
    desk.process()
    client = signed_in("admin")
    for ticket_id in ids:
        client.post(f"/tickets/{ticket_id}/triage", data={"category": "shipping"}, headers=HTMX)
    learn(desk)
    first = desk.do(triage_versions.latest)[-1]
    answer = client.post(f"/admin/triage/versions/{first.id}")
    assert "An earlier version is held" in answer.text
    assert desk.do(triage_versions.live).id == first.id
    assert "An earlier version is held" not in client.post("/admin/triage/learning").text
    assert client.post("/admin/triage/versions/99").status_code == 404


def test_a_version_of_other_categories_says_why_not(signed_in, desk):
    """Its button is missing, the reason stands there, and asking all the same is a conflict."""
    learn(desk)
    first = desk.do(triage_versions.live)
    client = signed_in("admin")
    client.post("/admin/categories/deletion", data={"name": "refund"}, headers=HTMX)
    learn(desk)
    text = client.get("/admin/triage").text
    assert "It was taught other categories: refund." in text
    assert client.post(f"/admin/triage/versions/{first.id}").status_code == 409


def test_categories_are_listed_and_edited(signed_in, desk):
    """The list filters; saving shows the category as saved; the version changes."""
    client = signed_in("admin")
    assert "Refunds" in client.get("/admin/categories").text
    assert "Refunds" not in client.get("/admin/categories?q=parcel").text
    form = {"title": "Money back", "description": "d", "examples": "one\ntwo"}
    answer = client.post("/admin/categories/edit?name=refund", data=form)
    assert answer.status_code == 200
    assert "Saved." in answer.text
    assert "Money back" in answer.text
    assert client.get("/admin/categories/edit?name=nope").status_code == 404


def test_what_is_wrong_stands_beside_the_field(signed_in, desk):
    """As typed, with the error at its field and nothing saved."""
    client = signed_in("admin")
    form = {"name": "new", "title": "New <i>", "description": "", "examples": "fine\nWhere is my parcel?"}
    answer = client.post("/admin/categories/new", data=form)
    text = html.unescape(answer.text)
    assert answer.status_code == 422
    assert 'id="examples-error"' in text
    assert "'Where is my parcel?' is also in the category 'shipping'" in text
    assert "New &lt;i&gt;" in answer.text
    assert client.post("/admin/categories/new", data={**form, "examples": ""}).text.count('id="description-error"') == 1
    taken = client.post("/admin/categories/new", data={"name": "refund", "description": "x"})
    assert 'id="name-error"' in taken.text


def test_five_thousand_categories_are_listed(signed_in, desk):
    """The page stays small, and says how many there are."""
    desk.configure("categories", [{"name": f"c{n}", "description": f"number {n}"} for n in range(5_000)])
    text = signed_in("admin").get("/admin/categories").text
    assert "Shown are the first 200 of 5000" in text


@pytest.mark.parametrize("path", ["/admin/triage", "/admin/categories", "/admin/categories/new"])
def test_agents_are_kept_out(signed_in, path):
    """These are an admin's pages."""
    assert signed_in().get(path).status_code == 403
