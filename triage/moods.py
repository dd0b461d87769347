"""Decides what the mood model is taught, and judges how well, by models that never saw what they judge.

Agents' corrections pull over the model that comes with the project. It refuses to know how a mood is told from a text.
"""

from collections.abc import Mapping, Sequence

from triage.head import Vectors
from triage.learning import Row, folds_of
from triage.negatives import stacked
from triage.sentiment import LEVELS, PROBE, SentimentModel, shipped_examples


def base_texts() -> tuple[str, ...]:
    """Return every text whose vector the model without corrections may need, depending on the embedding."""
    return (PROBE, *shipped_examples()[0])


def mood_texts(corrections: Sequence[Row]) -> list[str]:
    """Return every text whose vector is needed to choose and to pull over the model."""
    return [PROBE, *(row.text for row in corrections)]


def fit_moods(corrections: Sequence[Row], vectors: Mapping[str, Vectors], base: SentimentModel) -> SentimentModel:
    """Pull `base` over by these corrections, whose labels are levels; `vectors` by text, L2-normalised."""
    known = sorted((row for row in corrections if row.label in LEVELS), key=lambda row: row.key)
    texts = [row.text for row in known]
    return base.corrected(stacked([vectors[text] for text in texts]), texts, [row.label for row in known])


def judge_moods(
    taught: Sequence[Row], judged: Sequence[Row], vectors: Mapping[str, Vectors], base: SentimentModel
) -> dict[str, bool]:
    """Return by key whether models taught without that text see each of these corrections' moods as the agent did."""
    folds = folds_of(judged)
    found: dict[str, bool] = {}
    for number in sorted(set(folds.values())):
        out = [row for row in judged if folds[row.text] == number]
        model = fit_moods([row for row in taught if folds.get(row.text) != number], vectors, base)
        seen = model.score_many(stacked([vectors[row.text] for row in out]), [row.text for row in out])
        found.update({row.key: mood.label == row.label for row, mood in zip(out, seen, strict=True)})
    return found
