"""An embedding model behind any OpenAI-compatible server: batches, a few retries, every answer checked.

With `copilot.llm` the only home of the openai client. Knows nothing of what the texts are.
"""

import hashlib
import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from time import sleep
from typing import TYPE_CHECKING, Any

import numpy as np

from copilot.errors import Unavailable
from copilot.llm.exchange import plain_error
from copilot.llm.patience import CircuitBreaker
from knowledge.embedding import (
    PROBES,
    EmbedderUnavailable,
    Likeness,
    Prefixes,
    Vectors,
    fingerprint_of,
    measured_likeness,
    prefixes_of,
    prepared,
)

if TYPE_CHECKING:
    from openai import OpenAI

# every server takes as many, and a slow one without a graphics card answers them within the time
BATCH = 16
# for one batch; well within a lease, because a ticket waits for it
TIMEOUT_SECONDS = 20.0
# of one call, over all its batches; the pauses before them double. Silence is not asked again
RETRIES = 3
FIRST_PAUSE = 0.25
# what a model of 512 tokens surely reads, for servers that refuse longer texts instead of cutting them
SHORT_TEXT = 1_000
TOO_LONG = frozenset({400, 413, 422})
WORTH_A_RETRY = frozenset({408, 409, 425, 429, 500, 502, 503, 504})


@dataclass(frozen=True, slots=True)
class _Known:
    """What the server's vectors of the probes tell of its model."""

    dimension: int
    fingerprint: str
    likeness: Likeness


class ServerEmbedder:
    """A model on a server. It is asked for a few sentences once, when first used, to learn dimension and fingerprint.

    With `input_type` the server itself adds what its model wants to read before questions and passages, told by the
    field `input_type` ("query", "passage"), and `prefixes` stay out. Threads may share it. Raises `EmbedderUnavailable`
    from any use when the server cannot be reached, refuses, or answers with anything but vectors.
    """

    def __init__(
        self,
        model: str,
        client: "OpenAI",
        prefixes: Prefixes | None = None,
        input_type: bool = False,
        timeout: float = TIMEOUT_SECONDS,
    ) -> None:
        self._model, self._client, self._input_type, self._timeout = model, client, input_type, timeout
        self._prefixes = Prefixes() if input_type else prefixes or prefixes_of(model)
        self._breaker = CircuitBreaker()
        self._lock = threading.Lock()
        self._learnt: _Known | None = None

    @property
    def name(self) -> str:
        """The model's name at the server."""
        return self._model

    @property
    def fingerprint(self) -> str:
        """The name, and where the vectors of a few sentences are largest: another model under the same name is noticed,
        the last digit of a number is not."""
        return self._known().fingerprint

    @property
    def dimension(self) -> int:
        """Length of each vector."""
        return self._known().dimension

    @property
    def likeness(self) -> Likeness:
        """How the cosines read."""
        return self._known().likeness

    def encode(self, texts: Sequence[str]) -> Vectors:
        """Return unit vectors as float32 of shape (n, dimension) for questions."""
        return self._encoded(texts, self._prefixes.query, "query", self._known().dimension)

    def encode_passages(self, texts: Sequence[str]) -> Vectors:
        """Return the same for texts that questions are compared with."""
        return self._encoded(texts, self._prefixes.passage, "passage", self._known().dimension)

    def _known(self) -> _Known:
        with self._lock:
            if self._learnt is None:
                self._learnt = self._learn()
            return self._learnt

    def _learn(self) -> _Known:
        asked, answers = zip(*PROBES, strict=True)
        questions = self._encoded(asked, self._prefixes.query, "query", None)
        passages = self._encoded(answers, self._prefixes.passage, "passage", questions.shape[1])
        largest = np.argmax(np.abs(questions), axis=1)
        signs = questions[np.arange(len(largest)), largest] > 0
        digest = hashlib.sha256(f"{largest.tolist()}{signs.tolist()}".encode()).hexdigest()[:16]
        typed = "+input_type" if self._input_type else fingerprint_of(self._prefixes)
        return _Known(questions.shape[1], f"{self._model}@{digest}{typed}", measured_likeness(questions, passages))

    def _encoded(self, texts: Sequence[str], prefix: str, kind: str, dimension: int | None) -> Vectors:
        if not texts:
            return np.zeros((0, dimension or 0), dtype=np.float32)
        # most servers refuse a text without a character
        ready = [prefix + (prepared(text).strip() or ".") for text in texts]
        pauses = iter([FIRST_PAUSE * 2**retry for retry in range(RETRIES)])
        batches = [self._batch(ready[first : first + BATCH], kind, pauses) for first in range(0, len(ready), BATCH)]
        widths = {batch.shape[1] for batch in batches} | ({dimension} if dimension else set())
        if len(widths) > 1:
            raise EmbedderUnavailable(f"{self._model} answered with vectors of {sorted(widths)} numbers")
        return np.concatenate(batches)

    def _batch(self, texts: list[str], kind: str, pauses: Iterator[float]) -> Vectors:
        """Vectors of one batch, asked for again after a failure that may pass as long as there are pauses left."""
        import openai

        while True:
            try:
                self._breaker.refuse_if_open(self._model)
                vectors = self._within_time(texts, kind)
            except Unavailable as error:
                raise EmbedderUnavailable(error.message) from error
            except openai.OpenAIError as error:
                status = getattr(error, "status_code", None)
                if status in TOO_LONG and max(map(len, texts)) > SHORT_TEXT:
                    texts = [text[:SHORT_TEXT] for text in texts]
                    continue
                lost = status is None and not isinstance(error, openai.APITimeoutError)
                pause = next(pauses, None) if lost or status in WORTH_A_RETRY else None
                if pause is None:
                    self._breaker.record(ok=False)
                    raise EmbedderUnavailable(f"{self._model} failed: {plain_error(error)}") from error
                sleep(pause)
            else:
                self._breaker.record(ok=True)
                return vectors

    def _within_time(self, texts: list[str], kind: str) -> Vectors:
        """Ask in a thread of its own: no client gives up on a server that sends a byte now and then."""
        import openai

        outcome: list[Vectors | Exception] = []

        def ask() -> None:
            try:
                outcome.append(self._ask(texts, kind))
            except (openai.OpenAIError, EmbedderUnavailable) as error:
                outcome.append(error)

        thread = threading.Thread(target=ask, name="embedding", daemon=True)
        thread.start()
        thread.join(self._timeout)
        if not outcome:
            self._breaker.record(ok=False)
            raise EmbedderUnavailable(f"{self._model} did not answer within {self._timeout:g} s")
        if isinstance(outcome[0], Exception):
            raise outcome[0]
        return outcome[0]

    def _ask(self, texts: list[str], kind: str) -> Vectors:
        extra = {"extra_body": {"input_type": kind}} if self._input_type else {}
        # "float" in plain words: not every server knows the packed form that the client asks for by itself
        create: Any = self._client.embeddings.create
        try:
            answer = create(model=self._model, input=texts, encoding_format="float", **extra)
            rows = sorted(answer.data, key=lambda row: row.index)
            vectors = np.array([row.embedding for row in rows], dtype=np.float32)
        except (ValueError, TypeError, LookupError, AttributeError) as error:
            # the client trusts that a server which answers 200 sends embeddings
            raise EmbedderUnavailable(f"{self._model} answered with something that is not embeddings") from error
        return _unit(self._model, vectors, len(texts))


def connect(
    model: str,
    api_key: str | None,
    base_url: str | None,
    prefixes: Prefixes | None = None,
    input_type: bool = False,
    timeout: float = TIMEOUT_SECONDS,
) -> ServerEmbedder:
    """A model by name; without a base URL the client's own default address is used. Asks nothing yet."""
    from openai import OpenAI

    client = OpenAI(api_key=api_key or "none", base_url=base_url, timeout=timeout, max_retries=0)
    return ServerEmbedder(model, client, prefixes, input_type, timeout)


def _unit(model: str, vectors: Vectors, rows: int) -> Vectors:
    """The rows at length 1; raises `EmbedderUnavailable` unless each text has a finite one that is not 0."""
    if vectors.ndim != 2 or len(vectors) != rows or not np.isfinite(vectors).all():
        raise EmbedderUnavailable(f"{model} answered with something that is not {rows} vectors")
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    if not lengths.all():
        raise EmbedderUnavailable(f"{model} answered with a vector of length 0")
    return np.asarray(vectors / lengths, dtype=np.float32)
