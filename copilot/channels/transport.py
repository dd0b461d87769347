"""What every way out has in common; knows no database and decides nothing about retries."""

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from copilot.errors import AnswerableError


@dataclass(frozen=True, slots=True)
class OutgoingReply:
    """A reply ready to leave. `message_ref` was fixed before the first attempt and never changes. A `notice` only says
    when to expect the answer."""

    message_ref: str
    ticket_id: int
    external_id: str
    channel: str
    recipient: str
    subject: str
    body: str
    auto_sent: bool
    decided_at: datetime
    notice: bool = False


class NotDelivered(AnswerableError):
    """The reply certainly did not arrive; it may be tried again. `final`: trying again cannot help."""

    def __init__(self, message: str, *, final: bool = False) -> None:
        super().__init__(message)
        self.final = final


class OutcomeUnknown(AnswerableError):
    """The reply may have arrived; only a person may decide to send it again."""


class Transport(Protocol):
    """A way out. `resend_is_safe` is true when the same `message_ref` twice has the effect of once."""

    name: str
    resend_is_safe: bool

    def send(self, reply: OutgoingReply) -> None:
        """Deliver, or raise `NotDelivered` or `OutcomeUnknown`."""
        ...

    def check(self) -> None:
        """Raise `Unavailable` with a plain message when replies cannot leave this way."""
        ...
