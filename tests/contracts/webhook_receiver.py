"""A receiver of webhooks on loopback: answers as told and keeps every delivery with its headers."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

SILENCE = 0


@dataclass
class Receiver:
    """`statuses` in turn, the last for ever; `SILENCE` never answers. `deliveries` are (path, headers, body)."""

    statuses: list[int] = field(default_factory=lambda: [204])
    url: str = ""
    deliveries: list[tuple[str, dict[str, str], bytes]] = field(default_factory=list)
    over: threading.Event = field(default_factory=threading.Event)


class _Handler(BaseHTTPRequestHandler):
    receiver: Receiver

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["content-length"]))
        headers = {name.lower(): value for name, value in self.headers.items()}
        place = len(self.receiver.deliveries)
        self.receiver.deliveries.append((self.path, headers, body))
        status = self.receiver.statuses[min(place, len(self.receiver.statuses) - 1)]
        if status == SILENCE:
            self.receiver.over.wait(20)
            self.close_connection = True
            return
        self.send_response(status)
        if 300 <= status < 400:
            self.send_header("location", f"{self.receiver.url}/elsewhere")
        self.send_header("content-length", "0")
        self.end_headers()

    def log_message(self, format: str, *arguments: object) -> None:
        """Say nothing."""


@contextmanager
def running(*statuses: int) -> Iterator[Receiver]:
    """Serve on a free loopback port."""
    receiver = Receiver(list(statuses) or [204])
    server = ThreadingHTTPServer(("127.0.0.1", 0), type("Handler", (_Handler,), {"receiver": receiver}))
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    receiver.url = f"http://127.0.0.1:{server.server_port}/hook"
    try:
        yield receiver
    finally:
        receiver.over.set()
        server.shutdown()
        server.server_close()
        thread.join()
