"""Vectors of the texts that triage is taught from: each text is embedded once and kept in the database.

So neither a restart nor a new version embeds again what has not changed. Knows nothing of categories and labels.
"""

import hashlib
from collections.abc import Callable, Iterable, Mapping, Sequence

import numpy as np

from copilot.store import vectors as store
from copilot.store.session import Database
from knowledge.embedding import Embedder, Vectors
from triage.pieces import embedded

CHUNK = 64
READING = "1"  # to be raised when the same embedder is to read the same text in another way


def carry_on() -> None:
    """What is called between chunks when nobody has to be told."""


class ExampleVectors:
    """Looks vectors up by text; embeds what is missing."""

    def __init__(self, db: Database, embedder: Embedder) -> None:
        self.db, self.embedder = db, embedder

    def encode(self, texts: Sequence[str], alive: Callable[[], None] = carry_on) -> Vectors:
        """Float32 vectors of shape (len(texts), dimension); `alive` is called after each chunk of embedding.

        What has been embedded is stored chunk by chunk: an interruption loses little. Raises `EmbedderUnavailable`.
        """
        keys = {text: self.key(text) for text in texts}
        with self.db.read() as session:
            found = store.of_keys(session, sorted(set(keys.values())))
        missing = [text for text, key in keys.items() if key not in found]
        for start in range(0, len(missing), CHUNK):
            chunk = missing[start : start + CHUNK]
            found.update(self._embedded({text: keys[text] for text in chunk}))
            alive()
        rows = [np.frombuffer(found[keys[text]], dtype=np.float32) for text in texts]
        return np.stack(rows) if rows else np.zeros((0, self.embedder.dimension), dtype=np.float32)

    def _embedded(self, keys: Mapping[str, str]) -> dict[str, bytes]:
        """Embed these texts and store their vectors; returns them by key."""
        rows = embedded(list(keys), self.embedder.encode)
        fresh = {key: row.tobytes() for key, row in zip(keys.values(), rows, strict=True)}
        self.db.transact(lambda session: store.keep(session, fresh))
        return fresh

    def forget_all_but(self, texts: Iterable[str]) -> int:
        """Delete the vectors of all other texts; returns how many."""
        keys = {self.key(text) for text in texts}
        with self.db.write() as session:
            return store.forget_all_but(session, keys)

    def key(self, text: str) -> str:
        """Under what the vector of a text is stored; another embedder has other keys."""
        whole = f"{READING}\0{self.embedder.fingerprint}\0{text}"
        return hashlib.sha256(whole.encode("utf-8", "surrogatepass")).hexdigest()
