"""Public holidays by country and region, from the `holidays` package.

It decides which country codes and regions are known. It does not know opening hours or what day it is. The package is
imported when first needed: most calendars do without.
"""

import warnings
from collections.abc import Mapping
from datetime import date
from threading import Lock

_warnings_lock = Lock()


def check_region(country: object, region: object) -> None:
    """ValueError naming `country` (ISO 3166-1, two capital letters) or `region` when no public holidays are known."""
    if country is None:
        if region is not None:
            raise ValueError("region: needs a country")
        return
    from holidays import country_holidays, list_supported_countries

    known = list_supported_countries(include_aliases=False)
    if not isinstance(country, str) or country not in known:
        raise ValueError(f"country: {str(country)[:40]!r} is not a known country code, such as FR")
    if region is None:
        return
    try:
        if not isinstance(region, str) or not region:
            raise NotImplementedError
        country_holidays(country, subdiv=region)
    except NotImplementedError as error:
        regions = ", ".join(known[country]) or "none"
        raise ValueError(f"region: {str(region)[:40]!r} is not one of {country}, which has {regions}") from error


def public_holidays(country: str, region: str | None, first_year: int, last_year: int) -> Mapping[date, str]:
    """The public holidays, with their names, of all these years; both ends count.

    None where the package knows none: some countries publish their lunar holidays a few years ahead only.
    """
    from holidays import country_holidays

    with _warnings_lock, warnings.catch_warnings():  # it warns where it knows only a part of a year's holidays
        warnings.simplefilter("ignore", UserWarning)
        found = country_holidays(country, subdiv=region, years=range(first_year, last_year + 1))
    return {day: name for day, name in sorted(found.items()) if first_year <= day.year <= last_year}
