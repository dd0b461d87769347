"""The prompts: versioned files. Decides what is a prompt file; refuses to know what is asked with it."""

import hashlib
import re
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

FOLDER = Path(__file__).parent / "prompts"
FRONT = re.compile(r"---\nversion: ([a-z]+-[0-9]+)\n---\n")


@dataclass(frozen=True, slots=True)
class Prompt:
    """A prompt's text, its version by name, and a mark of its very words."""

    version: str
    text: str

    @property
    def mark(self) -> str:
        """Changes with every change of the text, also where somebody forgot to count the version up."""
        return f"{self.version}#{hashlib.sha256(self.text.encode()).hexdigest()[:8]}"


@lru_cache(maxsize=16)
def load(name: str) -> Prompt:
    """The prompt of this name."""
    return parse((FOLDER / f"{name}.md").read_text(encoding="utf-8"))


def parse(content: str) -> Prompt:
    """A prompt file's content. Raises `ValueError` without a version in its front matter, or without a text."""
    front = FRONT.match(content)
    if front is None:
        raise ValueError("a prompt begins with --- and its version, such as quote-1")
    text = content[front.end() :].strip()
    if not text:
        raise ValueError("a prompt needs a text")
    return Prompt(front[1], text)
