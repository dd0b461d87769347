"""The kill switch against a real process: nothing leaves a second after it was turned on, nor after a restart."""

import random
import threading
import time
from pathlib import Path

import httpx
import pytest

from copilot import accounts
from tests.crash.processes import ServiceProcess, free_port, local_http, running, wait_until_answering
from tests.crash.receiver import receiving
from tests.crash.shop import environment, prepare, services, settings_of, ticket

FIRST, REST = 4, 60


def feed(url: str, key: str, numbers: range, stop: threading.Event) -> None:
    """Customers write, one after the other, until told to stop."""
    chance = random.Random(7)
    with httpx.Client(base_url=url, headers={"authorization": f"Bearer {key}"}, timeout=30, verify=False) as client:
        for number in numbers:
            if stop.is_set():
                return
            client.post("/api/v1/tickets", json=ticket(number, chance)).raise_for_status()


def wait_for(condition, seconds: float) -> None:
    """Wait until it holds; fail when it does not in time."""
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.02)


@pytest.mark.parametrize("how", ["stop", "kill"])
def test_nothing_leaves_a_second_after_the_switch(tmp_path: Path, how: str) -> None:
    """Replies stream out; the switch is turned on; from one second later on, and after a restart, none arrives."""
    with receiving(1) as received:
        settings = environment(tmp_path, f"sqlite:///{tmp_path / 'a.sqlite3'}", received.url)
        key = prepare(settings)
        with services(settings_of(settings)) as parts, parts.db.write() as session:
            admin = accounts.create_key(session, "admin", "admin", parts.now())
        port, stop = free_port(), threading.Event()
        url = f"http://127.0.0.1:{port}"
        service = ServiceProcess(["serve", "--port", str(port)], settings, tmp_path, "serve")
        with running([service]):
            wait_until_answering(url)
            feeder = threading.Thread(target=feed, args=(url, key, range(REST), stop), daemon=True)
            feeder.start()
            wait_for(lambda: len(received.counts) >= FIRST, 240)
            headers = {"authorization": f"Bearer {admin}"}
            document = local_http().get(f"{url}/api/v1/autonomy", headers=headers, timeout=30).json()
            began = time.monotonic()
            answer = local_http().put(
                f"{url}/api/v1/autonomy", json={**document, "kill_switch": True}, headers=headers, timeout=30
            )
            assert answer.is_success
            time.sleep(max(0.0, began + 1 - time.monotonic()))
            left = len(received.counts)
            feeder.join(120)
            time.sleep(1)
            assert len(received.counts) == left
            service.stop(30) if how == "stop" else service.kill()
            service.start()
            wait_until_answering(url)
            feed(url, key, range(REST, REST + 5), threading.Event())
            time.sleep(3)
            assert len(received.counts) == left
            assert local_http().get(f"{url}/api/v1/autonomy", headers=headers, timeout=30).json()["kill_switch"] is True
