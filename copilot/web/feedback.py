"""What agents keep changing: the admin's page, the API's answer, and what an agent sees of a change before sending."""

from datetime import UTC, datetime, time, timedelta
from typing import Annotated, Any

from litestar import Response, get, post
from litestar.params import QueryParameter, URLEncodedBody

from copilot import changes, feedback
from copilot.acceptance import judge
from copilot.errors import Invalid
from copilot.inputs import LONGEST_BODY, clean
from copilot.report_cases import Period, parse_period
from copilot.store import drafts
from copilot.web.auth import Identity, needs_admin, needs_agent
from copilot.web.feedback_presenter import EditView, feedback_json, feedback_view
from copilot.web.forms import BodyForm
from copilot.web.parameters import Id
from copilot.web.promise_told import titles_of
from copilot.web.responses import AnyRequest, frame_of, page
from copilot.wiring import Services

First = Annotated[str, QueryParameter(name="from")]
Last = Annotated[str, QueryParameter(name="to")]


@get("/feedback", sync_to_thread=True, guards=[needs_admin])
def read_feedback(services: Services, first: First = "", last: Last = "") -> dict[str, Any]:
    """What people made of the drafts written between two days (UTC), `from` and `to`, by default the last thirty."""
    period = parse_period(first, last, services.now().date())
    with services.db.read() as session:
        return feedback_json(period, feedback.report(session, *instants(period)))


@get("/admin/feedback", sync_to_thread=True, guards=[needs_admin])
def feedback_page(
    request: AnyRequest, services: Services, identity: Identity, first: First = "", last: Last = ""
) -> Response[str]:
    """The page; a period that makes no sense is said beside the default one."""
    today, error = services.now().date(), None
    try:
        period = parse_period(first, last, today)
    except Invalid as caught:
        period, error = parse_period("", "", today), caught.message
    with services.db.read() as session:
        found = feedback.report(session, *instants(period))
        titles = titles_of(services.configuration.current(session).categories)
    return page(
        "admin/feedback.html",
        422 if error else 200,
        frame=frame_of(request, services, identity, "admin"),
        view=feedback_view(period, found, titles),
        error=error,
        spans=[(days, (today - timedelta(days=days - 1)).isoformat()) for days in (7, 30, 90)],
        today=today.isoformat(),
    )


@post("/drafts/{id:int}/changes", sync_to_thread=True, guards=[needs_agent], status_code=200)
def show_changes(data: URLEncodedBody[BodyForm], id: Id, services: Services) -> Response[str]:
    """What the agent's text changes of the draft, and whether facts are among it; shown before it is sent."""
    with services.db.read() as session:
        drafted = drafts.shown(session, drafts.find(session, id)).body
    text = clean(data.body, "body", LONGEST_BODY, may_be_empty=True)
    return page("workspace/changes.html", edit=edit_view(drafted, text))


def edit_view(drafted: str, text: str) -> EditView | None:
    """The change in words and in marks; None when nothing was changed."""
    if text.strip() == drafted.strip():
        return None
    found = judge(drafted, text)
    return EditView(found.changed_facts, round(found.kept * 100), changes.word_pieces(drafted.strip(), text.strip()))


def instants(period: Period) -> tuple[datetime, datetime]:
    """The days of UTC as an instant to begin with and one to end before."""
    first, last = (datetime.combine(day, time(), UTC) for day in (period.first, period.last))
    return first, last + timedelta(days=1)
