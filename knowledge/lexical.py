"""Decides how well the words of a query match each passage and article (BM25). Refuses to know about meaning.

Kept in memory. Reading texts is what takes time, so an article's words are counted once, and an edit counts those of
the edited articles alone; joining the counts and weighing them is arithmetic on arrays, the same for an edit as for the
first time, so that both give the same scores. Own arithmetic rather than a library's: the scores of passages and of
whole articles are both wanted, as arrays.
"""

import re
from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from knowledge.passages import Passage

Audience = Literal["public", "all"]
Floats = NDArray[np.float64]
Numbers = NDArray[np.int32]

# the usual constants (Robertson and Zaragoza 2009, section 3.2); moving them changed nothing measurable here
K1 = 1.2
B = 0.75
MAX_QUERY = 8_000
MAX_WORD = 64
_WORDS = re.compile(r"\w+(?:[./-]\w+)*")
_JOINTS = re.compile(r"[./-]")
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
    """BM25 of one query, by passage row and by article row, and the query's words. Rows that the audience may not see
    score 0."""

    passages: Floats
    articles: Floats
    words: frozenset[str] = frozenset()


class LexicalIndex:
    """BM25 over passages and over the articles they make up, in the order of the articles' ids. `internal` names the
    articles that only agents may see. Nothing changes once made; threads may share it."""

    def __init__(self, passages: Sequence[Passage] = (), internal: Collection[str] = ()) -> None:
        self._vocabulary: dict[str, int] = {}
        self._join(self._counted(passages, internal))

    def changed(
        self, removed: Collection[str], passages: Sequence[Passage] = (), internal: Collection[str] = ()
    ) -> "LexicalIndex":
        """Return an index without the articles `removed`, and with `passages` in place of those that their articles
        had; `internal` says which of these articles only agents may see. One thread at a time may call this."""
        new = LexicalIndex.__new__(LexicalIndex)
        new._vocabulary = self._vocabulary
        gone = set(removed)
        kept = {article_id: counted for article_id, counted in self._articles.items() if article_id not in gone}
        new._join(kept | new._counted(passages, internal))
        return new

    def visible(self, audience: Audience) -> NDArray[np.bool_]:
        """Return which article rows the audience may see."""
        return self._shown if audience == "public" else np.ones_like(self._shown)

    def holds(self, word: str) -> bool:
        """Whether a public article holds this very word, a compound as a whole, whatever its case."""
        number = self._vocabulary.get(word.casefold())
        return number is not None and bool((self._by_article.score([number]) * self._shown).any())

    def scores(self, query: str, audience: Audience = "public") -> LexicalScores:
        """Return the BM25 scores of `query`, of which at most `MAX_QUERY` characters are read."""
        words = frozenset(tokens(query[:MAX_QUERY]))
        known = [self._vocabulary[word] for word in sorted(words) if word in self._vocabulary]
        passages, articles = self._by_passage.score(known), self._by_article.score(known)
        if audience == "public":
            passages, articles = passages * self._passages_shown, articles * self._shown
        return LexicalScores(passages, articles, words)

    def _counted(self, passages: Sequence[Passage], internal: Collection[str]) -> dict[str, "_Article"]:
        grouped: dict[str, list[Passage]] = {}
        for passage in passages:
            grouped.setdefault(passage.article_id, []).append(passage)
        return {name: _Article.of(own, name not in internal, self._vocabulary) for name, own in grouped.items()}

    def _join(self, articles: Mapping[str, "_Article"]) -> None:
        self._articles = {article_id: articles[article_id] for article_id in sorted(articles)}
        every = list(self._articles.values())
        self.article_ids = tuple(self._articles)
        self.passages = tuple(passage for article in every for passage in article.passages)
        sizes = [len(article.passages) for article in every]
        self.titles = tuple(article.title for article in every)
        self.article_of = np.repeat(np.arange(len(every)), sizes)
        self.row_of = {passage.id: row for row, passage in enumerate(self.passages)}
        self._shown = np.array([article.shown for article in every], dtype=bool)
        self._passages_shown = self._shown[self.article_of]
        self._by_passage = _Postings([words for article in every for words in article.by_passage])
        self._by_article = _Postings([article.whole for article in every])


def tokens(text: str) -> Iterator[str]:
    """Yield the words that count: case-folded, without stop words and plural "s"; a compound such as "8.0.1" or
    "server.xml" counts both as a whole and in its parts."""
    for word in _WORDS.findall(text.casefold()):
        yield from _remembered(word) if len(word) <= MAX_WORD else _tokens_of(word)


def _tokens_of(word: str) -> tuple[str, ...]:
    parts = _JOINTS.split(word)
    whole = (word[:MAX_WORD],) if len(parts) > 1 else ()
    return *(_stem(part) for part in parts if part not in _STOP_WORDS), *whole


# long ones are seldom met again
_remembered = lru_cache(maxsize=16_384)(_tokens_of)


def _stem(part: str) -> str:
    plural = len(part) > 3 and part.endswith("s") and not part.endswith("ss")
    return (part[:-1] if plural else part)[:MAX_WORD]


@dataclass(frozen=True, slots=True)
class _Words:
    """The distinct words of a text, by number, how often each occurs, and how many there are in all."""

    numbers: Numbers
    counts: Numbers
    length: int

    @classmethod
    def of(cls, counter: Counter[str], vocabulary: dict[str, int]) -> "_Words":
        numbers = [vocabulary.setdefault(word, len(vocabulary)) for word in counter]
        counts = np.fromiter(counter.values(), dtype=np.int32, count=len(counter))
        return cls(np.array(numbers, dtype=np.int32), counts, int(counts.sum()))


@dataclass(frozen=True, slots=True)
class _Article:
    passages: tuple[Passage, ...]
    shown: bool
    title: frozenset[str]
    by_passage: tuple[_Words, ...]
    whole: _Words

    @classmethod
    def of(cls, passages: Sequence[Passage], shown: bool, vocabulary: dict[str, int]) -> "_Article":
        counters = [Counter(tokens(f"{passage.title}\n{passage.text}")) for passage in passages]
        together = Counter[str]()
        for counter in counters:
            together.update(counter)
        words = tuple(_Words.of(counter, vocabulary) for counter in counters)
        title = frozenset(tokens(passages[0].title))
        return cls(tuple(passages), shown, title, words, _Words.of(together, vocabulary))


class _Postings:
    """For each word the texts that hold it and its BM25 in each, one word after the other."""

    def __init__(self, texts: Sequence[_Words]) -> None:
        self.size = len(texts)
        numbers = _concatenated([text.numbers for text in texts])
        order = _stable_order(numbers)
        sizes = [len(text.numbers) for text in texts]
        self._rows = np.repeat(np.arange(self.size, dtype=np.int32), sizes)[order]
        holders = np.bincount(numbers)
        # a list, because reading single numbers from an array is slow
        self._ends = [0, *np.cumsum(holders).tolist()]
        lengths = np.array([max(text.length, 1) for text in texts], dtype=np.float64)
        norms = K1 * (1 - B + B * lengths / (lengths.mean() if texts else 1))
        counts = _concatenated([text.counts for text in texts])[order]
        # inverse document frequency as in Lucene: never negative
        rarity = np.log(1 + (self.size - holders + 0.5) / (holders + 0.5))
        self._weights = (np.repeat(rarity, holders) * counts / (counts + norms[self._rows])).astype(np.float32)

    def score(self, words: Sequence[int]) -> Floats:
        """Return BM25 by row for distinct words."""
        spans = [slice(self._ends[word], self._ends[word + 1]) for word in words if word + 1 < len(self._ends)]
        if not spans:
            return np.zeros(self.size)
        rows = np.concatenate([self._rows[span] for span in spans])
        weights = np.concatenate([self._weights[span] for span in spans])
        return np.bincount(rows, weights, self.size).astype(np.float64, copy=False)


def _stable_order(numbers: Numbers) -> NDArray[np.int64]:
    """What a stable argsort gives, much faster: plain 64-bit numbers are sorted with vector instructions."""
    return np.sort((numbers.astype(np.int64) << 32) | np.arange(len(numbers))) & 0xFFFF_FFFF


def _concatenated(arrays: Sequence[Numbers]) -> Numbers:
    return np.concatenate(arrays) if arrays else np.empty(0, dtype=np.int32)
