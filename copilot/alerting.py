"""Fires alerts: looks at tickets whose next alert is due, records what fires, and does what the policy wants done.

Everything about one ticket happens in one transaction under its lock, so an alert fires once however many workers look
and whenever they die; what goes out of the house is only decided here and sent by `copilot.notifications`. After an
outage everything missed fires, marked late; of each timer only the gravest is told, and once the answer has been given
or the ticket is solved an alert is only recorded.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

import structlog

from copilot import promises
from copilot.alert_words import BREACH, WARNING, alert_event, alert_mail
from copilot.promises import PromiseBook, Standing
from copilot.store import alerts as store
from copilot.store import journal, tickets
from copilot.store.session import Database, Session
from copilot.store.tables import Customer, FiredAlert, Notification, Ticket
from copilot.timesource import TimeSource
from sla.alerts import (
    Action,
    Alert,
    AssignAgent,
    AssignTeam,
    Notify,
    RaisePriority,
    Way,
    actions_at,
    aimed_at,
    due_alerts,
    shares_of,
)
from sla.events import Event
from sla.policies import Priority
from sla.timers import Timer, write_instant

BATCH = 20
AFTER_FAILURE = timedelta(minutes=5)

log = structlog.get_logger(__name__)


class Alerts:
    """The worker's step."""

    def __init__(self, db: Database, now: TimeSource, book: PromiseBook) -> None:
        self.db, self.now, self.book = db, now, book

    def fire_due(self) -> int:
        """Look at what is due; returns how many tickets were looked at. One transaction each keeps waits short."""
        with self.db.read() as session:
            if not store.is_due(session, self.now()):
                return 0
        for looked_at in range(BATCH):
            if not self._look():
                return looked_at
        return BATCH

    def _look(self) -> bool:
        """Fire what is due on one ticket. One that breaks is set aside, so that the others have their turn."""
        ticket_id = None
        try:
            with self.db.write() as session:
                now = self.now()
                ticket = store.next_due(session, now)
                if ticket is None:
                    return False
                ticket_id = ticket.id
                fire(session, ticket, self.book, now)
        except Exception:
            if ticket_id is None:
                raise
            log.exception("alert_failed", ticket_id=ticket_id)
            with self.db.write() as session:
                tickets.lock(session, ticket_id).next_alert_at = self.now() + AFTER_FAILURE
        return True


def fire(session: Session, ticket: Ticket, book: PromiseBook, now: datetime) -> list[Alert]:
    """Record and act on everything due on a ticket, whose row the caller has locked; returns what fired."""
    ticket_id, customer = ticket.id or 0, tickets.customer_of(session, ticket)
    standing = promises.standing_of(session, ticket, customer, tickets.sla_events(session, ticket_id), book, now)
    rules, aimed = standing.policy.alerts, aimed_at(standing.events, standing.at)
    due = due_alerts(standing.timers, store.fired_keys(session, ticket_id), standing.at, shares_of(rules), aimed)
    told, firing = gravest(due), Firing(session, ticket, customer, standing, book, now)
    resolved, priority = ticket.status in tickets.DONE, ticket.priority
    for alert in due:
        timer = next(t for t in standing.timers if (t.metric, t.started_at) == (alert.key.metric, alert.key.started_at))
        actions = actions_at(rules, alert.key.metric, alert.key.share) if alert.timer_open and not resolved else ()
        firing.fire(alert, timer, [act for act in actions if alert in told or not isinstance(act, Notify)])
    session.flush()
    if ticket.priority != priority:
        promises.resettle(session, ticket, book, standing.at)
    else:
        promises.refresh(session, ticket, customer, book, now)
    return due


def gravest(due: Iterable[Alert]) -> list[Alert]:
    """Of each timer that still waits for its answer, the alert at the greatest share of its target."""
    found: dict[tuple[str, datetime], Alert] = {}
    for alert in due:
        timer = (alert.key.metric.value, alert.key.started_at)
        if alert.timer_open and (timer not in found or alert.key.share > found[timer].key.share):
            found[timer] = alert
    return list(found.values())


class Firing:
    """The alerts of one ticket as they fire, in the caller's transaction."""

    def __init__(
        self, session: Session, ticket: Ticket, customer: Customer, standing: Standing, book: PromiseBook, now: datetime
    ) -> None:
        self.session, self.ticket, self.customer, self.standing = session, ticket, customer, standing
        self.book, self.now = book, now

    def fire(self, alert: Alert, timer: Timer, actions: Iterable[Action]) -> None:
        """Record the alert, then act on it."""
        ticket_id, key = self.ticket.id or 0, alert.key
        row = FiredAlert(
            ticket_id=ticket_id, key=key.to_text(), metric=key.metric, share=key.share, at=alert.at,
            fired_at=self.now, late=alert.late,
        )  # fmt: skip
        self.session.add(row)
        self.session.flush()
        done = [self._act(f"alert-{row.id}", alert, timer, action) for action in actions]
        journal.record(
            self.session, self.now, "sla_breach" if alert.is_breach else "sla_warning", ticket_id,
            metric=key.metric, share=key.share, reached=write_instant(alert.at),
            due=write_instant(timer.due_at) if timer.due_at else None, late=alert.late,
            answered=not alert.timer_open, policy=self.standing.policy.key, actions=done,
        )  # fmt: skip

    def _act(self, ref: str, alert: Alert, timer: Timer, action: Action) -> str:
        """Do it; returns it in a word, such as "raise_priority"."""
        if isinstance(action, RaisePriority):
            return self._raise_priority(action.steps)
        if isinstance(action, AssignTeam):
            return self._assign("team", action.team)
        if isinstance(action, AssignAgent):
            return self._assign("assignee", action.agent)
        return self._notify(ref, alert, timer, action)

    def _notify(self, ref: str, alert: Alert, timer: Timer, action: Notify) -> str:
        policy = self.standing.policy.name
        if action.way is Way.WEBHOOK:
            event = alert_event(ref, alert, timer, self.ticket, policy, self.now)
            self._queue(f"{ref}-webhook", action.way, None, event)
        elif action.way is Way.EMAIL:
            mail = alert_mail(alert, timer, self.ticket, self.customer, policy)
            for number, recipient in enumerate(self._recipients(), start=1):
                topic = BREACH if alert.is_breach else WARNING
                self._queue(f"{ref}-mail-{number}", action.way, recipient, mail, topic)
        return f"notify {action.way}"

    def _recipients(self) -> tuple[str, ...]:
        return self.book.recipients(self.session, self.standing.policy)

    def _queue(self, ref: str, way: Way, recipient: str | None, payload: dict[str, Any], topic: str = "") -> None:
        self.session.add(
            Notification(
                ticket_id=self.ticket.id or 0, ref=ref, way=way.value, recipient=recipient, topic=topic,
                payload=payload, work_after=self.now, created_at=self.now,
            )
        )  # fmt: skip

    def _raise_priority(self, steps: int) -> str:
        """More pressing from now on, which may bring the promise nearer; a person's choice is raised too."""
        before = self.ticket.priority
        place = promises.PRIORITIES.index(Priority(before)) + steps
        after = promises.PRIORITIES[min(place, len(promises.PRIORITIES) - 1)]
        if after != before:
            promises.add_event(self.session, self.ticket.id or 0, Event.priority_changed(self.standing.at, after))
            self._change("priority", before, after.value)
        return "raise_priority"

    def _assign(self, field: str, name: str) -> str:
        before = getattr(self.ticket, field)
        if before != name:
            self._change(field, before, name)
        return f"assign_{'team' if field == 'team' else 'agent'}"

    def _change(self, field: str, before: str | None, after: str) -> None:
        setattr(self.ticket, field, after)
        self.ticket.updated_at = self.now
        journal.record(
            self.session, self.now, f"{field}_changed", self.ticket.id, before=before, after=after, by="alert"
        )
