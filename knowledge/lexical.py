"""Decides how well the words of a query match each passage and article (BM25). Refuses to know about meaning.

Kept in memory and rebuilt from the passages: at 2,000 passages that takes less time than encoding thirty of them. Own
arithmetic rather than a library's: the scores of passages and of whole articles are both wanted, as arrays.
"""

import math
import re
from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from knowledge.passages import Passage

Audience = Literal["public", "all"]
Floats = NDArray[np.float64]

# the usual constants (Robertson and Zaragoza 2009, section 3.2); moving them changed nothing measurable here
K1 = 1.2
B = 0.75
MAX_QUERY = 8_000
MAX_WORD = 64
_WORDS = re.compile(r"\w+(?:[./-]\w+)*")
_COMMON = """
a an the of to in on for is are was be been and or not with by at from as it this that i you we my me am im our your
do does did can could how what when why which have has had if but so there any will would should into about thanks
please hi hello le la les un une des du de et ou est sont je vous nous il elle que qui dans sur pour par pas ne ce cette
au aux avec mon ma mes votre bonjour merci der die das ein eine einen dem den und oder ist sind ich sie wir es nicht
mit von zu im auf für wie was wenn auch mein meine ihr bitte danke hallo
"""
_STOP_WORDS = frozenset(_COMMON.split())


@dataclass(frozen=True, slots=True)
class LexicalScores:
    """BM25 of one query, by passage row and by article row. Rows that the audience may not see score 0."""

    passages: Floats
    articles: Floats


class LexicalIndex:
    """BM25 over passages and over the articles they make up. `internal` names the articles that only agents may see."""

    def __init__(self, passages: Sequence[Passage] = (), internal: Collection[str] = ()) -> None:
        self.passages = tuple(passages)
        self.article_ids = tuple(dict.fromkeys(passage.article_id for passage in self.passages))
        row_of = {article_id: row for row, article_id in enumerate(self.article_ids)}
        self.article_of = np.array([row_of[passage.article_id] for passage in self.passages], dtype=np.int64)
        self.row_of = {passage.id: row for row, passage in enumerate(self.passages)}
        self._shown = np.array([article_id not in internal for article_id in self.article_ids], dtype=bool)
        words = [list(tokens(f"{passage.title}\n{passage.text}")) for passage in self.passages]
        self._by_passage = _Postings.of(words)
        self._by_article = _Postings.of(_joined(words, self.article_of, len(self.article_ids)))

    def visible(self, audience: Audience) -> NDArray[np.bool_]:
        """Return which article rows the audience may see."""
        return self._shown if audience == "public" else np.ones_like(self._shown)

    def scores(self, query: str, audience: Audience = "public") -> LexicalScores:
        """Return the BM25 scores of `query`, of which at most `MAX_QUERY` characters are read."""
        words = sorted(set(tokens(query[:MAX_QUERY])))
        shown = self.visible(audience)
        passages = self._by_passage.score(words) * shown[self.article_of]
        return LexicalScores(passages, self._by_article.score(words) * shown)


def tokens(text: str) -> Iterator[str]:
    """Yield the words that count: case-folded, without stop words and plural "s"; a compound such as "8.0.1" or
    "server.xml" counts both as a whole and in its parts."""
    for match in _WORDS.finditer(text.casefold()):
        parts = re.split(r"[./-]", match.group())
        yield from (_stem(part) for part in parts if part not in _STOP_WORDS)
        if len(parts) > 1:
            yield match.group()[:MAX_WORD]


def _stem(word: str) -> str:
    plural = len(word) > 3 and word.endswith("s") and not word.endswith("ss")
    return (word[:-1] if plural else word)[:MAX_WORD]


def _joined(words: list[list[str]], group_of: NDArray[np.int64], count: int) -> list[list[str]]:
    groups: list[list[str]] = [[] for _ in range(count)]
    for row, group in enumerate(group_of):
        groups[group] += words[row]
    return groups


@dataclass(slots=True)
class _Postings:
    """For each word the rows that hold it and its weight there."""

    size: int
    rows: dict[str, NDArray[np.int64]] = field(default_factory=dict)
    weights: dict[str, Floats] = field(default_factory=dict)

    @classmethod
    def of(cls, documents: list[list[str]]) -> "_Postings":
        lengths = np.array([max(len(words), 1) for words in documents], dtype=np.float64)
        norms = K1 * (1 - B + B * lengths / (lengths.mean() if documents else 1))
        found: dict[str, tuple[list[int], list[int]]] = {}
        for row, words in enumerate(documents):
            for word, count in Counter(words).items():
                rows, counts = found.setdefault(word, ([], []))
                rows.append(row)
                counts.append(count)
        postings = cls(len(documents))
        for word, (rows, counts) in found.items():
            postings._add(word, np.array(rows), np.array(counts, dtype=np.float64), norms)
        return postings

    def _add(self, word: str, rows: NDArray[np.int64], counts: Floats, norms: Floats) -> None:
        self.rows[word] = rows
        self.weights[word] = self._rarity(len(rows)) * counts / (counts + norms[rows])

    def _rarity(self, holders: int) -> float:
        """Inverse document frequency as in Lucene: never negative."""
        return math.log(1 + (self.size - holders + 0.5) / (holders + 0.5))

    def score(self, words: Sequence[str]) -> Floats:
        """Return BM25 by row for distinct words."""
        known = [word for word in words if word in self.rows]
        if not known:
            return np.zeros(self.size)
        rows = np.concatenate([self.rows[word] for word in known])
        weights = np.concatenate([self.weights[word] for word in known])
        return np.bincount(rows, weights, self.size).astype(np.float64, copy=False)
