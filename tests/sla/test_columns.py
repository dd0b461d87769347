"""Business time over columns: row by row what the calendar says."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sla.calendar import BusinessCalendar
from sla.columns import add_column, elapsed_column, instants
from tests.sla.builders import every_day, office, utc

CALENDARS = (
    office("America/New_York", holidays=["2026-12-25"]),
    every_day("Australia/Lord_Howe", ("00:00", "01:30"), ("01:45", "12:30"), ("13:30", "24:00")),
    every_day("Pacific/Apia", *((f"{hour:02}:00", f"{hour:02}:40") for hour in range(24))),
    BusinessCalendar("Asia/Kathmandu", {"sun": [("23:59", "24:00")]}, special_days={"2027-01-01": []}),
    BusinessCalendar.always(),
)
datetimes = st.datetimes(datetime(2005, 1, 1), datetime(2035, 12, 31), timezones=st.just(UTC))  # noqa: DTZ001 - bounds
durations = st.timedeltas(timedelta(0), timedelta(hours=3))


@given(st.sampled_from(CALENDARS), st.lists(st.tuples(datetimes, datetimes), min_size=1, max_size=30))
@settings(deadline=None)
def test_elapsed_of_a_column_is_elapsed_of_each_row(calendar, rows):
    """Forwards and backwards, to the microsecond."""
    starts, ends = zip(*rows, strict=True)
    column = elapsed_column(calendar, instants(starts), instants(ends))
    assert column.tolist() == [calendar.elapsed(start, end) for start, end in rows]


@given(st.sampled_from(CALENDARS), st.lists(st.tuples(datetimes, durations), min_size=1, max_size=30))
@settings(deadline=None)
def test_add_to_a_column_is_add_to_each_row(calendar, rows):
    """Nothing added included."""
    starts, added = zip(*rows, strict=True)
    column = add_column(calendar, instants(starts), np.array(added, "timedelta64[us]"))
    assert [at.replace(tzinfo=UTC) for at in column.tolist()] == [calendar.add(at, length) for at, length in rows]


@given(st.sampled_from(CALENDARS), st.lists(st.integers(-200, 200), min_size=1, max_size=20))
@settings(deadline=None)
def test_the_edges_of_intervals(calendar, offsets):
    """Exactly at an opening or closing time, and a microsecond beside it."""
    edges = [edge for s in calendar.segments(utc("2026-03-27"), utc("2026-04-07")) for edge in (s.start, s.end)]
    starts = [edges[offset % len(edges)] + timedelta(microseconds=offset // 100) for offset in offsets]
    counted = elapsed_column(calendar, np.datetime64("2026-01-01"), instants(starts))
    assert counted.tolist() == [calendar.elapsed(utc("2026-01-01"), at) for at in starts]


def test_instants_of_any_zone():
    """Datetimes of several zones make one column in UTC."""
    paris = datetime(2026, 7, 1, 12, tzinfo=ZoneInfo("Europe/Paris"))
    assert instants([paris, utc("2026-07-01T10:00")]).tolist() == [datetime(2026, 7, 1, 10)] * 2  # noqa: DTZ001


def test_columns_broadcast_and_may_be_coarse_or_empty():
    """One deadline for many starts; columns of seconds; no rows at all."""
    starts = np.array(["2026-11-23T10:00:00", "2026-11-23T11:00:00"], "datetime64[s]")
    assert add_column(office(), starts, np.timedelta64(2, "h")).astype("datetime64[m]").astype(str).tolist() == [
        "2026-11-23T12:00",
        "2026-11-23T13:00",
    ]
    nothing = np.array([], "datetime64[us]")
    assert elapsed_column(office(), nothing, nothing).shape == (0,)
    assert add_column(office(), nothing, np.timedelta64(2, "h")).shape == (0,)


@pytest.mark.parametrize(
    ("column", "message"),
    [
        (np.array(["2026-01-01", "NaT"], "datetime64[us]"), r"starts\[1\]: NaT is outside"),
        (np.array(["2200-01-01"], "datetime64[us]"), r"starts\[0\]: 2200-01-01T00:00:00.000000 is outside"),
        (np.array([1]), "starts: expected datetime64"),
    ],
)
def test_instants_that_make_no_sense(column, message):
    """The column and the row are named."""
    for call in (elapsed_column, add_column):
        with pytest.raises(ValueError, match=f"^{message}"):
            call(office(), column, column)


@pytest.mark.parametrize(
    ("duration", "message"),
    [
        (np.timedelta64(-1, "us"), r"durations\[0\]: -1 microseconds is not between zero and"),
        (np.timedelta64("NaT", "us"), r"durations\[0\]: NaT is not"),
        (np.timedelta64(200 * 365, "D"), r"durations\[0\]: not reached before the end of 2199"),
        (np.datetime64("2026-01-01"), "durations: expected timedelta64"),
    ],
)
def test_durations_that_make_no_sense(duration, message):
    """Negative, missing, never reached, or no duration at all."""
    with pytest.raises(ValueError, match=f"^{message}"):
        add_column(office(), np.array(["2026-01-01"], "datetime64[us]"), duration)


def test_naive_datetimes_are_refused():
    """A column takes no guess at a zone."""
    with pytest.raises(ValueError, match=r"^datetimes\[1\]: "):
        instants([utc("2026-01-01"), datetime(2026, 1, 1)])  # noqa: DTZ001 - the case itself
