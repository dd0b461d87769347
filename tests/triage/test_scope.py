"""Whether a ticket is about anything the categories cover."""

import numpy as np
import pytest

from tests.triage.vectors import clusters, elsewhere, examples, unit, wordless
from triage.categories import fit_with_held_out
from triage.examples import LEAST_OUTSIDE, Examples
from triage.scope import REJECTED_IN_DOMAIN, ScopeModel


def test_about_five_in_a_hundred_of_the_domain_are_refused() -> None:
    """New in-domain texts are refused about as often as the threshold says."""
    model, seen = fit_with_held_out(examples(5, 60, spread=0.4))
    asked = examples(5, 100, spread=0.4, seed=8)
    evidence = model.evidence(asked.vectors, asked.texts)
    refused = np.mean([not scope.in_scope for scope in ScopeModel.fit(seen.evidence).decide(evidence)])
    assert refused == pytest.approx(REJECTED_IN_DOMAIN, abs=0.04)


@pytest.mark.parametrize("each", [1, 20])
def test_what_lies_elsewhere_is_out_of_scope(each: int) -> None:
    """Vectors far from every example are refused, with many examples and with one each."""
    model, seen = fit_with_held_out(examples(3, each, spread=0.02))
    scope = ScopeModel.fit(seen.evidence)
    assert scope.fitted == (each > 1)
    ours = examples(3, 3, spread=0.01, seed=2)
    assert not any(decision.in_scope for decision in scope.decide(model.evidence(-ours.vectors, wordless(9))))
    assert all(decision.in_scope for decision in scope.decide(model.evidence(ours.vectors, ours.texts)))


def test_scores_lie_between_none_and_one_and_cross_at_a_half() -> None:
    """The score is in 0..1 and in_scope means at least one half."""
    model, seen = fit_with_held_out(examples(3, 20))
    for decision in ScopeModel.fit(seen.evidence).decide(model.evidence(elsewhere(50), wordless(50))):
        assert 0 <= decision.score <= 1
        assert decision.in_scope == (decision.score >= 0.5)


def test_examples_of_no_category_show_what_is_out_of_scope() -> None:
    """What lies between two categories and speaks like them is less familiar once ten examples say so, ours is not."""
    ours = examples(2, 20, spread=0.05)
    middle = clusters(2, 1, spread=0.0)[0].sum(axis=0)
    between = unit(middle + 0.05 * np.random.default_rng(5).normal(size=(LEAST_OUTSIDE + 20, len(middle))))
    texts = [f"c0aaa c1bbb any{number}" for number in range(len(between))]
    strange = Examples.of(between[20:], texts[20:], [""] * LEAST_OUTSIDE)
    found = []
    for outside in (strange, strange.where(range(LEAST_OUTSIDE - 1))):
        model, seen = fit_with_held_out(ours, outside=outside)
        scope = ScopeModel.fit(seen.evidence)
        found.append(scope.scores(model.evidence(between[:20], texts[:20])))
        assert model.names == ("c0", "c1")
        assert np.mean(scope.scores(model.evidence(ours.vectors, ours.texts)) >= 0.5) > 0.9
    assert found[0].max() < found[1].min()
