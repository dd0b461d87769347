"""Sources by API: websites and answers, never files; for admins only."""

import pytest

from copilot.store import sources as store

PATH = "/api/v1/sources"


@pytest.fixture
def admin(desk, client):
    """A client with an admin's key."""
    client.headers.update(desk.bearer("admin"))
    return client


def test_answers_are_added_read_and_removed(admin, desk):
    """They are due at once, can be read again, and go with or without their articles."""
    made = admin.post(PATH, json={"kind": "answers", "every_hours": 24})
    assert (made.status_code, made.json()["kind"], made.json()["every_hours"]) == (201, "answers", 24)
    assert desk.services.sources.step() == 1
    (row,) = admin.get(PATH).json()["items"]
    assert (row["address"], row["result"]["error"]) == ("solved tickets", None)
    assert desk.services.sources.step() == 0
    assert admin.post(f"{PATH}/{row['id']}/run").status_code == 202
    assert desk.services.sources.step() == 1
    assert admin.post(f"{PATH}/{row['id']}/withdrawal").json() == {"withdrawn": 0}
    assert admin.delete(f"{PATH}/{row['id']}?articles=all").status_code == 422
    assert admin.delete(f"{PATH}/{row['id']}?articles=keep").json() == {"kept": 0}
    assert admin.get(PATH).json() == {"items": []}


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"kind": "files", "address": "/etc"}, "kind"),
        ({"kind": "site", "address": "file:///etc/passwd"}, "address"),
        ({"kind": "site"}, "address"),
        ({"kind": "answers", "address": "https://a.example"}, "address"),
        ({"kind": "site", "address": "https://a.example", "every_hours": 0}, "every_hours"),
        ({"kind": "site", "address": "https://a.example", "allow_private": True}, "allow_private"),
    ],
)
def test_what_cannot_be_added(admin, desk, body, field):
    """It is refused by the field, and nothing is stored."""
    answer = admin.post(PATH, json=body)
    assert answer.status_code in (400, 422)
    assert answer.json()["errors"][0]["field"] == field
    with desk.services.db.read() as session:
        assert store.page(session) == []


def test_unknown_sources_and_agents(admin, desk):
    """What is not there is not found; an agent's key does not do."""
    assert admin.post(f"{PATH}/7/run").status_code == 404
    assert admin.delete(f"{PATH}/7?articles=keep").status_code == 404
    assert admin.get(PATH, headers=desk.bearer("agent")).status_code == 403
    assert admin.post(PATH, json={"kind": "answers"}, headers=desk.bearer("agent")).status_code == 403
