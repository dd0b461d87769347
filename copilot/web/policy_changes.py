"""Seeing what a new version of the promises would do to open tickets, and doing it: for programs and for admins."""

from datetime import UTC, datetime
from typing import Annotated, Any

from litestar import Response, get, post
from litestar.params import FromQuery, JSONBody, PathParameter

from copilot import policy_change
from copilot.errors import NotFound
from copilot.policy_change import DueChange, PolicyPreview, TicketChange
from copilot.store import applications, configuration
from copilot.store.tables import PolicyApplication
from copilot.web import wording
from copilot.web.admin_views import ApplicationView, MovedTicket, ProgressView
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


@post("/policies/{version:int}/application", sync_to_thread=True, guards=[needs_admin], status_code=202)
def apply_policies(version: Version, services: Services, identity: Identity) -> dict[str, Any]:
    """Begin to put every open ticket under this version, which must be the one in force; the worker does it."""
    return application_json(services.applications.begin(version, identity.name))


@get("/policies/application", sync_to_thread=True, guards=[needs_admin])
def read_application(services: Services) -> dict[str, Any]:
    """How far the newest application has come, or what became of it."""
    with services.db.read() as session:
        found = applications.newest(session)
    if found is None:
        raise NotFound("No version has been applied to open tickets yet.")
    return application_json(found)


@get("/admin/promises/application", sync_to_thread=True, guards=[needs_admin])
def show_application(services: Services, of: FromQuery[int] = 0) -> Response[str]:
    """How the open tickets stand to the version in force; `of` is the application that this browser follows."""
    return page("admin/application.html", application=application_view(services, of))


@post("/admin/promises/{version:int}/application", sync_to_thread=True, guards=[needs_admin], status_code=200)
def apply_on_page(version: Version, services: Services, identity: Identity) -> Response[str]:
    """Begin to apply, and show how far it is."""
    begun = services.applications.begin(version, identity.name)
    return page("admin/application.html", application=ApplicationView(version, progress=progress_view(begun)))


def application_view(services: Services, followed: int = 0) -> ApplicationView | None:
    """An application that runs or that was followed to its end; else what applying the version in force would do.

    None when nothing runs under an earlier version.
    """
    with services.db.read() as session:
        version, newest = configuration.versions(session).get("policies", 0), applications.newest(session)
        shown = newest is not None and (newest.state != "done" or newest.id == followed)
        progress = progress_view(newest) if newest is not None and shown else None
        if not version or (progress is not None and progress.state != "superseded"):
            return ApplicationView(version, progress=progress) if progress else None
        found = policy_change.preview_version(session, version, services.book, services.now())
    if not found.moved:
        return ApplicationView(version, progress=progress) if progress and progress.application_id == followed else None
    return ApplicationView(
        version=version,
        progress=progress,
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


def progress_view(row: PolicyApplication) -> ProgressView:
    """How far an application is; tickets that were opened meanwhile count as there from the start."""
    return ProgressView(
        application_id=row.id or 0,
        version=row.version,
        state=row.state,
        by=row.by,
        started_at=row.started_at,
        examined=row.examined,
        total=max(row.open_tickets, row.examined),
        moved=row.moved,
        failed=row.failed,
    )


def application_json(row: PolicyApplication) -> dict[str, Any]:
    """An application for programs."""
    return {
        "id": row.id,
        "version": row.version,
        "state": row.state,
        "by": row.by,
        "open_tickets": row.open_tickets,
        "examined": row.examined,
        "moved": row.moved,
        "failed": row.failed,
        "started_at": instant(row.started_at),
        "ended_at": instant(row.ended_at),
    }


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
