"""Business time: when a team is open, how much open time lies between two instants, and when a promise falls due.

One table of open UTC intervals lies under every answer, so `add` and `elapsed` cannot disagree. It decides nothing
about tickets and does not know what time it is. Instants go in as aware datetimes of any zone and come out in UTC.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from types import MappingProxyType

from sla.hours import WEEKDAYS, read_holidays, read_special_days, read_week, write_intervals, zone_of
from sla.intervals import EPOCH_ORDINAL, MICROS_PER_DAY, Interval, IntervalTable, place

FIRST_YEAR, LAST_YEAR = 1900, 2199

Hours = Sequence[tuple[str, str]] | Sequence[Sequence[str]]
Dates = Iterable[str | date]

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICRO = timedelta(microseconds=1)
_NO_DAYS: Mapping[str | date, Hours] = MappingProxyType({})
_FIRST_DAY, _LAST_DAY = date(FIRST_YEAR, 1, 1).toordinal(), date(LAST_YEAR + 1, 1, 1).toordinal()
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
    replace that date's hours, holiday or not. Anything that makes no sense raises ValueError naming the field, as do
    naive instants and those outside the years 1900–2199.
    """

    __slots__ = ("_days_off", "_hash", "_special", "_table", "_week", "_zone", "timezone")

    def __init__(
        self,
        timezone: str,
        hours: Mapping[str, Hours],
        holidays: Dates = (),
        special_days: Mapping[str | date, Hours] | Mapping[str, Hours] = _NO_DAYS,
    ) -> None:
        self._zone = zone_of(timezone)
        self.timezone = timezone
        self._week = read_week(hours)
        self._days_off = read_holidays(holidays)
        self._special = read_special_days(special_days)
        self._hash = hash((timezone, self._week, self._days_off, tuple(self._special.items())))
        self._table: IntervalTable | None = None
        if not any(self._week) and not any(place(self._zone, sorted(self._special.items()))):
            raise ValueError("hours: the calendar never opens")

    @classmethod
    def always(cls, timezone: str = "UTC") -> "BusinessCalendar":
        """Open 24 hours a day, every day."""
        return cls(timezone, {day: [("00:00", "24:00")] for day in WEEKDAYS})

    @classmethod
    def from_dict(cls, document: object) -> "BusinessCalendar":
        """From {"timezone", "hours", "holidays"?, "special_days"?}, the JSON shape of `to_dict`."""
        if not isinstance(document, Mapping):
            raise ValueError("calendar: expected an object with timezone and hours")
        for key in document:
            if key not in ("timezone", "hours", "holidays", "special_days"):
                raise ValueError(f"{str(key)[:40]}: unknown key")
        for key in ("timezone", "hours"):
            if key not in document:
                raise ValueError(f"{key}: missing")
        holidays, special_days = document.get("holidays", ()), document.get("special_days", {})
        return cls(document["timezone"], document["hours"], holidays, special_days)

    def to_dict(self) -> dict[str, object]:
        """A JSON-ready document that `from_dict` turns back into an equal calendar."""
        return {
            "timezone": self.timezone,
            "hours": {day: write_intervals(day_) for day, day_ in zip(WEEKDAYS, self._week, strict=True) if day_},
            "holidays": [date.fromordinal(day).isoformat() for day in sorted(self._days_off)],
            "special_days": {
                date.fromordinal(day).isoformat(): write_intervals(intervals)
                for day, intervals in self._special.items()
            },
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
        low, high = _instant(start, "start"), _instant(end, "end")
        table = self._covering(min(low, high), max(low, high))
        return timedelta(microseconds=table.counted(high) - table.counted(low))

    def add(self, start: datetime, duration: timedelta) -> datetime:
        """The earliest instant `t >= start`, in UTC, with `elapsed(start, t) == duration`; `start` for zero.

        ValueError for a negative duration and for one that is not reached by the end of 2199.
        """
        low = _instant(start, "start")
        if not isinstance(duration, timedelta) or duration < timedelta(0):
            raise ValueError("duration: expected a timedelta of zero or more")
        if not duration:
            return _datetime(low)
        wanted = duration // _MICRO
        return self._first(low, lambda table: table.reach(table.counted(low) + wanted), "duration: not reached")

    def is_open(self, at: datetime) -> bool:
        """Whether the half-open opening hours contain the instant."""
        instant = _instant(at, "at")
        return self._covering(instant, instant).next_open(instant) == instant

    def next_open(self, at: datetime) -> datetime:
        """The earliest open instant, in UTC, that is not before `at`; ValueError when there is none by 2199."""
        instant = _instant(at, "at")
        return self._first(instant, lambda table: table.next_open(instant), "at: the calendar does not open again")

    def segments(self, start: datetime, end: datetime) -> tuple[Stretch, ...]:
        """The open and closed stretches that follow each other from `start` to `end`; none when `end <= start`."""
        low, high = _instant(start, "start"), _instant(end, "end")
        stretches = self._covering(low, max(low, high)).stretches(low, high)
        return tuple(Stretch(_datetime(begun), _datetime(ended), is_open) for begun, ended, is_open in stretches)

    def _first(self, low: int, find: Callable[[IntervalTable], int | None], failure: str) -> datetime:
        """What `find` sees in the first table, from the one around `low` on, that is long enough to show it."""
        table = self._covering(low, low)
        while (at := find(table)) is None:
            if table.last > _HORIZON:
                break
            table = self._covering(low, table.last)
        if at is None or at > _HORIZON:
            raise ValueError(f"{failure} before the end of {LAST_YEAR}")
        return _datetime(at)

    def _covering(self, low: int, high: int) -> IntervalTable:
        """A table of whole years around both instants: the one at hand, or one at least twice as long.

        Doubling keeps the cost of ever longer spans proportional to the longest. The table is replaced and never
        changed, so threads may share a calendar; two that build at once do the same work twice.
        """
        table = self._table
        if table is not None and table.first <= low and high < table.last:
            return table
        if table is not None:
            width = table.last - table.first
            low = min(table.first, low - width if low < table.first else low)
            high = max(table.last, high + width if high >= table.last else high)
        self._table = self._build(low, high)
        return self._table

    def _build(self, low: int, high: int) -> IntervalTable:
        """The table of the whole years that hold both instants, and the year after."""
        first = date(_year(low), 1, 1).toordinal()
        last = date(min(_year(high), LAST_YEAR) + 2, 1, 1).toordinal()
        days = ((day, self._intervals_on(day)) for day in range(first - _MARGIN, last + _MARGIN))
        placed = place(self._zone, ((day, intervals) for day, intervals in days if intervals))
        return IntervalTable.of(_midnight(first), _midnight(last), placed)

    def _intervals_on(self, day: int) -> tuple[Interval, ...]:
        special = self._special.get(day)
        if special is not None:
            return special
        return () if day in self._days_off else self._week[(day - 1) % 7]

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, BusinessCalendar):
            return NotImplemented
        mine = (self.timezone, self._week, self._days_off, self._special)
        return mine == (other.timezone, other._week, other._days_off, other._special)

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


def _instant(at: datetime, field: str) -> int:
    """Microseconds since 1970 in UTC."""
    if not isinstance(at, datetime) or at.utcoffset() is None:
        raise ValueError(f"{field}: expected a datetime with a time zone")
    if not FIRST_YEAR <= at.year <= LAST_YEAR:
        raise ValueError(f"{field}: the year {at.year} is outside {FIRST_YEAR}–{LAST_YEAR}")
    return (at - _EPOCH) // _MICRO


def _datetime(instant: int) -> datetime:
    return _EPOCH + timedelta(microseconds=instant)


def _midnight(ordinal: int) -> int:
    return (ordinal - EPOCH_ORDINAL) * MICROS_PER_DAY


def _year(instant: int) -> int:
    """The year of an instant, kept inside the years that tables may cover."""
    day = EPOCH_ORDINAL + instant // MICROS_PER_DAY
    return date.fromordinal(min(max(day, _FIRST_DAY - 1), _LAST_DAY)).year


_HORIZON = _midnight(_LAST_DAY)
