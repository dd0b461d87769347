"""Yearly recurrence (RFC 5545, FREQ=YEARLY), as far as closing days need it.

It decides on which dates such a rule falls, walking a bounded number of years, so that no rule, however it is made, can
keep it busy; general libraries search for the next date of a rule that has none until the year 9999.
"""

import calendar
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

_PARTS = ("FREQ", "INTERVAL", "COUNT", "UNTIL", "BYMONTH", "BYMONTHDAY", "BYDAY", "WKST")
_WEEKDAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")


@dataclass(frozen=True, slots=True)
class YearlyRule:
    """`weekdays` are (ordinal or 0, Monday = 0): (4, 3) is the fourth Thursday, of each month of `months` or, where
    none is given, of the year; `monthdays` count from the month's end when negative."""

    interval: int = 1
    count: int | None = None
    until: date | None = None
    months: tuple[int, ...] = ()
    monthdays: tuple[int, ...] = ()
    weekdays: tuple[tuple[int, int], ...] = ()

    @classmethod
    def read(cls, parts: Mapping[str, Sequence[object]]) -> "YearlyRule":
        """From the parts of a rule, each a list; ValueError naming the part that is unknown or makes no sense."""
        for name in parts:
            if name not in _PARTS:
                raise ValueError(f"{name[:40]}: this part of a rule is not supported")
        if [str(value) for value in parts.get("FREQ", ())] != ["YEARLY"]:
            raise ValueError("FREQ: only yearly rules are supported; what is closed every week belongs to the hours")
        interval, count = _numbers(parts, "INTERVAL", 1, 1000), _numbers(parts, "COUNT", 1, 1_000_000)
        rule = cls(
            interval=interval[0] if interval else 1,
            count=count[0] if count else None,
            until=_until(parts.get("UNTIL", ())),
            months=_numbers(parts, "BYMONTH", 1, 12),
            monthdays=_numbers(parts, "BYMONTHDAY", -31, 31),
            weekdays=tuple(sorted({_weekday(str(value)) for value in parts.get("BYDAY", ())})),
        )
        if rule.monthdays and any(ordinal for ordinal, _ in rule.weekdays):
            raise ValueError("BYDAY: numbered weekdays together with BYMONTHDAY are not supported")
        return rule

    def dates(self, start: date, last_year: int) -> Iterator[date]:
        """The dates, in order, from `start` on and up to the end of `last_year`."""
        left = self.count
        for year in range(start.year, last_year + 1, self.interval):
            for day in self._in_year(year, start):
                if day < start:
                    continue
                if left == 0 or (self.until is not None and day > self.until):
                    return
                yield day
                left = None if left is None else left - 1

    def goes_on(self, found: int, last_year: int) -> bool:
        """Whether the rule may have dates after `last_year`, when `found` is how many it has up to then."""
        if self.count is not None and found >= self.count:
            return False
        return self.until is None or self.until.year > last_year

    def _in_year(self, year: int, start: date) -> list[date]:
        if self.weekdays and not self.monthdays:
            months = [[date(year, month, 1), _last(year, month)] for month in self.months]
            periods = months or [[date(year, 1, 1), date(year, 12, 31)]]
            return sorted({day for first, last in periods for day in self._weekdays_between(first, last)})
        numbers = self.months or (tuple(range(1, 13)) if self.monthdays else (start.month,))
        days = {day for month in numbers for day in _month_days(year, month, self.monthdays or (start.day,))}
        wanted = {weekday for _, weekday in self.weekdays}
        return sorted(day for day in days if not wanted or day.weekday() in wanted)

    def _weekdays_between(self, first: date, last: date) -> Iterator[date]:
        for ordinal, weekday in self.weekdays:
            earliest = first + timedelta(days=(weekday - first.weekday()) % 7)
            matching = range(earliest.toordinal(), last.toordinal() + 1, 7)
            if not ordinal:
                yield from map(date.fromordinal, matching)
            elif abs(ordinal) <= len(matching):
                yield date.fromordinal(matching[ordinal - 1 if ordinal > 0 else ordinal])


def _last(year: int, month: int) -> date:
    return date(year, month, calendar.monthrange(year, month)[1])


def _month_days(year: int, month: int, numbers: Iterable[int]) -> Iterator[date]:
    length = _last(year, month).day
    for number in numbers:
        day = number if number > 0 else length + 1 + number
        if 1 <= day <= length:
            yield date(year, month, day)


def _numbers(parts: Mapping[str, Sequence[object]], name: str, least: int, most: int) -> tuple[int, ...]:
    """The distinct numbers of a part; none when it is absent."""
    numbers = set()
    for value in parts.get(name, ()):
        if not isinstance(value, int) or not least <= value <= most or value == 0:
            raise ValueError(f"{name}: {str(value)[:40]!r} is not a number from {least} to {most}")
        numbers.add(int(value))
    return tuple(sorted(numbers))


def _weekday(text: str) -> tuple[int, int]:
    ordinal, name = text[:-2] or "0", text[-2:].upper()
    if name not in _WEEKDAYS or not ordinal.lstrip("+-").isdecimal() or not -53 <= int(ordinal) <= 53:
        raise ValueError(f"BYDAY: {text[:40]!r} is not a weekday such as MO or -1FR")
    return int(ordinal), _WEEKDAYS.index(name)


def _until(values: Sequence[object]) -> date | None:
    if not values:
        return None
    value = values[0]
    if not isinstance(value, date):
        raise ValueError(f"UNTIL: {str(value)[:40]!r} is not a date")
    return value.date() if isinstance(value, datetime) else value
