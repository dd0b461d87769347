"""Decides what stands in the subject of a reply to a customer.

Pure. People's replies carry on the customer's own subject. What leaves without a person does so only where the channel
vouches for who wrote it, and never with something to follow or to call: otherwise anybody could have a subject of their
own sent to whomever they name. Everything else gets a fixed line; mail is threaded by its headers. Refuses to know
whether the reply may leave.
"""

from copilot.envelopes import Envelope
from knowledge.facts import tokens, values

OPENING = "Re: "
FIXED = {
    "en": "Re: your message",
    "fr": "Re: votre message",
    "de": "Re: Ihre Nachricht",
    "es": "Re: su mensaje",
}
TEMPTING = frozenset({"link", "email", "iban", "phone", "amount"})
ADDRESSES = frozenset("./@:")


def of_person(written: str) -> str:
    """The subject of a reply that a person sends to a ticket whose subject was `written` by its customer."""
    return f"{OPENING}{written}" if written else FIXED["en"]


def of_machine(written: str, language: str, first: Envelope, requester: str) -> str:
    """The subject of what leaves without a person; `first` is the envelope of the message that brought the subject."""
    if written and vouched(first, requester) and not tempts(written):
        return of_person(written)
    return FIXED.get(language, FIXED["en"])


def vouched(first: Envelope, requester: str) -> bool:
    """Whether the channel knows that the requester, a person, wrote this message."""
    return first.sender_authenticated is True and first.sender in (None, requester) and first.kind == "human"


def tempts(written: str) -> bool:
    """Whether a subject holds a link, an address, an account, a phone number or an amount, or what looks like one."""
    codes = (token.text for token in tokens(written) if token.kind == "code")
    return any(value.kind in TEMPTING for value in values(written)) or any(map(ADDRESSES.intersection, codes))
