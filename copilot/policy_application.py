"""Puts the open tickets under a new version of the promises, as recorded work that survives any interruption.

An admin's word begins an application; the worker goes on with it, a batch a transaction, and stores in the same
transaction how far it came. Whenever a process dies, the next one continues behind the last whole batch, so that each
ticket moves exactly once. A version that is no longer in force is not applied any further: the tickets that have moved
stay, those that have not keep what they had, and applying the newer version moves them all.
"""

import structlog

from copilot import policy_change
from copilot.policy_change import OpenTicket
from copilot.promises import PromiseBook
from copilot.store import applications as store
from copilot.store import configuration as documents
from copilot.store import journal, tickets
from copilot.store.session import Database, DatabaseDown, Session
from copilot.store.tables import PolicyApplication
from copilot.timesource import TimeSource
from sla.policies import Policy

BATCH = 50  # tickets a transaction: nobody's reply has to wait for all of them

log = structlog.get_logger(__name__)


class PolicyApplications:
    """Begins applications, and is the worker's step that goes on with them."""

    def __init__(self, db: Database, now: TimeSource, book: PromiseBook) -> None:
        self.db, self.now, self.book = db, now, book

    def begin(self, version: int, by: str) -> PolicyApplication:
        """Decide to put every open ticket under this version; the one that does so already if there is one.

        Ends one of an earlier version. Raises `NotFound`, or `Conflict` when another version is in force by now.
        """
        with self.db.write() as session:
            store.lock_policies(session)
            policy_change.in_force(session, version, self.book)
            going_on = store.running(session, wait=True)
            if going_on is not None and going_on.version == version:
                return going_on
            if going_on is not None:
                self._end(session, going_on, "superseded")
            found = store.begin(session, version, tickets.promised_open_count(session), by, self.now())
            journal.record(
                session, self.now(), "policies_application_began",
                application=found.id, version=version, open_tickets=found.open_tickets, by=by,
            )  # fmt: skip
            return found

    def go_on(self) -> int:
        """Move the next batch of tickets; returns how many were looked at, 0 without anything to do."""
        with self.db.read() as session:
            if not store.any_running(session):
                return 0
        with self.db.write() as session:
            found = store.running(session, wait=False)
            return 0 if found is None else self._batch(session, found)

    def _batch(self, session: Session, found: PolicyApplication) -> int:
        if documents.versions(session).get("policies", 0) != found.version:
            self._end(session, found, "superseded")
            return 0
        policies = policy_change.in_force(session, found.version, self.book)
        batch = policy_change.open_tickets(session, found.after_id, BATCH, locked=True)
        for waiting in batch:
            self._move(session, found, waiting, policies)
        found.examined += len(batch)
        if len(batch) < BATCH:
            self._end(session, found, "done")
        else:
            found.after_id = batch[-1].ticket.id or 0
        return len(batch)

    def _move(
        self, session: Session, found: PolicyApplication, waiting: OpenTicket, policies: tuple[Policy, ...]
    ) -> None:
        """One ticket; one that breaks keeps what it had, is counted, and does not hold up the others."""
        ticket_id = waiting.ticket.id or 0
        try:
            with session.begin_nested():
                found.moved += policy_change.move(session, waiting, policies, self.book, found.by, self.now())
        except DatabaseDown:
            raise
        except Exception:
            log.exception("policy_not_applied", ticket_id=ticket_id, version=found.version)
            found.failed += 1
            journal.record(session, self.now(), "policy_not_applied", ticket_id, version=found.version, by=found.by)

    def _end(self, session: Session, found: PolicyApplication, state: str) -> None:
        found.state, found.ended_at = state, self.now()
        journal.record(
            session, self.now(), "policies_applied" if state == "done" else "policies_application_stopped",
            application=found.id, version=found.version, open_tickets=found.open_tickets, examined=found.examined,
            moved=found.moved, failed=found.failed, by=found.by,
        )  # fmt: skip
