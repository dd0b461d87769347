"""The admin's page about where articles come from: websites and solved tickets, when they are read, how that went, what
was held back.

Files on this machine and private networks are for the command line only: whoever may open this page need not be allowed
to read them.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import repeat
from typing import Any

from litestar import Response, get, post
from litestar.params import URLEncodedBody
from litestar.response import Redirect

from copilot.errors import AnswerableError, Conflict, Invalid
from copilot.sources.syncing import COUNTS
from copilot.store import sources as store
from copilot.store.session import Session
from copilot.store.tables import KnowledgeSource
from copilot.web.admin_views import FieldError
from copilot.web.auth import Identity, needs_admin
from copilot.web.documents import field_error
from copilot.web.forms import RemovalForm, ScheduleForm, SourceForm
from copilot.web.parameters import Id
from copilot.web.responses import AnyRequest, frame_of, page
from copilot.wiring import Services

PAGE = "/admin/sources"
SHOWN = 50
KIND_NAMES = {"site": "Website", "files": "Files", "answers": "Answers that people gave"}
SCHEDULES = {"": "Only by hand", "1": "Every hour", "6": "Every 6 hours", "24": "Every day", "168": "Every week"}


@dataclass(frozen=True, slots=True)
class SourceView:
    """A source. `busy` while it is due or being read; `counts` are (word, number) of the last run, `held` the keys that
    it did not dare to withdraw, `withdrawn` the articles that it did, ever. `incomplete` says why it did not look for
    what was deleted, `unsure` (why, number) how many articles stay because they could not be looked at, `notes` (what,
    why) what should be looked at."""

    source_id: int
    kind: str
    address: str
    schedule: str
    busy: bool
    done: int
    total: int
    last_run_at: datetime | None
    next_run_at: datetime | None
    error: str | None
    counts: tuple[tuple[str, int], ...]
    reasons: tuple[tuple[str, str], ...]
    refused: int
    held: tuple[str, ...]
    held_count: int
    withdrawn: tuple[str, ...]
    in_force: int
    incomplete: str
    unsure: tuple[tuple[str, int], ...]
    notes: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class SourcesView:
    """All sources, and the form for another website with what was typed. `has_answers`: solved tickets are one."""

    sources: tuple[SourceView, ...]
    schedules: Mapping[str, str]
    has_answers: bool
    address: str = ""
    every: str = "24"
    errors: tuple[FieldError, ...] = ()
    saved: bool = False

    @property
    def busy(self) -> bool:
        """Whether the page must look again soon."""
        return any(source.busy for source in self.sources)


@get(PAGE, sync_to_thread=True, guards=[needs_admin])
def sources_page(request: AnyRequest, services: Services, identity: Identity) -> Response[str]:
    """Every source and a form for a new one."""
    return shown(request, services, identity)


@get(f"{PAGE}/list", sync_to_thread=True, guards=[needs_admin])
def source_list(request: AnyRequest, services: Services, identity: Identity) -> Response[str]:
    """The list alone, asked for again while something is read."""
    frame = frame_of(request, services, identity, "admin")
    with services.db.read() as session:
        return page("admin/source_list.html", frame=frame, view=view_of(session, services.now()))


@post(PAGE, sync_to_thread=True, guards=[needs_admin], status_code=200)
def add_source(
    data: URLEncodedBody[SourceForm], request: AnyRequest, services: Services, identity: Identity
) -> Response[str] | Redirect:
    """Add a website and read it as soon as the worker is free."""
    try:
        with services.db.write() as session:
            row = services.sources.add(session, "site", data.address, identity.name, hours(data.every))
            row.work_after = services.now()
    except AnswerableError as error:
        wrong = field_error(Invalid(error.message, field=error.field))
        return shown(request, services, identity, address=data.address, every=data.every, errors=(wrong,))
    return Redirect(PAGE, status_code=303)


@post(f"{PAGE}/answers", sync_to_thread=True, guards=[needs_admin], status_code=200)
def add_answers(
    data: URLEncodedBody[ScheduleForm], request: AnyRequest, services: Services, identity: Identity
) -> Response[str] | Redirect:
    """Make internal drafts of what people answered in solved tickets, now and as often as chosen."""
    try:
        with services.db.write() as session:
            row = services.sources.add(session, "answers", "", identity.name, hours(data.every))
            row.work_after = services.now()
    except AnswerableError as error:
        wrong = field_error(Invalid(error.message, field=error.field))
        return shown(request, services, identity, errors=(wrong,))
    return Redirect(PAGE, status_code=303)


@post(f"{PAGE}/{{id:int}}/run", sync_to_thread=True, guards=[needs_admin], status_code=303)
def run_now(id: Id, services: Services) -> Redirect:
    """Let the worker read this source next."""
    with services.db.write() as session:
        store.find(session, id).work_after = services.now()
    return Redirect(PAGE, status_code=303)


@post(f"{PAGE}/{{id:int}}/withdrawal", sync_to_thread=True, guards=[needs_admin], status_code=303)
def confirm_withdrawal(id: Id, services: Services, identity: Identity) -> Redirect:
    """Withdraw what the last run held back."""
    with services.db.write() as session:
        services.sources.confirm_withdrawal(session, id, identity.name)
    return Redirect(PAGE, status_code=303)


@post(f"{PAGE}/{{id:int}}/removal", sync_to_thread=True, guards=[needs_admin], status_code=303)
def remove_source(
    id: Id, data: URLEncodedBody[RemovalForm], request: AnyRequest, services: Services, identity: Identity
) -> Response[str] | Redirect:
    """Read this source no more; its articles are kept or withdrawn."""
    try:
        if data.articles not in ("keep", "withdraw"):
            raise Invalid("Choose what becomes of the articles.", field="articles")
        with services.db.write() as session:
            services.sources.remove(session, id, identity.name, withdraw=data.articles == "withdraw")
    except (Invalid, Conflict) as error:
        return shown(request, services, identity, errors=(field_error(Invalid(error.message, field=error.field)),))
    return Redirect(PAGE, status_code=303)


def shown(request: AnyRequest, services: Services, identity: Identity, **more: Any) -> Response[str]:
    """The page, as typed when something was wrong."""
    with services.db.read() as session:
        view = view_of(session, services.now(), **more)
    frame = frame_of(request, services, identity, "admin")
    return page("admin/sources.html", 422 if view.errors else 200, frame=frame, view=view)


def view_of(session: Session, now: datetime, **more: Any) -> SourcesView:
    """Everything on the page."""
    rows = store.page(session)
    gone = [store.withdrawn(session, row.id or 0, SHOWN) for row in rows]
    there = [store.in_force(session, row.id or 0) for row in rows]
    shown = tuple(source_view(*one) for one in zip(rows, repeat(now), gone, there, strict=False))
    return SourcesView(shown, SCHEDULES, any(row.kind == "answers" for row in rows), **more)


def source_view(row: KnowledgeSource, now: datetime, withdrawn: Sequence[str], in_force: int) -> SourceView:
    """One source in words and numbers."""
    result: Mapping[str, Any] = row.result
    held, reasons = result.get("held", ()), result.get("reasons", ())
    due = row.work_after is not None and row.work_after <= now
    claimed = row.claimed_until is not None and row.claimed_until > now
    return SourceView(
        source_id=row.id or 0,
        kind=KIND_NAMES[row.kind],
        address=row.address,
        schedule=SCHEDULES.get(str(row.every_hours or ""), f"Every {row.every_hours} hours"),
        busy=due or claimed,
        done=row.done if row.run_started_at else 0,
        total=row.total if row.run_started_at else 0,
        last_run_at=row.last_run_at,
        next_run_at=None if due or claimed else row.work_after,
        error=result.get("error"),
        counts=tuple((name, result.get(name, 0)) for name in COUNTS if name != "read"),
        reasons=tuple((reason["what"], reason["why"]) for reason in reasons[:SHOWN]),
        refused=result.get("refused", 0),
        held=tuple(held[:SHOWN]),
        held_count=len(held),
        withdrawn=tuple(withdrawn),
        in_force=in_force,
        incomplete=result.get("incomplete", ""),
        unsure=tuple((row["why"], row["articles"]) for row in result.get("unsure", ())[:SHOWN]),
        notes=tuple((note["what"], note["why"]) for note in result.get("notes", ())[:SHOWN]),
    )


def hours(every: str) -> int | None:
    """The schedule as chosen. Raises `Invalid`."""
    if every not in SCHEDULES:
        raise Invalid("Choose how often.", field="every")
    return int(every) if every else None
