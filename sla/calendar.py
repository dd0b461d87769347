"""Business time: when a team is open, how much open time lies between two instants, and when a promise falls due.

One table of open UTC intervals lies under every answer, so `add` and `elapsed` cannot disagree. It decides nothing
about tickets and does not know what time it is. Instants go in as aware datetimes of any zone and come out in UTC.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import lru_cache
from types import MappingProxyType

from sla.hours import WEEKDAYS, read_holidays, read_special_days, read_week, write_intervals, zone_of
from sla.instants import EPOCH, since_epoch
from sla.intervals import DAY_SECONDS, EPOCH_ORDINAL, Interval, IntervalTable, place, whole_seconds
from sla.public_holidays import check_region, public_holidays

FIRST_YEAR, LAST_YEAR = 1900, 2199

Hours = Sequence[tuple[str, str]] | Sequence[Sequence[str]]
Dates = Iterable[str | date]

_KEYS = ("timezone", "hours", "holidays", "special_days", "country", "region")
_NOTHING = timedelta(0)
_NO_TABLE = IntervalTable.of(0, 0, ())
_NOT_AT_HAND = (LookupError, TypeError, AttributeError)  # beyond the table, or no instant at all: see `_instant`
_NO_DAYS: Mapping[str | date, Hours] = MappingProxyType({})
_FIRST_DAY, _LAST_DAY = date(FIRST_YEAR, 1, 1).toordinal(), date(LAST_YEAR + 1, 1, 1).toordinal()
_ALL_YEARS = timedelta(days=_LAST_DAY - _FIRST_DAY)
_MARGIN = 3  # days; more than any zone is away from UTC, so that a table is complete at both ends


@dataclass(frozen=True, slots=True)
class Stretch:
    """A half-open piece of time, in UTC, during which the calendar is all open or all closed."""

    start: datetime
    end: datetime
    open: bool


class BusinessCalendar:
    """Opening hours in one time zone; an immutable value.

    `timezone` is an IANA name. `hours` maps "mon"…"sun" to ("HH:MM", "HH:MM") local intervals, half open, "24:00" being
    the next midnight. `holidays` are ISO dates, closed all day; `special_days` maps ISO dates to the intervals that
    replace that date's hours, holiday or not; `country` (ISO 3166-1, such as "FR") and `region` close the calendar on
    their public holidays too. Anything that makes no sense raises ValueError naming the field, as do
    naive instants and those outside the years 1900–2199, in UTC.
    """

    __slots__ = (
        "_days_off",
        "_hash",
        "_parts",
        "_special",
        "_table",
        "_week",
        "_zone",
        "country",
        "region",
        "timezone",
    )

    def __init__(
        self,
        timezone: str,
        hours: Mapping[str, Hours],
        holidays: Dates = (),
        special_days: Mapping[str | date, Hours] | Mapping[str, Hours] = _NO_DAYS,
        country: str | None = None,
        region: str | None = None,
    ) -> None:
        self._zone = zone_of(timezone)
        self.timezone = timezone
        self._week = read_week(hours)
        self._days_off = read_holidays(holidays)
        self._special = read_special_days(special_days)
        check_region(country, region)
        self.country, self.region = country, region
        self._parts = (timezone, self._week, self._days_off, tuple(self._special.items()), country, region)
        self._hash = hash(self._parts)
        self._table = _NO_TABLE
        special = [(day, hours) for day, hours in self._special.items() if _FIRST_DAY <= day < _LAST_DAY]
        if not any(self._week) and not any(place(self._zone, special)):
            raise ValueError("hours: the calendar never opens")

    @classmethod
    def always(cls, timezone: str = "UTC") -> "BusinessCalendar":
        """Open 24 hours a day, every day."""
        return cls(timezone, {day: [("00:00", "24:00")] for day in WEEKDAYS})

    @classmethod
    def from_dict(cls, document: object) -> "BusinessCalendar":
        """From {"timezone", "hours", "holidays"?, "special_days"?, "country"?, "region"?}, the JSON of `to_dict`."""
        if not isinstance(document, Mapping):
            raise ValueError("calendar: expected an object with timezone and hours")
        for key in document:
            if key not in _KEYS:
                raise ValueError(f"{str(key)[:40]}: unknown key")
        for key in ("timezone", "hours"):
            if key not in document:
                raise ValueError(f"{key}: missing")
        return cls(**document)

    def to_dict(self) -> dict[str, object]:
        """A JSON-ready document that `from_dict` turns back into an equal calendar."""
        by_country = {"country": self.country, "region": self.region}
        return {
            "timezone": self.timezone,
            "hours": {day: write_intervals(day_) for day, day_ in zip(WEEKDAYS, self._week, strict=True) if day_},
            "holidays": [date.fromordinal(day).isoformat() for day in sorted(self._days_off)],
            "special_days": {
                date.fromordinal(day).isoformat(): write_intervals(intervals)
                for day, intervals in self._special.items()
            },
            **{key: value for key, value in by_country.items() if value is not None},
        }

    def in_timezone(self, timezone: str) -> "BusinessCalendar":
        """The same wall-clock hours and dates, kept in another zone; ValueError when there is no such zone."""
        return self if timezone == self.timezone else _moved(self, timezone)

    @property
    def weekly_open(self) -> timedelta:
        """Open time in a week without holidays, special days or clock changes."""
        return timedelta(minutes=sum(closed - opened for day in self._week for opened, closed in day))

    def elapsed(self, start: datetime, end: datetime) -> timedelta:
        """Open time from `start` to `end` in real seconds, to the microsecond; negative when `end` comes first."""
        try:
            counted = self._table.counted
            return counted(since_epoch(end)) - counted(since_epoch(start))
        except _NOT_AT_HAND:
            low, high = _instant(start, "start"), _instant(end, "end")
            table = self.table(min(low, high), max(low, high))
            return table.counted(high) - table.counted(low)

    def add(self, start: datetime, duration: timedelta) -> datetime:
        """The earliest instant `t >= start`, in UTC, with `elapsed(start, t) == duration`; `start` for zero.

        ValueError for a negative duration and for one that is not reached by the end of 2199.
        """
        try:
            if _NOTHING < duration < _ALL_YEARS:
                table = self._table
                due = table.reach(table.counted(since_epoch(start)) + duration)
                if due is not None:
                    return EPOCH + due
        except _NOT_AT_HAND:
            pass
        return self._add_far(start, duration)

    def _add_far(self, start: datetime, duration: timedelta) -> datetime:
        """`add` with every check, building whatever table it takes."""
        low = _instant(start, "start")
        if not isinstance(duration, timedelta) or duration < _NOTHING:
            raise ValueError("duration: expected a timedelta of zero or more")
        if not duration:
            return EPOCH + low
        wanted = min(duration, _ALL_YEARS)
        return self._first(low, lambda table: table.reach(table.counted(low) + wanted), "duration: not reached")

    def is_open(self, at: datetime) -> bool:
        """Whether the half-open opening hours contain the instant."""
        instant = _instant(at, "at")
        return self.table(instant, instant).next_open(instant) == instant

    def next_open(self, at: datetime) -> datetime:
        """The earliest open instant, in UTC, that is not before `at`; ValueError when there is none by 2199."""
        instant = _instant(at, "at")
        return self._first(instant, lambda table: table.next_open(instant), "at: the calendar does not open again")

    def segments(self, start: datetime, end: datetime) -> tuple[Stretch, ...]:
        """The open and closed stretches that follow each other from `start` to `end`; none when `end <= start`."""
        low, high = _instant(start, "start"), _instant(end, "end")
        stretches = self.table(low, max(low, high)).stretches(low, high)
        return tuple(Stretch(EPOCH + begun, EPOCH + ended, is_open) for begun, ended, is_open in stretches)

    def _first(self, low: timedelta, find: Callable[[IntervalTable], timedelta | None], failure: str) -> datetime:
        """What `find` sees in the first table, from the one around `low` on, that is long enough to show it."""
        table = self.table(low, low)
        while (at := find(table)) is None:
            if table.last >= HORIZON:
                raise ValueError(f"{failure} before the end of {LAST_YEAR}")
            table = self.table(low, timedelta(seconds=table.last))
        return EPOCH + at

    def table(self, low: timedelta, high: timedelta) -> IntervalTable:
        """A table of whole years around both instants (since 1970): the one at hand, or one at least twice as long.

        Doubling keeps the cost of ever longer spans proportional to the longest. The table is replaced and never
        changed, so threads may share a calendar; two that build at once do the same work twice.
        """
        table, first, last = self._table, whole_seconds(low), whole_seconds(high)
        if table.first <= first and last < table.last:
            return table
        if table is not _NO_TABLE:
            width = table.last - table.first
            first = min(table.first, first - width if first < table.first else first)
            last = max(table.last, last + width if last >= table.last else last)
        self._table = self._build(_year(first), _year(last))
        return self._table

    def _build(self, first_year: int, last_year: int) -> IntervalTable:
        """The table of these whole years, and the year after."""
        first = date(first_year, 1, 1).toordinal()
        last = date(min(last_year, LAST_YEAR - 1) + 2, 1, 1).toordinal()
        closed = self._days_off | self._public_holidays(first_year - 1, last_year + 2)
        days = ((day, self._intervals_on(day, closed)) for day in range(first - _MARGIN, last + _MARGIN))
        placed = place(self._zone, ((day, intervals) for day, intervals in days if intervals))
        return IntervalTable.of(_midnight(first), _midnight(last), placed)

    def _public_holidays(self, first_year: int, last_year: int) -> frozenset[int]:
        if self.country is None:
            return frozenset()
        return frozenset(day.toordinal() for day in public_holidays(self.country, self.region, first_year, last_year))

    def _intervals_on(self, day: int, closed: frozenset[int]) -> tuple[Interval, ...]:
        special = self._special.get(day)
        if special is not None:
            return special
        return () if day in closed else self._week[(day - 1) % 7]

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, BusinessCalendar):
            return NotImplemented
        return self._parts == other._parts

    def __hash__(self) -> int:
        return self._hash

    def __repr__(self) -> str:
        document = self.to_dict()
        return f"BusinessCalendar({', '.join(f'{key}={value!r}' for key, value in document.items())})"

    def __reduce__(self) -> tuple[object, ...]:
        return BusinessCalendar.from_dict, (self.to_dict(),)


@lru_cache(maxsize=256)
def _moved(calendar: BusinessCalendar, timezone: str) -> BusinessCalendar:
    return BusinessCalendar.from_dict({**calendar.to_dict(), "timezone": timezone})


def _instant(at: datetime, field: str) -> timedelta:
    """Since 1970 in UTC."""
    if not isinstance(at, datetime) or at.utcoffset() is None:
        raise ValueError(f"{field}: expected a datetime with a time zone")
    since = at - EPOCH
    if not FLOOR <= whole_seconds(since) < HORIZON:
        raise ValueError(f"{field}: {at.isoformat()} is outside {FIRST_YEAR}–{LAST_YEAR}, in UTC")
    return since


def _midnight(ordinal: int) -> int:
    return (ordinal - EPOCH_ORDINAL) * DAY_SECONDS


def _year(seconds: int) -> int:
    """The year of an instant, kept inside the years that tables may cover."""
    day = EPOCH_ORDINAL + seconds // DAY_SECONDS
    return date.fromordinal(min(max(day, _FIRST_DAY), _LAST_DAY - 1)).year


FLOOR, HORIZON = _midnight(_FIRST_DAY), _midnight(_LAST_DAY)  # seconds since 1970
