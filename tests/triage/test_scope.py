"""Whether a ticket is about anything the categories cover."""

import numpy as np
import pytest

from tests.triage.vectors import clusters, elsewhere
from triage.categories import fit_with_held_out
from triage.scope import REJECTED_IN_DOMAIN, ScopeModel


def test_about_five_in_a_hundred_of_the_domain_are_refused() -> None:
    """New in-domain vectors are refused about as often as the threshold says."""
    model, seen = fit_with_held_out(*clusters(5, 60, spread=0.15))
    vectors, _ = clusters(5, 100, spread=0.15, seed=8)
    refused = np.mean([not scope.in_scope for scope in ScopeModel.fit(seen.evidence).decide(model.evidence(vectors))])
    assert refused == pytest.approx(REJECTED_IN_DOMAIN, abs=0.04)


@pytest.mark.parametrize("each", [1, 20])
def test_what_lies_elsewhere_is_out_of_scope(each: int) -> None:
    """Vectors far from every example are refused, with many examples and with one each."""
    model, seen = fit_with_held_out(*clusters(3, each, spread=0.02))
    scope = ScopeModel.fit(seen.evidence)
    assert scope.fitted == (each > 1)
    assert not any(decision.in_scope for decision in scope.decide(model.evidence(-clusters(3, 3)[0])))
    assert all(decision.in_scope for decision in scope.decide(model.evidence(clusters(3, 3, spread=0.01, seed=2)[0])))


def test_scores_lie_between_none_and_one_and_cross_at_a_half() -> None:
    """The score is in 0..1 and in_scope means at least one half."""
    model, seen = fit_with_held_out(*clusters(3, 20))
    for decision in ScopeModel.fit(seen.evidence).decide(model.evidence(elsewhere(50))):
        assert 0 <= decision.score <= 1
        assert decision.in_scope == (decision.score >= 0.5)
