"""Reports for admins: how promises were kept, and which promises could be. A page, a file, and an API answer."""

from datetime import timedelta
from typing import Annotated, Any

from litestar import Response, get
from litestar.params import FromQuery, QueryParameter

from copilot import advice
from copilot.errors import Invalid
from copilot.report_cases import Period, parse_period
from copilot.reports import Compliance
from copilot.web.advice_presenter import Asked, advice_view
from copilot.web.auth import Identity, needs_admin
from copilot.web.promise_told import titles_of
from copilot.web.report_presenter import WaitingView, report_csv, report_json, report_view
from copilot.web.responses import AnyRequest, frame_of, page
from copilot.wiring import Services

First = Annotated[str, QueryParameter(name="from")]
Last = Annotated[str, QueryParameter(name="to")]
AutoSent = Annotated[str, QueryParameter(name="auto_sent")]
PATIENCE = 2.0  # seconds; a report that takes longer shows its progress
SWITCH = {"true": True, "false": False, "": True}


@get("/reports/compliance", sync_to_thread=True, guards=[needs_admin])
def read_compliance(services: Services, first: First = "", last: Last = "", auto_sent: AutoSent = "") -> dict[str, Any]:
    """How promises were kept between two days, `from` and `to`, by default the last thirty."""
    return report_json(compliance_of(services, first, last, auto_sent))


@get("/admin/reports", sync_to_thread=True, guards=[needs_admin])
def reports_page(
    request: AnyRequest,
    services: Services,
    identity: Identity,
    first: First = "",
    last: Last = "",
    auto_sent: AutoSent = "",
    anew: FromQuery[bool] = False,
) -> Response[str]:
    """The page, or how far its report is; a period that makes no sense is said beside the default one."""
    error: Invalid | None = None
    try:
        asked = parse_asked(services, first, last, auto_sent)
    except Invalid as caught:
        error, asked = caught, parse_asked(services, "", "", "")
    found = services.reports.compliance(*asked, anew=anew, patience=PATIENCE)
    frame = frame_of(request, services, identity, "admin")
    if isinstance(found, int):
        return page("admin/report_waiting.html", frame=frame, view=WaitingView.of(*asked, found))
    now = services.now()
    return page(
        "admin/reports.html",
        422 if error else 200,
        frame=frame,
        view=report_view(found, category_titles(services)),
        error=error.message if error else None,
        is_kept=found.at < now,
        spans=[(days, (now.date() - timedelta(days=days - 1)).isoformat()) for days in (7, 30, 90)],
        today=now.date().isoformat(),
    )


@get("/admin/reports/progress", sync_to_thread=True, guards=[needs_admin])
def report_progress(services: Services, first: First = "", last: Last = "", auto_sent: AutoSent = "") -> Response[str]:
    """How far a long report is; once it is done, the browser is told to load its page."""
    asked = parse_asked(services, first, last, auto_sent)
    found = services.reports.progress(*asked)
    headers = {"HX-Refresh": "true"} if found is None else None
    return page("admin/report_progress.html", 200, headers, view=WaitingView.of(*asked, found or 0))


@get("/admin/reports/compliance.csv", sync_to_thread=True, guards=[needs_admin])
def download(services: Services, first: First = "", last: Last = "", auto_sent: AutoSent = "") -> Response[str]:
    """Every rate of the report as a file."""
    report = compliance_of(services, first, last, auto_sent)
    name = f"compliance-{report.period.first}-{report.period.last}.csv"
    headers = {"content-disposition": f'attachment; filename="{name}"', "cache-control": "no-store"}
    return Response(report_csv(report), media_type="text/csv; charset=utf-8", headers=headers)


@get("/admin/reports/advice", sync_to_thread=True, guards=[needs_admin])
def show_advice(
    services: Services,
    first: First = "",
    last: Last = "",
    policy: FromQuery[str] = "",
    metric: FromQuery[str] = "",
    priority: FromQuery[str] = "",
    within: FromQuery[str] = "",
) -> Response[str]:
    """Which targets could be kept, and what a proposed promise would have kept; part of the page."""
    period = period_of(services, first, last)
    proposal, error = None, None
    try:
        proposal = advice.parse_proposal(metric, priority, within) if within.strip() else None
    except Invalid as caught:
        error = caught.message
    with services.db.read() as session:
        found = advice.advise(session, period, services.book, services.now(), policy, proposal)
    asked = Asked(metric, priority, within)
    return page("admin/advice.html", 422 if error else 200, view=advice_view(found, asked, error))


def compliance_of(services: Services, first: str, last: str, auto_sent: str) -> Compliance:
    """The report asked for, however long it takes. Raises `Invalid` naming the parameter."""
    return services.reports.wait(*parse_asked(services, first, last, auto_sent))


def parse_asked(services: Services, first: str, last: str, auto_sent: str) -> tuple[Period, bool]:
    """The days, and whether automatic replies count. Raises `Invalid` naming the parameter."""
    if auto_sent not in SWITCH:
        raise Invalid("auto_sent must be true or false.", field="auto_sent")
    return period_of(services, first, last), SWITCH[auto_sent]


def period_of(services: Services, first: str, last: str) -> Period:
    """The days asked for."""
    return parse_period(first, last, services.now().date())


def category_titles(services: Services) -> dict[str, str]:
    """The categories' titles by name."""
    with services.db.read() as session:
        return titles_of(services.configuration.current(session).categories)
