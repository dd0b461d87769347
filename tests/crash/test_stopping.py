"""The service is stopped politely, or started twice on one folder: nothing is lost or damaged, and it says why."""

import random
import signal
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import httpx
import pytest

from copilot.store.session import Database
from tests.crash import ledger, shop
from tests.crash.feeder import Feeder
from tests.crash.processes import PATIENCE, ServiceProcess, free_port, local_http, running, wait_until_answering
from tests.crash.receiver import receiving

STOP_SECONDS = 20.0


def wait_for(condition: Callable[[], bool], what: str, timeout: float = PATIENCE) -> None:
    """Wait until it holds. Raises `AssertionError` when it never does."""
    deadline = time.monotonic() + timeout
    while not condition():
        assert time.monotonic() < deadline, what
        time.sleep(0.1)


def is_ready(url: str) -> bool:
    """Whether every part works."""
    with suppress(httpx.TransportError):
        return local_http().get(f"{url}/ready", timeout=10).is_success
    return False


def test_a_polite_stop_loses_nothing(tmp_path: Path, database_url: str) -> None:
    """SIGTERM in the middle of work ends the process within seconds; no reply is left in doubt, and the next start
    finishes the rest."""
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    with receiving(1) as received:
        environment = shop.environment(tmp_path, database_url, received.url) | {"ANSWERABLE_LEASE_SECONDS": "15"}
        chance = random.Random(1)
        feeder = Feeder(url, shop.prepare(environment), [shop.ticket(n, chance) for n in range(80)], 1)
        service = ServiceProcess(["serve", "--port", str(port)], environment, tmp_path, "serve")
        db = Database(database_url)
        try:
            with running([service]):
                wait_until_answering(url)
                feeder.start()
                feeder.allow(80)
                wait_for(lambda: len(received.counts) >= 10, "no reply was sent")
                assert service.stop(STOP_SECONDS) in (0, -signal.SIGTERM)
                assert not any(item.state in ("sending", "uncertain") for item in ledger.read(db).outbox)
                service.start()
                feeder.finish(timeout=PATIENCE)
                rows = ledger.settled(db, patience=PATIENCE)
        finally:
            db.close()
    assert {item.state for item in rows.outbox} == {"delivered"}
    assert feeder.unexpected == []
    ledger.check(rows, received, {ticket["external_id"] for ticket in feeder.tickets})


def test_a_second_service_on_the_same_folder_shares_database_and_index(tmp_path: Path) -> None:
    """Both are ready, work on the same tickets without harm, and the second one goes on when the first is killed."""
    database_url = f"sqlite:///{tmp_path / 'answerable.sqlite3'}"
    ports = free_port(), free_port()
    urls = [f"http://127.0.0.1:{port}" for port in ports]
    with receiving(2) as received:
        environment = shop.environment(tmp_path, database_url, received.url)
        key, chance = shop.prepare(environment), random.Random(2)
        feeders = [
            Feeder(url, key, [shop.ticket(n, chance) for n in range(first, first + 20)], 2)
            for url, first in zip(urls, (0, 20), strict=True)
        ]
        first, second = (
            ServiceProcess(["serve", "--port", str(port)], environment, tmp_path, f"serve-{port}") for port in ports
        )
        db = Database(database_url)
        try:
            with running([first]):
                wait_for(lambda: is_ready(urls[0]), "the first one never was ready")
                with running([second]):
                    wait_for(lambda: is_ready(urls[1]), "the second one never was ready")
                    for feeder in feeders:
                        feeder.start()
                        feeder.finish(timeout=PATIENCE)
                    rows = ledger.settled(db, patience=PATIENCE)
                    ledger.check(rows, received, {t["external_id"] for feeder in feeders for t in feeder.tickets})
                    first.kill()
                    assert is_ready(urls[1])
        finally:
            db.close()


@pytest.mark.parametrize("damage", ["removed", "cut", "emptied"])
def test_a_lost_index_is_built_again(tmp_path: Path, damage: str) -> None:
    """Whatever became of the index's files, the next start fills it from the database and answers again."""
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    database_url = f"sqlite:///{tmp_path / 'answerable.sqlite3'}"
    with receiving(3) as received:
        environment = shop.environment(tmp_path, database_url, received.url)
        key, chance = shop.prepare(environment), random.Random(3)
        service = ServiceProcess(["serve", "--port", str(port)], environment, tmp_path, "serve")
        db = Database(database_url)
        feeder = Feeder(url, key, [shop.ticket(n, chance) for n in range(5)], 3)
        try:
            with running([service]):
                wait_for(lambda: is_ready(url), "never ready")
                wait_for(lambda: ledger.unindexed(db) == 0, "never indexed")
                service.kill()
                shop.damage_index(Path(environment["ANSWERABLE_DATA_DIR"]) / "index", damage)
                service.start()
                wait_for(lambda: "index_lost" in service.logged(), "the loss was not noticed")
                wait_for(lambda: ledger.unindexed(db) == 0 and is_ready(url), "not ready after the damage")
                feeder.start()
                feeder.finish(timeout=PATIENCE)
                rows = ledger.settled(db, patience=PATIENCE)
        finally:
            db.close()
    ledger.check(rows, received, {ticket["external_id"] for ticket in feeder.tickets})
    assert len(received.counts) == 5
