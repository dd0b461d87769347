"""The order of long queues: `sla.ranking.rank` alone, and the queue's first page out of a SQLite database.

"First" is the page right after a change of everything, with nothing kept in memory; "again" the next one, and "after a
reply" one for which a ticket has left the queue meanwhile. Times are the best of several rounds, in milliseconds.
"""

import gc
import random
import tempfile
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from time import perf_counter

from sqlmodel import insert

from copilot import queue
from copilot.store import journal, tickets
from copilot.store.session import Database
from copilot.store.tables import Customer, Ticket
from sla.ranking import QueueItem, rank

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
SIZES = (1_000, 10_000, 100_000)
PAGE = 50
ROUNDS = 7
AGENTS = 5


def main() -> None:
    """Print two tables."""
    print(f"{'tickets':>9} {'rank, overload':>15} {'rank, all fit':>15}")
    for size in SIZES:
        overload = timed(partial(rank, items(size), NOW, AGENTS))
        fitting = timed(partial(rank, items(size, agents_suffice=True), NOW, size))
        print(f"{size:>9,} {overload:>15.1f} {fitting:>15.1f}", flush=True)
    print(f"\n{'tickets':>9} {'first':>10} {'of it query':>12} {'again':>10} {'after a reply':>14}")
    for size in SIZES:
        with tempfile.TemporaryDirectory() as folder:
            print(f"{size:>9,} {page_times(Path(folder), size)}", flush=True)


def items(size: int, *, agents_suffice: bool = False) -> list[QueueItem]:
    """Waiting tickets of all kinds, half of them overdue unless all can be kept."""
    source = random.Random(size)
    return [
        QueueItem(
            number,
            NOW - timedelta(hours=source.uniform(0, 48)),
            NOW + timedelta(hours=source.uniform(2 if agents_suffice else -24, 24)),
            source.choice(list(queue.WEIGHTS.values())),
            timedelta(minutes=source.choice([3, 6, 10, 18, 30])),
        )
        for number in range(size)
    ]


def page_times(folder: Path, size: int) -> str:
    """The four figures for a database of this size."""
    db = Database(f"sqlite:///{folder / 'queue.db'}")
    db.migrate()
    fill(db, size)
    first = timed(lambda: page(db, forget=True))
    with db.read() as session:
        query = timed(lambda: tickets.queue_entries(session))
    again = timed(lambda: page(db))
    with db.write() as session:
        tickets.find(session, 1).status = "solved"
        journal.record(session, NOW, "status_changed", 1, before="open", after="solved", by="benchmark")
    after = timed(lambda: page(db))
    db.close()
    return f"{first:>10.1f} {query:>12.1f} {again:>10.1f} {after:>14.1f}"


def fill(db: Database, size: int) -> None:
    """Open tickets of one customer, as they stand after the pipeline."""
    source = random.Random(size)
    with db.write() as session:
        session.add(Customer(id=1, email="kim@example.com"))
        session.flush()
        for start in range(0, size, 10_000):
            rows = [row(source, number) for number in range(start + 1, min(start + 10_000, size) + 1)]
            session.execute(insert(Ticket), rows)
        journal.record(session, NOW, "received", 1)


def row(source: random.Random, number: int) -> dict[str, object]:
    """One ticket's columns."""
    due = NOW + timedelta(hours=source.uniform(-24, 24))
    return {
        "id": number, "channel": "api", "external_id": str(number), "content_hash": "", "subject": "Where is it?",
        "customer_id": 1, "received_at": NOW - timedelta(hours=source.uniform(0, 48)), "created_at": NOW,
        "updated_at": NOW, "status": "open", "priority": source.choice(list(queue.WEIGHTS)), "tags": [], "triage": {},
        "timers": [], "next_due_at": due, "next_goal_at": due, "work_state": "idle", "work_after": NOW,
    }  # fmt: skip


def page(db: Database, *, forget: bool = False) -> None:
    """What the queue's page reads: the order, and the first tickets of it."""
    if forget:
        queue._orders.clear()
    with db.read() as session:
        places = queue.ranked(session, NOW)[:PAGE]
        rows = tickets.by_ids(session, [place.entry.id for place in places])
        assert all(place.why for place in places)
        assert len(rows) == PAGE


def timed(work: Callable[[], object]) -> float:
    """The best in milliseconds."""
    times = []
    for _ in range(ROUNDS):
        gc.collect()
        start = perf_counter()
        work()
        times.append(perf_counter() - start)
    return min(times) * 1000


if __name__ == "__main__":
    main()
