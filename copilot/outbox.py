"""Delivers decided replies: claim, mark as being sent, send outside any transaction, record the outcome.

Never delivers twice: what may have left without our knowing becomes "uncertain" and waits for a person, unless the
transport says that sending the same reference again is safe.
"""

from datetime import datetime, timedelta

import structlog

from copilot import endings, leaving, promises, subjects, takeback, watching
from copilot.channels.transport import NotDelivered, OutcomeUnknown, OutgoingReply, Transport
from copilot.configuration import ConfigurationCache
from copilot.envelopes import Envelope
from copilot.errors import Conflict
from copilot.promises import PromiseBook
from copilot.store import drafts, journal, outbox, tickets
from copilot.store.session import Database, Session
from copilot.store.tables import Message, OutboxItem, Ticket
from copilot.timesource import TimeSource
from sla.events import Event

MOST_ATTEMPTS = 8
FIRST_PAUSE = timedelta(seconds=2)
LONGEST_PAUSE = timedelta(minutes=30)
BATCH = 4
log = structlog.get_logger(__name__)


class Outbox:
    """One worker's hand on the outbox."""

    def __init__(
        self,
        db: Database,
        now: TimeSource,
        transport: Transport,
        configuration: ConfigurationCache,
        book: PromiseBook,
        worker: str,
        lease: timedelta,
    ) -> None:
        self.db, self.now, self.transport = db, now, transport
        self.configuration, self.book, self.worker, self.lease = configuration, book, worker, lease

    def deliver_due(self) -> int:
        """Deliver what is due; returns how many replies were looked at."""
        self.settle_abandoned()
        with self.db.write() as session:
            auto_allowed = not self.configuration.current(session).autonomy.kill_switch
            due = outbox.claim_due(session, self.worker, self.now(), self.lease, BATCH, auto_allowed=auto_allowed)
        for item in due:
            reply = self._begin(item.id or 0, item.ticket_id)
            if reply is not None:
                self._deliver(item.id or 0, reply)
        return len(due)

    def settle_abandoned(self) -> None:
        """Replies whose sender died: send again where that is safe, otherwise ask a person."""
        now = self.now()
        with self.db.write() as session:
            for item in outbox.abandoned(session, now):
                item.claimed_by = item.claimed_until = None
                if self.transport.resend_is_safe:
                    item.state = "waiting"
                else:
                    uncertain(session, item, "The service stopped while this reply was being sent.", now)

    def _begin(self, item_id: int, ticket_id: int) -> OutgoingReply | None:
        """Mark one claimed reply as being sent, each just before it leaves, so that a dying sender leaves one reply in
        doubt and not its whole batch; None when it was taken back, taken over, or may no longer leave."""
        now = self.now()
        with self.db.write() as session:
            ticket = tickets.lock(session, ticket_id)
            item = outbox.held(session, item_id, self.worker, now)
            if item is None:
                return None
            ending = endings.ending_of(session, ticket_id)
            if ending is not None:
                endings.silence(session, ticket, now, f"The ticket {ending.why}.")
                return None
            if item.by == "auto":
                autonomy = self.configuration.current(session).autonomy
                found = leaving.objection(session, autonomy, ticket, item, now)
                if found is not None:
                    takeback.replies_of(session, ticket, now, found.reason, gate=found.gate)
                    return None
            item.state, item.claimed_until = "sending", now + self.lease
            return outgoing(session, item)

    def _deliver(self, item_id: int, reply: OutgoingReply) -> None:
        try:
            self.transport.send(reply)
        except NotDelivered as error:
            self._record(item_id, error.message, final=error.final)
        except OutcomeUnknown as error:
            self._ask_a_person(item_id, error.message)
        except Exception as error:
            log.exception("delivery_broke", outbox_id=item_id)
            self._ask_a_person(item_id, f"Sending broke off: {type(error).__name__}.")
        else:
            with self.db.write() as session:
                delivered(session, outbox.find(session, item_id), self.book, self.now())

    def _ask_a_person(self, item_id: int, reason: str) -> None:
        with self.db.write() as session:
            uncertain(session, outbox.find(session, item_id), reason, self.now())

    def _record(self, item_id: int, problem: str, *, final: bool) -> None:
        """A known failure: try again later, or give up and put the ticket back before a person."""
        now = self.now()
        with self.db.write() as session:
            item = outbox.find(session, item_id)
            item.attempts, item.last_error = item.attempts + 1, problem
            item.claimed_by = item.claimed_until = None
            if final or item.attempts >= MOST_ATTEMPTS:
                item.state = "failed"
                tickets.lock(session, item.ticket_id).reply_pending = False
                takeback.offer_again(session, item.ticket_id)
            else:
                item.state, item.work_after = "waiting", now + pause(item.attempts)
            journal.record(
                session, now, "delivery_failed", item.ticket_id, outbox_id=item.id, attempt=item.attempts,
                reason=problem, gave_up=item.state == "failed",
            )  # fmt: skip
        log.warning("delivery_failed", outbox_id=item_id, reason=problem)


def pause(attempts: int) -> timedelta:
    """Exponential backoff: 2 s, 4 s, 8 s … at most half an hour."""
    return min(FIRST_PAUSE * (1 << (attempts - 1)), LONGEST_PAUSE)


def outgoing(session: Session, item: OutboxItem) -> OutgoingReply:
    """The reply as its transport needs it."""
    ticket = tickets.find(session, item.ticket_id)
    to = tickets.customer_of(session, ticket).email
    return OutgoingReply(
        message_ref=item.message_ref,
        ticket_id=item.ticket_id,
        external_id=ticket.external_id,
        channel=item.channel,
        recipient=to,
        subject=machine_subject(session, ticket, to) if item.by == "auto" else subjects.of_person(ticket.subject),
        body=item.body,
        auto_sent=item.by == "auto",
        decided_at=item.created_at,
    )


def machine_subject(session: Session, ticket: Ticket, to: str) -> str:
    """The subject of what leaves for this address without a person."""
    first = Envelope.of(tickets.first_message(session, ticket.id or 0).envelope)
    return subjects.of_machine(ticket.subject, ticket.language, first, to)


def delivered(session: Session, item: OutboxItem, book: PromiseBook, now: datetime) -> None:
    """Record a delivery once: the message, the event that stops the timer, the ticket now waiting for the customer."""
    if item.state == "delivered":
        return
    ticket = tickets.lock(session, item.ticket_id)
    item.state, item.delivered_at, item.last_error = "delivered", now, None
    item.claimed_by = item.claimed_until = None
    session.add(
        Message(
            ticket_id=item.ticket_id, external_id=item.message_ref, direction="outbound", body=item.body, at=now,
            auto_sent=item.by == "auto", author=item.author, draft_id=item.draft_id,
        )
    )  # fmt: skip
    if item.draft_id is not None:
        watching.delivered(session, item.draft_id, item.by, now)
    at = promises.no_earlier(session, item.ticket_id, now)
    promises.add_event(session, item.ticket_id, Event.replied(at, item.by))
    journal.record(session, now, "delivered", item.ticket_id, outbox_id=item.id, draft_id=item.draft_id, by=item.by)
    newest = tickets.newest_inbound_id(session, item.ticket_id)
    if ticket.status in ("new", "open") and newest == (item.answers_message_id or newest):
        promises.add_event(session, item.ticket_id, Event.status_changed(at, "pending"))
        journal.record(
            session, now, "status_changed", item.ticket_id, before=ticket.status, after="pending", by="delivery"
        )
        ticket.status = "pending"
    ticket.reply_pending, ticket.updated_at = False, now
    session.flush()
    promises.refresh(session, ticket, tickets.customer_of(session, ticket), book, now)


def uncertain(session: Session, item: OutboxItem, reason: str, now: datetime) -> None:
    """The reply may have left: nothing happens by itself until a person says so."""
    item.state, item.last_error = "uncertain", reason
    item.claimed_by = item.claimed_until = None
    tickets.lock(session, item.ticket_id).reply_pending = False
    journal.record(session, now, "delivery_uncertain", item.ticket_id, outbox_id=item.id, reason=reason)


def settle(session: Session, item_id: int, *, arrived: bool, by: str, book: PromiseBook, now: datetime) -> None:
    """A person says whether an uncertain reply arrived, or sends it again under the same reference."""
    item = outbox.find(session, item_id)
    if item.state not in ("uncertain", "failed"):
        raise Conflict(f"This reply is {item.state}; there is nothing to settle.")
    journal.record(session, now, "delivery_settled", item.ticket_id, outbox_id=item_id, arrived=arrived, by=by)
    drafts.decided(session, item.draft_id, item.by)
    if arrived:
        delivered(session, item, book, now)
    else:
        item.state, item.work_after, item.attempts = "waiting", now, 0
        tickets.lock(session, item.ticket_id).reply_pending = True
