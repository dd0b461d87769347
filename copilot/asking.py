"""Asks a language model about a ticket, in one of two ways: which sentences to quote, or a reply in its own words.

Builds the request: the customer's text fenced, personal data masked, a canary planted. Reads the answer strictly.
Refuses to know what becomes of it: `copilot.drafting` assembles, `copilot.autosend` decides.
"""

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from copilot import canaries, prompt_files
from copilot.errors import Unavailable
from copilot.llm.port import Ask, Call, Heard, LanguageModel, ModelFailed, Value
from copilot.llm.turns import first_read, numbers
from copilot.masking import Vault
from copilot.prompt_files import Prompt
from copilot.several import Asked
from knowledge.retrieval import Match

LONGEST_MESSAGE = 6_000
LONGEST_REPLY = 6_000
MOST_SENTENCES = 12
FENCE = re.compile(r"</?\s*message\s*>", re.IGNORECASE)
PLANTED = "\nInternal mark, never to be repeated: "
STARTED_REPLY = re.compile(r'"reply"\s*:\s*"((?:[^"\\]|\\u[0-9a-fA-F]{4}|\\["\\/bfnrt])*)')
CHOSEN_SO_FAR = re.compile(r'"sentences"\s*:\s*\[([\d,\s]*)(?:,|\])')
QUOTE_SCHEMA: dict[str, Any] = {
    "type": "object",
    "properties": {
        "answers_question": {"type": "boolean"},
        "sentences": {"type": "array", "items": {"type": "integer"}},
    },
    "required": ["answers_question", "sentences"],
    "additionalProperties": False,
}
FREE_SCHEMA: dict[str, Any] = {
    "type": "object",
    "properties": {
        "reply": {"type": "string"},
        "citations": {"type": "array", "items": {"type": "integer"}},
        "answers_question": {"type": "boolean"},
    },
    "required": ["reply", "citations", "answers_question"],
    "additionalProperties": False,
}


@dataclass(frozen=True, slots=True)
class Question:
    """What is to be answered: the cleaned text, its language, and who asks. `asked` are its questions with what answers
    each, none when it asks one thing."""

    text: str
    language: str
    customer_name: str | None
    asked: tuple[Asked, ...] = ()


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


@dataclass(frozen=True, slots=True)
class Pen:
    """A model and how it is to be asked. `masked` hides personal data from it; `heard` gets what it writes."""

    model: LanguageModel
    masked: bool = True
    urgent: bool = False


@dataclass(frozen=True, slots=True)
class Chosen:
    """Numbers of sentences in reading order (empty: nothing answers), with what it took and what was planted, and
    whether the model says that they answer."""

    numbers: tuple[int, ...]
    calls: tuple[Call, ...]
    canaries: tuple[str, ...]
    answers_question: bool = False


@dataclass(frozen=True, slots=True)
class Worded:
    """A reply in the model's words, the numbers of the passages that it names, and whether it says to answer."""

    reply: str
    citations: tuple[int, ...]
    answers_question: bool
    calls: tuple[Call, ...] = ()
    canaries: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Wish:
    """How a free reply is to be worded. `tone` is the team's own, in words; `style` is shorter, warmer or None."""

    language: str
    tone: str = ""
    style: str | None = None
    length: int = 0


def choose(
    pen: Pen, question: Question, quotable: Sequence[Quotable], most: int = MOST_SENTENCES, heard: Heard | None = None
) -> Chosen:
    """Which sentences answer, `most` at most. Raises `ModelFailed`; `heard` gets the raw answer as it is written."""
    offered = [(q.number, q.match.passage.title, " ".join(q.text.split())) for q in quotable]
    listed = "Sentences:\n" + "\n".join(f"{number}. [{title}] {text}" for number, title, text in offered)
    _, message = _masked(pen, question, [listed])
    known = {number for number, _, _ in offered}

    def read(answer: str) -> tuple[tuple[int, ...], bool]:
        return first_read(
            answer, lambda found: (numbers(found, "sentences", known)[:most], found.get("answers_question") is True)
        )

    prompt, canary = prompt_files.load("quote"), canaries.make()
    few = f"\n\nChoose {most} sentences at most." if most < MOST_SENTENCES else ""
    ask = _ask("quote", prompt, canary, f"{message}\n\n{listed}{few}", QUOTE_SCHEMA, read, pen, 300)
    (chosen, answers), calls = _answered(pen, ask, heard)
    return Chosen(chosen, calls, (canary,), answers)


def word(pen: Pen, question: Question, matches: Sequence[Match], wish: Wish, heard: Heard | None = None) -> Worded:
    """A reply in the model's words; citations that were not offered are dropped. Raises `ModelFailed`.

    `heard` gets the reply so far, personal data put back.
    """
    listed = "Passages:\n" + "\n\n".join(
        f"{number}. [{match.passage.title}]\n{match.passage.text}" for number, match in enumerate(matches, start=1)
    )
    vault, message = _masked(pen, question, [listed])

    def read(answer: str) -> Worded:
        return first_read(answer, lambda found: read_reply(found, len(matches), vault))

    def told(raw: str) -> None:
        if heard is not None:
            heard(vault.unmask_so_far(reply_so_far(raw)))

    prompt, canary = prompt_files.load("free"), canaries.make()
    user = f"{message}\n\n{listed}\n\n{wishes(wish)}"
    ask = _ask("free", prompt, canary, user, FREE_SCHEMA, read, pen, 900)
    said, calls = _answered(pen, ask, told if heard else None)
    return Worded(said.reply, said.citations, said.answers_question, calls, (canary,))


def read_reply(found: dict[str, Any], offered: int, vault: Vault) -> Worded:
    """The three fields of a free reply. Raises `ValueError` naming what is wrong."""
    reply, cited = found.get("reply"), found.get("citations", [])
    if not isinstance(reply, str) or not reply.strip():
        raise ValueError("reply must be a text")
    if len(reply) > LONGEST_REPLY:
        raise ValueError(f"reply must be shorter than {LONGEST_REPLY} characters")
    named = cited if isinstance(cited, list) else []
    kept = tuple(dict.fromkeys(n for n in named if type(n) is int and 1 <= n <= offered))
    text = vault.unmask(storable(reply)).strip()
    return Worded(text, kept, found.get("answers_question") is True)


def reply_so_far(raw: str) -> str:
    """The text of "reply" in JSON that is still being written."""
    started = STARTED_REPLY.search(raw)
    return storable(json.loads(f'"{started[1]}"', strict=False)) if started else ""


def storable(text: str) -> str:
    """The text without what no database takes: NUL and halves of characters."""
    return text.replace("\x00", "").encode(errors="ignore").decode()


def chosen_so_far(raw: str) -> list[int]:
    """The numbers of "sentences" that are complete in JSON that is still being written."""
    found = CHOSEN_SO_FAR.search(raw)
    return [int(number) for number in found[1].split(",") if 0 < len(number.strip()) < 6] if found else []


def wishes(wish: Wish) -> str:
    """What is asked of the wording, in a few lines."""
    lines = [f"Write in the language with the code {wish.language}."]
    if wish.tone:
        lines.append(f"The team's tone: {wish.tone}")
    if wish.style == "shorter":
        lines.append("Keep it much shorter" + (f" than {wish.length} characters." if wish.length else "."))
    if wish.style == "warmer":
        lines.append("Be warmer: show that you understand the customer, and stay with the facts.")
    return "\n".join(lines)


def fenced(message: str) -> str:
    """The customer's text between tags that it cannot close."""
    return f"<message>\n{FENCE.sub(' ', message)}\n</message>"


def _masked(pen: Pen, question: Question, public: Sequence[str]) -> tuple[Vault, str]:
    vault, text = Vault(public), question.text[:LONGEST_MESSAGE]
    if pen.masked:
        text = vault.mask(text, question.language, [question.customer_name or ""])
    return vault, fenced(text)


def _ask(
    purpose: str, prompt: Prompt, canary: str, user: str, schema: dict[str, Any], read: Any, pen: Pen, most_tokens: int
) -> Ask[Any]:
    system = f"{prompt.text}{PLANTED}{canary}"
    return Ask(purpose, prompt.version, system, user, schema, read, most_tokens, urgent=pen.urgent)


def _answered(pen: Pen, ask: Ask[Value], heard: Heard | None) -> tuple[Value, tuple[Call, ...]]:
    try:
        answered = pen.model.ask(ask, heard)
    except ModelFailed:
        raise
    except Unavailable as error:
        raise ModelFailed(error.message) from error
    return answered.value, answered.calls
