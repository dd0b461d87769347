"""Gives gaps their names: the phrases that tell their questions from others, and the question in their middle.

Also how much the replies that people gave agree with each other. Reads the newest questions of a gap alone, so that a
large gap costs no more than a small one.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from copilot.store import gaps as store
from copilot.store.session import Session
from copilot.store.tables import Gap, GapQuestion
from knowledge.embedding import Vectors
from knowledge.gaps import agreement, most_central, phrases_in, telling_phrases, unit

AT_ONCE = 16
READ = 50
ELSEWHERE = 1_000


@dataclass(frozen=True, slots=True)
class Name:
    """What a gap is called, and what its replies are like, when it had `size` questions."""

    gap_id: int
    size: int
    phrases: tuple[str, ...]
    question: str
    replies: int
    agreement: float


def due(session: Session) -> list[Name]:
    """The names of some gaps that are due."""
    ids = store.to_name(session, AT_ONCE)
    if not ids:
        return []
    texts = store.newest_texts(session, ELSEWHERE)
    counts = Counter(phrase for text in texts for phrase in phrases_in(text))
    return [_name(session, store.find(session, gap_id), counts, len(texts)) for gap_id in ids]


def _name(session: Session, gap: Gap, elsewhere: Counter[str], others: int) -> Name:
    rows = store.questions(session, gap.id, READ)
    texts = [row.text for row in rows]
    # the gap's own questions stand among all the others, and would hide what is special about them
    own = Counter(phrase for text in texts for phrase in phrases_in(text))
    rest = {phrase: elsewhere[phrase] - count for phrase, count in own.items() if elsewhere[phrase] > count}
    replies = reply_vectors(rows)
    return Name(
        gap.id, gap.size, telling_phrases(texts, rest, max(others - len(rows), 0)),
        rows[most_central(vectors_of(rows))].text if rows else gap.question, len(replies), agreement(replies),
    )  # fmt: skip


def vectors_of(rows: Iterable[GapQuestion]) -> Vectors:
    """The questions' vectors, a row each."""
    return np.stack([np.frombuffer(row.vector, np.float32) for row in rows])


def reply_vectors(rows: Iterable[GapQuestion]) -> Vectors:
    """The vectors of the replies that there are, a row each, of length 1."""
    found = [np.frombuffer(row.reply_vector, np.float32) for row in rows if row.reply_vector is not None]
    return unit(np.stack(found)) if found else np.zeros((0, 1), dtype=np.float32)


def keep(session: Session, name: Name) -> None:
    """Store what was found, unless the gap has been merged meanwhile."""
    gap = store.by_ids(session, [name.gap_id]).get(name.gap_id)
    if gap is not None:
        gap.phrases, gap.question, gap.named_size = list(name.phrases), name.question, name.size
        gap.replies, gap.agreement = name.replies, round(name.agreement, 4)


def is_due(session: Session, gap_id: int | None) -> None:
    """A gap got a reply: it is to be looked at again."""
    if gap_id is not None:
        store.find(session, gap_id).named_size = 0
