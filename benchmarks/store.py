"""How many transactions and claims a second both databases manage, beside the bare driver on the same database.

Everything is durable: SQLite in WAL with `synchronous=FULL`, PostgreSQL with its defaults. SQLite has one writer, so
threads add nothing there; on PostgreSQL they share the waiting for the disk.
"""

import sqlite3
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path

import psycopg

from copilot import intake
from copilot.intake import NewCustomer, NewTicket
from copilot.promises import PromiseBook
from copilot.store import journal, tickets
from copilot.store.session import Database
from tests import postgres

NOW = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
LEASE = timedelta(minutes=1)
SECONDS = 1.0
THREADS = (1, 4)
ROUNDS = 3
INSERT = "INSERT INTO journalentry (at, kind, data) VALUES ('2026-03-02 12:00:00', 'bench', '{}')"

Step = Callable[[], int]
"""Does something durable and returns how many things were done."""


@contextmanager
def databases() -> Iterator[dict[str, Database]]:
    """A migrated database of each kind."""
    with tempfile.TemporaryDirectory() as folder, postgres.fresh_database(durable=True) as url:
        found = {"SQLite": Database(f"sqlite:///{Path(folder) / 'bench.sqlite3'}"), "PostgreSQL": Database(url)}
        for db in found.values():
            db.migrate()
        yield found
        for db in found.values():
            db.close()


def rate(step: Step, threads: int) -> float:
    """Things done a second by so many threads that repeat the step."""
    end = threading.Event()

    def repeat(_: int) -> int:
        done = 0
        while not end.is_set():
            done += step()
        return done

    with ThreadPoolExecutor(threads) as pool:
        began = time.perf_counter()
        running = [pool.submit(repeat, number) for number in range(threads)]
        time.sleep(SECONDS)
        end.set()
        done = sum(future.result() for future in running)
        return done / (time.perf_counter() - began)


def bare_rate(db: Database) -> float:
    """Commits a second of one small row through the driver alone, on one connection."""
    if db.is_sqlite:
        with closing(sqlite3.connect(db.url.removeprefix("sqlite:///"), check_same_thread=False)) as connection:
            connection.execute("PRAGMA synchronous=FULL")

            def step() -> int:
                connection.execute(INSERT)
                connection.commit()
                return 1

            return rate(step, 1)
    with psycopg.connect(db.url.replace("+psycopg", "")) as server:

        def server_step() -> int:
            server.execute(INSERT)
            server.commit()
            return 1

        return rate(server_step, 1)


def commits(db: Database) -> Step:
    """One journal entry in a transaction of its own."""

    def step() -> int:
        with db.write() as session:
            journal.record(session, NOW, "bench")
        return 1

    return step


def intakes(db: Database) -> Step:
    """One new ticket of a known customer: ticket, message, event, timers and journal in one transaction."""
    numbers, book = count(), PromiseBook()

    def step() -> int:
        number = next(numbers)
        who = NewCustomer(f"customer{number % 50}@example.com")
        new = NewTicket("api", f"bench-{number}", "Where is it?", "Where is my parcel?", who)
        db.transact(lambda session: intake.receive(session, new, book, NOW))
        return 1

    return step


def claims(db: Database, limit: int) -> Step:
    """Claim up to `limit` tickets in one transaction and let go of them, after the others, in another."""
    names = threading.local()

    def step() -> int:
        worker = names.__dict__.setdefault("name", f"w{threading.get_ident()}")
        with db.write() as session:
            taken = [ticket.id or 0 for ticket in tickets.claim_for_processing(session, worker, NOW, LEASE, limit)]
        with db.write() as session:
            for ticket_id in taken:
                row = tickets.lock(session, ticket_id)
                row.claimed_by = row.claimed_until = None
        return len(taken)

    return step


def measured(db: Database) -> dict[str, float]:
    """Every figure of one database, the best of the rounds."""
    steps: dict[str, Step] = {
        "commits": commits(db),
        "tickets taken in": intakes(db),
        "claimed and released, one at a time": claims(db, 1),
        "claimed and released, 32 at a time": claims(db, 32),
    }
    found = {"bare driver's commits": max(bare_rate(db) for _ in range(ROUNDS))}
    for name, step in steps.items():
        for threads in THREADS:
            found[f"{name}, {threads} thread{'s'[: threads > 1]}"] = max(rate(step, threads) for _ in range(ROUNDS))
    return found


def main() -> None:
    """Measure both databases in one run and print a table."""
    with databases() as both:
        figures = {name: measured(db) for name, db in both.items()}
    print(f"| a second, best of {ROUNDS} | " + " | ".join(f"{name} | of bare" for name in figures) + " |")
    print("|---|" + "---|---|" * len(figures))
    floors = {name: next(iter(rows.values())) for name, rows in figures.items()}
    for what in next(iter(figures.values())):
        cells = [f"{rows[what]:,.0f} | {rows[what] / floors[name]:.2f}" for name, rows in figures.items()]
        print(f"| {what} | " + " | ".join(cells) + " |")


if __name__ == "__main__":
    main()
