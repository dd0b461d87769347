"""Reads what stands in the database at the end and compares it with what the outside world saw."""

import time
from collections import Counter
from dataclasses import dataclass

from sqlmodel import col, select

from copilot.fakes import HashEmbedder
from copilot.store import articles
from copilot.store.session import Database
from copilot.store.tables import Draft, JournalEntry, Message, OutboxItem, SlaEvent, Ticket
from tests.crash.receiver import Received


@dataclass(frozen=True, slots=True)
class Ledger:
    """Every row that matters."""

    tickets: list[Ticket]
    messages: list[Message]
    drafts: list[Draft]
    outbox: list[OutboxItem]
    journal: list[JournalEntry]
    sla_events: list[SlaEvent]

    @property
    def settled(self) -> bool:
        """Whether nothing is left to do."""
        ready = all(ticket.work_state != "waiting" for ticket in self.tickets)
        return ready and not any(item.state in ("waiting", "sending") for item in self.outbox)


def read(db: Database) -> Ledger:
    """All rows, as one snapshot."""
    with db.read() as session:
        return Ledger(
            tickets=list(session.exec(select(Ticket).order_by(col(Ticket.id)))),
            messages=list(session.exec(select(Message).order_by(col(Message.id)))),
            drafts=list(session.exec(select(Draft).order_by(col(Draft.id)))),
            outbox=list(session.exec(select(OutboxItem).order_by(col(OutboxItem.id)))),
            journal=list(session.exec(select(JournalEntry).order_by(col(JournalEntry.id)))),
            sla_events=list(session.exec(select(SlaEvent).order_by(col(SlaEvent.id)))),
        )


def unindexed(db: Database) -> int:
    """How many articles the index lacks, as far as the database knows."""
    with db.read() as session:
        return articles.unindexed_count(session, HashEmbedder.fingerprint)


def settled(db: Database, patience: float) -> Ledger:
    """The rows once nothing is left to do. Raises `AssertionError` when nothing changes for so many seconds."""
    deadline, before = time.monotonic() + patience, None
    while not (rows := read(db)).settled:
        now = Counter(t.work_state for t in rows.tickets), Counter(i.state for i in rows.outbox)
        if now != before:
            deadline, before = time.monotonic() + patience, now
        assert time.monotonic() < deadline, f"nothing has changed for {patience:g} s: {now}"
        time.sleep(0.25)
    return rows


def check(rows: Ledger, received: Received, expected: set[str]) -> None:
    """Every ticket once, every decision once, every reply once or in a person's hands."""
    assert Counter(ticket.external_id for ticket in rows.tickets) == Counter(expected)
    check_tickets(rows)
    check_decisions(rows)
    check_replies(rows, received)


def check_tickets(rows: Ledger) -> None:
    """One first message each, processed, with a running or stopped clock."""
    first = Counter(m.ticket_id for m in rows.messages if m.direction == "inbound")
    assert first == Counter(ticket.id for ticket in rows.tickets)
    receipts = Counter(e.ticket_id for e in rows.sla_events if e.data["kind"] == "received")
    assert receipts == first
    for ticket in rows.tickets:
        assert ticket.work_state == "idle", (ticket.id, ticket.work_state, ticket.no_draft_reason)
        assert ticket.claimed_by is None
        assert ticket.timers, ticket.id
        assert ticket.policy_name, ticket.id


def check_decisions(rows: Ledger) -> None:
    """One triage and one outcome for each message, in the journal and in the tables."""
    once = Counter(ticket.id for ticket in rows.tickets)
    triaged = Counter((e.ticket_id, e.data["message_id"]) for e in rows.journal if e.kind == "triaged")
    assert triaged == Counter((m.ticket_id, m.id) for m in rows.messages if m.direction == "inbound")
    assert Counter(e.ticket_id for e in rows.journal if e.kind == "received") == once
    assert Counter(e.ticket_id for e in rows.journal if e.kind in ("drafted", "no_draft")) == once
    drafted = Counter(e.data["draft_id"] for e in rows.journal if e.kind == "drafted")
    assert drafted == Counter(draft.id for draft in rows.drafts)
    assert max(Counter((d.ticket_id, d.message_id) for d in rows.drafts).values(), default=1) == 1


def check_replies(rows: Ledger, received: Received) -> None:
    """What was decided to be sent left exactly once, or at most once when nobody can know."""
    assert Counter(d.id for d in rows.drafts if d.action == "send") == Counter(item.draft_id for item in rows.outbox)
    delivered = [item for item in rows.outbox if item.state == "delivered"]
    uncertain = [item for item in rows.outbox if item.state == "uncertain"]
    assert len(delivered) + len(uncertain) == len(rows.outbox), Counter(item.state for item in rows.outbox)
    assert {item.message_ref: received.counts[item.message_ref] for item in delivered} == {
        item.message_ref: 1 for item in delivered
    }
    assert [item.message_ref for item in uncertain if received.counts[item.message_ref] > 1] == []
    assert set(received.counts) <= {item.message_ref for item in rows.outbox}
    assert received.bodies == {
        item.message_ref: {item.body} for item in rows.outbox if item.message_ref in received.bodies
    }
    stored = Counter(m.external_id for m in rows.messages if m.direction == "outbound")
    assert stored == Counter(item.message_ref for item in delivered)
    told = Counter(e.data["outbox_id"] for e in rows.journal if e.kind == "delivered")
    assert told == Counter(item.id for item in delivered)
    replied = Counter(e.ticket_id for e in rows.sla_events if e.data["kind"] == "replied")
    assert replied == Counter(item.ticket_id for item in delivered)
