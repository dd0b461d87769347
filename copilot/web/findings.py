"""Articles that need a look: those that contradict or repeat each other, side by side, and those that are stale."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from litestar import Response, Router, get, post
from litestar.params import FromQuery
from litestar.response import Redirect
from markupsafe import Markup, escape

from copilot import consistency
from copilot.consistency import Stale
from copilot.store import findings as store
from copilot.store.session import Session
from copilot.store.tables import ArticleFinding
from copilot.web.auth import Identity, needs_admin, needs_agent
from copilot.web.parameters import Id
from copilot.web.responses import AnyRequest, frame_of, page
from copilot.wiring import Services
from sla.timers import write_instant

PAGE = "/admin/articles/review"
SHOWN = 100
OF_ONE = 5
KINDS = {
    "amount": "Another amount",
    "percentage": "Another share",
    "quantity": "Another number",
    "date": "Another date",
    "time": "Another time",
    "link": "Another link",
    "email": "Another address",
    "phone": "Another telephone number",
    "iban": "Another account",
    "negation": "One says not",
    "yes or no": "Yes and no",
    "duplicate": "Nearly the same article twice",
}
ICONS = {"expiring": "clock", "rejected": "message-square", "link": "alert-triangle"}


@dataclass(frozen=True, slots=True)
class SideView:
    """One article's sentence, the differing fact marked."""

    article_id: str
    title: str
    html: Markup
    changed: str


@dataclass(frozen=True, slots=True)
class FindingView:
    """Two sentences beside each other."""

    finding_id: int
    what: str
    sides: tuple[SideView, SideView]


@dataclass(frozen=True, slots=True)
class ReviewView:
    """Everything that needs a look."""

    findings: tuple[FindingView, ...]
    total: int
    stale: tuple[Stale, ...]
    icons: Mapping[str, str]


@get(PAGE, sync_to_thread=True, guards=[needs_admin])
def review(request: AnyRequest, services: Services, identity: Identity) -> Response[str]:
    """All of it, contradictions first."""
    with services.db.read() as session:
        view = ReviewView(
            findings=finding_views(session, SHOWN),
            total=store.open_count(session),
            stale=tuple(consistency.stale(session, services.now())),
            icons=ICONS,
        )
    return page("admin/review.html", frame=frame_of(request, services, identity, "admin"), view=view)


@post(f"{PAGE}/{{id:int}}/dismissal", sync_to_thread=True, guards=[needs_admin], status_code=303)
def dismiss(id: Id, services: Services, identity: Identity) -> Redirect:
    """These do not contradict each other."""
    with services.db.write() as session:
        consistency.dismiss(session, id, services.now(), identity.name)
    return Redirect(PAGE, status_code=303)


@get("/article-findings", sync_to_thread=True, guards=[needs_agent])
def read_findings(services: Services, article_id: FromQuery[str] = "") -> dict[str, Any]:
    """Contradicting and repeated articles, and stale ones; of one article if named."""
    with services.db.read() as session:
        rows = store.open_ones(session, SHOWN, article_id or None)
        old = consistency.stale(session, services.now())
        items = [finding_json(row) for row in rows]
    stale = [
        {"article_id": one.article_id, "kind": one.kind, "reason": one.reason}
        for one in old
        if article_id in ("", one.article_id)
    ]
    return {"findings": items, "stale": stale}


@post("/article-findings/{id:int}/dismissal", sync_to_thread=True, guards=[needs_admin], status_code=200)
def dismiss_finding(id: Id, services: Services, identity: Identity) -> dict[str, Any]:
    """These do not contradict each other; believed until one of the two sentences changes."""
    with services.db.write() as session:
        consistency.dismiss(session, id, services.now(), identity.name)
    return {"id": id, "dismissed": True}


def finding_json(row: ArticleFinding) -> dict[str, Any]:
    """A finding for programs."""
    sides = [
        {"article_id": article_id, "text": side["text"], "fact": side["text"][slice(*side["fact"])]}
        for article_id, side in ((row.article_id, row.left), (row.other_id, row.right))
    ]
    return {"id": row.id, "kind": row.kind, "alike": row.alike, "at": write_instant(row.found_at), "sides": sides}


def finding_views(session: Session, limit: int, article_id: str | None = None) -> tuple[FindingView, ...]:
    """Findings that nobody dismissed, the surest first; of one article if named."""
    rows = store.open_ones(session, limit, article_id)
    articles = store.titles(session, {name for row in rows for name in (row.article_id, row.other_id)})
    found = []
    for row in rows:
        first, second = articles[row.article_id], articles[row.other_id]
        newest = max(first.updated_at, second.updated_at)
        sides = tuple(
            SideView(
                article.id,
                article.title,
                marked(side["text"], *side["fact"]),
                f"{'newer, ' if article.updated_at == newest else ''}changed {article.updated_at:%-d %b %Y}",
            )
            for article, side in ((first, row.left), (second, row.right))
        )
        found.append(FindingView(row.id or 0, KINDS.get(row.kind, row.kind), (sides[0], sides[1])))
    return tuple(found)


def marked(text: str, start: int, end: int) -> Markup:
    """A sentence with the fact in <mark>."""
    if start >= end:
        return escape(text)
    return escape(text[:start]) + Markup("<mark>") + escape(text[start:end]) + Markup("</mark>") + escape(text[end:])


def concerned(services: Services) -> frozenset[str]:
    """The articles that need a look."""
    with services.db.read() as session:
        rows = store.open_ones(session, SHOWN)
        old = consistency.stale(session, services.now())
    return frozenset({name for row in rows for name in (row.article_id, row.other_id)} | {o.article_id for o in old})


def notes_on(services: Services, article_id: str) -> tuple[tuple[FindingView, ...], tuple[str, ...]]:
    """What is to be told on one article's own page."""
    with services.db.read() as session:
        old = consistency.stale(session, services.now())
        found = finding_views(session, OF_ONE, article_id)
    return found, tuple(one.reason for one in old if one.article_id == article_id)


def router() -> Router:
    """The API's handlers under /api/v1."""
    return Router("/api/v1", route_handlers=[read_findings, dismiss_finding], tags=["version 1"])
