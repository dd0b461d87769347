"""The page of articles that need a look, and its API: both sentences beside each other, dismissed with one press."""

from tests.copilot.test_consistency import NINE, _fake_likeness, compare  # noqa: F401 - a fixture for this file too

PAGE = "/admin/articles/review"


def test_a_contradiction_is_shown_and_dismissed(signed_in, desk):
    """The differing facts are marked; the articles' pages tell of it too; after the press all is quiet."""
    client = signed_in("admin")
    desk.article("money", "Refund <b>times</b>", f"When do I get my refund? {NINE}")
    compare(desk)
    shown = client.get(PAGE).text
    assert "<mark>9 working days</mark>" in shown
    assert "<mark>5 working days</mark>" in shown
    assert "<b>times</b>" not in shown
    assert "needs a look" in client.get("/admin/articles").text
    assert "<mark>9 working days</mark>" in client.get("/admin/articles/edit?id=refunds").text
    assert client.post(f"{PAGE}/1/dismissal", follow_redirects=False).status_code == 303
    assert "<mark>" not in client.get(PAGE).text
    assert "needs a look" not in client.get("/admin/articles").text
    assert client.post(f"{PAGE}/9/dismissal").status_code == 404


def test_agents_may_not_see_it(signed_in):
    """The page is for admins."""
    assert signed_in("agent").get(PAGE).status_code == 403


def test_the_api(client, desk):
    """Programs read findings of all or of one article, and admins' dismiss them."""
    desk.article("money", "Refund times", f"When do I get my refund? {NINE}")
    compare(desk)
    agent, admin = desk.bearer("agent"), desk.bearer("admin")
    (one,) = client.get("/api/v1/article-findings?article_id=refunds", headers=agent).json()["findings"]
    assert [side["fact"] for side in one["sides"]] == ["9 working days", "5 working days"]
    assert client.get("/api/v1/article-findings?article_id=boots", headers=agent).json() == {
        "findings": [],
        "stale": [],
    }
    assert client.post("/api/v1/article-findings/1/dismissal", headers=agent).status_code == 403
    assert client.post("/api/v1/article-findings/1/dismissal", headers=admin).json() == {"id": 1, "dismissed": True}
    assert client.get("/api/v1/article-findings", headers=agent).json()["findings"] == []
