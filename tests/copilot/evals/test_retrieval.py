"""How retrieval is measured."""

import json

import pytest

from copilot.evals.retrieval import evaluate_retrieval
from copilot.fakes import HashEmbedder

ARTICLES = [
    {"id": "refund", "title": "Refunds", "body": "A refund takes five days."},
    {"id": "parcel", "title": "Parcels", "body": "A late parcel is searched for."},
    {"id": "invoice", "title": "Invoices", "body": "Download the invoice."},
]
QUESTIONS = [
    {"id": "1", "text": "refund five days", "article_ids": ["refund"]},
    {"id": "2", "text": "late parcel", "article_ids": ["parcel"]},
    {"id": "3", "text": "invoice", "article_ids": ["refund", "invoice"]},
    {"id": "4", "text": "violin lessons", "article_ids": []},
]


def evaluated(folder, questions, articles=ARTICLES, **more):
    paths = folder / "articles.jsonl", folder / "questions.jsonl"
    for path, rows in zip(paths, (articles, questions), strict=True):
        path.write_text("\n".join(json.dumps(row) for row in rows))
    return evaluate_retrieval(*paths, HashEmbedder(), **more)


def test_the_figures(tmp_path):
    """Recall and ranks are means over answerable questions, and the unanswerable one is told apart."""
    figures = evaluated(tmp_path, QUESTIONS)
    assert set(figures) == {"n", "recall_at_1", "recall_at_5", "mrr_at_10", "ndcg_at_10", "no_answer_auroc"}
    assert figures["n"] == 4
    assert figures["recall_at_1"] == pytest.approx((1 + 1 + 0.5) / 3)
    assert figures["mrr_at_10"] == 1
    assert 0.8 < figures["ndcg_at_10"] <= 1
    assert figures["no_answer_auroc"] == 1


def test_what_cannot_be_measured_is_null(tmp_path):
    """Without unanswerable questions there is no AUROC, without answerable ones no recall."""
    assert evaluated(tmp_path, QUESTIONS[:3])["no_answer_auroc"] is None
    assert evaluated(tmp_path, QUESTIONS[3:])["recall_at_1"] is None
    assert evaluated(tmp_path, [])["n"] == 0


def test_progress_is_told(tmp_path):
    """Progress ends at the number of all texts."""
    steps = []
    evaluated(tmp_path, QUESTIONS, progress=lambda done, total: steps.append((done, total)))
    assert steps[-1] == (7, 7)


@pytest.mark.parametrize(
    ("row", "field"),
    [
        ({"id": "", "text": "t", "article_ids": []}, "id"),
        ({"id": "5", "text": 3, "article_ids": []}, "text"),
        ({"id": "5", "text": "t"}, "article_ids"),
        ({"id": "5", "text": "t", "article_ids": "refund"}, "article_ids"),
        ({"id": "5", "text": "t", "article_ids": ["none"]}, "article_ids"),
        ({"id": "1", "text": "t", "article_ids": []}, "id"),
    ],
)
def test_a_bad_row_is_named(tmp_path, row, field):
    """A bad question raises an error with file, line and field."""
    with pytest.raises(ValueError, match=rf"questions\.jsonl:5: {field}: "):
        evaluated(tmp_path, [*QUESTIONS, row])
