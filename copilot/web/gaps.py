"""What customers ask and no article answers: the admin's page and the API. One press starts an article."""

from typing import Any

from litestar import Response, Router, get, post
from litestar.params import FromQuery, JSONBody, URLEncodedBody
from litestar.response import Redirect

from copilot import gap_articles, gaps, inputs
from copilot.errors import AnswerableError, Invalid
from copilot.store import gaps as store
from copilot.store.gaps import RankedGap
from copilot.store.session import Session
from copilot.web import gaps_presenter as words
from copilot.web.api import Body
from copilot.web.auth import Identity, needs_admin, needs_agent
from copilot.web.forms import ReasonForm
from copilot.web.gaps_presenter import GapsView, GapView
from copilot.web.parameters import LARGEST_ID, Id, Limit, Offset
from copilot.web.responses import AnyRequest, frame_of, page
from copilot.wiring import Services

PAGE = "/admin/gaps"
SHOWN = 15
SAMPLES = 5
REPLIES = 4
LONGEST_REASON = 500
SHOWN_STATES = {"open": store.UNDECIDED, "closed": ("closed",), "dismissed": ("dismissed",)}


class DismissalBody(Body):
    """Why this needs no article."""

    reason: str


@get(PAGE, sync_to_thread=True, guards=[needs_admin])
def gaps_page(
    request: AnyRequest, services: Services, identity: Identity, kind: FromQuery[str] = "open",
    start: FromQuery[int] = 0,
) -> Response[str]:  # fmt: skip
    """Gaps of one kind, those that an article would save most first."""
    return shown(request, services, identity, kind, start)


@post(f"{PAGE}/{{id:int}}/article", sync_to_thread=True, guards=[needs_admin], status_code=303)
def start_article_on_page(
    id: Id, request: AnyRequest, services: Services, identity: Identity
) -> Response[str] | Redirect:
    """Begin an article from the agents' replies and open it in the editor."""
    try:
        article_id = start(services, id, identity)
    except AnswerableError as error:
        return shown(request, services, identity, "open", 0, error=error.message)
    return Redirect("/admin/articles/edit", query_params={"id": article_id}, status_code=303)


@post(f"{PAGE}/{{id:int}}/dismissal", sync_to_thread=True, guards=[needs_admin], status_code=303)
def dismiss_on_page(
    id: Id, data: URLEncodedBody[ReasonForm], request: AnyRequest, services: Services, identity: Identity
) -> Response[str] | Redirect:
    """Set a gap aside."""
    try:
        dismiss(services, id, data.reason, identity)
    except AnswerableError as error:
        return shown(request, services, identity, "open", 0, error=error.message)
    return Redirect(PAGE, status_code=303)


@post(f"{PAGE}/{{id:int}}/opening", sync_to_thread=True, guards=[needs_admin], status_code=303)
def reopen_on_page(id: Id, services: Services, identity: Identity) -> Redirect:
    """Take a decision back."""
    with services.db.write() as session:
        gap_articles.reopen(session, id, services.now(), identity.name)
    return Redirect(PAGE, status_code=303)


@get("/gaps", sync_to_thread=True, guards=[needs_agent])
def read_gaps(
    services: Services, limit: Limit = 50, offset: Offset = 0, kind: FromQuery[str] = "open"
) -> dict[str, Any]:
    """Gaps, those that an article would save most first. `kind` is open, closed or dismissed."""
    with services.db.read() as session:
        rows = store.ranked(session, states_of(kind), services.now(), limit, offset)
        total = sum(store.counts(session).get(name, 0) for name in states_of(kind))
        items = [words.gap_json(row, store.questions(session, row.gap.id, SAMPLES)) for row in rows]
        progress = gaps.progress(session)
    return {"total": total, "items": items, "read": progress.done, "to_read": progress.total}


@post("/gaps/{id:int}/article", sync_to_thread=True, guards=[needs_admin], status_code=201)
def start_article(id: Id, services: Services, identity: Identity) -> dict[str, Any]:
    """Begin an internal draft from the agents' replies, or name the one that was begun."""
    return {"article_id": start(services, id, identity)}


@post("/gaps/{id:int}/dismissal", sync_to_thread=True, guards=[needs_admin], status_code=200)
def dismiss_gap(id: Id, data: JSONBody[DismissalBody], services: Services, identity: Identity) -> dict[str, Any]:
    """Set a gap aside, with the reason."""
    dismiss(services, id, data.reason, identity)
    return {"id": id, "state": "dismissed"}


def start(services: Services, gap_id: int, identity: Identity) -> str:
    """Begin the article; returns its id."""
    with services.db.write() as session:
        name = services.settings.support_name
        return gap_articles.start(session, gap_id, name, services.now(), identity.name)


def dismiss(services: Services, gap_id: int, reason: str, identity: Identity) -> None:
    """Check the reason and set the gap aside."""
    told = inputs.clean(reason, "reason", LONGEST_REASON)
    with services.db.write() as session:
        gap_articles.dismiss(session, gap_id, told, services.now(), identity.name)


def states_of(kind: str) -> tuple[str, ...]:
    """The stored states behind a word. Raises `Invalid`."""
    if kind not in SHOWN_STATES:
        raise Invalid(f"kind must be one of {', '.join(SHOWN_STATES)}.", field="kind")
    return SHOWN_STATES[kind]


def shown(
    request: AnyRequest, services: Services, identity: Identity, kind: str, start: int, *, error: str = ""
) -> Response[str]:
    """The page, with what was wrong if anything."""
    states, first = states_of(kind), min(max(start, 0), LARGEST_ID)
    now = services.now()
    with services.db.read() as session:
        rows = store.ranked(session, states, now, SHOWN + 1, first)
        items = tuple(view_of(session, row, services) for row in rows[:SHOWN])
        counts, progress = store.counts(session), gaps.progress(session)
    view = GapsView(
        gaps=items,
        chosen=kind, counts=words.state_counts(counts), reading=words.reading(progress),
        previous=max(0, first - SHOWN) if first else None, following=first + SHOWN if len(rows) > SHOWN else None,
        error=error,
    )  # fmt: skip
    frame = frame_of(request, services, identity, "admin")
    return page("admin/gaps.html", 409 if error else 200, frame=frame, view=view)


def view_of(session: Session, row: RankedGap, services: Services) -> GapView:
    """A gap with its newest questions and what people answered."""
    now, gap_id = services.now(), row.gap.id
    times = store.instants(session, [gap_id], now - words.WEEKS * words.WEEK)[gap_id]
    answered = store.answered(session, gap_id, REPLIES)
    replies = gap_articles.replies(session, answered, services.settings.support_name)
    return words.gap_view(row, times, store.questions(session, gap_id, SAMPLES), replies, now)


def router() -> Router:
    """The API's handlers under /api/v1."""
    return Router("/api/v1", route_handlers=[read_gaps, start_article, dismiss_gap], tags=["version 1"])
