"""In a storm of alerts a person gets few mails: the first at once, then one about everything since, nothing twice."""

import pytest

from copilot.channels.transport import NotDelivered
from copilot.notifications import ByMail
from copilot.outbox import MOST_ATTEMPTS
from tests.builders import Desk, make_services
from tests.contracts import mail_server
from tests.copilot.test_alerting import fired, notes, policies, rule

PEOPLE = ["boss@example.com", "lead@example.com"]


@pytest.fixture
def inbox():
    """A real mail server."""
    with mail_server.running() as server:
        yield server


@pytest.fixture
def storm(tmp_path, now, inbox):
    """A desk whose first responses alert two people by e-mail, at half of their hour and when they are broken."""
    settings = {"smtp_url": inbox.url, "mail_from": "answerable@shop.example", "public_url": "https://desk.example"}
    services = make_services(tmp_path / "d", now, **settings)
    desk = Desk(services, now).seed("categories")
    rules = [rule(0.5, {"notify": "email"}), rule(1, {"notify": "email"})]
    desk.configure("policies", policies(*rules, alert_recipients=PEOPLE))
    yield desk
    services.close()


def opened(desk, count):
    """So many triaged tickets of different people, each a second younger than the one before."""
    ids = []
    for number in range(count):
        ids.append(desk.open("Where is it?", subject=f"Parcel {number}", email=f"p{number}@example.com"))
        desk.now.advance(seconds=1)
    desk.process()
    return ids


def alert(desk):
    """Fire everything that is due."""
    while desk.services.alerts.fire_due():
        pass


def deliver(desk):
    """Send everything that may leave now."""
    while desk.services.notifier.deliver_due():
        pass


def reopened(desk):
    """The same shop after a restart."""
    kept = desk.services.settings
    settings = {"smtp_url": kept.smtp_url, "mail_from": kept.mail_from, "public_url": kept.public_url}
    return make_services(kept.data_dir, desk.now, **settings)


def subjects(inbox, person=PEOPLE[0]):
    """The subjects of the mails to this person, in order."""
    return [mail["Subject"] for recipients, mail in inbox.mails if recipients == [person]]


def states(desk, ids):
    """The state of every notification about these tickets."""
    return {note.state for id in ids for note in notes(desk, id)}


def test_the_first_leaves_at_once_and_the_rest_together(storm, inbox, now):
    """One alert is told by itself; forty-nine more within five minutes make one mail, to each of the two people."""
    ids = opened(storm, 50)
    now.advance(minutes=29, seconds=10)
    alert(storm)
    deliver(storm)
    assert subjects(inbox) == [f"First response on #{ids[0]}: 50 % of its time is used"]
    now.advance(minutes=1)
    alert(storm)
    deliver(storm)
    assert len(subjects(inbox)) == 1
    now.advance(minutes=4)
    deliver(storm)
    for person in PEOPLE:
        assert subjects(inbox, person)[1:] == ["49 promises are running out of time"]
    assert states(storm, ids) == {"delivered"}
    assert [len(fired(storm, id)) for id in ids] == [1] * 50


def test_the_list_is_in_order_with_due_times_and_links(storm, inbox, now):
    """First due first, each with its due time and the address of its page."""
    ids = opened(storm, 3)
    now.advance(minutes=30)
    alert(storm)
    deliver(storm)
    text = inbox.mails[0][1].get_content()
    assert [line for line in text.splitlines() if line.startswith("https:")] == [
        f"https://desk.example/tickets/{id}" for id in ids
    ]
    assert text.count("First response due Mon 2 Mar 10:00") == 3
    assert [text.index(f"About: Parcel {number}") for number in range(3)] == sorted(
        text.index(f"About: Parcel {number}") for number in range(3)
    )


def test_kinds_are_told_apart(storm, inbox, now):
    """A broken promise does not wait behind warnings; it is another kind and leaves at once."""
    opened(storm, 2)
    now.advance(minutes=30)
    alert(storm)
    deliver(storm)
    now.advance(minutes=30)
    late = opened(storm, 2)
    now.advance(minutes=29, seconds=58)
    alert(storm)
    deliver(storm)
    assert subjects(inbox) == [
        "2 promises are running out of time",
        "2 promises are broken",
        f"First response on #{late[0]}: 50 % of its time is used",
    ]


def test_a_restart_between_keeps_the_pause_and_the_list(storm, inbox, now):
    """What was told when is in the database: after a restart nothing is told again and the digest comes when due."""
    ids = opened(storm, 4)
    now.advance(minutes=29, seconds=56)
    alert(storm)
    deliver(storm)
    now.advance(seconds=30)
    alert(storm)
    again = Desk(reopened(storm), now)
    deliver(again)
    assert len(subjects(inbox)) == 1
    now.advance(minutes=5)
    deliver(again)
    again.services.close()
    assert subjects(inbox)[1:] == ["3 promises are running out of time"]
    assert states(storm, ids) == {"delivered"}


def test_a_sender_that_died_sends_the_same_mail(storm, inbox, now, monkeypatch):
    """The mail of a dead sender leaves again under its Message-ID with what it held; what fired since waits."""
    opened(storm, 2)
    now.advance(minutes=29, seconds=59)
    alert(storm)
    tell = ByMail.tell

    def dying(way, told):
        tell(way, told)
        raise SystemExit

    with monkeypatch.context() as broken:
        broken.setattr(ByMail, "tell", dying)
        with pytest.raises(SystemExit):
            storm.services.notifier.deliver_due()
    opened(storm, 1)
    now.advance(minutes=2)
    alert(storm)
    deliver(storm)
    first, *others = [mail for recipients, mail in inbox.mails if recipients == [PEOPLE[0]]]
    assert [mail["Message-ID"] for mail in others] == [first["Message-ID"]]
    assert others[0].get_content() == first.get_content()


def test_a_failed_mail_is_tried_again_whole(storm, now, monkeypatch):
    """All alerts of a mail share its attempts, and in the end its failure, visible at each ticket."""
    ids = opened(storm, 3)
    now.advance(minutes=30)
    alert(storm)
    tried = []

    def refusing(way, told):
        tried.append((told[0].bundle, len(told)))
        raise NotDelivered("421")

    monkeypatch.setattr(ByMail, "tell", refusing)
    for _ in range(MOST_ATTEMPTS + 3):
        deliver(storm)
        now.advance(minutes=30)
    assert sorted(tried) == sorted([(f"alert-1-mail-{n}", 3) for n in (1, 2)] * MOST_ATTEMPTS)
    assert states(storm, ids) == {"failed"}


def test_a_clock_set_back_does_not_silence(storm, inbox, now):
    """A last mail that lies in the future holds nothing back."""
    opened(storm, 2)
    now.advance(minutes=29, seconds=58)
    alert(storm)
    deliver(storm)
    now.advance(seconds=1)
    alert(storm)
    earlier = now() - now().resolution * 3_600_000_000
    storm.services.notifier.now = lambda: earlier
    deliver(storm)
    assert len(subjects(inbox)) == 2


def test_a_mail_stays_readable(storm, inbox, now, monkeypatch):
    """Beyond the limit the rest is counted, with the way to the queue."""
    monkeypatch.setattr("copilot.alert_words.MOST_IN_MAIL", 3)
    opened(storm, 5)
    now.advance(minutes=30)
    alert(storm)
    deliver(storm)
    assert subjects(inbox) == ["5 promises are running out of time"]
    text = inbox.mails[0][1].get_content()
    assert text.count("About: Parcel") == 3
    assert text.splitlines()[-2:] == ["And 2 more, which are due later.", "https://desk.example/"]
