"""Closing days from an iCalendar file: for programs, and for admins, who look at them and untick some before saving."""

from dataclasses import dataclass, replace
from datetime import date
from typing import Annotated, Any

from litestar import Response, post
from litestar.datastructures import UploadFile
from litestar.params import FromPath, MultipartBody, QueryParameter, RawBody, URLEncodedBody

from copilot import closing_days
from copilot.closing_days import Added, Found, FoundDay
from copilot.errors import Invalid, NotFound
from copilot.web import documents, wording
from copilot.web.admin_views import FieldError
from copilot.web.auth import Identity, needs_admin
from copilot.web.forms import Form
from copilot.web.policy_changes import application_view
from copilot.web.promises import promises_view
from copilot.web.responses import page
from copilot.web.sentences import day_words
from copilot.wiring import Services
from sla.closing_days import MAX_BYTES, ClosingDay, Remark

MOST_REMARKS = 50
LARGEST_YEAR = 9_999

Year = Annotated[int | None, QueryParameter(ge=0, le=LARGEST_YEAR)]
DryRun = Annotated[bool, QueryParameter(name="dry_run")]


@dataclass
class FileForm:
    """An uploaded file or a pasted text, and the years that matter; empty ones mean the usual."""

    calendar: str
    file: UploadFile | None = None
    text: str = ""
    first_year: str = ""
    last_year: str = ""


class DaysForm(Form):
    """The days that stayed ticked, each "2026-12-25" with its name behind a space; one alone is no list."""

    calendar: str
    days: list[str] | str = ""


@dataclass(frozen=True, slots=True)
class DayRow:
    """A day to tick: `value` is what the form sends, `words` is the date as people write it."""

    value: str
    words: str
    name: str
    known: bool
    note: str


@dataclass(frozen=True, slots=True)
class FoundView:
    """What a file holds, to look at before it is saved; or what is wrong with it."""

    calendar: str
    years: str = ""
    days: tuple[DayRow, ...] = ()
    new: int = 0
    remarks: tuple[Remark, ...] = ()
    more_remarks: int = 0
    errors: tuple[FieldError, ...] = ()
    saved: bool = False


@post("/calendars/{name:str}/closing-days", sync_to_thread=True, guards=[needs_admin], status_code=200)
def import_closing_days(
    body: RawBody,
    name: FromPath[str],
    services: Services,
    identity: Identity,
    dry_run: DryRun = False,
    first_year: Year = None,
    last_year: Year = None,
) -> dict[str, Any]:
    """Add the closing days of an iCalendar file (the body, text/calendar) to a calendar of the policies.

    With `dry_run` nothing is stored. Open tickets keep what they were promised until the version is applied to them.
    """
    today, now = services.now().date(), services.now()
    with services.db.read() as session:
        found = closing_days.find(session, name, bytes(body), today, first_year, last_year)
    if dry_run:
        return found_json(found, None)
    days = [ClosingDay(day.day, day.name) for day in found.new]
    return found_json(found, services.db.transact(lambda s: closing_days.add(s, name, days, now, identity.name)))


@post("/admin/closing-days", sync_to_thread=True, guards=[needs_admin], status_code=200)
def show_closing_days(data: MultipartBody[FileForm], services: Services) -> Response[str]:
    """The closing days of a file, new ones ticked; nothing is stored."""
    try:
        ics = given(data)
        first, last = year_of(data.first_year, "first_year"), year_of(data.last_year, "last_year")
        with services.db.read() as session:
            found = closing_days.find(session, data.calendar, ics, services.now().date(), first, last)
    except (Invalid, NotFound) as error:
        wrong = documents.field_error(Invalid(error.message, field=error.field))
        return page("admin/closing_days.html", 422, view=FoundView(data.calendar[:100], errors=(wrong,)))
    return page("admin/closing_days.html", view=found_view(found))


@post("/admin/closing-days/save", sync_to_thread=True, guards=[needs_admin], status_code=200)
def save_closing_days(data: URLEncodedBody[DaysForm], services: Services, identity: Identity) -> Response[str]:
    """Add the ticked days as a new version, and show the promises as they are then."""
    now = services.now()
    try:
        ticked = [data.days] if isinstance(data.days, str) else data.days
        days = [closing_days.day_of(text) for text in ticked if text]
        added = services.db.transact(lambda s: closing_days.add(s, data.calendar, days, now, identity.name))
    except (Invalid, NotFound) as error:
        wrong = documents.field_error(Invalid(error.message, field=error.field))
        return page("admin/promises_document.html", 422, view=replace(promises_view(services), errors=(wrong,)))
    view = replace(promises_view(services), said=said(added), application=application_view(services))
    return page("admin/promises_document.html", view=view)


def given(form: FileForm) -> str | bytes:
    """The file, else the pasted text. Raises `Invalid` when there is neither or the file is too large."""
    raw = form.file.file.read(MAX_BYTES + 1) if form.file is not None else b""
    if not raw and not form.text.strip():
        raise Invalid("Choose a file, or paste its text.", field="file")
    return raw or form.text


def year_of(text: str, name: str) -> int | None:
    """A year as typed; None leaves it to the usual. Raises `Invalid`."""
    if not text.strip():
        return None
    try:
        return int(text.strip()[:9])
    except ValueError as error:
        raise Invalid(f"{name} is not a year.", field=name) from error


def said(added: Added) -> str:
    """What saving did, in words."""
    if not added.days:
        return f"Nothing was added: “{added.calendar}” has these days already."
    days = wording.plural(len(added.days), "closing day")
    return f"{days} added to “{added.calendar}”. New tickets are promised this; running ones keep what they were told."


def found_view(found: Found) -> FoundView:
    """The days in words, remarks up to a bound."""
    one_year = found.first_year == found.last_year
    return FoundView(
        calendar=found.calendar,
        years=str(found.first_year) if one_year else f"{found.first_year}–{found.last_year}",
        days=tuple(day_row(day) for day in found.days),
        new=len(found.new),
        remarks=found.remarks[:MOST_REMARKS],
        more_remarks=max(len(found.remarks) - MOST_REMARKS, 0),
    )


def day_row(day: FoundDay) -> DayRow:
    """A day with its weekday."""
    written = day.day.isoformat()
    words = f"{day.day:%a} {day_words(written)}"
    return DayRow(f"{written} {day.name}".strip(), words, day.name, day.known, day.note)


def found_json(found: Found, added: Added | None) -> dict[str, Any]:
    """What was found and, unless it was only looked at, added."""
    return {
        "calendar": found.calendar,
        "first_year": found.first_year,
        "last_year": found.last_year,
        "dry_run": added is None,
        "version": added.version if added else None,
        "added": [date.isoformat(day) for day in added.days] if added else [],
        "days": [
            {"date": day.day.isoformat(), "name": day.name, "known": day.known, "note": day.note} for day in found.days
        ],
        "remarks": [
            {"line": row.line, "name": row.name, "reason": row.reason, "taken": row.taken} for row in found.remarks
        ],
    }
