"""Which category a vector belongs to, and how sure that is."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.triage.vectors import DIMENSION, clusters, elsewhere
from triage.categories import CategoryModel, fit_temperature, fit_with_held_out, softmax
from triage.head import MAX_STORED_EXAMPLES, Head, held_out


def test_clear_clusters_are_told_apart() -> None:
    """New vectors of well separated categories get their label with high confidence."""
    model = CategoryModel.fit(*clusters(5, 12))
    vectors, labels = clusters(5, 4, seed=7)
    scores = model.scores_many(vectors)
    assert [score.label for score in scores] == labels
    assert min(score.confidence for score in scores) > 0.8


def test_one_vector_scores_as_it_does_in_a_batch() -> None:
    """Batches change nothing but speed."""
    model = CategoryModel.fit(*clusters(4, 6))
    vectors = elsewhere(300)
    many = model.scores_many(vectors)
    for at in (0, 255, 256, 299):
        one = model.scores(vectors[at])
        assert one.label == many[at].label
        assert one.confidence == pytest.approx(many[at].confidence, abs=1e-5)


@pytest.mark.parametrize(("classes", "others"), [(1, 0), (2, 1), (3, 2), (6, 3)])
def test_up_to_three_others_are_named(classes: int, others: int) -> None:
    """Alternatives are the next likeliest, in falling order, each category once."""
    score = CategoryModel.fit(*clusters(classes, 5)).scores(elsewhere(1)[0])
    probabilities = [score.confidence, *(probability for _, probability in score.alternatives)]
    assert len(score.alternatives) == others
    assert probabilities == sorted(probabilities, reverse=True)
    assert len({score.label, *(label for label, _ in score.alternatives)}) == others + 1


def test_the_only_category_is_certain() -> None:
    """With one category there is nothing to choose."""
    score = CategoryModel.fit(*clusters(1, 3)).scores(elsewhere(1)[0])
    assert (score.label, score.confidence) == ("c0", 1.0)


def test_two_categories_share_probability_one() -> None:
    """Two categories work like many, though the regression gives one row for them."""
    model = CategoryModel.fit(*clusters(2, 8))
    vectors, labels = clusters(2, 3, seed=5)
    assert [score.label for score in model.scores_many(vectors)] == labels
    assert model.probabilities(model.evidence(vectors)).sum(axis=1) == pytest.approx(1.0)


def test_one_example_each_is_enough_to_start() -> None:
    """Categories of one example work, and admit that they are not calibrated."""
    model = CategoryModel.fit(*clusters(25, 1, spread=0.01))
    vectors, labels = clusters(25, 2, spread=0.01, seed=3)
    assert [score.label for score in model.scores_many(vectors)] == labels
    assert not model.calibrated


def test_enough_examples_are_calibrated() -> None:
    """With rows to hold out, the temperature is fitted."""
    model, seen = fit_with_held_out(*clusters(4, 10))
    assert model.calibrated
    assert len(seen.codes) == 40


def test_validation_rows_take_the_place_of_cross_fitting() -> None:
    """Given validation rows, those with a known label are the held-out evidence."""
    vectors, labels = clusters(3, 20, seed=4)
    _, seen = fit_with_held_out(*clusters(3, 5), (vectors, [*labels[:-1], "unheard of"]))
    assert len(seen.codes) == 59


@pytest.mark.parametrize("true", [0.2, 1.0, 4.0])
def test_the_temperature_that_made_the_data_is_found(true: float) -> None:
    """Labels drawn from logits at some temperature give that temperature back."""
    random = np.random.default_rng(0)
    logits = random.normal(size=(4_000, 5)) * 2 * true
    draws = random.random((4_000, 1))
    codes = (softmax(logits / true).cumsum(axis=1) < draws).sum(axis=1).clip(max=4)
    assert fit_temperature(logits, codes) == pytest.approx(true, rel=0.15)


def test_held_out_rows_leave_single_examples_in_training() -> None:
    """A category's only example is never held out, and every other row is, once."""
    vectors, _ = clusters(1, 6)
    _, codes = held_out(vectors, np.array([0, 0, 0, 1, 1, 2]), 3, 3)
    assert sorted(codes) == [0, 0, 0, 1, 1]


def test_a_large_training_set_is_thinned_evenly() -> None:
    """No more than the allowed number of examples is stored, and each category keeps some."""
    codes = np.concatenate([np.zeros(MAX_STORED_EXAMPLES, np.int64), np.ones(3, np.int64)])
    vectors = np.ones((len(codes), 1), np.float32)
    vectors[-3:] = -1
    head = Head.fit(vectors, codes, 2)
    assert len(head.examples) <= MAX_STORED_EXAMPLES
    assert head.examples[head.starts[1] :].tolist() == [[-1.0], [-1.0]]


@pytest.mark.parametrize(
    ("vectors", "labels", "field"),
    [
        (np.empty((0, 3), np.float32), [], "labels"),
        (np.ones((2, 3), np.float32), ["a"], "vectors"),
        (np.ones(3, np.float32), ["a", "a", "a"], "vectors"),
        (np.full((1, 3), np.nan, np.float32), ["a"], "vectors"),
    ],
)
def test_wrong_training_data_is_refused(vectors: np.ndarray, labels: list[str], field: str) -> None:
    """No rows, other lengths and numbers that are none are errors naming the argument."""
    with pytest.raises(ValueError, match=field):
        CategoryModel.fit(vectors, labels)


@settings(max_examples=20, deadline=None)
@given(labels=st.lists(st.sampled_from("abcd"), min_size=1, max_size=12))
def test_any_mix_of_labels_gives_probabilities(labels: list[str]) -> None:
    """However uneven the categories, scores are probabilities of known labels."""
    vectors = elsewhere(len(labels))
    for score in CategoryModel.fit(vectors, labels).scores_many(vectors):
        assert score.label in labels
        assert 0 < score.confidence <= 1
        assert score.confidence + sum(probability for _, probability in score.alternatives) <= 1 + 1e-9


def test_no_vectors_give_no_scores() -> None:
    """An empty batch has an empty answer."""
    assert CategoryModel.fit(*clusters(2, 2)).scores_many(np.empty((0, DIMENSION), np.float32)) == []
