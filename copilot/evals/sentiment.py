"""Measures how well a customer's tone is told, from CSV files of text and label: negative, neutral or positive.

The five levels are accepted as labels too, and counted as the tone that they belong to. The model is the one that comes
with the project; rows for training are taken as what people have corrected.
"""

from collections.abc import Callable
from pathlib import Path

import numpy as np

from copilot.evals.categories import Encode, Rows, encoded, read_rows
from triage.sentiment import LEVELS, TONES, SentimentModel, shipped_model, tone_of
from triage.text import readable

Progress = Callable[[str], None]
Figures = dict[str, int | float | None]


def evaluate_sentiment(
    test_csv: Path, *, encode: Encode, train_csv: Path | None = None, progress: Progress = lambda _: None
) -> Figures:
    """Return n, accuracy, macro_f1 and recall_negative over the three tones of the test file.

    `recall_negative` is None when no row is negative. Raises ValueError naming file, line or row, and column.
    """
    test, train = _labelled(test_csv), None if train_csv is None else _labelled(train_csv)
    model = shipped_model(encode)
    if train is not None:
        model = corrected(model, train, encode, progress)
    found = model.score_many(encoded(test.texts, encode, progress), [readable("", text) for text in test.texts])
    return figures([tone_of(label) for label in test.labels], [tone_of(mood.label) for mood in found])


def corrected(model: SentimentModel, rows: Rows, encode: Encode, progress: Progress) -> SentimentModel:
    """Return the model pulled over by these rows; their labels are taken as levels if a "very" occurs among them."""
    vectors = encoded(rows.texts, encode, progress)
    tones = not any(label.startswith("very ") for label in rows.labels)
    progress(f"learning from {len(rows.texts)} corrections")
    return model.corrected(vectors, [readable("", text) for text in rows.texts], rows.labels, tones=tones)


def figures(actual: list[str], found: list[str]) -> Figures:
    """Return the figures from n tones as they are and n as they were told."""
    from sklearn.metrics import f1_score

    right = np.array(actual) == np.array(found)
    negative = np.array(actual) == "negative"
    return {
        "n": len(actual),
        "accuracy": float(right.mean()),
        "macro_f1": float(f1_score(actual, found, average="macro", labels=sorted(set(actual)))),
        "recall_negative": float(right[negative].mean()) if negative.any() else None,
    }


def _labelled(path: Path) -> Rows:
    rows = read_rows(path)
    labels = tuple(label.lower() for label in rows.labels)
    for number, label in enumerate(labels, start=1):
        if label not in LEVELS:
            expected = ", ".join([*TONES, *(level for level in LEVELS if level not in TONES)])
            raise ValueError(f"{path}: row {number}: column label: '{label[:40]}' is none of {expected}")
    return Rows(rows.texts, labels)
