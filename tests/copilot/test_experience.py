"""What verdicts teach about drafts to come."""

import numpy as np
import pytest

from copilot.confidence import NAMES, PRIOR_MODEL, Evidence
from copilot.experience import learn
from copilot.precedents import Precedent

LIKELY = Evidence(**dict.fromkeys(NAMES, 0.6))


def verdicts(n: int, seed: int = 0):
    """Drafts out of twenty articles that look alike; a quarter of the articles never answer, the others nearly
    always."""
    random = np.random.default_rng(seed)
    articles = [int(number) for number in random.integers(0, 20, n)]
    rows = [(LIKELY, bool(article % 4 and random.random() < 0.97)) for article in articles]
    precedents = [
        Precedent(f"article {article}", None, label) for article, (_, label) in zip(articles, rows, strict=True)
    ]
    return rows, precedents


def test_bad_articles_are_found_out() -> None:
    """Drafts that look alike come apart by their article's record, in what is served and in what is tested."""
    rows, precedents = verdicts(400)
    learned = learn(rows, precedents, range(400))
    good, bad = (learned.precedents.record(f"article {number}", None) for number in (1, 4))
    assert good > 0.8 > 0.2 > bad
    right = [c for c, (_, label) in zip(learned.confidences, rows, strict=True) if label]
    wrong = [c for c, (_, label) in zip(learned.confidences, rows, strict=True) if not label]
    assert np.median(right) > np.median(wrong) + 0.2


def test_no_verdict_has_a_say_in_its_own_confidence() -> None:
    """Turning a verdict round leaves its own confidence, and that of its group, as it was."""
    rows, precedents = verdicts(200)
    groups = [place // 2 for place in range(200)]
    before = learn(rows, precedents, groups).confidences
    evidence, label = rows[50]
    rows[50] = (evidence, not label)
    precedents[50] = Precedent(precedents[50].article_id, None, not label)
    after = learn(rows, precedents, groups).confidences
    assert after[50:52] == pytest.approx(before[50:52], abs=1e-12)
    assert after != before


def test_verdicts_that_mean_nothing_make_no_record_worth_having() -> None:
    """Where verdicts are drawn by lot, confidences stay about equal to the share accepted."""
    random = np.random.default_rng(4)
    rows = [(LIKELY, bool(random.random() < 0.7)) for _ in range(600)]
    precedents = [Precedent(str(place % 30), None, label) for place, (_, label) in enumerate(rows)]
    learned = learn(rows, precedents, range(600))
    assert np.mean(learned.confidences) == pytest.approx(0.7, abs=0.05)
    assert np.std(learned.confidences) < 0.08


def test_few_verdicts_leave_the_prior() -> None:
    """Before 50 verdicts the prior is served; the records count at once."""
    rows, precedents = verdicts(20)
    learned = learn(rows, precedents, range(20))
    assert learned.model == PRIOR_MODEL
    assert len(learned.confidences) == 20
    assert learn([], [], []).confidences == ()
