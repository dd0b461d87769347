"""The events of an iCalendar file (RFC 5545), as far as closing days need them.

Of a file that anybody may have made, only the few lines that say when an event is ever reach the parser; its name is
taken as plain text. ValueError names line and property. It does not know which dates matter.
"""

import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sla.yearly import YearlyRule

MAX_BYTES, MAX_EVENTS = 1_000_000, 2_000
LONGEST_EVENT = 366  # days
LONGEST_NAME = 80
FIRST_YEAR, LAST_YEAR = 1900, 2199

_LISTS = ("RDATE", "EXDATE")
_READ = ("DTSTART", "DTEND", "DURATION", "RRULE", "STATUS", "RECURRENCE-ID", *_LISTS)
_NAME = re.compile(r"[A-Za-z0-9-]+")
_LINE_END = re.compile(r"\r\n|\r|\n")
_ESCAPED = re.compile(r"\\(.)", re.DOTALL)


@dataclass(frozen=True, slots=True)
class When:
    """The first dates of an event, its length in days, and whether it goes on after the last year asked for."""

    starts: tuple[date, ...] = ()
    length: int = 1
    goes_on: bool = False
    cancelled: bool = False


NEVER, CANCELLED = When(), When(cancelled=True)


def text_of(ics: str | bytes) -> str:
    """The file as text. ValueError when it is too large, no UTF-8 or no iCalendar file."""
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


def events(text: str) -> Iterator["Event"]:
    """The events; what they nest (alarms) and everything outside of them (time zones) is passed over."""
    event: Event | None = None
    depth = count = 0
    for number, line in _lines(text):
        marker = line.strip().upper()
        if event is None:
            if marker == "BEGIN:VEVENT":
                event, depth, count = Event(number), 0, count + 1
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


class Event:
    """The lines of one event that say when it is, and its name."""

    def __init__(self, line: int) -> None:
        self.line, self.name, self.problem = line, "", ""
        self._numbers: dict[str, int] = {}
        self._lines: list[str] = []

    def take(self, number: int, line: str) -> None:
        """Keep the line if it is of use."""
        match = _NAME.match(line)
        name = match[0].upper() if match else ""
        if name == "SUMMARY":
            self.name = self.name or _summary(line)
        elif name in self._numbers and name not in _LISTS:
            self.problem = self.problem or f"line {number}: {name}: stands twice in one event"
        elif name in _READ:
            self._numbers.setdefault(name, number)
            self._lines.append(line)

    def when(self, last_year: int) -> When:
        """When the event takes place. ValueError naming line and property."""
        if self.problem:
            raise ValueError(self.problem)
        values = self._values()
        if str(values.get("STATUS", "")).upper() == "CANCELLED":
            return CANCELLED
        with self._naming("RECURRENCE-ID"):
            if "RECURRENCE-ID" in values:
                raise ValueError("a moved occurrence is not supported; use EXDATE and an event of its own")
        with self._naming("DTSTART"):
            start = _day(values.get("DTSTART"))
        length = self._length(values, start)
        starts: Iterable[date] = (start,)
        goes_on = False
        if "RRULE" in values:
            with self._naming("RRULE"):
                rule = YearlyRule.read(values["RRULE"])
                starts = tuple(rule.dates(start, last_year))
                goes_on = rule.goes_on(len(starts), last_year)
        added, left_out = self._listed(values, "RDATE"), frozenset(self._listed(values, "EXDATE"))
        return When(tuple(day for day in (*starts, *added) if day not in left_out), length, goes_on)

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


def shortened(text: str) -> str:
    """At most `LONGEST_NAME` characters of a name."""
    return text if len(text) <= LONGEST_NAME else text[: LONGEST_NAME - 1] + "…"


def _summary(line: str) -> str:
    """The name that a SUMMARY line gives: after the colon that ends its parameters, as one line of printable text."""
    quoted = False
    for place, letter in enumerate(line):
        quoted ^= letter == '"'
        if letter == ":" and not quoted:
            text = _ESCAPED.sub(lambda found: " " if found[1] in "nN" else found[1], line[place + 1 : place + 1_000])
            printable = "".join(letter if letter.isprintable() else " " for letter in text)
            return shortened(" ".join(printable.split()))
    return ""


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
