"""Small builders for the tests of `sla`: instants, calendars and policies in as few words as possible."""

from datetime import UTC, datetime, timedelta

from sla.calendar import BusinessCalendar
from sla.policies import Policy, parse_policies

WORKDAYS = ("mon", "tue", "wed", "thu", "fri")


def utc(text: str) -> datetime:
    """An instant from ISO text; UTC unless the text says otherwise."""
    at = datetime.fromisoformat(text)
    return at if at.tzinfo else at.replace(tzinfo=UTC)


def hours(number: float) -> timedelta:
    """That many hours."""
    return timedelta(hours=number)


def minutes(number: float) -> timedelta:
    """That many minutes."""
    return timedelta(minutes=number)


def office(timezone: str = "UTC", opens: str = "09:00", closes: str = "17:00", **more: object) -> BusinessCalendar:
    """Monday to Friday, nine to five unless told otherwise."""
    return BusinessCalendar(timezone, {day: [(opens, closes)] for day in WORKDAYS}, **more)


def every_day(timezone: str, *intervals: tuple[str, str]) -> BusinessCalendar:
    """The same intervals on all seven days."""
    return BusinessCalendar(timezone, {day: list(intervals) for day in (*WORKDAYS, "sat", "sun")})


def policy(version: int = 1, timezone: str = "UTC", calendar: str = "office", **changes: object) -> Policy:
    """First response 4 h (urgent 1 h, goals 3 h and 45 m), next response 2 h, resolution 16 h (urgent 8 h), 9 to 17."""
    week = {day: [["09:00", "17:00"]] for day in WORKDAYS}
    row = {
        "name": "Default",
        "when": {},
        "calendar": calendar,
        "targets": {
            "first_response": {
                "urgent": {"promise": "1h", "goal": "45m"},
                "high": {"promise": "2h"},
                "normal": {"promise": "4h", "goal": "3h"},
                "low": {"promise": "8h"},
            },
            "next_response": {"urgent": {"promise": "30m"}, "normal": {"promise": "2h"}},
            "resolution": {"urgent": {"promise": "8h"}, "normal": {"promise": "16h"}},
        },
    }
    document = {"calendars": {"office": {"timezone": timezone, "hours": week}}, "policies": [row | changes]}
    return parse_policies(document, version)[0]
