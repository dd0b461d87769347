"""Tickets that end without an answer of their own: spam, and tickets that were merged into another.

Nothing is owed on them any more: their timers are cancelled and leave no breach, nothing of theirs is drafted or sent.
Which tickets these are is read from the journal, not from tags, which rules may set too. Everything happens in the
caller's transaction, under locks that are taken in the order of ids; refusing raises before anything is written.
"""

import secrets
from dataclasses import dataclass
from datetime import datetime

from copilot import promises, takeback
from copilot.errors import Conflict, Invalid
from copilot.promises import PromiseBook
from copilot.snapshots import load_snapshots
from copilot.store import drafts, journal, outbox, tickets
from copilot.store.session import Session
from copilot.store.tables import Message, Ticket
from sla.events import Event

SPAM, MERGED, RESTORED = "marked_spam", "merged", "spam_taken_back"
SPAM_TAG, MERGED_TAG = "spam", "merged"


@dataclass(frozen=True, slots=True)
class Ending:
    """How a ticket ended; `into` is the ticket that it was merged into, None for spam."""

    into: int | None

    @property
    def why(self) -> str:
        """In words that go on from "The ticket"."""
        return "is spam" if self.into is None else f"was merged into ticket {self.into}"


def ending_of(session: Session, ticket_id: int) -> Ending | None:
    """How the ticket ended; None for one that is answered like any other."""
    last = journal.newest_of(session, ticket_id, (SPAM, MERGED, RESTORED))
    return None if last is None or last.kind == RESTORED else Ending(last.data.get("into"))


def home_of(session: Session, ticket_id: int) -> int:
    """Where the conversation goes on: the ticket itself, or the one that it was merged into, however often."""
    while (ending := ending_of(session, ticket_id)) is not None and ending.into is not None:
        ticket_id = ending.into
    return ticket_id


def lock_home(session: Session, ticket_id: int) -> Ticket:
    """The ticket where the conversation goes on, with its row locked; or `NotFound`."""
    ticket = tickets.lock(session, home_of(session, ticket_id))
    while (home := home_of(session, ticket.id or 0)) != ticket.id:  # it was merged while we waited for the lock
        ticket = tickets.lock(session, home)
    return ticket


def refuse_ended(session: Session, ticket_id: int, field: str | None = None) -> None:
    """Raise `Conflict` when the ticket is spam or part of another."""
    ending = ending_of(session, ticket_id)
    if ending is not None:
        raise Conflict(f"Ticket {ticket_id} {ending.why}.", field=field)


def mark_spam(session: Session, ticket_id: int, book: PromiseBook, now: datetime, by: str) -> Ticket:
    """Close the ticket as spam; the same again changes nothing. Raises `Conflict` for a ticket that was merged."""
    ticket = tickets.lock(session, ticket_id)
    ending = ending_of(session, ticket_id)
    if ending is not None and ending.into is not None:
        raise Conflict(f"Ticket {ticket_id} {ending.why}.", field="id")
    if ending is None:
        at = promises.no_earlier(session, ticket_id, now)
        journal.record(session, now, SPAM, ticket_id, before=ticket.status, by=by)
        _end(session, ticket, SPAM_TAG, Event.cancelled(at, "spam"), book, now, "The ticket was marked as spam.")
    return ticket


def take_back_spam(session: Session, ticket: Ticket, now: datetime, by: str) -> None:
    """It was no spam after all: the clock goes on as if it had never been cancelled, and the pipeline looks at it.

    Raises `Conflict` for a ticket that was merged: another keeps its promises. The caller refreshes the timers.
    """
    ticket_id = ticket.id or 0
    ending = ending_of(session, ticket_id)
    if ending is None:
        return
    if ending.into is not None:
        raise Conflict(f"Ticket {ticket_id} {ending.why}; answer there.", field="status")
    promises.add_event(session, ticket_id, Event.restored(promises.no_earlier(session, ticket_id, now)))
    journal.record(session, now, RESTORED, ticket_id, by=by)
    ticket.tags = [tag for tag in ticket.tags if tag != SPAM_TAG]
    takeback.start_over(session, ticket, now, "The ticket was no spam.")


def merge(
    session: Session, ticket_id: int, into_id: int, book: PromiseBook, now: datetime, by: str, *,
    other_customer: bool = False,
) -> Ticket:  # fmt: skip
    """Make a ticket part of another, which takes over what its customer still waits for; returns the ended ticket.

    Its messages stay with it; those that nobody has answered are put to the other ticket too. The same again changes
    nothing. Raises `NotFound` for the ticket, `Invalid` naming `into` or `other_customer`, `Conflict` when either of
    the two has ended already (so that no circle can come about) or a reply is just leaving.
    """
    held = tickets.lock_all(session, sorted({ticket_id, into_id}))
    source, target = held.get(ticket_id) or tickets.find(session, ticket_id), held.get(into_id)
    if ending_of(session, ticket_id) == Ending(into_id):
        return source
    if target is None or into_id == ticket_id:
        raise Invalid("into must be the number of another ticket.", field="into")
    refuse_ended(session, ticket_id, "id")
    refuse_ended(session, into_id, "into")
    if source.customer_id != target.customer_id and not other_customer:
        raise Invalid(f"Ticket {into_id} is another customer's; confirm that you mean it.", field="other_customer")
    leaving = outbox.outstanding(session, ticket_id)
    if leaving is not None and leaving.state == "sending":
        raise Conflict("A reply to this ticket is just leaving. Try again in a moment.")
    _merge(session, source, target, book, now, by)
    return source


def _merge(session: Session, source: Ticket, target: Ticket, book: PromiseBook, now: datetime, by: str) -> None:
    source_id, target_id = source.id or 0, target.id or 0
    customer, rows = tickets.customer_of(session, source), tickets.sla_events(session, source_id)
    at = promises.after_all([*rows, *tickets.sla_events(session, target_id)], now)
    timers = promises.timers_of(session, source, customer, rows, book, at)
    waiting = _unanswered(session, source, now)
    if waiting:
        _put_to(session, target, waiting, at, now)
    promises.add_event(session, target_id, Event.merged(at, timers))
    journal.record(session, now, MERGED, source_id, into=target_id, before=source.status, by=by)
    journal.record(session, now, "took_over", target_id, ticket=source_id, messages=len(waiting), by=by)
    _note(session, source_id, f"This ticket was merged into ticket {target_id}.", at, by)
    _note(session, target_id, f"Ticket {source_id} was merged into this one.", at, by)
    why = f"merged into ticket {target_id}"
    _end(session, source, MERGED_TAG, Event.cancelled(at, why), book, now, f"The ticket was {why}.")
    target.updated_at = now
    promises.refresh(session, target, tickets.customer_of(session, target), book, now)


def _unanswered(session: Session, source: Ticket, now: datetime) -> tuple[Message, ...]:
    if source.status in tickets.DONE:
        return ()
    (snapshot,) = load_snapshots(session, [source], now)
    return snapshot.unanswered


def _put_to(session: Session, target: Ticket, waiting: tuple[Message, ...], at: datetime, now: datetime) -> None:
    """What the customer still waits for, after all that the target has answered; its clock takes the timers over."""
    target_id = target.id or 0
    for message in waiting:
        copy = Message(
            ticket_id=target_id, external_id=_unique("merged"), direction="inbound", body=message.body, at=at,
            author=message.author, envelope=message.envelope,
        )  # fmt: skip
        session.add(copy)
    if target.status not in tickets.QUEUED:
        promises.add_event(session, target_id, Event.status_changed(at, "open"))
        journal.record(session, now, "status_changed", target_id, before=target.status, after="open", by="merging")
        target.status = "open"
    takeback.start_over(session, target, now, "Another ticket was merged into this one.")


def _end(
    session: Session, ticket: Ticket, tag: str, event: Event, book: PromiseBook, now: datetime, reason: str
) -> None:
    """Close it: no timer, no draft, no reply on its way, no more work."""
    silence(session, ticket, now, reason)
    promises.add_event(session, ticket.id or 0, event)
    ticket.status, ticket.tags, ticket.updated_at = "closed", sorted({*ticket.tags, tag}), now
    ticket.work_state, ticket.rules_due_at, ticket.no_draft_reason = "idle", None, reason
    ticket.claimed_by = ticket.claimed_until = None
    promises.refresh(session, ticket, tickets.customer_of(session, ticket), book, now)


def silence(session: Session, ticket: Ticket, now: datetime, reason: str) -> None:
    """Take back replies on their way and set drafts aside."""
    takeback.replies_of(session, ticket, now, reason)
    drafts.supersede(session, ticket.id or 0)


def further_message(session: Session, ticket: Ticket, at: datetime, now: datetime) -> bool:
    """A customer's message to spam: it is kept and the ticket stays closed; False for a ticket that has not ended.

    The clock is told, in case a person finds that it was no spam.
    """
    ticket_id = ticket.id or 0
    if ending_of(session, ticket_id) is None:
        return False
    promises.add_event(session, ticket_id, Event.received(at))
    reason = "The ticket is spam: it stays closed until a person opens it."
    journal.record(session, now, "left_closed", ticket_id, reason=reason)
    return True


def _note(session: Session, ticket_id: int, body: str, at: datetime, by: str) -> None:
    session.add(
        Message(ticket_id=ticket_id, external_id=_unique("note"), direction="note", body=body, at=at, author=by)
    )


def _unique(kind: str) -> str:
    return f"{kind}-{secrets.token_hex(12)}"
