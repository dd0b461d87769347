"""The admin's page of the queue's order: the reserve for overdue tickets, what it trades, and what it would change."""

from dataclasses import replace

from litestar import Response, get, post
from litestar.params import URLEncodedBody

from copilot import configuration, reserve_curve
from copilot.errors import Invalid
from copilot.queue import Terms, ranked
from copilot.ranking_settings import parse_ranking
from copilot.store import tickets
from copilot.web import documents
from copilot.web.auth import Identity, needs_admin
from copilot.web.forms import ReserveForm, number
from copilot.web.ranking_presenter import (
    PlacesPreview,
    RankingView,
    choices,
    means,
    percent,
    places_preview,
    trade_view,
)
from copilot.web.responses import AnyRequest, frame_of, page
from copilot.wiring import Services

PLACES = 20


@get("/admin/ranking", sync_to_thread=True, guards=[needs_admin])
def ranking_page(request: AnyRequest, services: Services, identity: Identity) -> Response[str]:
    """The reserve in force."""
    frame = frame_of(request, services, identity, "admin")
    return page("admin/ranking.html", frame=frame, view=ranking_view(services))


@post("/admin/ranking", sync_to_thread=True, guards=[needs_admin], status_code=200)
def save_ranking(data: URLEncodedBody[ReserveForm], services: Services, identity: Identity) -> Response[str]:
    """Put another reserve in force, or say what is wrong with it."""
    now, by = services.now(), identity.name
    try:
        document = {"reserve": number(data.reserve, "reserve")}
        services.db.transact(lambda session: configuration.save(session, "ranking", document, now, by))
    except Invalid as error:
        return refused(services, error)
    return page("admin/ranking_document.html", view=replace(ranking_view(services), saved=True))


@post("/admin/ranking/preview", sync_to_thread=True, guards=[needs_admin], status_code=200)
def preview_ranking(data: URLEncodedBody[ReserveForm], services: Services) -> Response[str]:
    """What another reserve would do to the queue as it stands; nothing is saved."""
    try:
        document = {"reserve": number(data.reserve, "reserve")}
        with services.db.read() as session:
            reserve = parse_ranking(configuration.check(session, "ranking", document)).reserve
    except Invalid as error:
        return refused(services, error)
    view = ranking_view(services, reserve)
    return page("admin/ranking_document.html", view=replace(view, preview=preview_of(services, reserve)))


def refused(services: Services, error: Invalid) -> Response[str]:
    """The page as it was, with the error."""
    view = replace(ranking_view(services), errors=(documents.field_error(error),))
    return page("admin/ranking_document.html", 422, view=view)


def ranking_view(services: Services, chosen: float | None = None) -> RankingView:
    """The reserve in force, with `chosen` as the choice."""
    document, version = documents.in_force(services, "ranking")
    reserve, curve = parse_ranking(document).reserve, reserve_curve.read(services.settings.data_dir)
    return RankingView(
        percent=percent(reserve),
        means=means(reserve),
        version=version,
        choices=choices(reserve, chosen, curve),
        trade=trade_view(curve, reserve),
    )


def preview_of(services: Services, reserve: float) -> PlacesPreview:
    """The first places of this very moment, as they are and with this reserve."""
    now = services.now()
    with services.db.read() as session:
        terms = services.terms.current(session, now)
        before = ranked(session, now, terms, limit=PLACES)
        after = ranked(session, now, Terms(reserve, terms.times), limit=PLACES)
        rows = tickets.by_ids(session, [place.entry.id for place in (*before, *after)])
    return places_preview(reserve, before, after, {id: row.subject for id, row in rows.items()})
