"""Decides what a well-formed list of rules is; refuses to know tickets. Errors name a path: `rules[2].then`."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from triage.sentiment import LEVELS
from triage.wording import SIGNALS

PRIORITIES = ("low", "normal", "high", "urgent")
MAX_RULES = 1_000
MAX_VALUES = 500
MAX_VALUE = 200
_LISTS = ("category", "sentiment", "signals", "segment", "channel", "language", "words")
_WHEN = frozenset({*_LISTS, "waiting_longer_than", "contacts_at_least"})
_THEN = frozenset({"set_priority", "raise_priority", "add_tags", "assign_team", "forbid_auto_send"})
_DURATION = re.compile(r"(?=\d)(?:(\d{1,4})d)?(?:(\d{1,5})h)?(?:(\d{1,6})m)?(?:(\d{1,7})s)?", re.ASCII)
_TOKEN = re.compile(r"\w+")


@dataclass(frozen=True, slots=True)
class Condition:
    """One key of `when`: any of `values` for a list key, else `duration` (as `written`) or `count`."""

    key: str
    values: tuple[str, ...] = ()
    duration: timedelta = timedelta(0)
    written: str = ""
    count: int = 0


@dataclass(frozen=True, slots=True)
class Action:
    """The `then` of a rule; `raise_priority` counts steps and comes after `set_priority`."""

    set_priority: str | None = None
    raise_priority: int = 0
    add_tags: tuple[str, ...] = ()
    assign_team: str | None = None
    forbid_auto_send: bool = False


@dataclass(frozen=True, slots=True)
class Rule:
    """What to do (`then`) when all conditions hold; without conditions a rule always holds."""

    name: str
    when: tuple[Condition, ...]
    then: Action

    @property
    def keys(self) -> frozenset[str]:
        """The keys that the conditions ask about."""
        return frozenset(condition.key for condition in self.when)


def parse_rules(document: object) -> tuple[Rule, ...]:
    """Return the rules of a JSON list; ValueError names the path of what is wrong."""
    if not isinstance(document, list):
        raise ValueError("rules: must be a list")
    if len(document) > MAX_RULES:
        raise ValueError(f"rules: at most {MAX_RULES} are allowed, got {len(document)}")
    return tuple(_rule(item, f"rules[{index}]") for index, item in enumerate(document))


def spoken(text: str) -> str:
    """Return the words of `text` in lower case, one space between them and at both ends, for finding whole phrases."""
    return f" {' '.join(_TOKEN.findall(text.casefold()))} "


def _rule(item: object, path: str) -> Rule:
    fields = _object(item, path, frozenset({"name", "when", "then"}))
    name = _string(fields.get("name"), f"{path}.name")
    when = _object(fields.get("when", {}), f"{path}.when", _WHEN)
    then = _object(fields.get("then"), f"{path}.then", _THEN)
    if not then:
        raise ValueError(f"{path}.then: must hold at least one action")
    conditions = tuple(_condition(key, value, f"{path}.when.{key}") for key, value in when.items())
    return Rule(name, conditions, _action(then, f"{path}.then"))


def _condition(key: str, value: object, path: str) -> Condition:
    if key == "waiting_longer_than":
        return Condition(key, duration=_duration(value, path), written=str(value))
    if key == "contacts_at_least":
        return Condition(key, count=_count(value, path, 1_000_000))
    values = _strings(value, path)
    if key == "words":
        values = tuple(spoken(phrase).strip() for phrase in values)
        if not all(values):
            raise ValueError(f"{path}: each must hold a letter or digit")
    elif key != "category":
        values = tuple(text.casefold() for text in values)
    known = {"sentiment": tuple(LEVELS), "signals": SIGNALS}.get(key, values)
    return Condition(key, values=tuple(_one_of(text, known, path) for text in values))


def _action(then: Mapping[str, Any], path: str) -> Action:
    forbid = then.get("forbid_auto_send", False)
    if not isinstance(forbid, bool):
        raise ValueError(f"{path}.forbid_auto_send: must be true or false")
    priority = then.get("set_priority")
    steps = then.get("raise_priority")
    team = then.get("assign_team")
    return Action(
        set_priority=None if priority is None else _one_of(priority, PRIORITIES, f"{path}.set_priority"),
        raise_priority=0 if steps is None else _count(steps, f"{path}.raise_priority", len(PRIORITIES) - 1),
        add_tags=_strings(then["add_tags"], f"{path}.add_tags") if "add_tags" in then else (),
        assign_team=None if team is None else _string(team, f"{path}.assign_team"),
        forbid_auto_send=forbid,
    )


def _object(value: object, path: str, allowed: frozenset[str]) -> Mapping[str, Any]:
    if not isinstance(value, Mapping):
        raise ValueError(f"{path}: must be an object")
    for key in value:
        if key not in allowed:
            raise ValueError(f"{path}.{key}: unknown key, known are {', '.join(sorted(allowed))}")
    return value


def _string(value: object, path: str) -> str:
    if not isinstance(value, str) or not value.strip():
        raise ValueError(f"{path}: must be a string with text in it")
    if len(value) > MAX_VALUE:
        raise ValueError(f"{path}: at most {MAX_VALUE} characters are allowed")
    return value.strip()


def _strings(value: object, path: str) -> tuple[str, ...]:
    if not isinstance(value, list) or not 0 < len(value) <= MAX_VALUES:
        raise ValueError(f"{path}: must be a list of 1 to {MAX_VALUES} strings")
    return tuple(dict.fromkeys(_string(item, f"{path}[{index}]") for index, item in enumerate(value)))


def _one_of(value: object, known: tuple[str, ...], path: str) -> str:
    if not isinstance(value, str) or value not in known:
        raise ValueError(f"{path}: {value!r} is not one of {', '.join(known)}")
    return value


def _count(value: object, path: str, most: int) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or not 1 <= value <= most:
        raise ValueError(f"{path}: must be a whole number from 1 to {most}")
    return value


def _duration(value: object, path: str) -> timedelta:
    match = _DURATION.fullmatch(value) if isinstance(value, str) else None
    if match is None:
        raise ValueError(f"{path}: must be a duration such as '45m', '8h' or '1h30m'")
    days, hours, minutes, seconds = (int(part or 0) for part in match.groups())
    return timedelta(days=days, hours=hours, minutes=minutes, seconds=seconds)
