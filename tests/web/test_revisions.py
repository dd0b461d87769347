"""An article's life on the page: draft, last day, owner, history with changes, and the way back."""

import pytest

from copilot.store import articles
from copilot.web.revisions import DiffLine, comparable, diff

EDIT = "/admin/articles/edit"
HISTORY = "/admin/articles/history"
FORM = {"title": "Refund times", "body": "A refund takes 5 days.\n\nNothing else.", "language": "en"}


def save(client, **changes):
    answer = client.post(EDIT, params={"id": "refunds"}, data={**FORM, **changes}, follow_redirects=False)
    return answer


def facts(desk):
    desk.services.knowledge.refresh()
    return desk.services.knowledge.facts


def test_a_draft_and_an_expired_article_are_not_used(signed_in, desk, now):
    """Neither is searched; both are marked in the list, and an expired one on its page."""
    client = signed_in("admin")
    assert save(client, status="draft").status_code == 303
    assert "refunds" not in facts(desk)
    assert ">draft<" in client.get("/admin/articles").text
    assert save(client, valid_until="2026-03-02", owner="Kim").status_code == 303
    assert "refunds" in facts(desk)
    save(client, valid_until="2026-03-01", owner="Kim")
    assert "refunds" not in facts(desk)
    assert ">expired<" in client.get("/admin/articles").text
    shown = client.get(EDIT, params={"id": "refunds"}).text
    assert "has expired" in shown
    assert 'value="Kim"' in shown
    save(client, valid_until="2026-03-02")
    assert "refunds" in facts(desk)
    now.advance(hours=15)
    assert "refunds" not in facts(desk)


def test_a_day_that_is_none(signed_in):
    """It is refused by its field, and what was typed stays."""
    answer = save(signed_in("admin"), valid_until="soon")
    assert answer.status_code == 422
    assert "valid_until" in answer.text
    assert "5 days" in answer.text


def test_the_history_shows_changes_and_goes_back(signed_in, desk):
    """Who, when, from where and what; restoring is a revision too."""
    client = signed_in("admin")
    save(client)
    save(client, body="A refund takes 3 <b>days</b>.\n\nNothing else.", visibility="internal")
    shown = client.get(HISTORY, params={"id": "refunds"}).text
    assert "<del>A refund takes 5 days.</del>" in shown
    assert "<ins>A refund takes 3 &lt;b&gt;days&lt;/b&gt;.</ins>" in shown
    assert "<del>public</del>" in shown
    assert "Admin Person" in shown
    with desk.services.db.read() as session:
        first, second, *_ = reversed(articles.revisions(session, "refunds", 10))
    answer = client.post(HISTORY, params={"id": "refunds", "revision": second.id}, follow_redirects=False)
    assert answer.status_code == 303
    with desk.services.db.read() as session:
        row, newest = articles.find(session, "refunds"), articles.revisions(session, "refunds", 1)[0]
    assert (row.body, row.visibility, newest.origin) == (FORM["body"], "public", f"revision {second.id}")
    assert first.origin == ""


@pytest.mark.parametrize("query", [{"id": "none"}, {"id": "refunds", "revision": 9999}, {"id": "boots", "revision": 1}])
def test_histories_that_are_not_there(signed_in, query):
    """An unknown article, and a revision that is not one of it, are 404."""
    client = signed_in("admin")
    assert client.get(HISTORY, params=query).status_code == 404
    assert client.post(HISTORY, params={"revision": 9999, **query}).status_code == 404


def test_long_texts_are_not_compared():
    """Comparing them would keep everybody waiting."""
    assert comparable("a\n" * 100, "b\n" * 100)
    assert not comparable("a\n" * 4000, "")
    assert not comparable("a" * 400_000, "")


def test_a_change_line_by_line():
    """Only what changed and a little around it is told."""
    old = "\n".join("abcdefghij")
    lines = list(diff(old, old.replace("e", "E")))
    assert lines[2:4] == [DiffLine("removed", "e"), DiffLine("added", "E")]
    assert [line.text for line in lines] == ["c", "d", "e", "E", "f", "g"]
    assert list(diff(old, old)) == []
