"""Programs that hand in tickets as real ones do: again and again until the service has confirmed them."""

import random
import threading
import time
from collections.abc import Sequence
from typing import Any

import httpx

SENDERS = 3
PATIENCE = 120.0


class Feeder:
    """Posts tickets from several threads; `allow` says how many may have been sent by now."""

    def __init__(self, url: str, key: str, tickets: Sequence[dict[str, Any]], seed: int) -> None:
        self.address, self.key, self.tickets, self.seed = f"{url}/api/v1/tickets", key, tickets, seed
        self.confirmed: dict[str, set[int]] = {}
        self.unexpected: list[str] = []
        self.attempts = 0
        self._allowed = 0
        self._lock = threading.Condition()
        self._threads = [threading.Thread(target=self._send_share, args=(n,), daemon=True) for n in range(SENDERS)]

    def start(self) -> None:
        """Begin."""
        for thread in self._threads:
            thread.start()

    def allow(self, count: int) -> None:
        """Let the first `count` tickets be sent."""
        with self._lock:
            self._allowed = count
            self._lock.notify_all()

    def finish(self, timeout: float) -> None:
        """Let everything be sent and wait for the last confirmation."""
        self.allow(len(self.tickets))
        for thread in self._threads:
            thread.join(timeout)
            assert not thread.is_alive(), "a ticket was never confirmed"

    def _send_share(self, share: int) -> None:
        chance = random.Random(self.seed + share)
        headers = {"authorization": f"Bearer {self.key}"}
        with httpx.Client(headers=headers, timeout=10, verify=False) as http:
            for number in range(share, len(self.tickets), SENDERS):
                self._wait_until_allowed(number)
                # some senders never see the answer that they got, and send once more
                for _ in range(2 if chance.random() < 0.1 else 1):
                    self._send(http, self.tickets[number])

    def _wait_until_allowed(self, number: int) -> None:
        with self._lock:
            self._lock.wait_for(lambda: self._allowed > number, PATIENCE)

    def _send(self, http: httpx.Client, ticket: dict[str, Any]) -> None:
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline:
            self.attempts += 1
            try:
                response = http.post(self.address, json=ticket)
            except httpx.TransportError:
                time.sleep(0.05)
                continue
            if response.status_code in (200, 201):
                self.confirmed.setdefault(ticket["external_id"], set()).add(response.json()["id"])
                return
            self.unexpected.append(f"{response.status_code} {response.text[:300]}")
            time.sleep(0.2)
