"""A model behind any server that speaks the OpenAI chat API; the home of that client.

A hard deadline counts everything: waiting for a free place, retries, one turn to mend an answer. Servers differ in what
they accept; what worked is remembered.
"""

import hashlib
import threading
from collections.abc import Callable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from concurrent.futures import TimeoutError as DeadlinePassed
from copy import copy
from time import monotonic
from typing import TYPE_CHECKING, Any

from copilot.errors import Unavailable
from copilot.llm import wire
from copilot.llm.exchange import Exchange, plain_error
from copilot.llm.habits import Habits
from copilot.llm.patience import CircuitBreaker, Slots
from copilot.llm.port import Answered, Ask, Heard, ModelFailed, Value
from copilot.llm.turns import converse

if TYPE_CHECKING:
    from openai import OpenAI

CONCURRENCY = 4
GRACE = 0.3
SLOWEST_CONNECT = 5.0


class OpenAIModel:
    """A model behind the OpenAI chat API. Not one of its failures lasts longer than `deadline` seconds."""

    def __init__(self, name: str, deadline: float, client: "OpenAI", concurrency: int = CONCURRENCY) -> None:
        self.name = name
        self.identity = f"{name}@{hashlib.sha256(str(client.base_url).encode()).hexdigest()[:8]}"
        self.deadline = deadline
        self.habits = Habits()
        self._client = client
        self._breaker = CircuitBreaker()
        self._slots = Slots(concurrency)
        self._threads = ThreadPoolExecutor(max_workers=concurrency, thread_name_prefix="llm")

    def ask(self, ask: Ask[Value], heard: Heard | None = None) -> Answered[Value]:
        """Ask in the strictest form that the server accepts; raises `ModelFailed` with a plain message."""
        self._breaker.refuse_if_open(self.name)
        until = monotonic() + self.deadline
        if not self._slots.take(self.deadline, urgent=ask.urgent):
            raise ModelFailed(f"{self.name} is busy: no place came free within {self.deadline:g} s.")
        over = threading.Event()
        exchange = Exchange(self.name, ask, until, self._complete, copy(self.habits), told_until(heard, over))
        try:
            future: Future[Value] = self._threads.submit(self._converse, ask, exchange)
        except RuntimeError:
            self._slots.give_back()
            raise ModelFailed(f"{self.name} is closed.") from None
        future.add_done_callback(lambda _: self._slots.give_back())
        try:
            return self._result(future, exchange, until)
        finally:
            over.set()

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

    def _converse(self, ask: Ask[Value], exchange: Exchange) -> Value:
        try:
            return converse(self.name, ask, exchange.complete, exchange.calls)
        finally:
            if any(call.outcome in ("ok", "malformed") for call in exchange.calls):
                self.habits = exchange.habits  # only what led to an answer is remembered, be it a bad one

    def _result(self, future: Future[Value], exchange: Exchange, until: float) -> Answered[Value]:
        try:
            # the thread notices the deadline itself, unless the server keeps it from looking
            value = future.result(timeout=max(0.0, until - monotonic()) + GRACE)
        except DeadlinePassed:
            future.cancel()
            self._breaker.record(ok=False)
            raise exchange.late() from None
        except Unavailable:
            self._breaker.record(ok=False)
            raise
        self._breaker.record(ok=True)
        return Answered(value, tuple(exchange.calls))

    def _complete(
        self, parameters: Mapping[str, Any], seconds: float, in_time: Callable[[], None], heard: Heard | None
    ) -> wire.Said:
        """One request; raises the client's errors, `ValueError` and `wire.BrokenOff`."""
        import httpx2

        timeout = httpx2.Timeout(seconds, connect=min(seconds, SLOWEST_CONNECT))
        # the parameters are plain data; the client's own types for them are unions of TypedDicts
        create: Any = self._client.chat.completions.with_streaming_response.create
        try:
            with create(model=self.name, timeout=timeout, **parameters) as response:
                return wire.read(response.headers.get("content-type", ""), response.iter_bytes(), in_time, heard)
        except httpx2.TimeoutException as error:
            raise TimeoutError from error
        except httpx2.HTTPError as error:
            raise wire.BrokenOff from error


def told_until(heard: Heard | None, over: threading.Event) -> Heard | None:
    """The same listener, which hears nothing any more once it is over."""
    if heard is None:
        return None

    def tell(text: str) -> None:
        if not over.is_set():
            heard(text)

    return tell


def connect(
    name: str, deadline: float, api_key: str | None, base_url: str | None, concurrency: int = CONCURRENCY
) -> OpenAIModel:
    """A model by name; without a base URL the client's own default address is used."""
    from openai import OpenAI

    client = OpenAI(api_key=api_key or "none", base_url=base_url, timeout=deadline, max_retries=0)
    return OpenAIModel(name, deadline, client, concurrency)
