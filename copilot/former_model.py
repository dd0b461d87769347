"""Finds what answers by meaning while another embedding model's vectors are being built: the model that served before,
as long as its vectors and the model itself can still be had.

The database remembers how that model was made. Refuses to embed articles: what was added or edited since is found by
its words until the new model has read everything.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import structlog

from copilot.errors import Unavailable
from copilot.store.tables import ServingModel
from copilot.timesource import TimeSource
from knowledge.embedding import Embedder, EmbedderUnavailable, Vectors
from knowledge.vector_index import IndexUnavailable, VectorIndex

TRIED_AGAIN = timedelta(minutes=10)

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Former:
    """A model that served before, with the index of its vectors."""

    embedder: Embedder
    index: VectorIndex

    def encode(self, text: str) -> Vectors | None:
        """The vector of a question; None while the model cannot be used."""
        try:
            vector: Vectors = self.embedder.encode([text])[0]
            return vector
        except EmbedderUnavailable as error:
            log.warning("former_model_unavailable", reason=str(error))
            return None


OpenFormer = Callable[[Mapping[str, Any]], Former]
"""Makes a model by its recipe. Raises `EmbedderUnavailable`, `IndexUnavailable` or `Unavailable`."""


class FormerModel:
    """Opens the former model once and keeps it. One thread at a time may use this."""

    def __init__(self, now: TimeSource, open_former: OpenFormer | None) -> None:
        self._now, self._open = now, open_former
        self._held: Former | None = None
        self._fingerprint = ""
        self._tried: datetime | None = None
        self.problem = ""

    def get(self, served: ServingModel) -> Former | None:
        """The model that served, or None, and `problem` says why."""
        if served.fingerprint != self._fingerprint:
            self.let_go()
            self._fingerprint = served.fingerprint
        now = self._now()
        if self._held is None and (self._tried is None or now - self._tried >= TRIED_AGAIN):
            self._tried = now
            self._held = self._opened(served)
        return self._held

    def let_go(self) -> None:
        """Close what is held: it is not needed any more."""
        held, self._held, self._fingerprint, self._tried, self.problem = self._held, None, "", None, ""
        if held is not None:
            held.index.close()

    def _opened(self, served: ServingModel) -> Former | None:
        if self._open is None or not served.fingerprint:
            self.problem = "the former model is not known"
            return None
        try:
            former = self._open(served.recipe)
            if former.embedder.fingerprint != served.fingerprint:
                self.problem = "the former model is no longer the same"
            elif former.index.count():
                log.info("former_model_serves", model=former.embedder.name)
                return former
            else:
                self.problem = "the former model's vectors are gone"
            former.index.close()
        except (EmbedderUnavailable, IndexUnavailable, Unavailable) as error:
            self.problem = f"the former model cannot be used: {error}"
        log.warning("former_model_unavailable", reason=self.problem)
        return None
