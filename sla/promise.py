"""Timers in plain English, for agents: one sentence that says what is owed, when, and where the time went.

It words what `sla.clock` found and decides nothing.
"""

from datetime import datetime

from sla.durations import in_words
from sla.hours import zone_of
from sla.timers import Segment, SegmentKind, State, Timer

_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_SHOWN_GAPS = 3
_DAYS_PLAIN = 6


def explain(timer: Timer, timezone: str | None = None) -> str:
    """One sentence such as "First response due Tue 24 Nov 10:30 (Europe/Paris): 2 h 30 m of 4 h used since Mon 16:00;
    closed 18:00–09:00", in the timer's own zone or the given one (ValueError when there is no such zone).
    """
    wording = _Wording(timezone or timer.timezone)
    name = timer.metric.replace("_", " ").capitalize()
    used = f"{in_words(timer.elapsed)} of {in_words(timer.target)} used since {wording.beginning(timer)}"
    return "; ".join([f"{name} {wording.verdict(timer)}: {used}", *wording.gaps(timer.segments)])


class _Wording:
    def __init__(self, timezone: str) -> None:
        self.timezone, self.zone = timezone, zone_of(timezone)

    def verdict(self, timer: Timer) -> str:
        if timer.state is State.CANCELLED:
            return f"cancelled {self.place(timer.stopped_at)}{_because(timer.why)}"
        if timer.state is State.MET:
            return f"kept {self.place(timer.stopped_at)}, due {self.day(timer.due_at)}"
        if timer.state is State.BREACHED and timer.stopped_at is not None:
            return f"broken {self.place(timer.breached_at)}, done {self.day(timer.stopped_at)}{_because(timer.why)}"
        if timer.state is State.BREACHED:
            return f"broken {self.place(timer.breached_at)} and still owed{_because(timer.why)}"
        if timer.state is State.PAUSED:
            return f"paused{_because(timer.why)}, nothing falls due"
        return f"due {self.place(timer.due_at)}"

    def gaps(self, segments: tuple[Segment, ...]) -> list[str]:
        """The latest stretches that did not count, earliest first."""
        gaps = [segment for segment in segments if segment.kind is not SegmentKind.COUNTED]
        said = [f"{_why_not(gap)} {self.span(gap)}" for gap in gaps[-_SHOWN_GAPS:]]
        return [f"{len(gaps) - _SHOWN_GAPS} earlier breaks", *said] if len(gaps) > _SHOWN_GAPS else said

    def place(self, at: datetime | None) -> str:
        return f"{self.day(at)} ({self.timezone})"

    def day(self, at: datetime | None) -> str:
        if at is None:
            return "at no time"
        local = at.astimezone(self.zone)
        return f"{_DAYS[local.weekday()]} {local.day} {_MONTHS[local.month - 1]} {local:%H:%M}"

    def beginning(self, timer: Timer) -> str:
        """Without the date when it is the weekday of that name before the other instant the sentence shows."""
        said = self.day(timer.started_at)
        shown = timer.stopped_at or timer.due_at
        if shown is None or (shown - timer.started_at).days >= _DAYS_PLAIN:
            return said
        weekday, _, _, clock = said.split(" ")
        return f"{weekday} {clock}"

    def span(self, segment: Segment) -> str:
        """Times alone where the stretch is shorter than a day; a longer one needs its dates."""
        if (segment.end - segment.start).days >= 1:
            return f"{self.day(segment.start)} – {self.day(segment.end)}"
        return f"{segment.start.astimezone(self.zone):%H:%M}–{segment.end.astimezone(self.zone):%H:%M}"


def _because(why: str) -> str:
    return f" ({why})" if why else ""


def _why_not(segment: Segment) -> str:
    return "closed" if segment.kind is SegmentKind.CLOSED else f"paused ({segment.why})"
