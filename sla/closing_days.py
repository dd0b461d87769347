"""Closing days from an iCalendar file: which dates its all-day events cover.

It decides what of such a file is a closing day and refuses what it cannot read, naming line and property. It does not
know opening hours, zones or what day it is. Of a file that anybody may have made, only the few lines that say when an
event is ever reach the parser.
"""

import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import date, datetime, timedelta
from typing import Any

from sla.yearly import YearlyRule

MAX_BYTES, MAX_EVENTS, MAX_DAYS = 1_000_000, 2_000, 20_000
LONGEST_EVENT = 366  # days
FIRST_YEAR, LAST_YEAR = 1900, 2199

_LISTS = ("RDATE", "EXDATE")
_READ = ("DTSTART", "DTEND", "DURATION", "RRULE", "STATUS", "RECURRENCE-ID", *_LISTS)
_NAME = re.compile(r"[A-Za-z0-9-]+")
_LINE_END = re.compile(r"\r\n|\r|\n")


def closing_days(ics: str | bytes, first_year: int = 2000, last_year: int = 2100) -> tuple[date, ...]:
    """The dates, in order, that the all-day events of an iCalendar (RFC 5545) text cover in these years.

    Events may last several days and recur yearly (INTERVAL, COUNT, UNTIL, BYMONTH, BYMONTHDAY, BYDAY); what runs from
    midnight to midnight is all day; cancelled events are left out. ValueError naming line and property for anything
    else, and for what is broken or beyond 1 MB, 2,000 events, or 20,000 days.
    """
    if not FIRST_YEAR <= first_year <= last_year <= LAST_YEAR:
        raise ValueError(f"first_year, last_year: expected years in order from {FIRST_YEAR} to {LAST_YEAR}")
    days: set[date] = set()
    covered = 0
    for event in _events(_text(ics)):
        for start, length in event.occurrences(last_year):
            covered += length
            if covered > MAX_DAYS:
                raise ValueError(f"line {event.line}: more than {MAX_DAYS} days from here on")
            days.update(start + timedelta(days=number) for number in range(length))
    return tuple(sorted(day for day in days if first_year <= day.year <= last_year))


def _text(ics: str | bytes) -> str:
    try:
        raw = ics.encode() if isinstance(ics, str) else ics
        if len(raw) > MAX_BYTES:
            raise ValueError(f"file: larger than {MAX_BYTES:,} bytes")
        text = raw.decode("utf-8-sig")
    except UnicodeError as error:
        raise ValueError("file: not UTF-8 text") from error
    if not text.lstrip()[:15].upper() == "BEGIN:VCALENDAR":
        raise ValueError("line 1: an iCalendar file starts with BEGIN:VCALENDAR")
    return text


def _lines(text: str) -> Iterator[tuple[int, str]]:
    """Unfolded lines, each with the number of the physical line on which it begins."""
    begun, parts = 1, [""]
    for number, line in enumerate(_LINE_END.split(text), start=1):
        if line[:1] in (" ", "\t"):
            parts.append(line[1:])
        else:
            yield begun, "".join(parts)
            begun, parts = number, [line]
    yield begun, "".join(parts)


def _events(text: str) -> Iterator["_Event"]:
    """The events; what they nest (alarms) and everything outside of them (time zones) is passed over."""
    event: _Event | None = None
    depth = count = 0
    for number, line in _lines(text):
        marker = line.strip().upper()
        if event is None:
            if marker == "BEGIN:VEVENT":
                event, depth, count = _Event(number), 0, count + 1
                if count > MAX_EVENTS:
                    raise ValueError(f"line {number}: more than {MAX_EVENTS} events")
        elif marker == "END:VEVENT" and not depth:
            yield event
            event = None
        elif marker.startswith(("BEGIN:", "END:")):
            depth += 1 if marker.startswith("BEGIN:") else -1
        elif not depth:
            event.take(number, line)
    if event is not None:
        raise ValueError(f"line {event.line}: the event does not end")


class _Event:
    """The lines of one event that say when it is."""

    def __init__(self, line: int) -> None:
        self.line = line
        self._numbers: dict[str, int] = {}
        self._lines: list[str] = []

    def take(self, number: int, line: str) -> None:
        """Keep the line if it is of use."""
        match = _NAME.match(line)
        name = match[0].upper() if match else ""
        if name in self._numbers and name not in _LISTS:
            raise ValueError(f"line {number}: {name}: stands twice in one event")
        if name in _READ:
            self._numbers.setdefault(name, number)
            self._lines.append(line)

    def occurrences(self, last_year: int) -> Iterator[tuple[date, int]]:
        """(first date, number of days) of each time that the event takes place."""
        values = self._values()
        if str(values.get("STATUS", "")).upper() == "CANCELLED":
            return
        with self._naming("RECURRENCE-ID"):
            if "RECURRENCE-ID" in values:
                raise ValueError("a moved occurrence is not supported; use EXDATE and an event of its own")
        with self._naming("DTSTART"):
            start = _day(values.get("DTSTART"))
        length = self._length(values, start)
        starts: Iterable[date] = [start]
        if "RRULE" in values:
            with self._naming("RRULE"):
                starts = YearlyRule.read(values["RRULE"]).dates(start, last_year)
        added, left_out = self._listed(values, "RDATE"), frozenset(self._listed(values, "EXDATE"))
        yield from ((day, length) for day in (*starts, *added) if day not in left_out)

    def _values(self) -> dict[str, Any]:
        """Each property's value as icalendar reads it; ValueError for one that it cannot read."""
        from icalendar import Event

        try:
            event = Event.from_ical("\r\n".join(("BEGIN:VEVENT", *self._lines, "END:VEVENT")))
        except ValueError as error:
            raise ValueError(f"line {self.line}: the event cannot be read") from error
        for name, message in event.errors:
            with self._naming(name or "event"):
                raise ValueError(message[:200])
        return dict(event)

    def _length(self, values: dict[str, Any], start: date) -> int:
        """Days; one when the event does not say, or ends on the day on which it starts."""
        name = "DURATION" if "DURATION" in values else "DTEND"
        with self._naming(name):
            if name not in values:
                return 1
            value = values[name]
            days = value.dt / timedelta(days=1) if name == "DURATION" else (_day(value) - start).days
            if days != int(days) or not 0 <= days <= LONGEST_EVENT:
                raise ValueError(f"expected whole days, from 1 to {LONGEST_EVENT}")
        return int(days) or 1

    def _listed(self, values: dict[str, Any], name: str) -> list[date]:
        found = values.get(name, [])
        with self._naming(name):
            return [_day(entry) for part in (found if isinstance(found, list) else [found]) for entry in part.dts]

    @contextmanager
    def _naming(self, name: str) -> Iterator[None]:
        """Puts line and property before the message of a ValueError that comes from below."""
        try:
            yield
        except ValueError as error:
            raise ValueError(f"line {self._numbers.get(name, self.line)}: {name}: {error}") from error


def _day(value: Any) -> date:
    """The date of a DATE value, or of a midnight in whatever zone."""
    day = getattr(value, "dt", None)
    if isinstance(day, datetime):
        if day.time() != datetime.min.time():
            raise ValueError(f"{day:%Y-%m-%d %H:%M}: not a whole day; partial closings are special days of a calendar")
        day = day.date()
    if not isinstance(day, date):
        raise ValueError("expected a date")
    if not FIRST_YEAR <= day.year <= LAST_YEAR:
        raise ValueError(f"{day}: outside the years {FIRST_YEAR}–{LAST_YEAR}")
    return day
