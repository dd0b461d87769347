"""Clocks go wrong: messages from the future and from long ago, a clock that is set back, a service that was away."""

from datetime import UTC, datetime, timedelta

import pytest

from copilot.fakes import ManualTime
from copilot.store import alerts
from sla.timers import read_instant
from tests.builders import Desk, client_of, make_services, ticket_json, timer
from tests.contracts import mail_server
from tests.copilot.test_alerting import entries, notes, policies, rule

PERSON = "lead@example.com"
HOUR = timedelta(hours=1)


class UnsteadyTime(ManualTime):
    """A clock that somebody sets."""

    def set(self, at: datetime) -> None:
        """From now on it is `at`."""
        self._now = at


@pytest.fixture
def now():
    """Monday, 2 March 2026, nine o'clock UTC, until it is set or moved."""
    return UnsteadyTime()


@pytest.fixture
def inbox():
    """A real mail server."""
    with mail_server.running() as server:
        yield server


@pytest.fixture
def desk(tmp_path, now, inbox):
    """A desk that is alarmed by e-mail when half of the first response's hour is used and when it is broken."""
    services = make_services(tmp_path / "d", now, smtp_url=inbox.url, mail_from="answerable@shop.example")
    made = Desk(services, now).seed("categories")
    rules = [rule(0.5, {"notify": "email"}), rule(1, {"notify": "email"})]
    made.configure("policies", policies(*rules, alert_recipients=[PERSON]))
    yield made
    services.close()


def tick(desk):
    """What the worker does, until nothing is left to do at this moment."""
    desk.process()
    services = desk.services
    while services.alerts.fire_due() or services.notifier.deliver_due():
        pass


def fired(desk, ticket_id):
    """(share, late) of the alerts on the first response, in order."""
    with desk.services.db.read() as session:
        rows = alerts.of_ticket(session, ticket_id)
    return [(row.share, row.late) for row in rows if row.metric == "first_response"]


def first(desk, ticket_id):
    """The state of the first response, and how long after receipt it is due."""
    row, ticket = timer(desk.ticket(ticket_id), "first_response"), desk.ticket(ticket_id)
    return row["state"], read_instant(row["due_at"], "due_at") - ticket.received_at


def test_a_message_of_an_hour_ago_is_judged_from_its_receipt(desk, inbox, now):
    """Its hour is over when it is taken in: broken, both alerts once and late, and one mail."""
    ticket_id = desk.open("Where is it?", received_at=now() - HOUR)
    tick(desk)
    tick(desk)
    assert first(desk, ticket_id) == ("breached", HOUR)
    assert fired(desk, ticket_id) == [(0.5, True), (1.0, False)]
    assert [mail["Subject"] for _, mail in inbox.mails] == [f"First response on #{ticket_id}: the promise is broken"]


def test_a_message_of_ten_days_ago_alarms_once(desk, inbox, now):
    """Each alert fires once, late, of each timer only the gravest is told, and looking again tells nothing new."""
    ticket_id = desk.open("Where is it?", received_at=now() - timedelta(days=10))
    tick(desk)
    now.advance(minutes=10)
    tick(desk)
    assert fired(desk, ticket_id) == [(0.5, True), (1.0, True)]
    assert len(inbox.mails) == 1
    assert "This should have been told at 2026-02-20T10:00:00Z" in inbox.mails[0][1].get_content()
    assert desk.ticket(ticket_id).next_alert_at is None


def test_the_api_takes_no_message_from_the_future(desk, now):
    """A channel whose clock is an hour ahead: the message counts from now, so that nothing waits for its time."""
    with client_of(desk.services) as client:
        ahead = (now() + HOUR).isoformat()
        answer = client.post("/api/v1/tickets", json=ticket_json(received_at=ahead), headers=desk.bearer("intake"))
    assert answer.status_code in (201, 202), answer.text
    tick(desk)
    ticket_id = answer.json()["id"]
    assert desk.ticket(ticket_id).received_at == now()
    assert first(desk, ticket_id) == ("running", HOUR)


def test_a_clock_set_back_between_two_looks(desk, inbox, now):
    """What has fired stays fired, what has not fires when its time comes again, and the timers' instants stay."""
    told, waiting = desk.open("Where is it?", received_at=now() - timedelta(minutes=40)), desk.open("And mine?")
    tick(desk)
    before = [first(desk, ticket_id) for ticket_id in (told, waiting)]
    assert [fired(desk, ticket_id) for ticket_id in (told, waiting)] == [[(0.5, True)], []]
    now.set(now() - HOUR)
    tick(desk)
    assert [first(desk, ticket_id) for ticket_id in (told, waiting)] == before
    assert [fired(desk, ticket_id) for ticket_id in (told, waiting)] == [[(0.5, True)], []]
    now.advance(HOUR + timedelta(minutes=30))
    tick(desk)
    assert [share for share, _ in fired(desk, told)] == [0.5, 1.0]
    assert fired(desk, waiting) == [(0.5, False)]
    assert len(entries(desk, told, "sla_warning")) == 1


def test_an_alert_of_before_the_clock_was_set_back_leaves_at_once(desk, inbox, now):
    """A mail that was decided on by the fast clock does not wait until that time comes again."""
    desk.open("Where is it?")
    desk.process()
    now.advance(minutes=30)
    desk.services.alerts.fire_due()
    now.set(now() - HOUR)
    tick(desk)
    assert len(inbox.mails) == 1


def test_an_answer_after_the_clock_was_set_back_stops_the_timer(desk, now):
    """The reply's instant lies before the message's; the timer is met all the same, never negative."""
    ticket_id = desk.open("Where is it?")
    tick(desk)
    now.set(now() - HOUR)
    desk.write(ticket_id, "Here it is.", "outbound")
    row = timer(desk.ticket(ticket_id), "first_response")
    assert (row["state"], row["elapsed_seconds"]) == ("met", 0)


def test_a_priority_of_after_the_clock_was_set_back_is_the_one_that_counts(desk, now):
    """Raised by the fast clock and lowered by the right one: the timers aim at the lower priority's hours."""
    document = policies()
    document["policies"][0]["targets"]["resolution"]["low"] = {"promise": "48h"}
    desk.configure("policies", document)
    ticket_id = desk.open("Where is it?")
    tick(desk)
    now.advance(HOUR)
    with client_of(desk.services) as client:
        for priority in ("urgent", "low"):
            path, body = f"/api/v1/tickets/{ticket_id}/priority", {"priority": priority}
            assert client.put(path, json=body, headers=desk.bearer()).status_code == 200
            now.set(now() - HOUR / 2)
        for hours in (0, 2):
            now.advance(hours=hours)
            shown = client.get(f"/api/v1/tickets/{ticket_id}", headers=desk.bearer()).json()
            assert timer(shown, "resolution")["target_seconds"] == 48 * 3600


def test_a_day_away_is_no_storm(desk, inbox, now):
    """Thirty tickets became late while nobody looked: each alert once and marked late, and one mail about them all."""
    ids = [desk.open("Where is it?", email=f"p{number}@example.com") for number in range(30)]
    desk.process()
    now.advance(days=1)
    with desk.services.db.read() as session:
        assert alerts.is_due(session, now())
    while desk.services.alerts.fire_due():
        pass
    tick(desk)
    assert [fired(desk, ticket_id) for ticket_id in ids] == [[(0.5, True), (1.0, True)]] * 30
    assert {first(desk, ticket_id) for ticket_id in ids} == {("breached", HOUR)}
    assert {len(notes(desk, ticket_id)) for ticket_id in ids} == {1}
    assert [mail["Subject"] for _, mail in inbox.mails] == ["30 promises are broken"]
    breached = {timer(desk.ticket(ticket_id), "first_response")["breached_at"] for ticket_id in ids}
    assert breached == {datetime(2026, 3, 2, 10, tzinfo=UTC).isoformat().replace("+00:00", "Z")}
