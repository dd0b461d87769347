"""What people say of a ticket against triage: its category, mood and priority. It holds at once, and it is a label.

Everything happens in the caller's transaction; refusing raises before anything is written. After a corrected category
or mood the rules are applied again with what is known now, while the customer waits: a priority may rise by that, it
never falls by itself, and one that a person set stays.
"""

from datetime import datetime

from copilot import promises
from copilot.configuration import Configuration
from copilot.errors import Conflict, Invalid
from copilot.promises import PromiseBook
from copilot.rule_clock import apply_again
from copilot.store import journal, labels, tickets
from copilot.store.session import Session
from copilot.store.tables import Ticket
from sla.events import Event
from triage.learning import OUT_OF_SCOPE
from triage.sentiment import LEVELS


def set_category(
    session: Session, ticket_id: int, category: str | None, configuration: Configuration, book: PromiseBook,
    now: datetime, by: str,
) -> Ticket:  # fmt: skip
    """A person corrects the category, None for "none of these"; triage no longer changes it.

    Raises `Invalid` for an unknown category.
    """
    if category is not None and category not in configuration.category_names:
        raise Invalid(f"There is no category {category[:200]!r}.", field="category")
    ticket = tickets.lock(session, ticket_id)
    label(session, ticket, "category", category or OUT_OF_SCOPE, predicted_category(ticket), now, by)
    ticket.category_is_manual = True
    journal.record(session, now, "category_corrected", ticket_id, before=ticket.category, after=category, by=by)
    ticket.category, ticket.updated_at = category, now
    apply_again(session, ticket, configuration.rules, book, now)
    promises.resettle(session, ticket, book, now)
    return ticket


def set_sentiment(
    session: Session, ticket_id: int, sentiment: str, configuration: Configuration, book: PromiseBook,
    now: datetime, by: str,
) -> Ticket:  # fmt: skip
    """A person corrects the mood of what the customer wrote; it stays until the customer writes again.

    Raises `Invalid` for an unknown level, `Conflict` before triage.
    """
    if sentiment not in LEVELS:
        raise Invalid(f"sentiment must be one of {', '.join(LEVELS)}.", field="sentiment")
    ticket = tickets.lock(session, ticket_id)
    if ticket.triaged_message_id is None:
        raise Conflict("Triage has not looked at this ticket yet.")
    before = mood_of(ticket)
    label(session, ticket, "sentiment", sentiment, before, now, by)
    found = {"label": sentiment, "score": LEVELS[sentiment], "by_hand": True}
    ticket.triage, ticket.updated_at = {**ticket.triage, "sentiment": found}, now
    journal.record(session, now, "sentiment_corrected", ticket_id, before=before, after=sentiment, by=by)
    apply_again(session, ticket, configuration.rules, book, now)
    promises.resettle(session, ticket, book, now)
    return ticket


def set_priority(session: Session, ticket_id: int, priority: str, book: PromiseBook, now: datetime, by: str) -> Ticket:
    """A person sets the priority; rules no longer change it. Raises `Invalid` for an unknown priority."""
    if priority not in promises.PRIORITIES:
        raise Invalid(f"priority must be one of {', '.join(promises.PRIORITIES)}.", field="priority")
    ticket = tickets.lock(session, ticket_id)
    label(session, ticket, "priority", priority, str(ticket.triage.get("priority", ticket.priority)), now, by)
    ticket.priority_is_manual = True
    if ticket.priority != priority:
        at = promises.no_earlier(session, ticket_id, now)
        promises.add_event(session, ticket_id, Event.priority_changed(at, priority))
        journal.record(session, now, "priority_changed", ticket_id, before=ticket.priority, after=priority, by=by)
        ticket.priority, ticket.updated_at = priority, now
        promises.resettle(session, ticket, book, now)
    return ticket


def confirm_category(session: Session, ticket: Ticket, message_id: int, now: datetime, by: str) -> None:
    """A person approved a draft with the category in sight and left it: that speaks for it, if weakly."""
    category = predicted_category(ticket)
    untouched = not ticket.category_is_manual and ticket.triaged_message_id == message_id
    if untouched and category != OUT_OF_SCOPE and labels.of_message(session, message_id, "category") is None:
        labels.add(session, ticket, message_id, "category", category, category, by, now, confirmed=True)


def label(session: Session, ticket: Ticket, kind: str, value: str, predicted: str, now: datetime, by: str) -> None:
    """Keep what a person said, of the message that triage spoke of; the same again changes nothing."""
    message_id = ticket.triaged_message_id or tickets.newest_inbound_id(session, ticket.id or 0)
    if message_id is None:
        return
    known = labels.of_message(session, message_id, kind)
    if known is None or known.confirmed or known.value != value:
        labels.add(session, ticket, message_id, kind, value, known.predicted if known else predicted, by, now)


def predicted_category(ticket: Ticket) -> str:
    """What triage itself took the ticket for, `OUT_OF_SCOPE` for nothing."""
    found = ticket.triage.get("category")
    return str(found["label"]) if found and ticket.triage.get("in_scope") else OUT_OF_SCOPE


def mood_of(ticket: Ticket) -> str:
    """The mood of the ticket as it is known now."""
    return str(ticket.triage.get("sentiment", {}).get("label", "neutral"))
