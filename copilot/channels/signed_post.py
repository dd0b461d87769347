"""Posts events to the admin's address, signed as Standard Webhooks asks (standardwebhooks.com).

`webhook-id` is the event's own reference, the same on every attempt, so that a receiver can tell a repetition.
"""

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import httpx
from standardwebhooks import Webhook

from copilot.channels.transport import NotDelivered, OutcomeUnknown
from copilot.errors import Unavailable
from copilot.timesource import TimeSource

TRY_AGAIN = frozenset({408, 425, 429})


class SignedPost:
    """One address and the secret that signs what is posted to it."""

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

    def post(self, ref: str, event: Mapping[str, Any]) -> None:
        """POST once. 2xx is delivered; any other answer, or no connection, is not (`NotDelivered`); silence is
        `OutcomeUnknown`."""
        body = json.dumps(event, ensure_ascii=False)
        try:
            response = self.http.post(self.url, content=body.encode(), headers=self.headers(ref, body))
        except (httpx.ConnectError, httpx.ConnectTimeout, httpx.InvalidURL, httpx.UnsupportedProtocol) as error:
            raise NotDelivered(f"The webhook could not be reached: {error}") from error
        except httpx.HTTPError as error:
            raise OutcomeUnknown(f"The webhook did not answer: {type(error).__name__}.") from error
        if not response.is_success:
            code = response.status_code
            final = 400 <= code < 500 and code not in TRY_AGAIN
            raise NotDelivered(f"The webhook answered {code}.", final=final)

    def headers(self, ref: str, body: str) -> dict[str, str]:
        """The three Standard Webhooks headers over this very body."""
        at = self.now().astimezone(UTC)
        return {
            "content-type": "application/json",
            "webhook-id": ref,
            "webhook-timestamp": str(int(at.timestamp())),
            "webhook-signature": self.signer.sign(ref, datetime.fromtimestamp(int(at.timestamp()), UTC), body),
        }
