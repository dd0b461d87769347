"""A second opinion on business time: looks at every minute of a few days on the wall and counts.

It shares nothing with `sla.intervals` but the rules. It knows a zone only as what the wall shows at each UTC minute,
and finds when a local time happens by looking for it on the wall: the first minute that shows it or, when clocks skip
it, the first that shows it later by as much as they jumped.
"""

from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

MINUTE = timedelta(minutes=1)
Hours = dict[str, list[tuple[str, str]]]
_DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


class Wall:
    """What a zone's clocks show at each UTC minute of `days` days from `start`."""

    def __init__(self, zone: str, start: datetime, days: int) -> None:
        self.start, self.length = start, days * 1440
        tz = ZoneInfo(zone)
        self.shown = [(start + k * MINUTE).astimezone(tz).replace(tzinfo=None, fold=0) for k in range(self.length)]
        self.first: dict[datetime, int] = {}
        for k, local in enumerate(self.shown):
            self.first.setdefault(local, k)
        self.jumps = [
            (before + MINUTE, after)
            for before, after in zip(self.shown, self.shown[1:], strict=False)
            if after > before + MINUTE
        ]

    def happens(self, local: datetime) -> tuple[int | None, bool]:
        """The minute that the local time means, and whether clocks skip it; None beyond the wall's days."""
        if local in self.first:
            return self.first[local], False
        for gap, resumed in self.jumps:
            if gap <= local < resumed:
                return self.first.get(local + (resumed - gap)), True
        return None, False

    def dates(self) -> list[date]:
        """Every date on or around the wall, those that clocks skipped too."""
        first = self.shown[0].date() - timedelta(days=1)
        return [first + timedelta(days=k) for k in range(self.length // 1440 + 4)]


@lru_cache(maxsize=64)
def wall(zone: str, start: datetime, days: int) -> Wall:
    """Walls are slow to paint, and many cases look at the same."""
    return Wall(zone, start, days)


def open_minutes(
    face: Wall, hours: Hours, holidays: frozenset[str] = frozenset(), special: Hours | None = None
) -> list[bool]:
    """Whether each minute of the wall is open."""
    minutes = [False] * face.length
    for day in face.dates():
        intervals = hours.get(_DAYS[day.weekday()], [])
        if day.isoformat() in holidays:
            intervals = []
        if special and day.isoformat() in special:
            intervals = special[day.isoformat()]
        for opens, closes in intervals:
            _open(face, minutes, _local(day, opens), _local(day, closes))
    return minutes


def _open(face: Wall, minutes: list[bool], opens: datetime, closes: datetime) -> None:
    start, start_skipped = face.happens(opens)
    end, end_skipped = face.happens(closes)
    if start_skipped and end_skipped:
        return
    if start is None and opens < face.shown[0]:
        start = 0
    if end is None and closes > face.shown[-1]:
        end = face.length
    for k in range(start if start is not None else face.length, end or 0):
        minutes[k] = True


def _local(day: date, clock: str) -> datetime:
    hour, minute = clock.split(":")
    return datetime(day.year, day.month, day.day) + timedelta(hours=int(hour), minutes=int(minute))  # noqa: DTZ001


def elapsed(minutes: list[bool], start: int, end: int) -> int:
    """Open minutes between two minutes of the wall."""
    return sum(minutes[start:end])


def add(minutes: list[bool], start: int, duration: int) -> int | None:
    """The first minute at which `duration` open minutes have passed, or None beyond the wall."""
    at = start
    while duration and at < len(minutes):
        duration -= minutes[at]
        at += 1
    return None if duration else at


def utc(year: int, month: int, day: int) -> datetime:
    """Midnight in UTC."""
    return datetime(year, month, day, tzinfo=UTC)
