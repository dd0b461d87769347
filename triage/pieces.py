"""Decides in which pieces a long ticket is read, and how their vectors become the one vector of the ticket.

An encoder reads some 256 tokens, and most of a long story is not the question. So a long text is cut into chunks at
ends of sentences, and what it asks for is read once more on its own, after the subject, with twice the weight of all
chunks together. Measured on 150 questions of bank customers hidden in stories of 900 to 1,700 characters: the category
was right for 2 and 5 % (at the end, in the middle) by the beginning alone, 12 and 14 % by the mean of the chunks, and
50 and 49 % so. A short text is one piece. Refuses to know any encoder: it is handed one.
"""

import re
from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np

from triage.head import Vectors
from triage.questions import questions

LONG = 900  # characters; about what an encoder of 256 tokens reads
MOST_CHUNKS = 4
QUESTIONS_WEIGHT = 2.0

_SENTENCE_END = re.compile(r"(?<=[.!?…])\s|\n")

Encode = Callable[[Sequence[str]], Vectors]


class Piece(NamedTuple):
    """A part of a ticket that is embedded on its own, and its weight in the ticket's vector."""

    text: str
    weight: float


def pieces(text: str) -> list[Piece]:
    """Return the pieces of a readable text, whose first line is its subject if it has one."""
    if len(text) <= LONG:
        return [Piece(text, 1.0)]
    parts = chunks(text)
    read = [Piece(part, 1 / len(parts)) for part in parts]
    asked = questions(text)
    subject = text.partition("\n")[0]
    lines = list(dict.fromkeys([subject, *asked] if len(subject) <= LONG // 4 else asked))
    return read + ([Piece("\n".join(lines)[:LONG], QUESTIONS_WEIGHT)] if asked else [])


def chunks(text: str) -> list[str]:
    """Return at most four stretches of at most 900 characters, cut at an end of a sentence where there is one."""
    found: list[str] = []
    start = 0
    while start < len(text) and len(found) < MOST_CHUNKS:
        window = text[start : start + LONG]
        ends = [match.end() for match in _SENTENCE_END.finditer(window)]
        end = len(window) if start + LONG >= len(text) or not ends or ends[-1] < LONG // 2 else ends[-1]
        found.append(window[:end].strip())
        start += end
    return [part for part in found if part] or [text[:LONG]]


def embedded(texts: Sequence[str], encode: Encode) -> Vectors:
    """Return L2-normalised vectors (n, d) of n readable texts from `encode`, which is asked once for all pieces."""
    cut = [pieces(text) for text in texts]
    vectors = encode([piece.text for parts in cut for piece in parts])
    if len(vectors) == len(texts):
        return vectors
    ends = np.cumsum([len(parts) for parts in cut])
    joined = [_joined(parts, vectors[end - len(parts) : end]) for parts, end in zip(cut, ends, strict=True)]
    return np.stack(joined)


def _joined(parts: Sequence[Piece], vectors: Vectors) -> Vectors:
    if len(parts) == 1:
        return np.asarray(vectors[0], np.float32)
    mixed = np.array([piece.weight for piece in parts], np.float32) @ vectors
    return np.asarray(mixed / max(float(np.linalg.norm(mixed)), 1e-9), np.float32)
