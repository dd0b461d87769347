"""Alerts in the workspace: the live stream names them, and the page shows a calm message."""

import json

from copilot.store import journal
from copilot.web.live import names
from tests.copilot.test_alerting import alarmed, rule


def recent(desk):
    """All of the journal."""
    with desk.services.db.read() as session:
        return journal.after(session, 0)


def test_an_alert_for_the_workspace_is_named_and_shown(desk, signed_in, now):
    """The stream says "alert", the message says which promise of which ticket, and after a while there is none."""
    browser = signed_in()
    ids = [alarmed(desk, rule(0.75, {"notify": "in_app"}))]
    assert browser.get("/live/alerts").headers.get("hx-trigger") is None
    ids.append(desk.open("And mine?", email="b@example.com"))
    now.advance(minutes=45)
    desk.services.alerts.fire_due()
    assert "alert" in names(recent(desk))
    toast = json.loads(browser.get("/live/alerts").headers["hx-trigger"])["toast"]
    assert toast["text"] == f"First response on #{ids[1]}: 75 % of its time is used (and 1 more)"
    now.advance(seconds=11)
    assert browser.get("/live/alerts").headers.get("hx-trigger") is None


def test_an_alert_that_nobody_wants_to_see_stays_quiet(desk, now):
    """A breach without a rule is in the journal and brings pages up to date, without a message."""
    alarmed(desk)
    now.advance(hours=1)
    desk.services.alerts.fire_due()
    assert "sla_breach" in [row.kind for row in recent(desk)]
    assert "alert" not in names(recent(desk))


def test_a_stranger_sees_no_alerts(client):
    """Without a sign-in there is no message."""
    assert client.get("/live/alerts", headers={"accept": "application/json"}).status_code == 401
