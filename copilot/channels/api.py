"""The channel `api` without a webhook: the reply is delivered by standing in the ticket, where the program reads it."""

from copilot.channels.transport import OutgoingReply


class ApiTransport:
    """Nothing leaves: recording the message in the ticket is the delivery."""

    name = "api"
    resend_is_safe = True

    def send(self, reply: OutgoingReply) -> None:
        """Nothing to do; the outbox records the message."""

    def check(self) -> None:
        """Always available."""
