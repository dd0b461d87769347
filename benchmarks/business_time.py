"""Business time beside the packages that offer it: add and elapsed, an hour, 30 days and 3 years, alone and in columns.

All are asked the same questions about the same hours, in turn, and the best of several rounds counts; a busy machine
slows all. A peer that is not installed is named and left out. Where a peer's answer differs from the minute-by-minute
meaning of the hours, the case is shown.
"""

import os
import platform
import random
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import partial
from importlib import metadata
from importlib.util import find_spec
from math import isnan, nan
from time import perf_counter
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np

from sla.calendar import WEEKDAYS, BusinessCalendar
from sla.columns import add_column, elapsed_column, instants

ROUNDS = 7
ZONE = "America/New_York"
SPANS = {"1 hour": timedelta(hours=1), "30 days": timedelta(days=30), "3 years": timedelta(days=1095)}
ZONES = ("UTC", ZONE, "Europe/Paris")
HOLIDAYS = [date(year, month, day) for year in range(2023, 2035) for month, day in ((1, 1), (7, 4), (12, 25))]
COLUMN = 100_000

Row = tuple[datetime, datetime, timedelta]
Call = Callable[[datetime, Any], Any]


@dataclass(frozen=True)
class Package:
    """One way to calculate; `given` makes an aware instant what it takes, outside of what is timed."""

    name: str
    elapsed: Call
    add: Call
    given: Callable[[Any], Any] = lambda value: value


@dataclass(frozen=True)
class Hours:
    """When the team in New York works; lunch comes with three holidays a year."""

    title: str
    opens: int = 9
    closes: int = 17
    days: int = 5
    lunch: bool = False

    @property
    def day(self) -> list[tuple[str, str]]:
        """As intervals."""
        pairs = [(9, 12), (13, 17)] if self.lunch else [(self.opens, self.closes)]
        return [(f"{opens:02}:00", f"{closes:02}:00") for opens, closes in pairs]


OFFICE = Hours("Monday to Friday, 9 to 5")
LUNCH = Hours("Monday to Friday, 9 to 5, lunch break and holidays", lunch=True)
NIGHT = Hours("every day, midnight to 5", opens=0, closes=5, days=7)


def main() -> None:
    """Print the tables."""
    load = ", ".join(f"{part:.1f}" for part in os.getloadavg())
    print(f"Python {platform.python_version()}, NumPy {np.__version__}, load {load}, best of {ROUNDS} rounds")
    for hours in (OFFICE, LUNCH):
        print(f"\n-- {hours.title}, in New York")
        packages = [ours(hours), *peers(hours)]
        alone(packages)
        columns(hours)
    differences()


def ours(hours: Hours) -> Package:
    """This project's calendar."""
    calendar = our_calendar(hours)
    return Package("answerable", calendar.elapsed, calendar.add)


def our_calendar(hours: Hours) -> BusinessCalendar:
    """This project's calendar itself."""
    return BusinessCalendar(ZONE, dict.fromkeys(WEEKDAYS[: hours.days], hours.day), HOLIDAYS if hours.lunch else ())


def peers(hours: Hours) -> list[Package]:
    """Those that are installed."""
    makers = {
        "workclock": workclock,
        "timegrid": timegrid,
        "django-bizcal": django_bizcal,
        "businesstimedelta": businesstimedelta,
    }
    found = []
    for name, make in makers.items():
        if find_spec(name.replace("-", "_")) is None:
            print(f"{name} is not installed and left out")
        else:
            found.append(make(f"{name} {metadata.version(name)}", hours))
    return found


def workclock(name: str, hours: Hours) -> Package:
    """Rust; aware datetimes."""
    schedule = workclock_schedule(hours)
    return Package(name, schedule.between, schedule.add)


def workclock_schedule(hours: Hours) -> Any:
    """Its calendar itself."""
    from workclock import Break, Holidays, Schedule, WorkDay

    rest = [Break(time(12), time(13)), Holidays(HOLIDAYS)] if hours.lunch else []
    return Schedule([WorkDay(time(hours.opens), time(hours.closes), range(hours.days)), *rest], time_zone=ZONE)


def timegrid(name: str, hours: Hours) -> Package:
    """Rust; knows naive local time only, which it gets ready-made; compiled for elapsed, for which it can be."""
    import timegrid

    calendar = timegrid.TimeGridCalendar.create()
    for day in ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")[: hours.days]:
        calendar = calendar.add_open_rule(getattr(timegrid.DayOfWeek, day), time(hours.opens), time(hours.closes))
    if hours.lunch:
        calendar = calendar.break_weekdays(time(12), time(13))
        for holiday in HOLIDAYS:
            calendar = calendar.close(holiday)
    first, last = datetime(2023, 1, 1), datetime(2034, 1, 1)  # noqa: DTZ001 - it knows no zones
    timeline, zone = calendar.compile(first, last), ZoneInfo(ZONE)

    def local(value: Any) -> Any:
        return value.astimezone(zone).replace(tzinfo=None) if isinstance(value, datetime) else value

    return Package(name + " (naive)", timeline.get_working_duration, calendar.add_work_duration, local)


def django_bizcal(name: str, hours: Hours) -> Package:
    """Python, intervals of each day kept in a cache."""
    from django.conf import settings

    if not settings.configured:
        settings.configure()
    from django_bizcal.calendars import WorkingCalendar
    from django_bizcal.providers import SetHolidayProvider

    calendar = WorkingCalendar(
        tz=ZONE,
        weekly_schedule=dict.fromkeys(range(hours.days), hours.day),
        holiday_provider=SetHolidayProvider.from_dates(HOLIDAYS if hours.lunch else []),
    )
    return Package(name, calendar.business_time_between, calendar.add_business_time)


def businesstimedelta(name: str, hours: Hours) -> Package:
    """Python, from rule to rule."""
    import businesstimedelta as other
    import pytz

    zone = pytz.timezone(ZONE)
    rules = [other.WorkDayRule(time(hours.opens), time(hours.closes), list(range(hours.days)), tz=zone)]
    if hours.lunch:
        rules.append(other.LunchTimeRule(time(12), time(13), [0, 1, 2, 3, 4], tz=zone))
        rules.append(other.HolidayRule(dict.fromkeys(HOLIDAYS, "closed"), tz=zone))
    rule = other.Rules(rules)

    def elapsed(start: datetime, end: datetime) -> timedelta:
        found = rule.difference(start, end)
        return timedelta(hours=found.hours, seconds=found.seconds)

    def add(start: datetime, duration: timedelta) -> datetime:
        return start + other.BusinessTimeDelta(rule, timedelta=duration)

    return Package(name, elapsed, add)


def questions(span: timedelta, zone: str, count: int) -> list[Row]:
    """(start, end, working time to add), spread over a year; the same for everyone."""
    chance, tz = random.Random(7), ZoneInfo(zone) if zone != "UTC" else UTC
    rows = []
    for _ in range(count):
        start = datetime(2025, 1, 1, tzinfo=UTC) + timedelta(seconds=chance.randrange(365 * 86_400))
        length = span * chance.uniform(0.5, 1.5)
        worked = length if span < timedelta(days=1) else length * 40 / 168
        rows.append((start.astimezone(tz), (start + length).astimezone(tz), worked))
    return rows


def alone(packages: Sequence[Package]) -> None:
    """One question after the other: microseconds each, and how many times ours that is."""
    print(f"{'microseconds a call, x ours':32}" + "".join(f"{package.name:>26}" for package in packages))
    for zone in ZONES:
        for span_name, span in SPANS.items():
            rows = questions(span, zone, 2000)
            for what in ("elapsed", "add"):
                best = in_turn([timed(package, what, rows) for package in packages])
                cells = (f"{'refused':>26}" if isnan(s) else f"{s * 1e6:14.2f} {s / best[0]:9.1f} x" for s in best)
                print(f"{what:8} {span_name:8} {zone:17.17}" + "".join(cells), flush=True)


def timed(package: Package, what: str, rows: Sequence[Row]) -> Callable[[], float]:
    """A round: seconds a call; of slow packages it asks fewer questions, after one that warms their caches."""
    call = package.elapsed if what == "elapsed" else package.add
    arguments = [(package.given(row[0]), package.given(row[1 if what == "elapsed" else 2])) for row in rows]

    def run(count: int = len(arguments)) -> float:
        begun = perf_counter()
        for start, other in arguments[:count]:
            call(start, other)
        return (perf_counter() - begun) / count

    try:
        run(1)
        enough = min(len(arguments), max(1, int(0.01 / run(1))))
        run(enough)
    except RuntimeError:  # timegrid, beyond its search range
        return lambda: nan
    return lambda: run(enough)


def in_turn(runs: Iterable[Callable[[], float]]) -> list[float]:
    """The best time of each, measured in turn, so that a busy moment meets all; once where it takes half a second."""
    runs = list(runs)
    best = [run() for run in runs]
    for _ in range(1, ROUNDS):
        for index, run in enumerate(runs):
            if best[index] < 0.5:
                best[index] = min(best[index], run())
    return best


def columns(hours: Hours) -> None:
    """Whole columns: nanoseconds a row, beside workclock's batch over the same arrays."""
    if find_spec("workclock") is None:
        return
    calendar, schedule = our_calendar(hours), workclock_schedule(hours)
    print(f"{'nanoseconds a row, ' + format(COLUMN, ','):32}{'answerable':>14}{'workclock':>14}")
    for span_name, span in SPANS.items():
        rows = questions(span, "UTC", COLUMN)
        starts, ends = instants(row[0] for row in rows), instants(row[1] for row in rows)
        worked = np.array([row[2] for row in rows], "timedelta64[us]")
        for what, mine, theirs, other in (
            ("elapsed", elapsed_column, schedule.between_many, ends),
            ("add", add_column, schedule.add_many, worked),
        ):
            best = in_turn([partial(spent, mine, calendar, starts, other), partial(spent, theirs, starts, other)])
            assert (mine(calendar, starts, other) == theirs(starts, other)).all()
            nanoseconds = [seconds / COLUMN * 1e9 for seconds in best]
            print(f"{what:8} {span_name:23}{nanoseconds[0]:14.1f}{nanoseconds[1]:14.1f}{best[1] / best[0]:9.1f} x")


def answer(package: Package, what: str, start: datetime, other: Any) -> Any:
    """Its answer, naive ones being New York's time."""
    call = package.elapsed if what == "elapsed" else package.add
    found = call(package.given(start), package.given(other))
    return found.replace(tzinfo=ZoneInfo(ZONE)) if isinstance(found, datetime) and found.tzinfo is None else found


def spent(call: Callable[..., object], *arguments: object) -> float:
    """Seconds."""
    begun = perf_counter()
    call(*arguments)
    return perf_counter() - begun


def differences() -> None:
    """How often each peer answers otherwise than we do, and the worst such case.

    Asked are questions like those of the tables, and hours throughout a year, some of which meet a change of clocks.
    """
    print("\n-- answers that differ from ours by more than a microsecond")
    for hours in (OFFICE, LUNCH, NIGHT):
        mine, *others = [ours(hours), *peers(hours)]
        asked = [row for span in list(SPANS.values())[:2] for row in questions(span, "UTC", 20)]
        asked += questions(timedelta(hours=1), "UTC", 2000)
        for package in others:
            wrong = [case for row in asked for case in compared(package, mine, row)]
            print(f"{hours.title:50} {package.name:24} {len(wrong)} of {2 * len(asked)}", flush=True)
            if wrong:
                print(f"    {max(wrong)[1]}")


def compared(package: Package, mine: Package, row: Row) -> list[tuple[timedelta, str]]:
    """How far apart, and in words, for each answer that differs."""
    start, end, worked = row
    cases = []
    for what, other in (("elapsed", end), ("add", worked)):
        expected, found = getattr(mine, what)(start, other), answer(package, what, start, other)
        if (apart := abs(expected - found)) > timedelta(microseconds=1):
            cases.append((apart, f"{what}({start:%Y-%m-%d %H:%M:%S%z}, {other}) = {found}, ours {expected}"))
    return cases
