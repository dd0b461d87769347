"""How long the compliance report of 100,000 tickets takes, and how much memory it needs, on both databases.

Tickets of ninety days, three timers each, as the service stores them; every fifth was answered automatically.
"""

import random
import tempfile
import time
import tracemalloc
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import insert

from copilot import configuration, reports
from copilot.promises import PromiseBook
from copilot.report_cases import Period
from copilot.store.session import Database
from copilot.store.tables import Customer, Message, SlaEvent, Ticket
from sla.clock import replay
from sla.events import Event
from sla.policies import Policy, Priority, Sender, parse_policies
from tests import postgres
from tests.builders import POLICIES

TICKETS = 100_000
DAYS = 90
FIRST = datetime(2026, 1, 1, tzinfo=UTC)
NOW = FIRST + timedelta(days=DAYS + 2)
CHUNK = 5_000


@contextmanager
def databases() -> Iterator[dict[str, Database]]:
    """A migrated, empty database of each kind."""
    with tempfile.TemporaryDirectory() as folder, postgres.fresh_database() as url:
        found = {"SQLite": Database(f"sqlite:///{Path(folder) / 'bench.sqlite3'}"), "PostgreSQL": Database(url)}
        for db in found.values():
            db.migrate()
        yield found
        for db in found.values():
            db.close()


def fill(db: Database) -> None:
    """The tickets, with their events, timers and replies."""
    chance, (policy,) = random.Random(7), parse_policies(POLICIES, 1)
    with db.write() as session:
        configuration.save(session, "policies", POLICIES, FIRST, "benchmark")
        session.add(Customer(id=1, email="kim@example.com"))
    for start in range(1, TICKETS + 1, CHUNK):
        rows: dict[Any, list[dict[str, Any]]] = {Ticket: [], SlaEvent: [], Message: []}
        for number in range(start, start + CHUNK):
            add(rows, number, policy, chance)
        with db.write() as session:
            for table, values in rows.items():
                session.execute(insert(table), values)


def add(rows: dict[Any, list[dict[str, Any]]], number: int, policy: Policy, chance: random.Random) -> None:
    """One ticket: a message, a reply, a further message and the end, some of it late."""
    at, by = FIRST + DAYS * timedelta(days=1) * number / TICKETS, Sender.AUTO if number % 5 == 0 else Sender.PERSON
    replied = at + timedelta(minutes=chance.expovariate(1 / 40))
    again = replied + timedelta(hours=1)
    events = [
        Event.received(at), Event.priority_changed(at, Priority(chance.choice(list(Priority)))),
        Event.replied(replied, by), Event.received(again), Event.replied(again + timedelta(hours=1), Sender.PERSON),
    ]  # fmt: skip
    timers = [timer.to_dict() for timer in replay(policy, events, events[-1].at)]
    rows[Ticket].append(
        {
            "id": number, "channel": "api", "external_id": str(number), "content_hash": "", "subject": "", "tags": [],
            "customer_id": 1, "received_at": at, "created_at": at, "updated_at": again, "status": "open", "triage": {},
            "priority": "normal", "category": chance.choice(("refund", "shipping")), "language": "en",
            "policy_name": policy.name, "policy_version": 1, "timers": timers, "work_after": at, "work_state": "idle",
        }
    )  # fmt: skip
    rows[SlaEvent] += [{"ticket_id": number, "at": event.at, "data": event.to_dict()} for event in events]
    for place, (when, auto) in enumerate([(replied, by is Sender.AUTO), (again + timedelta(hours=1), False)]):
        rows[Message].append(
            {
                "ticket_id": number, "external_id": f"{number}-{place}", "direction": "outbound", "body": "",
                "at": when, "auto_sent": auto, "notice": False,
            }
        )  # fmt: skip


def measure(db: Database, period: Period, *, auto_sent_counts: bool) -> str:
    """Seconds and what was counted."""
    began = time.perf_counter()
    with db.read() as session:
        found = reports.compliance(session, period, PromiseBook(), NOW, auto_sent_counts=auto_sent_counts)
    taken = time.perf_counter() - began
    return f"{taken:6.1f} s for {found.promise.total:,} promises on {found.tickets:,} tickets"


def peak(db: Database, period: Period) -> float:
    """The most memory that a report held, in MiB, as Python counts it (which makes it slower)."""
    tracemalloc.start()
    with db.read() as session:
        reports.compliance(session, period, PromiseBook(), NOW)
    found = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return found / 2**20


def main() -> None:
    """Print the figures."""
    whole, month = Period(date(2026, 1, 1), date(2026, 4, 3)), Period(date(2026, 2, 1), date(2026, 2, 28))
    week = Period(date(2026, 2, 2), date(2026, 2, 8))
    with databases() as found:
        for name, db in found.items():
            fill(db)
            print(f"{name}, everything:                {measure(db, whole, auto_sent_counts=True)}", flush=True)
            print(f"{name}, everything, by people:     {measure(db, whole, auto_sent_counts=False)}", flush=True)
            print(f"{name}, a month of it:             {measure(db, month, auto_sent_counts=True)}", flush=True)
            print(f"{name}, most memory, a week of it: {peak(db, week):.1f} MiB", flush=True)
            print(f"{name}, most memory, a month:      {peak(db, month):.1f} MiB", flush=True)
