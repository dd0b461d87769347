"""Measures how well tickets are put into categories, from CSV files of text and label; an empty label is out of scope.

Accuracy, macro F1 and calibration error are taken over in-scope rows, since there is no right category for the others.
What is answered automatically meets both kinds: coverage and the risk-coverage area are taken over all rows, ranked by
confidence × scope score, and answering an out-of-scope row is an error. Some calibration error comes of chance alone:
what a model whose probabilities are true would show on as many rows with the same confidences stands beside it.
"""

import csv
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from copilot.calibration import calibration_error, expected_calibration_error
from triage.categories import CategoryModel, fit_with_held_out
from triage.examples import NO_EXAMPLES, Examples
from triage.scope import ScopeModel
from triage.text import readable

Encode = Callable[[Sequence[str]], NDArray[np.float32]]
Progress = Callable[[str], None]
Figures = dict[str, int | float | dict[str, float] | None]

PRECISIONS = ("0.95", "0.98", "0.99")
ENCODING_BATCH = 8
LONGEST_CELL = 1_000_000  # characters, as of a ticket; the csv module alone would stop at 131,072
PROGRESS_EVERY = 1_000


@dataclass(frozen=True, slots=True)
class Rows:
    """Texts and labels of one file, in its order; an empty label is out of scope."""

    texts: tuple[str, ...]
    labels: tuple[str, ...]

    def where(self, keep: Sequence[int]) -> "Rows":
        """Return the rows at these positions."""
        return Rows(tuple(self.texts[at] for at in keep), tuple(self.labels[at] for at in keep))

    def in_scope(self) -> "Rows":
        """Return the rows that have a label."""
        return self.where([at for at, label in enumerate(self.labels) if label])

    def out_of_scope(self) -> "Rows":
        """Return the rows that have none."""
        return self.where([at for at, label in enumerate(self.labels) if not label])

    def and_(self, more: "Rows") -> "Rows":
        """Return these rows and more of them."""
        return Rows(self.texts + more.texts, self.labels + more.labels)


@dataclass(frozen=True, slots=True)
class Predictions:
    """For each test row: the likeliest label, its probability and the scope score; `actual` is "" out of scope."""

    actual: NDArray[np.str_]
    label: NDArray[np.str_]
    confidence: NDArray[np.float64]
    scope: NDArray[np.float64]


def evaluate_categories(
    train_csv: Path,
    test_csv: Path,
    *,
    encode: Encode,
    val_csv: Path | None = None,
    shots: int | None = None,
    seed: int = 0,
    progress: Progress = lambda _: None,
) -> Figures:
    """Train on one file, measure on another, and return n, accuracy, macro_f1, ece, ece_expected, oos_auroc, aurc and
    coverage_at.

    `shots` keeps that many random rows a label (`seed`). Without `val_csv`, calibration and scope are set on
    cross-fitted training rows; with it, on its in-scope rows, which are then taught as well unless there are `shots`.
    The labels in plain words are one example more each; rows out of scope of both files show what is none of them.
    `oos_auroc` is None when the test file has rows of one kind only. Raises ValueError naming file, line and column.
    """
    if shots is not None and shots < 1:
        raise ValueError("shots: must be at least 1")
    rows = read_rows(train_csv)
    train, outside = few(rows.in_scope(), shots, seed), few(rows.out_of_scope(), shots, seed)
    if not train.texts:
        raise ValueError(f"{train_csv}: column label: no row has a label")
    test = read_rows(test_csv)
    validation = None if val_csv is None else read_rows(val_csv)
    if validation is not None and shots is None:
        outside = outside.and_(validation.out_of_scope())

    def examples(some: Rows) -> Examples:
        return encoded_rows(some, encode, progress) if some.texts else NO_EXAMPLES

    model, scope = _fitted(train, validation and validation.in_scope(), outside, shots is None, examples, progress)
    return figures(_predictions(model, scope, test, examples))


def read_rows(path: Path) -> Rows:
    """Read a CSV file with the columns text and label; ValueError names file, line and column of what is wrong."""
    texts, labels = [], []
    for text, label in _cells(path):
        texts.append(text)
        labels.append(label)
    if not texts:
        raise ValueError(f"{path}: line 2: column text: there is no row")
    return Rows(tuple(texts), tuple(labels))


def few(rows: Rows, shots: int | None, seed: int) -> Rows:
    """Return `shots` random rows of each label, or all rows when `shots` is None."""
    if shots is None:
        return rows
    random = np.random.default_rng(seed)
    labels = np.array(rows.labels)
    kept = [random.permutation(np.flatnonzero(labels == label))[:shots] for label in np.unique(labels)]
    return rows.where([int(at) for group in kept for at in group])


def figures(seen: Predictions) -> Figures:
    """Return the figures of some predictions; see `evaluate_categories`."""
    from sklearn.metrics import f1_score, roc_auc_score

    inside = seen.actual != ""
    right = inside & (seen.label == seen.actual)
    ranked = right[np.argsort(-seen.confidence * seen.scope, kind="stable")]
    precision = np.cumsum(ranked) / np.arange(1, len(ranked) + 1)
    some = bool(inside.any())
    return {
        "n": len(right),
        "accuracy": float(right[inside].mean()) if some else None,
        "macro_f1": float(f1_score(seen.actual[inside], seen.label[inside], average="macro")) if some else None,
        "ece": calibration_error(seen.confidence[inside], right[inside]) if some else None,
        "ece_expected": expected_calibration_error(seen.confidence[inside]) if some else None,
        "oos_auroc": float(roc_auc_score(inside, seen.scope)) if some and not inside.all() else None,
        "aurc": float(1 - precision.mean()),
        "coverage_at": {wanted: _coverage(precision, float(wanted)) for wanted in PRECISIONS},
    }


def encoded(texts: Sequence[str], encode: Encode, progress: Progress) -> NDArray[np.float32]:
    """Encode the readable part of each text, in batches of 8 of like length, which is fastest; each text only once."""
    cleaned = [readable("", text) for text in texts]
    once = sorted(set(cleaned), key=lambda text: (len(text), text))
    vectors: dict[str, NDArray[np.float32]] = {}
    for at in range(0, len(once), ENCODING_BATCH):
        batch = once[at : at + ENCODING_BATCH]
        vectors.update(zip(batch, encode(batch), strict=True))
        if at % PROGRESS_EVERY == 0:
            progress(f"encoded {at} of {len(once)} texts")
    return np.stack([vectors[text] for text in cleaned]).astype(np.float32)


def encoded_rows(rows: Rows, encode: Encode, progress: Progress) -> Examples:
    """Return the readable part of each row as an example."""
    texts = [readable("", text) for text in rows.texts]
    return Examples.of(encoded(rows.texts, encode, progress), texts, rows.labels)


def in_plain_words(labels: Sequence[str]) -> Rows:
    """Return each label once, with its words as the text."""
    names = sorted(set(labels))
    return Rows(tuple(name.replace("_", " ").lower() for name in names), tuple(names))


def _fitted(
    train: Rows,
    validation: Rows | None,
    outside: Rows,
    with_validation: bool,
    examples: Callable[[Rows], Examples],
    progress: Progress,
) -> tuple[CategoryModel, ScopeModel]:
    taught, names, strange = examples(train), examples(in_plain_words(train.labels)), examples(outside)
    extra = examples(validation) if validation is not None and validation.texts else None
    progress(f"fitting {len(names)} categories to {len(taught)} texts")
    model, held_out = fit_with_held_out(taught, extra, names, strange)
    if extra is not None and with_validation:
        model = model.retaught(taught.and_(extra), names, strange)
    return model, ScopeModel.fit(held_out.evidence)


def _predictions(
    model: CategoryModel, scope: ScopeModel, test: Rows, examples: Callable[[Rows], Examples]
) -> Predictions:
    asked = examples(test)
    evidence = model.evidence(asked.vectors, asked.texts)
    probabilities = model.probabilities(evidence)
    labels = np.array(model.names)[probabilities.argmax(axis=1)]
    return Predictions(np.array(test.labels), labels, probabilities.max(axis=1), scope.scores(evidence))


def _coverage(precision: NDArray[np.float64], wanted: float) -> float:
    """Return the largest share of rows, most confident first, that is answered with at least this precision."""
    enough = np.flatnonzero(precision >= wanted)
    return float((enough[-1] + 1) / len(precision)) if len(enough) else 0.0


def _cells(path: Path) -> Iterator[tuple[str, str]]:
    csv.field_size_limit(max(LONGEST_CELL, csv.field_size_limit()))
    try:
        with path.open(newline="", encoding="utf-8-sig") as file:
            yield from _parsed(path, csv.DictReader(file, strict=True))
    except UnicodeDecodeError as error:
        raise ValueError(f"{path}: not UTF-8 at byte {error.start}") from error


def _parsed(path: Path, reader: "csv.DictReader[str]") -> Iterator[tuple[str, str]]:
    try:
        header = list(reader.fieldnames or ())
        for column in ("text", "label"):
            if header.count(column) != 1:
                raise ValueError(f"{path}: line 1: column {column}: must occur once in the header")
        for row in reader:
            if None in row or None in row.values():
                raise ValueError(f"{path}: line {reader.line_num}: must have {len(header)} columns, as the header has")
            if not row["text"].strip():
                raise ValueError(f"{path}: line {reader.line_num}: column text: must not be empty")
            yield row["text"], row["label"].strip()
    except csv.Error as error:
        raise ValueError(f"{path}: line {reader.reader.line_num}: {error}") from error
