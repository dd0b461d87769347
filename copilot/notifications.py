"""Delivers notifications: alerts to the team by e-mail and signed webhook, notices of lateness to customers.

Alerts are delivered at least once, always under the same reference, with growing pauses. A notice is never sent twice:
what may have left without our knowing stays "uncertain". Nothing is sent inside a transaction.
"""

from collections.abc import Mapping
from datetime import timedelta
from typing import Protocol

import structlog

from copilot.channels.signed_post import SignedPost
from copilot.channels.smtp import Mailer
from copilot.channels.transport import NotDelivered, OutcomeUnknown
from copilot.notices import NoticeDesk
from copilot.outbox import MOST_ATTEMPTS, pause
from copilot.store import journal, notifications, tickets
from copilot.store.notifications import CUSTOMER
from copilot.store.session import Database, Session
from copilot.store.tables import Notification
from copilot.timesource import TimeSource

BATCH = 4

log = structlog.get_logger(__name__)


class Way(Protocol):
    """A way to tell somebody, at least once."""

    def tell(self, note: Notification) -> None:
        """Deliver, or raise `NotDelivered` or `OutcomeUnknown`."""
        ...


class ByWebhook:
    """Signed events to the admin's address."""

    def __init__(self, signed: SignedPost) -> None:
        self.signed = signed

    def tell(self, note: Notification) -> None:
        """Post the event."""
        self.signed.post(note.ref, note.payload)


class ByMail:
    """Plain mails to the policy's recipients."""

    def __init__(self, mailer: Mailer) -> None:
        self.mailer = mailer

    def tell(self, note: Notification) -> None:
        """Send the mail."""
        self.mailer.send(note.ref, note.recipient or "", note.payload["subject"], note.payload["body"])


class Notifier:
    """One worker's hand on the notifications; `ways` holds those that are set up."""

    def __init__(
        self, db: Database, now: TimeSource, ways: Mapping[str, Way], desk: NoticeDesk, worker: str, lease: timedelta
    ) -> None:
        self.db, self.now, self.ways, self.desk = db, now, ways, desk
        self.worker, self.lease = worker, lease

    def deliver_due(self) -> int:
        """Deliver what is due; returns how many notifications were looked at."""
        with self.db.write() as session:
            self._settle_abandoned(session)
            due = notifications.claim_due(session, self.worker, self.now(), self.lease, BATCH)
        for note in due:
            if note.way == CUSTOMER:
                self._notice(note.id or 0, note.ticket_id)
            else:
                self._alert(note)
        return len(due)

    def _settle_abandoned(self, session: Session) -> None:
        """Notices whose sender died: send again where that is safe, otherwise leave it at that."""
        for note in notifications.abandoned(session, self.now()):
            if self.desk.transport.resend_is_safe:
                note.state, note.claimed_by, note.claimed_until = "waiting", None, None
            else:
                self._close(session, note, "uncertain", "The service stopped while this notice was being sent.")
        session.flush()

    def _alert(self, note: Notification) -> None:
        way = self.ways.get(note.way)
        try:
            if way is None:
                raise NotDelivered(f"No way to send by {note.way} is set up.", final=True)
            way.tell(note)
        except (NotDelivered, OutcomeUnknown) as error:
            self._failed(note.id or 0, error.message, final=isinstance(error, NotDelivered) and error.final)
        except Exception as error:
            log.exception("notification_broke", ref=note.ref)
            self._failed(note.id or 0, f"Sending broke off: {type(error).__name__}.", final=False)
        else:
            with self.db.write() as session:
                self._close(session, notifications.find(session, note.id or 0), "delivered")

    def _notice(self, note_id: int, ticket_id: int) -> None:
        """A notice is marked as being sent before it leaves, so that a dying sender can never make it leave twice."""
        now = self.now()
        with self.db.write() as session:
            tickets.lock(session, ticket_id)
            note = notifications.held(session, note_id, self.worker, now)
            if note is None:
                return
            reason = self.desk.obsolete(session, note, now)
            if reason:
                self._close(session, note, "cancelled", reason)
                return
            note.state, note.claimed_until = "sending", now + self.lease
            reply = self.desk.outgoing(session, note)
        try:
            self.desk.transport.send(reply)
        except NotDelivered as error:
            self._failed(note_id, error.message, final=error.final)
        except Exception as error:
            message = error.message if isinstance(error, OutcomeUnknown) else f"It broke off: {type(error).__name__}."
            with self.db.write() as session:
                self._close(session, notifications.find(session, note_id), "uncertain", message)
        else:
            with self.db.write() as session:
                tickets.lock(session, ticket_id)
                note = notifications.find(session, note_id)
                self._close(session, note, "delivered")
                self.desk.told(session, note, self.now())

    def _failed(self, note_id: int, problem: str, *, final: bool) -> None:
        """A known failure: try again later, or give up and say so in the journal."""
        with self.db.write() as session:
            note = notifications.find(session, note_id)
            if note.claimed_by != self.worker:
                return  # it took so long that another worker has taken over
            note.attempts += 1
            if final or note.attempts >= MOST_ATTEMPTS:
                self._close(session, note, "failed", problem)
            else:
                note.state, note.last_error = "waiting", problem
                note.work_after = self.now() + pause(note.attempts)
                note.claimed_by = note.claimed_until = None
        log.warning("notification_failed", notification_id=note_id, reason=problem)

    def _close(self, session: Session, note: Notification, state: str, reason: str | None = None) -> None:
        now = self.now()
        note.state, note.last_error, note.claimed_by, note.claimed_until = state, reason, None, None
        if state == "delivered":
            note.delivered_at = now
        journal.record(session, now, f"notification_{state}", note.ticket_id, ref=note.ref, way=note.way, reason=reason)
