"""One ask on its way: requests, retries within the budget, and the record of each for the ledger."""

from collections.abc import Callable, Mapping
from time import monotonic, sleep
from typing import Any

from copilot.llm.habits import Habits
from copilot.llm.port import Ask, Call, Heard, ModelFailed, estimated_tokens
from copilot.llm.turns import Messages
from copilot.llm.wire import BrokenOff, Said

RETRIES = 2
SHORT_PAUSE = 0.2
BUSY_PAUSE = 1.0
NO_COMPLETION = "answered with something that is not a completion"


Send = Callable[[Mapping[str, Any], float, Callable[[], None], Heard | None], Said]
"""(parameters, seconds left, a check that raises when time is up, listener)."""


class Exchange:
    """The requests of one ask. `calls` grows with each."""

    def __init__(self, name: str, ask: Ask[Any], until: float, send: Send, habits: Habits, heard: Heard | None) -> None:
        self.name, self.ask, self.until = name, ask, until
        self.calls: list[Call] = []
        self.habits, self._send, self._heard = habits, send, heard
        self._retries = RETRIES
        self._failed_before = False

    def complete(self, messages: Messages) -> str:
        """The model's text. Raises `ModelFailed`."""
        while True:
            self.in_time()
            asked = self.habits.request(self.ask, messages, self._heard is not None)
            began = monotonic()
            try:
                said = self._send(asked, self.until - began, self.in_time, self._heard)
            except ModelFailed:
                self._keep(messages, None, began, "timeout")
                raise self.late() from None
            except Exception as error:
                self._after(error, messages, asked, began)
            else:
                self._keep(messages, said, began, "ok")
                return said.text

    def in_time(self) -> None:
        """Raise `ModelFailed` when the deadline has passed."""
        if monotonic() >= self.until:
            raise self.late()

    def late(self) -> ModelFailed:
        """The deadline has passed."""
        return self._failed("did not answer within the deadline")

    def _after(self, error: Exception, messages: Messages, asked: Mapping[str, Any], began: float) -> None:
        """Return when the request may be made again, else raise `ModelFailed`."""
        import openai

        match error:
            case openai.BadRequestError() | openai.UnprocessableEntityError():
                self._keep(messages, None, began, "refused")
                if not self.habits.adapt(named(error), asked):
                    raise self._failed("refused the request") from error
            case openai.RateLimitError():
                self._keep(messages, None, began, "busy")
                self._pause(retry_after(error), "is busy (status 429)", error)
            case openai.APITimeoutError() | TimeoutError():
                self._keep(messages, None, began, "timeout")
                raise self.late() from error
            case openai.InternalServerError() | openai.APIConnectionError() | BrokenOff():
                self._keep(messages, None, began, "error")
                self._once_more(error, asked)
            case openai.OpenAIError():
                self._keep(messages, None, began, "error")
                raise self._failed(f"failed: {plain_error(error)}") from error
            case ValueError() | TypeError() | LookupError() | AttributeError() | RecursionError():
                # a server that answers 200 need not send a completion
                self._keep(messages, None, began, "error")
                raise self._failed(NO_COMPLETION) from error
            case _:
                raise error

    def _once_more(self, error: Exception, asked: Mapping[str, Any]) -> None:
        import openai

        told = "broke off" if isinstance(error, BrokenOff) else f"failed: {plain_error(error)}"
        if self._failed_before:
            raise self._failed(told) from error
        self._failed_before = True
        if isinstance(error, openai.InternalServerError) and "response_format" in asked:
            self.habits.adapt(None, asked)  # some servers fall over a schema instead of refusing it
        self._pause(SHORT_PAUSE, told, error)

    def _pause(self, seconds: float, told: str, error: Exception) -> None:
        self._retries -= 1
        if self._retries < 0 or monotonic() + seconds >= self.until:
            raise self._failed(told) from error
        sleep(seconds)

    def _keep(self, messages: Messages, said: Said | None, began: float, outcome: str) -> None:
        """Add the request to the ledger; a request that failed used what it sent, as far as anybody knows."""
        counted_in, counted_out = (said.tokens_in, said.tokens_out) if said else (None, None)
        guess_in = estimated_tokens(sum(len(message["content"]) for message in messages))
        guess_out = estimated_tokens(len(said.text)) if said else 0
        self.calls.append(
            Call(
                purpose=self.ask.purpose,
                model=self.name,
                prompt_version=self.ask.prompt_version,
                tokens_in=guess_in if counted_in is None else counted_in,
                tokens_out=guess_out if counted_out is None else counted_out,
                estimated=counted_in is None or counted_out is None,
                ms=round((monotonic() - began) * 1000),
                outcome=outcome,
            )
        )

    def _failed(self, told: str) -> ModelFailed:
        return ModelFailed(f"{self.name} {told}.", tuple(self.calls))


def named(error: Exception) -> str | None:
    """The parameter that a refusal names."""
    found = getattr(error, "param", None)
    return found if isinstance(found, str) else None


def retry_after(error: Exception) -> float:
    """Seconds that the server asks to be left alone; a second when it does not say so in a number."""
    response = getattr(error, "response", None)
    try:
        seconds = float(response.headers.get("retry-after", "")) if response is not None else BUSY_PAUSE
    except ValueError:
        return BUSY_PAUSE
    return seconds if 0 <= seconds < 86_400 else 86_400.0


def plain_error(error: Exception) -> str:
    """One short line without addresses or keys."""
    status = getattr(error, "status_code", None)
    return f"status {status}" if status else type(error).__name__
