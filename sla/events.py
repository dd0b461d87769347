"""What happened to a ticket, as the clock cares: immutable, append-only rows that are replayed in order of their time.

It says which facts each kind of event carries and how it is stored; what follows from it is for `sla.clock` to say.
Only what reached the customer is a reply: an internal note, a bounce or an undelivered message makes no event.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import TypeVar

from sla.hours import zone_of
from sla.policies import Metric, Policy, Priority, Sender, Status
from sla.timers import Segment, Timer, read_instant, write_instant

EARLIEST, LATEST = 1970, 2150


class EventKind(StrEnum):
    """The kind of an event."""

    RECEIVED = "received"
    REPLIED = "replied"
    STATUS_CHANGED = "status_changed"
    PRIORITY_CHANGED = "priority_changed"
    POLICY_CHANGED = "policy_changed"
    TIMEZONE_KNOWN = "timezone_known"
    MERGED = "merged"
    CANCELLED = "cancelled"
    RESTORED = "restored"


@dataclass(frozen=True, slots=True)
class Carried:
    """An open timer of a ticket that was merged into this one, with the time it had already used."""

    metric: Metric
    started_at: datetime
    breached_at: datetime | None
    goal_missed_at: datetime | None
    segments: tuple[Segment, ...]

    def to_dict(self) -> dict[str, object]:
        """JSON-ready; `from_dict` reads it back."""
        return {
            "metric": self.metric,
            "started_at": write_instant(self.started_at),
            "breached_at": self.breached_at and write_instant(self.breached_at),
            "goal_missed_at": self.goal_missed_at and write_instant(self.goal_missed_at),
            "segments": [segment.to_dict() for segment in self.segments],
        }

    @classmethod
    def from_dict(cls, row: Mapping[str, object]) -> "Carried":
        """From the shape of `to_dict`."""
        segments = row.get("segments")
        if not isinstance(segments, list):
            raise ValueError("segments: expected a list")
        return cls(
            metric=_named(Metric, row.get("metric"), "metric"),
            started_at=read_instant(row.get("started_at"), "started_at"),
            breached_at=_instant_or_none(row, "breached_at"),
            goal_missed_at=_instant_or_none(row, "goal_missed_at"),
            segments=tuple(Segment.from_dict(segment) for segment in segments),
        )


@dataclass(frozen=True, slots=True)
class Event:
    """One thing that happened at `at` (aware; kept in UTC). Build it with the constructor named after its kind.

    A policy is held whole in memory and stored by its key, because a version of a policy never changes. ValueError
    names the field for a naive or absurd time and an unknown time zone.
    """

    kind: EventKind
    at: datetime
    by: Sender | None = None
    substantive: bool = True
    status: Status | None = None
    priority: Priority | None = None
    policy: Policy | None = None
    timezone: str | None = None
    carried: tuple[Carried, ...] = ()
    why: str = ""

    def __post_init__(self) -> None:
        if not isinstance(self.at, datetime) or self.at.utcoffset() is None:
            raise ValueError("at: expected a datetime with a time zone")
        if not EARLIEST <= self.at.year < LATEST:
            raise ValueError(f"at: the year {self.at.year} is outside {EARLIEST}–{LATEST - 1}")
        object.__setattr__(self, "at", self.at.astimezone(UTC))
        for kind, field in _NEEDED.items():
            if (self.kind is kind) != (getattr(self, field) is not None):
                raise ValueError(f"{field}: goes with {kind}, and only with it")
        if self.timezone is not None:
            zone_of(self.timezone)

    @classmethod
    def received(cls, at: datetime) -> "Event":
        """A customer's message, at the channel's time of receipt."""
        return cls(EventKind.RECEIVED, at)

    @classmethod
    def replied(cls, at: datetime, by: Sender | str = Sender.PERSON, substantive: bool = True) -> "Event":
        """A public reply was delivered; a bare acknowledgement of receipt is not `substantive`."""
        return cls(EventKind.REPLIED, at, by=_named(Sender, by, "by"), substantive=substantive)

    @classmethod
    def status_changed(cls, at: datetime, status: Status | str) -> "Event":
        """The ticket has this status from now on; it starts out as new."""
        return cls(EventKind.STATUS_CHANGED, at, status=_named(Status, status, "status"))

    @classmethod
    def priority_changed(cls, at: datetime, priority: Priority | str) -> "Event":
        """The ticket has this priority from now on; it starts out as normal."""
        return cls(EventKind.PRIORITY_CHANGED, at, priority=_named(Priority, priority, "priority"))

    @classmethod
    def policy_changed(cls, at: datetime, policy: Policy) -> "Event":
        """From now on this version of a policy holds: facts changed, or an edit was applied to open tickets."""
        return cls(EventKind.POLICY_CHANGED, at, policy=policy)

    @classmethod
    def timezone_known(cls, at: datetime, timezone: str) -> "Event":
        """The customer's or their organisation's IANA zone, in which opening hours are kept from now on."""
        return cls(EventKind.TIMEZONE_KNOWN, at, timezone=timezone)

    @classmethod
    def merged(cls, at: datetime, timers: Iterable[Timer]) -> "Event":
        """Another ticket, whose timers stood like this at `at`, became part of this one; only open ones matter."""
        carried = tuple(
            Carried(timer.metric, timer.started_at, timer.breached_at, timer.goal_missed_at, timer.segments)
            for timer in timers
            if timer.is_open
        )
        return cls(EventKind.MERGED, at, carried=carried)

    @classmethod
    def cancelled(cls, at: datetime, why: str) -> "Event":
        """Nothing is owed on this ticket: spam, deleted, or merged into another."""
        return cls(EventKind.CANCELLED, at, why=why)

    @classmethod
    def restored(cls, at: datetime) -> "Event":
        """It was no spam after all: the clock goes on as if it had never been cancelled."""
        return cls(EventKind.RESTORED, at)

    def to_dict(self) -> dict[str, object]:
        """JSON-ready, without what is at its default; the policy by its key."""
        row: dict[str, object] = {"kind": self.kind, "at": write_instant(self.at)}
        for field in ("by", "status", "priority", "timezone", "why"):
            if getattr(self, field):
                row[field] = getattr(self, field)
        if not self.substantive:
            row["substantive"] = False
        if self.policy is not None:
            row["policy"] = self.policy.key
        if self.carried:
            row["carried"] = [carried.to_dict() for carried in self.carried]
        return row

    @classmethod
    def from_dict(cls, row: Mapping[str, object], policies: Mapping[str, Policy]) -> "Event":
        """From the shape of `to_dict`; `policies` maps the keys of every stored version to it."""
        key = row.get("policy")
        if key is not None and key not in policies:
            raise ValueError(f"policy: there is no version {str(key)[:80]!r}")
        carried = row.get("carried", [])
        if not isinstance(carried, list):
            raise ValueError("carried: expected a list")
        return cls(
            kind=_named(EventKind, row.get("kind"), "kind"),
            at=read_instant(row.get("at"), "at"),
            by=_named(Sender, row["by"], "by") if "by" in row else None,
            substantive=bool(row.get("substantive", True)),
            status=_named(Status, row["status"], "status") if "status" in row else None,
            priority=_named(Priority, row["priority"], "priority") if "priority" in row else None,
            policy=None if key is None else policies[str(key)],
            timezone=str(row["timezone"]) if "timezone" in row else None,
            carried=tuple(Carried.from_dict(item) for item in carried),
            why=str(row.get("why", "")),
        )


_NEEDED = {
    EventKind.REPLIED: "by",
    EventKind.STATUS_CHANGED: "status",
    EventKind.PRIORITY_CHANGED: "priority",
    EventKind.POLICY_CHANGED: "policy",
    EventKind.TIMEZONE_KNOWN: "timezone",
}

_Name = TypeVar("_Name", bound=StrEnum)


def _named(names: type[_Name], value: object, field: str) -> _Name:
    try:
        return names(str(value))
    except ValueError as error:
        raise ValueError(f"{field}: {str(value)[:40]!r} is not one of {', '.join(names)}") from error


def _instant_or_none(row: Mapping[str, object], field: str) -> datetime | None:
    return None if row.get(field) is None else read_instant(row[field], field)
