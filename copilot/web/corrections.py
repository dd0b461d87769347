"""The API's corrections of triage: category, mood and priority. Thin: one transaction, one call."""

from typing import Any

import msgspec
from litestar import put
from litestar.params import JSONBody

from copilot import corrections
from copilot.web.auth import Identity, needs_agent
from copilot.web.parameters import Id
from copilot.wiring import Services


class CategoryBody(msgspec.Struct, forbid_unknown_fields=True):
    """The right category; null or empty says that it is none of those there are."""

    category: str | None


class SentimentBody(msgspec.Struct, forbid_unknown_fields=True):
    """The right mood."""

    sentiment: str


class PriorityBody(msgspec.Struct, forbid_unknown_fields=True):
    """The new priority."""

    priority: str


@put("/tickets/{id:int}/category", sync_to_thread=True, guards=[needs_agent])
def change_category(data: JSONBody[CategoryBody], id: Id, services: Services, identity: Identity) -> dict[str, Any]:
    """Correct the category; triage no longer changes it, and learns from it."""
    with services.db.write() as session:
        current, now = services.configuration.current(session), services.now()
        ticket = corrections.set_category(
            session, id, data.category or None, current, services.book, now, identity.name
        )
        return {"id": id, "category": ticket.category, "priority": ticket.priority}


@put("/tickets/{id:int}/sentiment", sync_to_thread=True, guards=[needs_agent])
def change_sentiment(data: JSONBody[SentimentBody], id: Id, services: Services, identity: Identity) -> dict[str, Any]:
    """Correct the mood; triage learns from it."""
    with services.db.write() as session:
        current, now = services.configuration.current(session), services.now()
        ticket = corrections.set_sentiment(session, id, data.sentiment, current, services.book, now, identity.name)
        return {"id": id, "sentiment": data.sentiment, "priority": ticket.priority}


@put("/tickets/{id:int}/priority", sync_to_thread=True, guards=[needs_agent])
def change_priority(data: JSONBody[PriorityBody], id: Id, services: Services, identity: Identity) -> dict[str, Any]:
    """Set the priority; rules no longer change it."""
    with services.db.write() as session:
        ticket = corrections.set_priority(session, id, data.priority, services.book, services.now(), identity.name)
        return {"id": id, "priority": ticket.priority}
