"""Seeing what a new version of the promises would do to open tickets, and doing it: for programs and for admins."""

from datetime import UTC, datetime
from typing import Annotated, Any

from litestar import Response, get, post
from litestar.params import JSONBody, PathParameter

from copilot import policy_change
from copilot.policy_change import DueChange, PolicyPreview, TicketChange
from copilot.store import configuration
from copilot.web import wording
from copilot.web.admin_views import ApplicationView, MovedTicket
from copilot.web.auth import Identity, needs_admin
from copilot.web.responses import page
from copilot.wiring import Services
from sla.timers import write_instant

LARGEST_VERSION = 2_147_483_647
MOST_ROWS = 8
NEVER = datetime.max.replace(tzinfo=UTC)

Version = Annotated[int, PathParameter(ge=1, le=LARGEST_VERSION)]


@post("/policies/preview", sync_to_thread=True, guards=[needs_admin], status_code=200)
def preview_policies(data: JSONBody[Any], services: Services) -> dict[str, Any]:
    """What a document would do to the open tickets if it were saved and applied; stores nothing."""
    with services.db.read() as session:
        return preview_json(policy_change.preview(session, data, services.book, services.now()))


@post("/policies/{version:int}/application", sync_to_thread=True, guards=[needs_admin], status_code=200)
def apply_policies(version: Version, services: Services, identity: Identity) -> dict[str, Any]:
    """Put every open ticket under this version, which must be the one in force."""
    return {"version": version, "moved": applied(services, identity, version)}


@get("/admin/promises/application", sync_to_thread=True, guards=[needs_admin])
def show_application(services: Services) -> Response[str]:
    """How the open tickets stand to the version in force."""
    return page("admin/application.html", application=application_view(services))


@post("/admin/promises/{version:int}/application", sync_to_thread=True, guards=[needs_admin], status_code=200)
def apply_on_page(version: Version, services: Services, identity: Identity) -> Response[str]:
    """Apply, and say how many were moved."""
    return page("admin/application.html", application=ApplicationView(version, applied(services, identity, version)))


def applied(services: Services, identity: Identity, version: int) -> int:
    """Apply; returns how many tickets were moved."""
    return policy_change.apply_to_open(services.db, version, identity.name, services.now(), services.book)


def application_view(services: Services) -> ApplicationView | None:
    """What applying the version in force would do; None when nothing runs under an earlier one."""
    with services.db.read() as session:
        version = configuration.versions(session).get("policies", 0)
        if not version:
            return None
        found = policy_change.preview_version(session, version, services.book, services.now())
    if not found.moved:
        return None
    return ApplicationView(
        version=version,
        open_tickets=found.open_tickets,
        examined=found.examined,
        would_move=found.moved,
        changed=found.changed,
        sooner=found.sooner,
        later=found.later,
        would_breach=found.would_breach_now,
        earliest_due=found.earliest_due,
        rows=tuple(moved_ticket(change) for change in pressing(found)[:MOST_ROWS]),
    )


def pressing(found: PolicyPreview) -> list[TicketChange]:
    """The listed changes, what would break at once first, then the soonest due."""
    return sorted(found.listed, key=lambda row: (not row.breaks_now, row.next_due or NEVER))


def moved_ticket(change: TicketChange) -> MovedTicket:
    """A row of the preview: the change that presses most."""
    due = min((due for due in change.dues if due.differs), key=lambda due: (not due.breaks_now, due.after is None))
    return MovedTicket(
        ticket_id=change.ticket_id,
        subject=change.subject or f"Ticket {change.ticket_id}",
        metric=wording.label(wording.METRICS, due.metric.value),
        before=due.before,
        after=due.after,
        breaks_now=change.breaks_now,
    )


def preview_json(found: PolicyPreview) -> dict[str, Any]:
    """A preview for programs."""
    return {
        "version": found.version,
        "open_tickets": found.open_tickets,
        "examined": found.examined,
        "moved": found.moved,
        "changed": found.changed,
        "sooner": found.sooner,
        "later": found.later,
        "would_breach_now": found.would_breach_now,
        "earliest_due": instant(found.earliest_due),
        "tickets": [change_json(change) for change in found.listed],
    }


def change_json(change: TicketChange) -> dict[str, Any]:
    """One ticket whose due instants would change."""
    return {
        "ticket_id": change.ticket_id,
        "policy_before": change.policy_before,
        "policy_after": change.policy_after,
        "would_breach_now": change.breaks_now,
        "timers": [due_json(due) for due in change.dues],
    }


def due_json(due: DueChange) -> dict[str, Any]:
    """One open timer."""
    return {
        "metric": due.metric,
        "due_before": instant(due.before),
        "due_after": instant(due.after),
        "would_breach_now": due.breaks_now,
    }


def instant(at: datetime | None) -> str | None:
    """An instant for programs."""
    return None if at is None else write_instant(at)
