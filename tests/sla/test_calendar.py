"""What each edge of business time means, one named case at a time."""

import copy
import pickle
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from sla.calendar import BusinessCalendar, Stretch
from tests.sla.builders import every_day, hours, minutes, office, utc


def test_adds_within_a_day():
    """Two hours from ten are due at twelve."""
    assert office().add(utc("2026-11-23T10:00"), hours(2)) == utc("2026-11-23T12:00")


def test_adds_over_the_weekend():
    """Friday's last hour and Monday's first make two hours."""
    assert office().add(utc("2026-11-20T16:00"), hours(2)) == utc("2026-11-23T10:00")


def test_reaching_closing_time_exactly_is_due_at_closing_time():
    """What takes all that is left of the day is due at closing time, not at the next opening."""
    assert office().add(utc("2026-11-20T16:00"), hours(1)) == utc("2026-11-20T17:00")
    assert office().add(utc("2026-11-20T16:00"), hours(9)) == utc("2026-11-23T17:00")


def test_a_microsecond_more_is_due_after_the_next_opening():
    """Nothing is rounded: a microsecond past closing time falls on the next working day."""
    due = office().add(utc("2026-11-20T16:00"), hours(1) + timedelta(microseconds=1))
    assert due == utc("2026-11-23T09:00:00.000001")


def test_adding_nothing_gives_the_start_even_when_closed():
    """`add(start, 0)` is `start`, in UTC."""
    start = datetime(2026, 11, 21, 12, tzinfo=ZoneInfo("Europe/Paris"))
    due = office().add(start, timedelta(0))
    assert due == start
    assert due.tzinfo is UTC


def test_elapsed_counts_open_time_only():
    """From Friday noon to Monday noon there are five and three hours."""
    assert office().elapsed(utc("2026-11-20T12:00"), utc("2026-11-23T12:00")) == hours(8)


def test_elapsed_backwards_is_negative():
    """A span that ends before it starts is the negative of its reverse."""
    assert office().elapsed(utc("2026-11-23T12:00"), utc("2026-11-20T12:00")) == hours(-8)


def test_full_precision_far_away():
    """A microsecond counts in the year 2150, where floating point would lose it."""
    start = utc("2150-06-01T10:00:00.000001")
    assert office().elapsed(start, utc("2150-06-01T10:00:00.000004")) == timedelta(microseconds=3)


def test_several_intervals_a_day_and_touching_ones():
    """A lunch break does not count; intervals that touch are one, in whatever order they are given."""
    lunch = every_day("UTC", ("13:30", "18:00"), ("09:00", "12:30"))
    assert lunch.elapsed(utc("2026-11-23T12:00"), utc("2026-11-23T14:00")) == hours(1)
    touching = every_day("UTC", ("12:00", "17:00"), ("09:00", "12:00"))
    assert touching.segments(utc("2026-11-23T09:00"), utc("2026-11-23T17:00")) == (
        Stretch(utc("2026-11-23T09:00"), utc("2026-11-23T17:00"), True),
    )


def test_hours_are_half_open():
    """The opening instant is open and the closing instant is closed."""
    assert office().is_open(utc("2026-11-23T09:00"))
    assert not office().is_open(utc("2026-11-23T08:59:59.999999"))
    assert office().is_open(utc("2026-11-23T16:59:59.999999"))
    assert not office().is_open(utc("2026-11-23T17:00"))


def test_next_open_is_now_when_open_and_else_the_next_opening():
    """The instant itself when open, Monday morning after Friday's close, further on after holidays."""
    assert office().next_open(utc("2026-11-23T12:00")) == utc("2026-11-23T12:00")
    assert office().next_open(utc("2026-11-20T17:00")) == utc("2026-11-23T09:00")
    away = office(holidays=["2026-11-23"])
    assert away.next_open(utc("2026-11-20T17:00")) == utc("2026-11-24T09:00")


def test_midnight_to_midnight_joins_days():
    """ "24:00" is the next day's midnight, so that two whole days are one open stretch."""
    weekend = BusinessCalendar("UTC", {"sat": [("00:00", "24:00")], "sun": [("00:00", "24:00")]})
    start, end = utc("2026-11-21T00:00"), utc("2026-11-23T00:00")
    assert weekend.segments(start, end) == (Stretch(start, end, True),)
    assert weekend.add(start, hours(48)) == end


def test_always_is_open_day_and_night():
    """24/7 counts real time, whatever clocks do."""
    always = BusinessCalendar.always()
    assert always.add(utc("2026-03-28T12:34:56"), hours(72)) == utc("2026-03-31T12:34:56")
    assert always.is_open(utc("2026-12-25T03:00"))
    paris = BusinessCalendar.always("Europe/Paris")
    assert paris.elapsed(utc("2026-03-28T12:00"), utc("2026-03-30T12:00")) == hours(48)


def test_holidays_are_dates_in_the_calendars_own_zone():
    """A holiday in Auckland begins at Auckland's midnight, half a day before UTC's."""
    auckland = BusinessCalendar("Pacific/Auckland", {"fri": [("00:00", "24:00")]}, ["2026-12-25"])
    assert not auckland.is_open(utc("2026-12-24T11:00"))
    assert not auckland.is_open(utc("2026-12-25T10:59"))
    assert auckland.is_open(utc("2026-12-31T11:00"))


def test_special_days_replace_the_hours_of_a_date():
    """An early closing, a Saturday shift and a day off, also on what is otherwise a holiday."""
    special = {"2026-12-24": [("09:00", "12:00")], "2026-12-26": [("10:00", "11:00")], "2026-12-28": []}
    shop = office(holidays=["2026-12-26"], special_days=special)
    assert shop.elapsed(utc("2026-12-24T00:00"), utc("2026-12-25T00:00")) == hours(3)
    assert shop.elapsed(utc("2026-12-26T00:00"), utc("2026-12-27T00:00")) == hours(1)
    assert shop.elapsed(utc("2026-12-28T00:00"), utc("2026-12-29T00:00")) == hours(0)


def test_a_calendar_of_special_days_alone_runs_out():
    """A fair that opens on one day only can be waited for before it, not after."""
    fair = BusinessCalendar("UTC", {}, special_days={"2026-12-05": [("10:00", "18:00")]})
    assert fair.next_open(utc("2026-01-01T00:00")) == utc("2026-12-05T10:00")
    assert fair.add(utc("1999-01-01T00:00"), hours(8)) == utc("2026-12-05T18:00")
    with pytest.raises(ValueError, match="duration: not reached"):
        fair.add(utc("2026-01-01T00:00"), hours(8.5))
    with pytest.raises(ValueError, match="at: the calendar does not open again"):
        fair.next_open(utc("2026-12-05T18:00"))


def test_an_interval_across_the_spring_change_is_an_hour_shorter():
    """From midnight to six in New York there are five hours on the day clocks go forward."""
    night = every_day("America/New_York", ("00:00", "06:00"))
    assert night.elapsed(utc("2026-03-08T05:00"), utc("2026-03-08T12:00")) == hours(5)


def test_an_interval_across_the_autumn_change_is_an_hour_longer():
    """From midnight to six in New York there are seven hours on the day clocks go back."""
    night = every_day("America/New_York", ("00:00", "06:00"))
    assert night.elapsed(utc("2026-11-01T04:00"), utc("2026-11-01T12:00")) == hours(7)


def test_opening_inside_the_gap_means_an_hour_later():
    """02:30 does not exist on that Sunday in Paris and means 03:30."""
    calendar = every_day("Europe/Paris", ("02:30", "05:00"))
    assert calendar.next_open(utc("2026-03-29T00:00")) == utc("2026-03-29T03:30+02:00")


def test_closing_inside_the_gap_means_an_hour_later():
    """From 01:00 to a skipped 02:30 is until 03:30, an hour and a half of real time."""
    calendar = every_day("Europe/Paris", ("01:00", "02:30"))
    assert calendar.elapsed(utc("2026-03-29T00:00"), utc("2026-03-29T04:00")) == minutes(90)
    assert not calendar.is_open(utc("2026-03-29T03:30+02:00"))


@pytest.mark.parametrize("interval", [("02:00", "03:00"), ("02:10", "02:50"), ("02:00", "02:30"), ("02:30", "03:00")])
def test_an_interval_wholly_inside_the_gap_does_not_exist(interval):
    """What would open and close in the skipped hour never opens on that day, and does on the days around it."""
    calendar = every_day("Europe/Paris", interval)
    assert calendar.elapsed(utc("2026-03-28T22:00"), utc("2026-03-29T22:00")) == timedelta(0)
    assert calendar.elapsed(utc("2026-03-27T22:00"), utc("2026-03-28T22:00")) > timedelta(0)


def test_a_closing_moved_past_the_next_opening_counts_no_minute_twice():
    """01:00–02:30 becomes 01:00–03:30 and overlaps 03:00–05:00: together they are open once."""
    calendar = every_day("Europe/Paris", ("01:00", "02:30"), ("03:00", "05:00"))
    assert calendar.elapsed(utc("2026-03-29T00:00"), utc("2026-03-29T12:00")) == hours(3)
    within = every_day("Europe/Paris", ("01:00", "02:45"), ("03:00", "03:30"))
    assert within.elapsed(utc("2026-03-29T00:00"), utc("2026-03-29T12:00")) == minutes(105)


def test_a_gap_of_half_an_hour_moves_times_by_half_an_hour():
    """Lord Howe skips 02:00–02:30, so a shop that opens at 02:15 opens at 02:45."""
    calendar = every_day("Australia/Lord_Howe", ("02:15", "05:00"))
    assert calendar.next_open(utc("2026-10-03T12:00")) == utc("2026-10-04T02:45+11:00")


def test_an_ambiguous_time_means_its_first_occurrence():
    """02:30 happens twice on the last Sunday of October in Paris; opening and closing mean the first."""
    opening = every_day("Europe/Paris", ("02:30", "05:00"))
    assert opening.next_open(utc("2026-10-25T00:00")) == utc("2026-10-25T02:30+02:00")
    closing = every_day("Europe/Paris", ("01:00", "02:30"))
    assert not closing.is_open(utc("2026-10-25T02:30+02:00"))
    within = every_day("Europe/Paris", ("02:15", "02:45"))
    assert within.elapsed(utc("2026-10-24T22:00"), utc("2026-10-25T12:00")) == minutes(30)


def test_a_query_may_name_either_occurrence_of_an_ambiguous_time():
    """An instant given in local time is the instant that its fold says."""
    paris = ZoneInfo("Europe/Paris")
    calendar = every_day("Europe/Paris", ("02:00", "04:00"))
    first, second = (datetime(2026, 10, 25, 2, 30, tzinfo=paris, fold=fold) for fold in (0, 1))
    assert calendar.elapsed(first, second) == hours(1)


def test_clocks_that_change_at_midnight():
    """Santiago's clocks jump from 24:00 to 01:00 and fall back from 24:00 to 23:00: whole days are 23 and 25 hours."""
    calendar = every_day("America/Santiago", ("00:00", "24:00"))
    late = every_day("America/Santiago", ("22:00", "24:00"))
    assert calendar.segments(utc("2026-09-01T00:00"), utc("2026-10-01T00:00"))[0].open
    assert len(calendar.segments(utc("2026-01-01T00:00"), utc("2026-12-31T00:00"))) == 1
    assert late.elapsed(utc("2026-04-04T12:00"), utc("2026-04-05T12:00")) == hours(3)
    early = every_day("America/Santiago", ("00:00", "02:00"))
    assert early.elapsed(utc("2026-09-05T12:00"), utc("2026-09-06T12:00")) == hours(1)


def test_a_date_that_the_zone_skipped_does_not_exist():
    """Apia went from 29 to 31 December 2011: the 30th never opened, neither by the week nor as a special day."""
    apia = every_day("Pacific/Apia", ("09:00", "17:00"))
    assert apia.elapsed(utc("2011-12-29T12:00-10:00"), utc("2011-12-31T12:00+14:00")) == hours(8)
    whole = every_day("Pacific/Apia", ("00:00", "24:00"))
    assert whole.elapsed(utc("2011-12-29T12:00-10:00"), utc("2011-12-31T12:00+14:00")) == hours(24)
    late = every_day("Pacific/Apia", ("20:00", "24:00"))
    assert late.elapsed(utc("2011-12-29T12:00-10:00"), utc("2011-12-31T12:00+14:00")) == hours(4)
    with pytest.raises(ValueError, match="never opens"):
        BusinessCalendar("Pacific/Apia", {}, special_days={"2011-12-30": [("09:00", "17:00")]})


def test_segments_cover_the_span_and_say_what_is_open():
    """Closed and open stretches follow each other from start to end; there are none in an empty span."""
    start, end = utc("2026-11-23T08:00"), utc("2026-11-23T18:00")
    expected = [("08:00", "09:00", False), ("09:00", "17:00", True), ("17:00", "18:00", False)]
    assert office().segments(start, end) == tuple(
        Stretch(utc(f"2026-11-23T{a}"), utc(f"2026-11-23T{b}"), is_open) for a, b, is_open in expected
    )
    assert office().segments(end, start) == ()
    assert office().segments(start, start) == ()


def test_the_same_hours_in_another_zone():
    """Moved to New York, nine o'clock is New York's."""
    moved = office("Europe/Paris").in_timezone("America/New_York")
    assert moved == office("America/New_York")
    assert moved.next_open(utc("2026-11-23T00:00")) == utc("2026-11-23T14:00")
    assert moved.in_timezone("America/New_York") is moved


def test_calendars_are_values():
    """Equal by what they say, whatever was asked of them, and unharmed by a trip through JSON, copy or pickle."""
    shop = office("Europe/Paris", holidays=["2026-12-25"], special_days={"2026-12-24": [("09:00", "12:00")]})
    same = office(
        "Europe/Paris", holidays=[date(2026, 12, 25)], special_days={date(2026, 12, 24): [("09:00", "12:00")]}
    )
    shop.add(utc("2026-01-01T00:00"), hours(5000))
    assert shop == same
    assert hash(shop) == hash(same)
    for twin in (BusinessCalendar.from_dict(shop.to_dict()), copy.deepcopy(shop), pickle.loads(pickle.dumps(shop))):
        assert twin == shop
    assert shop != office("Europe/Paris")
    assert shop != "shop"
    assert "Europe/Paris" in repr(shop)


def test_order_of_use_does_not_matter():
    """A table grown backwards, forwards and far gives what a fresh calendar gives."""
    grown = office("America/New_York")
    for year in (2026, 2031, 2011, 2090, 1950, 2199, 1900):
        start, end = datetime(year, 3, 1, tzinfo=UTC), datetime(year, 11, 20, 15, 30, tzinfo=UTC)
        fresh = office("America/New_York")
        assert grown.elapsed(start, end) == fresh.elapsed(start, end)
        assert grown.add(start, hours(100)) == fresh.add(start, hours(100))
    assert grown.elapsed(utc("1900-01-01"), utc("2199-12-31")) == office("America/New_York").elapsed(
        utc("1900-01-01"), utc("2199-12-31")
    )


def test_weekly_open_time():
    """Five days of eight hours are forty."""
    assert office().weekly_open == hours(40)
