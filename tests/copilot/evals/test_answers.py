"""How answering alone is measured."""

import json

import numpy as np
import pytest

from copilot.evals.answers import coverage_at, evaluate_answers, looks_before
from copilot.fakes import HashEmbedder

THINGS = ["refund", "parcel", "invoice", "password", "voucher", "address", "newsletter", "warranty"]
ARTICLES = [{"id": name, "title": name, "body": f"All about the {name} and how to get it."} for name in THINGS]
ASKED = ["where is my {}", "{} please", "help with the {}", "the {} is wrong", "about {}", "any {}"]
QUESTIONS = [
    {"id": f"{name} {place}", "text": words.format(name), "article_ids": [name]}
    for name in THINGS
    for place, words in enumerate(ASKED)
]
STRANGE = [{"id": f"strange {place}", "text": f"violin lessons {place}", "article_ids": []} for place in range(12)]


def evaluated(folder, questions, **more):
    paths = folder / "articles.jsonl", folder / "questions.jsonl"
    for path, rows in zip(paths, (ARTICLES, questions), strict=True):
        path.write_text("\n".join(json.dumps(row) for row in rows))
    return evaluate_answers(*paths, HashEmbedder(), **more)


def test_the_figures_have_their_names(tmp_path) -> None:
    """The public figures are there for each number of reviews, the last standing at the top, all shares in 0..1."""
    found = evaluated(tmp_path, [*QUESTIONS, *STRANGE], splits=3, reviews=[20, 200], budget=0.1)
    assert found["n"] == 60
    assert set(found["coverage_at_precision"]) == {"0.95", "0.98"}
    assert [row["reviews"] for row in found["by_reviews"]] == [20, 200]
    for side in ("earned", "naive"):
        assert found[side] == found["by_reviews"][-1][side]
        assert set(found[side]) == {"violations", "violations_held_out", "coverage", "of_best", "nothing"}
        assert all(0 <= found[side][name] <= 1 for name in ("violations", "violations_held_out", "coverage", "nothing"))


def test_easy_questions_are_covered(tmp_path) -> None:
    """Where every question says its article's name, everything can be answered, and enough reviews earn it."""
    found = evaluated(tmp_path, QUESTIONS, splits=2, reviews=[20, 300])
    assert found["coverage_at_precision"] == {"0.95": 1.0, "0.98": 1.0}
    few, many = found["by_reviews"]
    assert few["earned"] == {
        "violations": 0, "violations_held_out": 0, "coverage": 0, "of_best": 0, "nothing": 1,
    }  # fmt: skip
    assert many["earned"]["coverage"] > 0.9
    assert many["earned"]["violations"] == 0


def test_withheld_articles_make_questions_unanswerable(tmp_path) -> None:
    """With half of the articles away no more than about half of the questions can be answered."""
    found = evaluated(tmp_path, QUESTIONS, splits=2, reviews=[300], withhold=0.5, budget=0.05)
    assert found["accepted"] == 1
    assert 0.3 < found["best_coverage"] < 0.7


def test_articles_may_have_no_record(tmp_path) -> None:
    """Told to forget, the measure says so and gives other figures."""
    questions = [*QUESTIONS, *STRANGE]
    with_record, without = (evaluated(tmp_path, questions, splits=1, precedents=told) for told in (True, False))
    assert (with_record["precedents"], without["precedents"]) == (True, False)
    assert with_record["ece"] != without["ece"]


def test_the_same_run_gives_the_same_figures(tmp_path) -> None:
    """Draws are seeded."""
    questions = [*QUESTIONS, *STRANGE]
    assert evaluated(tmp_path, questions, splits=2) == evaluated(tmp_path, questions, splits=2)


def test_looks_on_the_way_are_taken_if_wanted(tmp_path) -> None:
    """Looks come at half, a quarter … of the reviews as long as they prove anything; the share that exceeded the budget
    at any of them is no smaller than at the last, and is only told when they were taken."""
    assert looks_before(2_000, 0.02, 0.95) == [1_000, 500, 250]
    assert looks_before(200, 0.02, 0.95) == []
    questions = [*QUESTIONS, *STRANGE]
    more = {"splits": 3, "reviews": [200], "budget": 0.1, "level": 0.6}
    (taken,) = evaluated(tmp_path, questions, sequential=True, **more)["by_reviews"]
    (last,) = evaluated(tmp_path, questions, **more)["by_reviews"]
    assert last["ever_exceeded"] is None
    assert taken["earned"] == last["earned"]
    assert taken["earned"]["violations"] <= taken["ever_exceeded"] <= 1


def test_progress_is_told(tmp_path) -> None:
    """Splits are counted to their end."""
    steps = []
    evaluated(tmp_path, QUESTIONS, splits=2, splitting=lambda done, total: steps.append((done, total)))
    assert steps == [(1, 2), (2, 2)]


def test_too_few_questions_are_refused(tmp_path) -> None:
    """A file without enough questions is named."""
    with pytest.raises(ValueError, match=r"questions\.jsonl: at least 5 questions"):
        evaluated(tmp_path, QUESTIONS[:4])


def test_coverage_takes_equal_confidences_together() -> None:
    """No threshold parts equals: of two alike, one right and one wrong, neither is covered at full precision."""
    confidences, accepted = np.array([0.9, 0.5, 0.5, 0.2]), np.array([True, True, False, False])
    assert coverage_at(confidences, accepted, 1.0) == 0.25
    assert coverage_at(confidences, accepted, 0.6) == 0.75
    assert coverage_at(confidences, ~accepted, 0.9) == 0.0
