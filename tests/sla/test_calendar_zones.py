"""Whatever zone, fold and kind a datetime comes in, the answers are those for the same instant in UTC."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sla.calendar import WEEKDAYS, BusinessCalendar
from sla.hours import write_clock
from tests.sla.builders import every_day, hours, utc
from tests.sla.zoned import ZONES, Absolute, Span, changes, near_changes

# Changes of clocks are at night, and so are most of these borders; "00:00" to "24:00" is open all through them.
BORDERS = [0, 1, 30, 60, 90, 119, 120, 121, 150, 180, 210, 240, 540, 750, 1020, 1380, 1410, 1439, 1440]


@st.composite
def days(draw):
    """Up to three intervals with borders where clocks change."""
    times = sorted(draw(st.sets(st.sampled_from(BORDERS), max_size=6)))
    return [(write_clock(a), write_clock(b)) for a, b in zip(times[::2], times[1::2], strict=False)]


@st.composite
def questions(draw):
    """A calendar, and two datetimes near changes or borders of it: in its own zone, or one of them in another's."""
    zone = draw(st.sampled_from(ZONES))
    special = draw(st.dictionaries(st.sampled_from([change.date() for change in changes(zone)]), days(), max_size=3))
    week = {day: draw(days()) for day in WEEKDAYS} | {"wed": [("09:00", "17:00")]}
    calendar = BusinessCalendar(zone.key, week, special_days=special)
    own = st.one_of(near_changes([zone]), borders(zone))
    start, end = draw(own), draw(st.one_of(own, own, near_changes(ZONES)))
    return calendar, start, end


@st.composite
def borders(draw, zone):
    """A border or a microsecond beside it, on a day next to a change of clocks, of either fold."""
    day = draw(st.sampled_from(changes(zone))).date() + timedelta(days=draw(st.integers(-3, 3)))
    moment = timedelta(minutes=draw(st.sampled_from(BORDERS)), microseconds=draw(st.integers(-1, 1)))
    return (datetime(day.year, day.month, day.day) + moment).replace(tzinfo=zone, fold=draw(st.integers(0, 1)))  # noqa: DTZ001


@given(questions())
@settings(deadline=None)
def test_elapsed_is_that_of_utc(question):
    """In either direction, and with one of the two in UTC."""
    calendar, start, end = question
    expected = calendar.elapsed(start.astimezone(UTC), end.astimezone(UTC))
    assert calendar.elapsed(start, end) == expected
    assert calendar.elapsed(end, start) == -expected
    assert calendar.elapsed(start.astimezone(UTC), end) == expected
    assert calendar.elapsed(start, end.astimezone(UTC)) == expected


@given(
    questions(), st.one_of(st.timedeltas(timedelta(0), timedelta(hours=12)), st.timedeltas(timedelta(0), hours(900)))
)
@settings(deadline=None)
def test_add_is_that_of_utc(question, duration):
    """The same instant, in UTC."""
    calendar, start, _ = question
    due = calendar.add(start, duration)
    assert due == calendar.add(start.astimezone(UTC), duration)
    assert due.tzinfo is UTC
    assert calendar.elapsed(start, due) == duration


@given(questions(), st.timedeltas(timedelta(0), hours(100)))
@settings(deadline=None)
def test_other_kinds_of_datetimes_and_zones(question, duration):
    """Descendants of datetime and timedelta that calculate in their own way, and equal zones that are not the same."""
    calendar, start, end = question
    expected, due = calendar.elapsed(start, end), calendar.add(start, duration)
    assert calendar.elapsed(Absolute.of(start), Absolute.of(end)) == expected
    assert calendar.elapsed(start, Absolute.of(end)) == expected
    assert calendar.add(Absolute.of(start), Span(0) + duration) == due
    twin = start.replace(tzinfo=TWINS[start.tzinfo.key])
    assert calendar.elapsed(twin, end) == expected
    assert calendar.add(twin, duration) == due


TWINS = {zone.key: ZoneInfo.no_cache(zone.key) for zone in ZONES}


@given(questions())
@settings(deadline=None, max_examples=30)
def test_a_calendar_without_a_table_yet_answers_alike(question):
    """The first question, which builds the table, gets the answer that the next one gets."""
    calendar, start, end = question
    fresh = [BusinessCalendar.from_dict(calendar.to_dict()) for _ in range(2)]
    assert fresh[0].elapsed(start, end) == calendar.elapsed(start, end)
    assert fresh[1].add(start, hours(1)) == calendar.add(start, hours(1))


@pytest.mark.parametrize("kind", [datetime, Absolute])
def test_beyond_the_table_at_hand(kind):
    """Instants before and after a table's years make it grow, also where sums are of another kind."""
    paris = ZoneInfo("Europe/Paris")
    for year in (1950, 2009, 2023, 2027, 2031, 2045):
        calendar = every_day("Europe/Paris", ("09:00", "17:00"))
        calendar.elapsed(utc("2025-01-06T00:00"), utc("2025-02-06T00:00"))
        assert calendar.elapsed(kind(year, 1, 4, 10, tzinfo=paris), kind(year, 1, 5, 10, tzinfo=paris)) == hours(8)
        far = calendar.add(kind(2026, 1, 5, tzinfo=paris), Span(0) + hours(8 * 365 * 4))
        assert far == datetime(2030, 1, 3, 17, tzinfo=paris)


def test_the_years_that_are_not_answered_are_the_same_in_every_zone():
    """A zoned instant outside of 1900–2199 is refused by name, as one in UTC is."""
    calendar = every_day("Pacific/Kiritimati", ("09:00", "17:00"))
    kiritimati = ZoneInfo("Pacific/Kiritimati")
    for day in (date(1, 1, 1), date(1899, 12, 30), date(2200, 1, 3), date(9999, 12, 31)):
        at = datetime(day.year, day.month, day.day, tzinfo=kiritimati)
        with pytest.raises(ValueError, match=r"^start: .* is outside 1900–2199"):
            calendar.elapsed(at, utc("2026-01-01"))
        with pytest.raises(ValueError, match=r"^start: .* is outside 1900–2199"):
            calendar.add(at, hours(1))
