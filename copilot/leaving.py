"""The last look at an automatic reply whose undo window has passed: may it still leave?

Checks again what can have changed since it was decided and is cheap to see. Reads in the caller's transaction, which
holds the ticket; what follows from an objection is the caller's.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from copilot import autosend, canaries, sourcing
from copilot.autonomy import Autonomy
from copilot.budgets import overdrawn
from copilot.confidence import Evidence
from copilot.standings import Standings
from copilot.store import budgets, drafts, tickets
from copilot.store.session import Session
from copilot.store.tables import OutboxItem, Ticket
from copilot.takeback import OVERRIDDEN


@dataclass(frozen=True, slots=True)
class Objection:
    """Which gate would hold the reply now, and why."""

    gate: str
    reason: str


def objection(
    session: Session, autonomy: Autonomy, ticket: Ticket, item: OutboxItem, now: datetime
) -> Objection | None:
    """The first reason to keep an automatic reply here; None when it may leave."""
    looks: tuple[Callable[[], Objection | None], ...] = (
        lambda: _stopped(session, autonomy, ticket, item),
        lambda: _overridden(session, ticket, item),
        lambda: _unsourced(session, autonomy, item, now),
        lambda: _not_earned(session, autonomy, ticket, item),
        lambda: _too_many(session, autonomy, item, now),
    )
    return next((found for look in looks if (found := look()) is not None), None)


def _stopped(session: Session, autonomy: Autonomy, ticket: Ticket, item: OutboxItem) -> Objection | None:
    """What the admin set, and what the customer did."""
    if autonomy.kill_switch:
        return Objection("kill switch", "The kill switch is on.")
    if tickets.newest_inbound_id(session, item.ticket_id) != item.answers_message_id:
        return Objection("fresh", "Something newer arrived.")
    if (mode := autonomy.of(item.category).mode) != "auto":
        return Objection("mode", f"The category is set to {mode}.")
    if tickets.customer_of(session, ticket).email != item.recipient:
        return Objection("recipient", "The requester's address was changed.")
    return None


def _overridden(session: Session, ticket: Ticket, item: OutboxItem) -> Objection | None:
    """What people did with the ticket."""
    if ticket.category is None or ticket.category != item.category:
        return Objection(OVERRIDDEN, "The ticket's category was changed.")
    if tickets.replies_after(session, item.ticket_id, item.answers_message_id or 0):
        return Objection(OVERRIDDEN, "Somebody else has answered.")
    if ticket.status not in tickets.QUEUED:
        return Objection(OVERRIDDEN, f"The ticket was set to {ticket.status}.")
    return None


def _unsourced(session: Session, autonomy: Autonomy, item: OutboxItem, now: datetime) -> Objection | None:
    """What became of the articles that it quotes, and whether it holds what was planted since."""
    found = sourcing.doubt_about(session, drafts.find(session, item.draft_id or 0), now.date())
    if found is not None:
        return Objection("sources", found)
    if canaries.find(item.body, autonomy.canaries):
        return Objection("canary", "The reply holds a token that was planted since.")
    return None


def _not_earned(session: Session, autonomy: Autonomy, ticket: Ticket, item: OutboxItem) -> Objection | None:
    """Whether the category may still send this: alone with whoever suspends it or proves its threshold."""
    category, draft = ticket.category or "", drafts.find(session, item.draft_id or 0)
    budgets.lock(session, [f"category:{category}"])
    known = Standings.of(session, draft.fingerprint, [category], b"")
    if off := known.suspended.get(category):
        return Objection("mode", off)
    try:
        confidence = known.confidence(Evidence.from_dict(draft.evidence))
    except ValueError:
        return Objection("confidence", "The draft was measured in another way than drafts are now.")
    enough, reason = autosend.enough(autonomy.of(category), known.earned.get(category), confidence)
    return None if enough else Objection("confidence", reason)


def _too_many(session: Session, autonomy: Autonomy, item: OutboxItem, now: datetime) -> Objection | None:
    """Whether the caps, which may have been lowered since, leave no room beside what has left already."""
    category = item.category or ""
    spent = budgets.spent(session, [category], now, pending=("sending", "uncertain"), but=item.id)
    problem = overdrawn(autonomy.of(category), spent[category])
    return None if problem is None else Objection("budget", problem)
