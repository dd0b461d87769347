"""Business time against an oracle that looks at every minute, over zones with all kinds of clock changes."""

import os
import random
from datetime import timedelta

import pytest

from sla.calendar import WEEKDAYS, BusinessCalendar
from tests.sla import oracle

WALLS = [
    ("Europe/Paris", (2026, 3, 26)),
    ("Europe/Paris", (2026, 10, 22)),
    ("America/New_York", (2026, 3, 5)),
    ("America/New_York", (2026, 10, 29)),
    ("Australia/Lord_Howe", (2026, 4, 2)),
    ("Australia/Lord_Howe", (2026, 10, 1)),
    ("America/Santiago", (2026, 4, 2)),
    ("America/Santiago", (2026, 9, 3)),
    ("America/Havana", (2026, 3, 5)),
    ("America/Havana", (2026, 10, 29)),
    ("Asia/Kathmandu", (2026, 5, 7)),
    ("Pacific/Apia", (2011, 12, 27)),
]
DAYS = 7
CASES = int(os.environ.get("ANSWERABLE_ORACLE_CASES", "300"))
# Times around the changes come up far more often than chance would have them.
CLOCKS = [f"{h:02d}:{m:02d}" for h in (0, 1, 2, 3) for m in (0, 10, 15, 30, 45, 59)] + [
    "09:00",
    "12:30",
    "17:00",
    "23:00",
]


def random_day(rng: random.Random) -> list[tuple[str, str]]:
    """Up to three intervals, in order, that do not overlap."""
    times = sorted(rng.sample([*CLOCKS, "23:30", "24:00"], 2 * rng.randint(0, 3)))
    return list(zip(times[::2], times[1::2], strict=True))


@pytest.mark.parametrize("block", range(10))
def test_every_minute_agrees(block):
    """`elapsed`, `add`, `is_open`, `next_open` and `segments` agree with the wall on random weeks."""
    rng = random.Random(block)
    for _ in range(max(1, CASES // 10)):
        check_one(rng)


def check_one(rng: random.Random) -> None:
    zone, first = rng.choice(WALLS)
    face = oracle.wall(zone, oracle.utc(*first), DAYS)
    hours = {day: random_day(rng) for day in WEEKDAYS}
    days = [day.isoformat() for day in face.dates()]
    holidays = frozenset(rng.sample(days, rng.randint(0, 2)))
    special = {day: random_day(rng) for day in rng.sample(days, rng.randint(0, 2))}
    if not any(hours.values()):
        hours["mon"] = [("00:00", "24:00")]
    calendar = BusinessCalendar(zone, hours, holidays, special)
    minutes = oracle.open_minutes(face, hours, holidays, special)
    start, end = rng.randrange(face.length), rng.randrange(face.length)
    duration = rng.randrange(1, 2000)
    case = (zone, hours, holidays, special, start, end, duration)

    at = [face.start + k * oracle.MINUTE for k in (start, end)]
    expected = oracle.elapsed(minutes, start, end) if start <= end else -oracle.elapsed(minutes, end, start)
    assert calendar.elapsed(*at) == expected * oracle.MINUTE, case
    assert calendar.is_open(at[0]) == minutes[start], case
    due = oracle.add(minutes, start, duration)
    if due is not None:
        assert calendar.add(at[0], duration * oracle.MINUTE) == face.start + due * oracle.MINUTE, case
    opening = next((k for k in range(start, face.length) if minutes[k]), None)
    if opening is not None:
        assert calendar.next_open(at[0]) == face.start + opening * oracle.MINUTE, case
    stretches = calendar.segments(min(at), max(at))
    opened = sum(((s.end - s.start) for s in stretches if s.open), timedelta(0))
    assert opened == abs(expected) * oracle.MINUTE, case


def test_the_oracle_knows_the_rules():
    """The second opinion itself: an hour lost and won in Paris, and the day that Apia skipped."""
    night = {day: [("01:00", "04:00")] for day in WEEKDAYS}
    opened = {}
    for zone, first in (
        ("Europe/Paris", (2026, 3, 28)),
        ("Europe/Paris", (2026, 10, 24)),
        ("Pacific/Apia", (2011, 12, 29)),
    ):
        face = oracle.wall(zone, oracle.utc(*first), 3)
        for local, is_open in zip(face.shown, oracle.open_minutes(face, night), strict=True):
            opened[local.date().isoformat()] = opened.get(local.date().isoformat(), 0) + is_open
    assert opened["2026-03-29"] == 120
    assert opened["2026-10-25"] == 240
    assert "2011-12-30" not in opened
    assert opened["2011-12-31"] == 180
