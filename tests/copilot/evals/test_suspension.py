"""How suspension is measured."""

import numpy as np
import pytest

from copilot.evals.suspension import ASK_ON, BUDGETS, KNOWN, WAYS, evaluate_suspension


def test_every_way_of_betting_is_measured_at_every_budget() -> None:
    """Shares lie in 0..1, and the way in force is among them."""
    found = evaluate_suspension(courses=6, audits=200)
    assert [row["budget"] for row in found["budgets"]] == list(BUDGETS)
    for row in found["budgets"]:
        assert set(row) == {"budget", *WAYS}
        assert all(0 <= row[way][name] <= 1 for way in WAYS for name in ("within_80", "within_150", "false_alarms"))


def test_customers_who_ask_on_are_measured_too() -> None:
    """For each share who ask on and each number of known replies there is a row; the bound lies above what is usual."""
    found = evaluate_suspension(courses=4, audits=200)["customers"]
    assert [(row["ask_on"], row["known"]) for row in found] == [(a, k) for a in ASK_ON for k in KNOWN]
    assert all(row["usual"] < row["usual_at_most"] < 1 for row in found)
    assert all(0 <= row[name] <= 1 for row in found for name in ("false_alarms", "false_alarms_of_mean"))


@pytest.mark.parametrize("way", sorted(WAYS))
def test_each_way_notices_what_is_plain(way: str) -> None:
    """Errors at every second audit are noticed within 60 at a budget of 2 %; none are no reason for an alarm."""
    after = WAYS[way](np.arange(60) % 2 == 0, 0.02, 0.95)
    assert after is not None
    assert after <= 60
    assert WAYS[way](np.zeros(500, dtype=bool), 0.02, 0.95) is None
