"""Working stand-ins for outside services, for tests and for the demo: no network, no model, same answers every time."""

import hashlib
import json
import re
import threading
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import numpy as np

from copilot.channels.transport import OutgoingReply
from copilot.errors import Unavailable
from copilot.llm.port import Answered, Ask, Call, Heard, ModelFailed, Value, estimated_tokens
from copilot.llm.turns import Messages, converse
from knowledge.articles import Visibility
from knowledge.embedding import DEFAULT_DIMENSION, LIKENESS, Vectors
from knowledge.lexical import Audience
from knowledge.passages import Passage
from knowledge.vector_index import Hit, IndexUnavailable, checked_vectors

_WORD = re.compile(r"\w+")
_MESSAGE = re.compile(r"<message>\n(.*?)\n</message>", re.DOTALL)
_NUMBERED = re.compile(r"^(\d+)\. \[(.*?)\] (.*)$", re.MULTILINE)


class HashEmbedder:
    """An `Embedder` that hashes words into a bag of words: texts that share words are near, meaning is not known."""

    name = "hash"
    fingerprint = "hash-bag-of-words-1"
    dimension = DEFAULT_DIMENSION
    likeness = LIKENESS

    def encode(self, texts: Sequence[str]) -> Vectors:
        vectors = np.zeros((len(texts), self.dimension), dtype=np.float32)
        for row, text in enumerate(texts):
            for word in _WORD.findall(text[:20_000].casefold()) or [""]:
                digest = hashlib.blake2b(word.encode(errors="replace"), digest_size=8).digest()
                sign = 1.0 if digest[4] % 2 else -1.0
                vectors[row, int.from_bytes(digest[:4]) % self.dimension] += sign
        return _unit(vectors)

    def encode_passages(self, texts: Sequence[str]) -> Vectors:
        return self.encode(texts)


def _unit(vectors: Vectors) -> Vectors:
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    # words can cancel out: such a text gets the first axis, because every vector has length 1
    vectors[lengths[:, 0] == 0, 0] = 1.0
    return np.asarray(vectors / np.where(lengths == 0, 1.0, lengths), dtype=np.float32)


class MemoryIndex:
    """A `VectorIndex` in memory. Set `broken` to a reason, and it is unavailable."""

    def __init__(self, dimension: int = DEFAULT_DIMENSION, fingerprint: str = HashEmbedder.fingerprint) -> None:
        self.fingerprint = fingerprint
        self.broken: str | None = None
        self._dimension = dimension
        self._rows: dict[str, tuple[Passage, Vectors, Visibility]] = {}

    def upsert(self, passages: Sequence[Passage], vectors: Vectors, visibility: Visibility = "public") -> None:
        rows = checked_vectors(vectors, len(passages), self._dimension)
        self.remove_articles({passage.article_id for passage in passages})
        for passage, vector in zip(passages, rows, strict=True):
            self._rows[passage.id] = (passage, vector, visibility)

    def remove_articles(self, article_ids: Collection[str]) -> None:
        self._check()
        self._rows = {key: row for key, row in self._rows.items() if row[0].article_id not in article_ids}

    def search(self, vector: Vectors, limit: int, audience: Audience = "public") -> list[Hit]:
        self._check()
        query = checked_vectors(np.atleast_2d(vector), 1, self._dimension)[0]
        hits = [Hit(passage.id, passage.article_id, float(row @ query)) for passage, row, _ in self._seen(audience)]
        return sorted(hits, key=lambda hit: (-hit.score, hit.passage_id))[:limit]

    def count(self, audience: Audience = "all") -> int:
        self._check()
        return len(self._seen(audience))

    def article_ids(self) -> set[str]:
        self._check()
        return {passage.article_id for passage, _, _ in self._rows.values()}

    def vectors_of(self, article_id: str) -> dict[str, Vectors]:
        self._check()
        return {name: row for name, (passage, row, _) in self._rows.items() if passage.article_id == article_id}

    def drop_others(self) -> None:
        self._check()

    def close(self) -> None:
        self.broken = self.broken or "the search index is closed"

    def _seen(self, audience: Audience) -> list[tuple[Passage, Vectors, Visibility]]:
        return [row for row in self._rows.values() if audience == "all" or row[2] == "public"]

    def _check(self) -> None:
        if self.broken:
            raise IndexUnavailable(self.broken)


@dataclass(frozen=True, slots=True)
class Question:
    """What a language model was asked: the whole request, and what stands in it of a message and numbered sentences."""

    purpose: str
    messages: tuple[str, ...]

    @property
    def message(self) -> str:
        """The customer's text as the model sees it."""
        found = _MESSAGE.search(self.messages[1])
        return found[1] if found else ""

    @property
    def sentences(self) -> tuple[tuple[int, str, str], ...]:
        """(number, title of the article, sentence)."""
        return tuple((int(number), title, text) for number, title, text in _NUMBERED.findall(self.messages[1]))


Scripted = str | Sequence[int] | Unavailable
ModelAnswer = Scripted | Callable[[Question], Scripted]
"""Raw text as a server would return it, the numbers of sentences, an error to raise, or a function that makes one."""


class ScriptedModel:
    """A `LanguageModel` that gives the scripted answers in turn, the last one for ever, and keeps every question.

    What hears the answer as it is written gets it in pieces of some characters.
    """

    def __init__(self, *answers: ModelAnswer, name: str = "scripted") -> None:
        self.name = self.identity = name
        self.calls: list[Question] = []
        self._answers: tuple[ModelAnswer, ...] = answers or ((),)
        self._lock = threading.Lock()

    def ask(self, ask: Ask[Value], heard: Heard | None = None) -> Answered[Value]:
        """The value as scripted; raises `ModelFailed` when an error is scripted or two texts make no sense."""
        calls: list[Call] = []
        value = converse(self.name, ask, lambda messages: self._complete(ask, messages, calls, heard), calls)
        return Answered(value, tuple(calls))

    def check(self) -> None:
        """Raise `Unavailable` when the next answer is an error."""
        upcoming = self._answers[min(len(self.calls), len(self._answers) - 1)]
        if isinstance(upcoming, Unavailable):
            raise upcoming

    def close(self) -> None:
        """Nothing to let go of."""

    def _complete(self, ask: Ask[Value], messages: Messages, calls: list[Call], heard: Heard | None) -> str:
        question = Question(ask.purpose, tuple(message["content"] for message in messages))
        with self._lock:
            answer = self._answers[min(len(self.calls), len(self._answers) - 1)]
            self.calls.append(question)
        said = answer(question) if callable(answer) else answer
        if isinstance(said, Unavailable):
            raise ModelFailed(said.message, tuple(calls))
        text = said if isinstance(said, str) else _as_json(said)
        if heard is not None:
            for end in range(7, len(text) + 7, 7):
                heard(text[:end])
        size = sum(map(len, question.messages))
        tokens = estimated_tokens(size), estimated_tokens(len(text))
        calls.append(Call(ask.purpose, self.name, ask.prompt_version, *tokens, True, 0, "ok"))
        return text


def _as_json(numbers: Sequence[int]) -> str:
    """The numbers of sentences as a model would write them."""
    return json.dumps({"answers_question": bool(numbers), "sentences": list(numbers)})


class RecordingTransport:
    """A `Transport` that keeps what it is given: `attempts` is every try, `sent` what arrived, doubled if sent
    twice unless `resend_is_safe`."""

    name = "recording"

    def __init__(self, *failures: BaseException, resend_is_safe: bool = False) -> None:
        self.resend_is_safe = resend_is_safe
        self.attempts: list[OutgoingReply] = []
        self.sent: list[OutgoingReply] = []
        self.broken: str | None = None
        self._failures = list(failures)

    def fail_next(self, *failures: BaseException) -> None:
        """Raise these on the coming tries, in turn, and deliver again after them."""
        self._failures.extend(failures)

    def send(self, reply: OutgoingReply) -> None:
        """Keep the reply, or raise the failure whose turn it is."""
        self.attempts.append(reply)
        if self._failures:
            raise self._failures.pop(0)
        if not self.resend_is_safe or reply not in self.sent:
            self.sent.append(reply)

    def check(self) -> None:
        """Raise `Unavailable` while `broken` holds a reason."""
        if self.broken:
            raise Unavailable(self.broken)


class ManualTime:
    """A `TimeSource` that stands still until it is moved by hand. Starts on a Monday at nine, UTC."""

    def __init__(self, start: datetime = datetime(2026, 3, 2, 9, tzinfo=UTC)) -> None:
        if start.utcoffset() is None:
            raise ValueError("start: expected a datetime with a time zone")
        self._now = start.astimezone(UTC)

    def __call__(self) -> datetime:
        return self._now

    def advance(self, by: timedelta | None = None, **parts: float) -> datetime:
        """Move on, by a span or by its parts such as `minutes=5`; returns the new instant, never an earlier one."""
        step = by if by is not None else timedelta(**parts)
        if step < timedelta(0):
            raise ValueError("by: time does not run backwards")
        self._now += step
        return self._now
