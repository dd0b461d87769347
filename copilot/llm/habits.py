"""What a server has been found to accept. Servers that speak the same API differ in it; each refusal asks for less."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from copilot.llm.port import Ask
from copilot.llm.turns import Messages


@dataclass(slots=True)
class Habits:
    """The form of structured answers (0 is the strictest), whether it streams, and parameters that it refused."""

    form: int = 0
    streams: bool = True
    refused: frozenset[str] = frozenset()

    def request(self, ask: Ask[Any], messages: Messages, streamed: bool) -> dict[str, Any]:
        """The request's parameters in the form that is accepted."""
        limit = "max_completion_tokens" if "max_tokens" in self.refused else "max_tokens"
        wanted: dict[str, Any] = {"messages": messages, limit: ask.most_tokens}
        if "temperature" not in self.refused:
            wanted["temperature"] = ask.temperature
        if (wish := self._response_format(ask)) is not None:
            wanted["response_format"] = wish
        if streamed and self.streams:
            wanted |= {"stream": True, "stream_options": {"include_usage": True}}
        return wanted

    def _response_format(self, ask: Ask[Any]) -> dict[str, Any] | None:
        """The form in use. The second is no part of the API, but some servers that fall over `json_schema`, such as
        llama-cpp-python, hold a model to a schema by it."""
        schema = dict(ask.schema)
        forms: tuple[dict[str, Any] | None, ...] = (
            {"type": "json_schema", "json_schema": {"name": ask.purpose, "strict": True, "schema": schema}},
            {"type": "json_object", "schema": schema},
            {"type": "json_object"},
            None,
        )
        return forms[self.form]

    def adapt(self, named: str | None, asked: Mapping[str, Any]) -> bool:
        """After a refusal: ask for less. False when nothing is left to do without."""
        if named in ("temperature", "max_tokens") and named in asked:
            self.refused |= {named}
        elif named in ("stream", "stream_options") and "stream" in asked:
            self.streams = False
        elif "response_format" in asked:
            self.form += 1
        elif "stream" in asked:
            self.streams = False
        else:
            return False
        return True
