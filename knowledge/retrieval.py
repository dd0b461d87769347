"""Decides which articles answer a query, and how sure it is that any does. Refuses to know how vectors are made.

Meaning (dense) finds the article that says it in other words, words (lexical) find the one with the error code in it.
An article is judged by its best passage and by the mean of its best three: a chance resemblance is seldom repeated.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from knowledge.embedding import Vectors
from knowledge.lexical import Audience, LexicalIndex, LexicalScores
from knowledge.passages import Passage
from knowledge.vector_index import Hit, IndexUnavailable, VectorIndex

# passages asked of the vector index, and articles that may enter by their words alone
DENSE_HITS = 64
LEXICAL_ARTICLES = 20
BEST_PASSAGES = 3
# one unit of BM25 in units of cosine similarity; not min-max normalised: a long query with many rare words is stronger
# evidence than a short one, and the sum keeps that
LEXICAL_WEIGHT = 0.014
# how far the first article leads the mean of the next five tells best whether it answers: AUROC .85 where the lead over
# the second alone gives .83 and the score itself .75. The logistic curves (steepness, lead at one half) were fitted on
# questions of which half had their article taken out, with both scores and with words alone
RIVALS = 5
CURVE = (15.5, 0.233)
# above this an article is thought to answer rather than not
EVEN = 0.5
CURVE_OF_WORDS = (16.3, 0.055)


@dataclass(frozen=True, slots=True)
class Match:
    """An article's best passage. `score` ranks articles and has no unit; `dense` is the passage's cosine similarity (0
    when the vector index did not return it), `lexical` the article's BM25."""

    passage: Passage
    score: float
    dense: float
    lexical: float


@dataclass(frozen=True, slots=True)
class Retrieval:
    """What was found, best first, one match per article.

    `margin` is how far the first article's score is ahead of the second's, `answerable` estimates in 0..1 that some
    article answers at all, `degraded` says why only words were compared, if so.
    """

    matches: tuple[Match, ...]
    margin: float
    answerable: float
    degraded: str | None = None


_Place = tuple[float, int]
"""(minus the score, article row), so that sorting puts the best first."""


@dataclass(frozen=True, slots=True)
class _Dense:
    """Hits of the vector index by article row, and the similarity that everything else stays under."""

    hits: Mapping[int, list[tuple[float, int]]] = field(default_factory=dict)
    floor: float = 0.0
    degraded: str | None = None


class Retriever:
    """Searches a vector index and a lexical index of the same passages. Passages that only the vector index knows are
    left out, so that a deleted article is never shown. Threads may share it. `words_alone` says why there is no index,
    if so."""

    def __init__(
        self,
        index: VectorIndex | None,
        lexical: LexicalIndex,
        languages: Mapping[str, str] | None = None,
        words_alone: str = "no search index",
    ) -> None:
        self._index, self._words_alone = index, words_alone
        self._lexical = lexical
        known = languages or {}
        self._languages = [known.get(article_id) for article_id in lexical.article_ids]
        self._sizes = np.bincount(lexical.article_of, minlength=len(lexical.article_ids))

    def search(
        self,
        query_text: str,
        query_vector: Vectors | None,
        limit: int = 5,
        audience: Audience = "public",
        language: str | None = None,
    ) -> Retrieval:
        """Return the best articles for a query. `query_vector` is its unit vector, None when there is no embedder.

        With a `language`, its articles come first and compete among themselves, because the translations of an answer
        are no rivals of it; the others lead only when they are closer and answer while it does not.
        """
        words = self._lexical.scores(query_text, audience)
        dense = self._dense(query_vector, audience)
        ranked = sorted((-score, row) for row, score in self._scored(words, dense).items())
        own = [place for place in ranked if language is not None and self._languages[place[1]] == language]
        others = [place for place in ranked if language is None or self._languages[place[1]] != language]
        by_words = dense.degraded is not None
        if own and others and others[0] < own[0] and _answers(own, by_words) < EVEN < _answers(others, by_words):
            own, others = others, own
        first = own or others
        if not first:
            return Retrieval((), 0.0, 0.0, dense.degraded)
        matches = tuple(self._match(row, -score, words, dense) for score, row in [*own, *others][:limit])
        return Retrieval(matches, _lead(first, 1), _answers(first, by_words), dense.degraded)

    def _dense(self, vector: Vectors | None, audience: Audience) -> _Dense:
        if vector is None:
            return _Dense(degraded="no embedding model: only words were compared")
        if self._index is None:
            return _Dense(degraded=f"{self._words_alone}: only words were compared")
        try:
            found = self._index.search(vector, DENSE_HITS, audience)
        except IndexUnavailable as error:
            return _Dense(degraded=f"only words were compared: {error}")
        if not found and self._lexical.visible(audience).any():
            return _Dense(degraded="the search index is empty: only words were compared")
        return self._grouped(found, audience)

    def _grouped(self, found: Sequence[Hit], audience: Audience) -> _Dense:
        """Group known, visible hits by article, each as (similarity, passage row), best first."""
        visible = self._lexical.visible(audience)
        hits: dict[int, list[tuple[float, int]]] = {}
        for hit in found:
            row = self._lexical.row_of.get(hit.passage_id)
            if row is not None and visible[self._lexical.article_of[row]]:
                hits.setdefault(int(self._lexical.article_of[row]), []).append((hit.score, row))
        return _Dense(hits, found[-1].score if len(found) >= DENSE_HITS else 0.0)

    def _scored(self, words: LexicalScores, dense: _Dense) -> dict[int, float]:
        by_words = np.argsort(-words.articles, kind="stable")[:LEXICAL_ARTICLES]
        rows = dict.fromkeys([*dense.hits, *(int(row) for row in by_words if words.articles[row] > 0)])
        return {row: self._closeness(row, dense) + LEXICAL_WEIGHT * float(words.articles[row]) for row in rows}

    def _closeness(self, row: int, dense: _Dense) -> float:
        """Mean of the best passage's similarity and of the best three's; unseen passages count as the floor."""
        best = [score for score, _ in dense.hits.get(row, [])[:BEST_PASSAGES]]
        best += [dense.floor] * (min(BEST_PASSAGES, int(self._sizes[row])) - len(best))
        return (best[0] + sum(best) / len(best)) / 2

    def _match(self, row: int, score: float, words: LexicalScores, dense: _Dense) -> Match:
        """The article's passage that is nearest in meaning and words together."""
        near = {passage: similarity for similarity, passage in dense.hits.get(row, ())}
        of_article = np.flatnonzero(self._lexical.article_of == row)
        closeness = np.array([near.get(int(passage), dense.floor) for passage in of_article])
        best = int(of_article[np.argmax(closeness + LEXICAL_WEIGHT * words.passages[of_article])])
        return Match(self._lexical.passages[best], score, near.get(best, 0.0), float(words.articles[row]))


def _lead(ranked: Sequence[_Place], rivals: int) -> float:
    """How far the first score is ahead of the mean of the next ones; rivals that do not exist count as 0."""
    return sum(score for score, _ in ranked[1 : rivals + 1]) / rivals - ranked[0][0]


def _answers(ranked: Sequence[_Place], by_words: bool) -> float:
    """The probability that the first of these answers."""
    steepness, half = CURVE_OF_WORDS if by_words else CURVE
    return 1 / (1 + math.exp(-steepness * (_lead(ranked, RIVALS) - half)))
