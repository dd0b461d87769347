"""What a change of the rules would have done to recent tickets; decides and stores nothing.

Both sets of rules are asked about the same facts: what triage found, all that the customer wrote, and how long they
waited in the end. What people set by hand is left out of account, so the figures are about the rules alone.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from copilot import configuration
from copilot.rule_clock import facts_of
from copilot.snapshots import Snapshot, load_snapshots
from copilot.store import tickets
from copilot.store.session import Session
from sla.policies import Metric
from sla.timers import read_instant
from triage.rule_check import RuleFinding, check_rules
from triage.rules import RuleFacts, RuleOutcome, apply, parse_rules
from triage.text import readable

MOST_TICKETS = 1_000
_BATCH = 200


@dataclass(frozen=True, slots=True)
class RuleChange:
    """A ticket that would have fared otherwise."""

    ticket_id: int
    subject: str
    before: RuleOutcome
    after: RuleOutcome


@dataclass(frozen=True, slots=True)
class RulePreview:
    """What would have been different for the `examined` newest tickets, and what is odd about the rules themselves.

    `priorities` counts tickets by (priority now, priority then), the unchanged ones left out.
    """

    examined: int
    changes: tuple[RuleChange, ...]
    priorities: dict[tuple[str, str], int]
    findings: tuple[RuleFinding, ...]

    def count(self, field: str) -> int:
        """How many tickets would have had another value of this field of their outcome."""
        return sum(getattr(change.before, field) != getattr(change.after, field) for change in self.changes)


def preview(session: Session, document: Any, now: datetime) -> RulePreview:
    """Compare a document with the rules in force. Raises `Invalid` naming the field when it makes no sense."""
    proposed = parse_rules(configuration.check(session, "rules", document))
    current = parse_rules(configuration.content(session, "rules"))
    changes, examined = [], 0
    for snapshot in _recent(session, now):
        facts, examined = _facts(snapshot, now), examined + 1
        before, after = apply(current, facts), apply(proposed, facts)
        if replace(before, reasons=()) != replace(after, reasons=()):
            changes.append(RuleChange(snapshot.ticket_id, snapshot.ticket.subject, before, after))
    moved = Counter((c.before.priority, c.after.priority) for c in changes if c.before.priority != c.after.priority)
    return RulePreview(examined, tuple(changes), dict(moved), findings(session, document))


def findings(session: Session, document: Any) -> tuple[RuleFinding, ...]:
    """What is odd about rules that may be saved: effects that never count, categories that do not exist."""
    known = {row["name"] for row in configuration.content(session, "categories")}
    return tuple(check_rules(parse_rules(document), known))


def _recent(session: Session, now: datetime) -> Iterator[Snapshot]:
    """The newest triaged tickets."""
    rows = [row for row in tickets.recent(session, MOST_TICKETS) if row.triage]
    for start in range(0, len(rows), _BATCH):
        yield from load_snapshots(session, rows[start : start + _BATCH], now)


def _facts(snapshot: Snapshot, now: datetime) -> RuleFacts:
    written = "\n\n".join(message.body for message in snapshot.messages if message.direction == "inbound")
    text = readable(snapshot.ticket.subject, written)
    return replace(facts_of(snapshot, now), text=text, waiting=_waited(snapshot, now))


def _waited(snapshot: Snapshot, now: datetime) -> timedelta:
    """How long the customer waited for the first answer, or has waited until now."""
    timers: Sequence[dict[str, Any]] = snapshot.ticket.timers
    first = next((timer for timer in timers if timer.get("metric") == Metric.FIRST_RESPONSE.value), {})
    end = read_instant(first["stopped_at"], "stopped_at") if first.get("stopped_at") else now
    return max(end - snapshot.ticket.received_at, timedelta(0))
