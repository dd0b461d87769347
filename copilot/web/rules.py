"""The admin's rules: shown as sentences, edited as JSON."""

from dataclasses import replace

from litestar import Response, get, post
from litestar.params import URLEncodedBody

from copilot.web import documents
from copilot.web.admin_views import RulesView
from copilot.web.auth import Identity, needs_admin
from copilot.web.forms import TextForm
from copilot.web.responses import AnyRequest, frame_of, page
from copilot.web.sentences import rule_view
from copilot.wiring import Services
from triage.rules import parse_rules


@get("/admin/rules", sync_to_thread=True, guards=[needs_admin])
def rules_page(request: AnyRequest, services: Services, identity: Identity) -> Response[str]:
    """The rules in force."""
    return page("admin/rules.html", frame=frame_of(request, services, identity, "admin"), view=rules_view(services))


@post("/admin/rules", sync_to_thread=True, guards=[needs_admin], status_code=200)
def save_rules(data: URLEncodedBody[TextForm], services: Services, identity: Identity) -> Response[str]:
    """Put new rules in force, or show what is wrong beside the text as it was typed."""
    errors = documents.save(services, identity, "rules", data.text)
    view = rules_view(services)
    if errors:
        return page("admin/rules_document.html", 422, view=replace(view, text=data.text, errors=errors))
    return page("admin/rules_document.html", view=replace(view, saved=True))


def rules_view(services: Services) -> RulesView:
    """The rules in force, in words and as text."""
    document, version = documents.in_force(services, "rules")
    return RulesView(tuple(rule_view(rule) for rule in parse_rules(document)), documents.as_text(document), version)
