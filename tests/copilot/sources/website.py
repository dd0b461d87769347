"""A website on loopback that does what it is told: pages, statuses, redirects, headers."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class Website:
    """`pages` by path: bytes, or (status, headers, bytes). `asked` are the paths and headers that came in, in order."""

    def __init__(self, port: int) -> None:
        self.address = f"http://127.0.0.1:{port}"
        self.pages: dict[str, bytes | tuple[int, dict[str, str], bytes]] = {}
        self.asked: list[tuple[str, dict[str, str]]] = []

    def page(self, path: str, title: str, text: str, etag: str | None = None) -> None:
        """A page with a menu around its own words."""
        html = f"<html lang=en><title>{title} | Shop</title><nav>Menu</nav><main><h1>{title}</h1><p>{text}</main>"
        self.pages[path] = (200, {"content-type": "text/html", **({"etag": etag} if etag else {})}, html.encode())

    def sitemap(self, *paths: str, at: str = "/sitemap.xml") -> None:
        """A sitemap that lists these."""
        urls = "".join(f"<url><loc>{self.address}{path}</loc></url>" for path in paths)
        self.pages[at] = f"<?xml version='1.0'?><urlset>{urls}</urlset>".encode()

    def paths(self) -> list[str]:
        """What was asked for."""
        return [path for path, _ in self.asked]


def _handler(site: list[Website]) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            headers = {name.lower(): value for name, value in self.headers.items()}
            site[0].asked.append((self.path, headers))
            found = site[0].pages.get(self.path, (404, {}, b"not here"))
            status, more, body = found if isinstance(found, tuple) else (200, {}, found)
            if more.get("etag") and headers.get("if-none-match") == more["etag"]:
                status, body = 304, b""
            self.send_response(status)
            for name, value in {**more, "content-length": str(len(body))}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:
            """Silence."""

    return Handler


@contextmanager
def website() -> Iterator[Website]:
    """One that runs until the block ends."""
    site: list[Website] = []
    server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(site))
    server.daemon_threads = True
    site.append(Website(server.server_address[1]))
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield site[0]
    finally:
        server.shutdown()
        server.server_close()
        thread.join(5)
