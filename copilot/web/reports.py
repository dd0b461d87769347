"""Reports for admins: how promises were kept, and which promises could be. A page, a file, and an API answer."""

from datetime import timedelta
from typing import Annotated, Any

from litestar import Response, get
from litestar.params import FromQuery, QueryParameter

from copilot import advice, reports
from copilot.errors import Invalid
from copilot.report_cases import Period, parse_period
from copilot.reports import Compliance
from copilot.web.advice_presenter import Asked, advice_view
from copilot.web.auth import Identity, needs_admin
from copilot.web.promise_told import titles_of
from copilot.web.report_presenter import report_csv, report_json, report_view
from copilot.web.responses import AnyRequest, frame_of, page
from copilot.wiring import Services

First = Annotated[str, QueryParameter(name="from")]
Last = Annotated[str, QueryParameter(name="to")]
AutoSent = Annotated[str, QueryParameter(name="auto_sent")]
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
) -> Response[str]:
    """The page; a period that makes no sense is said beside the default one."""
    error: Invalid | None = None
    try:
        report = compliance_of(services, first, last, auto_sent)
    except Invalid as caught:
        error, report = caught, compliance_of(services, "", "", "")
    now = services.now()
    return page(
        "admin/reports.html",
        422 if error else 200,
        frame=frame_of(request, services, identity, "admin"),
        view=report_view(report, category_titles(services)),
        error=error.message if error else None,
        spans=[(days, (now.date() - timedelta(days=days - 1)).isoformat()) for days in (7, 30, 90)],
        today=now.date().isoformat(),
    )


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
    """The report asked for. Raises `Invalid` naming the parameter."""
    if auto_sent not in SWITCH:
        raise Invalid("auto_sent must be true or false.", field="auto_sent")
    period = period_of(services, first, last)
    with services.db.read() as session:
        return reports.compliance(session, period, services.book, services.now(), auto_sent_counts=SWITCH[auto_sent])


def period_of(services: Services, first: str, last: str) -> Period:
    """The days asked for."""
    return parse_period(first, last, services.now().date())


def category_titles(services: Services) -> dict[str, str]:
    """The categories' titles by name."""
    with services.db.read() as session:
        return titles_of(services.configuration.current(session).categories)
