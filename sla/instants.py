"""Instants as time since 1970: what `at - EPOCH` says, at half its price for datetimes in a zone met before.

Python asks the zone for every datetime that it converts. Two datetimes of one and the same zone it subtracts on the
wall clock, without asking; that and the day's offset, kept in a list, give the same instant on every day without a
change of clocks near. All else is left to Python. It knows nothing of opening hours.
"""

from datetime import UTC, date, datetime, timedelta, tzinfo
from typing import Any, Never
from zoneinfo import ZoneInfo

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
FIRST_YEAR, LAST_YEAR = 2010, 2039  # whose days are kept, a few milliseconds' work for each zone
MOST_ZONES = 64

_NONE = timedelta(0)
_FIRST_DAY, _LAST_DAY = date(FIRST_YEAR, 1, 1).toordinal(), date(LAST_YEAR, 12, 31).toordinal()


class _Unknown:
    """Stands in a list of timedeltas where none is known: a sum or difference with it is a LookupError."""

    def __radd__(self, _: object) -> Never:
        raise LookupError

    __rsub__ = __radd__


UNKNOWN: Any = _Unknown()


# By zone: its first midnight here and, for each day from there on, what makes wall time since then an instant. Zones
# compare by identity, as in the subtraction of datetimes; threads share them, and at worst do the same work twice.
_CLOCKS: dict[tzinfo | None, tuple[datetime, list[timedelta]]] = {}


def since_epoch(at: datetime) -> timedelta:
    """Exactly `at - EPOCH`, for every datetime, with its TypeError for a naive one."""
    zone = at.tzinfo
    if zone is UTC:
        return at - EPOCH
    if type(at) is datetime:  # others may subtract in a way of their own
        try:
            first, shifts = _CLOCKS[zone]
            on_the_wall = at - first
            day = on_the_wall.days
            if day >= 0:
                return on_the_wall + shifts[day]
        except KeyError:
            _meet(zone)
        except (LookupError, TypeError):  # no such day; no zone that can be looked up
            pass
    return at - EPOCH


def _meet(zone: tzinfo | None) -> None:
    if type(zone) is ZoneInfo and len(_CLOCKS) < MOST_ZONES:
        _CLOCKS[zone] = datetime.fromordinal(_FIRST_DAY).replace(tzinfo=zone), _shifts(zone)


def _shifts(zone: ZoneInfo) -> list[timedelta]:
    """For each day, unless clocks change on it or the next.

    A change shows at the first midnight after it (PEP 495, fold 0: after all skipped or repeated times). Those times
    last a day at most, so they lie within that day and the one before; elsewhere `fold` means nothing.
    """
    offsets = [zone.utcoffset(datetime.fromordinal(day)) or _NONE for day in range(_FIRST_DAY, _LAST_DAY + 3)]
    until_first = datetime.fromordinal(_FIRST_DAY).replace(tzinfo=UTC) - EPOCH
    shared = {offset: until_first - offset for offset in set(offsets)}  # few objects stay close at hand
    return [
        shared[offset] if offset == next_day == day_after else UNKNOWN
        for offset, next_day, day_after in zip(offsets, offsets[1:], offsets[2:], strict=False)
    ]
