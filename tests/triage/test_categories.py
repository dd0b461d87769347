"""Which category a text belongs to, and how sure that is."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.triage.vectors import DIMENSION, clusters, elsewhere, encode, examples, wordless
from triage.categories import CategoryModel, fit_with_held_out
from triage.combining import DEFAULT_WEIGHTS
from triage.examples import Examples


def fitted(classes: int, each: int, spread: float = 0.1) -> CategoryModel:
    """A model of clusters."""
    return fit_with_held_out(examples(classes, each, spread))[0]


def of_texts(rows: list[tuple[str, str]]) -> CategoryModel:
    """A model of texts and labels."""
    texts, labels = zip(*rows, strict=True)
    return CategoryModel.fit(encode(texts), texts, labels)


def test_clear_clusters_are_told_apart() -> None:
    """New texts of well separated categories get their label with high confidence."""
    asked = examples(5, 4, seed=7)
    scores = fitted(5, 12).scores_many(asked.vectors, asked.texts)
    assert [score.label for score in scores] == list(asked.labels)
    assert min(score.confidence for score in scores) > 0.8


def test_one_text_scores_as_it_does_in_a_batch() -> None:
    """Batches change nothing but speed."""
    model, vectors = fitted(4, 6), elsewhere(300)
    texts = [f"c{at % 4}aaa any{at}" for at in range(300)]
    many = model.scores_many(vectors, texts)
    for at in (0, 255, 256, 299):
        one = model.scores(vectors[at], texts[at])
        assert one.label == many[at].label
        assert one.confidence == pytest.approx(many[at].confidence, abs=1e-5)


@pytest.mark.parametrize(("classes", "others"), [(1, 0), (2, 1), (3, 2), (6, 3)])
def test_up_to_three_others_are_named(classes: int, others: int) -> None:
    """Alternatives are the next likeliest, in falling order, each category once."""
    score = fitted(classes, 5).scores(elsewhere(1)[0], "any1")
    probabilities = [score.confidence, *(probability for _, probability in score.alternatives)]
    assert len(score.alternatives) == others
    assert probabilities == sorted(probabilities, reverse=True)
    assert len({score.label, *(label for label, _ in score.alternatives)}) == others + 1


def test_the_only_category_is_certain() -> None:
    """With one category there is nothing to choose."""
    score = fitted(1, 3).scores(elsewhere(1)[0], "")
    assert (score.label, score.confidence) == ("c0", 1.0)


def test_two_categories_share_probability_one() -> None:
    """Two categories work like many, though the regression gives one row for them."""
    model, asked = fitted(2, 8), examples(2, 3, seed=5)
    assert [score.label for score in model.scores_many(asked.vectors, asked.texts)] == list(asked.labels)
    assert model.probabilities(model.evidence(asked.vectors, asked.texts)).sum(axis=1) == pytest.approx(1.0)


def test_one_example_each_is_enough_to_start() -> None:
    """Categories of one example work, with the weights that suit most, and admit that they are not calibrated."""
    model, asked = fitted(25, 1, spread=0.01), examples(25, 2, spread=0.01, seed=3)
    assert [score.label for score in model.scores_many(asked.vectors, asked.texts)] == list(asked.labels)
    assert not model.calibrated
    assert model.weights.tolist() == DEFAULT_WEIGHTS.tolist()


def test_enough_examples_are_calibrated() -> None:
    """With rows to hold out, the weights are fitted."""
    model, seen = fit_with_held_out(examples(4, 10))
    assert model.calibrated
    assert len(seen.codes) == 40


def test_validation_rows_take_the_place_of_cross_fitting() -> None:
    """Given validation rows, those with a known label are the held-out evidence."""
    asked = examples(3, 20, seed=4)
    strange = Examples.of(asked.vectors, asked.texts, [*asked.labels[:-1], "unheard of"])
    _, seen = fit_with_held_out(examples(3, 5), strange)
    assert len(seen.codes) == 59


def test_a_name_is_one_example_more() -> None:
    """Words that only a category's name holds speak for it, and names are never held out."""
    rows, names = examples(2, 20), Examples.of(elsewhere(2), ["shipment", "invoice"], ["c0", "c1"])
    model, seen = fit_with_held_out(rows, names=names)
    _, without = fit_with_held_out(rows)
    assert len(seen.codes) == len(without.codes) == 40
    middle = (names.vectors[0] + names.vectors[1]) / 2**0.5
    assert [model.scores(middle, text).label for text in names.texts] == ["c0", "c1"]


def test_retaught_models_keep_their_weights() -> None:
    """More examples of the same categories change what is known; other categories are left out, none may be missing."""
    model, more = fitted(3, 12), examples(4, 12, seed=9)
    again = model.retaught(more)
    assert (again.names, again.weights.tolist()) == (model.names, model.weights.tolist())
    with pytest.raises(ValueError, match="examples"):
        model.retaught(examples(2, 12))


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
        CategoryModel.fit(vectors, wordless(len(labels)), labels)


def test_as_many_texts_as_labels_are_needed() -> None:
    """A text too few is an error."""
    with pytest.raises(ValueError, match="texts"):
        CategoryModel.fit(np.ones((2, 3), np.float32), ["x"], ["a", "b"])


@settings(max_examples=20, deadline=None)
@given(labels=st.lists(st.sampled_from("abcd"), min_size=1, max_size=12))
def test_any_mix_of_labels_gives_probabilities(labels: list[str]) -> None:
    """However uneven the categories, scores are probabilities of known labels."""
    vectors, texts = elsewhere(len(labels)), wordless(len(labels))
    for score in CategoryModel.fit(vectors, texts, labels).scores_many(vectors, texts):
        assert score.label in labels
        assert 0 < score.confidence <= 1
        assert score.confidence + sum(probability for _, probability in score.alternatives) <= 1 + 1e-9


@settings(max_examples=15, deadline=None)
@given(
    taught=st.lists(st.tuples(st.text(max_size=30), st.sampled_from("abc")), min_size=1, max_size=8),
    asked=st.text(max_size=60),
)
def test_any_text_can_be_taught_and_asked(taught: list[tuple[str, str]], asked: str) -> None:
    """Empty, wordless, broken or in any script: probabilities come out."""
    model = of_texts(taught)
    probabilities = model.probabilities(model.evidence(encode([asked]), [asked]))
    assert np.isfinite(probabilities).all()
    assert probabilities.sum(axis=1) == pytest.approx(1.0)


@settings(max_examples=8, deadline=None)
@given(seed=st.integers(0, 1_000))
def test_the_order_of_examples_does_not_matter(seed: int) -> None:
    """The same examples in another order make the same model, up to rounding."""
    rows = examples(3, 12, spread=0.4)
    asked = examples(3, 3, spread=0.4, seed=2)
    one, _ = fit_with_held_out(rows)
    other, _ = fit_with_held_out(rows.where(np.random.default_rng(seed).permutation(len(rows))))
    assert other.weights == pytest.approx(one.weights, rel=1e-6)
    first, second = (model.probabilities(model.evidence(asked.vectors, asked.texts)) for model in (one, other))
    assert second == pytest.approx(first, abs=1e-6)


def test_identical_examples_are_held_out_together() -> None:
    """What is said twice counts once: nothing is calibrated on a text that was taught."""
    model = of_texts([("same words", "a"), ("other words", "b")] * 40)
    assert not model.calibrated
    assert model.scores(encode(["same words"])[0], "same words").label == "a"


def test_other_scripts_are_told_apart() -> None:
    """Words need no Latin letters, and emoji are letters too."""
    rows = [("где мой заказ", "parcel"), ("верните деньги", "refund"), ("退款 请", "refund"), ("包裹 在哪", "parcel")]
    model = of_texts([*rows, ("😡😡", "angry")])
    for text, label in [("заказ где", "parcel"), ("деньги верните мне", "refund"), ("😡😡😡", "angry")]:
        assert model.scores(elsewhere(1).repeat(8, axis=1)[0] * 0, text).label == label


def test_many_categories_are_bounded_in_memory() -> None:
    """With very many categories means stand in for the regression, and few rows are held out."""
    model, seen = fit_with_held_out(examples(2_500, 2, spread=0.01))
    assert len(seen.codes) <= 2_000
    asked = examples(2_500, 1, spread=0.01, seed=4).where(range(0, 2_500, 50))
    scores = model.scores_many(asked.vectors, asked.texts)
    assert np.mean([score.label == label for score, label in zip(scores, asked.labels, strict=True)]) > 0.95


def test_no_vectors_give_no_scores() -> None:
    """An empty batch has an empty answer."""
    assert fitted(2, 2).scores_many(np.empty((0, DIMENSION), np.float32), []) == []


def test_clusters_repeat() -> None:
    """The builders of these tests give the same vectors each time."""
    assert np.array_equal(clusters(2, 3)[0], clusters(2, 3)[0])
