"""API version 1 for where articles come from: adding, reading now, confirming what was held back, removing.

Refuses files on this machine and private networks, as the page does: whoever has a key need not be allowed to read
them.
"""

from typing import Any, Literal

from litestar import Router, delete, get, post
from litestar.params import FromQuery, JSONBody

from copilot.errors import Invalid
from copilot.store import sources as store
from copilot.web.api import Body
from copilot.web.auth import Identity, needs_admin
from copilot.web.parameters import Id
from copilot.wiring import Services


class SourceBody(Body):
    """A website at `address`, or the answers to this desk's solved tickets, which have none. `every_hours` absent or
    null: only when told to."""

    kind: Literal["site", "answers"]
    address: str = ""
    every_hours: int | None = None


@get("/sources", sync_to_thread=True, guards=[needs_admin])
def list_sources(services: Services) -> dict[str, Any]:
    """Every source, and what its last run did."""
    with services.db.read() as session:
        return {"items": [store.told(row) for row in store.page(session)]}


@post("/sources", sync_to_thread=True, guards=[needs_admin], status_code=201)
def create_source(data: JSONBody[SourceBody], services: Services, identity: Identity) -> dict[str, Any]:
    """Add a source, or change the schedule of the one at this address; the worker reads it next."""
    with services.db.write() as session:
        row = services.sources.add(session, data.kind, data.address, identity.name, data.every_hours)
        row.work_after = services.now()
        return store.told(row)


@post("/sources/{id:int}/run", sync_to_thread=True, guards=[needs_admin], status_code=202)
def run_source(id: Id, services: Services) -> dict[str, Any]:
    """Let the worker read this source next."""
    with services.db.write() as session:
        row = store.find(session, id)
        row.work_after = services.now()
        return store.told(row)


@post("/sources/{id:int}/withdrawal", sync_to_thread=True, guards=[needs_admin], status_code=200)
def confirm_source(id: Id, services: Services, identity: Identity) -> dict[str, Any]:
    """Withdraw what the last run held back as too much."""
    with services.db.write() as session:
        return {"withdrawn": services.sources.confirm_withdrawal(session, id, identity.name)}


@delete("/sources/{id:int}", sync_to_thread=True, guards=[needs_admin], status_code=200)
def delete_source(id: Id, articles: FromQuery[str], services: Services, identity: Identity) -> dict[str, Any]:
    """Read this source no more; `articles` says whether to keep or to withdraw its articles."""
    if articles not in ("keep", "withdraw"):
        raise Invalid("articles must be keep or withdraw.", field="articles")
    with services.db.write() as session:
        stood_for = services.sources.remove(session, id, identity.name, withdraw=articles == "withdraw")
    return {"kept" if articles == "keep" else "withdrawn": stood_for}


def router() -> Router:
    """Under /api/v1."""
    handlers = [list_sources, create_source, run_source, confirm_source, delete_source]
    return Router("/api/v1", route_handlers=handlers, tags=["version 1"])
