"""The sentence about one timer: what is owed, when, and where the time went.

It reads the reasons that the clock notes in English and says them in the reader's language; a reason that a person
wrote is repeated as it stands.
"""

import re
from datetime import datetime
from zoneinfo import ZoneInfo

from sla.policies import Priority, Status
from sla.timers import Segment, SegmentKind, State, Timer
from sla.wording.phrases import TimerPhrases, Voice

_SHOWN_GAPS = 3
_DAYS_PLAIN = 6
_REASONS = {
    "status": re.compile(r"status (?P<status>.{1,40})"),
    "used_up": re.compile(r"its .{1,40} were used up"),
    "already": re.compile(r"already past its target of .{1,40} when (?P<cause>.*)"),
    "priority": re.compile(r"the priority became (?P<priority>.{1,40})"),
    "policy": re.compile(r"the policy became (?P<policy>.*)"),
    "reopened": re.compile("it was reopened"),
    "merged": re.compile("another ticket was merged into this one"),
    "merged_into": re.compile(r"merged into ticket (?P<ticket>\d{1,12})"),
    "broken_before": re.compile("it was broken before its ticket was merged into this one"),
    "resolved": re.compile("resolved"),
    "spam": re.compile("spam"),
    "deleted": re.compile("deleted"),
}


def timer_sentence(timer: Timer, timezone: str, zone: ZoneInfo, voice: Voice) -> str:
    """The sentence, with instants in `zone`, whose name is `timezone`."""
    said = _Sentence(timer, timezone, zone, voice)
    head = said.words.sentence.format(
        metric=said.words.metrics[timer.metric],
        verdict=said.verdict(),
        elapsed=voice.brief(timer.elapsed),
        target=voice.brief(timer.target),
        since=said.beginning(),
    )
    return voice.words.formats.semicolon.join([head, *said.gaps()])


class _Sentence:
    def __init__(self, timer: Timer, timezone: str, zone: ZoneInfo, voice: Voice) -> None:
        self.timer, self.timezone, self.zone, self.voice = timer, timezone, zone, voice
        self.words: TimerPhrases = voice.words.timer

    def verdict(self) -> str:
        timer, words, why = self.timer, self.words, self.reason(self.timer.why)
        why = f" ({why})" if why else ""
        if timer.state is State.CANCELLED:
            return words.cancelled.format(at=self.place(timer.stopped_at), why=why)
        if timer.state is State.MET:
            return words.met.format(at=self.place(timer.stopped_at), due=self.day(timer.due_at))
        if timer.state is State.BREACHED and timer.stopped_at is not None:
            return words.broken.format(at=self.place(timer.breached_at), done=self.day(timer.stopped_at), why=why)
        if timer.state is State.BREACHED:
            return words.owed.format(at=self.place(timer.breached_at), why=why)
        if timer.state is State.PAUSED:
            return words.paused.format(why=why)
        return words.running.format(at=self.place(timer.due_at))

    def reason(self, why: str) -> str:
        """The clock's reason in the reader's language."""
        for name, pattern in _REASONS.items():
            if match := pattern.fullmatch(why):
                return self.words.reasons[name].format(**self._filled(match.groupdict()))
        return why

    def _filled(self, found: dict[str, str]) -> dict[str, str]:
        filled = {**found, "target": self.voice.brief(self.timer.target)}
        if found.get("status") in list(Status):
            filled["status"] = self.words.statuses[Status(found["status"])]
        if found.get("priority") in list(Priority):
            filled["priority"] = self.words.priorities[Priority(found["priority"])]
        if "cause" in found:
            filled["cause"] = self.reason(found["cause"])
        return filled

    def gaps(self) -> list[str]:
        """The latest stretches that did not count, earliest first."""
        gaps = [segment for segment in self.timer.segments if segment.kind is not SegmentKind.COUNTED]
        said = [self.gap(gap) for gap in gaps[-_SHOWN_GAPS:]]
        hidden = len(gaps) - _SHOWN_GAPS
        return said if hidden <= 0 else [self.words.breaks[hidden > 1].format(count=hidden), *said]

    def gap(self, segment: Segment) -> str:
        if segment.kind is SegmentKind.CLOSED:
            return self.words.closed.format(span=self.span(segment))
        return self.words.gap_paused.format(why=self.reason(segment.why), span=self.span(segment))

    def place(self, at: datetime | None) -> str:
        return f"{self.day(at)} ({self.timezone})"

    def day(self, at: datetime | None) -> str:
        return "–" if at is None else self.voice.moment(at.astimezone(self.zone), self.voice.words.formats.short_day)

    def beginning(self) -> str:
        """Without the date when it is the weekday of that name before the other instant the sentence shows."""
        started, shown = self.timer.started_at, self.timer.stopped_at or self.timer.due_at
        if shown is None or (shown - started).days >= _DAYS_PLAIN:
            return self.day(started)
        return self.voice.moment(started.astimezone(self.zone), self.voice.words.formats.short_weekday)

    def span(self, segment: Segment) -> str:
        """Times alone where the stretch is shorter than a day; a longer one needs its dates."""
        if (segment.end - segment.start).days >= 1:
            return f"{self.day(segment.start)} – {self.day(segment.end)}"
        start, end = segment.start.astimezone(self.zone), segment.end.astimezone(self.zone)
        clock = (self.voice.clock(local.hour * 60 + local.minute) for local in (start, end))
        return "–".join(clock) + self.voice.words.formats.oclock
