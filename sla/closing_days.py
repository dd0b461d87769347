"""Closing days from an iCalendar file: which dates its all-day events cover.

It decides what of such a file is a closing day and refuses, or remarks upon, what it cannot read. It does not know
opening hours, zones or what day it is; what an event says of itself is read by `sla.ical`.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from sla.ical import FIRST_YEAR, LAST_YEAR, LONGEST_NAME, MAX_BYTES, NEVER, Event, When, events, shortened, text_of

__all__ = [
    "LONGEST_NAME",
    "MAX_BYTES",
    "MAX_DAYS",
    "ClosingDay",
    "Reading",
    "Remark",
    "closing_days",
    "read_closing_days",
]

MAX_DAYS = 20_000


@dataclass(frozen=True, slots=True)
class ClosingDay:
    """A date and what the file calls it; the name is anybody's text, one line, maybe empty."""

    day: date
    name: str


@dataclass(frozen=True, slots=True)
class Remark:
    """What became of an event that was left out, or of which only a part was `taken`. `line` is where it begins."""

    line: int
    name: str
    reason: str
    taken: bool = False


@dataclass(frozen=True, slots=True)
class Reading:
    """A file read event by event: the closing days in order of time, the remarks in order of the file."""

    days: tuple[ClosingDay, ...]
    remarks: tuple[Remark, ...]


def closing_days(ics: str | bytes, first_year: int = 2000, last_year: int = 2100) -> tuple[date, ...]:
    """The dates, in order, that the all-day events of an iCalendar (RFC 5545) text cover in these years.

    Events may last several days and recur yearly (INTERVAL, COUNT, UNTIL, BYMONTH, BYMONTHDAY, BYDAY); what runs from
    midnight to midnight is all day; cancelled events are left out. ValueError naming line and property for anything
    else, and for what is broken or beyond 1 MB, 2,000 events, or 20,000 days.
    """
    _check_years(first_year, last_year)
    days = {day for _, _, covered in _covered(ics, last_year, lenient=False) for day in covered}
    return tuple(sorted(day for day in days if first_year <= day.year <= last_year))


def read_closing_days(ics: str | bytes, first_year: int, last_year: int) -> Reading:
    """Like `closing_days`, but an event that cannot be a closing day is a remark with the reason, and the others count.

    ValueError only for what concerns the whole file: its format, its size, or years that make no sense.
    """
    _check_years(first_year, last_year)
    names: dict[date, dict[str, None]] = {}
    remarks = []
    for event, when, covered in _covered(ics, last_year, lenient=True):
        inside = [day for day in covered if first_year <= day.year <= last_year]
        for day in inside:
            names.setdefault(day, {})[event.name] = None
        reason = event.problem or _left_out(len(covered), len(inside), when, first_year, last_year)
        if reason:
            remarks.append(Remark(event.line, event.name, reason, taken=bool(inside)))
    days = tuple(ClosingDay(day, shortened(", ".join(filter(None, names[day])))) for day in sorted(names))
    return Reading(days, tuple(remarks))


def _check_years(first_year: int, last_year: int) -> None:
    if not FIRST_YEAR <= first_year <= last_year <= LAST_YEAR:
        raise ValueError(f"first_year, last_year: expected years in order from {FIRST_YEAR} to {LAST_YEAR}")


def _covered(ics: str | bytes, last_year: int, *, lenient: bool) -> Iterator[tuple[Event, When, list[date]]]:
    """Each event with the dates that it covers; a `lenient` reading keeps what is wrong with the event in it."""
    total = 0
    for event in events(text_of(ics)):
        when, covered = NEVER, []
        try:
            when = event.when(last_year)
        except ValueError as error:
            if not lenient:
                raise
            event.problem = str(error).partition(": ")[2]
        for start in when.starts:
            total += when.length
            if total > MAX_DAYS:
                raise ValueError(f"line {event.line}: more than {MAX_DAYS} days from here on")
            covered += [start + timedelta(days=number) for number in range(when.length)]
        yield event, when, covered


def _left_out(covered: int, inside: int, when: When, first_year: int, last_year: int) -> str:
    """What of an event that can be read is not among the days; nothing when all is."""
    years = str(first_year) if first_year == last_year else f"{first_year}–{last_year}"
    if when.cancelled:
        return "cancelled"
    if when.goes_on and inside:
        return f"repeats beyond {last_year}: taken up to then"
    if not inside:
        return f"outside {years}" if covered or when.goes_on else "never takes place"
    outside = covered - inside
    return f"{outside} of its {covered} days are outside {years}" if outside else ""
