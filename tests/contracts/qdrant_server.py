"""A stand-in for a Qdrant server: the few calls of its HTTP interface that the index makes, answered from memory."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import unquote, urlparse

Points = dict[str, dict[str, Any]]
DONE = {"operation_id": 0, "status": "completed"}


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    collections: dict[str, Points]
    indexes: set[tuple[str, str]]
    api_key: str | None

    def do_GET(self) -> None:
        self._answer()

    do_PUT = do_POST = do_DELETE = do_GET

    def _answer(self) -> None:
        length = int(self.headers.get("content-length") or 0)
        body = json.loads(self.rfile.read(length)) if length else {}
        if self.api_key is not None and self.headers.get("api-key") != self.api_key:
            self._send(401, {"status": {"error": "Invalid API key"}})
            return
        parts = [unquote(part) for part in urlparse(self.path).path.strip("/").split("/")]
        result = self._result(" ".join([self.command, *parts[2:]]), parts[1] if len(parts) > 1 else "", body)
        found = result is not None
        status: Any = "ok" if found else {"error": f"Not found: {self.path}"}
        self._send(200 if found else 404, {"result": result, "status": status, "time": 0.0})

    def _send(self, code: int, answer: dict[str, Any]) -> None:
        content = json.dumps(answer).encode()
        self.send_response(code)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def _result(self, call: str, name: str, body: dict[str, Any]) -> Any:
        if call == "GET":
            return {"collections": [{"name": key} for key in self.collections]}
        if call == "GET exists":
            return {"exists": name in self.collections}
        if call == "PUT":
            return self.collections.setdefault(name, {}) == {}
        if call == "DELETE":
            return self.collections.pop(name, None) is not None
        points = self.collections.get(name)
        if call == "PUT index" and points is not None:
            self.indexes.add((name, body["field_name"]))
        return None if points is None else _on_points(call, points, body)

    def log_message(self, format: str, *arguments: Any) -> None:  # the base class's name
        """Say nothing."""


def _on_points(call: str, points: Points, body: dict[str, Any]) -> Any:
    if call == "PUT points":
        points.update({point["id"]: point for point in body["points"]})
    elif call == "POST points delete":
        (condition,) = body["filter"]["must"]
        gone = [key for key, point in points.items() if point["payload"][condition["key"]] in condition["match"]["any"]]
        for key in gone:
            del points[key]
    elif call == "POST points count":
        return {"count": len(points)}
    elif call == "POST points scroll":
        keys = sorted(points)
        first = keys.index(body["offset"]) if body.get("offset") else 0
        after = first + body["limit"]
        shown = [{"id": key, "payload": points[key]["payload"]} for key in keys[first:after]]
        return {"points": shown, "next_page_offset": keys[after] if after < len(keys) else None}
    elif call == "POST points query":
        return {"points": sorted(map(_scored(body["query"]["nearest"]), points.values()), key=_score)[: body["limit"]]}
    return DONE


def _scored(query: list[float]) -> Any:
    def scored(point: dict[str, Any]) -> dict[str, Any]:
        score = sum(left * right for left, right in zip(query, point["vector"], strict=True))
        return {"id": point["id"], "version": 0, "score": score, "payload": point["payload"]}

    return scored


def _score(point: dict[str, Any]) -> float:
    return -float(point["score"])


@contextmanager
def running(api_key: str | None = None, indexes: set[tuple[str, str]] | None = None) -> Iterator[str]:
    """Serve on a free loopback port; give the address. With a key nobody is answered without it; `indexes` gets the
    collections and fields that payload indexes are made of."""
    made = indexes if indexes is not None else set()
    handler = type("Handler", (_Handler,), {"collections": {}, "indexes": made, "api_key": api_key})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
