"""Open hours as intervals: placed on the UTC time line, and counted along it.

It decides what a local wall-clock time means when clocks change. It does not know weekdays, holidays or which dates to
place; `sla.calendar` does. Instants are integer microseconds since 1970-01-01T00:00Z, so no sum ever rounds.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

Interval = tuple[int, int]

DAY_MINUTES = 1440
MICROS_PER_SECOND = 1_000_000
MICROS_PER_MINUTE = 60 * MICROS_PER_SECOND
MICROS_PER_DAY = DAY_MINUTES * MICROS_PER_MINUTE
EPOCH_ORDINAL = datetime(1970, 1, 1).toordinal()  # noqa: DTZ001 - an ordinal has no zone


def place(zone: ZoneInfo, days: Iterable[tuple[int, Sequence[Interval]]]) -> Iterator[Interval]:
    """The UTC intervals, in microseconds, of each (proleptic ordinal, local intervals); days in order.

    A day that begins and ends at the same UTC offset has no clock change in it (no zone has ever changed twice within
    a day), so only the few other days need their times looked up one by one.
    """
    for ordinal, intervals in days:
        midnight = datetime.fromordinal(ordinal)
        offset = zone.utcoffset(midnight)
        if offset == zone.utcoffset(datetime.fromordinal(ordinal + 1)):
            base = (ordinal - EPOCH_ORDINAL) * MICROS_PER_DAY - _micros(offset)
            for opened, closed in intervals:
                yield base + opened * MICROS_PER_MINUTE, base + closed * MICROS_PER_MINUTE
        else:
            yield from _place_across_change(zone, midnight, intervals)


def _place_across_change(zone: ZoneInfo, midnight: datetime, intervals: Sequence[Interval]) -> Iterator[Interval]:
    for opened, closed in intervals:
        start, start_skipped = _instant(zone, midnight + timedelta(minutes=opened))
        end, end_skipped = _instant(zone, midnight + timedelta(minutes=closed))
        if start < end and not (start_skipped and end_skipped):
            yield start, end


def _instant(zone: ZoneInfo, local: datetime) -> tuple[int, bool]:
    """When the naive local time happens, and whether clocks skip it.

    PEP 495's fold 0 is exactly the house rule: the first of two occurrences, and for a skipped time the offset from
    before the change, which lands as much later on the wall as the clocks jumped.
    """
    offset = _micros(zone.utcoffset(local))
    later = _micros(zone.utcoffset(local.replace(fold=1)))
    wall = (local.toordinal() - EPOCH_ORDINAL) * MICROS_PER_DAY
    wall += (local.hour * 60 + local.minute) * MICROS_PER_MINUTE
    return wall - offset, offset < later


def _micros(offset: timedelta | None) -> int:
    return 0 if offset is None else offset // timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class IntervalTable:
    """Disjoint open intervals in order, with the open time before each: every calculation is a bisection of these.

    `first` ≤ instant < `last` is the stretch of time line for which the table is complete; `before` has one more entry
    than `opens`, the last being the total.
    """

    first: int
    last: int
    opens: list[int]
    closes: list[int]
    before: list[int]

    @classmethod
    def of(cls, first: int, last: int, intervals: Iterable[Interval]) -> "IntervalTable":
        """Joins what touches or (a closing time moved past the next opening by a clock change) overlaps."""
        opens: list[int] = []
        closes: list[int] = []
        for opened, closed in sorted(intervals):
            if closes and opened <= closes[-1]:
                closes[-1] = max(closes[-1], closed)
            else:
                opens.append(opened)
                closes.append(closed)
        before = [0]
        for opened, closed in zip(opens, closes, strict=True):
            before.append(before[-1] + closed - opened)
        return cls(first, last, opens, closes, before)

    def counted(self, at: int) -> int:
        """Open microseconds before `at`, from the table's beginning."""
        index = bisect_right(self.opens, at) - 1
        if index < 0:
            return 0
        return self.before[index] + min(at, self.closes[index]) - self.opens[index]

    def reach(self, total: int) -> int | None:
        """The earliest instant at which `total` (> 0) is counted, or None when the table is too short."""
        index = bisect_left(self.before, total) - 1
        if index == len(self.opens):
            return None
        return self.opens[index] + total - self.before[index]

    def next_open(self, at: int) -> int | None:
        """The earliest open instant that is not before `at`, or None when the table has none."""
        index = bisect_right(self.closes, at)
        return max(at, self.opens[index]) if index < len(self.opens) else None

    def stretches(self, start: int, end: int) -> Iterator[tuple[int, int, bool]]:
        """(from, to, open) stretches that follow each other and cover [start, end)."""
        index = bisect_right(self.closes, start)
        while start < end:
            opened = self.opens[index] if index < len(self.opens) else end
            if start < opened:
                yield start, min(opened, end), False
                start = opened
            else:
                yield start, min(self.closes[index], end), True
                start = self.closes[index]
                index += 1
