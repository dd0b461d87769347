"""Organisations and customers: for programs, and for admins on their pages."""

import pytest

from copilot.organisations import NewOrganisation
from copilot.store import journal
from copilot.store import organisations as store
from tests.builders import timer
from tests.copilot.test_contracts import opened, shop

__all__ = ["shop"]

PROBLEM = "application/problem+json"
ATTACK = "<script>alert(1)</script>"


def organisation(desk, organisation_id):
    """What is stored of an organisation."""
    with desk.services.db.read() as session:
        row = store.find(session, organisation_id)
        return row.name, row.segment, row.timezone


def test_a_program_makes_changes_and_applies(client, shop):
    """Made, listed, changed with the effect told, applied once; the journal names the key."""
    headers = shop.bearer()
    made = client.post("/api/v1/organisations", json={"name": "Acme"}, headers=headers)
    assert made.status_code == 201
    acme = made.json()["id"]
    ticket, _ = opened(shop)
    shop.now.advance(minutes=20)
    path = f"/api/v1/organisations/{acme}"
    changed = client.put(path, json={"name": "Acme", "segment": "premium"}, headers=headers).json()
    effect = changed.pop("effect")
    assert changed == {
        "id": acme, "name": "Acme", "segment": "premium", "timezone": None, "customers": 1, "open_tickets": 1,
    }  # fmt: skip
    assert (effect["open_tickets"], effect["moved"], effect["would_breach_now"]) == (1, 1, 1)
    assert effect["tickets"][0]["policy_after"] == "Premium@2"
    assert client.get(f"{path}/application", headers=headers).json() == effect
    assert timer(shop.ticket(ticket), "first_response")["target_seconds"] == 3600
    assert [client.post(f"{path}/application", headers=headers).json()["moved"] for _ in range(2)] == [1, 0]
    assert timer(shop.ticket(ticket), "first_response")["target_seconds"] == 600
    found = client.get("/api/v1/organisations?q=prem&limit=1", headers=headers).json()
    assert (found["total"], found["items"]) == (1, [client.get(path, headers=headers).json()])
    with shop.services.db.read() as session:
        said = [row.data for row in journal.after(session, 0) if row.kind == "organisation_changed"]
    assert said[-1]["by"].startswith("key:")
    assert said[-1]["after"] == {"name": "Acme", "segment": "premium", "timezone": None}


def test_a_program_sets_a_customer(client, shop):
    """What is null is not set; the effect is told and applied likewise."""
    ticket, acme = opened(shop)
    headers, path = shop.bearer(), f"/api/v1/customers/{shop.ticket(ticket).customer_id}"
    body = {"segment": "premium", "organisation": acme}
    changed = client.put(path, json=body, headers=headers).json()
    assert (changed["segment"], changed["organisation"]) == ("premium", {"id": acme, "name": "Acme"})
    assert changed["effect"]["moved"] == 1
    assert client.get(f"{path}/application", headers=headers).json()["sooner"] == 1
    assert client.post(f"{path}/application", headers=headers).json() == {"moved": 1}
    assert client.put(path, json={}, headers=headers).json()["organisation"] is None
    found = client.get("/api/v1/customers?q=KIM", headers=headers).json()
    assert [row["email"] for row in found["items"]] == ["kim@example.com"]
    assert client.get(path, headers=headers).json() == found["items"][0]


@pytest.mark.parametrize(
    ("method", "path", "body", "status", "field"),
    [
        ("put", "organisations/1", {"name": ""}, 422, "name"),
        ("put", "organisations/1", {"name": "Other"}, 409, "name"),
        ("put", "organisations/1", {"name": "Acme", "timezone": "Mars"}, 422, "timezone"),
        ("put", "organisations/1", {"name": "Acme", "segment": "s" * 101}, 422, "segment"),
        ("put", "organisations/1", {"name": "Acme", "colour": "red"}, 400, "colour"),
        ("put", "organisations/1", {"segment": "gold"}, 400, "name"),
        ("put", "organisations/99", {"name": "New"}, 404, "id"),
        ("put", "organisations/0", {"name": "New"}, 400, "id"),
        ("get", "organisations/99", None, 404, "id"),
        ("get", "organisations/99/application", None, 404, "id"),
        ("post", "organisations/99/application", None, 404, "id"),
        ("post", "organisations", {"name": "Acme"}, 409, "name"),
        ("put", "customers/1", {"organisation": 99}, 404, "id"),
        ("put", "customers/1", {"timezone": "Mars"}, 422, "timezone"),
        ("post", "customers/99/application", None, 404, "id"),
    ],
)
def test_nonsense_is_refused_by_name(client, shop, method, path, body, status, field):
    """A problem that names the field; nothing is stored."""
    opened(shop)
    opened(shop, email="o@other.example", organisation=NewOrganisation("Other"))
    before = organisation(shop, 1)
    more = {} if body is None else {"json": body}
    answer = getattr(client, method)(f"/api/v1/{path}", headers=shop.bearer(), **more)
    assert (answer.status_code, answer.headers["content-type"].split(";")[0]) == (status, PROBLEM), answer.text
    assert field in [row["field"] for row in answer.json()["errors"]]
    assert organisation(shop, 1) == before


@pytest.mark.parametrize("path", ["organisations", "organisations/1", "organisations/1/application", "customers/1"])
def test_only_admins_may(client, signed_in, shop, path):
    """Contracts are the admins' business, for programs and for people."""
    assert client.get(f"/api/v1/{path}", headers=shop.bearer("agent")).status_code == 403
    agent = signed_in("agent")
    assert agent.get(f"/admin/{path}").status_code == 403
    assert agent.post(f"/admin/{path}", data={"name": "x"}).status_code in (403, 405)


def test_the_list_finds_and_escapes(signed_in, shop):
    """Organisations and customers with counts, each filtered by what is typed; names are text."""
    opened(shop, name=ATTACK, organisation=NewOrganisation(ATTACK, segment=ATTACK))
    opened(shop, email="o@other.example", organisation=NewOrganisation("Other"))
    client = signed_in("admin")
    html = client.get("/admin/organisations").text
    assert "2 organisations" in html
    assert ATTACK not in html
    assert "&lt;script&gt;" in html
    found = client.get("/admin/organisations", params={"q": "oth", "customer": "o@other"}).text
    assert "1 organisation<" in found
    assert "&lt;script&gt;" not in found
    nothing = client.get("/admin/organisations", params={"q": ATTACK + "x", "customer": "\x00%"}).text
    assert "Nothing matches" in nothing
    assert ATTACK not in nothing


def test_an_admin_changes_and_applies(signed_in, shop):
    """The page saves, says what policies make of it, shows what would change, and applies it."""
    ticket, acme = opened(shop)
    client, path = signed_in("admin"), f"/admin/organisations/{acme}"
    assert client.get(f"{path}/application").text.strip() == ""
    html = client.post(path, data={"name": "Acme", "segment": "premium", "timezone": ""}).text
    assert "Saved." in html
    assert "is asked for: policy “Premium”" in html
    assert f'hx-get="{path}/application"' in html
    assert "1 open ticket was promised something else" in client.get(f"{path}/application").text
    assert "1 open ticket changed" in client.post(f"{path}/application").text
    assert timer(shop.ticket(ticket), "first_response")["target_seconds"] == 600
    assert client.get(f"{path}/application").text.strip() == ""
    assert "it changes no promise" in client.post(path, data={"name": "Acme", "segment": "gold"}).text


def test_a_customer_is_set_on_a_page(signed_in, shop):
    """Segment, zone and organisation, with what the organisation answers where nothing is set."""
    ticket, _ = opened(shop, organisation=NewOrganisation("Acme", "gold", "Asia/Tokyo"))
    client, path = signed_in("admin"), f"/admin/customers/{shop.ticket(ticket).customer_id}"
    assert "segment gold, time zone Asia/Tokyo" in client.get(path).text
    html = client.post(path, data={"segment": "premium", "timezone": "Europe/Paris", "organisation": "Acme"}).text
    assert "Saved." in html
    assert "Opening hours are kept in Europe/Paris." in html
    assert "1 open ticket was promised something else" in client.get(f"{path}/application").text
    assert "1 open ticket changed" in client.post(f"{path}/application").text


@pytest.mark.parametrize(
    ("path", "form", "words"),
    [
        ("organisations/new", {"name": ""}, "is empty"),
        ("organisations/new", {"name": "Acme"}, "Another organisation has this name"),
        ("organisations/1", {"name": "Acme", "timezone": ATTACK}, "not an IANA time zone"),
        ("organisations/1", {"name": "Acme", "segment": "a\x00b"}, "NUL"),
        ("customers/1", {"timezone": "Mars"}, "not an IANA time zone"),
        ("customers/1", {"organisation": ATTACK}, "no organisation of this name"),
        ("customers/1", {"organisation": "\x00"}, "no organisation of this name"),
    ],
)
def test_what_is_wrong_is_said_beside_what_was_typed(signed_in, shop, path, form, words):
    """The form comes back as it was typed, escaped, with the field named."""
    opened(shop)
    answer = signed_in("admin").post(f"/admin/{path}", data=form)
    assert answer.status_code == 422
    assert words in answer.text
    assert ATTACK not in answer.text
    assert organisation(shop, 1) == ("Acme", None, None)


def test_new_and_unknown(signed_in, shop):
    """A new organisation gets a page of its own; ids of nobody lead nowhere."""
    client = signed_in("admin")
    assert "New organisation" in client.get("/admin/organisations/new").text
    answer = client.post("/admin/organisations/new", data={"name": " Böblingen  AG "})
    assert answer.url.path.startswith("/admin/organisations/")
    assert "No customers yet" in answer.text
    for path in ("organisations/99", "organisations/99/application", "customers/99"):
        assert client.get(f"/admin/{path}").status_code == 404
