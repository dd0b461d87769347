"""The admin's rules: shown as sentences, edited as JSON, tried on recent tickets before they are saved."""

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from litestar import Response, get, post
from litestar.params import JSONBody, URLEncodedBody

from copilot import rule_preview
from copilot.errors import Invalid
from copilot.rule_preview import RuleChange, RulePreview
from copilot.web import documents, wording
from copilot.web.admin_views import FieldError, RuledTicket, RulesPreviewView, RulesView
from copilot.web.auth import Identity, needs_admin
from copilot.web.forms import TextForm
from copilot.web.promise_told import titles_of
from copilot.web.responses import AnyRequest, frame_of, page
from copilot.web.sentences import rule_view
from copilot.wiring import Services
from triage.rule_check import RuleFinding
from triage.rules import RuleOutcome, parse_rules

MOST_ROWS = 12
MOST_LISTED = 100


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


@post("/admin/rules/preview", sync_to_thread=True, guards=[needs_admin], status_code=200)
def try_rules(data: URLEncodedBody[TextForm], services: Services) -> Response[str]:
    """What the typed rules would have done to recent tickets; stores nothing."""
    view = replace(rules_view(services), text=data.text)
    try:
        with services.db.read() as session:
            found = rule_preview.preview(session, documents.read(data.text), services.now())
    except Invalid as error:
        return page("admin/rules_document.html", 422, view=replace(view, errors=(documents.field_error(error),)))
    tried = replace(view, warnings=warnings(found.findings), preview=preview_view(found))
    return page("admin/rules_document.html", view=tried)


@post("/rules/preview", sync_to_thread=True, guards=[needs_admin], status_code=200)
def preview_rules(data: JSONBody[Any], services: Services) -> dict[str, Any]:
    """What a document would have done to recent tickets; stores nothing."""
    with services.db.read() as session:
        return preview_json(rule_preview.preview(session, data, services.now()))


def rules_view(services: Services) -> RulesView:
    """The rules in force, in words and as text."""
    document, version = documents.in_force(services, "rules")
    with services.db.read() as session:
        odd = rule_preview.findings(session, document)
        titles = titles_of(services.configuration.current(session).categories)
    rules = tuple(rule_view(rule, titles) for rule in parse_rules(document))
    return RulesView(rules, documents.as_text(document), version, warnings=warnings(odd))


def warnings(findings: Iterable[RuleFinding]) -> tuple[FieldError, ...]:
    """What is odd, with the place."""
    return tuple(FieldError(finding.path, finding.problem) for finding in findings)


def preview_view(found: RulePreview) -> RulesPreviewView:
    """A preview in words."""
    moves = [f"{count} from {before} to {after}" for (before, after), count in sorted(found.priorities.items())]
    return RulesPreviewView(
        examined=found.examined,
        changed=len(found.changes),
        figures=(
            ("Priority", found.count("priority"), wording.listing(moves, "and") or "no other priority"),
            ("Team", found.count("team"), "handed to another team"),
            ("Tags", found.count("tags"), "tagged otherwise"),
            ("Automatic replies", found.count("forbid_auto_send"), "forbidden or allowed"),
        ),
        rows=tuple(ruled_ticket(change) for change in found.changes[:MOST_ROWS]),
    )


def ruled_ticket(change: RuleChange) -> RuledTicket:
    """A row of the preview."""
    why = next((reason for reason in change.after.reasons if reason not in change.before.reasons), "no rule applies")
    subject = change.subject or f"Ticket {change.ticket_id}"
    return RuledTicket(change.ticket_id, subject, outcome_words(change.before), outcome_words(change.after), why)


def outcome_words(outcome: RuleOutcome) -> str:
    """An outcome on one line."""
    parts = [outcome.priority, *outcome.tags, *filter(None, [outcome.team])]
    return ", ".join(parts + ["never automatic"] * outcome.forbid_auto_send)


def preview_json(found: RulePreview) -> dict[str, Any]:
    """A preview for programs; at most the newest 100 changes are listed."""
    return {
        "examined": found.examined,
        "changed": len(found.changes),
        "priorities": [
            {"before": before, "after": after, "tickets": count}
            for (before, after), count in sorted(found.priorities.items())
        ],
        "warnings": [{"field": finding.path, "message": finding.problem} for finding in found.findings],
        "tickets": [
            {"ticket_id": row.ticket_id, "before": outcome_json(row.before), "after": outcome_json(row.after)}
            for row in found.changes[:MOST_LISTED]
        ],
    }


def outcome_json(outcome: RuleOutcome) -> dict[str, Any]:
    """An outcome for programs."""
    return {
        "priority": outcome.priority,
        "tags": list(outcome.tags),
        "team": outcome.team,
        "forbid_auto_send": outcome.forbid_auto_send,
        "reasons": list(outcome.reasons),
    }
