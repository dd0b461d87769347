"""An alert as it leaves the house: the JSON of the signed event, and the e-mail to the team. Pure."""

from datetime import datetime
from typing import Any

from copilot.store.tables import Customer, Ticket
from sla.alerts import Alert
from sla.promise import explain
from sla.timers import Timer, write_instant

LONGEST_SUBJECT = 80
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
    """Subject and body; the customer's words stand in the body alone."""
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
    return {"subject": headline(alert.key.metric, alert.key.share, ticket.id or 0), "body": "\n".join(lines) + "\n"}
