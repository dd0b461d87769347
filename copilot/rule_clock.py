"""Applies the rules again when a waiting time that one of them asks about has passed.

Triage applies them when the customer writes; with that it notes when the next "waiting longer than" could begin to
hold, and this step looks at the ticket then. A priority never falls by itself, and what a person has set stays.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import structlog

from copilot import promises
from copilot.configuration import ConfigurationCache
from copilot.organisations import segment_of
from copilot.promises import PromiseBook
from copilot.snapshots import Snapshot, load_snapshots
from copilot.store import journal, tickets
from copilot.store.session import Database, Session
from copilot.store.tables import Ticket
from copilot.timesource import TimeSource
from sla.events import Event
from triage.assess import NO_RULE
from triage.rules import PRIORITIES, Rule, RuleFacts, RuleOutcome, apply
from triage.text import readable

BATCH = 20
AFTER_FAILURE = timedelta(minutes=5)
A_MOMENT = timedelta(microseconds=1)  # a rule asks for longer than its waiting time, not for as long

log = structlog.get_logger(__name__)


class RuleClock:
    """The worker's step."""

    def __init__(self, db: Database, now: TimeSource, configuration: ConfigurationCache, book: PromiseBook) -> None:
        self.db, self.now, self.configuration, self.book = db, now, configuration, book

    def apply_due(self) -> int:
        """Look at the tickets that are due; returns how many. One transaction each keeps waits short."""
        with self.db.read() as session:
            due = tickets.due_for_rules(session, self.now(), BATCH)
        for ticket_id in due:
            self._look(ticket_id)
        return len(due)

    def _look(self, ticket_id: int) -> None:
        """Apply the rules to one ticket. One that breaks is set aside, so that the others have their turn."""
        try:
            with self.db.write() as session:
                ticket = tickets.lock(session, ticket_id)
                apply_again(session, ticket, self.configuration.current(session).rules, self.book, self.now())
        except Exception:
            log.exception("rules_failed", ticket_id=ticket_id)
            with self.db.write() as session:
                tickets.lock(session, ticket_id).rules_due_at = self.now() + AFTER_FAILURE


def apply_again(session: Session, ticket: Ticket, rules: Sequence[Rule], book: PromiseBook, now: datetime) -> None:
    """Apply the rules to a triaged ticket, locked by the caller, as it stands now; nothing when nobody waits."""
    (snapshot,) = load_snapshots(session, [ticket], now)
    ticket.rules_due_at = next_look(rules, snapshot.waiting_since, now)
    if snapshot.waiting_since is None or not ticket.triage:
        return
    outcome = apply(rules, facts_of(snapshot, now))
    changed, triage = changes(ticket, outcome), triage_with(ticket.triage, outcome)
    if not changed and triage == ticket.triage:
        return
    if "priority" in changed:
        at = promises.no_earlier(session, snapshot.ticket_id, now)
        promises.add_event(session, snapshot.ticket_id, Event.priority_changed(at, outcome.priority))
    for field, (_, after) in changed.items():
        setattr(ticket, field, after)
    ticket.triage, ticket.updated_at = triage, now
    promises.resettle(session, ticket, book, now)
    journal.record(session, now, "rules_applied", ticket.id, changed=changed, reasons=list(outcome.reasons))


def next_look(rules: Sequence[Rule], since: datetime | None, now: datetime) -> datetime | None:
    """When the next waiting time of a rule will have passed for a customer who waits `since` then; None: no more."""
    if since is None:
        return None
    waits = (condition.duration for rule in rules for condition in rule.when if condition.key == "waiting_longer_than")
    return min((since + wait + A_MOMENT for wait in waits if since + wait >= now), default=None)


def facts_of(snapshot: Snapshot, now: datetime) -> RuleFacts:
    """What rules may ask about a triaged ticket; its text is what the customer wrote since our last reply."""
    ticket, since = snapshot.ticket, snapshot.waiting_since
    return RuleFacts(
        category=ticket.category,
        sentiment=ticket.triage.get("sentiment", {}).get("label", "neutral"),
        signals=frozenset(ticket.triage.get("signals", ())),
        segment=segment_of(snapshot.customer) or "",
        channel=ticket.channel,
        language=ticket.language,
        text=readable(ticket.subject, snapshot.text),
        waiting=max(now - since, timedelta(0)) if since else timedelta(0),
        contacts=snapshot.contacts,
    )


def triage_with(triage: dict[str, Any], outcome: RuleOutcome) -> dict[str, Any]:
    """What was found in triage, with what the rules make of it now; the first reason is the category's."""
    return {
        **triage,
        "priority": outcome.priority,
        "tags": list(outcome.tags),
        "team": outcome.team,
        "forbid_auto_send": outcome.forbid_auto_send,
        "reasons": [*triage.get("reasons", ())[:1], *(outcome.reasons or [NO_RULE.format(outcome.priority)])],
    }


def changes(ticket: Ticket, outcome: RuleOutcome) -> dict[str, tuple[Any, Any]]:
    """The fields of the ticket that change, as (before, after)."""
    after: dict[str, Any] = {
        "priority": _never_lower(ticket, outcome.priority),
        "tags": sorted({*ticket.tags, *outcome.tags}),
        "team": outcome.team or ticket.team,
    }
    return {field: (getattr(ticket, field), value) for field, value in after.items() if getattr(ticket, field) != value}


def _never_lower(ticket: Ticket, priority: str) -> str:
    if ticket.priority_is_manual:
        return ticket.priority
    return max(ticket.priority, priority, key=PRIORITIES.index)
