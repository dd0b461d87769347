"""Articles for programs. Refuses to guess: an edit changes what was sent, and everything else stays as it is."""

from datetime import date, datetime
from typing import Any

import msgspec
from litestar import delete, get, post, put
from litestar.params import FromPath, FromQuery, JSONBody
from msgspec import UNSET, UnsetType

from copilot.errors import Conflict, Invalid
from copilot.knowledge_base import new_article, save_article, withdraw_article
from copilot.store import articles
from copilot.store.session import Session
from copilot.store.tables import ArticleRow
from copilot.web import representations as shapes
from copilot.web.auth import Identity, needs_admin, needs_agent
from copilot.web.parameters import LONGEST_QUERY, Limit, Offset
from copilot.wiring import Services

SETTINGS = ("language", "visibility", "category", "status", "valid_until", "owner")


class ArticleBody(msgspec.Struct, forbid_unknown_fields=True):
    """An article; `id` only on creation. `status` is published or draft, `valid_until` the last day (2026-12-31).

    What is absent is as usual for a new article (published, public, in English) and stays as it is on an edit; null
    takes category, last day or owner away.
    """

    title: str
    body: str
    id: str | None = None
    language: str | UnsetType = UNSET
    visibility: str | UnsetType = UNSET
    category: str | UnsetType | None = UNSET
    status: str | UnsetType = UNSET
    valid_until: date | UnsetType | None = UNSET
    owner: str | UnsetType | None = UNSET


@get("/articles", sync_to_thread=True, guards=[needs_agent])
def list_articles(services: Services, limit: Limit = 50, offset: Offset = 0, q: FromQuery[str] = "") -> dict[str, Any]:
    """Articles by title."""
    with services.db.read() as session:
        rows = articles.page(session, limit, offset, q[:LONGEST_QUERY])
        return {"total": articles.count(session), "items": [shapes.article_json(row) for row in rows]}


@post("/articles", sync_to_thread=True, guards=[needs_admin])
def create_article(data: JSONBody[ArticleBody], services: Services, identity: Identity) -> dict[str, Any]:
    """Add an article; its id must be new."""
    if not data.id:
        raise Invalid("id is needed.", field="id")
    with services.db.write() as session:
        row = articles.get(session, data.id)
        if row is not None and row.status != "withdrawn":
            raise Conflict("An article with this id exists already.", field="id")
        return saved(session, data, data.id, None, services.now(), identity)


@get("/articles/{id:str}", sync_to_thread=True, guards=[needs_agent])
def read_article(id: FromPath[str], services: Services) -> dict[str, Any]:
    """One article."""
    with services.db.read() as session:
        return shapes.article_json(articles.find(session, id))


@put("/articles/{id:str}", sync_to_thread=True, guards=[needs_admin])
def replace_article(
    data: JSONBody[ArticleBody], id: FromPath[str], services: Services, identity: Identity
) -> dict[str, Any]:
    """Edit an article; settings that are not sent stay as they are."""
    if data.id not in (None, id):
        raise Invalid("id differs from the address.", field="id")
    with services.db.write() as session:
        return saved(session, data, id, articles.find(session, id), services.now(), identity)


@delete("/articles/{id:str}", sync_to_thread=True, guards=[needs_admin])
def remove_article(id: FromPath[str], services: Services, identity: Identity) -> None:
    """Withdraw an article."""
    with services.db.write() as session:
        withdraw_article(session, id, services.now(), identity.name)


def saved(
    session: Session, data: ArticleBody, id: str, row: ArticleRow | None, now: datetime, identity: Identity
) -> dict[str, Any]:
    """Store an article, an edit of `row` when there is one, and show it."""
    sent = {name: value for name in SETTINGS if (value := getattr(data, name)) is not UNSET}
    kept = {name: getattr(row, name) for name in SETTINGS} if row is not None else {}
    save_article(session, new_article(id, data.title, data.body, **kept | sent), now, identity.name)
    return shapes.article_json(articles.find(session, id))
