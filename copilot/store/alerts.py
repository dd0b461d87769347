"""Queries about alerts: which ticket is due to be looked at, and which alerts have fired."""

from collections.abc import Sequence
from datetime import datetime

from sqlmodel import Session, col, select

from copilot.store.tables import FiredAlert, Ticket
from sla.alerts import AlertKey


def is_due(session: Session, now: datetime) -> bool:
    """Whether any ticket has an alert due."""
    return session.exec(select(Ticket.id).where(col(Ticket.next_alert_at) <= now).limit(1)).first() is not None


def next_due(session: Session, now: datetime) -> Ticket | None:
    """The ticket whose alert has been due the longest, locked until the transaction ends; tickets that another worker
    has locked are passed over (SQLite's writer is alone anyway)."""
    wanted = select(Ticket).where(col(Ticket.next_alert_at) <= now).order_by(col(Ticket.next_alert_at), col(Ticket.id))
    locked = wanted.limit(1).with_for_update(skip_locked=True)
    return session.exec(locked, execution_options={"populate_existing": True}).first()


def fired_keys(session: Session, ticket_id: int) -> set[AlertKey]:
    """The alerts of a ticket that have fired."""
    wanted = select(FiredAlert.key).where(FiredAlert.ticket_id == ticket_id)
    return {AlertKey.from_text(key) for key in session.exec(wanted)}


def of_ticket(session: Session, ticket_id: int) -> Sequence[FiredAlert]:
    """The alerts of a ticket that have fired, in the order in which they did."""
    return session.exec(select(FiredAlert).where(FiredAlert.ticket_id == ticket_id).order_by(col(FiredAlert.id))).all()
