"""How well tones are told, measured on small files."""

import csv
import re
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner
from numpy.typing import NDArray

from copilot.cli.main import main
from copilot.evals.sentiment import evaluate_sentiment, figures
from knowledge.embedding import SentenceTransformerEmbedder
from tests.triage.vectors import encode

HELD_OUT = Path(__file__).parents[2] / "triage" / "sentiment_held_out.csv"

TEST = [
    ("@AnyAir terrible, never again, you are liars", "negative"),
    ("still no answer, this is unacceptable", "negative"),
    ("Where do I find the invoice?", "neutral"),
    ("thank you so much, you are great!", "positive"),
]


def write(path: Path, rows: Sequence[tuple[str, str]], header: tuple[str, str] = ("text", "label")) -> Path:
    """Write rows of text and label."""
    with path.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows([header, *rows])
    return path


def test_plain_tones_are_told_apart(tmp_path: Path) -> None:
    """The model that comes along needs no training; the figures are those that are promised."""
    found = evaluate_sentiment(write(tmp_path / "test.csv", TEST), encode=encode)
    assert found == {"n": 4, "accuracy": 1.0, "macro_f1": 1.0, "recall_negative": 1.0}


def test_levels_are_counted_as_their_tones(tmp_path: Path) -> None:
    """Labels of five levels and capitals are accepted."""
    rows = [(text, f"Very {label}" if label != "neutral" else "NEUTRAL") for text, label in TEST]
    assert evaluate_sentiment(write(tmp_path / "test.csv", rows), encode=encode)["accuracy"] == 1.0


def test_corrections_are_learnt(tmp_path: Path) -> None:
    """Rows that say otherwise often enough change what is said."""
    odd = [(f"quokka zebu {number}", "positive") for number in range(40)]
    test = write(tmp_path / "test.csv", [("quokka zebu", "positive")])
    train, told = write(tmp_path / "train.csv", odd), list[str]()
    assert evaluate_sentiment(test, encode=encode, train_csv=train, progress=told.append)["accuracy"] == 1.0
    assert any("40 corrections" in line for line in told)


def test_without_negative_rows_there_is_no_recall() -> None:
    """Nothing negative, nothing to find."""
    assert figures(["neutral", "positive"], ["neutral", "neutral"])["recall_negative"] is None


@pytest.mark.parametrize(
    ("rows", "header", "message"),
    [
        ([("fine", "happy")], ("text", "label"), "row 1: column label: 'happy' is none of"),
        ([("fine", "positive"), ("x", "")], ("text", "label"), "row 2: column label"),
        ([(" ", "positive")], ("text", "label"), "line 2: column text"),
        ([("fine", "positive")], ("text", "tone"), "column label: must occur once"),
        ([], ("text", "label"), "there is no row"),
    ],
)
def test_a_wrong_file_names_row_and_column(
    tmp_path: Path, rows: list[tuple[str, str]], header: tuple[str, str], message: str
) -> None:
    """The command says in one line what is wrong, and where."""
    path = write(tmp_path / "test.csv", rows, header)
    with pytest.raises(ValueError, match=message):
        evaluate_sentiment(path, encode=encode)
    result = CliRunner().invoke(main, ["eval", "sentiment", "--test", str(path), "--json"])
    assert result.exit_code == 1
    assert message.split(":")[0] in re.sub(r"[\s│]+", " ", result.output)


def test_the_shipped_model_is_right_on_texts_it_never_saw() -> None:
    """With the real embedding the shipped weights are used as they are, and held-out texts are mostly told right."""
    embedder = SentenceTransformerEmbedder()
    asked: list[int] = []

    def encode_counted(texts: Sequence[str]) -> NDArray[np.float32]:
        asked.append(len(texts))
        return embedder.encode(texts)

    found = evaluate_sentiment(HELD_OUT, encode=encode_counted)
    assert sum(asked) <= 1 + (found["n"] or 0)
    assert (found["accuracy"] or 0) >= 0.8
    assert (found["recall_negative"] or 0) >= 0.88
