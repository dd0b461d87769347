"""Decides priority, tags, team and whether a reply may ever leave on its own, from an admin's rules and known facts.

It refuses to know how the facts were found out. All matching rules apply in order; each says why in plain English.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

from triage.rule_documents import PRIORITIES, Action, Condition, Rule, parse_rules, spoken

__all__ = ["DEFAULT_PRIORITY", "PRIORITIES", "Rule", "RuleFacts", "RuleOutcome", "apply", "parse_rules"]

DEFAULT_PRIORITY = "normal"


@dataclass(frozen=True, slots=True)
class RuleFacts:
    """What is known of a ticket; `waiting` is how long the customer has waited, `contacts` how often they wrote."""

    category: str | None = None
    sentiment: str = "neutral"
    signals: frozenset[str] = frozenset()
    segment: str = ""
    channel: str = ""
    language: str = "unknown"
    text: str = ""
    waiting: timedelta = timedelta(0)
    contacts: int = 1


@dataclass(frozen=True, slots=True)
class RuleOutcome:
    """What the rules make of a ticket; one reason for each rule that matched, tags in the order they were added."""

    priority: str = DEFAULT_PRIORITY
    tags: tuple[str, ...] = ()
    team: str | None = None
    forbid_auto_send: bool = False
    reasons: tuple[str, ...] = ()


def apply(rules: Sequence[Rule], facts: RuleFacts) -> RuleOutcome:
    """Return the outcome of all rules whose conditions all hold, applied in order: a later one overrides an earlier."""
    outcome = RuleOutcome()
    said = spoken(facts.text) if any("words" in rule.keys for rule in rules) else ""
    for rule in rules:
        why = [_why(condition, facts, said) for condition in rule.when]
        if all(why):
            outcome = _applied(rule, " and ".join(filter(None, why)) or "always", outcome)
    return outcome


def _why(condition: Condition, facts: RuleFacts, said: str) -> str:
    """Return in words how the condition holds, or an empty string when it does not."""
    if condition.key == "waiting_longer_than":
        return f"waiting longer than {condition.written}" if facts.waiting > condition.duration else ""
    if condition.key == "contacts_at_least":
        return f"contacted {facts.contacts} times" if facts.contacts >= condition.count else ""
    if condition.key == "words":
        hits = [phrase for phrase in condition.values if f" {phrase} " in said]
        return f"the text says {_quoted(hits)}" if hits else ""
    name, known = _FACTS[condition.key]
    hits = [value for value in condition.values if value in known(facts)]
    return f"{name} is {', '.join(hits)}" if hits else ""


_FACTS: Mapping[str, tuple[str, Callable[[RuleFacts], frozenset[str]]]] = {
    "category": ("category", lambda facts: frozenset({facts.category} if facts.category else ())),
    "sentiment": ("sentiment", lambda facts: frozenset({facts.sentiment})),
    "signals": ("signal", lambda facts: facts.signals),
    "segment": ("segment", lambda facts: frozenset({facts.segment.casefold()})),
    "channel": ("channel", lambda facts: frozenset({facts.channel.casefold()})),
    "language": ("language", lambda facts: frozenset({facts.language.casefold()})),
}


def _applied(rule: Rule, why: str, before: RuleOutcome) -> RuleOutcome:
    then = rule.then
    priority = _raised(then.set_priority or before.priority, then.raise_priority)
    effects = ", ".join(_effects(then, before.priority, priority))
    return RuleOutcome(
        priority=priority,
        tags=tuple(dict.fromkeys(before.tags + then.add_tags)),
        team=then.assign_team or before.team,
        forbid_auto_send=before.forbid_auto_send or then.forbid_auto_send,
        reasons=(*before.reasons, f"Rule '{rule.name}': {why} → {effects}"),
    )


def _effects(then: Action, before: str, after: str) -> list[str]:
    effects = []
    if then.raise_priority and after == before:
        effects.append(f"priority stays {after}")
    elif then.raise_priority:
        effects.append(f"priority raised from {before} to {after}")
    elif then.set_priority:
        effects.append(f"priority {after}")
    effects += [f"tag {tag}" for tag in then.add_tags]
    effects += [f"team {then.assign_team}"] if then.assign_team else []
    return effects + (["never sent automatically"] if then.forbid_auto_send else [])


def _raised(priority: str, steps: int) -> str:
    return PRIORITIES[min(PRIORITIES.index(priority) + steps, len(PRIORITIES) - 1)]


def _quoted(phrases: Sequence[str]) -> str:
    return ", ".join(f"'{phrase}'" for phrase in phrases)
