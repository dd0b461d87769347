"""The first page of the queue by HTTP, from the real application over SQLite, as the number of open tickets grows.

Whole requests: authentication, queries, ranking, JSON or HTML. The clock moves on between two of them, so nothing could
be kept from the last. Beside them the parts, alone: reading what is within sight, ranking it, counting (`total` for the
API; four filters for the workspace). A second line of each says how long this process was on a processor, which is what
counts on a busy machine. `python -m benchmarks.queue_page 1000000` measures the sizes given.

A fifth of the tickets is paused, half is late, and the others fall due within their priority's target.
"""

import random
import sys
import tempfile
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from statistics import median
from time import perf_counter, process_time
from typing import get_args

import structlog
from sqlmodel import insert

from copilot import accounts, queue
from copilot.fakes import ManualTime
from copilot.store import waiting
from copilot.store.session import Session
from copilot.store.tables import Customer, Message, Ticket
from copilot.store.waiting import QueueEntry, Shown
from copilot.web.auth import SESSION_COOKIE
from copilot.wiring import Services
from sla.ranking import rank_with_reasons
from tests.builders import client_of, make_services

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
SIZES = (1_000, 10_000, 100_000)
ROUNDS, WARM_UP = 30, 3
AGENTS, CUSTOMERS, CHUNK = 5, 500, 10_000
TARGETS = {"urgent": 1, "high": 4, "normal": 8, "low": 24}  # hours
PRIORITY_SHARES = (0.15, 0.25, 0.30, 0.30)
CATEGORIES = ("refund", "shipping", "invoice", None)
BODY = "I ordered a pair of boots two weeks ago and they have not come. Could you tell me where they are? " * 4
Figures = tuple[float, float]
COLUMNS = ("API page", "/queue", "window", "ranking", "total", "counts", "late filter", "middle page")


def main(sizes: tuple[int, ...] = SIZES) -> None:
    """Print a table; p50 in milliseconds, of the wall clock and of the processor."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(40))
    print(f"{'open tickets':>12} " + "".join(f"{name:>13}" for name in COLUMNS))
    for size in sizes:
        with tempfile.TemporaryDirectory() as folder:
            figures = measure(Path(folder), size)
        for name, row in zip((f"{size:,}", "CPU"), zip(*figures, strict=True), strict=True):
            print(f"{name:>12} " + "".join(f"{time:>13.1f}" for time in row), flush=True)
    structlog.reset_defaults()


def measure(folder: Path, size: int) -> list[Figures]:
    """The figures for this many tickets, in the order of the columns."""
    now = ManualTime(NOW)
    services = make_services(folder, now)
    with services.db.write() as session:
        key, cookie = people(session)
        fill(session, size)
    pages = requests(services, now, size, key, cookie)
    figures = [*pages[:2], *parts(services), *pages[2:]]
    services.close()
    return figures


def requests(services: Services, now: ManualTime, size: int, key: str, cookie: str) -> list[Figures]:
    """Whole requests: the API's page, the workspace's, its late tickets, a page from the middle."""
    paths = ("/api/v1/queue?limit=50", "/queue", "/queue?filter=late", f"/api/v1/queue?limit=50&offset={size // 2}")
    with client_of(services) as client:
        client.cookies.set(SESSION_COOKIE, cookie)

        def get(path: str) -> None:
            now.advance(milliseconds=20)
            assert client.get(path, headers={"authorization": f"Bearer {key}"}).status_code == 200

        return [timed(partial(get, path)) for path in paths]


def parts(services: Services) -> list[Figures]:
    """What lies within sight read and ranked; the API's count and the workspace's."""
    with services.db.read() as session:

        def window() -> list[QueueEntry]:
            ahead = waiting.first(session, "ahead", NOW, queue.SIGHT.ahead)
            return ahead + waiting.first(session, "overdue", NOW, queue.SIGHT.overdue)

        def counts() -> list[int]:
            return [waiting.count(session, shown, NOW) for shown in get_args(Shown)]

        def ranking(entries: list[QueueEntry]) -> object:
            return rank_with_reasons(map(queue.item, entries), NOW, AGENTS)

        entries = window()
        return [
            timed(window), timed(partial(ranking, entries)), timed(lambda: waiting.count(session, "all", NOW)),
            timed(counts),
        ]  # fmt: skip


def people(session: Session) -> tuple[str, str]:
    """Some agents; a program's key and a browser's cookie."""
    users = [
        accounts.create_user(session, f"{n}@example.com", f"Agent {n}", "agent", "x" * 12, NOW) for n in range(AGENTS)
    ]
    key = accounts.create_key(session, "benchmark", "agent", NOW)
    return key, accounts.sign_in(session, users[0], NOW, timedelta(days=1))


def fill(session: Session, size: int) -> None:
    """Open tickets as they stand after the pipeline, each with a message."""
    source = random.Random(size)
    session.execute(insert(Customer), [{"id": n, "email": f"{n}@example.org"} for n in range(1, CUSTOMERS + 1)])
    for start in range(1, size + 1, CHUNK):
        numbers = range(start, min(start + CHUNK, size + 1))
        session.execute(insert(Ticket), [ticket(source, number) for number in numbers])
        session.execute(insert(Message), [message(number) for number in numbers])


def ticket(source: random.Random, number: int) -> dict[str, object]:
    """One ticket's columns."""
    (priority,) = source.choices(list(TARGETS), PRIORITY_SHARES)
    kind = source.random()
    left = source.uniform(-10 * 24, 0) if kind < 0.5 else source.uniform(0, TARGETS[priority])
    due = None if kind > 0.8 else NOW + timedelta(hours=left)
    return {
        "id": number, "channel": "api", "external_id": str(number), "content_hash": "", "subject": "Where are they?",
        "customer_id": source.randint(1, CUSTOMERS), "received_at": NOW + timedelta(hours=left - TARGETS[priority]),
        "created_at": NOW, "updated_at": NOW, "status": source.choice(["new", "open"]), "priority": priority,
        "category": source.choice(CATEGORIES), "tags": [], "triage": {}, "timers": [], "next_due_at": due,
        "next_goal_at": due and due - timedelta(minutes=10), "next_due_metric": "first_response", "work_state": "idle",
        "work_after": NOW,
    }  # fmt: skip


def message(number: int) -> dict[str, object]:
    """The customer's words."""
    return {"ticket_id": number, "external_id": "1", "direction": "inbound", "body": BODY, "at": NOW}


def timed(work: Callable[[], object]) -> Figures:
    """The medians in milliseconds, of the wall clock and of this process's time on a processor."""
    walls, busy = [], []
    for _ in range(WARM_UP + ROUNDS):
        wall, cpu = perf_counter(), process_time()
        work()
        walls.append(perf_counter() - wall)
        busy.append(process_time() - cpu)
    return median(walls[WARM_UP:]) * 1000, median(busy[WARM_UP:]) * 1000


if __name__ == "__main__":
    main(tuple(int(size) for size in sys.argv[1:]) or SIZES)
