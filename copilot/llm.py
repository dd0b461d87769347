"""Talks to any OpenAI-compatible server: one question, a hard deadline, an answer checked against its form.

The model only picks numbered sentences. It gets no tools, and what it returns is never text for a customer.
"""

import json
import re
import threading
from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from concurrent.futures import TimeoutError as DeadlinePassed
from dataclasses import dataclass
from pathlib import Path
from time import monotonic
from typing import TYPE_CHECKING, Any, Protocol

from copilot.errors import Unavailable
from knowledge.retrieval import Match

if TYPE_CHECKING:
    from openai import OpenAI

PROMPT = Path(__file__).parent / "prompts" / "quote.md"
LONGEST_MESSAGE = 6_000
MOST_SENTENCES = 12
FAILURES_TO_OPEN = 3
SECONDS_OPEN = 30.0
SCHEMA = {
    "type": "object",
    "properties": {"sentences": {"type": "array", "items": {"type": "integer"}}},
    "required": ["sentences"],
    "additionalProperties": False,
}
FORMATS: tuple[dict[str, Any], ...] = (
    {"type": "json_schema", "json_schema": {"name": "quote", "strict": True, "schema": SCHEMA}},
    {"type": "json_object"},
)
OBJECT = re.compile(r"\{[^{}]*\}")

Numbered = Sequence[tuple[int, str, str]]
"""(number, title of the article, sentence)."""


class LanguageModel(Protocol):
    """Chooses which sentences answer a message."""

    name: str

    def choose(self, message: str, sentences: Numbered) -> list[int]:
        """Numbers in reading order, empty when nothing answers; raises `Unavailable` within the deadline."""
        ...

    def check(self) -> None:
        """Raise `Unavailable` with a plain message when the model cannot be used."""
        ...

    def close(self) -> None:
        """Let go of threads and connections."""
        ...


@dataclass(frozen=True, slots=True)
class Quotable:
    """A numbered sentence of a passage that may be quoted; `span` is its place in the passage's text."""

    number: int
    match: Match
    span: tuple[int, int]

    @property
    def text(self) -> str:
        """The sentence."""
        return self.match.passage.text[slice(*self.span)]


class CircuitBreaker:
    """After some failures in a row, refuses for a while instead of making everybody wait for the deadline."""

    def __init__(self) -> None:
        self._failures = 0
        self._open_until = 0.0
        self._lock = threading.Lock()

    def refuse_if_open(self, name: str) -> None:
        """Raise `Unavailable` while open."""
        if monotonic() < self._open_until:
            raise Unavailable(f"{name} failed {FAILURES_TO_OPEN} times in a row; it is left alone for a while.")

    def record(self, *, ok: bool) -> None:
        """Count an outcome; the last of too many failures opens the breaker."""
        with self._lock:
            self._failures = 0 if ok else self._failures + 1
            if self._failures >= FAILURES_TO_OPEN:
                self._failures, self._open_until = 0, monotonic() + SECONDS_OPEN


class OpenAIModel:
    """A model behind the OpenAI chat API. Not one of its failures lasts longer than `deadline` seconds."""

    def __init__(self, name: str, deadline: float, client: "OpenAI") -> None:
        self.name = name
        self.deadline = deadline
        self._client = client
        self._breaker = CircuitBreaker()
        self._threads = ThreadPoolExecutor(max_workers=8, thread_name_prefix="llm")
        self._system = PROMPT.read_text(encoding="utf-8")

    def choose(self, message: str, sentences: Numbered) -> list[int]:
        """Ask once, in the strictest form that the server accepts; raises `Unavailable` with a plain message."""
        self._breaker.refuse_if_open(self.name)
        future: Future[list[int]] = self._threads.submit(self._ask, user_prompt(message, sentences))
        try:
            chosen = future.result(timeout=self.deadline)
        except DeadlinePassed:
            future.cancel()
            self._breaker.record(ok=False)
            raise Unavailable(f"{self.name} did not answer within {self.deadline:g} s.") from None
        except Unavailable:
            self._breaker.record(ok=False)
            raise
        self._breaker.record(ok=True)
        return checked_choice(self.name, chosen, sentences)

    def check(self) -> None:
        """Ask the server for its models; raises `Unavailable` when it does not answer."""
        import openai

        try:
            self._client.with_options(timeout=min(5.0, self.deadline), max_retries=0).models.list()
        except openai.OpenAIError as error:
            raise Unavailable(f"{self.name} cannot be reached: {plain_error(error)}") from error

    def close(self) -> None:
        """Stop waiting for answers nobody needs any more."""
        self._threads.shutdown(wait=False, cancel_futures=True)

    def _ask(self, prompt: str) -> list[int]:
        import openai

        for wanted in FORMATS:
            try:
                return parse(self.name, self._complete(prompt, wanted))
            except openai.BadRequestError:
                continue  # a server that does not know this response format says so with 400
            except openai.OpenAIError as error:
                raise Unavailable(f"{self.name} failed: {plain_error(error)}") from error
            except (ValueError, TypeError, LookupError, AttributeError) as error:
                # the client trusts that a server which answers 200 sends a completion
                raise Unavailable(f"{self.name} answered with something that is not a completion.") from error
        raise Unavailable(f"{self.name} refused the request.")

    def _complete(self, prompt: str, wanted: dict[str, Any]) -> str:
        # the formats above are plain data; the client's own types for them are a union of TypedDicts
        create: Any = self._client.chat.completions.create
        answer = create(
            model=self.name,
            messages=[{"role": "system", "content": self._system}, {"role": "user", "content": prompt}],
            response_format=wanted,
            temperature=0,
            max_tokens=300,
        )
        choices = getattr(answer, "choices", None) or []
        content = getattr(getattr(choices[0], "message", None), "content", None) if choices else None
        return content if isinstance(content, str) else ""


def connect(name: str, deadline: float, api_key: str | None, base_url: str | None) -> OpenAIModel:
    """A model by name; without a base URL the client's own default address is used."""
    from openai import OpenAI

    client = OpenAI(api_key=api_key or "none", base_url=base_url, timeout=deadline, max_retries=0)
    return OpenAIModel(name, deadline, client)


def user_prompt(message: str, sentences: Numbered) -> str:
    """The customer's text, fenced so that it cannot close its own fence, and the numbered sentences."""
    fenced = re.sub(r"</?\s*message\s*>", " ", message[:LONGEST_MESSAGE], flags=re.IGNORECASE)
    lines = [f"{number}. [{title}] {' '.join(sentence.split())}" for number, title, sentence in sentences]
    return f"<message>\n{fenced}\n</message>\n\nSentences:\n" + "\n".join(lines)


def parse(name: str, answer: str) -> list[int]:
    """The numbers in the model's answer; tolerates text around the JSON, nothing else."""
    for candidate in (answer, *OBJECT.findall(answer[:20_000])):
        try:
            found = json.loads(candidate)
        except (ValueError, RecursionError):
            continue
        numbers = found.get("sentences") if isinstance(found, dict) else None
        if isinstance(numbers, list) and all(type(number) is int for number in numbers):
            return numbers
    raise Unavailable(f"{name} answered with something that is not the JSON asked for.")


def checked_choice(name: str, chosen: Sequence[int], sentences: Numbered) -> list[int]:
    """The choice without repetitions, cut at the most that a reply may quote; raises `Unavailable` for a sentence that
    was not offered."""
    if not set(chosen) <= {number for number, _, _ in sentences}:
        raise Unavailable(f"{name} chose a sentence that was not offered.")
    return list(dict.fromkeys(chosen))[:MOST_SENTENCES]


def plain_error(error: Exception) -> str:
    """One short line without addresses or keys."""
    status = getattr(error, "status_code", None)
    return f"status {status}" if status else type(error).__name__
