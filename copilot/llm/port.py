"""What a language model is to the rest: one question, an answer read into a value, and what each request has used.

Refuses to know prompts and servers. A model gets no tools, and nothing that it says is sent anywhere by itself.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Generic, Protocol, TypeVar

from copilot.errors import Unavailable

Value = TypeVar("Value")
Heard = Callable[[str], None]
"""Told the whole raw text so far, each time that more of it has come."""
CHARACTERS_A_TOKEN = 4


@dataclass(frozen=True, slots=True)
class Ask(Generic[Value]):
    """A question. `read` turns the answer into a value and raises `ValueError` in words that the model is told.

    `prompt_version` is for the ledger; `urgent` asks go before others that wait (a person is watching).
    """

    purpose: str
    prompt_version: str
    system: str
    user: str
    schema: Mapping[str, Any]
    read: Callable[[str], Value]
    most_tokens: int = 300
    temperature: float = 0.0
    urgent: bool = False


@dataclass(frozen=True, slots=True)
class Call:
    """One request as the ledger keeps it.

    `outcome` is ok, malformed (answered, but not as asked), refused, busy, timeout or error. Tokens are the server's
    own count, or `estimated` from the length of the texts.
    """

    purpose: str
    model: str
    prompt_version: str
    tokens_in: int
    tokens_out: int
    estimated: bool
    ms: int
    outcome: str


@dataclass(frozen=True, slots=True)
class Answered(Generic[Value]):
    """The answer and the requests that it took."""

    value: Value
    calls: tuple[Call, ...]


class ModelFailed(Unavailable):
    """There is no answer; `calls` are the requests that were made all the same."""

    def __init__(self, message: str, calls: tuple[Call, ...] = ()) -> None:
        super().__init__(message)
        self.calls = calls


class LanguageModel(Protocol):
    """Answers questions; the prompt says how, `Ask.read` decides whether it did. `identity` is the name with whatever
    else tells this model from another of the same name, such as its server; it holds no secret."""

    name: str
    identity: str

    def ask(self, ask: Ask[Value], heard: Heard | None = None) -> Answered[Value]:
        """The answer; `heard` gets it as it is written. Raises `ModelFailed` within the deadline."""
        ...

    def check(self) -> None:
        """Raise `Unavailable` with a plain message when the model cannot be used."""
        ...

    def close(self) -> None:
        """Let go of threads and connections."""
        ...


def estimated_tokens(characters: int) -> int:
    """About how many tokens so many characters are."""
    return -(-characters // CHARACTERS_A_TOKEN)
