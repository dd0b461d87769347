"""Other wordings of a draft: asked for on the page (streamed as they are written) and by the API, and gone back to."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import suppress
from typing import Any

import structlog
from litestar import Response, Router, post
from litestar.params import JSONBody, URLEncodedBody
from litestar.response import ServerSentEvent, ServerSentEventMessage

from copilot.drafting import QUOTING
from copilot.errors import AnswerableError
from copilot.rewording import Wanted
from copilot.store import drafts
from copilot.web import representations as shapes
from copilot.web.api import Body
from copilot.web.auth import Identity, needs_agent
from copilot.web.forms import RewordForm, VersionForm, number
from copilot.web.parameters import Id
from copilot.web.queue import ticket_fragment
from copilot.web.responses import toast
from copilot.web.threads import in_thread
from copilot.wiring import Services

NO_STORE = {"cache-control": "no-store", "x-accel-buffering": "no"}

log = structlog.get_logger(__name__)


class RewordBody(Body):
    """How to word it: `way` quoting or free, `style` shorter or warmer, a language, one passage to write from."""

    way: str = QUOTING
    style: str | None = None
    language: str | None = None
    passage_id: str | None = None


class VersionBody(Body):
    """The number of a wording; 1 is the draft as it was made."""

    number: int


@post("/drafts/{id:int}/regeneration", guards=[needs_agent], status_code=200)
async def reword(data: URLEncodedBody[RewordForm], id: Id, services: Services, identity: Identity) -> ServerSentEvent:
    """Write another wording: events "text" with all of it so far, then "done" or "problem"; each holds JSON."""
    wanted = Wanted(data.way, data.style or None, data.language or None, data.passage_id or None)
    await in_thread(services.rewording.ready, id, wanted)
    return ServerSentEvent(told(services, id, wanted, identity.name), headers=NO_STORE)


@post("/drafts/{id:int}/shown", sync_to_thread=True, guards=[needs_agent], status_code=200)
def show(data: URLEncodedBody[VersionForm], id: Id, services: Services, identity: Identity) -> Response[str]:
    """Go back to another wording."""
    draft = services.rewording.show(id, int(number(data.number, "number")), identity.name)
    return ticket_fragment(services, draft.ticket_id, toast(f"Wording {draft.shown} is shown."))


@post("/drafts/{id:int}/regeneration", sync_to_thread=True, guards=[needs_agent], status_code=200)
def reword_by_api(data: JSONBody[RewordBody], id: Id, services: Services, identity: Identity) -> dict[str, Any]:
    """Write another wording of an open draft and show it."""
    services.rewording.reword(id, Wanted(data.way, data.style, data.language, data.passage_id), identity.name)
    return draft_in_full(services, id)


@post("/drafts/{id:int}/shown", sync_to_thread=True, guards=[needs_agent], status_code=200)
def show_by_api(data: JSONBody[VersionBody], id: Id, services: Services, identity: Identity) -> dict[str, Any]:
    """Show another wording, 1 being the draft as it was made."""
    services.rewording.show(id, data.number, identity.name)
    return draft_in_full(services, id)


def router() -> Router:
    """The API's part."""
    return Router("/api/v1", route_handlers=[reword_by_api, show_by_api], tags=["version 1"])


def draft_in_full(services: Services, id: int) -> dict[str, Any]:
    """The draft with all its wordings."""
    with services.db.read() as session:
        draft = drafts.find(session, id)
        return shapes.draft_json(draft, drafts.versions(session, id))


async def told(services: Services, id: int, wanted: Wanted, by: str) -> AsyncIterator[ServerSentEventMessage]:
    """What happens while a wording is written. It is kept even when nobody listens any more."""
    events: asyncio.Queue[tuple[str, Any]] = asyncio.Queue()
    loop = asyncio.get_running_loop()

    def tell(kind: str, content: Any) -> None:
        with suppress(RuntimeError):  # the loop has ended: nobody listens
            loop.call_soon_threadsafe(events.put_nowait, (kind, content))

    def work() -> None:
        try:
            row = services.rewording.reword(id, wanted, by, lambda text: tell("text", text))
            tell("done", {"number": row.number, "body": row.body, "problem": row.problem})
        except AnswerableError as error:
            tell("problem", error.message)
        except Exception:
            log.exception("rewording_failed", draft_id=id)
            tell("problem", "That did not work. The draft is as it was.")

    task = asyncio.create_task(in_thread(work))
    kind = "text"
    while kind == "text":
        kind, content = await events.get()
        while kind == "text" and not events.empty():  # each holds all of it: the newest is enough
            kind, content = events.get_nowait()
        yield ServerSentEventMessage(event=kind, data=json.dumps(content))
    await task
