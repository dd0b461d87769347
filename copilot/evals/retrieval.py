"""Decides how well articles are found for known questions. Refuses to tune anything on them.

Measures the very retriever that serves tickets, over an index built for the occasion.
"""

import math
import tempfile
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import fmean
from typing import Any

import numpy as np

from knowledge.articles import Article
from knowledge.embedded_index import EmbeddedIndex
from knowledge.embedding import Embedder, Progress, Vectors
from knowledge.found import ArticleFileError
from knowledge.importers import read_articles
from knowledge.lexical import LexicalIndex
from knowledge.passages import Passage, embedding_text, split
from knowledge.retrieval import Retrieval, Retriever
from knowledge.rows import read_jsonl

DEPTH = 10
# texts encoded between two reports of progress
PORTION = 256
Encode = Callable[[Sequence[str]], Vectors]


@dataclass(frozen=True, slots=True)
class Question:
    """A question and the articles that answer it; none when nothing in the knowledge base does."""

    id: str
    text: str
    article_ids: frozenset[str]


def evaluate_retrieval(
    articles_path: Path, queries_path: Path, embedder: Embedder, progress: Progress | None = None
) -> dict[str, float | int | None]:
    """Return n (questions in all), recall_at_1, recall_at_5, mrr_at_10 and ndcg_at_10 (means over the answerable
    questions, by article), and no_answer_auroc (how well `Retrieval.answerable` tells which questions are answerable).

    A figure is None where there is no question to take it from. `progress` is called with (texts encoded, texts in
    all). Raises `ValueError` naming file, line and field.
    """
    articles, questions = read_set(articles_path, queries_path)
    found = Encoded.of(articles, questions, embedder, progress).search()
    return {"n": len(questions), **_ranking(questions, found), "no_answer_auroc": _no_answer_auroc(questions, found)}


def read_set(articles_path: Path, queries_path: Path) -> tuple[list[Article], list[Question]]:
    """Read articles and the questions about them. Raises `ValueError` naming file, line and field."""
    articles = list(read_articles([articles_path]))
    return articles, list(read_questions(queries_path, {article.id for article in articles}))


def read_questions(path: Path, known: set[str]) -> Iterator[Question]:
    """Yield the questions of a JSON Lines file (id, text, article_ids). `known` are the articles that exist."""
    seen: set[str] = set()
    for number, row in read_jsonl(path):
        question = _question(path, number, row, known)
        if question.id in seen:
            raise ArticleFileError(path, number, "id", f"{question.id!r} was there before")
        seen.add(question.id)
        yield question


def _question(path: Path, number: int, row: dict[str, Any], known: set[str]) -> Question:
    for field in ("id", "text"):
        if not isinstance(row.get(field), str) or not row[field].strip():
            raise ArticleFileError(path, number, field, "must be text and not empty")
    ids = row.get("article_ids")
    if not isinstance(ids, list) or not all(isinstance(article_id, str) for article_id in ids):
        raise ArticleFileError(path, number, "article_ids", "must be a list of article ids")
    if unknown := sorted(set(ids) - known):
        raise ArticleFileError(path, number, "article_ids", f"no article has the id {unknown[0]!r}")
    return Question(row["id"], row["text"], frozenset(ids))


@dataclass(frozen=True, slots=True, eq=False)
class Encoded:
    """Articles and questions with their vectors, so that several searches need no more encoding."""

    articles: Sequence[Article]
    passages: Sequence[Passage]
    vectors: Sequence[Vectors]
    questions: Sequence[Question]
    asked: Sequence[Vectors]
    embedder: Embedder

    @classmethod
    def of(
        cls,
        articles: Sequence[Article],
        questions: Sequence[Question],
        embedder: Embedder,
        progress: Progress | None = None,
    ) -> "Encoded":
        """Encode all passages and questions; `progress` is called with (texts encoded, texts in all)."""
        passages = [passage for article in articles for passage in split(article)]
        texts, in_all = [embedding_text(passage) for passage in passages], len(passages) + len(questions)
        vectors = _encode(texts, embedder.encode_passages, progress, 0, in_all)
        asked = _encode([question.text for question in questions], embedder.encode, progress, len(passages), in_all)
        return cls(articles, passages, vectors, questions, asked, embedder)

    def search(self, without: Collection[str] = ()) -> list[Retrieval]:
        """Return what the retriever that serves tickets finds for each question among the articles not left out."""
        kept = [place for place, passage in enumerate(self.passages) if passage.article_id not in without]
        passages = [self.passages[place] for place in kept]
        internal = {article.id for article in self.articles if article.visibility == "internal"}
        with tempfile.TemporaryDirectory(prefix="answerable-eval-") as folder:
            embedder = self.embedder
            index = EmbeddedIndex(folder, dimension=embedder.dimension, fingerprint=embedder.fingerprint)
            try:
                index.upsert(passages, np.array([self.vectors[place] for place in kept]))
                retriever = Retriever(index, LexicalIndex(passages, internal), likeness=embedder.likeness)
                return [
                    retriever.search(question.text, vector, DEPTH, "all")
                    for question, vector in zip(self.questions, self.asked, strict=True)
                ]
            finally:
                index.close()


def _encode(texts: Sequence[str], encode: Encode, progress: Progress | None, before: int, in_all: int) -> list[Vectors]:
    """Encode in portions, so that progress can be told of any embedder; similar lengths go together."""
    order = sorted(range(len(texts)), key=lambda place: len(texts[place]))
    vectors: dict[int, Vectors] = {}
    for first in range(0, len(order), PORTION):
        places = order[first : first + PORTION]
        vectors.update(zip(places, encode([texts[place] for place in places]), strict=True))
        if progress is not None:
            progress(before + first + len(places), in_all)
    return [vectors[place] for place in range(len(texts))]


def _ranking(questions: Sequence[Question], found: Sequence[Retrieval]) -> dict[str, float | None]:
    answered = [
        ([match.passage.article_id in question.article_ids for match in retrieval.matches], len(question.article_ids))
        for question, retrieval in zip(questions, found, strict=True)
        if question.article_ids
    ]
    figures = {
        "recall_at_1": [sum(right[:1]) / wanted for right, wanted in answered],
        "recall_at_5": [sum(right[:5]) / wanted for right, wanted in answered],
        "mrr_at_10": [next((1 / rank for rank, hit in enumerate(right, 1) if hit), 0.0) for right, _ in answered],
        "ndcg_at_10": [_ndcg(right, wanted) for right, wanted in answered],
    }
    return {name: fmean(values) if values else None for name, values in figures.items()}


def _ndcg(right: Sequence[bool], wanted: int) -> float:
    """Normalised discounted cumulative gain with gains of 0 and 1 (Järvelin and Kekäläinen 2002)."""
    gained = sum(1 / math.log2(rank + 1) for rank, hit in enumerate(right, 1) if hit)
    return gained / sum(1 / math.log2(rank + 1) for rank in range(1, min(wanted, DEPTH) + 1))


def _no_answer_auroc(questions: Sequence[Question], found: Sequence[Retrieval]) -> float | None:
    from sklearn.metrics import roc_auc_score

    answerable = [bool(question.article_ids) for question in questions]
    if len(set(answerable)) < 2:
        return None
    return float(roc_auc_score(answerable, [retrieval.answerable for retrieval in found]))
