"""One metric's promise in plain words, for the explanation of a deadline; and what customers call our categories."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from datetime import date

from sla.policies import Metric, Policy
from sla.promise import describe, voice_of
from triage.labels import Category

Told = Callable[[Metric], tuple[str, ...]]


def told_nothing(_: Metric) -> tuple[str, ...]:
    """Where no policy is at hand."""
    return ()


def telling(policy: Policy, today: date, titles: Mapping[str, str], language: str = "en") -> Told:
    """Says what this policy promises for a metric: only that metric's sentences, with the days of the coming year."""
    before, after = voice_of(language).words.promise.no_target.split("{metrics}")

    def told(metric: Metric) -> tuple[str, ...]:
        if metric not in policy.targets:
            return ()
        alone = replace(policy, targets={metric: policy.targets[metric]})
        sentences = describe(alone, language, today=today, titles=titles)
        return tuple(row for row in sentences if not (row.startswith(before) and row.endswith(after)))

    return told


def titles_of(categories: Iterable[Category]) -> dict[str, str]:
    """The categories' titles by name."""
    return {row.name: row.title or row.name for row in categories}
