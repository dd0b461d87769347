"""What words say of classes."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.feature_extraction.text import CountVectorizer

from triage.words import BUCKETS, MAX_CHARACTERS, MAX_EXAMPLE_CHARACTERS, Words, bags, example_bags, rarity, weighted

TEXTS = ["where is my order", "refund my money please", "order 12 arrived", "money back"]
CODES = np.array([0, 0, 1, 1])


def counted(text: str, analyzer: str) -> int:
    """How many different n-grams scikit-learn finds."""
    sizes = (2, 4) if analyzer == "char_wb" else (1, 2)
    grams = CountVectorizer(analyzer=analyzer, ngram_range=sizes, token_pattern=r"\w+").build_analyzer()
    return len(set(grams(text)))


@pytest.mark.parametrize("text", ["Where is my order?", "a", "ab c", "  two   spaces ", "été über 包裹 😡", "x" * 50])
def test_the_n_grams_are_those_of_scikit_learn(text: str) -> None:
    """As many different ones, but for the rare ones that share a bucket."""
    found = bags([text]).indices
    assert int((found < BUCKETS).sum()) == counted(text, "char_wb")
    assert int((found >= BUCKETS).sum()) == counted(text, "word")


def test_how_often_is_damped() -> None:
    """Saying a word twice is less than twice as much."""
    row = bags(["no no"])
    assert max(row.data) == pytest.approx(1 + np.log(2))


@given(texts=st.lists(st.text(max_size=40), max_size=6))
@settings(max_examples=80, deadline=None)
def test_any_text_is_a_bag(texts: list[str]) -> None:
    """One row each, the same alone as among others, each half of length 1 or 0."""
    found = bags(texts)
    assert found.shape == (len(texts), 2 * BUCKETS)
    rows = weighted(found, rarity(found))
    for at, text in enumerate(texts):
        assert (bags([text]) != found[at]).nnz == 0
        for half in (rows[at, :BUCKETS], rows[at, BUCKETS:]):
            assert half.nnz == 0 or half.multiply(half).sum() == pytest.approx(1.0, abs=1e-5)


@pytest.mark.parametrize("text", ["", "   ", "\ud800 broken", "\x00"])
def test_what_cannot_be_written_does_no_harm(text: str) -> None:
    """Nothing, blanks and broken characters are bags like any other."""
    assert bags([text, "x"]).shape[0] == 2


def test_only_the_beginning_of_long_texts_is_read() -> None:
    """Long texts cost no more, and many examples are read less far each."""
    assert (bags(["ab " * MAX_CHARACTERS]) != bags(["ab " * (MAX_CHARACTERS // 3) + "ab"])).nnz == 0
    many = MAX_EXAMPLE_CHARACTERS // 100
    assert example_bags(["y" * 100 + "x"] + [""] * (many - 1))[0].nnz == bags(["y" * 100])[0].nnz


def test_words_of_a_class_speak_for_it() -> None:
    """Both kinds of evidence favour the class that uses the words."""
    words = Words.fit(bags(TEXTS), CODES, 2)
    logits, nearest = words.evidence(bags(["please refund", "12 arrived"]))
    assert logits.argmax(axis=1).tolist() == nearest.argmax(axis=1).tolist() == [0, 1]
    assert logits.sum(axis=1) == pytest.approx(0.0, abs=1e-4)


def test_unknown_words_say_nothing() -> None:
    """A text that shares no n-gram with any example has no evidence, whatever its length."""
    logits, nearest = Words.fit(bags(TEXTS), CODES, 2).evidence(bags(["包裹", "", "😡"]))
    assert logits.tolist() == nearest.tolist() == [[0.0, 0.0]] * 3


def test_one_text_says_what_it_says_in_a_batch() -> None:
    """Batches change nothing but speed; an example is nearest to itself in both halves."""
    words = Words.fit(bags(TEXTS), CODES, 2)
    many, near = words.evidence(bags(TEXTS))
    for at, text in enumerate(TEXTS):
        one, close = words.evidence(bags([text]))
        assert one[0] == pytest.approx(many[at], abs=1e-5)
        assert close[0] == pytest.approx(near[at], abs=1e-5)
        assert close[0, CODES[at]] == pytest.approx(2.0, abs=1e-5)
