"""Decides how a customer feels, in five levels, from a vector and the words; refuses to know what follows from it.

A logistic head over the embedding gives a distribution over the levels, and the words tilt it by their valence; the
score is the mean level. The examples it is trained on were written for this project, in English, French and German.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources

import numpy as np

from triage.categories import softmax
from triage.head import Scores, Vectors, regression
from triage.wording import NEGATIVE, VERY_NEGATIVE, signals, valence

LEVELS = {"very negative": -1.0, "negative": -0.5, "neutral": 0.0, "positive": 0.5, "very positive": 1.0}
BORDERS = (VERY_NEGATIVE, NEGATIVE, -NEGATIVE, -VERY_NEGATIVE)
INVERSE_REGULARISATION = 10.0
TILT = 3.0


@dataclass(frozen=True, slots=True)
class Sentiment:
    """`label` is one of LEVELS, `score` lies in -1..1, `signals` are some of `triage.wording.SIGNALS`."""

    label: str
    score: float
    signals: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class SentimentModel:
    """Weights (5, d) and intercepts (5,) of the levels in the order of LEVELS; of size 0 when only words are judged."""

    weights: Vectors
    intercept: Scores

    @classmethod
    def fit(cls, vectors: Vectors, labels: Sequence[str]) -> "SentimentModel":
        """Fit to vectors (n, d), L2-normalised, and n labels; ValueError unless each of the five levels occurs."""
        missing = set(LEVELS).symmetric_difference(labels)
        if missing:
            raise ValueError(f"labels: each of the five levels must occur and nothing else, wrong: {sorted(missing)}")
        if len(vectors) != len(labels):
            raise ValueError(f"vectors: expected {len(labels)} rows, got {len(vectors)}")
        order = list(LEVELS)
        codes = np.array([order.index(label) for label in labels], np.int64)
        weights, intercept = regression(vectors, codes, len(order), INVERSE_REGULARISATION)
        return cls(weights.astype(np.float32), intercept)

    @classmethod
    def of_words(cls) -> "SentimentModel":
        """Return the model for when there is no embedding: it judges by words alone."""
        return cls(np.empty((0, 0), np.float32), np.empty(0))

    def score(self, vector: Vectors, text: str) -> Sentiment:
        """Return the sentiment of one vector (d,) and the text that it stands for."""
        return self.score_many(vector[None, :], [text])[0]

    def score_many(self, vectors: Vectors | None, texts: Sequence[str]) -> list[Sentiment]:
        """Return the sentiment of vectors (n, d) and their n texts, in order; of the words alone without vectors."""
        levels = np.array(list(LEVELS.values()))
        moods = np.array([valence(text) for text in texts]).reshape(-1, 1)
        logits = TILT * moods * levels
        if vectors is not None and self.intercept.size:
            logits = logits + vectors @ self.weights.T + self.intercept
        scores = np.clip(softmax(logits) @ levels, -1.0, 1.0)
        return [_sentiment(float(score), text) for score, text in zip(scores, texts, strict=True)]


@cache
def shipped_examples() -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the texts and the labels of the examples that come with the project."""
    rows = json.loads(resources.files("triage").joinpath("sentiment_examples.json").read_text(encoding="utf-8"))
    return tuple(row["text"] for row in rows), tuple(row["label"] for row in rows)


def label_of(score: float) -> str:
    """Return the level that a score in -1..1 stands for."""
    return list(LEVELS)[int(np.searchsorted(BORDERS, score, side="right"))]


def _sentiment(score: float, text: str) -> Sentiment:
    return Sentiment(label_of(score), score, signals(text, score))
