"""Reads a chat completion off the wire, whole or as a stream of events, within limits on size and time.

Decides nothing about what was said. Whatever is no completion is a `ValueError`.
"""

import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from copilot.llm.port import Heard

MOST_BYTES = 4_000_000
EVENTS = "text/event-stream"


class BrokenOff(Exception):
    """A stream ended before the answer did."""


@dataclass(frozen=True, slots=True)
class Said:
    """What a model said, and the tokens that the server counted (None: it did not)."""

    text: str
    tokens_in: int | None
    tokens_out: int | None


def read(kind: str, pieces: Iterable[bytes], in_time: Callable[[], None], heard: Heard | None) -> Said:
    """The answer in a body of this content type. `in_time` is called for each piece and raises when it is too late.

    Raises `ValueError` for anything that is no completion, `BrokenOff` for a stream that stops too early.
    """
    if kind.partition(";")[0].strip().lower() == EVENTS:
        return _streamed(_events(_lines(_limited(pieces, in_time))), heard)
    said = _whole(json.loads(b"".join(_limited(pieces, in_time))))
    if heard is not None:
        heard(said.text)
    return said


def _limited(pieces: Iterable[bytes], in_time: Callable[[], None]) -> Iterator[bytes]:
    size = 0
    for piece in pieces:
        in_time()
        size += len(piece)
        if size > MOST_BYTES:
            raise ValueError("too long")
        yield piece


def _lines(pieces: Iterable[bytes]) -> Iterator[bytes]:
    rest = b""
    for piece in pieces:
        if b"\n" not in piece:
            rest += piece
            continue
        *lines, rest = (rest + piece).split(b"\n")
        yield from lines
    yield rest


def _events(lines: Iterable[bytes]) -> Iterator[dict[str, Any] | None]:
    """The events' documents; None is the mark of the end."""
    for line in lines:
        field, _, value = line.decode().strip().partition(":")
        if field != "data":
            continue
        if value.strip() == "[DONE]":
            yield None
            return
        yield _document(json.loads(value))


def _streamed(events: Iterable[dict[str, Any] | None], heard: Heard | None) -> Said:
    text, finished = "", False
    usage: tuple[int | None, int | None] = (None, None)
    for event in events:
        if event is None:
            finished = True
            break
        if "error" in event:
            raise BrokenOff
        choice = _choice(event)
        usage = _usage(event) if event.get("usage") else usage
        more = _content(choice.get("delta"))
        finished = finished or bool(choice.get("finish_reason"))
        text += more
        if more and heard is not None:
            heard(text)
    if not finished:
        raise BrokenOff
    return Said(text, *usage)


def _whole(document: Any) -> Said:
    answer = _document(document)
    if not isinstance(answer.get("choices"), list):
        raise ValueError("no choices")
    return Said(_content(_choice(answer).get("message")), *_usage(answer))


def _document(document: Any) -> dict[str, Any]:
    if not isinstance(document, dict):
        raise ValueError("no object")
    return document


def _choice(answer: dict[str, Any]) -> dict[str, Any]:
    choices = answer.get("choices") or []
    if not isinstance(choices, list):
        raise ValueError("choices are no list")
    return _document(choices[0]) if choices else {}


def _content(message: Any) -> str:
    content = message.get("content") if isinstance(message, dict) else None
    return content if isinstance(content, str) else ""


def _usage(answer: dict[str, Any]) -> tuple[int | None, int | None]:
    usage = answer.get("usage")
    found = usage if isinstance(usage, dict) else {}
    counts = (found.get("prompt_tokens"), found.get("completion_tokens"))
    return _count(counts[0]), _count(counts[1])


def _count(value: Any) -> int | None:
    return value if type(value) is int and 0 <= value < 1_000_000_000 else None
