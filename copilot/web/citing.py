"""Putting a passage that was found by hand into a draft, with its source."""

from typing import Any

from litestar import Response, Router, post
from litestar.params import JSONBody, URLEncodedBody

from copilot import citing
from copilot.web.api import Body
from copilot.web.auth import Identity, needs_agent
from copilot.web.forms import PassageForm
from copilot.web.parameters import Id
from copilot.web.responses import html, toast
from copilot.wiring import Services


class CitationBody(Body):
    """A passage, by the id that searches return."""

    passage_id: str


@post("/drafts/{id:int}/citations", sync_to_thread=True, guards=[needs_agent], status_code=200)
def cite_on_page(data: URLEncodedBody[PassageForm], id: Id, services: Services, identity: Identity) -> Response[str]:
    """The draft cites the passage that the page has just put into its text."""
    with services.db.write() as session:
        citing.cite(session, id, data.passage, services.now(), identity.name)
    return html("", headers=toast("Inserted, with its source."))


@post("/drafts/{id:int}/citations", sync_to_thread=True, guards=[needs_agent], status_code=200)
def cite(data: JSONBody[CitationBody], id: Id, services: Services, identity: Identity) -> dict[str, Any]:
    """Let the draft cite a passage too."""
    with services.db.write() as session:
        return {"id": id, "citations": citing.cite(session, id, data.passage_id, services.now(), identity.name)}


def router() -> Router:
    """The API's handlers under /api/v1."""
    return Router("/api/v1", route_handlers=[cite], tags=["version 1"])
