"""An alert as it leaves the house: the JSON of the signed event, and the e-mail about one alert or several. Pure."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from copilot.store.tables import Customer, Ticket
from sla.alerts import Alert
from sla.promise import explain
from sla.timers import Timer, write_instant

LONGEST_SUBJECT = 80
MOST_IN_MAIL = 200
BREACH, WARNING = "breach", "warning"
TOPICS = {BREACH: "promises are broken", WARNING: "promises are running out of time"}
METRICS = {"first_response": "First response", "next_response": "Next response", "resolution": "Resolution"}


def headline(metric: str, share: float, ticket_id: int) -> str:
    """Such as "First response on #12: 75 % of its time is used", or "… the promise is broken"."""
    state = "the promise is broken" if share >= 1 else f"{share * 100:.0f} % of its time is used"
    return f"{METRICS[metric]} on #{ticket_id}: {state}"


def alert_event(ref: str, alert: Alert, timer: Timer, ticket: Ticket, policy: str, now: datetime) -> dict[str, Any]:
    """The body of the webhook, of the type `alert`."""
    return {
        "type": "alert",
        "timestamp": write_instant(now),
        "data": {
            "alert_ref": ref,
            "ticket_id": ticket.id,
            "external_id": ticket.external_id,
            "channel": ticket.channel,
            "kind": "breach" if alert.is_breach else "warning",
            "metric": alert.key.metric,
            "share": alert.key.share,
            "at": write_instant(alert.at),
            "due_at": write_instant(timer.due_at) if timer.due_at else None,
            "late": alert.late,
            "policy": policy,
            "priority": ticket.priority,
        },
    }


def alert_mail(alert: Alert, timer: Timer, ticket: Ticket, customer: Customer, policy: str) -> dict[str, Any]:
    """Subject and body, and when it is due, to put several in order; the customer's words stand in the body alone."""
    about = " ".join(ticket.subject.split())[:LONGEST_SUBJECT] or "no subject"
    lines = [
        f"{headline(alert.key.metric, alert.key.share, ticket.id or 0)}.",
        f"{explain(timer)}.",
        "",
        f"About: {about}",
        f"From: {customer.email}",
        f"Promise: {policy}, priority {ticket.priority}",
    ]
    if alert.late:
        lines += ["", f"This should have been told at {write_instant(alert.at)}; nobody was looking then."]
    return {
        "subject": headline(alert.key.metric, alert.key.share, ticket.id or 0),
        "body": "\n".join(lines) + "\n",
        "due_at": write_instant(timer.due_at) if timer.due_at else None,
    }


def mail_of(alerts: Sequence[tuple[int, Mapping[str, Any]]], topic: str, address: str | None) -> tuple[str, str]:
    """Subject and body of the mail that these alerts share, as (ticket id, what `alert_mail` made), first due first.

    With `address`, where the pages of this service are, each ticket has its link. At most `MOST_IN_MAIL` are told in
    full; the others are counted.
    """
    rows = sorted(alerts, key=lambda row: (row[1].get("due_at") or "9", row[0]))
    parts = [payload["body"] + link_to(ticket_id, address) for ticket_id, payload in rows[:MOST_IN_MAIL]]
    if len(rows) == 1:
        return rows[0][1]["subject"], parts[0]
    subject = f"{len(rows)} {TOPICS.get(topic, 'alerts')}"
    more = len(rows) - len(parts)
    end = [f"And {more} more, which are due later.\n" + link_to(None, address)] if more else []
    return subject, "\n---\n\n".join([f"{subject}, first due first:\n", *parts, *end])


def link_to(ticket_id: int | None, address: str | None) -> str:
    """A line with the ticket's page, or with that of the queue; nothing when nobody said where the pages are."""
    if address is None:
        return ""
    return f"{address.rstrip('/')}{'/' if ticket_id is None else f'/tickets/{ticket_id}'}\n"
