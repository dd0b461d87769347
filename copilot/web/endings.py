"""Spam and merging, for programs and in the workspace. Thin: one transaction, one call."""

from typing import Annotated, Any

import msgspec
from litestar import Response, post
from litestar.params import JSONBody, URLEncodedBody

from copilot import endings
from copilot.errors import Invalid
from copilot.web.auth import Identity, needs_agent
from copilot.web.forms import Form
from copilot.web.parameters import LARGEST_ID, Id
from copilot.web.queue import next_fragment, ticket_fragment
from copilot.web.responses import toast
from copilot.wiring import Services


class MergeBody(msgspec.Struct, forbid_unknown_fields=True):
    """The ticket to merge into; `other_customer` confirms that it may be another customer's."""

    into: Annotated[int, msgspec.Meta(ge=1, le=LARGEST_ID)]
    other_customer: bool = False


class MergeForm(Form):
    """The same as typed: a number, perhaps with a "#" before it."""

    into: str
    other_customer: str = ""


@post("/tickets/{id:int}/spam", sync_to_thread=True, guards=[needs_agent], status_code=200)
def mark_spam(id: Id, services: Services, identity: Identity) -> dict[str, Any]:
    """Close a ticket as spam; nothing is owed on it any more."""
    with services.db.write() as session:
        ticket = endings.mark_spam(session, id, services.book, services.now(), identity.name)
        return {"id": id, "status": ticket.status, "tags": ticket.tags}


@post("/tickets/{id:int}/merge", sync_to_thread=True, guards=[needs_agent], status_code=200)
def merge(data: JSONBody[MergeBody], id: Id, services: Services, identity: Identity) -> dict[str, Any]:
    """Make a ticket part of another."""
    now, by = services.now(), identity.name
    with services.db.write() as session:
        ticket = endings.merge(session, id, data.into, services.book, now, by, other_customer=data.other_customer)
        return {"id": id, "status": ticket.status, "tags": ticket.tags, "into": data.into}


@post("/tickets/{id:int}/spam", sync_to_thread=True, guards=[needs_agent], status_code=200)
def mark_spam_on_page(id: Id, services: Services, identity: Identity) -> Response[str]:
    """Close a ticket as spam; the next one opens."""
    with services.db.write() as session:
        endings.mark_spam(session, id, services.book, services.now(), identity.name)
    return next_fragment(services, toast(f"Ticket {id} is closed as spam."))


@post("/tickets/{id:int}/merge", sync_to_thread=True, guards=[needs_agent], status_code=200)
def merge_on_page(data: URLEncodedBody[MergeForm], id: Id, services: Services, identity: Identity) -> Response[str]:
    """Make a ticket part of another, which opens."""
    into, confirmed = ticket_number(data.into), bool(data.other_customer)
    with services.db.write() as session:
        endings.merge(session, id, into, services.book, services.now(), identity.name, other_customer=confirmed)
    address = {"hx-push-url": f"/tickets/{into}"}
    return ticket_fragment(services, into, {**toast(f"Ticket {id} is part of this one now."), **address})


def ticket_number(text: str) -> int:
    """A ticket's number as typed. Raises `Invalid`."""
    digits = text.strip().removeprefix("#")
    if not (digits.isascii() and digits.isdigit() and len(digits) <= 10 and 1 <= int(digits) <= LARGEST_ID):
        raise Invalid("into must be the number of a ticket, such as 12.", field="into")
    return int(digits)
