"""The last look at an automatic reply whose undo window has passed: may it still leave?

Checks again what can have changed since it was decided and is cheap to see. Reads in the caller's transaction, which
holds the ticket; what follows from an objection is the caller's.
"""

from dataclasses import dataclass
from datetime import datetime

from copilot.autonomy import Autonomy
from copilot.budgets import overdrawn
from copilot.store import budgets, tickets, watches
from copilot.store.session import Session
from copilot.store.tables import OutboxItem, Ticket


@dataclass(frozen=True, slots=True)
class Objection:
    """Which gate would hold the reply now, and why."""

    gate: str
    reason: str


def objection(
    session: Session, autonomy: Autonomy, ticket: Ticket, item: OutboxItem, now: datetime
) -> Objection | None:
    """The first reason to keep an automatic reply here; None when it may leave."""
    if autonomy.kill_switch:
        return Objection("kill switch", "The kill switch is on.")
    if ticket.category is None or ticket.category != item.category:
        return Objection("mode", "The ticket's category was changed.")
    if (mode := autonomy.of(ticket.category).mode) != "auto":
        return Objection("mode", f"The category is set to {mode}.")
    if newer := _newer(session, ticket, item):
        return Objection("fresh", newer)
    if tickets.customer_of(session, ticket).email != item.recipient:
        return Objection("recipient", "The requester's address was changed.")
    budgets.lock(session, [f"category:{ticket.category}"])
    if off := watches.suspended(session, [ticket.category]).get(ticket.category):
        return Objection("mode", off)
    return _too_many(session, autonomy, item, now)


def _newer(session: Session, ticket: Ticket, item: OutboxItem) -> str | None:
    ticket_id, answered = item.ticket_id, item.answers_message_id or 0
    if tickets.newest_inbound_id(session, ticket_id) != item.answers_message_id:
        return "Something newer arrived."
    if tickets.replies_after(session, ticket_id, answered):
        return "Somebody else has answered."
    if ticket.status not in tickets.QUEUED:
        return f"The ticket was set to {ticket.status}."
    return None


def _too_many(session: Session, autonomy: Autonomy, item: OutboxItem, now: datetime) -> Objection | None:
    """Whether the caps, which may have been lowered since, leave no room beside what has left already."""
    category = item.category or ""
    spent = budgets.spent(session, [category], now, pending=("sending", "uncertain"), but=item.id)
    problem = overdrawn(autonomy.of(category), spent[category])
    return None if problem is None else Objection("budget", problem)
