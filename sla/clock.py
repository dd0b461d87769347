"""The SLA clock: a pure fold of a ticket's events into its timers.

It decides when each timer starts, pauses, stops and breaks. It has no clock of its own: `now` is an argument, and the
same events give the same timers on any machine at any later date. What holds at an instant is what holds after that
instant's events, so a reply at exactly the due instant keeps the promise and a pause at that instant holds it.
"""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

from sla.events import Carried, Event, EventKind
from sla.policies import RESOLVED, Metric, Policy, Priority, Status
from sla.promise import explain
from sla.timers import Segment, SegmentKind, State, Timer, next_due, next_goal_due
from sla.tracks import NO_TIME, Track

__all__ = [
    "Event",
    "EventKind",
    "Segment",
    "SegmentKind",
    "State",
    "Timer",
    "explain",
    "next_due",
    "next_goal_due",
    "replay",
]

_RESPONSES = (Metric.FIRST_RESPONSE, Metric.NEXT_RESPONSE)


def replay(policy: Policy, events: Iterable[Event], now: datetime) -> list[Timer]:
    """The timers of a ticket at `now` (aware), in the order in which they started.

    `policy` is the version the ticket was promised under when it arrived. Events may come in any order; those at the
    same instant happen in the given order, those after `now` have not happened yet. A metric that the policy promises
    nothing for has no timer.
    """
    if now.utcoffset() is None:
        raise ValueError("now: expected a datetime with a time zone")
    now, ticket = now.astimezone(UTC), _Ticket(policy)
    for event in _in_order(events, now):
        ticket.advance(event.at, inclusive=False)
        if event.kind is EventKind.CANCELLED:
            return ticket.timers(cancelled=event)
        ticket.apply(event)
    ticket.advance(now, inclusive=True)
    return ticket.timers()


def _in_order(events: Iterable[Event], now: datetime) -> list[Event]:
    """What has happened, by time, without the cancellations that were taken back."""
    happened: list[Event] = []
    for event in sorted((event for event in events if event.at <= now), key=lambda event: event.at):
        if event.kind is EventKind.RESTORED:
            happened = [earlier for earlier in happened if earlier.kind is not EventKind.CANCELLED]
        else:
            happened.append(event)
    return happened


class _Ticket:
    """The state of the fold: what holds now on the ticket, and its timers so far."""

    def __init__(self, policy: Policy) -> None:
        self.policy, self.calendar = policy, policy.calendar
        self.timezone: str | None = None
        self.priority, self.status = Priority.NORMAL, Status.NEW
        self.tracks: list[Track] = []
        self.current: dict[Metric, Track] = {}

    def advance(self, to: datetime, inclusive: bool) -> None:
        """Lets the time until `to` pass; a promise that falls due at exactly `to` breaks only when `inclusive`."""
        for track in self.tracks:
            if track.stopped_at is None:
                self._advance(track, to, inclusive)

    def _advance(self, track: Track, to: datetime, inclusive: bool) -> None:
        track.timezone = self.calendar.timezone
        if self._paused(track):
            kind, why = SegmentKind.PAUSED, f"status {self.status}"
        else:
            kind, why = SegmentKind.COUNTED, "open hours"
            self._notice(track, to, inclusive)
        for stretch in self.calendar.segments(track.cursor, to):
            if stretch.open:
                track.append(stretch.start, stretch.end, kind, why)
            else:
                track.append(stretch.start, stretch.end, SegmentKind.CLOSED, "outside open hours")

    def _notice(self, track: Track, to: datetime, inclusive: bool) -> None:
        """Marks the promise and the goal broken where, running on to `to`, the counted time reaches them."""
        due, goal_due = self._due(track, track.promise), self._due(track, track.goal)
        if track.goal_missed_at is None and goal_due and (goal_due < to or (inclusive and goal_due == to)):
            track.goal_missed_at = goal_due
        if track.breached_at is None and due and (due < to or (inclusive and due == to)):
            track.breached_at = due
            track.why = track.why_broken()

    def _due(self, track: Track, target: timedelta | None) -> datetime | None:
        if target is None:
            return None
        return self.calendar.add(track.cursor, max(target - track.elapsed, NO_TIME))

    def _paused(self, track: Track) -> bool:
        return self.status in self.policy.pauses.get(track.metric, ())

    def apply(self, event: Event) -> None:
        """What the event changes from its instant on."""
        if event.kind is EventKind.RECEIVED:
            self._received(event.at)
        elif event.kind is EventKind.REPLIED:
            if event.substantive and event.by in self.policy.counts:
                self._stop(event.at, *_RESPONSES)
        elif event.status is not None:
            self._status_changed(event.at, event.status)
        elif event.priority is not None:
            self.priority = event.priority
            self._retarget(f"the priority became {event.priority}")
        elif event.policy is not None:
            self.policy = event.policy
            self._set_calendar()
            self._retarget(f"the policy became {event.policy.key}")
        elif event.timezone is not None:
            self.timezone = event.timezone
            self._set_calendar()
        elif event.kind is EventKind.MERGED:
            self._merged(event.at, event.carried)

    def _set_calendar(self) -> None:
        calendar = self.policy.calendar
        self.calendar = calendar if self.timezone is None else calendar.in_timezone(self.timezone)

    def _received(self, at: datetime) -> None:
        first = self.current.get(Metric.FIRST_RESPONSE)
        if first is None:
            self._start(Track(Metric.FIRST_RESPONSE, at, at, self.calendar.timezone))
        elif first.stopped_at is not None and not self._runs(Metric.NEXT_RESPONSE):
            self._start(Track(Metric.NEXT_RESPONSE, at, at, self.calendar.timezone))
        if Metric.RESOLUTION not in self.current:
            self._start(Track(Metric.RESOLUTION, at, at, self.calendar.timezone))
            if self.status in RESOLVED:
                self._stop(at, Metric.RESOLUTION)

    def _runs(self, metric: Metric) -> bool:
        return metric in self.current and self.current[metric].stopped_at is None

    def _start(self, track: Track) -> None:
        self.tracks.append(track)
        self.current[track.metric] = track
        self._aim(track)

    def _stop(self, at: datetime, *metrics: Metric) -> None:
        for track in (self.current[metric] for metric in metrics if self._runs(metric)):
            track.due_at, track.goal_due_at = self._due(track, track.promise), self._due(track, track.goal)
            track.stopped_at = at

    def _status_changed(self, at: datetime, status: Status) -> None:
        self.status = status
        resolution = self.current.get(Metric.RESOLUTION)
        if status in RESOLVED:
            self._stop(at, Metric.RESOLUTION)
        elif resolution is not None and resolution.stopped_at is not None:
            resolution.append(resolution.cursor, at, SegmentKind.PAUSED, "resolved")
            resolution.stopped_at = None
            self._aim(resolution, "it was reopened")

    def _retarget(self, cause: str) -> None:
        for track in self.tracks:
            if track.stopped_at is None:
                self._aim(track, cause)

    def _aim(self, track: Track, cause: str = "") -> None:
        target = self.policy.target(track.metric, self.priority)
        track.cause = cause or track.cause
        if track.breached_at is None or track.promise is None:
            track.promise = target.promise if target else None
        if track.goal_missed_at is None or track.goal is None:
            track.goal = target.goal if target else None

    def _merged(self, at: datetime, timers: Iterable[Carried]) -> None:
        """Takes over the other ticket's open timers where they are the only or the earlier ones.

        A first message of the other ticket that nobody answered is, on a ticket that has been answered before, one
        that waits for the next response.
        """
        for carried in timers:
            metric = carried.metric
            if metric is Metric.FIRST_RESPONSE and metric in self.current and not self._runs(metric):
                metric = Metric.NEXT_RESPONSE
            own = self.current.get(metric) if self._runs(metric) else None
            if metric is Metric.RESOLUTION and metric in self.current and own is None:
                continue
            if own is None or carried.started_at < own.started_at:
                self._take_over(Track.carried(carried, metric, at, self.calendar.timezone), own, at)

    def _take_over(self, track: Track, own: Track | None, at: datetime) -> None:
        if own is not None:
            self.tracks.remove(own)
            track.breached_at, track.why = _earliest(track.breached_at, own.breached_at), track.why or own.why
            track.goal_missed_at = _earliest(track.goal_missed_at, own.goal_missed_at)
        self._start(track)
        track.cause = "another ticket was merged into this one"
        self._advance(track, at, inclusive=False)

    def timers(self, cancelled: Event | None = None) -> list[Timer]:
        """The tracks as values; cancelling takes back every promise that was not already kept."""
        tracks = sorted(self.tracks, key=lambda track: track.started_at)
        return [self._timer(track, track.promise, cancelled) for track in tracks if track.promise is not None]

    def _timer(self, track: Track, target: timedelta, cancelled: Event | None) -> Timer:
        state = self._state(track)
        if cancelled is not None and state is not State.MET:
            state, track.why = State.CANCELLED, cancelled.why
            track.breached_at = track.goal_missed_at = track.due_at = track.goal_due_at = None
            track.stopped_at = track.stopped_at or cancelled.at
        elif track.stopped_at is None and not self._paused(track):
            track.due_at, track.goal_due_at = self._due(track, track.promise), self._due(track, track.goal)
        elif state is State.PAUSED:
            track.due_at, track.goal_due_at, track.why = None, None, f"status {self.status}"
        return Timer(
            metric=track.metric,
            state=state,
            started_at=track.started_at,
            due_at=track.breached_at or track.due_at,
            goal_due_at=track.goal_missed_at or track.goal_due_at,
            stopped_at=track.stopped_at,
            breached_at=track.breached_at,
            goal_missed_at=track.goal_missed_at,
            elapsed=track.elapsed,
            target=target,
            goal=track.goal,
            timezone=track.timezone,
            why=track.why,
            segments=tuple(track.segments),
        )

    def _state(self, track: Track) -> State:
        if track.breached_at is not None:
            return State.BREACHED
        if track.stopped_at is not None:
            return State.MET
        return State.PAUSED if self._paused(track) else State.RUNNING


def _earliest(one: datetime | None, other: datetime | None) -> datetime | None:
    return min((at for at in (one, other) if at is not None), default=None)
