"""Rows for tests of the store, with everything that a column needs."""

from datetime import UTC, datetime, timedelta
from typing import Any

from sqlmodel import Session

from copilot.store.tables import Customer, Draft, Message, OutboxItem, Ticket

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
LEASE = timedelta(minutes=1)


def customer(session: Session, email: str = "jo@example.com", **other: Any) -> Customer:
    """A stored customer."""
    row = Customer(email=email, **other)
    session.add(row)
    session.flush()
    return row


def ticket(session: Session, external_id: str, owner: Customer, **other: Any) -> Ticket:
    """A stored ticket that waits for the pipeline."""
    values: dict[str, Any] = {
        "channel": "api", "external_id": external_id, "content_hash": "", "subject": f"About {external_id}",
        "customer_id": owner.id, "received_at": NOON, "created_at": NOON, "updated_at": NOON, "tags": [], "triage": {},
        "timers": [], "work_after": NOON,
    }  # fmt: skip
    row = Ticket(**(values | other))
    session.add(row)
    session.flush()
    return row


def message(session: Session, ticket_id: int, external_id: str, **other: Any) -> Message:
    """A stored message, inbound unless told otherwise."""
    values: dict[str, Any] = {"direction": "inbound", "body": "Hello", "at": NOON}
    row = Message(ticket_id=ticket_id, external_id=external_id, **(values | other))
    session.add(row)
    session.flush()
    return row


def draft(session: Session, ticket_id: int, message_id: int, **other: Any) -> Draft:
    """A stored draft that nobody has decided on."""
    values: dict[str, Any] = {
        "body": "An answer", "sentences": [], "citations": [], "confidence": 0.5, "writer": "test", "action": "hold",
        "evidence": {},
        "gates": [], "fingerprint": "f", "created_at": NOON,
    }  # fmt: skip
    row = Draft(ticket_id=ticket_id, message_id=message_id, **(values | other))
    session.add(row)
    session.flush()
    return row


def reply(session: Session, ticket_id: int, ref: str, **other: Any) -> OutboxItem:
    """A stored reply that waits to be sent."""
    values: dict[str, Any] = {"channel": "api", "body": "An answer", "by": "auto", "work_after": NOON}
    row = OutboxItem(ticket_id=ticket_id, message_ref=ref, created_at=NOON, **(values | other))
    session.add(row)
    session.flush()
    return row
