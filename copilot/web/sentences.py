"""Rules and policies in plain words, from their parsed forms; calendars from the document, as admins wrote them.

Pure. Refuses to decide what is valid: that was settled when the document was parsed.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from itertools import groupby
from types import MappingProxyType
from typing import Any

from copilot.web import wording
from copilot.web.admin_views import CalendarView, PolicyView, RuleView, TargetRow
from sla.durations import in_words
from sla.policies import Metric, Policy, Priority, Target
from triage.rule_documents import Action, Condition, Rule

SIGNALS = {
    "angry": "is angry",
    "urgent": "says that it is urgent",
    "threatens_to_leave": "threatens to leave",
    "wants_human": "asks for a person",
}
SENDERS = {"person": "written by a person", "approved": "approved by a person", "auto": "sent automatically"}
CONDITION_WORDS = {
    "category": "the category is",
    "sentiment": "the mood is",
    "segment": "the segment is",
    "channel": "it came by",
    "language": "it is written in",
}
DAYS = {
    "mon": "Monday",
    "tue": "Tuesday",
    "wed": "Wednesday",
    "thu": "Thursday",
    "fri": "Friday",
    "sat": "Saturday",
    "sun": "Sunday",
}
PRESSING_FIRST = (Priority.URGENT, Priority.HIGH, Priority.NORMAL, Priority.LOW)
MOST_NAMED = 8
NO_TITLES: Mapping[str, str] = MappingProxyType({})


def rule_view(rule: Rule, titles: Mapping[str, str] = NO_TITLES) -> RuleView:
    """A rule as a sentence: "When the customer is angry and it came by api," "set the priority to urgent."; `titles`
    are those of the categories."""
    conditions = wording.listing((condition_words(row, titles) for row in rule.when), last="and")
    action = wording.listing(action_words(rule.then), last="and")
    return RuleView(rule.name, f"When {conditions}," if conditions else "Always", f"{action}.")


def condition_words(condition: Condition, titles: Mapping[str, str] = NO_TITLES) -> str:
    """One condition."""
    if condition.key == "signals":
        return f"the customer {few(SIGNALS.get(value, value) for value in condition.values)}"
    if condition.key == "words":
        return f"it says {few(f'“{phrase}”' for phrase in condition.values)}"
    if condition.key == "waiting_longer_than":
        return f"it has waited longer than {in_words(condition.duration)}"
    if condition.key == "contacts_at_least":
        return f"the customer has written at least {wording.plural(condition.count, 'time')}"
    names = {"language": wording.LANGUAGES, "category": titles}.get(condition.key, NO_TITLES)
    values = few(names.get(value, value) for value in condition.values)
    return f"{CONDITION_WORDS.get(condition.key, condition.key)} {values}"


def action_words(action: Action) -> Iterable[str]:
    """What the rule does, one phrase an effect."""
    if action.set_priority:
        yield f"set the priority to {action.set_priority}"
    if action.raise_priority:
        yield f"raise the priority by {wording.plural(action.raise_priority, 'step')}"
    if action.add_tags:
        yield f"add the {'tag' if len(action.add_tags) == 1 else 'tags'} {wording.listing(action.add_tags, 'and')}"
    if action.assign_team:
        yield f"hand it to {action.assign_team}"
    if action.forbid_auto_send:
        yield "never answer automatically"


def few(words: Iterable[str]) -> str:
    """A list in words that stays short."""
    items = list(words)
    if len(items) > MOST_NAMED:
        items = [*items[: MOST_NAMED - 1], f"one of {len(items) - MOST_NAMED + 1} more"]
    return wording.listing(items)


def policy_view(policy: Policy) -> PolicyView:
    """A policy as a table with its conditions in words."""
    conditions = [f"{key} {few(sorted(str(value) for value in values))}" for key, values in policy.when.items()]
    always = policy.calendar_name == "always"
    counts = wording.listing((SENDERS[sender.value] for sender in sorted(policy.counts, key=list(SENDERS).index)), "or")
    return PolicyView(
        name=policy.name,
        condition=f"For {wording.listing(conditions, 'and')}" if conditions else "For every other ticket",
        hours="around the clock" if always else f"during the hours of “{policy.calendar_name}”",
        counts=f"Counts as a response: {counts}.",
        targets=tuple(target_row(policy, metric) for metric in Metric if metric in policy.targets),
    )


def target_row(policy: Policy, metric: Metric) -> TargetRow:
    """One metric of a policy."""
    targets = policy.targets[metric]
    pauses = sorted(wording.STATUSES[status.value].lower() for status in policy.pauses.get(metric, ()))
    cells = tuple(target_words(targets.get(priority)) for priority in PRESSING_FIRST)
    return TargetRow(wording.label(wording.METRICS, metric.value), cells, wording.listing(pauses) or "never")


def target_words(target: Target | None) -> tuple[str, str]:
    """Promise and goal; dashes where nothing is promised."""
    if target is None:
        return "–", ""
    return in_words(target.promise), in_words(target.goal) if target.goal else ""


def calendar_view(name: str, document: Mapping[str, Any]) -> CalendarView:
    """A calendar's week, neighbouring days with the same hours joined, and its special dates."""
    hours = [(day, spans(document.get("hours", {}).get(day, ()))) for day in DAYS]
    days = []
    for text, group in groupby(hours, key=lambda row: row[1]):
        names = [DAYS[day] for day, _ in group]
        days.append((names[0] if len(names) == 1 else f"{names[0]} – {names[-1]}", text))
    special = document.get("special_days", {})
    return CalendarView(
        name=name,
        timezone=str(document.get("timezone", "")),
        days=tuple(days),
        closed=(*public_holidays(document), *(day_words(day) for day in sorted(document.get("holidays", ())))),
        special=tuple((day_words(day), spans(special[day])) for day in sorted(special)),
    )


def public_holidays(document: Mapping[str, Any]) -> tuple[str, ...]:
    """The country, and region if any, whose public holidays are closing days too."""
    place = "-".join(str(document[key]) for key in ("country", "region") if document.get(key))
    return (f"public holidays of {place}",) if place else ()


def spans(intervals: Sequence[Sequence[str]]) -> str:
    """Opening hours of a day."""
    return ", ".join(f"{begin}–{end}" for begin, end in intervals) or "closed"


def day_words(day: str) -> str:
    """A date as people write it: "24 Dec 2026"."""
    return f"{date.fromisoformat(day):%-d %b %Y}"
