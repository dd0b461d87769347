"""What every way out promises: the recording one, the API, files in a folder and signed webhooks alike."""

import base64
import json
import socket
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from standardwebhooks import Webhook, WebhookVerificationError

from copilot.channels.api import ApiTransport
from copilot.channels.folder import FolderTransport
from copilot.channels.transport import NotDelivered, OutcomeUnknown, OutgoingReply
from copilot.channels.webhook import WebhookTransport
from copilot.errors import Unavailable
from copilot.fakes import RecordingTransport
from copilot.timesource import system_time
from tests.contracts import webhook_receiver

SECRET = "whsec_" + base64.b64encode(b"a secret of thirty-two bytes....").decode()
REPLY = OutgoingReply(
    message_ref="reply-7-3",
    ticket_id=7,
    external_id="order-1",
    channel="api",
    recipient="kim@example.com",
    subject="Re: Refund",
    body="Bonjour Zoë,\n\n5 jours.",
    auto_sent=False,
    decided_at=datetime(2026, 3, 2, 9, tzinfo=UTC),
)


@contextmanager
def webhook(url, timeout=5.0):
    """A webhook transport, its connections closed at the end."""
    made = WebhookTransport(url, SECRET, system_time, timeout=timeout)
    try:
        yield made
    finally:
        made.http.close()


@pytest.fixture(params=["recording", "api", "folder", "webhook"])
def transport(request, tmp_path):
    """Each transport, with everything in order."""
    if request.param == "webhook":
        with webhook_receiver.running() as receiver, webhook(receiver.url) as made:
            yield made
    elif request.param == "folder":
        yield FolderTransport(tmp_path / "not" / "yet")
    else:
        yield RecordingTransport() if request.param == "recording" else ApiTransport()


@pytest.mark.parametrize(
    "reply",
    [
        REPLY,
        replace(REPLY, body="", subject=""),
        replace(REPLY, body="x" * 1_000_000),
        replace(REPLY, subject="Two\r\nlines", recipient="a@b.c"),
        replace(REPLY, message_ref="reply/../../etc", body="\u202e ‮ 😀"),
    ],
)
def test_a_reply_is_delivered(transport, reply):
    """Sending raises nothing, whatever stands in the reply."""
    transport.check()
    transport.send(reply)


def test_the_same_reply_twice_is_accepted(transport):
    """A repetition under the same reference is no error."""
    transport.send(REPLY)
    transport.send(REPLY)


def test_it_has_a_name_and_says_whether_repeating_is_safe(transport):
    """Both are plain facts about the transport."""
    assert transport.name
    assert transport.resend_is_safe in (True, False)


@pytest.fixture(params=["recording", "folder", "webhook refused", "webhook 500"])
def failing(request, tmp_path):
    """Each transport that can fail, where it certainly does not deliver but may later."""
    if request.param == "recording":
        yield RecordingTransport(NotDelivered("no"))
    elif request.param == "folder":
        (tmp_path / "file").write_text("in the way")
        yield FolderTransport(tmp_path / "file" / "outbox")
    elif request.param == "webhook refused":
        with webhook(f"http://127.0.0.1:{closed_port()}/hook") as made:
            yield made
    else:
        with webhook_receiver.running(500) as receiver, webhook(receiver.url) as made:
            yield made


def closed_port():
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return free.getsockname()[1]


def test_a_known_failure_may_be_tried_again(failing):
    """A reply that certainly did not arrive raises `NotDelivered`, which is not final."""
    with pytest.raises(NotDelivered) as caught:
        failing.send(REPLY)
    assert caught.value.final is False


@pytest.fixture(params=["recording", "webhook 410"])
def refusing(request):
    """Each transport that can be refused for ever."""
    if request.param == "recording":
        yield RecordingTransport(NotDelivered("gone", final=True))
    else:
        with webhook_receiver.running(410) as receiver, webhook(receiver.url) as made:
            yield made


def test_a_refusal_is_final(refusing):
    """A receiver that will never take the reply makes the failure final."""
    with pytest.raises(NotDelivered) as caught:
        refusing.send(REPLY)
    assert caught.value.final is True


@pytest.fixture(params=["recording", "webhook silent"])
def uncertain(request):
    """Each transport that can leave the outcome open."""
    if request.param == "recording":
        yield RecordingTransport(OutcomeUnknown("silence"))
    else:
        with webhook_receiver.running(webhook_receiver.SILENCE) as receiver, webhook(receiver.url, 0.2) as made:
            yield made
            receiver.over.set()


def test_silence_is_an_unknown_outcome(uncertain):
    """When the request left and no answer came, nobody can say whether it arrived."""
    with pytest.raises(OutcomeUnknown):
        uncertain.send(REPLY)


def test_the_recording_transport_shows_double_sending():
    """What is sent twice stands there twice, unless sending again is safe; `broken` fails its check."""
    unsafe, safe = RecordingTransport(), RecordingTransport(resend_is_safe=True)
    for made in (unsafe, safe):
        made.send(REPLY)
        made.send(REPLY)
    assert (len(unsafe.sent), len(safe.sent), len(safe.attempts)) == (2, 1, 2)
    safe.broken = "unplugged"
    with pytest.raises(Unavailable, match="unplugged"):
        safe.check()


def test_a_webhook_is_signed_as_standard_webhooks_asks():
    """The library that receivers use accepts the signature over this very body, and refuses a changed one."""
    with webhook_receiver.running() as receiver, webhook(receiver.url) as made:
        made.send(REPLY)
        ((_, headers, body),) = receiver.deliveries
    event = Webhook(SECRET).verify(body, headers)
    assert event["type"] == "reply.created"
    assert event["data"]["body"] == REPLY.body
    assert (event["data"]["external_id"], event["data"]["auto_sent"]) == ("order-1", False)
    assert headers["webhook-id"] == "reply-7-3"
    with pytest.raises(WebhookVerificationError):
        Webhook(SECRET).verify(body.replace(b"5 jours", b"6 jours"), headers)


def test_every_attempt_carries_the_same_id():
    """A receiver can tell a repetition by its `webhook-id`, and the body is the same to the byte."""
    with webhook_receiver.running(500, 503, 204) as receiver, webhook(receiver.url) as made:
        for _ in range(2):
            with pytest.raises(NotDelivered):
                made.send(REPLY)
        made.send(REPLY)
    assert {headers["webhook-id"] for _, headers, _ in receiver.deliveries} == {"reply-7-3"}
    assert len({body for _, _, body in receiver.deliveries}) == 1


@pytest.mark.parametrize("status", [301, 302, 307, 308])
def test_a_redirect_is_not_followed(status):
    """A signed reply goes to the configured address and nowhere else."""
    with webhook_receiver.running(status) as receiver, webhook(receiver.url) as made:
        with pytest.raises(NotDelivered):
            made.send(REPLY)
        assert [path for path, _, _ in receiver.deliveries] == ["/hook"]


@pytest.mark.parametrize(
    ("status", "final"),
    [(400, True), (401, True), (404, True), (408, False), (425, False), (429, False), (502, False), (503, False)],
)
def test_which_answers_are_worth_another_try(status, final):
    """A busy or broken receiver is asked again, one that refuses is not."""
    with (
        webhook_receiver.running(status) as receiver,
        webhook(receiver.url) as made,
        pytest.raises(NotDelivered) as caught,
    ):
        made.send(REPLY)
    assert caught.value.final is final


@pytest.mark.parametrize(
    "url", ["", "nonsense", "ftp://127.0.0.1/x", "http://", "http://127.0.0.1:99999/", "http://[::1"]
)
def test_a_wrong_address_is_a_known_failure(url):
    """An address that nothing can be sent to delivers nothing, and says so."""
    with pytest.raises((NotDelivered, Unavailable)), webhook(url) as made:
        made.send(REPLY)


@pytest.mark.parametrize("secret", ["", "whsec_", "whsec_!!!", "ü"])
def test_a_wrong_secret_is_refused_at_the_start(secret):
    """A secret that cannot sign stops the start, not the first reply."""
    with pytest.raises(Unavailable, match="ANSWERABLE_WEBHOOK_SECRET"):
        WebhookTransport("http://127.0.0.1/", secret, system_time)


def test_the_folder_holds_one_whole_file_a_reply(tmp_path):
    """A reply is one readable file, the same one when sent again, inside the folder whatever its reference says."""
    made = FolderTransport(tmp_path / "outbox")
    sneaky = replace(REPLY, message_ref="../../x", subject="Hi\nTo: everybody@example.com")
    for reply in (REPLY, REPLY, sneaky):
        made.send(reply)
    names = sorted(path.name for path in tmp_path.rglob("*") if path.is_file())
    assert names == ["ticket-7-______x.txt", "ticket-7-reply-7-3.txt"]
    text = (tmp_path / "outbox" / names[0]).read_text(encoding="utf-8")
    assert "\nTo: everybody" not in text
    assert json.dumps(REPLY.body)[1:8] in text
