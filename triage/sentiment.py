"""Decides how a customer feels, in five levels, from a vector and the words; refuses to know what follows from it.

A softmax regression over the embedding, the words' cues and the words themselves. The examples it is trained on were
written for this project, in English, French and German; what people correct pulls its weights over.
"""

import json
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources

import numpy as np
from numpy.typing import NDArray

from triage.combining import softmax
from triage.head import Scores, Vectors
from triage.softmax import fit_near
from triage.wording import CUES, NEGATIVE, VERY_NEGATIVE, cues, signals, terms, valence

LEVELS = {"very negative": -1.0, "negative": -0.5, "neutral": 0.0, "positive": 0.5, "very positive": 1.0}
BORDERS = (VERY_NEGATIVE, NEGATIVE, -NEGATIVE, -VERY_NEGATIVE)
TONES = {"negative": ("very negative", "negative"), "neutral": ("neutral",), "positive": ("positive", "very positive")}
PROBE = "Where is my parcel, and why does nobody answer me?"
PROBE_LIKENESS = 0.9999

CUE_SCALE = 0.7
TERM_LENGTH = 8
RAREST_TERM = 3
EXAMPLE_STRENGTH = 0.7
CORRECTION_STRENGTH = 8.0
FREE = 1e-3
SUPPORT_TRAFFIC = (0.13, 0.13, -0.14, 0.0, 0.0)
"""Added to the levels' logits: tickets are complaints more often than the examples are."""

_NAMES = tuple(LEVELS)
_IN_TONE = np.array([[level in levels for level in _NAMES] for levels in TONES.values()])


@dataclass(frozen=True, slots=True)
class Sentiment:
    """`label` is one of LEVELS and `confidence` its probability, `score` lies in -1..1, `signals` are some of
    `triage.wording.SIGNALS`."""

    label: str
    score: float
    signals: frozenset[str] = frozenset()
    confidence: float = 0.0


@dataclass(frozen=True, slots=True)
class SentimentModel:
    """Weights (5, d + cues + words + 1) of the levels in the order of LEVELS, the last being the intercept."""

    weights: Scores
    vocabulary: tuple[str, ...]

    @classmethod
    def fit(cls, vectors: Vectors | None, texts: Sequence[str], labels: Sequence[str]) -> "SentimentModel":
        """Fit to vectors (n, d), L2-normalised, or to the words alone; to n texts and their labels.

        Raises ValueError unless each of the five levels occurs and the lengths agree.
        """
        missing = set(LEVELS).symmetric_difference(labels)
        if missing:
            raise ValueError(f"labels: each of the five levels must occur and nothing else, wrong: {sorted(missing)}")
        _check_lengths(vectors, texts, labels)
        vocabulary = _vocabulary(texts)
        rows = _design(vectors, texts, vocabulary)
        strength = np.full(rows.shape[1], EXAMPLE_STRENGTH)
        strength[-1] = FREE
        weights = fit_near(rows, _allowed(labels, tones=False), np.zeros((len(LEVELS), rows.shape[1])), strength)
        weights[:, -1] += SUPPORT_TRAFFIC
        return cls(weights, vocabulary)

    @classmethod
    def of_words(cls) -> "SentimentModel":
        """Return the model for when there is no embedding: it judges by words alone."""
        return _shipped().of_words

    def corrected(
        self, vectors: Vectors, texts: Sequence[str], labels: Sequence[str], *, tones: bool = False
    ) -> "SentimentModel":
        """Return the model pulled over by what people said of n texts with vectors (n, d).

        Labels are LEVELS; with `tones` they are TONES: "negative" and "positive" stand for both of their levels. The
        more there are, the more they count against the examples. Raises ValueError naming labels or vectors.
        """
        unknown = set(labels).difference(TONES if tones else LEVELS)
        if unknown:
            raise ValueError(f"labels: unknown {sorted(unknown)}, expected some of {list(TONES if tones else LEVELS)}")
        _check_lengths(vectors, texts, labels)
        if not labels:
            return self
        vocabulary = self.vocabulary + tuple(sorted(set(_vocabulary(texts)).difference(self.vocabulary)))
        rows = _design(vectors, texts, vocabulary)
        start = np.insert(self.weights, [-1] * (len(vocabulary) - len(self.vocabulary)), 0.0, axis=1)
        # measured on whole lines of business held out: three corrections must move little, three hundred a lot
        strength = np.full(rows.shape[1], CORRECTION_STRENGTH / np.sqrt(len(labels)))
        return SentimentModel(fit_near(rows, _allowed(labels, tones), start, strength), vocabulary)

    def score(self, vector: Vectors, text: str) -> Sentiment:
        """Return the sentiment of one vector (d,) and the text that it stands for."""
        return self.score_many(vector[None, :], [text])[0]

    def score_many(self, vectors: Vectors | None, texts: Sequence[str]) -> list[Sentiment]:
        """Return the sentiment of vectors (n, d) and their n texts, in order; of the words alone without vectors."""
        return [_sentiment(row, text) for row, text in zip(self.probabilities(vectors, texts), texts, strict=True)]

    def probabilities(self, vectors: Vectors | None, texts: Sequence[str]) -> Scores:
        """Return the probabilities (n, 5) of the levels."""
        if vectors is None and self._dimension:
            return self.of_words().probabilities(None, texts)
        rows = _design(vectors if self._dimension else None, texts, self.vocabulary)
        return softmax(rows @ self.weights.T)

    @property
    def _dimension(self) -> int:
        return int(self.weights.shape[1]) - CUES - len(self.vocabulary) - 1


@dataclass(frozen=True, slots=True)
class _Shipped:
    """The models in the package and the vector that the embedding which they are made for gives to PROBE."""

    probe: Vectors
    with_vectors: SentimentModel
    of_words: SentimentModel


def shipped_model(encode: Callable[[Sequence[str]], Vectors]) -> SentimentModel:
    """Return the model of the shipped examples for this embedding: the one in the package if it is made for it.

    For any other embedding it is fitted to the examples, once a process.
    """
    probe = np.asarray(encode([PROBE]), np.float32)[0]
    shipped = _shipped()
    if probe.shape == shipped.probe.shape and float(probe @ shipped.probe) >= PROBE_LIKENESS:
        return shipped.with_vectors
    key = probe.tobytes()
    if key not in _FITTED:
        texts, labels = shipped_examples()
        _FITTED[key] = SentimentModel.fit(np.asarray(encode(list(texts)), np.float32), texts, labels)
    return _FITTED[key]


_FITTED: dict[bytes, SentimentModel] = {}


@cache
def shipped_examples() -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the texts and the labels of the examples that come with the project."""
    rows = json.loads(_resource("sentiment_examples.json"))
    return tuple(row["text"] for row in rows), tuple(row["label"] for row in rows)


def label_of(score: float) -> str:
    """Return the level that a score in -1..1 stands for."""
    return _NAMES[int(np.searchsorted(BORDERS, score, side="right"))]


def tone_of(label: str) -> str:
    """Return which of TONES a level belongs to."""
    return next(tone for tone, levels in TONES.items() if label in levels)


def _sentiment(probabilities: Scores, text: str) -> Sentiment:
    if not any(character.isalpha() for character in text):
        # no sentence, at most a face: the levels' probabilities mean nothing here
        score = valence(text)
        return Sentiment(label_of(score), score, signals(text, score), abs(score))
    tone = int(np.argmax(_IN_TONE @ probabilities))
    best = int(np.argmax(np.where(_IN_TONE[tone], probabilities, -1.0)))
    score = float(np.clip(probabilities @ np.array(list(LEVELS.values())), -1.0, 1.0))
    return Sentiment(_NAMES[best], score, signals(text, score), float(probabilities[best]))


def _design(vectors: Vectors | None, texts: Sequence[str], vocabulary: Sequence[str]) -> Scores:
    """Return rows (n, d + cues + words + 1); each word counts less in long texts, so that those are not overrated."""
    place = {term: column for column, term in enumerate(vocabulary)}
    words = np.zeros((len(texts), len(vocabulary)))
    for row, text in zip(words, texts, strict=True):
        row[[place[term] for term in terms(text) if term in place]] = 1.0
    words /= np.sqrt(np.maximum(words.sum(axis=1, keepdims=True), TERM_LENGTH))
    moods = CUE_SCALE * np.array([cues(text) for text in texts]).reshape(-1, CUES)
    ones = np.ones((len(texts), 1))
    return np.hstack([*([] if vectors is None else [np.asarray(vectors, np.float64)]), moods, words, ones])


def _vocabulary(texts: Iterable[str]) -> tuple[str, ...]:
    counts = Counter(term for text in texts for term in terms(text))
    return tuple(sorted(term for term, count in counts.items() if count >= RAREST_TERM))


def _allowed(labels: Sequence[str], tones: bool) -> NDArray[np.bool_]:
    """Return which levels (n, 5) each label allows."""
    return np.array([[level in TONES[label] if tones else level == label for level in _NAMES] for label in labels])


def _check_lengths(vectors: Vectors | None, texts: Sequence[str], labels: Sequence[str]) -> None:
    if len(texts) != len(labels):
        raise ValueError(f"texts: expected {len(labels)} rows, got {len(texts)}")
    if vectors is not None and len(vectors) != len(labels):
        raise ValueError(f"vectors: expected {len(labels)} rows, got {len(vectors)}")


@cache
def _shipped() -> _Shipped:
    """Return what `scripts/fit_sentiment.py` has written."""
    document = json.loads(_resource("sentiment_weights.json"))
    vocabulary = tuple(document["vocabulary"])
    with_vectors, of_words = (
        SentimentModel(np.array([document[name][level] for level in _NAMES], np.float64), vocabulary)
        for name in ("vectors", "words")
    )
    return _Shipped(np.array(document["probe"], np.float32), with_vectors, of_words)


def _resource(name: str) -> str:
    return resources.files("triage").joinpath(name).read_text(encoding="utf-8")
