"""A timer in the making, as the clock's fold carries it from event to event; it only adds up what it is told."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sla.durations import in_words
from sla.events import Carried
from sla.policies import Metric
from sla.timers import Segment, SegmentKind

NO_TIME = timedelta(0)


@dataclass(slots=True)
class Track:
    """One timer, counted up to `cursor`. `promise` and `goal` stay as they were once they are broken."""

    metric: Metric
    started_at: datetime
    cursor: datetime
    timezone: str
    promise: timedelta | None = None
    goal: timedelta | None = None
    breached_at: datetime | None = None
    goal_missed_at: datetime | None = None
    stopped_at: datetime | None = None
    due_at: datetime | None = None
    goal_due_at: datetime | None = None
    elapsed: timedelta = NO_TIME
    segments: list[Segment] = field(default_factory=list)
    cause: str = ""
    why: str = ""

    @classmethod
    def carried(cls, carried: Carried, metric: Metric, at: datetime, timezone: str) -> "Track":
        track = cls(metric, carried.started_at, carried.started_at, timezone)
        track.breached_at, track.goal_missed_at = carried.breached_at, carried.goal_missed_at
        if track.breached_at is not None:
            track.why = "it was broken before its ticket was merged into this one"
        for segment in carried.segments:
            if segment.start < at:
                track.append(segment.start, min(segment.end, at), segment.kind, segment.why)
        return track

    def append(self, start: datetime, end: datetime, kind: SegmentKind, why: str) -> None:
        """Goes on from the last segment, as part of it when nothing but an event lies between."""
        if start == end:
            return
        last = self.segments[-1] if self.segments else None
        if last is not None and (last.kind, last.why) == (kind, why):
            self.segments[-1] = Segment(last.start, end, kind, why)
        else:
            self.segments.append(Segment(start, end, kind, why))
        self.cursor = end
        if kind is SegmentKind.COUNTED:
            self.elapsed += end - start

    def why_broken(self) -> str:
        """For a promise that breaks at the cursor or later without another event."""
        promise = self.promise or NO_TIME
        if self.elapsed > promise:
            return f"already past its target of {in_words(promise)} when {self.cause}"
        return f"its {in_words(promise)} were used up"
