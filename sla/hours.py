"""Opening hours as people write them: reads and writes times of day, weeks, dates and zone names.

It refuses every nonsense with a ValueError that names the field, and does not know when any of it happens.
Intervals are pairs of minutes after local midnight, days are proleptic ordinals.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from itertools import pairwise
from zoneinfo import ZoneInfo

from sla.intervals import DAY_MINUTES, Interval

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
MAX_INTERVALS_A_DAY = 48

_CLOCK = re.compile(r"([01][0-9]|2[0-3]):([0-5][0-9])")
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


def zone_of(timezone: object, field: str = "timezone") -> ZoneInfo:
    """The zone of an IANA name; ValueError naming `field` for anything else, whatever files the machine has."""
    if not isinstance(timezone, str) or timezone.partition("/")[0] in ("right", "posix", "localtime", "posixrules"):
        raise ValueError(f"{field}: {str(timezone)[:60]!r} is not an IANA time zone name")
    try:
        return ZoneInfo(timezone)
    except (LookupError, ValueError, OSError) as error:
        raise ValueError(f"{field}: unknown time zone {timezone[:60]!r}") from error


def read_week(hours: object) -> tuple[tuple[Interval, ...], ...]:
    if not isinstance(hours, Mapping):
        raise ValueError("hours: expected weekdays mapped to intervals")
    for day in hours:
        if day not in WEEKDAYS:
            raise ValueError(f"hours.{str(day)[:40]}: not a weekday; use {', '.join(WEEKDAYS)}")
    return tuple(read_intervals(hours.get(day, ()), f"hours.{day}") for day in WEEKDAYS)


def read_holidays(holidays: object) -> frozenset[int]:
    if isinstance(holidays, str) or not isinstance(holidays, Iterable):
        raise ValueError("holidays: expected a list of dates")
    return frozenset(_read_date(day, f"holidays[{index}]") for index, day in enumerate(holidays))


def read_special_days(special_days: object) -> dict[int, tuple[Interval, ...]]:
    """In date order, so that equal calendars have equal hashes."""
    if not isinstance(special_days, Mapping):
        raise ValueError("special_days: expected dates mapped to intervals")
    read: dict[int, tuple[Interval, ...]] = {}
    for day, intervals in special_days.items():
        field = f"special_days.{str(day)[:40]}"
        read[_read_date(day, field)] = read_intervals(intervals, field)
    return dict(sorted(read.items()))


def _read_date(value: object, field: str) -> int:
    if isinstance(value, date) and not isinstance(value, datetime):
        return value.toordinal()
    if not isinstance(value, str) or not _DATE.fullmatch(value):
        raise ValueError(f"{field}: {str(value)[:40]!r} is not a date written YYYY-MM-DD")
    try:
        return date.fromisoformat(value).toordinal()
    except ValueError as error:
        raise ValueError(f"{field}: there is no date {value}") from error


def write_intervals(intervals: tuple[Interval, ...]) -> list[list[str]]:
    return [[write_clock(opened), write_clock(closed)] for opened, closed in intervals]


def read_intervals(value: object, field: str) -> tuple[Interval, ...]:
    """Minutes after midnight for a list of ("HH:MM", "HH:MM") pairs, in order; ValueError names `field`."""
    if isinstance(value, str) or not isinstance(value, Sequence):
        raise ValueError(f"{field}: expected a list of [open, close] pairs")
    if len(value) > MAX_INTERVALS_A_DAY:
        raise ValueError(f"{field}: more than {MAX_INTERVALS_A_DAY} intervals in a day")
    intervals = sorted(_read_interval(pair, f"{field}[{index}]") for index, pair in enumerate(value))
    for (_, closed), (opened, _) in pairwise(intervals):
        if opened < closed:
            raise ValueError(f"{field}: intervals overlap at {write_clock(opened)}")
    return tuple(intervals)


def _read_interval(pair: object, field: str) -> Interval:
    if isinstance(pair, str) or not isinstance(pair, Sequence) or len(pair) != 2:
        raise ValueError(f"{field}: expected [open, close]")
    opened, closed = (_read_clock(text, field) for text in pair)
    if opened >= closed:
        raise ValueError(f"{field}: closes at {pair[1]}, which is not after it opens at {pair[0]}")
    return opened, closed


def _read_clock(text: object, field: str) -> int:
    """Minutes after midnight; "24:00" is 1440, which no interval can open at because none closes later."""
    if text == "24:00":
        return DAY_MINUTES
    match = _CLOCK.fullmatch(text) if isinstance(text, str) else None
    if match is None:
        raise ValueError(f"{field}: {str(text)[:40]!r} is not a time of day written HH:MM")
    return int(match[1]) * 60 + int(match[2])


def write_clock(minutes: int) -> str:
    """ "HH:MM" for minutes after midnight; 1440 is "24:00"."""
    return f"{minutes // 60:02d}:{minutes % 60:02d}"
