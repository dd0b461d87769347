"""How a customer feels, from a vector and the words."""

import hashlib
import json
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from tests.triage.vectors import encode
from triage.lexicon import lexicon
from triage.sentiment import LEVELS, SentimentModel, label_of, shipped_examples, shipped_model, tone_of
from triage.text import readable

EXAMPLES = Path(__file__).parents[2] / "triage" / "sentiment_examples.json"
SOME = slice(None, None, 5)


@pytest.fixture(scope="module")
def model() -> SentimentModel:
    """A model of every fifth example and vectors of hashed words."""
    texts, labels = shipped_examples()
    return SentimentModel.fit(encode(texts[SOME]), texts[SOME], labels[SOME])


def test_the_shipped_examples_are_many_and_single() -> None:
    """Every level, language and a dozen lines of business occur often, and no text occurs twice."""
    rows = json.loads(EXAMPLES.read_text(encoding="utf-8"))
    assert len({row["text"] for row in rows}) == len(rows) >= 1_500
    levels = Counter(row["label"] for row in rows)
    assert set(levels) == set(LEVELS)
    assert min(levels.values()) >= 100
    assert min(Counter(row["language"] for row in rows).values()) >= 200
    assert len({row["topic"] for row in rows}) >= 12


def test_the_shipped_examples_are_learnt(model: SentimentModel) -> None:
    """Trained on examples, the model gives most of them their own level back."""
    texts, labels = shipped_examples()
    scored = model.score_many(encode(texts[SOME]), texts[SOME])
    assert np.mean([found.label == label for found, label in zip(scored, labels[SOME], strict=True)]) > 0.8


@pytest.mark.parametrize(
    ("text", "tone"),
    [
        ("This is terrible, you are useless liars", "negative"),
        ("Where do I find the invoice?", "neutral"),
        ("Thank you, fantastic, the best", "positive"),
        ("Das ist eine Frechheit", "negative"),
        ("Wie lange dauert der Versand?", "neutral"),
        ("Merci, c'est parfait", "positive"),
        ("Toujours rien reçu, aucune réponse", "negative"),
    ],
)
def test_words_alone_decide_without_vectors(text: str, tone: str) -> None:
    """Without an embedding the words still tell plain moods apart, in three languages."""
    assert tone_of(SentimentModel.of_words().score_many(None, [text])[0].label) == tone


def test_words_tilt_the_same_vector(model: SentimentModel) -> None:
    """Of two texts with one vector, the harsher one scores lower."""
    vector = encode(["parcel"])[0]
    bad, plain, good = (model.score(vector, text) for text in ("terrible liars!!", "parcel", "great, thank you"))
    assert bad.score < plain.score < good.score


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
        SentimentModel.fit(encode(["a"]), ["a"], ["neutral"])


def test_other_lengths_are_refused(model: SentimentModel) -> None:
    """As many vectors and texts as labels are needed."""
    with pytest.raises(ValueError, match="vectors"):
        SentimentModel.fit(encode(["a"]), ["a"] * 5, list(LEVELS))
    with pytest.raises(ValueError, match="texts"):
        SentimentModel.fit(encode(["a"] * 5), ["a"], list(LEVELS))
    with pytest.raises(ValueError, match="vectors"):
        model.corrected(encode(["a"]), ["a", "b"], ["neutral", "neutral"])


CORRECTED = [f"the {thing} is {state}" for thing in ("tent", "boot", "lamp", "rope") for state in ("blue", "round")]


def test_corrections_pull_the_model_over(model: SentimentModel) -> None:
    """What people said many times is what the model says next, and one correction changes less than many."""
    texts = CORRECTED * 30
    base = model.probabilities(encode(CORRECTED), CORRECTED)[:, 4].mean()
    one = model.corrected(encode(texts[:1]), texts[:1], ["very positive"])
    many = model.corrected(encode(texts), texts, ["very positive"] * len(texts))
    after_one = one.probabilities(encode(CORRECTED), CORRECTED)[:, 4].mean()
    after_many = many.probabilities(encode(CORRECTED), CORRECTED)[:, 4].mean()
    assert base < after_one < after_many
    assert after_many > 0.9


def test_a_few_corrections_leave_the_rest_alone(model: SentimentModel) -> None:
    """Three corrections, all of one level, change hardly any of the other answers."""
    texts, _ = shipped_examples()
    others = list(texts[1:200])
    after = model.corrected(encode(CORRECTED[:3]), CORRECTED[:3], ["negative"] * 3)
    before, now = (found.score_many(encode(others), others) for found in (model, after))
    assert np.mean([a.label == b.label for a, b in zip(before, now, strict=True)]) > 0.9


def test_tones_leave_the_level_open(model: SentimentModel) -> None:
    """Told only that a text is negative, the model may keep thinking it very negative."""
    furious = "You are liars and thieves, this is a disgrace!!"
    after = model.corrected(encode([furious] * 50), [furious] * 50, ["negative"] * 50, tones=True)
    assert after.score(encode([furious])[0], furious).label == "very negative"


def test_unknown_corrections_are_refused(model: SentimentModel) -> None:
    """Labels that are no levels, or with tones no tones, are an error; no corrections are none."""
    with pytest.raises(ValueError, match="labels: unknown"):
        model.corrected(encode(["a"]), ["a"], ["happy"])
    with pytest.raises(ValueError, match="labels: unknown"):
        model.corrected(encode(["a"]), ["a"], ["very negative"], tones=True)
    assert model.corrected(np.empty((0, 0), np.float32), [], []) is model


@pytest.mark.parametrize("text", ["", " \n", "\x00\x07\u200b", "12345", "?!", "📦📦"])
def test_text_without_words_is_neutral(model: SentimentModel, text: str) -> None:
    """Without a word or a face there is nothing to judge, and no confidence in it."""
    found = model.score(encode([text])[0], text)
    assert (found.label, found.score, found.confidence) == ("neutral", 0.0, 0.0)


def test_faces_alone_are_read(model: SentimentModel) -> None:
    """A message of nothing but angry faces is negative."""
    assert model.score(encode(["😡😡"])[0], "😡😡").label == "negative"


@pytest.mark.parametrize("text", ["never " * 200_000, "😡" * 1_000_000, "a" * 1_000_000, "@#" * 500_000, "\ud800x"])
def test_huge_and_broken_text_is_judged(model: SentimentModel, text: str) -> None:
    """A million characters and broken Unicode get a level like any other text."""
    assert model.score(encode([text[:100]])[0], readable("", text)).label in LEVELS


def test_another_embedding_gets_a_model_of_its_own_once() -> None:
    """For vectors that the shipped weights are not made for, the examples are fitted, but only the first time."""
    asked: list[int] = []

    def counting(texts: Sequence[str]) -> NDArray[np.float32]:
        asked.append(len(texts))
        return encode(texts)

    first, second = shipped_model(counting), shipped_model(counting)
    assert first is second
    assert first.weights.shape[1] > SentimentModel.of_words().weights.shape[1]
    assert asked.count(1) == 2


def test_the_shipped_weights_are_those_of_the_examples() -> None:
    """Who changes the examples must run `scripts/fit_sentiment.py`, which writes down what it has read."""
    weights = json.loads((EXAMPLES.parent / "sentiment_weights.json").read_text(encoding="utf-8"))
    lists = {name: lexicon()[name] for name in ("valence", "faces", "negators", "complaints")}
    parts = (EXAMPLES.read_bytes(), json.dumps(lists).encode())
    assert weights["made_from"] == [hashlib.sha256(part).hexdigest()[:16] for part in parts]
