"""Service-level policies: which promise holds for which ticket, and what counts as keeping it.

It decides which policy applies and reads the admin's document, refusing every nonsense with the path at fault. It knows
no clock, no tickets and no storage. A policy never changes: an edit makes a new version of the whole document.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum
from typing import TypeVar

from sla.alert_rules import AlertRule, parse_alerts
from sla.calendar import BusinessCalendar
from sla.durations import format_duration, parse_duration
from sla.terms import Metric, Priority, Sender, Status

__all__ = [
    "ALWAYS",
    "CONDITIONS",
    "LONGEST_PROMISE",
    "RESOLVED",
    "Metric",
    "Policy",
    "Priority",
    "Sender",
    "Status",
    "Target",
    "TicketFacts",
    "choose",
    "parse_policies",
]

LONGEST_PROMISE = timedelta(days=366)
ALWAYS = "always"
CONDITIONS = ("priority", "category", "channel", "segment", "organisation", "language", "tag")
# `alert_recipients` are addresses, which the service reads
POLICY_KEYS = ("name", "when", "calendar", "targets", "pauses", "counts", "public", "alerts", "alert_recipients")
_YEARS_TO_REACH = 10  # a promise that takes longer to fall due on its calendar is a slip of the pen
RESOLVED = frozenset({Status.SOLVED, Status.CLOSED})
_DEFAULT_PAUSES = {Metric.RESOLUTION: frozenset({Status.PENDING})}


@dataclass(frozen=True, slots=True)
class Target:
    """Working time until the promise to the customer is broken, and the team's own stricter goal, if any."""

    promise: timedelta
    goal: timedelta | None = None

    def __post_init__(self) -> None:
        if not timedelta(0) < self.promise <= LONGEST_PROMISE:
            raise ValueError(f"promise: must be more than zero and at most {format_duration(LONGEST_PROMISE)}")
        if self.goal is not None and not timedelta(0) < self.goal <= self.promise:
            raise ValueError("goal: must be more than zero and not longer than the promise")


@dataclass(frozen=True, slots=True)
class TicketFacts:
    """What policies may ask about a ticket; None where it is not known."""

    priority: Priority = Priority.NORMAL
    category: str | None = None
    channel: str | None = None
    segment: str | None = None
    language: str | None = None
    tags: frozenset[str] = frozenset()
    organisation: str | None = None


@dataclass(frozen=True, slots=True)
class Policy:
    """One version of a promise. A metric or priority without a target is not promised anything.

    `when` maps a condition's name to the values that satisfy it (exact text); `pauses` the statuses in which a
    metric's time stands still; `counts` says whose replies are responses; `public` whether everybody may read of it;
    `alerts` what is to be done when time runs short.
    """

    name: str
    version: int
    calendar: BusinessCalendar
    calendar_name: str
    targets: Mapping[Metric, Mapping[Priority, Target]] = field(hash=False)
    when: Mapping[str, frozenset[str]] = field(default_factory=dict, hash=False)
    pauses: Mapping[Metric, frozenset[Status]] = field(default_factory=lambda: dict(_DEFAULT_PAUSES), hash=False)
    counts: frozenset[Sender] = frozenset(Sender)
    public: bool = True
    alerts: tuple[AlertRule, ...] = ()

    @property
    def key(self) -> str:
        """Names this version for good, such as "VIP@3"."""
        return f"{self.name}@{self.version}"

    def target(self, metric: Metric, priority: Priority) -> Target | None:
        """What is promised, or None when nothing is."""
        return self.targets.get(metric, {}).get(priority)

    def applies_to(self, facts: TicketFacts) -> bool:
        """Whether every condition holds."""
        return all(not values.isdisjoint(_values(facts, name)) for name, values in self.when.items())


def _values(facts: TicketFacts, condition: str) -> frozenset[str]:
    if condition == "tag":
        return facts.tags
    value = getattr(facts, condition)
    return frozenset() if value is None else frozenset({value})


def choose(policies: Sequence[Policy], facts: TicketFacts) -> Policy:
    """The first policy whose conditions all hold; ValueError when none does, which a parsed document rules out."""
    for policy in policies:
        if policy.applies_to(facts):
            return policy
    raise ValueError("policies: none applies and there is no default")


def parse_policies(document: object, version: int = 1) -> tuple[Policy, ...]:
    """The policies of an admin's document, in the order in which they are tried.

    The document is {"calendars": {name: calendar}, "policies": [{"name", "when", "calendar", "targets", "pauses",
    "counts", "public", "alerts"}]}; durations are written "1h30m"; the calendar "always" is open day and night; the
    last policy, and no other, has no conditions; one for named organisations is public only when it says so. ValueError
    names the path, such as `policies[1].targets.first_response.urgent.promise`.
    """
    top = _object(document, "document", ("calendars", "policies"))
    calendars = _parse_calendars(top.get("calendars", {}))
    rows = _list(top.get("policies"), "policies")
    policies = tuple(_parse_policy(row, f"policies[{i}]", calendars, version) for i, row in enumerate(rows))
    seen: set[str] = set()
    for index, policy in enumerate(policies):
        if policy.name in seen:
            raise ValueError(f"policies[{index}].name: {policy.name!r} stands twice")
        if not policy.when and index < len(policies) - 1:
            raise ValueError(f"policies[{index}].when: only the last policy may be without conditions")
        seen.add(policy.name)
    if not policies or policies[-1].when:
        raise ValueError("policies: the last one must be the default, with an empty `when`")
    return policies


def _parse_calendars(value: object) -> dict[str, BusinessCalendar]:
    calendars = {ALWAYS: BusinessCalendar.always()}
    for name, document in _object(value, "calendars").items():
        if name == ALWAYS:
            raise ValueError(f"calendars.{ALWAYS}: the name is reserved for day and night")
        with _at(f"calendars.{name}"):
            calendars[name] = BusinessCalendar.from_dict(document)
    return calendars


def _parse_policy(value: object, path: str, calendars: Mapping[str, BusinessCalendar], version: int) -> Policy:
    row = _object(value, path, POLICY_KEYS)
    name, calendar_name = _text(row.get("name"), f"{path}.name"), _text(row.get("calendar"), f"{path}.calendar")
    if calendar_name not in calendars:
        raise ValueError(f"{path}.calendar: there is no calendar {calendar_name!r}")
    calendar = calendars[calendar_name]
    counts = frozenset(_choices(row.get("counts", list(Sender)), f"{path}.counts", Sender))
    if not counts:
        raise ValueError(f"{path}.counts: nothing would count as a response")
    when = dict(_parse_when(row.get("when", {}), f"{path}.when"))
    return Policy(
        name=name,
        version=version,
        when=when,
        calendar=calendar,
        calendar_name=calendar_name,
        targets=dict(_parse_targets(row.get("targets"), f"{path}.targets", calendar)),
        pauses=_DEFAULT_PAUSES | dict(_parse_pauses(row.get("pauses", {}), f"{path}.pauses")),
        counts=counts,
        public=_yes_or_no(row.get("public", "organisation" not in when), f"{path}.public"),
        alerts=parse_alerts(row.get("alerts", []), f"{path}.alerts"),
    )


def _parse_when(value: object, path: str) -> Iterator[tuple[str, frozenset[str]]]:
    for name, values in _object(value, path, CONDITIONS).items():
        at = f"{path}.{name}"
        if name == "priority":
            wanted = frozenset[str](_choices(values, at, Priority))
        else:
            wanted = frozenset(_text(item, f"{at}[{index}]") for index, item in enumerate(_list(values, at)))
        if not wanted:
            raise ValueError(f"{at}: an empty list matches nothing")
        yield name, wanted


def _parse_targets(
    value: object, path: str, calendar: BusinessCalendar
) -> Iterator[tuple[Metric, dict[Priority, Target]]]:
    for metric, by_priority in _object(value, path, tuple(Metric)).items():
        rows = _object(by_priority, f"{path}.{metric}", tuple(Priority))
        yield (
            Metric(metric),
            {Priority(name): _parse_target(row, f"{path}.{metric}.{name}", calendar) for name, row in rows.items()},
        )


def _parse_target(value: object, path: str, calendar: BusinessCalendar) -> Target:
    row = _object(value, path, ("promise", "goal"))
    promise = parse_duration(row.get("promise"), f"{path}.promise")
    goal = None if row.get("goal") is None else parse_duration(row["goal"], f"{path}.goal")
    if promise > calendar.weekly_open * 52 * _YEARS_TO_REACH:
        raise ValueError(f"{path}.promise: the calendar needs more than {_YEARS_TO_REACH} years to open that long")
    with _at(path):
        return Target(promise, goal)


def _parse_pauses(value: object, path: str) -> Iterator[tuple[Metric, frozenset[Status]]]:
    for metric, statuses in _object(value, path, tuple(Metric)).items():
        pauses = frozenset(_choices(statuses, f"{path}.{metric}", Status))
        if pauses & RESOLVED:
            raise ValueError(f"{path}.{metric}: a resolved ticket is not paused")
        yield Metric(metric), pauses


@contextmanager
def _at(path: str) -> Iterator[None]:
    """Puts the path before the message of a ValueError that comes from below."""
    try:
        yield
    except ValueError as error:
        raise ValueError(f"{path}.{error}") from error


def _object(value: object, path: str, keys: Sequence[str] | None = None) -> Mapping[str, object]:
    if not isinstance(value, Mapping):
        raise ValueError(f"{path}: expected an object")
    for key in value:
        if not isinstance(key, str) or (keys is not None and key not in keys):
            allowed = "" if keys is None else f"; known are {', '.join(keys)}"
            raise ValueError(f"{path}.{str(key)[:60]}: unknown key{allowed}")
    return value


def _list(value: object, path: str) -> Sequence[object]:
    if isinstance(value, str) or not isinstance(value, Sequence):
        raise ValueError(f"{path}: expected a list")
    return value


def _text(value: object, path: str) -> str:
    if not isinstance(value, str) or not value.strip() or len(value) > 200:
        raise ValueError(f"{path}: expected a text of 1 to 200 characters")
    return value


def _yes_or_no(value: object, path: str) -> bool:
    if not isinstance(value, bool):
        raise ValueError(f"{path}: expected true or false")
    return value


_Choice = TypeVar("_Choice", bound=StrEnum)


def _choices(value: object, path: str, kind: type[_Choice]) -> list[_Choice]:
    items = _list(value, path)
    for index, item in enumerate(items):
        if item not in list(kind):
            raise ValueError(f"{path}[{index}]: {str(item)[:40]!r} is not one of {', '.join(kind)}")
    return [kind(str(item)) for item in items]
