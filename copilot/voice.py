"""How the team sounds: its name, its tone in words, a signature for each language. A versioned document of the admin.

The tone is for the free way of drafting alone; name and signature end every draft, quoted ones too.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import Any

from copilot.courtesy import COURTESY, courtesy
from knowledge.languages import primary

LONGEST_NAME = 80
LONGEST_TONE = 1_000
LONGEST_SIGNATURE = 400
MOST_LINES = 8
LANGUAGES = tuple(COURTESY)


@dataclass(frozen=True, slots=True)
class Voice:
    """Empty where nothing is set: a signature is then the usual closing and the name."""

    name: str = ""
    tone: str = ""
    signatures: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))

    def named(self, name: str) -> "Voice":
        """The same voice, under this name unless it has one."""
        return replace(self, name=self.name or name)

    def signature(self, language: str) -> str:
        """The lines that end a draft in this language."""
        return self.signatures.get(primary(language)) or f"{courtesy(language).closing}\n{self.name}".strip()

    def to_dict(self) -> dict[str, Any]:
        """The document."""
        return {"name": self.name, "tone": self.tone, "signatures": dict(self.signatures)}


def parse_voice(document: Any) -> Voice:
    """The voice of a document. Raises `ValueError("field: problem")`."""
    if not isinstance(document, Mapping):
        raise ValueError("voice: must be an object")
    if unknown := sorted(set(map(str, document)) - {"name", "tone", "signatures"}):
        raise ValueError(f"{unknown[0][:60]}: unknown field")
    signatures = document.get("signatures", {})
    if not isinstance(signatures, Mapping):
        raise ValueError("signatures: must be an object of languages")
    for language in signatures:
        if language not in LANGUAGES:
            raise ValueError(f"signatures: unknown language {str(language)[:20]}, known are {', '.join(LANGUAGES)}")
    said = {name: _text(text, f"signatures.{name}", LONGEST_SIGNATURE, MOST_LINES) for name, text in signatures.items()}
    return Voice(
        name=_text(document.get("name", ""), "name", LONGEST_NAME, 1),
        tone=_text(document.get("tone", ""), "tone", LONGEST_TONE, 20),
        signatures=MappingProxyType({language: text for language, text in said.items() if text}),
    )


def _text(value: Any, path: str, longest: int, most_lines: int) -> str:
    """The text, lines trimmed. Raises `ValueError`."""
    if not isinstance(value, str):
        raise ValueError(f"{path}: must be a text")
    text = "\n".join(line.strip() for line in value.strip().splitlines())
    if len(text) > longest:
        raise ValueError(f"{path}: must not be longer than {longest} characters")
    if len(text.splitlines()) > most_lines:
        raise ValueError(f"{path}: must not have more than {most_lines} line{'s' if most_lines > 1 else ''}")
    if any(not character.isprintable() and character != "\n" for character in text):
        raise ValueError(f"{path}: holds characters that nobody sees")
    return text
