"""The service is killed again and again in the middle of its work: nothing is lost and nothing is sent twice."""

import os
import random
import time
from collections.abc import Sequence
from contextlib import nullcontext
from pathlib import Path

import pytest

from copilot.store.session import Database
from tests.contracts import qdrant_server
from tests.crash import ledger, shop
from tests.crash.feeder import Feeder
from tests.crash.processes import PATIENCE, ServiceProcess, free_port, running, wait_until_answering
from tests.crash.receiver import receiving

KILLS = 30
TICKETS = 300
LONGEST_START = 2.0


def kill_and_restart(
    processes: Sequence[ServiceProcess], url: str, feeder: Feeder, chance: random.Random, start: float
) -> None:
    """Kill one process at a time while tickets come in: at any moment of its start or its work, every fifth time surely
    at work, however slow the machine is."""
    lifetime = min(start, LONGEST_START) / len(processes)
    for number in range(KILLS):
        feeder.allow((number + 1) * TICKETS // KILLS)
        if number % 5 == 4:
            wait_until_answering(url)
            time.sleep(chance.uniform(0, 1))
        else:
            time.sleep(chance.uniform(0.2, 1.5) * lifetime)
        victim = chance.choice(processes)
        assert victim.running(), f"a process ended by itself:\n{victim.logged()[-3000:]}"
        victim.kill()
        victim.start()


def test_nothing_is_lost_or_sent_twice(tmp_path: Path, database_url: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Thirty kills at random moments: each ticket is triaged and answered once, each reply arrives once or is marked
    as uncertain."""
    seed = int(os.environ.get("CRASH_SEED", random.SystemRandom().randrange(10**6)))
    began, port, is_sqlite = time.monotonic(), free_port(), database_url.startswith("sqlite")
    url = f"http://127.0.0.1:{port}"
    with receiving(seed) as received, nullcontext() if is_sqlite else qdrant_server.running() as index:
        environment = shop.environment(tmp_path, database_url, received.url, index)
        key = shop.prepare(environment)
        chance = random.Random(seed)
        feeder = Feeder(url, key, [shop.ticket(number, chance) for number in range(TICKETS)], seed)
        processes = [ServiceProcess(["serve", "--port", str(port)], environment, tmp_path, "serve")]
        if not is_sqlite:
            processes.append(ServiceProcess(["worker"], environment, tmp_path, "worker"))
        with running(processes):
            start = wait_until_answering(url)
            feeder.start()
            kill_and_restart(processes, url, feeder, chance, start)
            feeder.finish(timeout=PATIENCE)
            killing = time.monotonic() - began
            db = Database(database_url)
            try:
                rows = ledger.settled(db, patience=PATIENCE)
            finally:
                db.close()
    at_work = sum(process.logged().count("teaching_triage") for process in processes)
    uncertain = sum(item.state == "uncertain" for item in rows.outbox)
    with capsys.disabled():
        print(
            f"\n{'SQLite' if is_sqlite else 'PostgreSQL'}: seed {seed}, {KILLS} kills of {len(processes)} processes, "
            f"{at_work} of {KILLS + len(processes)} starts came to process tickets, "
            f"{len(rows.tickets)} tickets in {feeder.attempts} attempts, {len(rows.outbox)} replies, "
            f"{sum(received.counts.values())} received, {uncertain} uncertain, start {start:.1f} s, "
            f"killing {killing:.0f} s, all {time.monotonic() - began:.0f} s"
        )
    assert feeder.unexpected == []
    assert all(len(ids) == 1 for ids in feeder.confirmed.values())
    ledger.check(rows, received, {ticket["external_id"] for ticket in feeder.tickets})
    assert len(rows.outbox) > TICKETS // 2, "too few replies for the test to mean anything"
