"""Bad input over HTTP: a 4xx problem that names the field, and a database in which nothing has changed."""

import json

import pytest

from tests.builders import POLICIES, Desk, client_of, make_services, row_counts, ticket_json

TICKETS = "/api/v1/tickets"
OPEN_MONDAYS = {"timezone": "UTC", "hours": {"mon": [["09:00", "17:00"]]}}
LONE_SURROGATE = b'{"channel":"api","external_id":"x","subject":"s","body":"\\ud800","customer":{"email":"a@b.c"}}'


@pytest.fixture(scope="module")
def shared(tmp_path_factory):
    """One desk and client for the whole file: nothing here may change anything."""
    from copilot.fakes import ManualTime

    now = ManualTime()
    desk = Desk(make_services(tmp_path_factory.mktemp("bad"), now), now).seed()
    desk.open(external_id="known")
    desk.process()
    headers = {role: desk.bearer(role) for role in ("intake", "agent", "admin")}
    with client_of(desk.services) as client:
        yield desk, client, headers


@pytest.fixture
def ask(shared):
    """Sends a request that must be refused, and checks that it changed nothing and told no secrets."""
    desk, client, headers = shared

    def send(method, path, status, field=None, role="admin", **more):
        before = row_counts(desk.services.db)
        sent = {**(headers[role] if role else {}), **more.pop("headers", {})}
        answer = client.request(method, path, headers=sent, **more)
        assert answer.status_code in ((status,) if isinstance(status, int) else status), answer.text
        assert answer.headers["content-type"].startswith("application/problem+json")
        problem = answer.json()
        assert problem["status"] == answer.status_code
        assert "Traceback" not in answer.text
        if field is not None:
            assert [row["field"] for row in problem["errors"]][:1] == [field], problem
        assert row_counts(desk.services.db) == before
        return problem

    return send


def customer(**changes):
    return {"email": "kim@example.com", **changes}


@pytest.mark.parametrize(
    ("content", "status"),
    [
        (b"", 400),
        (b"null", 400),
        (b"{", 400),
        (b"[]", 400),
        (b'"text"', 400),
        (b"\xff\xfe\x00", 400),
        (b'{"channel": "\xff"}', 400),
        (b'{"channel": "\xed\xa0\x80"}', 400),
        (LONE_SURROGATE, 400),
        (b"[" * 200_000, 400),
        (b'{"a":' * 100_000, 400),
        (b"{}" * 3, 400),
        (b"x" * 10_000_000, 413),
    ],
)
def test_a_body_that_cannot_be_read(ask, content, status):
    """Empty, broken, deeply nested or huge bodies are refused, each with its own status."""
    ask("POST", TICKETS, status, content=content, headers={"content-type": "application/json"})


@pytest.mark.parametrize("kind", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data", "a/b"])
def test_a_body_of_another_kind(ask, kind):
    """What is not JSON is refused."""
    ask("POST", TICKETS, (400, 413, 415), content=b"channel=api", headers={"content-type": kind})


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"channel": ""}, "channel"),
        ({"channel": "Not A Channel"}, "channel"),
        ({"channel": "a" * 33}, "channel"),
        ({"channel": 1}, "channel"),
        ({"channel": None}, "channel"),
        ({"external_id": ""}, "external_id"),
        ({"external_id": "  "}, "external_id"),
        ({"external_id": "x" * 301}, "external_id"),
        ({"external_id": "a\x00b"}, "external_id"),
        ({"external_id": "a\nb"}, "external_id"),
        ({"external_id": None}, "external_id"),
        ({"body": ""}, "body"),
        ({"body": " \n\t "}, "body"),
        ({"body": "\u200b\u202e\ufeff"}, "body"),
        ({"body": "a\x00b"}, "body"),
        ({"body": "x" * 1_000_001}, "body"),
        ({"body": ["x"]}, "body"),
        ({"subject": "a\x00b"}, "subject"),
        ({"subject": "x" * 2_001}, "subject"),
        ({"subject": 5}, "subject"),
        ({"customer": None}, "customer"),
        ({"customer": {}}, "customer.email"),
        ({"customer": "kim@example.com"}, "customer"),
        ({"customer": customer(email="nobody")}, "customer.email"),
        ({"customer": customer(email="a b@example.com")}, "customer.email"),
        ({"customer": customer(email="a@b@c")}, "customer.email"),
        ({"customer": customer(email="a@b.c, d@e.f")}, "customer.email"),
        ({"customer": customer(email="a@b.c\nBcc: d@e.f")}, "customer.email"),
        ({"customer": customer(email="a" * 65 + "@b.c")}, "customer.email"),
        ({"customer": customer(email="a\x7f@b.c")}, "customer.email"),
        ({"customer": customer(name="a\x00b")}, "customer.name"),
        ({"customer": customer(name="x" * 201)}, "customer.name"),
        ({"customer": customer(segment="x" * 101)}, "customer.segment"),
        ({"customer": customer(timezone="Mars/Olympus")}, "customer.timezone"),
        ({"customer": customer(timezone="../../etc/passwd")}, "customer.timezone"),
        ({"customer": customer(timezone="right/Europe/Paris")}, "customer.timezone"),
        ({"customer": customer(timezone="posixrules")}, "customer.timezone"),
        ({"customer": customer(timezone="")}, "customer.timezone"),
        ({"customer": customer(timezone="a\x00b")}, "customer.timezone"),
        ({"customer": customer(timezone="x" * 5_000)}, "customer.timezone"),
        ({"customer": customer(vip=True)}, "customer.vip"),
        ({"received_at": "yesterday"}, "received_at"),
        ({"received_at": ""}, "received_at"),
        ({"received_at": "2026-03-02T09:00:00"}, "received_at"),
        ({"received_at": "2026-02-30T09:00:00Z"}, "received_at"),
        ({"received_at": "1970-01-01T00:00:00Z"}, "received_at"),
        ({"received_at": "0001-01-01T00:00:00+14:00"}, "received_at"),
        ({"received_at": "9999-12-31T23:59:59-12:00"}, "received_at"),
        ({"received_at": "2026-03-04T09:00:00Z"}, "received_at"),
        ({"received_at": 1767225600}, "received_at"),
        ({"unknown": 1}, "unknown"),
    ],
)
def test_a_ticket_that_makes_no_sense(ask, changes, field):
    """Each wrong field is refused by its name, right types with senseless values as 422."""
    ask("POST", TICKETS, (400, 422), field, role="intake", json=ticket_json(**changes))


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"direction": "sideways"}, "direction"),
        ({"direction": ""}, "direction"),
        ({"body": ""}, "body"),
        ({"body": "a\x00b"}, "body"),
        ({"external_id": ""}, "external_id"),
        ({"received_at": "2026-03-02 09:00"}, "received_at"),
        ({"author": "me"}, "author"),
    ],
)
def test_a_message_that_makes_no_sense(ask, changes, field):
    """The same for messages."""
    message = {"external_id": "m", "body": "Hi", "direction": "inbound", **changes}
    ask("POST", f"{TICKETS}/1/messages", (400, 422), field, json=message)


def test_the_same_id_with_other_content(ask):
    """A known external id with other content is 409, for tickets and for messages."""
    ask("POST", TICKETS, 409, "external_id", json=ticket_json(external_id="known", body="Other"))
    message = {"external_id": "known", "body": "Other", "direction": "inbound"}
    ask("POST", f"{TICKETS}/1/messages", 409, "external_id", json=message)


@pytest.mark.parametrize("number", ["999", "0", "-1", "2147483648", "9" * 40, "abc", "1.5", "%00", "1%2F2"])
@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("GET", "/api/v1/tickets/{}", None),
        ("POST", "/api/v1/tickets/{}/messages", {"external_id": "m", "body": "Hi", "direction": "note"}),
        ("PUT", "/api/v1/tickets/{}/status", {"status": "open"}),
        ("PUT", "/api/v1/tickets/{}/priority", {"priority": "high"}),
        ("POST", "/api/v1/drafts/{}/approval", {}),
        ("POST", "/api/v1/drafts/{}/rejection", {"reason": "no"}),
    ],
)
def test_an_id_that_is_not_there(ask, method, path, body, number):
    """Unknown, huge and senseless ids are 404, or 400 when they are no ids at all."""
    ask(method, path.format(number), (400, 404), json=body)


@pytest.mark.parametrize(
    ("method", "path", "body", "field"),
    [
        ("PUT", "/api/v1/tickets/1/status", {"status": "lost"}, "status"),
        ("PUT", "/api/v1/tickets/1/status", {}, "status"),
        ("PUT", "/api/v1/tickets/1/priority", {"priority": "top"}, "priority"),
        ("PUT", "/api/v1/tickets/1/priority", {"priority": None}, "priority"),
        ("POST", "/api/v1/drafts/1/approval", {"body": ""}, "body"),
        ("POST", "/api/v1/drafts/1/approval", {"body": "a\x00b"}, "body"),
        ("POST", "/api/v1/drafts/1/approval", {"body": 1}, "body"),
        ("POST", "/api/v1/drafts/1/approval", {"text": "x"}, "text"),
        ("POST", "/api/v1/drafts/1/rejection", {"reason": " "}, "reason"),
        ("POST", "/api/v1/drafts/1/rejection", {}, "reason"),
        ("GET", "/api/v1/queue?limit=0", None, "limit"),
        ("GET", "/api/v1/queue?limit=100000", None, "limit"),
        ("GET", "/api/v1/queue?limit=ten", None, "limit"),
        ("GET", "/api/v1/queue?offset=-1", None, "offset"),
        ("GET", f"/api/v1/queue?offset={'9' * 30}", None, "offset"),
        ("GET", "/api/v1/search", None, "q"),
        ("GET", "/api/v1/search?q=", None, "q"),
        ("GET", "/api/v1/search?q=%00", None, "q"),
        ("GET", f"/api/v1/search?q={'x' * 3000}", None, "q"),
    ],
)
def test_other_requests_that_make_no_sense(ask, method, path, body, field):
    """Every refused value is named."""
    ask(method, path, (400, 422), field, json=body)


def article(**changes):
    return {"id": "new", "title": "T", "body": "B.", **changes}


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"id": None}, "id"),
        ({"id": ""}, "id"),
        ({"id": " x"}, "id"),
        ({"id": "a\x00b"}, "id"),
        ({"id": "x" * 1_000}, "id"),
        ({"title": ""}, "title"),
        ({"title": "x" * 10_000}, "title"),
        ({"body": "\x00\x01"}, "body"),
        ({"body": 7}, "body"),
        ({"language": "english!"}, "language"),
        ({"visibility": "secret"}, "visibility"),
        ({"category": "x" * 10_000}, "category"),
        ({"language": None}, "language"),
        ({"status": "withdrawn"}, "status"),
        ({"status": None}, "status"),
        ({"valid_until": "soon"}, "valid_until"),
        ({"owner": 7}, "owner"),
        ({"state": "published"}, "state"),
    ],
)
def test_an_article_that_makes_no_sense(ask, changes, field):
    """Articles are refused by field as well."""
    ask("POST", "/api/v1/articles", (400, 422), field, json=article(**changes))


def test_articles_that_exist_or_do_not(ask):
    """A known id cannot be created again, an unknown one neither read, edited nor removed."""
    ask("POST", "/api/v1/articles", 409, "id", json=article(id="boots"))
    ask("PUT", "/api/v1/articles/boots", 422, "id", json=article(id="tents"))
    for method, body in (("GET", None), ("PUT", article(id="nope")), ("DELETE", None)):
        ask(method, "/api/v1/articles/nope", 404, "id", json=body)
    ask("GET", "/api/v1/articles/" + "%F0%9F%98%80" * 300, 404)
    ask("GET", "/api/v1/articles/a%00b", (400, 404))


NONSENSE = [None, 5, "text", {"x": 1}, [5], [None], [[]], [{}], [{"name": ""}], [{"name": "a", "unknown": 1}]]


@pytest.mark.parametrize("document", NONSENSE)
@pytest.mark.parametrize("kind", ["rules", "policies", "autonomy", "categories"])
def test_documents_that_make_no_sense(ask, kind, document):
    """No document of a wrong shape is ever put in force."""
    problem = ask("PUT", f"/api/v1/{kind}", (400, 422), content=json.dumps(document).encode())
    assert problem["errors"][0]["field"]


@pytest.mark.parametrize(
    ("kind", "document", "field"),
    [
        ("autonomy", {"kill_switch": "on"}, "kill_switch"),
        ("autonomy", {"kill_swich": True}, "kill_swich"),
        ("autonomy", {"hold_seconds": -1}, "hold_seconds"),
        ("autonomy", {"hold_seconds": 10**400}, "hold_seconds"),
        ("autonomy", {"hold_seconds": True}, "hold_seconds"),
        ("autonomy", {"categories": {}}, "categories"),
        ("autonomy", {"categories": [{"category": "unknown"}]}, "categories[0].category"),
        ("autonomy", {"categories": [{"category": "refund", "mode": "yolo"}]}, "categories[0].mode"),
        ("autonomy", {"categories": [{"category": "refund", "mode": ["auto"]}]}, "categories[0].mode"),
        ("autonomy", {"categories": [{"category": "refund", "threshold": 1.1}]}, "categories[0].threshold"),
        ("autonomy", {"categories": [{"category": "refund", "threshold": "high"}]}, "categories[0].threshold"),
        ("autonomy", {"categories": [{"category": "refund", "error_budget": -0.1}]}, "categories[0].error_budget"),
        ("autonomy", {"categories": [{"category": "refund"}] * 2}, "categories"),
        ("rules", [{"name": "x", "when": {"moon": ["full"]}, "then": {"set_priority": "high"}}], "rules[0].when.moon"),
        ("rules", [{"name": "x", "when": {}, "then": {"set_priority": "top"}}], "rules[0].then.set_priority"),
        ("rules", [{"name": "x", "when": {}, "then": {}}], "rules[0].then"),
        ("policies", {"calendars": {}, "policies": []}, "policies"),
        (
            "policies",
            {"calendars": {"c": {"timezone": "Mars/X", "hours": {}}}, "policies": []},
            "calendars.c.timezone",
        ),
        ("categories", [{"name": "a"}, {"name": "a"}], None),
        ("categories", [{"name": "a\x00b", "description": "d"}], "categories[0].name"),
        ("categories", [{"name": "a", "examples": ["fine", "x\x00"]}], "categories[0].examples[1]"),
        ("rules", [{"name": "x", "when": {}, "then": {"add_tags": ["a\x00"]}}], "rules[0].then.add_tags[0]"),
        ("policies", {**POLICIES, "policies": [{**POLICIES["policies"][0], "name": "a\x00"}]}, "policies[0].name"),
        ("policies", {**POLICIES, "calendars": {"a\x00": OPEN_MONDAYS}}, "calendars"),
    ],
)
def test_documents_that_are_wrong_in_one_place(ask, kind, document, field):
    """The one wrong place is named by its path."""
    ask("PUT", f"/api/v1/{kind}", (400, 422), field, content=json.dumps(document).encode())


@pytest.mark.parametrize(
    "header",
    [
        None,
        "",
        "Bearer",
        "Bearer ",
        "Bearer ans_unknown",
        "Bearer " + "x" * 5_000,
        "Basic YTpi",
        "Bearer \xe9\xff",
        "bearer null",
    ],
)
@pytest.mark.parametrize(("method", "path"), [("GET", "/api/v1/queue"), ("POST", TICKETS), ("PUT", "/api/v1/autonomy")])
def test_without_a_valid_key(ask, method, path, header):
    """No key, a wrong scheme or an unknown key is 401."""
    headers = {} if header is None else {"authorization": header.encode("latin-1")}
    ask(method, path, 401, role=None, headers=headers)


def test_a_revoked_key_is_unknown_at_once(shared, ask):
    """A key stops working with its revocation."""
    from copilot import accounts
    from copilot.store import accounts as store

    desk, client, _ = shared
    headers = desk.bearer("admin")
    assert client.get("/api/v1/queue", headers=headers).status_code == 200
    desk.do(lambda s: accounts.revoke_key(s, store.keys(s)[0].id, desk.now(), "test"))
    ask("GET", "/api/v1/queue", 401, role=None, headers=headers)


AGENT = [
    ("GET", "/api/v1/queue"),
    ("PUT", "/api/v1/tickets/1/status"),
    ("PUT", "/api/v1/tickets/1/priority"),
    ("POST", "/api/v1/drafts/1/approval"),
    ("POST", "/api/v1/drafts/1/rejection"),
    ("GET", "/api/v1/articles"),
    ("GET", "/api/v1/articles/boots"),
    ("GET", "/api/v1/search?q=x"),
    ("GET", "/api/v1/autonomy"),
]
ADMIN = [
    ("POST", "/api/v1/articles"),
    ("PUT", "/api/v1/articles/boots"),
    ("DELETE", "/api/v1/articles/boots"),
    *[("PUT", f"/api/v1/{kind}") for kind in ("rules", "policies", "autonomy", "categories")],
]


@pytest.mark.parametrize(
    ("role", "method", "path"),
    [("intake", *route) for route in [*AGENT, *ADMIN]] + [("agent", *route) for route in ADMIN],
)
def test_a_role_that_is_not_enough(ask, role, method, path):
    """An intake key cannot act as an agent, an agent's key cannot change what admins set."""
    ask(method, path, 403, role=role, json={})


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/api/v1/nothing", 404),
        ("GET", "/api/v2/tickets", 404),
        ("DELETE", "/api/v1/tickets/1", 405),
        ("PATCH", TICKETS, 405),
        ("GET", "/api/v1/" + "x" * 5_000, 404),
    ],
)
def test_addresses_that_do_not_exist(ask, method, path, status):
    """Unknown paths and methods are problems too."""
    ask(method, path, (status, 401))
