"""How well tickets are put into categories, measured on small files."""

import csv
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from copilot.evals.categories import (
    Predictions,
    encoded,
    evaluate_categories,
    few,
    figures,
    in_plain_words,
    read_rows,
)
from tests.triage.vectors import encode

TRAIN = [
    (f"{words} {number}", label)
    for number in range(8)
    for words, label in [
        ("refund my money", "refund"),
        ("late parcel tracking", "delivery"),
        ("reset my password", "login"),
    ]
]
TEST = [("refund money", "refund"), ("parcel late", "delivery"), ("password reset", "login")]


def write(path: Path, rows: Sequence[tuple[str, str]]) -> Path:
    """Write rows of text and label."""
    with path.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows([("text", "label"), *rows])
    return path


def test_the_figures_of_an_easy_set_are_perfect(tmp_path: Path) -> None:
    """Categories that share no word are all told apart, and what is unlike them ranks last."""
    train = write(tmp_path / "train.csv", TRAIN)
    test = write(tmp_path / "test.csv", [*TEST, ("penguins waltz", ""), ("purple volcanoes", "")])
    found = evaluate_categories(train, test, encode=encode)
    assert (found["n"], found["accuracy"], found["macro_f1"], found["oos_auroc"]) == (5, 1.0, 1.0, 1.0)
    assert found["coverage_at"] == {"0.95": 0.6, "0.98": 0.6, "0.99": 0.6}
    assert set(found) == {"n", "accuracy", "macro_f1", "ece", "ece_expected", "oos_auroc", "aurc", "coverage_at"}


def test_without_out_of_scope_rows_there_is_no_auroc(tmp_path: Path) -> None:
    """A test file of one kind only has no curve between kinds; a validation file and few shots are accepted."""
    train, test = write(tmp_path / "train.csv", [*TRAIN, ("noise", "")]), write(tmp_path / "test.csv", TEST)
    told: list[str] = []
    found = evaluate_categories(train, test, encode=encode, val_csv=train, shots=2, seed=1, progress=told.append)
    assert found["oos_auroc"] is None
    assert found["accuracy"] == 1.0
    assert told


def test_figures_are_those_worked_out_by_hand() -> None:
    """Four rows, the third a wrong label and the last out of scope, in falling confidence."""
    seen = Predictions(
        np.array(["a", "b", "a", ""]),
        np.array(["a", "b", "b", "a"]),
        np.array([0.9, 0.8, 0.7, 0.6]),
        np.array([1.0, 1.0, 1.0, 0.5]),
    )
    found = figures(seen)
    assert found["accuracy"] == pytest.approx(2 / 3)
    assert found["macro_f1"] == pytest.approx(2 / 3)
    assert found["ece"] == pytest.approx((0.1 + 0.2 + 0.7) / 3)
    assert found["oos_auroc"] == 1.0
    assert found["aurc"] == pytest.approx((0 + 0 + 1 / 3 + 2 / 4) / 4)
    assert found["coverage_at"] == {"0.95": 0.5, "0.98": 0.5, "0.99": 0.5}


def test_labels_are_read_as_words() -> None:
    """A label's name is one example more, each once."""
    rows = in_plain_words(["Card_arrival", "refund", "refund"])
    assert (rows.texts, rows.labels) == (("card arrival", "refund"), ("Card_arrival", "refund"))


def test_validation_rows_are_taught_once_they_have_calibrated(tmp_path: Path) -> None:
    """Words that only the validation file holds are known afterwards; its rows out of scope are no category."""
    more = [(f"gadget broken {number}", label) for number, label in enumerate(["refund", ""] * 6)]
    val = write(tmp_path / "val.csv", [*TRAIN, ("broken kettle whistle", "login"), *more])
    test = write(tmp_path / "test.csv", [("kettle whistle", "login"), *TEST])
    train = write(tmp_path / "train.csv", TRAIN)
    assert evaluate_categories(train, test, encode=encode, val_csv=val)["accuracy"] == 1.0


def test_shots_keep_so_many_rows_of_each_label(tmp_path: Path) -> None:
    """The choice depends on the seed only."""
    rows = read_rows(write(tmp_path / "train.csv", TRAIN))
    chosen = few(rows, 3, seed=5)
    assert sorted(chosen.labels) == ["delivery"] * 3 + ["login"] * 3 + ["refund"] * 3
    assert chosen == few(rows, 3, seed=5)
    assert few(rows, None, seed=5) == rows


def test_texts_are_encoded_once_in_small_batches_of_like_length() -> None:
    """Repeated texts are encoded once, no batch exceeds 8, lengths rise, and rows come back in order."""
    batches: list[list[str]] = []

    def recording(texts: Sequence[str]) -> NDArray[np.float32]:
        batches.append(list(texts))
        return np.array([[len(text)] for text in texts], np.float32)

    texts = ["x" * (1 + number % 20) for number in range(40)]
    assert encoded(texts, recording, lambda _: None)[:, 0].tolist() == [len(text) for text in texts]
    assert max(map(len, batches)) <= 8
    assert [len(text) for batch in batches for text in batch] == list(range(1, 21))


@pytest.mark.parametrize(
    ("content", "where"),
    [
        (b"", "line 1: column text"),
        (b"text\nhi\n", "line 1: column label"),
        (b"text,text,label\na,b,c\n", "line 1: column text"),
        (b"text,label\n", "line 2: column text"),
        (b"text,label\nhi,a\n ,b\n", "line 3: column text"),
        (b"text,label\nhi\n", "line 2: must have 2 columns"),
        (b"text,label\nhi,a,b\n", "line 2: must have 2 columns"),
        (b'text,label\n"hi,a\n', "line 2"),
        (b"text,label\nhi,\xff\n", "not UTF-8"),
    ],
)
def test_a_bad_file_is_refused_by_place(tmp_path: Path, content: bytes, where: str) -> None:
    """The error names the file, the line and the column."""
    path = tmp_path / "bad.csv"
    path.write_bytes(content)
    with pytest.raises(ValueError, match=f"bad.csv: {where}"):
        read_rows(path)


def test_nothing_to_learn_from_is_refused(tmp_path: Path) -> None:
    """A training file without labels and a count of no shots are errors."""
    train = write(tmp_path / "train.csv", [("hi", "")])
    with pytest.raises(ValueError, match="column label"):
        evaluate_categories(train, train, encode=encode)
    with pytest.raises(ValueError, match="shots"):
        evaluate_categories(train, train, encode=encode, shots=0)


def test_a_ticket_as_long_as_intake_takes_is_read(tmp_path: Path) -> None:
    """A text beyond the csv module's own limit is a row like any other."""
    text = "my parcel is late. " * 10_000
    assert read_rows(write(tmp_path / "long.csv", [(text, "delivery")])).texts == (text,)
