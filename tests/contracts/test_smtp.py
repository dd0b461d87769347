"""Mail to the team, handed to a real SMTP server on loopback."""

import socket
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from copilot.channels.smtp import Mailer, Server
from copilot.channels.transport import NotDelivered
from copilot.errors import Unavailable
from tests.contracts import mail_server

AT = datetime(2026, 3, 2, 9, tzinfo=UTC)
MAIL = ("alert-1-mail-1", "lead@example.com", "First response on #7: the promise is broken", "Zoë waits.\n")


@pytest.fixture
def inbox() -> Iterator[mail_server.Inbox]:
    """A server that takes every mail; its address is `inbox.url`."""
    with mail_server.running() as kept:
        yield kept


def mailer(url, timeout=5.0):
    return Mailer(url, "answerable@shop.example", lambda: AT, timeout)


def test_a_mail_arrives_whole(inbox):
    """Recipient, subject, words and a Message-ID that is the same on every attempt."""
    for _ in range(2):
        mailer(inbox.url).send(*MAIL)
    (recipients, mail), (_, again) = inbox.mails
    assert recipients == ["lead@example.com"]
    assert (mail["From"], mail["Subject"]) == ("answerable@shop.example", MAIL[2])
    assert mail.get_content().splitlines() == ["Zoë waits."]
    assert mail["Message-ID"] == again["Message-ID"] == "<alert-1-mail-1@shop.example>"
    assert mail["Auto-Submitted"] == "auto-generated"


@pytest.mark.parametrize("place", [0, 1, 2])
@pytest.mark.parametrize("sneaky", ["\r\nBcc: x@example.com", "\nBcc: x@example.com", "\x00", "\u2028", "\x85"])
def test_nothing_adds_a_header(inbox, place, sneaky):
    """A line break or control character in reference, recipient or subject ends the mail; nothing leaves."""
    parts = list(MAIL)
    parts[place] += sneaky
    with pytest.raises(NotDelivered) as caught:
        mailer(inbox.url).send(*parts)
    assert (caught.value.final, inbox.mails) == (True, [])


@pytest.mark.parametrize(
    ("where", "answer", "final"),
    [("rcpt", "550 no", True), ("rcpt", "451 later", False), ("data", "554 no", True), ("data", "421 later", False)],
)
def test_a_refusal_is_final_when_the_server_says_so(inbox, where, answer, final):
    """5xx is not tried again, 4xx is."""
    inbox.refusals[where] = answer
    with pytest.raises(NotDelivered) as caught:
        mailer(inbox.url).send(*MAIL)
    assert caught.value.final is final


def test_no_password_leaves_without_encryption(inbox):
    """A server that offers no encryption is not told the password."""
    url = inbox.url.replace("smtp://", "smtp://user:secret@")
    with pytest.raises(NotDelivered, match="no encryption"):
        mailer(url).send(*MAIL)
    with pytest.raises(Unavailable, match="no encryption"):
        mailer(url).check()


def test_a_server_that_is_down_is_tried_again_later(inbox):
    """No connection is a failure that may pass; the check says so in words."""
    down = mailer(f"smtp://127.0.0.1:{mail_server.free_port()}")
    with pytest.raises(NotDelivered) as caught:
        down.send(*MAIL)
    assert caught.value.final is False
    with pytest.raises(Unavailable, match="could not be used"):
        down.check()
    mailer(inbox.url).check()


def test_a_silent_server_does_not_hold_us_up():
    """A server that accepts and says nothing ends in a failure within the time limit."""
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        with pytest.raises(NotDelivered):
            mailer(f"smtp://127.0.0.1:{silent.getsockname()[1]}", timeout=0.2).send(*MAIL)


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("smtp://mail.example", ("mail.example", 587, False, None, None)),
        ("smtps://mail.example", ("mail.example", 465, True, None, None)),
        ("smtp://a%40b:p%3Aw@mail.example:25/", ("mail.example", 25, False, "a@b", "p:w")),
    ],
)
def test_the_address_of_the_server(url, expected):
    """Host, port by scheme unless given, user and password percent-decoded; the password is not shown."""
    server = Server.parse(url)
    assert (server.host, server.port, server.encrypted, server.user, server.password) == expected
    assert "p:w" not in repr(server)


@pytest.mark.parametrize("url", ["", "mail.example", "http://mail.example", "smtp://", "smtp://h:99999", "smtp://h/x"])
def test_a_wrong_address_is_refused_at_the_start(url):
    """What is no address of a mail server stops the start, and is not repeated in the message."""
    with pytest.raises(Unavailable, match="ANSWERABLE_SMTP_URL"):
        mailer(url)


@pytest.mark.parametrize("sender", ["", "shop", "@shop.example", "a@shop.example\r\nBcc: x@y.z"])
def test_a_wrong_sender_is_refused_at_the_start(sender):
    """Mail needs an address to come from."""
    with pytest.raises(Unavailable, match="ANSWERABLE_MAIL_FROM"):
        Mailer("smtp://mail.example", sender, lambda: AT)
