"""Delivers notifications: alerts to the team by e-mail and signed webhook, notices of lateness to customers.

Alerts are delivered at least once, always under the same reference, with growing pauses. In a storm nobody gets a mail
a ticket: the first alert leaves at once, and those of its kind that fire within five minutes then leave together. A
notice is never sent twice: what may have left without our knowing stays "uncertain". Nothing is sent inside a
transaction.
"""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Protocol

import structlog

from copilot.alert_words import mail_of
from copilot.channels.signed_post import SignedPost
from copilot.channels.smtp import Mailer
from copilot.channels.transport import NotDelivered, OutcomeUnknown
from copilot.notices import NoticeDesk
from copilot.outbox import MOST_ATTEMPTS, pause
from copilot.store import journal, mail, notifications, tickets
from copilot.store.notifications import CUSTOMER
from copilot.store.session import Database, Session
from copilot.store.tables import Notification
from copilot.timesource import TimeSource

BATCH = 4
APART = timedelta(minutes=5)  # between two mails about the same kind of alert to the same person

log = structlog.get_logger(__name__)


class Way(Protocol):
    """A way to tell somebody, at least once."""

    def tell(self, notes: Sequence[Notification]) -> None:
        """Deliver these together, or raise `NotDelivered` or `OutcomeUnknown`."""
        ...


class ByWebhook:
    """Signed events to the admin's address."""

    def __init__(self, signed: SignedPost) -> None:
        self.signed = signed

    def tell(self, notes: Sequence[Notification]) -> None:
        """Post each event."""
        for note in notes:
            self.signed.post(note.ref, note.payload)


class ByMail:
    """Plain mails to the policy's recipients; `address` is where the pages of this service are."""

    def __init__(self, mailer: Mailer, address: str | None = None) -> None:
        self.mailer, self.address = mailer, address

    def tell(self, notes: Sequence[Notification]) -> None:
        """Send one mail about all of these, which have recipient and topic in common."""
        first = notes[0]
        subject, body = mail_of([(note.ticket_id, note.payload) for note in notes], first.topic, self.address)
        self.mailer.send(first.bundle or first.ref, first.recipient or "", subject, body)


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
            together = mail.claim_next(session, self.worker, self.now(), self.lease, APART)
        for note in due:
            if note.way == CUSTOMER:
                self._notice(note.id or 0, note.ticket_id)
            else:
                self._alerts([note])
        if together:
            self._alerts(together)
        return len(due) + len(together)

    def _settle_abandoned(self, session: Session) -> None:
        """Notices whose sender died: send again where that is safe, otherwise leave it at that."""
        for note in notifications.abandoned(session, self.now()):
            if self.desk.transport.resend_is_safe:
                note.state, note.claimed_by, note.claimed_until = "waiting", None, None
            else:
                self._close(session, note, "uncertain", "The service stopped while this notice was being sent.")
        session.flush()

    def _alerts(self, notes: Sequence[Notification]) -> None:
        """Tell one alert, or those that share a mail."""
        way = self.ways.get(notes[0].way)
        try:
            if way is None:
                raise NotDelivered(f"No way to send by {notes[0].way} is set up.", final=True)
            way.tell(notes)
        except (NotDelivered, OutcomeUnknown) as error:
            self._failed(notes, error.message, final=isinstance(error, NotDelivered) and error.final)
        except Exception as error:
            log.exception("notification_broke", ref=notes[0].ref)
            self._failed(notes, f"Sending broke off: {type(error).__name__}.", final=False)
        else:
            with self.db.write() as session:
                for note in notifications.find_all(session, notes):
                    self._close(session, note, "delivered")

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
            self._failed([note], error.message, final=error.final)
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

    def _failed(self, notes: Sequence[Notification], problem: str, *, final: bool) -> None:
        """A known failure: try again later, or give up and say so in the journal."""
        with self.db.write() as session:
            for note in notifications.find_all(session, notes):
                if note.claimed_by != self.worker:
                    continue  # it took so long that another worker has taken over
                note.attempts += 1
                if final or note.attempts >= MOST_ATTEMPTS:
                    self._close(session, note, "failed", problem)
                else:
                    note.state, note.last_error = "waiting", problem
                    note.work_after = self.now() + pause(note.attempts)
                    note.claimed_by = note.claimed_until = None
        log.warning("notification_failed", notification_id=notes[0].id, together=len(notes), reason=problem)

    def _close(self, session: Session, note: Notification, state: str, reason: str | None = None) -> None:
        now = self.now()
        note.state, note.last_error, note.claimed_by, note.claimed_until = state, reason, None, None
        if state == "delivered":
            note.delivered_at = now
        journal.record(
            session,
            now,
            f"notification_{state}",
            note.ticket_id,
            ref=note.ref,
            way=note.way,
            reason=reason,
            mail=note.bundle,
        )
