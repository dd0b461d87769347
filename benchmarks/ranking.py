"""How long `sla.ranking.rank` takes for long queues, in milliseconds, best of several rounds."""

import gc
import random
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import partial
from time import perf_counter

from copilot import queue
from sla.ranking import QueueItem, rank

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
SIZES = (1_000, 10_000, 100_000)
ROUNDS = 7
AGENTS = 5


def main() -> None:
    """Print a table."""
    print(f"{'tickets':>9} {'rank, overload':>15} {'rank, all fit':>15}")
    for size in SIZES:
        overload = timed(partial(rank, items(size), NOW, AGENTS))
        fitting = timed(partial(rank, items(size, agents_suffice=True), NOW, size))
        print(f"{size:>9,} {overload:>15.1f} {fitting:>15.1f}", flush=True)


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
