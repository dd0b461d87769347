"""Which checks hold the drafts of a category, how often, and why. Pure; refuses to know what a check looks at."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Held:
    """One check: how many drafts it held, how many of these nothing else held, and its reason for the newest."""

    gate: str
    drafts: int
    alone: int
    reason: str


def held_by(gates: Iterable[Sequence[Mapping[str, Any]]]) -> tuple[Held, ...]:
    """Return the checks that held any of these drafts, the most frequent first. `gates` are each draft's as stored, the
    newest draft first."""
    counts: Counter[str] = Counter()
    alone: Counter[str] = Counter()
    reasons: dict[str, str] = {}
    for rows in gates:
        failing = {str(row["name"]): str(row["reason"]) for row in rows if not row["passed"]}
        counts.update(failing.keys())
        if len(failing) == 1:
            alone.update(failing.keys())
        reasons = {**failing, **reasons}
    return tuple(Held(name, number, alone[name], reasons[name]) for name, number in counts.most_common())
