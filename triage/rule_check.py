"""Decides which rules can never do what they say, or contradict each other; refuses to know tickets.

Rules cannot run in a circle: no condition asks about anything that a rule sets, and each application starts afresh.
What can go wrong is order: whenever a rule holds, a later one may hold as well and overwrite what it did.
"""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from triage.rule_documents import Condition, Rule


@dataclass(frozen=True, slots=True)
class RuleFinding:
    """What is wrong with the rule at `path`; `fatal` when it has no effect left, so that it may not be saved."""

    path: str
    problem: str
    fatal: bool

    def __str__(self) -> str:
        return f"{self.path}: {self.problem}"


def check_rules(rules: Sequence[Rule], categories: Collection[str] | None = None) -> list[RuleFinding]:
    """Return what is wrong, in the order of the rules; `categories` are the names that exist, None leaves them be."""
    found = [*_repeated_names(rules), *_overwritten(rules)]
    if categories is not None:
        found += _unknown_categories(rules, categories)
    return sorted(found, key=lambda finding: (_index(finding.path), finding.path))


def implies(rule: Rule, other: Rule) -> bool:
    """Whether `other` holds on every ticket on which `rule` holds; sure when true, silent when false."""
    return all(any(_covers(mine, theirs) for mine in rule.when) for theirs in other.when)


def _covers(mine: Condition, theirs: Condition) -> bool:
    if mine.key != theirs.key:
        return False
    if mine.key == "waiting_longer_than":
        return mine.duration >= theirs.duration
    if mine.key == "contacts_at_least":
        return mine.count >= theirs.count
    if mine.key == "words":
        return all(any(f" {phrase} " in f" {longer} " for phrase in theirs.values) for longer in mine.values)
    return set(mine.values) <= set(theirs.values)


def _repeated_names(rules: Sequence[Rule]) -> Iterator[RuleFinding]:
    places: dict[str, list[int]] = {}
    for place, rule in enumerate(rules):
        places.setdefault(rule.name.casefold(), []).append(place)
    for same in places.values():
        for first, place in pairwise(same):
            yield RuleFinding(f"rules[{place}].name", f"{rules[place].name!r} is already rules[{first}]", True)


def _overwritten(rules: Sequence[Rule]) -> Iterator[RuleFinding]:
    for place, rule in enumerate(rules):
        lost = {effect: later for effect in _overwritable(rule) if (later := _overwriter(rules, place, effect))}
        for effect, later in lost.items():
            what = "the priority" if effect == "priority" else "the team"
            yield RuleFinding(
                f"rules[{place}].then.{_key_of(rule, effect)}",
                f"never counts: whenever this rule holds, rules[{later}] ({rules[later].name!r}) holds too and sets "
                f"{what} to {_set_by(rules[later], effect)}; put the rules in the other order, or narrow that one",
                fatal=len(lost) == _effects(rule),
            )


def _overwritable(rule: Rule) -> list[str]:
    priority = rule.then.set_priority is not None or rule.then.raise_priority > 0
    return ["priority"] * priority + ["team"] * (rule.then.assign_team is not None)


def _effects(rule: Rule) -> int:
    return len(_overwritable(rule)) + bool(rule.then.add_tags) + rule.then.forbid_auto_send


def _overwriter(rules: Sequence[Rule], place: int, effect: str) -> int:
    """Return the place of the first later rule that always overwrites the effect with another value, 0 for none."""
    mine = _set_by(rules[place], effect)
    for later in range(place + 1, len(rules)):
        theirs = _set_by(rules[later], effect)
        if theirs is not None and theirs != mine and implies(rules[place], rules[later]):
            return later
    return 0


def _set_by(rule: Rule, effect: str) -> str | None:
    """Return the value that the rule sets whatever went before; a rule that only raises a priority sets none."""
    return rule.then.set_priority if effect == "priority" else rule.then.assign_team


def _key_of(rule: Rule, effect: str) -> str:
    if effect == "team":
        return "assign_team"
    return "set_priority" if rule.then.set_priority is not None else "raise_priority"


def _unknown_categories(rules: Sequence[Rule], categories: Collection[str]) -> Iterator[RuleFinding]:
    known = frozenset(categories)
    for place, rule in enumerate(rules):
        for condition in rule.when:
            unknown = [value for value in condition.values if condition.key == "category" and value not in known]
            if unknown:
                yield RuleFinding(
                    f"rules[{place}].when.category", f"there is no category {', '.join(map(repr, unknown))}", False
                )


def _index(path: str) -> int:
    return int(path.partition("[")[2].partition("]")[0])
