"""A real webhook receiver on loopback that remembers every POST, and is sometimes slow to answer."""

import json
import random
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, ClassVar


@dataclass(slots=True)
class Received:
    """How often each `webhook-id` arrived, and with which bodies."""

    url: str = ""
    counts: Counter[str] = field(default_factory=Counter)
    bodies: dict[str, set[str]] = field(default_factory=dict)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def note(self, webhook_id: str, body: str) -> None:
        """Remember one POST."""
        with self.lock:
            self.counts[webhook_id] += 1
            self.bodies.setdefault(webhook_id, set()).add(body)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    received: ClassVar[Received]
    slowness: ClassVar[random.Random]

    def do_POST(self) -> None:
        raw = self.rfile.read(int(self.headers.get("content-length") or 0))
        # a sender killed in the middle of its request never sent it
        data: dict[str, Any] = json.loads(raw)["data"]
        self.received.note(self.headers["webhook-id"], data["body"])
        time.sleep(self.slowness.uniform(0, 0.06))
        self.send_response(204)
        self.send_header("content-length", "0")
        self.end_headers()

    def log_message(self, format: str, *arguments: Any) -> None:  # the base class's name
        """Say nothing."""


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A sender that died is what this is about."""


@contextmanager
def receiving(seed: int) -> Iterator[Received]:
    """Listen until the block ends."""
    received = Received()
    handler = type("Handler", (_Handler,), {"received": received, "slowness": random.Random(seed)})
    with _Server(("127.0.0.1", 0), handler) as server:
        received.url = f"http://127.0.0.1:{server.server_port}/replies"
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
        thread.start()
        try:
            yield received
        finally:
            server.shutdown()
            thread.join()
