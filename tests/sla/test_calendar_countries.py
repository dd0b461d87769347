"""Calendars that close on a country's public holidays."""

import subprocess
import sys
from datetime import date

import pytest

from sla.calendar import BusinessCalendar
from sla.policies import parse_policies
from sla.public_holidays import public_holidays
from tests.sla.builders import hours, office, utc


def test_a_country_closes_on_its_public_holidays():
    """Bastille Day 2026 is a Tuesday: open without a country, closed in France."""
    tuesday = utc("2026-07-14T10:00")
    assert office("Europe/Paris").is_open(tuesday)
    assert not office("Europe/Paris", country="FR").is_open(tuesday)
    assert office("Europe/Paris", country="FR").add(utc("2026-07-13T14:00"), hours(2)) == utc("2026-07-15T08:00")


def test_a_region_has_holidays_of_its_own():
    """Epiphany is a holiday in Bavaria and not in Berlin."""
    epiphany = utc("2026-01-06T10:00")
    assert not office("Europe/Berlin", country="DE", region="BY").is_open(epiphany)
    assert office("Europe/Berlin", country="DE", region="BE").is_open(epiphany)


def test_own_dates_and_special_days_go_with_a_country():
    """Own holidays are added to the country's; a special day opens on a public holiday."""
    calendar = office(country="FR", holidays=["2026-07-15"], special_days={"2026-07-14": [("10:00", "12:00")]})
    assert calendar.elapsed(utc("2026-07-14"), utc("2026-07-16")) == hours(2)


def test_every_year_that_is_asked_about_has_its_holidays():
    """Christmas closes in 1990 and in 2090, however the table grew."""
    calendar = office(country="FR")
    for year in (2026, 1990, 2090, 2027):
        assert calendar.elapsed(utc(f"{year}-12-25"), utc(f"{year}-12-26")) == hours(0)
        assert calendar.elapsed(utc(f"{year}-12-01"), utc(f"{year + 1}-01-01")) > hours(100)


def test_a_country_survives_json_and_moving_zones():
    """`to_dict` keeps country and region, equality and hash look at them, and so does another zone's copy."""
    bavaria = office("Europe/Berlin", country="DE", region="BY")
    twin = BusinessCalendar.from_dict(bavaria.to_dict())
    assert (twin, hash(twin), twin.country, twin.region) == (bavaria, hash(bavaria), "DE", "BY")
    assert bavaria != office("Europe/Berlin", country="DE")
    assert bavaria.in_timezone("UTC").region == "BY"
    assert "country" not in office().to_dict()


@pytest.mark.parametrize(
    ("more", "message"),
    [
        ({"country": "XX"}, "country: 'XX' is not a known country code"),
        ({"country": "fr"}, "country: 'fr'"),
        ({"country": "HolidayBase"}, "country: 'HolidayBase'"),
        ({"country": ""}, "country: ''"),
        ({"country": 7}, "country: '7'"),
        ({"country": ["FR"]}, r"country: "),
        ({"country": "DE", "region": "ZZ"}, "region: 'ZZ' is not one of DE, which has BB, BE"),
        ({"country": "DE", "region": ""}, "region: ''"),
        ({"country": "DE", "region": 1}, "region: '1'"),
        ({"region": "BY"}, "region: needs a country"),
    ],
)
def test_unknown_countries_and_regions(more, message):
    """They are refused when they are entered, by the name of the field."""
    with pytest.raises(ValueError, match=f"^{message}"):
        office(**more)


def test_a_policies_document_names_the_path():
    """A calendar's country is read from the admin's document, and its mistakes are found there."""
    shop = {"timezone": "Europe/Paris", "hours": {"mon": [["09:00", "17:00"]]}, "country": "FR", "region": "Nowhere"}
    with pytest.raises(ValueError, match=r"^calendars\.shop\.region: 'Nowhere'"):
        parse_policies({"calendars": {"shop": shop}, "policies": []})


def test_holidays_have_names():
    """An admin can be shown what will be closed, both years included."""
    found = public_holidays("FR", None, 2026, 2027)
    assert found[date(2026, 7, 14)]
    assert {day.year for day in found} == {2026, 2027}
    assert list(found) == sorted(found)


def test_partly_known_years_warn_nobody():
    """India's lunar holidays end with what is published; later years have the rest, without a warning."""
    assert date(2090, 8, 15) in public_holidays("IN", None, 2090, 2090)


def test_libraries_are_imported_when_needed_only():
    """A calendar without a country imports neither library."""
    script = (
        "import sys; from sla.calendar import BusinessCalendar; import sla.closing_days;"
        "BusinessCalendar.always(); print({'holidays', 'icalendar', 'numpy'} & set(sys.modules))"
    )
    run = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert run.stdout.strip() == "set()"
