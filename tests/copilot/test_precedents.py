"""How drafts out of an article fared before."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from copilot.precedents import NEUTRAL, Precedent, Precedents


def towards(*angles: float):
    return [np.array([np.cos(angle), np.sin(angle)], dtype=np.float32) for angle in angles]


HERE, NEAR, FAR = towards(0.0, 0.2, 1.5)


def test_without_verdicts_every_article_is_neutral() -> None:
    """Nothing is known of any article."""
    assert Precedents([]).record("a", HERE) == NEUTRAL


def test_a_good_record_is_better_than_none_and_none_than_a_bad_one() -> None:
    """Articles that nobody has judged stand at what is usual."""
    known = Precedents([Precedent("good", HERE, True)] * 5 + [Precedent("bad", HERE, False)] * 5)
    assert known.record("bad", HERE) < known.record("new", HERE) == 0.5 < known.record("good", HERE)


def test_like_questions_count_most() -> None:
    """An article that answers one kind of question and not another has two records."""
    known = Precedents([Precedent("a", HERE, True)] * 5 + [Precedent("a", FAR, False)] * 5)
    assert known.record("a", NEAR) > 0.8
    assert known.record("a", FAR) < 0.2
    assert known.record("a", None) == pytest.approx(0.5)


def test_verdicts_without_a_vector_count_for_the_article() -> None:
    """A desk without an embedding model has records by article."""
    known = Precedents([Precedent("a", None, True)] * 8 + [Precedent("b", None, False)] * 8)
    assert known.record("a", HERE) > 0.8 > 0.2 > known.record("b", None)


verdicts = st.lists(
    st.builds(Precedent, st.sampled_from("ab"), st.sampled_from([HERE, NEAR, FAR, None]), st.booleans()), max_size=30
)


@settings(deadline=None)
@given(verdicts, st.sampled_from([HERE, NEAR, FAR, None]))
def test_another_acceptance_never_lowers_a_record(rows: list[Precedent], vector) -> None:
    """Records lie in 0..1; one more accepted draft of the same article does not lower it, one more rejected not raise
    it."""
    before = Precedents(rows).record("a", vector)
    assert 0 <= before <= 1
    better, worse = (Precedents([*rows, Precedent("a", vector, label)]).record("a", vector) for label in (True, False))
    assert worse <= before + 1e-9
    assert (better >= before - 1e-9) or not any(row.article_id == "a" for row in rows)


@settings(deadline=None)
@given(verdicts, st.sampled_from([HERE, FAR, None]))
def test_leaving_a_fold_out_is_as_if_it_had_not_been(rows: list[Precedent], vector) -> None:
    """The record without a fold is that of the other verdicts alone."""
    folds = [place % 3 for place in range(len(rows))]
    known = Precedents(rows, folds, 3)
    without = known.records(known.tallies("a", [vector]), (1,))[0]
    kept = Precedents([row for row, fold in zip(rows, folds, strict=True) if fold != 1])
    assert without == pytest.approx(kept.record("a", vector))
