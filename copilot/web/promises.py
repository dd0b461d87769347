"""The admin's promises: shown as tables and opening hours, edited as JSON."""

from dataclasses import replace

from litestar import Response, get, post
from litestar.params import URLEncodedBody

from copilot.web import documents
from copilot.web.admin_views import PromisesView
from copilot.web.auth import Identity, needs_admin
from copilot.web.forms import TextForm
from copilot.web.policy_changes import application_view
from copilot.web.responses import AnyRequest, frame_of, page
from copilot.web.sentences import calendar_view, policy_view
from copilot.wiring import Services
from sla.policies import parse_policies


@get("/admin/promises", sync_to_thread=True, guards=[needs_admin])
def promises_page(request: AnyRequest, services: Services, identity: Identity) -> Response[str]:
    """The policies in force."""
    frame = frame_of(request, services, identity, "admin")
    return page("admin/promises.html", frame=frame, view=promises_view(services))


@post("/admin/promises", sync_to_thread=True, guards=[needs_admin], status_code=200)
def save_promises(data: URLEncodedBody[TextForm], services: Services, identity: Identity) -> Response[str]:
    """Put new policies in force, or show what is wrong beside the text as it was typed."""
    errors = documents.save(services, identity, "policies", data.text)
    view = promises_view(services)
    if errors:
        return page("admin/promises_document.html", 422, view=replace(view, text=data.text, errors=errors))
    return page("admin/promises_document.html", view=replace(view, saved=True, application=application_view(services)))


def promises_view(services: Services) -> PromisesView:
    """The policies in force, in words and as text."""
    document, version = documents.in_force(services, "policies")
    return PromisesView(
        policies=tuple(policy_view(policy) for policy in parse_policies(document)),
        calendars=tuple(calendar_view(name, row) for name, row in document.get("calendars", {}).items()),
        text=documents.as_text(document),
        version=version,
    )
