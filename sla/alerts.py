"""Warnings before a promise breaks and word of the breach: which are due, and when the next will be.

It decides from timers alone, so that a scheduler may stop and start as it likes: each alert has a key, and what has not
fired yet fires at the next look, marked late when that look came late. It sends nothing and remembers nothing.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sla.alert_rules import (
    BREACH,
    Action,
    AlertRule,
    AssignAgent,
    AssignTeam,
    Notify,
    RaisePriority,
    Way,
    actions_at,
    parse_alerts,
    shares_of,
)
from sla.calendar import BusinessCalendar
from sla.events import Event, EventKind
from sla.notices import MissNotice, check_template, notice_text, will_miss
from sla.policies import RESOLVED, Metric
from sla.timers import SegmentKind, State, Timer, read_instant, write_instant

__all__ = [
    "BREACH",
    "SHARES",
    "TICK",
    "Action",
    "Alert",
    "AlertKey",
    "AlertRule",
    "AssignAgent",
    "AssignTeam",
    "MissNotice",
    "Notify",
    "RaisePriority",
    "Way",
    "actions_at",
    "aimed_at",
    "check_template",
    "due_alerts",
    "next_alert_at",
    "notice_text",
    "parse_alerts",
    "shares_of",
    "will_miss",
]

TICK = timedelta(seconds=5)
SHARES = (0.5, 0.75, 0.9)

Shares = Sequence[float] | Mapping[Metric, Sequence[float]]
_NO_TIME = timedelta(0)
_AIMS = (EventKind.PRIORITY_CHANGED, EventKind.POLICY_CHANGED, EventKind.MERGED)


@dataclass(frozen=True, slots=True, order=True)
class AlertKey:
    """Names an alert for good among those of one ticket; `share` 1 is the breach.

    Of timers that started at the same instant all but one were stopped at once, so that no two alerts share a key.
    """

    metric: Metric
    started_at: datetime
    share: float

    @classmethod
    def of(cls, timer: Timer, share: float) -> "AlertKey":
        """The key of a timer's alert."""
        return cls(timer.metric, timer.started_at, share)

    def to_text(self) -> str:
        """For storing, such as "first_response 2026-11-24T09:30:00Z 0.75"; `from_text` reads it back."""
        return f"{self.metric} {write_instant(self.started_at)} {self.share!r}"

    @classmethod
    def from_text(cls, text: str) -> "AlertKey":
        """From the shape of `to_text`; ValueError naming `key` otherwise."""
        try:
            metric, started_at, share = text.split(" ")
            return cls(Metric(metric), read_instant(started_at, "started_at"), float(share))
        except ValueError as error:
            raise ValueError(f"key: {text[:80]!r} is not an alert's key") from error


@dataclass(frozen=True, slots=True)
class Alert:
    """Something to tell: at `at` (UTC) the timer had used `key.share` of its target.

    `late` when the scheduler looked more than a tick after that. `timer_open` says whether an answer is still owed; an
    alert that was missed during an outage may be about one that has been given.
    """

    key: AlertKey
    at: datetime
    late: bool
    timer_open: bool

    @property
    def is_breach(self) -> bool:
        """Whether the promise is broken, rather than running short."""
        return self.key.share == BREACH


def due_alerts(
    timers: Iterable[Timer],
    fired: Collection[AlertKey],
    now: datetime,
    shares: Shares = SHARES,
    aimed_at: datetime | None = None,
) -> list[Alert]:
    """The alerts of a ticket that are due at `now` and not in `fired`, earliest first.

    `timers` as replayed for `now`; `shares` are above 0 and below 1, for all metrics or by metric. `aimed_at` is when
    the target last changed (see `aimed_at`): a share that this made smaller than what had been used fires at the
    change. Cancelled timers fire nothing.
    """
    found = [alert for timer in timers for alert in _reached(timer, now, _of_metric(shares, timer.metric), aimed_at)]
    return sorted((alert for alert in found if alert.key not in fired), key=lambda alert: (alert.at, alert.key))


def next_alert_at(
    timer: Timer,
    calendar: BusinessCalendar,
    fired: Collection[AlertKey] = (),
    shares: Shares = SHARES,
    aimed_at: datetime | None = None,
) -> datetime | None:
    """When `due_alerts` will next have something for this timer if nothing happens till then; None for never.

    An instant that has passed means that something is due already. `calendar` is the policy's; the timer's own zone is
    seen to. Store the earliest over a ticket's timers with the ticket, and work it out anew after every event.
    """
    wanted = _of_metric(shares, timer.metric)
    instants = [alert.at for alert in _reached(timer, None, wanted, aimed_at) if alert.key not in fired]
    if timer.state is State.RUNNING:
        local, seen = calendar.in_timezone(timer.timezone), _as_of(timer)
        for share in wanted:
            left = timer.target * share - timer.elapsed
            if left > _NO_TIME and AlertKey.of(timer, share) not in fired:
                instants.append(local.add(seen, left))
        if timer.due_at is not None and AlertKey.of(timer, BREACH) not in fired:
            instants.append(timer.due_at)
    return min(instants, default=None)


def aimed_at(events: Iterable[Event], now: datetime) -> datetime | None:
    """When the targets of a ticket's timers last changed by then: with its priority, its policy, a merge, or, for
    changes while it was resolved, when it was reopened."""
    latest, resolved = None, False
    for event in sorted((event for event in events if event.at <= now), key=lambda event: event.at):
        reopened = resolved and event.status is not None and event.status not in RESOLVED
        if event.kind in _AIMS or reopened:
            latest = event.at
        if event.status is not None:
            resolved = event.status in RESOLVED
    return latest


def _of_metric(shares: Shares, metric: Metric) -> list[float]:
    wanted = shares.get(metric, ()) if isinstance(shares, Mapping) else shares
    for share in wanted:
        if not 0 < share < BREACH:
            raise ValueError(f"shares: {share!r} is not above 0 and below 1; the breach needs no share")
    return sorted(set(wanted))


def _reached(timer: Timer, now: datetime | None, shares: Iterable[float], aimed: datetime | None) -> list[Alert]:
    if timer.state is State.CANCELLED:
        return []
    if aimed is not None and timer.stopped_at is not None and timer.stopped_at < aimed:
        aimed = None
    instants = {share: _reached_at(timer, timer.target * share) for share in shares}
    found = [(share, at if aimed is None else max(at, aimed)) for share, at in instants.items() if at is not None]
    if timer.breached_at is not None:
        found.append((BREACH, timer.breached_at))
    return [
        Alert(AlertKey.of(timer, share), at, now is not None and now - at > TICK, timer.is_open) for share, at in found
    ]


def _reached_at(timer: Timer, used: timedelta) -> datetime | None:
    """The first instant at which the timer had counted that much."""
    for segment in timer.segments:
        if segment.kind is SegmentKind.COUNTED:
            if used <= segment.end - segment.start:
                return segment.start + used
            used -= segment.end - segment.start
    return None


def _as_of(timer: Timer) -> datetime:
    """The instant that the timer was replayed for, as far as its time goes."""
    return timer.segments[-1].end if timer.segments else timer.started_at
