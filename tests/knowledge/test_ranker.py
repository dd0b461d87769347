"""An order of articles learned from verdicts."""

import random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import check_grad

from knowledge.ranker import (
    BUILT_IN,
    FEATURES,
    Judged,
    Ranker,
    _Lessons,
    compared,
    cross_fitted,
    fit,
    is_worse,
    order,
    sign_test,
)


def row(key, rng, chosen=None, right=True, titled=None):
    """Five articles with signs at random, similar in meaning; the one in place `titled` has the words of its title."""
    features = [[0.5 + rng.gauss(0, 0.02), 0.45 + rng.gauss(0, 0.02), rng.uniform(3, 6), 0, 0, 0] for _ in range(5)]
    if titled is not None:
        features[titled][3] = 1.0
    ids = tuple(f"a{rng.randrange(60)}-{place}" for place in range(5))
    return Judged(key, ids, tuple(map(tuple, features)), titled if chosen is None else chosen, right)


def taught_by_titles(number, seed=0):
    rng = random.Random(seed)
    return [row(key, rng, titled=rng.randrange(5)) for key in range(number)]


def test_a_sign_that_tells_the_right_article_is_found():
    """Where titles tell the right article the order learns it, better on unseen questions, and keeps the scale."""
    rows = taught_by_titles(250)
    trial = cross_fitted(rows, Ranker())
    assert trial.is_better
    assert trial.after > trial.before + 100
    weights = dict(zip(FEATURES, fit(rows).weights, strict=True))
    assert weights["best"] + weights["mean"] == pytest.approx(1, abs=1e-5)
    assert weights["title"] > 0.05


def test_a_few_verdicts_change_little():
    """Ten verdicts leave the order close to the built-in one, none leave it as it is."""
    assert fit([]) == Ranker()
    few, many = fit(taught_by_titles(10)).weights, fit(taught_by_titles(300)).weights
    assert few[3] < many[3] / 2


@pytest.mark.parametrize("approved", [0.3, 0.5, 0.9])
def test_verdicts_at_random_never_go_live(approved):
    """When verdicts are noise no order is better, however many are approved: twenty draws of 250 verdicts."""
    for seed in range(20):
        rng = random.Random(seed)
        rows = []
        for key in range(250):
            one = row(key, rng)
            first = order(Ranker(), Judged(key, one.article_ids, one.features, 0, True))
            right = rng.random() < approved
            chosen = first if right or rng.random() < 0.5 else rng.randrange(5)
            rows.append(Judged(key, one.article_ids, one.features, chosen, right or chosen != first))
        assert not cross_fitted(rows, Ranker()).is_better


def test_a_rejection_alone_is_no_gain():
    """That another article comes first than the rejected one counts for nothing: nobody said that it is right."""
    rng = random.Random(3)
    rows = [row(key, rng, chosen=0, right=False) for key in range(100)]
    trial = compared(rows, dict.fromkeys(range(100), 0), dict.fromkeys(range(100), 1))
    assert (trial.known, trial.gained, trial.luck, trial.is_better) == (0, 0, 1.0, False)


def test_rejections_push_an_article_back():
    """Articles rejected again and again fall behind their rivals."""
    rng = random.Random(4)
    rows = []
    for key in range(200):
        one = row(key, rng, chosen=0, right=False)
        rows.append(Judged(key, ("bad", *one.article_ids[1:]), one.features, 0, False))
    taught = fit(rows)
    assert taught.accepted["bad"] < -0.4
    assert taught.weights[FEATURES.index("accepted")] > 0


def test_a_live_order_is_suspected_by_its_own_drafts():
    """Rejections of what a live order moved to the front speak against it, approvals for it."""
    live = Ranker((*BUILT_IN[:3], 5.0, 0.0, 0.0))
    rng = random.Random(5)
    shown = [row(key, rng, titled=1 + key % 4) for key in range(60)]
    moved = [one for one in shown if order(live, one) != order(Ranker(), one)]
    assert len(moved) > 20
    rejected = [Judged(one.key, one.article_ids, one.features, one.chosen, False) for one in moved]
    assert is_worse(rejected, live)
    assert not is_worse(moved, live)
    assert not is_worse([], live)
    assert not is_worse(rejected, Ranker())


def test_the_sign_test_is_exact():
    """Known values of the one-sided sign test."""
    assert sign_test(0, 0) == 1
    assert sign_test(5, 0) == 1 / 32
    assert sign_test(7, 3) == pytest.approx(176 / 1024)


@settings(max_examples=30)
@given(st.integers(0, 10_000))
def test_the_slope_is_that_of_the_loss(seed):
    """The slope handed to the optimiser is the loss's own, by finite differences."""
    rng = random.Random(seed)
    rows = [row(key, rng, chosen=rng.randrange(5), right=rng.random() < 0.6, titled=0) for key in range(6)]
    lessons, start = _Lessons.of(rows, {}), np.array(BUILT_IN) / 0.05
    point = start + np.array([rng.uniform(0, 3) for _ in FEATURES])
    wrong = check_grad(lambda w: lessons.loss(w, start)[0], lambda w: lessons.loss(w, start)[1], point)
    assert wrong < 1e-3


@given(st.dictionaries(st.text(max_size=5), st.floats(-0.5, 0.5)), st.lists(st.floats(0, 2), min_size=6, max_size=6))
def test_a_stored_order_is_read_back(accepted, weights):
    """What is stored of an order gives the same order again, and one with other signs is refused."""
    ranker = Ranker(tuple(weights), accepted)
    assert Ranker.from_dict(ranker.to_dict()) == ranker
    with pytest.raises(ValueError, match="weights"):
        Ranker.from_dict({"weights": {"best": 1}, "accepted": {}})
