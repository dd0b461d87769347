"""From a report to what its page, its file and its API answer show: worded values, tables and the points of plots.

Pure; decides nothing that counts. Percentages are cut, never rounded up, so that 100 means all.
"""

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from copilot.report_cases import Period
from copilot.reports import Breach, Compliance, Flagged, Group
from copilot.web import wording
from sla.compliance import WHAT_IT_COUNTS, By, Measure, Rate, in_words
from sla.durations import in_words as duration_words
from sla.timers import write_instant

TITLES: Mapping[By, str] = {
    By.METRIC: "By timer",
    By.PRIORITY: "By priority",
    By.CATEGORY: "By category",
    By.CHANNEL: "By channel",
    By.SEGMENT: "By customer segment",
    By.ANSWERED_BY: "By whose reply stopped it",
    By.WEEKDAY: "By weekday",
    By.HOUR: "By hour of the day",
    By.DAY: "By day",
}
PLOTTED = (By.DAY, By.WEEKDAY, By.HOUR)
ANSWERERS = {
    "person": "A person’s own reply",
    "approved": "The copilot’s draft, approved",
    "auto": "The copilot alone",
    "nobody": "No reply (resolution, or still waiting)",
}
WEEKDAYS = {
    "mon": "Monday",
    "tue": "Tuesday",
    "wed": "Wednesday",
    "thu": "Thursday",
    "fri": "Friday",
    "sat": "Saturday",
    "sun": "Sunday",
}
PRESSING_FIRST = tuple(wording.PRIORITIES)
FORMULA = ("=", "+", "-", "@", "\t", "\r")


@dataclass(frozen=True, slots=True)
class RateRow:
    """A row of a table; shares are 0 to 100 for bars, None without anything to count."""

    name: str
    percent: str
    share: float | None
    kept: int
    total: int
    waiting: int
    goal_percent: str


@dataclass(frozen=True, slots=True)
class RateTable:
    """One way to cut the rates; `plot` are the points of its plot, where it has one."""

    key: str
    title: str
    rows: tuple[RateRow, ...]
    plot: Mapping[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class SpentRow:
    """How much of the broken promises' time went where."""

    place: str
    time: str
    percent: int


@dataclass(frozen=True, slots=True)
class BreachRow:
    """A broken promise; `late` says by how much, `places` where its time went."""

    ticket_id: int
    metric: str
    due_at: datetime | None
    late: str
    places: str


@dataclass(frozen=True, slots=True)
class PauseRow:
    """A pause that came suspiciously late."""

    ticket_id: int
    metric: str
    at: datetime
    used: int
    lasted: str
    why: str


@dataclass(frozen=True, slots=True)
class ReportView:
    """The page of compliance; `by_people` leaves out what an automatic reply stopped."""

    first: str
    last: str
    auto_sent_counts: bool
    promise: str
    promise_of: str
    goal: str
    goal_of: str
    by_people: str
    by_people_of: str
    tickets: int
    at: datetime
    words: str
    limits: str
    plots: tuple[RateTable, ...]
    tables: tuple[RateTable, ...]
    spent: tuple[SpentRow, ...]
    traced: int
    breaches: tuple[BreachRow, ...]
    late_pauses: tuple[PauseRow, ...]
    late_pauses_in_all: int


@dataclass(frozen=True, slots=True)
class WaitingView:
    """A report that is being computed; `so_far` tickets are counted."""

    first: str
    last: str
    query: str
    so_far: int

    @classmethod
    def of(cls, period: Period, auto_sent_counts: bool, so_far: int) -> "WaitingView":
        """Of what was asked for."""
        query = f"from={period.first}&to={period.last}&auto_sent={str(auto_sent_counts).lower()}"
        return cls(period.first.isoformat(), period.last.isoformat(), query, so_far)


def report_view(report: Compliance, titles: Mapping[str, str]) -> ReportView:
    """The report in words; `titles` are the categories'."""
    groups = {**report.groups, By.DAY: every_day(report.period, report.groups[By.DAY])}
    tables = {by: rate_table(by, rows, titles) for by, rows in groups.items()}
    return ReportView(
        first=report.period.first.isoformat(),
        last=report.period.last.isoformat(),
        auto_sent_counts=report.auto_sent_counts,
        promise=percent(report.promise),
        promise_of=f"{report.promise.met:,} of {report.promise.total:,}",
        goal=percent(report.goal),
        goal_of=f"{report.goal.met:,} of {report.goal.total:,}",
        by_people=percent(report.promise_by_people),
        by_people_of=f"{report.promise_by_people.met:,} of {report.promise_by_people.total:,}",
        tickets=report.tickets,
        at=report.at,
        words=in_words(report.promise, Measure.PROMISE, report.auto_sent_counts),
        limits=limits(report),
        plots=tuple(tables[by] for by in PLOTTED if report.groups[by]),
        tables=tuple(table for by, table in tables.items() if by not in PLOTTED and table.rows),
        spent=spent_rows(report),
        traced=report.traced,
        breaches=tuple(breach_row(row) for row in report.listed),
        late_pauses=tuple(pause_row(row) for row in report.late_pauses),
        late_pauses_in_all=report.late_pauses_in_all,
    )


def limits(report: Compliance) -> str:
    """What the report counted, and what it says of the past in the words of today."""
    return (
        f"Counted is every promise that was due in the period, on {report.tickets:,} "
        f"{'ticket' if report.tickets == 1 else 'tickets'}; nothing is left out. Goals are those of the promises that "
        "were due in the period. Categories and priorities are as they are now."
    )


def rate_table(by: By, groups: Sequence[Group], titles: Mapping[str, str]) -> RateTable:
    """A table, and the points of its plot for what is plotted."""
    named = [(label(by, group.name, titles), group) for group in ordered(by, groups)]
    rows = tuple(
        RateRow(
            name, percent(g.promise), g.promise.percent, g.promise.met, g.promise.total, g.promise.open, percent(g.goal)
        )
        for name, g in named
    )
    plot = {
        "kind": "line" if by is By.DAY else "bars",
        "labels": [name for name, _ in named],
        "promise": [g.promise.percent for _, g in named],
        "goal": [g.goal.percent for _, g in named],
        "totals": [g.promise.total for _, g in named],
    }
    return RateTable(by.value, TITLES[by], rows, plot if by in PLOTTED else None)


def every_day(period: Period, groups: Sequence[Group]) -> list[Group]:
    """All days of the period, so that a line is true to time."""
    known = {group.name: group for group in groups}
    days = (period.first + timedelta(days=count) for count in range((period.last - period.first).days + 1))
    return [known.get(day.isoformat(), Group(day.isoformat(), Rate(), Rate())) for day in days]


def ordered(by: By, groups: Sequence[Group]) -> list[Group]:
    """The most pressing priority first, the largest category first; everything else in its own order."""
    if by is By.PRIORITY:
        return sorted(groups, key=lambda group: PRESSING_FIRST.index(group.name))
    if by in (By.CATEGORY, By.CHANNEL, By.SEGMENT):
        return sorted(groups, key=lambda group: -group.promise.total)
    return list(groups)


def label(by: By, name: str, titles: Mapping[str, str]) -> str:
    """A group's name for people."""
    tables: Mapping[By, Mapping[str, str]] = {
        By.METRIC: wording.METRICS,
        By.PRIORITY: wording.PRIORITIES,
        By.CATEGORY: titles,
        By.CHANNEL: wording.CHANNELS,
        By.ANSWERED_BY: ANSWERERS,
        By.WEEKDAY: WEEKDAYS,
    }
    if by is By.HOUR:
        return f"{name}:00"
    return tables.get(by, {}).get(name) or ("Not known" if name == "unknown" else name)


def percent(rate: Rate) -> str:
    """The share kept, cut to a tenth; a dash without anything to count."""
    if not rate.total:
        return "–"
    tenths = rate.met * 1000 // rate.total
    return f"{tenths // 10}.{tenths % 10} %" if tenths % 10 else f"{tenths // 10} %"


def spent_rows(report: Compliance) -> tuple[SpentRow, ...]:
    """The largest part first."""
    whole = sum(report.spent.values(), timedelta(0)) or timedelta(seconds=1)
    rows = sorted(report.spent.items(), key=lambda row: row[1], reverse=True)
    return tuple(
        SpentRow(place.value.capitalize(), wording.duration(spent.total_seconds()), round(100 * (spent / whole)))
        for place, spent in rows
    )


def breach_row(breach: Breach) -> BreachRow:
    """One broken promise."""
    timer = breach.timer
    over = timer.elapsed - timer.target
    parts = sorted(breach.spent.items(), key=lambda row: row[1], reverse=True)[:3]
    return BreachRow(
        ticket_id=breach.ticket_id,
        metric=wording.label(wording.METRICS, timer.metric.value),
        due_at=timer.due_at,
        late=f"{wording.duration(over.total_seconds())}{'' if timer.stopped_at else ', still open'}",
        places=wording.listing((f"{wording.duration(t.total_seconds())} {place.value}" for place, t in parts), "and"),
    )


def pause_row(row: Flagged) -> PauseRow:
    """One late pause."""
    return PauseRow(
        ticket_id=row.ticket_id,
        metric=wording.label(wording.METRICS, row.timer.metric.value),
        at=row.pause.at,
        used=min(100, int(row.pause.used * 100)),
        lasted=wording.duration(row.pause.lasted.total_seconds()),
        why=row.pause.why,
    )


def report_json(report: Compliance) -> dict[str, Any]:
    """The report for programs; durations in seconds."""
    return {
        "from": report.period.first.isoformat(),
        "to": report.period.last.isoformat(),
        "auto_sent_counts": report.auto_sent_counts,
        "tickets": report.tickets,
        "at": write_instant(report.at),
        "says": in_words(report.promise, Measure.PROMISE, report.auto_sent_counts),
        "counts": WHAT_IT_COUNTS,
        "promise": rate_json(report.promise),
        "goal": rate_json(report.goal),
        "promise_by_people": rate_json(report.promise_by_people),
        "by": {
            by.value: [{"name": g.name, "promise": rate_json(g.promise), "goal": rate_json(g.goal)} for g in groups]
            for by, groups in report.groups.items()
        },
        "breaches": {
            "traced": report.traced,
            "seconds": {place.value: spent.total_seconds() for place, spent in report.spent.items()},
            "latest": [breach_json(row) for row in report.listed],
        },
        "late_pauses": {"total": report.late_pauses_in_all, "latest": [pause_json(row) for row in report.late_pauses]},
    }


def rate_json(rate: Rate) -> dict[str, Any]:
    """Counts and the share, null without anything to count."""
    return {"kept": rate.met, "broken": rate.broken, "still_open": rate.open, "percent": rate.percent}


def breach_json(row: Breach) -> dict[str, Any]:
    """A broken promise."""
    timer = row.timer
    return {
        "ticket_id": row.ticket_id,
        "metric": timer.metric,
        "breached_at": None if timer.breached_at is None else write_instant(timer.breached_at),
        "stopped_at": None if timer.stopped_at is None else write_instant(timer.stopped_at),
        "elapsed_seconds": timer.elapsed.total_seconds(),
        "target_seconds": timer.target.total_seconds(),
        "seconds": {place.value: spent.total_seconds() for place, spent in row.spent.items()},
    }


def pause_json(row: Flagged) -> dict[str, Any]:
    """A late pause."""
    return {
        "ticket_id": row.ticket_id,
        "metric": row.timer.metric,
        "at": write_instant(row.pause.at),
        "used": row.pause.used,
        "why": row.pause.why,
    }


def report_csv(report: Compliance) -> str:
    """Every rate as a row; names that a spreadsheet would take for a formula are quoted."""
    out = io.StringIO()
    rows = csv.writer(out)
    rows.writerow(("by", "name", "measure", "kept", "broken", "still_open", "percent"))
    whole = Group("all", report.promise, report.goal)
    for by, group in [("all", whole), *((by.value, group) for by, groups in report.groups.items() for group in groups)]:
        for measure, rate in (("promise", group.promise), ("goal", group.goal)):
            shown = "" if rate.percent is None else f"{rate.percent:.2f}"
            rows.writerow((by, safe(group.name), measure, rate.met, rate.broken, rate.open, shown))
    return out.getvalue()


def safe(name: str) -> str:
    """A cell that no spreadsheet evaluates."""
    return f"'{name}" if name.startswith(FORMULA) else name


def span_words(time: timedelta | None) -> str:
    """A span for people; a dash for none."""
    return "–" if time is None else duration_words(time)
