"""Alerts and notices in the browser: the live stream names them, the pages show them, an admin approves the words."""

import json
from datetime import timedelta

from copilot.store import journal
from copilot.web.live import names
from copilot.web.notices import suggestion
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


def test_an_admin_approves_the_words_of_notices(signed_in, desk):
    """The page proposes words and is off; saved, they stand as customers would read them; a wrong one is kept."""
    browser = signed_in("admin")
    page = browser.get("/admin/notices").text
    assert "Notices are off" in page
    assert "Nothing approved" in page
    assert "{expected}" in page
    approved = {"enabled": True, "templates": {"en": "Expect us at {expected}, <b>really</b>."}}
    saved = browser.post("/admin/notices", data={"text": json.dumps(approved)}).text
    assert "Notices are on" in saved
    assert "Expect us at Monday 2 March 2026 at 12:00, &lt;b&gt;really&lt;/b&gt;." in saved
    wrong = browser.post("/admin/notices", data={"text": '{"templates": {"en": "Soon."}}'})
    assert (wrong.status_code, "templates.en" in wrong.text, "Soon." in wrong.text) == (422, True, True)
    assert "Notices are on" in wrong.text


def test_the_proposed_words_are_valid_when_turned_on(desk):
    """What the page proposes passes its own check in every language."""
    desk.configure("notices", {**suggestion(), "enabled": True})


def test_a_notice_is_marked_in_the_conversation(signed_in, desk, now):
    """The ticket's page says of the message that it is no answer."""
    desk.configure("notices", {**suggestion(), "enabled": True})
    ticket_id = desk.open(
        "Where is my parcel? I have been waiting for it since last week and I would like to know where it is.",
        received_at=now() - timedelta(minutes=57),
    )
    desk.process()
    desk.services.notices.look()
    desk.services.notifier.deliver_due()
    assert "Notice of delay, no answer" in signed_in().get(f"/tickets/{ticket_id}").text
