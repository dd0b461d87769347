"""A person's verdict on a draft, and what becomes of replies on their way."""

from litestar import Response, post
from litestar.params import URLEncodedBody

from copilot import approval, takeback
from copilot.outbox import settle
from copilot.store import drafts, outbox
from copilot.web.auth import Identity, needs_agent
from copilot.web.forms import BodyForm, RejectionForm, undo_delay
from copilot.web.parameters import Id
from copilot.web.queue import next_fragment, ticket_fragment
from copilot.web.responses import toast
from copilot.wiring import Services


@post("/drafts/{id:int}/approval", sync_to_thread=True, guards=[needs_agent], status_code=200)
def approve(data: URLEncodedBody[BodyForm], id: Id, services: Services, identity: Identity) -> Response[str]:
    """Send a draft, as it is or mended; the next ticket opens, and for a few seconds it can be taken back."""
    with services.db.write() as session:
        text = data.body.replace("\r\n", "\n").strip()
        unchanged = text == drafts.shown(session, drafts.find(session, id)).body.strip()
        body = None if unchanged else text
        item = approval.approve(session, id, identity.name, services.now(), body, undo_delay(services))
    undo = f"/outbox/{item.id}/cancellation"
    return next_fragment(services, toast("Sending", undo=undo, seconds=services.settings.undo_seconds))


@post("/drafts/{id:int}/rejection", sync_to_thread=True, guards=[needs_agent], status_code=200)
def reject(data: URLEncodedBody[RejectionForm], id: Id, services: Services, identity: Identity) -> Response[str]:
    """Set a draft aside; the ticket stays open for a reply by hand."""
    reason = ": ".join(part for part in (data.choice.strip(), data.reason.strip()) if part)
    with services.db.write() as session:
        draft = approval.reject(session, id, identity.name, reason, services.now())
    return ticket_fragment(services, draft.ticket_id, toast("Draft rejected."))


@post("/outbox/{id:int}/cancellation", sync_to_thread=True, guards=[needs_agent], status_code=200)
def take_back(id: Id, services: Services, identity: Identity) -> Response[str]:
    """Pull a reply back before it leaves; its ticket opens again with the draft."""
    with services.db.write() as session:
        ticket_id = outbox.find(session, id).ticket_id
        takeback.undo(session, ticket_id, services.now(), identity.name)
    address = {"hx-push-url": f"/tickets/{ticket_id}"}
    return ticket_fragment(services, ticket_id, {**toast("Taken back. Nothing was sent."), **address})


@post("/outbox/{id:int}/resend", sync_to_thread=True, guards=[needs_agent], status_code=200)
def send_again(id: Id, services: Services, identity: Identity) -> Response[str]:
    """A person decides that an uncertain reply did not arrive."""
    return settled(services, id, identity, arrived=False, said="Sending again.")


@post("/outbox/{id:int}/delivered", sync_to_thread=True, guards=[needs_agent], status_code=200)
def mark_delivered(id: Id, services: Services, identity: Identity) -> Response[str]:
    """A person knows that an uncertain reply arrived."""
    return settled(services, id, identity, arrived=True, said="Marked as delivered.")


def settled(services: Services, id: int, identity: Identity, *, arrived: bool, said: str) -> Response[str]:
    """Record what the person knows and show the ticket."""
    with services.db.write() as session:
        ticket_id = outbox.find(session, id).ticket_id
        settle(session, id, arrived=arrived, by=identity.name, book=services.book, now=services.now())
    return ticket_fragment(services, ticket_id, toast(said))
