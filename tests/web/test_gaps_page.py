"""The page of gaps and its API: what is asked, what an article would save, one press to begin it."""

import pytest

from copilot.store import articles
from tests.copilot.test_gaps import REPLY, WRAP, ask, find_all

PAGE = "/admin/gaps"


@pytest.fixture(autouse=True)
def _close_words(monkeypatch):
    """The fake embedder knows words only."""
    monkeypatch.setattr("copilot.gaps.JOIN", 0.3)


def test_a_gap_is_shown_and_an_article_begun(signed_in, desk):
    """The page tells count, saving, questions and replies; one press opens the new draft in the editor."""
    client = signed_in("admin")
    assert "No gaps" in client.get(PAGE).text
    ids = ask(desk, *WRAP, reply=REPLY)
    find_all(desk)
    shown = client.get(PAGE).text
    assert "3 tickets asked this in the last 30 days." in shown
    assert "We engrave" in shown or "we engrave" in shown
    assert all(f'href="/tickets/{ticket_id}"' in shown for ticket_id in ids)
    answer = client.post(f"{PAGE}/1/article", follow_redirects=False)
    assert (answer.status_code, answer.headers["location"]) == (303, "/admin/articles/edit?id=gap-1")
    assert "up to twelve letters" in client.get("/admin/articles/edit?id=gap-1").text
    assert "Go on with the article" in client.get(PAGE).text
    assert desk.do(lambda s: articles.find(s, "gap-1")).status == "draft"


def test_a_gap_is_dismissed_and_opened_again(signed_in, desk):
    """It needs a reason, stands among the dismissed with it, and comes back by hand."""
    client = signed_in("admin")
    ask(desk, *WRAP)
    find_all(desk)
    assert client.post(f"{PAGE}/1/article").status_code == 409
    assert client.post(f"{PAGE}/1/dismissal", data={"reason": "  "}).status_code == 409
    assert client.post(f"{PAGE}/1/dismissal", data={"reason": "<b>Spam</b>"}, follow_redirects=False).status_code == 303
    assert "No gaps" in client.get(PAGE).text
    assert "&lt;b&gt;Spam&lt;/b&gt;" in client.get(f"{PAGE}?kind=dismissed").text
    client.post(f"{PAGE}/1/opening")
    assert 'id="gap-1"' in client.get(PAGE).text
    assert client.get(f"{PAGE}?kind=nonsense").status_code == 422


def test_agents_may_not_decide(signed_in):
    """The page is for admins."""
    assert signed_in("agent").get(PAGE).status_code == 403


def test_the_api(client, desk):
    """Programs of agents read gaps; those of admins begin articles and dismiss; nonsense is told by its field."""
    ask(desk, *WRAP, reply=REPLY)
    find_all(desk)
    agent, admin = desk.bearer("agent"), desk.bearer("admin")
    found = client.get("/api/v1/gaps", headers=agent).json()
    assert found["total"] == 1
    gap = found["items"][0]
    assert (gap["id"], gap["tickets_last_30_days"], gap["replies"], len(gap["questions"])) == (1, 3, 3, 3)
    assert 1.5 <= gap["would_save_a_month"] <= 3
    assert client.post("/api/v1/gaps/1/article", headers=agent).status_code == 403
    assert client.post("/api/v1/gaps/1/article", headers=admin).json() == {"article_id": "gap-1"}
    assert client.post("/api/v1/gaps/9/article", headers=admin).status_code == 404
    refused = client.post("/api/v1/gaps/1/dismissal", headers=admin, json={"reason": ""})
    assert (refused.status_code, refused.json()["errors"][0]["field"]) == (422, "reason")
    assert (
        client.post("/api/v1/gaps/1/dismissal", headers=admin, json={"reason": "Gone"}).json()["state"] == "dismissed"
    )
    assert client.get("/api/v1/gaps?kind=x", headers=agent).status_code == 422
    assert client.get("/api/v1/gaps?kind=dismissed", headers=agent).json()["total"] == 1
