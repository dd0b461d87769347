"""What the clock says: a timer, and the stretches of time that add up to it.

Values only; `sla.clock` works them out. Instants are aware and in UTC.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum

from sla.policies import Metric


class State(StrEnum):
    """Of a timer. A broken promise that still waits for its answer is `breached` with no `stopped_at`."""

    RUNNING = "running"
    PAUSED = "paused"
    MET = "met"
    BREACHED = "breached"
    CANCELLED = "cancelled"


class SegmentKind(StrEnum):
    """Of a segment: counted towards the target, outside opening hours, or standing still."""

    COUNTED = "counted"
    CLOSED = "closed"
    PAUSED = "paused"


@dataclass(frozen=True, slots=True)
class Segment:
    """A half-open stretch of a timer's life and why it counts or does not."""

    start: datetime
    end: datetime
    kind: SegmentKind
    why: str

    def to_dict(self) -> dict[str, str]:
        """JSON-ready; `from_dict` reads it back."""
        return {"start": write_instant(self.start), "end": write_instant(self.end), "kind": self.kind, "why": self.why}

    @classmethod
    def from_dict(cls, row: object) -> "Segment":
        """From the shape of `to_dict`."""
        if not isinstance(row, Mapping) or row.get("kind") not in list(SegmentKind):
            raise ValueError(f"kind: expected a segment of the kind {', '.join(SegmentKind)}")
        start, end = read_instant(row.get("start"), "start"), read_instant(row.get("end"), "end")
        return cls(start, end, SegmentKind(row["kind"]), str(row.get("why", "")))


@dataclass(frozen=True, slots=True)
class Timer:
    """One promise on one ticket, as it stands at the instant it was replayed for.

    `elapsed` is the counted time and equals the sum of the counted segments, which follow each other from `started_at`
    on. `due_at` is None while nothing can fall due (paused, cancelled); once the promise is broken it is the instant at
    which it broke. `goal_due_at` and `goal_missed_at` are the same for the internal goal. `why` says in a few words
    what led to the state, where there is something to say.
    """

    metric: Metric
    state: State
    started_at: datetime
    due_at: datetime | None
    goal_due_at: datetime | None
    stopped_at: datetime | None
    breached_at: datetime | None
    goal_missed_at: datetime | None
    elapsed: timedelta
    target: timedelta
    goal: timedelta | None
    timezone: str
    why: str
    segments: tuple[Segment, ...]

    @property
    def is_open(self) -> bool:
        """Whether it still waits for the event that stops it."""
        return self.stopped_at is None

    def to_dict(self) -> dict[str, object]:
        """JSON-ready: instants as ISO 8601 in UTC, durations in seconds."""
        return {
            "metric": self.metric,
            "state": self.state,
            "started_at": write_instant(self.started_at),
            "due_at": _optional(self.due_at),
            "goal_due_at": _optional(self.goal_due_at),
            "stopped_at": _optional(self.stopped_at),
            "breached_at": _optional(self.breached_at),
            "goal_missed_at": _optional(self.goal_missed_at),
            "elapsed_seconds": self.elapsed.total_seconds(),
            "target_seconds": self.target.total_seconds(),
            "goal_seconds": None if self.goal is None else self.goal.total_seconds(),
            "timezone": self.timezone,
            "why": self.why,
            "segments": [segment.to_dict() for segment in self.segments],
        }


def next_due(timers: Iterable[Timer]) -> datetime | None:
    """When the next promise is due on a ticket, or was broken and still waits; None when nothing can fall due."""
    return min((timer.due_at for timer in timers if timer.is_open and timer.due_at is not None), default=None)


def next_goal_due(timers: Iterable[Timer]) -> datetime | None:
    """As `next_due`, but by the internal goal where there is one: what the queue works to."""
    dues = (timer.goal_due_at or timer.due_at for timer in timers if timer.is_open)
    return min((due for due in dues if due is not None), default=None)


def write_instant(at: datetime) -> str:
    """ISO 8601 in UTC, such as "2026-11-24T09:30:00Z"."""
    return at.astimezone(UTC).isoformat().removesuffix("+00:00") + "Z"


def read_instant(text: object, field: str) -> datetime:
    """The instant, in UTC, of an ISO 8601 text with a zone; ValueError naming `field` otherwise."""
    try:
        at = datetime.fromisoformat(text) if isinstance(text, str) else None
        if at is not None and at.tzinfo is not None:
            return at.astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise ValueError(f"{field}: {str(text)[:40]!r} is not an ISO 8601 instant") from error
    raise ValueError(f"{field}: expected an ISO 8601 instant with a time zone")


def _optional(at: datetime | None) -> str | None:
    return None if at is None else write_instant(at)
