"""How a customer feels, from a vector and the words."""

from collections import Counter

import numpy as np
import pytest

from tests.triage.vectors import encode
from triage.sentiment import LEVELS, SentimentModel, label_of, shipped_examples


def test_the_shipped_examples_are_balanced_and_single() -> None:
    """Each level has as many examples as the others, and none occurs twice."""
    texts, labels = shipped_examples()
    assert len(set(texts)) == len(texts) >= 150
    assert set(Counter(labels)) == set(LEVELS)
    assert len(set(Counter(labels).values())) == 1


def test_the_shipped_examples_are_learnt() -> None:
    """Trained on its examples, the model gives most of them their own level back."""
    texts, labels = shipped_examples()
    vectors = encode(texts)
    scored = SentimentModel.fit(vectors, labels).score_many(vectors, texts)
    assert np.mean([found.label == label for found, label in zip(scored, labels, strict=True)]) > 0.8


@pytest.mark.parametrize(
    ("text", "label"),
    [
        ("This is terrible, you are useless liars", "very negative"),
        ("Where is parcel 12", "neutral"),
        ("Thank you, fantastic, the best", "very positive"),
    ],
)
def test_words_alone_decide_without_vectors(text: str, label: str) -> None:
    """Without an embedding the words still tell plain moods apart."""
    assert SentimentModel.of_words().score_many(None, [text])[0].label == label


def test_words_tilt_the_same_vector() -> None:
    """Of two texts with one vector, the harsher one scores lower."""
    texts, labels = shipped_examples()
    model = SentimentModel.fit(encode(texts), labels)
    vector = encode(["parcel"])[0]
    assert model.score(vector, "terrible").score < model.score(vector, "").score < model.score(vector, "great").score


@pytest.mark.parametrize(
    ("score", "label"),
    [(-1, "very negative"), (-0.5, "negative"), (0, "neutral"), (0.5, "positive"), (1, "very positive")],
)
def test_each_level_covers_its_score(score: float, label: str) -> None:
    """A level's own score gets its label."""
    assert label_of(score) == label


def test_a_missing_level_is_refused() -> None:
    """Training data without one of the levels is an error naming the labels."""
    with pytest.raises(ValueError, match="labels"):
        SentimentModel.fit(encode(["a"]), ["neutral"])


def test_other_lengths_are_refused() -> None:
    """As many vectors as labels are needed."""
    with pytest.raises(ValueError, match="vectors"):
        SentimentModel.fit(encode(["a"]), list(LEVELS))
