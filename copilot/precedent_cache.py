"""Keeps what people said of drafts out of each article at hand, for the confidence of drafts to come.

One record at a time: the precedents are read when its confidence model is fitted anew, or when reviews of it stop
counting because an article was edited, and not for each verdict. Threads may share it.
"""

import threading

import numpy as np

from copilot.precedents import Precedent, Precedents
from copilot.store import reviews
from copilot.store.reviews import Labelled
from copilot.store.session import Session

MOST_REVIEWS = 20_000
"""Of one category or record; older ones are left out."""


class PrecedentCache:
    """The precedents of the record in use."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._mark: tuple[str, int, int] | None = None
        self._kept: Precedents | None = None

    def current(self, session: Session, fingerprint: str, fit_id: int) -> Precedents:
        """The precedents of this record beside its model with this id."""
        mark = (fingerprint, fit_id, reviews.dropped(session, fingerprint))
        with self._lock:
            if self._kept is None or self._mark != mark:
                rows = reviews.labelled(session, fingerprint, MOST_REVIEWS)
                self._kept, self._mark = Precedents([precedent(row) for row in rows]), mark
            return self._kept


def precedent(row: Labelled) -> Precedent:
    """What a review says of its article and of questions like the one asked."""
    vector = None if row.vector is None else np.frombuffer(row.vector, np.float32)
    return Precedent(row.article_id, vector, row.review.accepted)
