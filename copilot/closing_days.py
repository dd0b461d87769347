"""Closing days for one calendar of the policies, from an iCalendar file: what is found, and saving what is wanted.

It adds dates to the calendar's `holidays` in the document in force and leaves everything else of it alone. What a new
version means for tickets is `policy_change`'s to say.
"""

import copy
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from copilot import configuration
from copilot.errors import Invalid, NotFound
from copilot.store import configuration as documents
from copilot.store import journal
from copilot.store.session import Session
from sla.closing_days import LONGEST_NAME, ClosingDay, Reading, Remark, read_closing_days

YEARS_AHEAD = 2
MOST_DAYS = 5_000
WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


@dataclass(frozen=True, slots=True)
class FoundDay:
    """A closing day of the file; `known` when the calendar has it already, `note` when closing then changes nothing."""

    day: date
    name: str
    known: bool
    note: str = ""


@dataclass(frozen=True, slots=True)
class Found:
    """What a file holds for a calendar within these years, and what was left out of it."""

    calendar: str
    first_year: int
    last_year: int
    days: tuple[FoundDay, ...]
    remarks: tuple[Remark, ...]

    @property
    def new(self) -> tuple[FoundDay, ...]:
        """The days that the calendar does not have yet."""
        return tuple(day for day in self.days if not day.known)


@dataclass(frozen=True, slots=True)
class Added:
    """The days that were added, and the version that has them; without any, the version that was in force before."""

    calendar: str
    days: tuple[date, ...]
    version: int


def find(
    session: Session, calendar: str, ics: str | bytes, today: date, first: int | None = None, last: int | None = None
) -> Found:
    """Read a file for a calendar; years default to this one and the next two. Stores nothing.

    Raises `NotFound` for an unknown calendar, `Invalid` naming `file`, `first_year` or `last_year`.
    """
    settings = calendar_of(configuration.content(session, "policies"), calendar)
    first_year = today.year if first is None else first
    last_year = first_year + YEARS_AHEAD if last is None else last
    reading = _read(ics, first_year, last_year)
    holidays = frozenset(map(str, settings.get("holidays", ())))
    days = tuple(_found(day, settings, holidays) for day in reading.days)
    return Found(calendar, first_year, last_year, days, reading.remarks)


def add(session: Session, calendar: str, days: Sequence[ClosingDay], now: datetime, by: str) -> Added:
    """Put these days among the calendar's holidays as a new version of the policies; days it has change nothing.

    The names go to the journal. Raises `NotFound` for an unknown calendar, `Invalid` for more than 5,000 holidays.
    """
    document = copy.deepcopy(configuration.content(session, "policies"))
    settings = calendar_of(document, calendar)
    holidays = {str(day) for day in settings.get("holidays", ())}
    new = {day.day: day.name for day in sorted(days, key=lambda row: row.day) if day.day.isoformat() not in holidays}
    if not new:
        return Added(calendar, (), documents.versions(session).get("policies", 0))
    if len(holidays) + len(new) > MOST_DAYS:
        raise Invalid(f"days: the calendar would have more than {MOST_DAYS:,} closing days.", field="days")
    settings["holidays"] = sorted(holidays | {day.isoformat() for day in new})
    version = configuration.save(session, "policies", document, now, by)
    named = {day.isoformat(): name for day, name in new.items()}
    journal.record(session, now, "closing_days_added", calendar=calendar, days=named, version=version, by=by)
    return Added(calendar, tuple(new), version)


def calendar_of(document: Any, name: str) -> dict[str, Any]:
    """The calendar of this name. Raises `NotFound`."""
    found = document.get("calendars", {}).get(name)
    if not isinstance(found, dict):
        raise NotFound(f"There is no calendar {name[:100]!r} among the promises.", field="calendar")
    return found


def day_of(text: str) -> ClosingDay:
    """A day as forms carry it: "2026-12-25", or with its name behind a space. Raises `Invalid`."""
    written, _, name = text.partition(" ")
    try:
        day = date.fromisoformat(written)
    except ValueError as error:
        raise Invalid(f"days: {written[:40]!r} is not a date.", field="days") from error
    return ClosingDay(
        day, " ".join(name.replace("\x00", " ").encode("utf-8", "ignore").decode().split())[:LONGEST_NAME]
    )


def _read(ics: str | bytes, first_year: int, last_year: int) -> Reading:
    try:
        return read_closing_days(ics, first_year, last_year)
    except ValueError as error:
        text = str(error)
        field = "first_year" if text.startswith("first_year") else "file"
        raise Invalid(f"{text}.", field=field) from error


def _found(day: ClosingDay, settings: Mapping[str, Any], holidays: frozenset[str]) -> FoundDay:
    written = day.day.isoformat()
    if written in settings.get("special_days", {}):
        note = "has special hours, which go before"
    elif not settings.get("hours", {}).get(WEEKDAYS[day.day.weekday()]):
        note = "closed anyway"
    else:
        note = ""
    return FoundDay(day.day, day.name, written in holidays, note)
