"""Articles by API: nothing becomes public, and nothing is lost, because a program did not mention it."""

import pytest


@pytest.fixture
def admin(desk, client):
    """A client with an admin's key."""
    client.headers.update(desk.bearer("admin"))
    return client


SECRET = {
    "id": "vault", "title": "Vault", "body": "The code is in the safe.", "language": "de", "visibility": "internal",
    "category": "refund", "status": "draft", "valid_until": "2026-12-31", "owner": "Kim",
}  # fmt: skip


def shown(row):
    """What was sent, as the API shows it."""
    return {name: row[name] for name in SECRET}


def test_everything_that_is_sent_is_shown(admin):
    """Status, last day and owner are stored and shown like the rest, alone and in the list."""
    assert shown(admin.post("/api/v1/articles", json=SECRET).json()) == SECRET
    assert shown(admin.get("/api/v1/articles/vault").json()) == SECRET
    rows = admin.get("/api/v1/articles?q=Vault").json()["items"]
    assert [shown(row) for row in rows] == [SECRET]


def test_an_edit_keeps_what_it_does_not_mention(admin, desk):
    """New words alone neither publish a draft, nor show what is internal, nor erase a setting."""
    admin.post("/api/v1/articles", json=SECRET)
    answer = admin.put("/api/v1/articles/vault", json={"title": "Vault", "body": "The code was changed."})
    assert answer.status_code == 200
    assert shown(answer.json()) == {**SECRET, "body": "The code was changed."}
    desk.services.knowledge.refresh()
    assert "vault" not in desk.services.knowledge.facts


def test_what_is_sent_is_changed_and_null_takes_away(admin):
    """Each setting can be changed by itself; category, last day and owner can be taken away."""
    admin.post("/api/v1/articles", json=SECRET)
    words = {"title": "Vault", "body": "The code is in the safe."}
    changes = {"status": "published", "valid_until": None, "owner": None, "category": None, "language": "en"}
    for name, value in changes.items():
        assert admin.put("/api/v1/articles/vault", json={**words, name: value}).json()[name] == value
    assert shown(admin.get("/api/v1/articles/vault").json()) == {**SECRET, **changes}
    assert admin.put("/api/v1/articles/vault", json={**words, "visibility": None}).status_code == 400


def test_a_new_article_is_as_usual(admin):
    """Without settings a new article is published, public and in English."""
    row = admin.post("/api/v1/articles", json={"id": "new", "title": "New", "body": "Words."}).json()
    told = ("status", "visibility", "language", "category", "valid_until", "owner")
    assert [row[name] for name in told] == ["published", "public", "en", None, None, None]


def test_the_description_tells_of_the_settings(admin):
    """OpenAPI names every field, and only title and body as needed."""
    schema = admin.get("/schema/openapi.json").json()["components"]["schemas"]["ArticleBody"]
    assert set(schema["properties"]) == set(SECRET)
    assert schema["required"] == ["body", "title"]
