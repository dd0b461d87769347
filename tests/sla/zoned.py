"""Datetimes where zones are at their worst: on the wall clock around changes of offset, and unlike Python's own."""

from datetime import UTC, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from hypothesis import strategies as st

ZONES = [
    ZoneInfo(name)
    for name in (
        *("UTC", "America/New_York", "Europe/Paris", "Europe/Dublin", "Africa/Casablanca", "Australia/Lord_Howe"),
        *("Pacific/Apia", "America/St_Johns", "America/Havana", "America/Santiago", "Asia/Kathmandu", "Asia/Pyongyang"),
        *("America/Caracas", "Africa/Cairo", "Antarctica/Troll", "Asia/Gaza", "Pacific/Kiritimati", "Europe/Moscow"),
    )
]
_FIRST, _DAYS = datetime(2009, 6, 1, tzinfo=UTC), 32 * 365


@lru_cache(maxsize=64)
def changes(zone: ZoneInfo) -> tuple[datetime, ...]:
    """The last UTC minutes with an old offset, around the years that `sla.instants` keeps; midsummer without any."""
    found = []
    offset = _FIRST.astimezone(zone).utcoffset()
    for day in range(_DAYS):
        low, high = 0, 1440
        start = _FIRST + timedelta(days=day)
        if (after := (start + timedelta(days=1)).astimezone(zone).utcoffset()) == offset:
            continue
        while high - low > 1:
            middle = (low + high) // 2
            kept = (start + timedelta(minutes=middle)).astimezone(zone).utcoffset() == offset
            low, high = (middle, high) if kept else (low, middle)
        found.append(start + timedelta(minutes=low))
        offset = after
    return tuple(found) or (datetime(2026, 7, 1, tzinfo=UTC),)


@st.composite
def near_changes(draw, zones):
    """An aware datetime, existing or skipped and of either fold, within two days of a change in its zone."""
    zone = draw(st.sampled_from(zones))
    change = draw(st.sampled_from(changes(zone)))
    minutes = draw(st.one_of(st.integers(-150, 150), st.integers(-48 * 60, 48 * 60)))
    moment = timedelta(minutes=minutes, microseconds=draw(st.sampled_from([0, 0, 1, -1, 30_000_000])))
    wall = change.astimezone(zone).replace(tzinfo=None) + moment
    return wall.replace(tzinfo=zone, fold=draw(st.integers(0, 1)))


class Span(timedelta):
    """A timedelta whose sums are of its own kind, as those of pandas are."""

    def __add__(self, other):
        """A span."""
        total = super().__add__(other)
        return total if total is NotImplemented else Span(total.days, total.seconds, total.microseconds)


class Absolute(datetime):
    """A datetime that subtracts in real time also from one in the same zone, as pandas' does."""

    @classmethod
    def of(cls, at: datetime) -> "Absolute":
        """The same, of this kind."""
        return cls(at.year, at.month, at.day, at.hour, at.minute, at.second, at.microsecond, at.tzinfo, fold=at.fold)

    def __sub__(self, other):
        """Real time, as a span."""
        apart = datetime.combine(self.date(), self.time(), UTC) - other.replace(tzinfo=UTC)
        return Span(0) + (apart - self.utcoffset() + other.utcoffset())
