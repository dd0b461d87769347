"""Open hours as intervals: placed on the UTC time line, and counted along it.

It decides what a local wall-clock time means when clocks change. It does not know weekdays, holidays or which dates to
place; `sla.calendar` does. Instants are timedeltas since 1970-01-01T00:00Z, so no sum ever rounds; opening and closing
times fall on whole seconds.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from sla.instants import UNKNOWN

Interval = tuple[int, int]

DAY_MINUTES = 1440
DAY_SECONDS = 86_400
EPOCH_ORDINAL = datetime(1970, 1, 1).toordinal()  # noqa: DTZ001 - an ordinal has no zone


def place(zone: ZoneInfo, days: Iterable[tuple[int, Sequence[Interval]]]) -> Iterator[Interval]:
    """The UTC intervals, in seconds since 1970, of each (proleptic ordinal, local intervals); days in order.

    A day that begins and ends at the same UTC offset has no clock change in it (no zone has ever changed twice within
    a day), so only the few other days need their times looked up one by one.
    """
    for ordinal, intervals in days:
        midnight = datetime.fromordinal(ordinal)
        offset = zone.utcoffset(midnight)
        if offset == zone.utcoffset(datetime.fromordinal(ordinal + 1)):
            base = (ordinal - EPOCH_ORDINAL) * DAY_SECONDS - _seconds(offset)
            for opened, closed in intervals:
                yield base + opened * 60, base + closed * 60
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
    offset = _seconds(zone.utcoffset(local))
    later = _seconds(zone.utcoffset(local.replace(fold=1)))
    wall = (local.toordinal() - EPOCH_ORDINAL) * DAY_SECONDS
    wall += (local.hour * 60 + local.minute) * 60
    return wall - offset, offset < later


def _seconds(offset: timedelta | None) -> int:
    """Whole seconds, of which every offset of the IANA database is made."""
    return 0 if offset is None else offset.days * DAY_SECONDS + offset.seconds


@dataclass(frozen=True, slots=True, eq=False)
class IntervalTable:
    """Disjoint open intervals in order, with the open time before each: every calculation is a bisection of these.

    `first` ≤ instant < `last`, in seconds, is the stretch of time that the table knows. Of n intervals `opens` has n
    entries, the others n + 1: entry i speaks of the time after i openings and before the next, namely when it closes
    and the open seconds counted by then. What is searched are the same as timedeltas: `openings`, with one more at
    `last`, after which every list ends; `closings`; `counts`; and the `shifts` that make an instant before the closing
    its open time, of which the first, for instants before the table, is unknown.
    """

    first: int
    last: int
    opens: list[int]
    closes: list[int]
    totals: list[int]
    openings: list[timedelta]
    closings: list[timedelta]
    counts: list[timedelta]
    shifts: list[timedelta]

    @classmethod
    def of(cls, first: int, last: int, intervals: Iterable[Interval]) -> "IntervalTable":
        """Cuts at both ends; joins what touches, or overlaps where a change of clocks moved a closing time."""
        opens: list[int] = []
        closes = [first]
        for opened, closed in sorted(intervals):
            if opens and opened <= closes[-1]:
                closes[-1] = max(closes[-1], min(closed, last))
            elif opened < last and first < closed:
                opens.append(max(opened, first))
                closes.append(min(closed, last))
        totals = [0]
        for opened, closed in zip(opens, closes[1:], strict=True):
            totals.append(totals[-1] + closed - opened)
        openings = [timedelta(seconds=at) for at in (*opens, last)]
        closings = [timedelta(seconds=at) for at in closes]
        counts = [timedelta(seconds=total) for total in totals]
        shifts = [UNKNOWN, *(count - at for count, at in zip(counts[1:], closings[1:], strict=True))]
        return cls(first, last, opens, closes, totals, openings, closings, counts, shifts)

    def counted(self, since: timedelta) -> timedelta:
        """Open time before the instant, from the table's beginning; LookupError outside the table."""
        index = bisect_right(self.openings, since)
        return since + self.shifts[index] if since < self.closings[index] else self.counts[index]

    def reach(self, total: timedelta) -> timedelta | None:
        """The earliest instant at which `total` (> 0) is counted, or None when the table is too short."""
        index = bisect_left(self.counts, total)
        return total - self.shifts[index] if index < len(self.shifts) else None

    def next_open(self, since: timedelta) -> timedelta | None:
        """The earliest open instant that is not before this one, or None when the table has none."""
        index = bisect_right(self.closes, whole_seconds(since)) - 1
        return max(since, timedelta(seconds=self.opens[index])) if index < len(self.opens) else None

    def stretches(self, start: timedelta, end: timedelta) -> Iterator[tuple[timedelta, timedelta, bool]]:
        """(from, to, open) stretches that follow each other and cover [start, end), both inside the table."""
        index = bisect_right(self.closes, whole_seconds(start)) - 1
        while start < end:
            opened = timedelta(seconds=self.opens[index]) if index < len(self.opens) else end
            if start < opened:
                yield start, min(opened, end), False
                start = opened
            else:
                closed = timedelta(seconds=self.closes[index + 1])
                yield start, min(closed, end), True
                start = closed
                index += 1


def whole_seconds(since: timedelta) -> int:
    """Rounded down."""
    return since.days * DAY_SECONDS + since.seconds
