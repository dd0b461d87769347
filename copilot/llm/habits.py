"""What a server has been found to accept. Servers that speak the same API differ in it; each refusal asks for less."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from copilot.llm.port import Ask
from copilot.llm.turns import Messages

FORMS = ("json_schema", "json_object", "text")


@dataclass(slots=True)
class Habits:
    """The form of structured answers (its place in `FORMS`), whether it streams, and parameters that it refused."""

    form: int = 0
    streams: bool = True
    refused: frozenset[str] = frozenset()

    def request(self, ask: Ask[Any], messages: Messages, streamed: bool) -> dict[str, Any]:
        """The request's parameters in the form that is accepted."""
        limit = "max_completion_tokens" if "max_tokens" in self.refused else "max_tokens"
        wanted: dict[str, Any] = {"messages": messages, limit: ask.most_tokens}
        if "temperature" not in self.refused:
            wanted["temperature"] = ask.temperature
        if FORMS[self.form] == "json_schema":
            schema = {"name": ask.purpose, "strict": True, "schema": dict(ask.schema)}
            wanted["response_format"] = {"type": "json_schema", "json_schema": schema}
        elif FORMS[self.form] == "json_object":
            wanted["response_format"] = {"type": "json_object"}
        if streamed and self.streams:
            wanted |= {"stream": True, "stream_options": {"include_usage": True}}
        return wanted

    def adapt(self, named: str | None, asked: Mapping[str, Any]) -> bool:
        """After a refusal: ask for less. False when nothing is left to do without."""
        if named in ("temperature", "max_tokens") and named in asked:
            self.refused |= {named}
        elif named in ("stream", "stream_options") and "stream" in asked:
            self.streams = False
        elif "response_format" in asked:
            self.form = FORMS.index(asked["response_format"]["type"]) + 1
        elif "stream" in asked:
            self.streams = False
        else:
            return False
        return True
