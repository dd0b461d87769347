"""Writes each reply as a text file, for a demo without accounts. The same reply twice is the same file."""

import os
import re
from pathlib import Path

from copilot.channels.transport import NotDelivered, OutgoingReply
from copilot.errors import Unavailable


class FolderTransport:
    """One file a reply, named by ticket and message reference, complete or absent."""

    name = "folder"
    resend_is_safe = True

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def send(self, reply: OutgoingReply) -> None:
        """Write the file under a temporary name, then move it into place."""
        target = self.folder / f"ticket-{reply.ticket_id}-{re.sub(r'[^A-Za-z0-9_-]', '_', reply.message_ref)}.txt"
        temporary = target.with_suffix(".part")
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            temporary.write_text(render(reply), encoding="utf-8")
            os.replace(temporary, target)
        except OSError as error:
            raise NotDelivered(f"The reply could not be written to the folder: {error.strerror}.") from error

    def check(self) -> None:
        """Raise `Unavailable` when the folder cannot be written."""
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise Unavailable(f"The outbox folder cannot be made: {error.strerror}.") from error
        if not os.access(self.folder, os.W_OK):
            raise Unavailable("The outbox folder cannot be written.")


def render(reply: OutgoingReply) -> str:
    """The file's text: a few headers on one line each, an empty line, the body."""
    headers = {
        "To": reply.recipient,
        "Subject": reply.subject,
        "Reference": reply.message_ref,
        "Sent by": "automatically" if reply.auto_sent else "a person",
    }
    lines = [f"{name}: {' '.join(value.split())}" for name, value in headers.items()]
    return "\n".join([*lines, "", reply.body, ""])
