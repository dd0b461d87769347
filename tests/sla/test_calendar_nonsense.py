"""Every nonsense is refused at once with a ValueError that names the field."""

from datetime import UTC, datetime, timedelta, timezone

import pytest

from sla.calendar import BusinessCalendar
from tests.sla.builders import office, utc

GOOD = {"mon": [("09:00", "17:00")]}


@pytest.mark.parametrize(
    "name",
    [
        *("Mars/Olympus", "", "..", "../UTC", "/etc/passwd", "Europe", "Europe/paris\x00", "\ud800", "x" * 5000),
        *("right/Europe/Paris", "localtime", None, 3),
    ],
)
def test_unknown_zones(name):
    """Only IANA names are zones, whatever files the machine happens to have."""
    with pytest.raises(ValueError, match=r"^timezone: "):
        BusinessCalendar(name, GOOD)


@pytest.mark.parametrize(
    ("hours", "field"),
    [
        ({"mon": [("09:00", "12:00"), ("11:00", "13:00")]}, r"hours\.mon: intervals overlap at 11:00"),
        ({"mon": [("09:00", "12:00"), ("09:00", "12:00")]}, r"hours\.mon: intervals overlap"),
        ({"tue": [("09:00", "09:00")]}, r"hours\.tue\[0\]: "),
        ({"tue": [("17:00", "09:00")]}, r"hours\.tue\[0\]: "),
        ({"wed": [("9:00", "17:00")]}, r"hours\.wed\[0\]: '9:00'"),
        ({"wed": [("09:00", "24:01")]}, r"hours\.wed\[0\]: '24:01'"),
        ({"wed": [("09:60", "17:00")]}, r"hours\.wed\[0\]: "),
        ({"wed": [("24:00", "24:00")]}, r"hours\.wed\[0\]: "),
        ({"wed": [("٠٩:٠٠", "17:00")]}, r"hours\.wed\[0\]: "),
        ({"wed": [(9, 17)]}, r"hours\.wed\[0\]: "),
        ({"wed": [("09:00",)]}, r"hours\.wed\[0\]: "),
        ({"wed": ["09:00-17:00"]}, r"hours\.wed\[0\]: "),
        ({"wed": ("09:00", "17:00")}, r"hours\.wed\[0\]: "),
        ({"wed": "09:00"}, r"hours\.wed: "),
        ({"wed": None}, r"hours\.wed: "),
        ({"wed": [("09:00", "10:00")] * 49}, r"hours\.wed: more than 48"),
        ({"monday": [("09:00", "17:00")]}, r"hours\.monday: not a weekday"),
        ({0: [("09:00", "17:00")]}, r"hours\.0: not a weekday"),
        ([("09:00", "17:00")], r"hours: "),
        (None, r"hours: "),
        ({}, r"hours: the calendar never opens"),
        ({"mon": []}, r"hours: the calendar never opens"),
    ],
)
def test_hours_that_make_no_sense(hours, field):
    """Overlapping, empty, reversed and misspelt hours are refused, and so is a calendar that never opens."""
    with pytest.raises(ValueError, match=f"^{field}"):
        BusinessCalendar("UTC", hours)


@pytest.mark.parametrize("day", ["0001-01-01", "1899-12-31", "2200-01-01", "9999-12-31"])
def test_opening_only_beyond_the_years_that_are_kept(day):
    """A calendar whose only open day lies outside the years 1900 to 2199 never opens."""
    with pytest.raises(ValueError, match=r"^hours: the calendar never opens"):
        BusinessCalendar("UTC", {}, special_days={day: [("00:00", "24:00")]})


@pytest.mark.parametrize(
    "day", ["2026-02-29", "25.12.2026", "20261225", "2026-W01-1", "", None, 20261225, "2026-13-01"]
)
def test_dates_that_make_no_sense(day):
    """Dates are written YYYY-MM-DD and exist."""
    with pytest.raises(ValueError, match=r"^holidays\[1\]: "):
        BusinessCalendar("UTC", GOOD, ["2026-12-25", day])
    with pytest.raises(ValueError, match=r"^special_days\."):
        BusinessCalendar("UTC", GOOD, special_days={day: []})


def test_dates_in_the_wrong_shape():
    """A single text is no list of holidays, an instant no date, a list no mapping of special days."""
    for holidays in ("2026-12-25", 5, None):
        with pytest.raises(ValueError, match=r"^holidays: "):
            BusinessCalendar("UTC", GOOD, holidays)
    with pytest.raises(ValueError, match=r"^holidays\[0\]: "):
        BusinessCalendar("UTC", GOOD, [utc("2026-12-25")])
    with pytest.raises(ValueError, match=r"^special_days: "):
        BusinessCalendar("UTC", GOOD, special_days=["2026-12-24"])
    with pytest.raises(ValueError, match=r"^special_days\.2026-12-24\[0\]: "):
        BusinessCalendar("UTC", GOOD, special_days={"2026-12-24": [("12:00", "09:00")]})


@pytest.mark.parametrize(
    "document",
    [None, [], {}, {"timezone": "UTC"}, {"hours": GOOD}, {"timezone": "UTC", "hours": GOOD, "holiday": []}],
)
def test_documents_in_the_wrong_shape(document):
    """A calendar's document has its two fields and no others than the known."""
    with pytest.raises(ValueError, match=r"^(calendar|timezone|hours|holiday): "):
        BusinessCalendar.from_dict(document)


def test_naive_instants():
    """An instant without a zone could be any of a day's worth, so it is refused by name."""
    naive, aware = datetime(2026, 11, 23, 12), utc("2026-11-23T12:00")  # noqa: DTZ001 - the point of the test
    calendar = office()
    for call, field in (
        (lambda: calendar.elapsed(naive, aware), "start"),
        (lambda: calendar.elapsed(aware, naive), "end"),
        (lambda: calendar.add(naive, timedelta(hours=1)), "start"),
        (lambda: calendar.is_open(naive), "at"),
        (lambda: calendar.next_open(naive), "at"),
        (lambda: calendar.segments(aware, naive), "end"),
        (lambda: calendar.is_open("2026-11-23T12:00Z"), "at"),
    ):
        with pytest.raises(ValueError, match=f"^{field}: expected a datetime with a time zone"):
            call()


@pytest.mark.parametrize("duration", [timedelta(microseconds=-1), 5, None, 1.5])
def test_durations_that_make_no_sense(duration):
    """A duration is a timedelta of zero or more."""
    with pytest.raises(ValueError, match=r"^duration: "):
        office().add(utc("2026-11-23T12:00"), duration)


@pytest.mark.parametrize("year", [1, 1898, 2201, 9999])
def test_absurd_instants(year):
    """Years beyond any ticket are refused at once instead of building tables without end."""
    for zone in (UTC, timezone(timedelta(hours=14)), timezone(timedelta(hours=-12))):
        for at in (datetime(year, 1, 1, tzinfo=zone), datetime(year, 12, 31, 23, 59, 59, 999999, tzinfo=zone)):
            with pytest.raises(ValueError, match=rf"^start: {year:04}-.* is outside 1900–2199"):
                office().add(at, timedelta(hours=1))


def test_durations_that_are_never_reached():
    """What is not reached by the end of 2199 is refused, also from that year's last evening."""
    for start, duration in (("2026-11-23", timedelta.max), ("2199-12-31T23:30", timedelta(hours=1))):
        with pytest.raises(ValueError, match=r"^duration: not reached before the end of 2199"):
            BusinessCalendar.always().add(utc(start), duration)
    with pytest.raises(ValueError, match=r"^at: the calendar does not open again"):
        office().next_open(utc("2199-12-31T18:00"))


def test_the_first_and_the_last_year_work():
    """The edges of the supported years are as good as the middle."""
    calendar = BusinessCalendar.always()
    assert calendar.add(utc("1900-01-01"), timedelta(hours=8)) == utc("1900-01-01T08:00")
    assert calendar.add(utc("2199-12-31T23:00"), timedelta(hours=1)) == utc("2200-01-01")
    for beyond in ("1899-12-31T23:59:59.999999", "1900-01-01T00:00+14:00", "2200-01-01", "2199-12-31T23:00-12:00"):
        with pytest.raises(ValueError, match="is outside 1900–2199, in UTC"):
            calendar.elapsed(utc("2026-11-23"), utc(beyond))
