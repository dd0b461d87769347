"""A stand-in for an OpenAI-compatible server on loopback: answers each request as scripted and keeps what was asked."""

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

Answer = Callable[["Handler", dict[str, Any]], None]


@dataclass
class Script:
    """What to answer, in turn, the last for ever; what was asked; an event that ends every slow answer."""

    answers: list[Answer]
    url: str = ""
    requests: list[dict[str, Any]] = field(default_factory=list)
    over: threading.Event = field(default_factory=threading.Event)


class Handler(BaseHTTPRequestHandler):
    """One request."""

    script: Script

    def do_GET(self) -> None:
        """The list of models."""
        self.send_json(200, {"object": "list", "data": []})

    def do_POST(self) -> None:
        """A chat completion."""
        body = json.loads(self.rfile.read(int(self.headers["content-length"])))
        place = len(self.script.requests)
        self.script.requests.append(body)
        self.script.answers[min(place, len(self.script.answers) - 1)](self, body)

    def send_json(self, status: int, document: Any, headers: dict[str, str] | None = None) -> None:
        """A whole answer at once."""
        self.send_raw(status, json.dumps(document).encode(), headers=headers)

    def send_events(self, events: list[Any]) -> None:
        """A stream of these documents, or plain words, an event each."""
        told = (event if isinstance(event, str) else json.dumps(event) for event in events)
        self.send_raw(200, "".join(f": alive\n\ndata: {data}\n\n" for data in told).encode(), "text/event-stream")

    def send_raw(
        self, status: int, content: bytes, kind: str = "application/json", headers: dict[str, str] | None = None
    ) -> None:
        """Bytes at once."""
        self.send_response(status)
        for name, value in (headers or {}).items():
            self.send_header(name, value)
        self.send_header("content-type", kind)
        self.send_header("content-length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, format: str, *arguments: Any) -> None:
        """Say nothing."""


def embedding(encode: Callable[[list[str]], Any]) -> Answer:
    """An answer with these vectors, in reverse order, as the API allows."""

    def answer(handler: Handler, body: dict[str, Any]) -> None:
        rows = [
            {"object": "embedding", "index": index, "embedding": [float(value) * 3 for value in vector]}
            for index, vector in enumerate(encode(body["input"]))
        ]
        handler.send_json(200, {"object": "list", "data": rows[::-1], "model": "m", "usage": None})

    return answer


def saying(content: str | None, usage: dict[str, int] | None = None) -> Answer:
    """An answer with this text: as a stream of pieces where one is asked for, else whole."""

    def answer(handler: Handler, body: dict[str, Any]) -> None:
        if body.get("stream"):
            handler.send_events(
                [*pieces(content or ""), *([{"choices": [], "usage": usage}] if usage else []), "[DONE]"]
            )
        else:
            choices = [{"index": 0, "finish_reason": "stop", "message": message(content)}]
            handler.send_json(200, completion(choices) | ({"usage": usage} if usage else {}))

    return answer


def pieces(content: str, size: int = 5) -> list[Any]:
    """The events of a stream that says this, the last with its reason to end."""
    said = [{"delta": {"content": content[at : at + size]}} for at in range(0, len(content), size)]
    return [{"choices": [choice]} for choice in [*said, {"delta": {}, "finish_reason": "stop"}]]


def breaking_off(content: str) -> Answer:
    """A stream that says this and then ends without having finished."""
    return lambda handler, _: handler.send_events(pieces(content)[:-1])


def obeying(reply: Callable[[str], str]) -> Answer:
    """A model that does what stands in the request: `reply` makes its answer of the customer's part."""
    return lambda handler, body: saying(reply(body["messages"][1]["content"]))(handler, body)


def slow(answer: Answer, seconds: float) -> Answer:
    """The same after a while."""

    def wait(handler: Handler, body: dict[str, Any]) -> None:
        handler.script.over.wait(seconds)
        answer(handler, body)

    return wait


def busy(retry_after: str | None = None) -> Answer:
    """429, with the time to wait if given."""
    headers = {"retry-after": retry_after} if retry_after else {}
    return lambda handler, _: handler.send_json(429, {"error": {"message": "slow down"}}, headers)


def refusing(parameter: str, then: Answer) -> Answer:
    """400 naming a parameter as long as it is sent."""

    def answer(handler: Handler, body: dict[str, Any]) -> None:
        if parameter in body:
            error = {"message": f"{parameter} is not supported", "param": parameter, "type": "invalid_request_error"}
            handler.send_json(400, {"error": error})
        else:
            then(handler, body)

    return answer


def no_choices(handler: Handler, _: dict[str, Any]) -> None:
    """An answer without choices."""
    handler.send_json(200, completion([]))


def failing(status: int) -> Answer:
    """An error answer."""
    return lambda handler, _: handler.send_json(status, {"error": {"message": "no", "type": "x"}})


def raw(content: bytes, kind: str = "application/json") -> Answer:
    """These bytes with status 200."""
    return lambda handler, _: handler.send_raw(200, content, kind)


def only_json_object(status: int, *, with_schema: bool = True) -> Answer:
    """A server that refuses `json_schema` with this status, as some do, and a schema in any form if so told."""

    def answer(handler: Handler, body: dict[str, Any]) -> None:
        form = body["response_format"]
        if form["type"] == "json_schema" or ("schema" in form and not with_schema):
            failing(status)(handler, body)
        else:
            saying('{"sentences": [2]}')(handler, body)

    return answer


def silent(handler: Handler, _: dict[str, Any]) -> None:
    """No answer until the test is over."""
    handler.script.over.wait(20)
    handler.close_connection = True


def dripping(handler: Handler, _: dict[str, Any]) -> None:
    """One byte now and then, for ever: no single read times out."""
    handler.send_response(200)
    handler.send_header("content-type", "application/json")
    handler.send_header("content-length", "100000")
    handler.end_headers()
    while not handler.script.over.wait(0.05):
        try:
            handler.wfile.write(b" ")
        except OSError:
            return


def message(content: str | None) -> dict[str, Any]:
    """The message of a choice."""
    return {"role": "assistant", "content": content}


def completion(choices: list[dict[str, Any]]) -> dict[str, Any]:
    """A completion as the API shapes it."""
    return {"id": "c", "object": "chat.completion", "created": 0, "model": "m", "choices": choices}


@contextmanager
def running(*answers: Answer) -> Iterator[Script]:
    """Serve on a free loopback port."""
    script = Script(list(answers))
    server = ThreadingHTTPServer(("127.0.0.1", 0), type("Scripted", (Handler,), {"script": script}))
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    script.url = f"http://127.0.0.1:{server.server_port}/v1"
    try:
        yield script
    finally:
        script.over.set()
        server.shutdown()
        server.server_close()
        thread.join()
