"""Timers as they were stored with a ticket, read back as they stand now.

Refuses to replay: between two events only one thing can happen to a timer, that its due instant passes while it runs.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from sla.policies import Metric
from sla.time_spent import LATE_SHARE
from sla.timers import Segment, SegmentKind, State, Timer, read_instant


def timer_at(row: Mapping[str, Any], now: datetime) -> Timer:
    """The stored timer as it stands at `now`. Its elapsed time is that of the ticket's last event, and its segments are
    read only when a late pause could be among them."""
    timer = stored_timer(row)
    if timer.state is not State.RUNNING:
        return timer
    if timer.goal_missed_at is None and timer.goal_due_at is not None and timer.goal_due_at <= now:
        timer = replace(timer, goal_missed_at=timer.goal_due_at)
    if timer.due_at is not None and timer.due_at <= now:
        timer = replace(timer, state=State.BREACHED, breached_at=timer.due_at)
    return timer


def stored_timer(row: Mapping[str, Any]) -> Timer:
    """From the shape of `Timer.to_dict`."""
    late = row["elapsed_seconds"] >= LATE_SHARE * row["target_seconds"]
    needed = late and any(segment["kind"] == SegmentKind.PAUSED for segment in row["segments"])
    return Timer(
        metric=Metric(row["metric"]),
        state=State(row["state"]),
        started_at=read_instant(row["started_at"], "started_at"),
        due_at=_instant(row, "due_at"),
        goal_due_at=_instant(row, "goal_due_at"),
        stopped_at=_instant(row, "stopped_at"),
        breached_at=_instant(row, "breached_at"),
        goal_missed_at=_instant(row, "goal_missed_at"),
        elapsed=timedelta(seconds=row["elapsed_seconds"]),
        target=timedelta(seconds=row["target_seconds"]),
        goal=None if row["goal_seconds"] is None else timedelta(seconds=row["goal_seconds"]),
        timezone=row["timezone"],
        why=row["why"],
        segments=tuple(Segment.from_dict(segment) for segment in row["segments"]) if needed else (),
    )


def _instant(row: Mapping[str, Any], field: str) -> datetime | None:
    return None if row[field] is None else read_instant(row[field], field)
