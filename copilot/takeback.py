"""Takes back replies that were decided and have not left: undo, kill switch, something newer arrived."""

from datetime import datetime

from copilot.autonomy import Autonomy
from copilot.errors import Conflict
from copilot.store import drafts, journal, notifications, outbox, tickets
from copilot.store.session import Session
from copilot.store.tables import Ticket

OVERRIDDEN = "hold window"
"""The gate that tells that a person stopped a reply in its undo window: by undo, own words, or what they did with the
ticket."""


def replies_of(
    session: Session, ticket: Ticket, now: datetime, reason: str, *, gate: str = "fresh", only_auto: bool = False
) -> bool:
    """Cancel the waiting replies of a ticket and offer their draft to a person again; says whether there were any.

    What was decided automatically shows the reason at the gate of this name from now on.
    """
    ticket_id = ticket.id or 0
    if not outbox.cancel_waiting(session, reason, ticket_id=ticket_id, only_auto=only_auto):
        return False
    ticket.reply_pending = outbox.outstanding(session, ticket_id) is not None
    offer_again(session, ticket_id, gate, reason)
    journal.record(session, now, "reply_cancelled", ticket_id, reason=reason, gate=gate)
    return True


def automatic_replies(session: Session, autonomy: Autonomy, now: datetime) -> None:
    """Cancel every automatic reply that has not left and is no longer allowed; its ticket returns to the queue.

    The kill switch stops notices to customers too.
    """
    for ticket_id in outbox.tickets_with_waiting_auto(session):
        ticket = tickets.lock(session, ticket_id)
        if autonomy.kill_switch:
            replies_of(session, ticket, now, "The kill switch was turned on.", gate="kill switch", only_auto=True)
        elif (mode := autonomy.of(ticket.category).mode) != "auto":
            replies_of(session, ticket, now, f"The category was set to {mode}.", gate="mode", only_auto=True)
    if autonomy.kill_switch:
        reason = "The kill switch was turned on."
        for ticket_id in notifications.cancel_notices(session, reason):
            journal.record(session, now, "notification_cancelled", ticket_id, way="customer", reason=reason)


def undo(session: Session, ticket_id: int, now: datetime, by: str) -> None:
    """A person pulls back a reply within its hold window. Raises `Conflict` when it has already left."""
    ticket = tickets.lock(session, ticket_id)
    if not replies_of(session, ticket, now, f"Taken back by {by}.", gate=OVERRIDDEN):
        raise Conflict("There is no reply to take back: it has already left.")


def start_over(session: Session, ticket: Ticket, now: datetime, reason: str) -> None:
    """There is something new to answer: drafts and automatic replies so far are void, the pipeline looks again."""
    replies_of(session, ticket, now, reason, only_auto=True)
    drafts.supersede(session, ticket.id or 0)
    ticket.work_state, ticket.work_after, ticket.attempts = "waiting", now, 0
    ticket.claimed_by = ticket.claimed_until = ticket.no_draft_reason = None


def offer_again(session: Session, ticket_id: int, gate: str | None = None, reason: str = "") -> None:
    """Open the newest draft for a person once more, if it had been decided; its `gate`, if named, now holds it."""
    draft = drafts.newest(session, ticket_id)
    if draft is None or draft.state not in ("auto", "approved"):
        return
    if gate is not None and draft.state == "auto":
        others = [row for row in draft.gates if row["name"] != gate]
        draft.gates = [*others, {"name": gate, "passed": False, "reason": reason}]
    draft.state, draft.action = "open", "hold"
