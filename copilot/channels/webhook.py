"""Posts each reply to the admin's address, signed as Standard Webhooks asks (standardwebhooks.com).

`webhook-id` is the reply's own reference, the same on every attempt, so that a receiver can tell a repetition.
"""

import json
from datetime import UTC, datetime
from typing import Any

import httpx
from standardwebhooks import Webhook

from copilot.channels.transport import NotDelivered, OutcomeUnknown, OutgoingReply
from copilot.errors import Unavailable
from copilot.timesource import TimeSource

TRY_AGAIN = frozenset({408, 425, 429})


class WebhookTransport:
    """A signed POST. A connection cut after the request left means that the outcome is unknown."""

    name = "webhook"
    resend_is_safe = False

    def __init__(
        self, url: str, secret: str, now: TimeSource, timeout: float = 10.0, http: httpx.Client | None = None
    ) -> None:
        self.url = url
        self.now = now
        try:
            self.signer = Webhook(secret)
        except Exception as error:
            raise Unavailable("ANSWERABLE_WEBHOOK_SECRET is not a Standard Webhooks secret (whsec_…).") from error
        self.http = http or httpx.Client(timeout=timeout, follow_redirects=False)

    def send(self, reply: OutgoingReply) -> None:
        """POST once. 2xx is delivered; any other answer, or no connection, is not; silence is unknown."""
        body = json.dumps(payload(reply), ensure_ascii=False)
        try:
            response = self.http.post(self.url, content=body.encode(), headers=self.headers(reply.message_ref, body))
        except (httpx.ConnectError, httpx.ConnectTimeout, httpx.InvalidURL, httpx.UnsupportedProtocol) as error:
            raise NotDelivered(f"The webhook could not be reached: {error}") from error
        except httpx.HTTPError as error:
            raise OutcomeUnknown(f"The webhook did not answer: {type(error).__name__}.") from error
        if not response.is_success:
            code = response.status_code
            final = 400 <= code < 500 and code not in TRY_AGAIN
            raise NotDelivered(f"The webhook answered {code}.", final=final)

    def headers(self, message_ref: str, body: str) -> dict[str, str]:
        """The three Standard Webhooks headers over this very body."""
        at = self.now().astimezone(UTC)
        return {
            "content-type": "application/json",
            "webhook-id": message_ref,
            "webhook-timestamp": str(int(at.timestamp())),
            "webhook-signature": self.signer.sign(message_ref, datetime.fromtimestamp(int(at.timestamp()), UTC), body),
        }

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
        },
    }
