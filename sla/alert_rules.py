"""What an admin wants to happen when a timer runs short or breaks: the `alerts` of a policy, read and checked.

It says which actions belong to which share of which metric's target, and refuses every nonsense with the path at fault.
It performs nothing and knows no timer.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from sla.terms import Metric

BREACH = 1.0  # the share of the target at which it is broken
MOST_RULES, MOST_ACTIONS, MOST_STEPS = 100, 20, 3


class Way(StrEnum):
    """How somebody is notified."""

    IN_APP = "in_app"
    EMAIL = "email"
    WEBHOOK = "webhook"


@dataclass(frozen=True, slots=True)
class Notify:
    """Tell those who care for the ticket."""

    way: Way


@dataclass(frozen=True, slots=True)
class RaisePriority:
    """Make the ticket more pressing by that many steps, urgent at most."""

    steps: int


@dataclass(frozen=True, slots=True)
class AssignTeam:
    """Hand the ticket to a team."""

    team: str


@dataclass(frozen=True, slots=True)
class AssignAgent:
    """Hand the ticket to a named senior."""

    agent: str


Action = Notify | RaisePriority | AssignTeam | AssignAgent


@dataclass(frozen=True, slots=True)
class AlertRule:
    """The actions at a share of a metric's target: 0 < `at` <= 1, where 1 is the breach."""

    metric: Metric
    at: float
    actions: tuple[Action, ...]


def parse_alerts(value: object, path: str = "alerts") -> tuple[AlertRule, ...]:
    """The rules of a policy's optional key `alerts`, such as [{"metric": "first_response", "at": 0.75, "actions":
    [{"notify": "in_app"}, {"raise_priority": 1}, {"assign_team": "senior"}]}].

    ValueError names the path, such as `policies[0].alerts[1].at`. Rules for the same metric and share add up.
    """
    rows = _list(value, path, MOST_RULES)
    return tuple(_parse_rule(row, f"{path}[{index}]") for index, row in enumerate(rows))


def shares_of(rules: Iterable[AlertRule]) -> dict[Metric, tuple[float, ...]]:
    """The shares, in order, at which the rules want to hear of each metric; the breach needs no rule."""
    shares: dict[Metric, set[float]] = {metric: set() for metric in Metric}
    for rule in rules:
        shares[rule.metric].add(rule.at)
    return {metric: tuple(sorted(wanted - {BREACH})) for metric, wanted in shares.items()}


def actions_at(rules: Iterable[AlertRule], metric: Metric, share: float) -> tuple[Action, ...]:
    """Everything that the rules want done at this share, in their order, each action once."""
    wanted = (action for rule in rules if (rule.metric, rule.at) == (metric, share) for action in rule.actions)
    return tuple(dict.fromkeys(wanted))


def _parse_rule(value: object, path: str) -> AlertRule:
    row = _object(value, path, ("metric", "at", "actions"))
    if row.get("metric") not in list(Metric):
        raise ValueError(f"{path}.metric: {str(row.get('metric'))[:40]!r} is not one of {', '.join(Metric)}")
    at = row.get("at")
    if isinstance(at, bool) or not isinstance(at, int | float) or not 0 < at <= BREACH:
        raise ValueError(f"{path}.at: expected a share of the target above 0 and at most 1, where 1 is the breach")
    items = _list(row.get("actions"), f"{path}.actions", MOST_ACTIONS)
    actions = tuple(_parse_action(item, f"{path}.actions[{index}]") for index, item in enumerate(items))
    if not actions:
        raise ValueError(f"{path}.actions: nothing would happen")
    return AlertRule(Metric(str(row["metric"])), float(at), actions)


def _parse_action(value: object, path: str) -> Action:
    row = _object(value, path, ("notify", "raise_priority", "assign_team", "assign_agent"))
    if len(row) != 1:
        raise ValueError(f"{path}: expected exactly one action")
    name, wanted = next(iter(row.items()))
    path = f"{path}.{name}"
    if name == "notify":
        if wanted not in list(Way):
            raise ValueError(f"{path}: {str(wanted)[:40]!r} is not one of {', '.join(Way)}")
        return Notify(Way(str(wanted)))
    if name == "raise_priority":
        if isinstance(wanted, bool) or not isinstance(wanted, int) or not 1 <= wanted <= MOST_STEPS:
            raise ValueError(f"{path}: expected 1 to {MOST_STEPS} steps")
        return RaisePriority(wanted)
    if not isinstance(wanted, str) or not wanted.strip() or len(wanted) > 200:
        raise ValueError(f"{path}: expected a text of 1 to 200 characters")
    return AssignTeam(wanted) if name == "assign_team" else AssignAgent(wanted)


def _object(value: object, path: str, keys: Sequence[str]) -> Mapping[str, object]:
    if not isinstance(value, Mapping):
        raise ValueError(f"{path}: expected an object")
    for key in value:
        if key not in keys:
            raise ValueError(f"{path}.{str(key)[:60]}: unknown key; known are {', '.join(keys)}")
    return value


def _list(value: object, path: str, most: int | None = None) -> Sequence[object]:
    if isinstance(value, str) or not isinstance(value, Sequence):
        raise ValueError(f"{path}: expected a list")
    if most is not None and len(value) > most:
        raise ValueError(f"{path}: more than {most} entries")
    return value
