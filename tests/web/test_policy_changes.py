"""Previewing and applying new promises: by programs, and by admins on the page."""

import json

import pytest

from tests.builders import POLICIES
from tests.copilot.test_policy_change import opened, promising, timer

PROBLEM = "application/problem+json"


def test_a_program_previews_and_applies(client, desk):
    """The preview counts and lists; the application is begun at once and tells how far it is; a second moves none."""
    opened(desk, 2)
    desk.now.advance(minutes=20)
    headers, document = desk.bearer(), promising("10m")
    found = client.post("/api/v1/policies/preview", json=document, headers=headers).json()
    assert (found["open_tickets"], found["moved"], found["changed"], found["would_breach_now"]) == (2, 2, 2, 2)
    assert found["earliest_due"] == "2026-03-02T09:20:00Z"
    first = found["tickets"][0]["timers"][0]
    assert first == {
        "metric": "first_response",
        "due_before": "2026-03-02T10:00:00Z",
        "due_after": "2026-03-02T09:20:00Z",
        "would_breach_now": True,
    }
    version = client.put("/api/v1/policies", json=document, headers=headers).json()["version"]
    path = f"/api/v1/policies/{version}/application"
    for moved in (2, 0):
        begun = client.post(path, headers=headers)
        assert begun.status_code == 202
        assert (begun.json()["state"], begun.json()["open_tickets"], begun.json()["examined"]) == ("running", 2, 0)
        desk.services.applications.go_on()
        done = client.get("/api/v1/policies/application", headers=headers).json()
        assert (done["id"], done["state"], done["moved"]) == (begun.json()["id"], "done", moved)
        assert done["ended_at"] == "2026-03-02T09:20:00Z"


def test_nothing_applied_yet_is_not_found(client, desk):
    """Before the first application there is none to tell of."""
    answer = client.get("/api/v1/policies/application", headers=desk.bearer())
    assert answer.status_code == 404
    assert answer.headers["content-type"].startswith(PROBLEM)


@pytest.mark.parametrize(
    ("document", "field"),
    [
        ([], "document"),
        (None, "document"),
        ({}, "policies"),
        ({"policies": [{}]}, "policies[0].name"),
        ({"policies": [{**POLICIES["policies"][0], "public": 1}]}, "policies[0].public"),
        ({"policies": [{**POLICIES["policies"][0], "when": {"organisation": []}}]}, "policies[0].when.organisation"),
    ],
)
def test_a_preview_of_nonsense_names_the_field(client, desk, document, field):
    """What saving would refuse, the preview refuses, with the same field."""
    answer = client.post("/api/v1/policies/preview", content=json.dumps(document), headers=desk.bearer())
    assert answer.status_code == 422
    assert answer.headers["content-type"].startswith(PROBLEM)
    assert answer.json()["errors"][0]["field"] == field


@pytest.mark.parametrize(("version", "status"), [("1", 409), ("9", 404), ("0", 400), ("99999999999", 400), ("x", 404)])
def test_only_the_version_in_force_is_applied(client, desk, version, status):
    """An old version is a conflict; one that never was is not found; nonsense is no version."""
    desk.configure("policies", promising("3h"))
    answer = client.post(f"/api/v1/policies/{version}/application", headers=desk.bearer())
    assert answer.status_code == status
    assert answer.headers["content-type"].startswith(PROBLEM)


@pytest.mark.parametrize("path", ["/api/v1/policies/preview", "/api/v1/policies/1/application"])
def test_agents_programs_may_not(client, desk, path):
    """Changing what customers were promised takes an admin's key."""
    assert client.post(path, json=POLICIES, headers=desk.bearer("agent")).status_code == 403
    assert client.post(path, json=POLICIES).status_code == 401


def test_saving_shows_what_applying_would_do(signed_in, desk):
    """Right after saving, the admin sees how many deadlines move, what would break, and the button."""
    (ticket,) = opened(desk)
    desk.now.advance(minutes=20)
    client = signed_in("admin")
    html = client.post("/admin/promises", data={"text": json.dumps(promising("10m"))}).text
    assert "1 open ticket still runs under an earlier version" in html
    assert "breaks at once" in html
    assert 'hx-post="/admin/promises/2/application"' in html
    assert timer(desk, ticket)["due_at"] == "2026-03-02T10:00:00Z"


def test_the_button_applies(signed_in, desk):
    """Pressing it shows how far the work is, then how many moved; afterwards there is nothing left to apply."""
    (ticket,) = opened(desk)
    desk.configure("policies", promising("3h"))
    client = signed_in("admin")
    assert "Apply to open tickets" in client.get("/admin/promises/application").text
    html = client.post("/admin/promises/2/application").text
    assert "0 of 1 looked at" in html
    assert 'hx-get="/admin/promises/application?of=1" hx-trigger="load' in html
    assert "0 of 1 looked at" in client.get("/admin/promises/application").text
    desk.services.applications.go_on()
    html = client.get("/admin/promises/application?of=1").text
    assert "1 open ticket moved to version 2" in html
    assert "hx-get" not in html
    assert timer(desk, ticket)["due_at"] == "2026-03-02T12:00:00Z"
    assert client.get("/admin/promises/application").text.strip() == ""


def test_a_stopped_application_is_told(signed_in, desk):
    """When a newer version came meanwhile, the page says how far the older one came, and offers the newer."""
    opened(desk, 2)
    desk.services.applications.begin(desk.configure("policies", promising("3h")), "Ines")
    desk.configure("policies", promising("4h"))
    desk.services.applications.go_on()
    html = signed_in("admin").get("/admin/promises/application").text
    assert "Applying version 2 stopped after 0 of 2 tickets, because version 3 came into force" in html
    assert 'hx-post="/admin/promises/3/application"' in html


def test_the_page_looks_for_open_tickets_by_itself(signed_in, desk):
    """A later visit finds the tickets that still run under an earlier version."""
    html = signed_in("admin").get("/admin/promises").text
    assert 'hx-get="/admin/promises/application" hx-trigger="load"' in html


def test_nothing_to_apply_is_no_card(signed_in, desk):
    """With no open ticket under an earlier version, saving shows no card."""
    html = signed_in("admin").post("/admin/promises", data={"text": json.dumps(promising("3h"))}).text
    assert "Saved." in html
    assert "Apply to open tickets" not in html


def test_agents_are_kept_out(signed_in, desk):
    """An agent neither sees nor applies."""
    client = signed_in("agent")
    assert client.get("/admin/promises/application").status_code == 403
    assert client.post("/admin/promises/1/application").status_code == 403
