"""Posts each reply to the admin's address as a signed event; the signing is `copilot.channels.signed_post`'s."""

from typing import Any

import httpx

from copilot.channels.signed_post import SignedPost
from copilot.channels.transport import OutgoingReply
from copilot.timesource import TimeSource


class WebhookTransport:
    """A signed POST. A connection cut after the request left means that the outcome is unknown."""

    name = "webhook"
    resend_is_safe = False

    def __init__(
        self, url: str, secret: str, now: TimeSource, timeout: float = 10.0, http: httpx.Client | None = None
    ) -> None:
        self.signed = SignedPost(url, secret, now, timeout, http)

    @property
    def http(self) -> httpx.Client:
        """The connections in use."""
        return self.signed.http

    def send(self, reply: OutgoingReply) -> None:
        """POST once; raises as `SignedPost.post` does."""
        self.signed.post(reply.message_ref, payload(reply))

    def check(self) -> None:
        """The receiver is not disturbed for a check; a wrong address shows on the first reply."""


def payload(reply: OutgoingReply) -> dict[str, Any]:
    """The event's JSON."""
    return {
        "type": "reply.created",
        "timestamp": reply.decided_at.isoformat(),
        "data": {
            "message_ref": reply.message_ref,
            "ticket_id": reply.ticket_id,
            "external_id": reply.external_id,
            "channel": reply.channel,
            "recipient": reply.recipient,
            "subject": reply.subject,
            "body": reply.body,
            "auto_sent": reply.auto_sent,
            "notice": reply.notice,
        },
    }
