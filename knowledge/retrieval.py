"""Decides which articles answer a query, and how sure it is that any does. Refuses to know how vectors are made.

Meaning (dense) finds the article that says it in other words, words (lexical) find the one with the error code in it.
An article is judged by its best passage and by the mean of its best three: a chance resemblance is seldom repeated.
"""

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from knowledge.articles import Visibility
from knowledge.embedding import LIKENESS, Likeness, Vectors
from knowledge.languages import primary
from knowledge.lexical import Audience, Floats, LexicalIndex, LexicalScores
from knowledge.passages import Passage
from knowledge.ranker import LEXICAL_WEIGHT, Ranker
from knowledge.vector_index import IndexUnavailable, VectorIndex

Mask = NDArray[np.bool_]

AUDIENCES: tuple[Audience, ...] = ("public", "all")
# passages asked of the vector index, and articles that may enter by their words alone
DENSE_HITS = 64
# where fewer articles than this are found in the customer's language and there are more, so many passages are asked for
OWN_ARTICLES = 5
WIDE_HITS = 1_024
# where a search is narrowed and that hides too many hits, so many are asked for in the end
WIDEST_HITS = 16_384
LEXICAL_ARTICLES = 20
BEST_PASSAGES = 3
# whether the first article answers is told best by how much the scores of the best 20 gather in it (ln 20 minus the
# entropy of their softmax) and by its lead over the mean of the next five. The logistic model of both was fitted on
# questions with and without their article; docs/decisions/0015-retrieval.md has the figures
FIELD = 20
WARMTH = 0.05
RIVALS = 5
GATHERED, LEAD, INTERCEPT = 0.97, 5.83, -3.06
# an article in another language comes first only if it answers this surely, and none in the customer's does
SURE = 0.7
CURVE_OF_WORDS = (16.3, 0.055)
BY_WORDS = "only words were compared"


@dataclass(frozen=True, slots=True)
class Match:
    """An article's best passage. `score` ranks articles and has no unit; `dense` is the passage's cosine similarity (0
    when the vector index did not return it), `lexical` the article's BM25, `features` what a ranker weighs."""

    passage: Passage
    score: float
    dense: float
    lexical: float
    features: tuple[float, ...] = ()


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
class ArticleTags:
    """What is known of an article besides its text."""

    language: str | None = None
    category: str | None = None


@dataclass(frozen=True, slots=True)
class Only:
    """What a search is narrowed to; None leaves open. `language` is a tag, whose region does not matter."""

    visibility: Visibility | None = None
    language: str | None = None
    category: str | None = None


ANYTHING = Only()


@dataclass(frozen=True, slots=True)
class _Asked:
    """A query as it is compared: what its words and its vector found, and the ticket's category."""

    lexical: LexicalScores
    dense: "_Dense"
    category: str | None


@dataclass(frozen=True, slots=True)
class _Dense:
    """Hits of the vector index by article row, and the similarity that everything else stays under; similarities are
    as all-MiniLM-L6-v2 would put them. `is_full` says that the index may hold more."""

    hits: Mapping[int, list[tuple[float, int]]] = field(default_factory=dict)
    floor: float = 0.0
    degraded: str | None = None
    is_full: bool = False


class Retriever:
    """Searches a vector index and a lexical index of the same passages. Passages that only the vector index knows are
    left out, so that a deleted article is never shown. Threads may share it. `words_alone` says why there is no index,
    if so."""

    def __init__(
        self,
        index: VectorIndex | None,
        lexical: LexicalIndex,
        tags: Mapping[str, ArticleTags] | None = None,
        likeness: Likeness = LIKENESS,
        words_alone: str = "no search index",
        ranker: Ranker | None = None,
    ) -> None:
        """`tags` are those of the articles, by id; `likeness` is how the cosines of the index's model read; `ranker`
        the order that was learned, if any."""
        self._index, self._words_alone = index, words_alone
        self._lexical = lexical
        self._likeness = likeness
        self._ranker = ranker or Ranker()
        known = tags or {}
        self._tags = [known.get(article_id, ArticleTags()) for article_id in lexical.article_ids]
        self._languages = [own.language and primary(own.language) for own in self._tags]
        self._masks: dict[Only, Mask] = {}
        self._article_of = lexical.article_of.tolist()
        self._of_language = {audience: self._languages_shown_to(audience) for audience in AUDIENCES}
        # the passages of article row i are those from row starts[i] up to starts[i + 1]
        self._starts = np.searchsorted(lexical.article_of, np.arange(len(lexical.article_ids) + 1)).tolist()

    def search(
        self,
        query_text: str,
        query_vector: Vectors | None,
        limit: int = 5,
        audience: Audience = "public",
        language: str | None = None,
        category: str | None = None,
        only: Only | None = None,
    ) -> Retrieval:
        """Return the best articles for a query. `query_vector` is its unit vector, None when there is no embedder;
        `category` is the ticket's, and `only` leaves all other articles out.

        With a `language`, its articles come first and compete among themselves, because the translations of an answer
        are no rivals of it; the others lead only when they are closer and answer while it does not.
        """
        language = language and primary(language)
        words = self._lexical.scores(query_text, audience)
        if only is None:
            dense = self._dense(query_vector, audience, language)
        else:
            shown = self._lexical.visible(audience) & self._fitting(only)
            words = LexicalScores(words.passages * shown[self._lexical.article_of], words.articles * shown, words.words)
            dense = self._dense(query_vector, audience, language, shown)
        features = self._features(_Asked(words, dense, category))
        ranked = sorted((-self._ranker.score(values), row) for row, values in features.items())
        own = [place for place in ranked if language is not None and self._languages[place[1]] == language]
        others = [place for place in ranked if language is None or self._languages[place[1]] != language]
        by_words = dense.degraded is not None
        if own and others and others[0] < own[0] and _answers(own, by_words) < SURE < _answers(others, by_words):
            own, others = others, own
        first = own or others
        if not first:
            return Retrieval((), 0.0, 0.0, dense.degraded)
        best = [*own, *others][:limit]
        matches = tuple(self._match(row, -score, words, dense, features[row]) for score, row in best)
        return Retrieval(matches, _lead(first, 1), _answers(first, by_words), dense.degraded)

    def _fitting(self, only: Only) -> Mask:
        """Which article rows a search is narrowed to."""
        if only not in self._masks:
            language = only.language and primary(only.language)
            public = self._lexical.visible("public").tolist()
            fits = [
                (only.visibility is None or (only.visibility == "public") == public[row])
                and (language is None or self._languages[row] == language)
                and (only.category is None or own.category == only.category)
                for row, own in enumerate(self._tags)
            ]
            if not any(fits):
                return np.zeros(len(fits), dtype=bool)
            self._masks[only] = np.array(fits, dtype=bool)
        return self._masks[only]

    def _dense(
        self, vector: Vectors | None, audience: Audience, language: str | None, only: Mask | None = None
    ) -> _Dense:
        """`only` are the article rows that a search is narrowed to."""
        if vector is None:
            return _Dense(degraded=f"no embedding model: {BY_WORDS}")
        if self._index is None:
            return _Dense(degraded=f"{self._words_alone}: {BY_WORDS}")
        try:
            shown = self._lexical.visible(audience) if only is None else only
            dense = self._nearest(self._index, vector, DENSE_HITS, audience, shown)
            if self._crowded_out(language, dense, audience) or (only is not None and _hidden(dense, only)):
                dense = self._nearest(self._index, vector, WIDE_HITS, audience, shown)
            if only is not None and _hidden(dense, only):
                dense = self._nearest(self._index, vector, WIDEST_HITS, audience, shown)
        except IndexUnavailable as error:
            return _Dense(degraded=f"{BY_WORDS}: {error}")
        return dense

    def _nearest(self, index: VectorIndex, vector: Vectors, limit: int, audience: Audience, shown: Mask) -> _Dense:
        """Group known hits of the articles shown by article, each as (similarity, passage row), best first."""
        found = index.search(vector, limit, audience)
        if not found and shown.any():
            return _Dense(degraded=f"the search index is empty: {BY_WORDS}")
        like_the_default, hits = self._likeness.like_the_default, dict[int, list[tuple[float, int]]]()
        for passage_id, _, similarity in found:
            row = self._lexical.row_of.get(passage_id)
            if row is not None:
                hits.setdefault(self._article_of[row], []).append((like_the_default(similarity), row))
        visible = {article: own for article, own in hits.items() if shown[article]}
        is_full = len(found) >= limit
        return _Dense(visible, like_the_default(found[-1].score) if is_full else 0.0, is_full=is_full)

    def _languages_shown_to(self, audience: Audience) -> Counter[str | None]:
        shown = self._lexical.visible(audience)
        return Counter(language for row, language in enumerate(self._languages) if shown[row])

    def _crowded_out(self, language: str | None, dense: _Dense, audience: Audience) -> bool:
        """Whether the hits are full of other languages while there is more in this one."""
        if language is None or sum(map(len, dense.hits.values())) < DENSE_HITS // 2:
            return False
        found = sum(self._languages[row] == language for row in dense.hits)
        return found < min(OWN_ARTICLES, self._of_language[audience][language])

    def _features(self, asked: _Asked) -> dict[int, tuple[float, ...]]:
        """What the ranker weighs, by article row, of all that meaning found and the best by words."""
        words = asked.lexical.articles
        rows = dict.fromkeys([*asked.dense.hits, *_highest(words, LEXICAL_ARTICLES)])
        return {
            row: self._features_of(row, score, asked) for row, score in zip(rows, words[[*rows]].tolist(), strict=True)
        }

    def _features_of(self, row: int, words: float, asked: _Asked) -> tuple[float, ...]:
        best, mean = self._closeness(row, asked.dense)
        title = self._lexical.titles[row]
        titled = len(title & asked.lexical.words) / len(title) if title else 0.0
        fitting = float(asked.category is not None and self._tags[row].category == asked.category)
        accepted = self._ranker.accepted.get(self._lexical.article_ids[row], 0.0)
        return best, mean, words, titled, fitting, accepted

    def _closeness(self, row: int, dense: _Dense) -> tuple[float, float]:
        """The best passage's similarity and the mean of the best three's; unseen passages count as the floor."""
        counted = min(BEST_PASSAGES, self._starts[row + 1] - self._starts[row])
        best = [similarity for similarity, _ in dense.hits.get(row, ())[:counted]]
        best += [dense.floor] * (counted - len(best))
        return best[0], sum(best) / counted

    def _match(self, row: int, score: float, words: LexicalScores, dense: _Dense, features: tuple[float, ...]) -> Match:
        """The article's passage that is nearest in meaning and words together."""
        near = {passage: similarity for similarity, passage in dense.hits.get(row, ())}
        first, after = self._starts[row], self._starts[row + 1]
        own = words.passages[first:after].tolist()
        both = [near.get(first + at, dense.floor) + LEXICAL_WEIGHT * score for at, score in enumerate(own)]
        best = first + both.index(max(both))
        return Match(self._lexical.passages[best], score, near.get(best, 0.0), features[2], features)


def _hidden(dense: _Dense, only: Mask) -> bool:
    """Whether the hits are full of articles that are left out, while there are more of those wanted."""
    return dense.is_full and len(dense.hits) < min(OWN_ARTICLES, int(only.sum()))


def _highest(scores: Floats, count: int) -> list[int]:
    """The places of the `count` highest scores above 0, in no order."""
    above = np.flatnonzero(scores > 0)
    if len(above) > count:
        above = above[np.argpartition(scores[above], -count)[-count:]]
    return [int(place) for place in above.tolist()]


def _lead(ranked: Sequence[_Place], rivals: int) -> float:
    """How far the first score is ahead of the mean of the next ones; rivals that do not exist count as 0."""
    return sum(score for score, _ in ranked[1 : rivals + 1]) / rivals - ranked[0][0]


def _gathered(ranked: Sequence[_Place]) -> float:
    """How much of the softmax of the best scores lies on few articles: from 0, all alike, to ln(FIELD), on one."""
    best = [-place[0] for place in ranked[:FIELD]]
    best += [0.0] * (FIELD - len(best))
    weights = [math.exp((score - best[0]) / WARMTH) for score in best]
    total = sum(weights)
    return math.log(FIELD) + sum(weight / total * math.log(max(weight / total, 1e-300)) for weight in weights)


def _answers(ranked: Sequence[_Place], by_words: bool) -> float:
    """The probability that the first of these answers, where half of the questions have an answer."""
    if by_words:
        steepness, half = CURVE_OF_WORDS
        return _logistic(steepness * (_lead(ranked, RIVALS) - half))
    return _logistic(GATHERED * _gathered(ranked) + LEAD * _lead(ranked, RIVALS) + INTERCEPT)


def _logistic(value: float) -> float:
    return 1 / (1 + math.exp(-value))
