"""Fit the shipped sentiment model anew: `python scripts/fit_sentiment.py`, after examples or word lists have changed.

With `--check` nothing is written; each line of business is judged by a model that saw the others only.
"""

import argparse
import hashlib
import json
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from knowledge.embedding import SentenceTransformerEmbedder
from triage.lexicon import lexicon
from triage.sentiment import LEVELS, PROBE, TONES, SentimentModel, tone_of

EXAMPLES = Path("triage/sentiment_examples.json")
WEIGHTS = Path("triage/sentiment_weights.json")
DECIMALS = 3


def main() -> None:
    """Fit and write, or check."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="hold out whole lines of business instead")
    arguments = parser.parse_args()
    rows = json.loads(EXAMPLES.read_text(encoding="utf-8"))
    embedder = SentenceTransformerEmbedder()
    vectors = embedder.encode([row["text"] for row in rows])
    if arguments.check:
        check(rows, vectors)
    else:
        write(rows, vectors, embedder.encode([PROBE])[0])


def write(rows: list[dict[str, str]], vectors: NDArray[np.float32], probe: NDArray[np.float32]) -> None:
    """Write the weights, one line a level."""
    texts, labels = [row["text"] for row in rows], [row["label"] for row in rows]
    models = {"vectors": SentimentModel.fit(vectors, texts, labels), "words": SentimentModel.fit(None, texts, labels)}
    parts = [f'  "made_from": {json.dumps(made_from())}', f'  "probe": {json.dumps(probe.round(6).tolist())}']
    parts.append(f'  "vocabulary": {json.dumps(models["words"].vocabulary, ensure_ascii=False)}')
    for name, model in models.items():
        lines = [
            f'    "{level}": {json.dumps(row.round(DECIMALS).tolist())}'
            for level, row in zip(LEVELS, model.weights, strict=True)
        ]
        parts.append(f'  "{name}": {{\n' + ",\n".join(lines) + "\n  }")
    WEIGHTS.write_text("{\n" + ",\n".join(parts) + "\n}\n", encoding="utf-8")


def made_from() -> list[str]:
    """Return digests of the examples and of the word lists that the model reads."""
    lists = {name: lexicon()[name] for name in ("valence", "faces", "negators", "complaints")}
    parts = (EXAMPLES.read_bytes(), json.dumps(lists).encode())
    return [hashlib.sha256(part).hexdigest()[:16] for part in parts]


def check(rows: list[dict[str, str]], vectors: NDArray[np.float32]) -> None:
    """Print how often level and tone are right, all in all and by language and line of business."""
    found = np.empty(len(rows), dtype=object)
    topics = np.array([row["topic"] for row in rows])
    for topic in sorted(set(topics)):
        inside = topics == topic
        kept = [row for row, out in zip(rows, inside, strict=True) if not out]
        model = SentimentModel.fit(vectors[~inside], [row["text"] for row in kept], [row["label"] for row in kept])
        texts = [row["text"] for row, out in zip(rows, inside, strict=True) if out]
        found[inside] = [mood.label for mood in model.score_many(vectors[inside], texts)]
    for name in ("all", "language", "topic"):
        keys = np.array([row.get(name, "all") for row in rows])
        for key in sorted(set(keys)):
            print(f"{key:>12}", *figures([r for r, k in zip(rows, keys, strict=True) if k == key], found[keys == key]))


def figures(rows: list[dict[str, str]], found: NDArray[np.object_]) -> list[str]:
    """Return the number of rows, level and tone accuracy, and each tone's recall."""
    labels = [row["label"] for row in rows]
    level = np.mean([label == seen for label, seen in zip(labels, found, strict=True)])
    right = [(tone_of(label), tone_of(label) == tone_of(seen)) for label, seen in zip(labels, found, strict=True)]
    parts = [f"n {len(rows):4}", f"level {level:.3f}", f"tone {np.mean([hit for _, hit in right]):.3f}"]
    for tone in TONES:
        hits = [hit for actual, hit in right if actual == tone]
        parts.append(f"{tone} recall {np.mean(hits):.3f}" if hits else "")
    return parts


if __name__ == "__main__":
    main()
