"""Laws that business time keeps for every calendar, zone and instant, to the microsecond."""

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from sla.calendar import WEEKDAYS, BusinessCalendar
from sla.hours import write_clock

ZONES = ["UTC", "Europe/Paris", "America/New_York", "Australia/Lord_Howe", "America/Santiago", "Asia/Kathmandu"]
ZONES += ["Pacific/Apia", "Africa/Casablanca", "Asia/Tehran", "America/Havana"]


@st.composite
def days(draw):
    """Up to four intervals that do not overlap."""
    times = sorted(draw(st.sets(st.integers(0, 1440), max_size=8)))
    return [(write_clock(a), write_clock(b)) for a, b in zip(times[::2], times[1::2], strict=False)]


@st.composite
def calendars(draw):
    """Any week of two open hours or more, some holidays and special days around the years of `instants`."""
    week = {day: draw(days()) for day in WEEKDAYS}
    dates = st.dates(date(2009, 1, 1), date(2031, 12, 31))
    special = draw(st.dictionaries(dates, days(), max_size=3))
    assume(any(week.values()))
    calendar = BusinessCalendar(draw(st.sampled_from(ZONES)), week, draw(st.lists(dates, max_size=3)), special)
    assume(calendar.weekly_open >= timedelta(hours=2))
    return calendar


instants = st.datetimes(datetime(2010, 1, 1), datetime(2030, 12, 31), timezones=st.just(UTC))  # noqa: DTZ001 - bounds
durations = st.timedeltas(timedelta(0), timedelta(days=60))


@given(calendars(), instants, instants, instants)
@settings(deadline=None)
def test_elapsed_adds_up(calendar, a, b, c):
    """Open time from a to b and from b to c is the open time from a to c, in any order."""
    assert calendar.elapsed(a, b) + calendar.elapsed(b, c) == calendar.elapsed(a, c)
    assert calendar.elapsed(a, b) == -calendar.elapsed(b, a)
    assert abs(calendar.elapsed(a, b)) <= abs(b - a)


@given(calendars(), instants, durations)
@settings(deadline=None)
def test_add_is_the_earliest_instant_that_elapses(calendar, start, duration):
    """`add` reaches the duration exactly, and a microsecond earlier it has not been reached."""
    due = calendar.add(start, duration)
    assert due >= start
    assert calendar.elapsed(start, due) == duration
    if duration:
        assert calendar.elapsed(start, due - timedelta(microseconds=1)) < duration


@given(calendars(), instants, instants, durations, durations)
@settings(deadline=None)
def test_add_is_monotone(calendar, a, b, short, long):
    """A later start or a longer duration never gives an earlier due instant."""
    a, b = sorted((a, b))
    short, long = sorted((short, long))
    assert calendar.add(a, long) <= calendar.add(b, long)
    assert calendar.add(a, short) <= calendar.add(a, long)


@given(calendars(), instants, durations)
@settings(deadline=None)
def test_segments_cover_the_span_exactly(calendar, start, length):
    """Stretches follow each other without a hole, alternate, and their open parts are what elapsed."""
    end = start + length
    stretches = calendar.segments(start, end)
    opened = sum((s.end - s.start for s in stretches if s.open), timedelta(0))
    assert opened == calendar.elapsed(start, end)
    assert [s.start for s in stretches] == [start, *(s.end for s in stretches[:-1])][: len(stretches)]
    assert not stretches or stretches[-1].end == end
    assert all(one.open != other.open for one, other in pairwise(stretches))
    assert all(calendar.is_open(s.start) == s.open for s in stretches)


@given(calendars(), instants)
@settings(deadline=None)
def test_next_open_is_open_and_nothing_before_it_is(calendar, at):
    """The next opening is open, and no time passes in between."""
    opening = calendar.next_open(at)
    assert calendar.is_open(opening)
    assert calendar.elapsed(at, opening) == timedelta(0)
    assert calendar.is_open(at) == (opening == at)


@given(calendars(), instants, instants, st.sampled_from(ZONES))
@settings(deadline=None)
def test_a_calendar_survives_json_and_instants_any_zone(calendar, a, b, zone):
    """A calendar read back gives the same answers, and instants mean the same in whatever zone they are written."""
    twin = BusinessCalendar.from_dict(calendar.to_dict())
    assert (twin, hash(twin)) == (calendar, hash(calendar))
    tz = BusinessCalendar.always(zone)._zone
    assert twin.elapsed(a.astimezone(tz), b) == calendar.elapsed(a, b.astimezone(tz))
