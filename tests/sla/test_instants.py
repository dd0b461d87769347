"""A quick way to time since 1970 is worth something only when it is exactly Python's own."""

import zoneinfo
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sla import instants
from sla.instants import EPOCH, FIRST_YEAR, LAST_YEAR, MOST_ZONES, UNKNOWN, since_epoch
from tests.sla.zoned import ZONES, Absolute, near_changes


@given(near_changes(ZONES))
def test_it_is_pythons_own_difference(at):
    """Around changes of clocks of all kinds, in skipped and repeated times and with either fold."""
    assert since_epoch(at) == at - EPOCH


@given(st.datetimes(), st.sampled_from(ZONES), st.integers(0, 1))
def test_any_year_will_do(naive, zone, fold):
    """From the year 1 to 9999, the kept years being no more than quicker."""
    at = naive.replace(tzinfo=zone, fold=fold)
    assert since_epoch(at) == at - EPOCH


@pytest.mark.parametrize("zone", [ZoneInfo("Pacific/Apia"), ZoneInfo("America/New_York")])
def test_the_edges_of_the_kept_years(zone):
    """The days around the first and the last of them."""
    for year in (FIRST_YEAR, LAST_YEAR + 1):
        for minute in range(-4 * 1440, 4 * 1440, 30):
            at = datetime(year, 1, 1, tzinfo=zone) + timedelta(minutes=minute)
            assert since_epoch(at) == at - EPOCH


def test_zones_of_the_world_at_their_changes_of_a_year(monkeypatch):
    """Every third zone there is, each hour of the days around what changes it had in 2011."""
    for name in sorted(zoneinfo.available_timezones())[::3]:
        monkeypatch.setattr(instants, "_CLOCKS", {})  # of which each is one, so that none is full
        zone = ZoneInfo(name)
        days = [datetime(2011, 1, 1, tzinfo=zone) + timedelta(days=day) for day in range(365)]
        changes = [day for day in days if day.utcoffset() != (day + timedelta(days=1)).utcoffset()]
        for at in (day + timedelta(hours=hour, minutes=30) for day in changes for hour in range(-24, 48)):
            assert since_epoch(at) == at - EPOCH
            assert since_epoch(at.replace(fold=1)) == at.replace(fold=1) - EPOCH


class Unhashable(tzinfo):
    """An hour ahead of UTC, and of no use in a dictionary."""

    __hash__ = None

    def utcoffset(self, at):
        """One hour."""
        return timedelta(hours=1)


class Odd(ZoneInfo):
    """A zone that is some minutes off, more by the hour."""

    def utcoffset(self, at):
        """Its parent's, and a minute for each hour."""
        return super().utcoffset(at) + timedelta(minutes=at.hour)


@pytest.mark.parametrize(
    "zone", [UTC, timezone.min, timezone(timedelta(hours=5, microseconds=7)), Unhashable(), Odd("Europe/Paris")]
)
def test_zones_of_other_kinds(zone):
    """Fixed offsets, tzinfo that cannot be hashed, and descendants of ZoneInfo with offsets of their own."""
    at = datetime(2025, 6, 3, 12, 0, 0, 5, tzinfo=zone)
    assert since_epoch(at) == at - EPOCH


@given(near_changes(ZONES))
def test_datetimes_of_other_kinds(at):
    """A descendant of datetime that subtracts in real time also within one zone is asked itself."""
    assert since_epoch(Absolute.of(at)) == at - EPOCH


def test_a_naive_datetime_is_a_type_error():
    """As Python has it."""
    with pytest.raises(TypeError, match="offset-naive"):
        since_epoch(datetime(2025, 6, 3))  # noqa: DTZ001 - the point of the test


def test_more_zones_than_are_kept(monkeypatch):
    """Zones beyond the number that is kept are converted all the same."""
    monkeypatch.setattr(instants, "_CLOCKS", {})
    at = datetime(2025, 6, 3, 12)  # noqa: DTZ001 - zones follow
    for zone in [ZoneInfo.no_cache("Europe/Paris") for _ in range(MOST_ZONES + 1)]:
        assert since_epoch(at.replace(tzinfo=zone)) == datetime(2025, 6, 3, 10, tzinfo=UTC) - EPOCH
    assert len(instants._CLOCKS) == MOST_ZONES


def test_a_zone_is_met_once(monkeypatch):
    """The second datetime of a zone asks it for nothing: its days are known, but for those near changes."""
    monkeypatch.setattr(instants, "_CLOCKS", {})
    paris = ZoneInfo("Europe/Paris")
    since_epoch(datetime(2025, 6, 3, tzinfo=paris))
    first, shifts = instants._CLOCKS[paris]
    unknown = [first.date() + timedelta(days=day) for day, shift in enumerate(shifts) if shift is UNKNOWN]
    assert [day.isoformat() for day in unknown if day.year == 2026] == [
        *("2026-03-28", "2026-03-29", "2026-10-24", "2026-10-25")
    ]


def test_nothing_adds_up_with_the_unknown():
    """What is unknown cannot slip into a sum."""
    for calculate in (lambda: timedelta(1) + UNKNOWN, lambda: timedelta(1) - UNKNOWN):
        with pytest.raises(LookupError):
            calculate()
