"""Business time over whole columns, for reports and replays: the answers of `sla.calendar`, many at a time.

It decides nothing of its own: the same table of intervals lies under it. Instants are NumPy datetime64 in UTC and
durations timedelta64, both to the microsecond; columns broadcast together.
"""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sla.calendar import FIRST_YEAR, FLOOR, HORIZON, LAST_YEAR, BusinessCalendar
from sla.intervals import DAY_SECONDS, IntervalTable

Instants = NDArray[np.datetime64]
Durations = NDArray[np.timedelta64]
Micros = NDArray[np.int64]

_SECOND = 1_000_000
_DAY = DAY_SECONDS * _SECOND
_MANY = 8  # openings a day from which a binary search is faster than steps


def instants(datetimes: Iterable[datetime]) -> Instants:
    """A column of aware datetimes of any zones, in UTC; ValueError naming the first one that is naive."""
    naive = []
    for index, at in enumerate(datetimes):
        if at.utcoffset() is None:
            raise ValueError(f"datetimes[{index}]: expected a datetime with a time zone")
        naive.append(at.astimezone(UTC).replace(tzinfo=None))
    return np.array(naive, "datetime64[us]")


def elapsed_column(calendar: BusinessCalendar, starts: Instants, ends: Instants) -> Durations:
    """`calendar.elapsed` of each row, as timedelta64[us]; ValueError naming column and row."""
    low, high = _instants(starts, "starts"), _instants(ends, "ends")
    if not low.size or not high.size:
        return np.zeros(np.broadcast_shapes(low.shape, high.shape), "timedelta64[us]")
    columns = _Columns(_table(calendar, min(low.min(), high.min()), max(low.max(), high.max())))
    return np.asarray(columns.counted(high) - columns.counted(low)).view("timedelta64[us]")


def add_column(calendar: BusinessCalendar, starts: Instants, durations: Durations) -> Instants:
    """`calendar.add` of each row, as datetime64[us] in UTC; ValueError naming column and row."""
    start, wanted = np.broadcast_arrays(_instants(starts, "starts"), _durations(durations))
    if not start.size:
        return start.view("datetime64[us]")
    low, high = start.min(), start.max()
    columns = _Columns(_table(calendar, low, high))
    while (total := columns.counted(start) + wanted).max() > columns.before[-1]:
        if columns.last >= HORIZON * _SECOND:
            raise ValueError(f"durations[{total.argmax()}]: not reached before the end of {LAST_YEAR}")
        columns = _Columns(_table(calendar, low, columns.last))
    return np.where(wanted == 0, start, columns.reach(total)).view("datetime64[us]")


class _Columns:
    """An `IntervalTable` as arrays of microseconds."""

    def __init__(self, table: IntervalTable) -> None:
        self.first, self.last = table.first * _SECOND, table.last * _SECOND
        self.opens = np.array([*table.opens, table.last], np.int64) * _SECOND
        self.before = np.array(table.totals, np.int64) * _SECOND
        self.shifts = self.before - np.array(table.closes, np.int64) * _SECOND
        midnights = np.arange(self.first, self.last + 1, _DAY)
        self.opened = np.searchsorted(self.opens[:-1], midnights)
        self.most_a_day = int(np.diff(self.opened).max())

    def counted(self, at: Micros) -> Micros:
        """Open microseconds before each instant, all of them inside the table."""
        index = self._openings(at)
        return np.minimum(at + self.shifts.take(index), self.before.take(index))

    def _openings(self, at: Micros) -> Micros:
        """How many intervals have opened at or before each instant: those before its UTC day, and on by steps."""
        if self.most_a_day >= _MANY:
            return np.searchsorted(self.opens[:-1], at, side="right")
        index = self.opened.take((at - self.first) // _DAY)
        for _ in range(self.most_a_day):
            index = index + (self.opens.take(index) <= at)
        return index

    def reach(self, total: Micros) -> Micros:
        """The earliest instants at which each (> 0) is counted."""
        return total - self.shifts.take(np.searchsorted(self.before, total))


def _table(calendar: BusinessCalendar, low: int, high: int) -> IntervalTable:
    return calendar.table(timedelta(microseconds=int(low)), timedelta(microseconds=int(high)))


def _instants(values: Any, name: str) -> Micros:
    column = np.asarray(values)
    if column.dtype.kind != "M":
        raise ValueError(f"{name}: expected datetime64 in UTC")
    micros = column.astype("datetime64[us]").view(np.int64)
    wrong = (micros < FLOOR * _SECOND) | (micros >= HORIZON * _SECOND)  # NaT is the least integer
    if wrong.any():
        row = int(wrong.argmax())
        raise ValueError(f"{name}[{row}]: {column.flat[row]} is outside {FIRST_YEAR}–{LAST_YEAR}, in UTC")
    return micros


def _durations(values: Any) -> Micros:
    column = np.asarray(values)
    if column.dtype.kind != "m":
        raise ValueError("durations: expected timedelta64")
    micros = column.astype("timedelta64[us]").view(np.int64)
    wrong = (micros < 0) | (micros >= (HORIZON - FLOOR) * _SECOND)
    if wrong.any():
        row = int(wrong.argmax())
        raise ValueError(f"durations[{row}]: {column.flat[row]} is not between zero and {LAST_YEAR - FIRST_YEAR} years")
    return micros
