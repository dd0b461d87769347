"""What a channel knows of a message besides its words: who sent it, whether that is certain, who else would be reached.

Pure. Parses what a program hands in, and says why a message must not be answered without a person. Refuses to read mail
headers: that is the channel's work.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from copilot.errors import Invalid
from copilot.inputs import is_address

KINDS = ("human", "auto", "list", "bounce", "loop")
MOST_COPIES = 100
CAN_TELL = frozenset({"email"})
"""Channels that can tell whether a sender is who it says: there, not knowing is a reason to hold."""

NOT_HUMAN = {
    "auto": "The message was written by a machine.",
    "list": "The message came through a mailing list.",
    "bounce": "The message reports that mail could not be delivered.",
    "loop": "The message is our own mail that came back.",
}


@dataclass(frozen=True, slots=True)
class Envelope:
    """The outside of one message. `sender_authenticated` is None where the channel cannot tell.

    `sender` is who wrote when that is not the ticket's customer (forwarded mail); all addresses are lower case.
    """

    sender_authenticated: bool | None = None
    kind: str = "human"
    sender: str | None = None
    reply_to: str | None = None
    cc: tuple[str, ...] = ()

    @classmethod
    def of(cls, stored: Mapping[str, Any]) -> "Envelope":
        """The envelope as it was stored; a message that came without one has the empty one."""
        return cls(**{**stored, "cc": tuple(stored.get("cc", ()))})

    def to_dict(self) -> dict[str, Any]:
        """What is stored; nothing for an envelope that says nothing."""
        if self == Envelope():
            return {}
        return {
            "sender_authenticated": self.sender_authenticated,
            "kind": self.kind,
            "sender": self.sender,
            "reply_to": self.reply_to,
            "cc": list(self.cc),
        }


def checked_envelope(given: Envelope) -> Envelope:
    """The envelope with addresses in lower case; raises `Invalid` naming the field."""
    if given.kind not in KINDS:
        raise Invalid(f"envelope.kind must be one of {', '.join(KINDS)}.", field="envelope.kind")
    if len(given.cc) > MOST_COPIES:
        raise Invalid(f"envelope.cc takes at most {MOST_COPIES} addresses.", field="envelope.cc")
    copies = [_address(address, f"envelope.cc[{place}]") for place, address in enumerate(given.cc)]
    return Envelope(
        given.sender_authenticated,
        given.kind,
        None if given.sender is None else _address(given.sender, "envelope.sender"),
        None if given.reply_to is None else _address(given.reply_to, "envelope.reply_to"),
        tuple(dict.fromkeys(copies)),
    )


def recipient_doubt(requester: str, envelopes: Sequence[Envelope]) -> str | None:
    """Why anyone but the requester might expect, or get, the reply; None when nobody else is in sight."""
    for envelope in envelopes:
        if envelope.sender not in (None, requester):
            return f"{envelope.sender} wrote, not the requester: a person decides who gets the answer."
        if envelope.reply_to not in (None, requester):
            return f"The reply is wanted at {envelope.reply_to}, not at the requester's address."
        others = [address for address in envelope.cc if address != requester]
        if others:
            more = f" and {len(others) - 1} more" if len(others) > 1 else ""
            return f"{others[0]}{more} in copy: a person decides who gets the answer."
    return None


def sender_doubt(channel: str, envelopes: Sequence[Envelope]) -> str | None:
    """Why a message may not be from whom it says, or not from a person at all; None when nothing speaks for that."""
    for envelope in envelopes:
        if envelope.kind != "human":
            return NOT_HUMAN.get(envelope.kind, "It is not known who wrote the message.")
        if envelope.sender_authenticated is False:
            return "The sender is not authenticated: anybody could have written in this name."
        if envelope.sender_authenticated is None and channel in CAN_TELL:
            return "It is not known whether the sender is authenticated."
    return None


def _address(text: str, path: str) -> str:
    address = text.strip().lower()
    if not is_address(address):
        raise Invalid(f"{path} is not an e-mail address.", field=path)
    return address
