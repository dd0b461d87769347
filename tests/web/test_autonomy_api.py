"""Settings of autonomy with what is earned, and replays, as programs see them."""

import pytest

from copilot import tripwire
from copilot.replays import Replays
from tests.builders import Desk
from tests.journeys.test_earned_autonomy import arrive, judge, reckon, settings


@pytest.fixture
def reviewed(desk: Desk) -> Desk:
    """Thirty drafts in shadow, two of them not accepted."""
    settings(desk, "shadow")
    ids = arrive(desk, 30)
    judge(desk, ids[:28])
    judge(desk, ids[28:], accepted=False)
    reckon(desk)
    return desk


def test_settings_come_with_what_is_earned(reviewed, client):
    """Every category shows its standing, and what was read can be put back."""
    admin = reviewed.bearer()
    found = client.get("/api/v1/autonomy", headers=admin).json()
    assert (found["audit_share"], found["disclose"]) == (1e-6, False)
    rows = {row["category"]: row for row in found["categories"]}
    assert rows["refund"]["standing"]["reviews_that_count"] == 30
    assert rows["refund"]["standing"]["threshold"] is None
    standing = rows["refund"]["standing"]
    assert standing["curve"][-1] | {"threshold": 0} == {
        "threshold": 0, "coverage": 1.0, "error": pytest.approx(2 / 30), "bound": standing["curve"][-1]["bound"],
        "reviews": 30, "errors": 2,
    }  # fmt: skip
    assert (standing["naive_threshold"] is not None, standing["calibration_error"]) == (True, None)
    assert {row["gate"]: row["drafts"] for row in standing["held_by"]} == {"mode": 30, "confidence": 30}
    assert (standing["yesterday"], rows["shipping"]["standing"]["held_by"]) == ([], [])
    assert rows["shipping"] == {
        "category": "shipping", "mode": "suggest", "threshold": None, "error_budget": 0.02, "confidence_level": 0.95,
        "per_hour": 200, "per_day": 2000, "standing": rows["shipping"]["standing"],
    }  # fmt: skip
    assert client.put("/api/v1/autonomy", headers=admin, json=found).status_code == 200
    again = client.get("/api/v1/autonomy", headers=admin).json()
    assert again == {**found, "version": found["version"] + 1}


def test_what_would_have_left_yesterday_is_told(desk, client):
    """A draft of yesterday that reached its threshold is listed with its verdict; a draft shows what was measured."""
    setting = {"category": "refund", "mode": "shadow", "threshold": 0.01}
    desk.configure("autonomy", {"audit_share": 1e-6, "categories": [setting]})
    ticket_id, other = arrive(desk, 2)
    judge(desk, [ticket_id], accepted=False)
    admin = desk.bearer()
    draft = client.get(f"/api/v1/tickets/{ticket_id}", headers=admin).json()["draft"]
    assert (draft["would_send"], draft["drawn"]) == (True, False)
    assert draft["evidence"] == desk.draft(ticket_id).evidence
    assert 0 < draft["evidence"]["match"] <= 1
    desk.now.advance(days=1)
    found = client.get("/api/v1/autonomy", headers=admin).json()
    (standing,) = [row["standing"] for row in found["categories"] if row["category"] == "refund"]
    told = {row["ticket_id"]: row["accepted"] for row in standing["yesterday"]}
    assert told == {ticket_id: False, other: None}


def test_settings_that_are_silent_about_the_switch_leave_it_on(desk, client):
    """A program that only sets the undo window does not let automatic replies go again."""
    desk.configure("autonomy", {"kill_switch": True})
    admin = desk.bearer()
    assert client.put("/api/v1/autonomy", headers=admin, json={"hold_seconds": 60}).status_code == 200
    found = client.get("/api/v1/autonomy", headers=admin).json()
    assert (found["kill_switch"], found["hold_seconds"]) == (True, 60)


def test_the_switch_is_released_by_whoever_has_seen_it(desk, client):
    """Turning the switch off needs the version that was read, and only the one in force will do."""
    desk.configure("autonomy", {"kill_switch": True})
    admin = desk.bearer()
    found = client.get("/api/v1/autonomy", headers=admin).json()
    for version in (None, found["version"] - 1, found["version"] + 1):
        body = {"kill_switch": False} if version is None else {"kill_switch": False, "version": version}
        answer = client.put("/api/v1/autonomy", headers=admin, json=body)
        assert (answer.status_code, answer.json()["errors"][0]["field"]) == (409, "version")
    assert client.get("/api/v1/autonomy", headers=admin).json() == found
    assert client.put("/api/v1/autonomy", headers=admin, json={**found, "kill_switch": False}).status_code == 200
    assert client.get("/api/v1/autonomy", headers=admin).json()["kill_switch"] is False


def test_a_write_back_does_not_undo_an_alarm(desk, client):
    """Settings that were read before a planted token tripped the switch are refused, and the switch stays on."""
    admin = desk.bearer()
    found = client.get("/api/v1/autonomy", headers=admin).json()
    ticket_id = desk.open()
    desk.do(lambda s: tripwire.trip(s, ticket_id, desk.now()))
    assert client.put("/api/v1/autonomy", headers=admin, json={**found, "hold_seconds": 60}).status_code == 409
    assert client.get("/api/v1/autonomy", headers=admin).json()["kill_switch"] is True


@pytest.mark.parametrize("version", ["1", True, 1.0, []])
def test_a_version_is_a_whole_number(desk, client, version):
    """Nonsense in its place is refused by name."""
    answer = client.put("/api/v1/autonomy", headers=desk.bearer(), json={"version": version})
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, "version")


def test_a_replay_tells_what_other_settings_would_have_done(reviewed, client):
    """With a larger budget the same drafts would have left, with as many errors as people found; nothing is changed."""
    admin = reviewed.bearer()
    rows = [{"category": "refund", "mode": "auto", "error_budget": 0.3, "confidence_level": 0.8}]
    answer = client.post("/api/v1/replays", headers=admin, json={"categories": rows, "from": "2026-03-01"}).json()
    (refund,) = [row for row in answer["categories"] if row["category"] == "refund"]
    assert (answer["state"], answer["done"], refund["proven"]) == ("done", 30, True)
    assert (refund["drafts"], refund["would_send"], refund["accepted"], refund["not_accepted"]) == (30, 30, 28, 2)
    assert refund["error"] == pytest.approx(2 / 30)
    assert refund["error"] < refund["bound"] <= 0.3
    assert client.get(f"/api/v1/replays/{answer['id']}", headers=admin).json() == answer
    assert client.get("/api/v1/autonomy", headers=admin).json()["categories"][0]["mode"] == "shadow"


@pytest.mark.parametrize(
    ("change", "sent"),
    [({"kill_switch": True}, 0), ({"mode": "suggest"}, 0), ({"threshold": 0.99}, 0), ({"threshold": 0.5}, 30)],
)
def test_each_setting_counts(reviewed, client, change, sent):
    """The switch, the mode and a manual threshold decide in a replay as they do in life."""
    row = {"category": "refund", "mode": "auto"} | {k: v for k, v in change.items() if k != "kill_switch"}
    body = {"kill_switch": change.get("kill_switch", False), "categories": [row]}
    (refund,) = client.post("/api/v1/replays", headers=reviewed.bearer(), json=body).json()["categories"]
    assert (refund["would_send"], refund["proven"]) == (sent, False)


def test_a_long_replay_goes_on_in_the_background(reviewed, client, monkeypatch):
    """More drafts than are looked at at once: 202 with the progress, then the worker brings the answer."""
    monkeypatch.setattr("copilot.replays.AT_ONCE", 10)
    monkeypatch.setattr("copilot.replays.SLICE", 12)
    admin = reviewed.bearer()
    first = client.post("/api/v1/replays", headers=admin, json={"categories": [{"category": "refund", "mode": "auto"}]})
    assert (first.status_code, first.json()["state"], first.json()["total"]) == (202, "running", 30)
    worker = Replays(reviewed.services.db, reviewed.now)
    assert worker.step() == 12
    assert client.get(f"/api/v1/replays/{first.json()['id']}", headers=admin).json()["done"] == 12
    while worker.step():
        pass
    answer = client.get(f"/api/v1/replays/{first.json()['id']}", headers=admin).json()
    assert (answer["state"], answer["categories"][0]["drafts"]) == ("done", 30)


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ([], "body"),
        ({"from": 3}, "from"),
        ({"from": "yesterday"}, "from"),
        ({"from": "2026-03-02", "to": "2026-03-01"}, "to"),
        ({"categories": [{"category": "nothing"}]}, "categories[0].category"),
        ({"audit_share": 0}, "audit_share"),
        ({"audit_share": 1.1}, "audit_share"),
        ({"disclose": "yes"}, "disclose"),
        ({"surprise": 1}, "surprise"),
    ],
)
def test_replays_refuse_nonsense(client, desk, body, field):
    """A period or settings that make no sense are refused by the field's name."""
    answer = client.post("/api/v1/replays", headers=desk.bearer(), json=body)
    assert (answer.status_code, [row["field"] for row in answer.json()["errors"]]) == (422, [field])


def test_only_admins_replay_and_restart(client, desk):
    """Agents may look at the settings and do nothing else; unknown replays and categories are not found."""
    agent, admin = desk.bearer("agent"), desk.bearer()
    assert client.get("/api/v1/autonomy", headers=agent).status_code == 200
    assert client.post("/api/v1/replays", headers=agent, json={}).status_code == 403
    assert client.post("/api/v1/autonomy/refund/restart", headers=agent).status_code == 403
    assert client.get("/api/v1/replays/99", headers=admin).status_code == 404
    assert client.post("/api/v1/autonomy/nothing/restart", headers=admin).status_code == 404
    assert client.post("/api/v1/autonomy/refund/restart", headers=admin).status_code == 409


def test_an_approval_by_the_api_is_a_review(client, desk):
    """Verdicts given by programs count like those given on the page."""
    settings(desk, "shadow")
    (ticket_id,) = arrive(desk, 1)
    draft = desk.draft(ticket_id)
    client.post(f"/api/v1/drafts/{draft.id}/approval", headers=desk.bearer("agent"), json={})
    reckon(desk)
    found = client.get("/api/v1/autonomy", headers=desk.bearer()).json()
    assert found["categories"][0]["standing"]["reviews_that_count"] == 1
