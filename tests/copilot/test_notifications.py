"""Notifications: what was decided about an alert leaves at least once, under one reference, and failures are seen."""

import pytest
from standardwebhooks import Webhook

from copilot import health
from copilot.channels.transport import NotDelivered, OutcomeUnknown
from copilot.errors import Unavailable
from copilot.outbox import MOST_ATTEMPTS
from copilot.store import notifications
from copilot.timesource import system_time
from tests.builders import Desk, make_services
from tests.contracts import mail_server, webhook_receiver
from tests.copilot.test_alerting import alarmed, entries, notes, policies, rule

SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"


class RecordingWay:
    """Keeps what it was told to tell; raises the given failures first, in turn."""

    def __init__(self, *failures):
        self.failures, self.attempts, self.told = list(failures), [], []

    def tell(self, notes):
        refs = [note.ref for note in notes]
        self.attempts += refs
        if self.failures:
            raise self.failures.pop(0)
        self.told += refs


@pytest.fixture
def alert(desk, now):
    """A ticket whose alert waits to leave by webhook."""
    ticket_id = alarmed(desk, rule(0.5, {"notify": "webhook"}))
    now.advance(minutes=30)
    desk.services.alerts.fire_due()
    return ticket_id


def through(desk, way):
    """The notifier, with this way for webhooks."""
    desk.services.notifier.ways = {"webhook": way}
    return desk.services.notifier


def states(desk, ticket_id):
    """State and last error of every notification about a ticket."""
    return [(note.state, note.last_error) for note in notes(desk, ticket_id)]


def test_it_leaves_once(desk, alert):
    """A notification that has been delivered is done, and the journal says so."""
    way = RecordingWay()
    notifier = through(desk, way)
    assert (notifier.deliver_due(), notifier.deliver_due()) == (1, 0)
    assert len(way.told) == 1
    assert states(desk, alert) == [("delivered", None)]
    (entry,) = entries(desk, alert, "notification_delivered")
    assert entry["ref"] == way.told[0]


@pytest.mark.parametrize("failure", [NotDelivered("500"), OutcomeUnknown("silence"), RuntimeError("a bug")])
def test_a_failure_is_tried_again_under_the_same_reference(desk, alert, now, failure):
    """Whatever went wrong, the same notification is tried again after a pause."""
    way = RecordingWay(failure)
    notifier = through(desk, way)
    notifier.deliver_due()
    assert notifier.deliver_due() == 0
    now.advance(seconds=2)
    assert notifier.deliver_due() == 1
    assert way.attempts == [way.told[0]] * 2
    assert states(desk, alert) == [("delivered", None)]


def test_it_gives_up_in_the_end(desk, alert, now):
    """After the last attempt it is failed for good, with its reason in the journal."""
    way = RecordingWay(*[NotDelivered("500")] * MOST_ATTEMPTS)
    notifier = through(desk, way)
    for _ in range(MOST_ATTEMPTS + 3):
        notifier.deliver_due()
        now.advance(minutes=30)
    assert len(way.attempts) == MOST_ATTEMPTS
    assert states(desk, alert) == [("failed", "500")]
    assert entries(desk, alert, "notification_failed")[0]["reason"] == "500"


def test_a_way_that_is_not_set_up_says_so(desk, alert):
    """An alert that nobody can be told of in this way fails at once, visibly."""
    desk.services.notifier.deliver_due()
    assert states(desk, alert) == [("failed", "No way to send by webhook is set up.")]


def test_a_sender_that_died_is_replaced(desk, alert, now):
    """A notification whose sender vanished while sending leaves again once the lease has ended."""
    way = RecordingWay(SystemExit())
    notifier = through(desk, way)
    with pytest.raises(SystemExit):
        notifier.deliver_due()
    assert notifier.deliver_due() == 0
    now.advance(seconds=61)
    notifier.deliver_due()
    assert way.attempts == [way.told[0]] * 2


def test_a_sender_that_was_given_up_on_changes_nothing(desk, alert, now):
    """One that took longer than its lease, and failed, does not bring back what another has delivered since."""
    way = RecordingWay()
    notifier = through(desk, way)
    (note,) = notes(desk, alert)

    def taken_over(session):
        row = notifications.find(session, note.id)
        row.state, row.claimed_by = "delivered", None

    def slow(_notes):
        desk.do(taken_over)
        raise NotDelivered("500")

    way.tell = slow
    notifier.deliver_due()
    assert states(desk, alert)[0][0] == "delivered"


def test_a_signed_event_reaches_the_receiver(tmp_path, now):
    """The webhook gets an event of the type `alert`, signed like replies, under the notification's reference."""
    with webhook_receiver.running() as receiver:
        services = make_services(tmp_path / "d", now, webhook_url=receiver.url, webhook_secret=SECRET)
        desk = Desk(services, now).seed()
        ticket_id = alarmed(desk, rule(0.5, {"notify": "webhook"}))
        now.advance(minutes=30)
        services.alerts.fire_due()
        services.notifier.ways["webhook"].signed.now = system_time
        services.notifier.deliver_due()
        ((_, headers, body),) = receiver.deliveries
        event = Webhook(SECRET).verify(body, headers)
        assert (event["type"], event["data"]["kind"], event["data"]["share"]) == ("alert", "warning", 0.5)
        assert headers["webhook-id"] == notes(desk, ticket_id)[0].ref
        services.notifier.ways["webhook"].signed.http.close()
        services.close()


def test_a_mail_reaches_the_policy_s_recipients(tmp_path, now):
    """Each recipient gets a mail that says what is due when; the customer's subject stands in the body alone."""
    with mail_server.running() as inbox:
        settings = {
            "smtp_url": inbox.url,
            "mail_from": "answerable@shop.example",
            "public_url": "https://desk.example/",
        }
        services = make_services(tmp_path / "d", now, **settings)
        desk = Desk(services, now).seed()
        people = ["boss@example.com", "lead@example.com"]
        desk.configure("policies", policies(rule(0.5, {"notify": "email"}), alert_recipients=people))
        sneaky = desk.open("Hello?", subject="Hi\nBcc: everybody@example.com", email="b@example.com")
        desk.process()
        now.advance(minutes=30)
        services.alerts.fire_due()
        services.notifier.deliver_due()
        services.notifier.deliver_due()
        assert "e-mail alerts" in [part.name for part in health.examine(services) if part.ok]
        services.close()
    assert sorted(recipients for recipients, _ in inbox.mails) == [[people[0]], [people[1]]]
    mail = inbox.mails[0][1]
    assert mail["Subject"] == f"First response on #{sneaky}: 50 % of its time is used"
    assert "About: Hi Bcc: everybody@example.com" in mail.get_content()
    assert "First response due Mon 2 Mar 10:00" in mail.get_content()
    assert f"https://desk.example/tickets/{sneaky}" in mail.get_content().splitlines()


def test_a_mail_server_needs_a_sender(tmp_path):
    """A server without an address to send from stops the start."""
    with pytest.raises(Unavailable, match="ANSWERABLE_MAIL_FROM"):
        make_services(tmp_path / "d", smtp_url="smtp://127.0.0.1")
