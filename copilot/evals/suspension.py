"""Decides how soon a suspension notices errors beyond the budget and how often it is mistaken, by simulation.

Audits: beside the way of betting that is in force stand three from the literature, on the same courses and at the same
bar. Customers: some ask on after every kind of reply, right ones included; how many is known from approved
replies alone.
"""

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from copilot.suspension import SIGNALS, Outcome, Watch, answered, audited, bet_on, usual_at_most
from knowledge.embedding import Progress

BUDGETS = (0.01, 0.02, 0.05, 0.1)
TIMES = 3.0
LONGEST = 1_000
ASK_ON, KNOWN = (0.06, 0.12), (50, 300)
"""Shares of customers who ask on after a right reply, and how many approved replies are known."""
CUSTOMERS_BUDGET = 0.02
MOST_AT_RISK = 0.5
"""The largest share of the money that the adaptive bets risk, as in the paper's experiments."""

Floats = NDArray[np.float64]
Course = NDArray[np.bool_]
Noticed = Callable[[Course, float, float], int | None]
"""The number of audits after which errors (True) beyond a budget were noticed, at a level; None: never."""


def evaluate_suspension(
    courses: int = 200, audits: int = 10_000, level: float = 0.95, seed: int = 0, progress: Progress | None = None
) -> dict[str, Any]:
    """Return for each budget and way of betting `noticed` (median audits until errors three times as frequent as the
    budget are noticed; None where half of the courses of 1,000 audits pass unnoticed), `within_80` and `within_150`
    (shares of courses), and `false_alarms` (share of courses of `audits` audits with errors exactly as frequent as the
    budget that raise an alarm); and `customers`, see `_customers`. `progress` tells of parts done.
    """
    rows = []
    for place, budget in enumerate(BUDGETS):
        random = np.random.default_rng([seed, place])
        beyond = random.random((courses, LONGEST)) < TIMES * budget
        within = random.random((courses, audits)) < budget
        rows.append(
            {"budget": budget, **{name: _figures(bet, beyond, within, budget, level) for name, bet in WAYS.items()}}
        )
        if progress is not None:
            progress(place + 1, len(BUDGETS) + 1)
    customers = [
        _customers(ask_on, known, courses, audits, level, np.random.default_rng([seed, place, known]))
        for place, ask_on in enumerate(ASK_ON)
        for known in KNOWN
    ]
    if progress is not None:
        progress(len(BUDGETS) + 1, len(BUDGETS) + 1)
    return {"courses": courses, "audits": audits, "level": level, "budgets": rows, "customers": customers}


def _customers(
    ask_on: float, known: int, courses: int, replies: int, level: float, random: np.random.Generator
) -> dict[str, float | None]:
    """Replies alone, no audits, at a budget of 2 %: a share `ask_on` of customers asks on after right replies, and
    everyone complains of a wrong one. `false_alarms` are courses with as many errors as the budget allows, by the bound
    on what is usual (`usual_at_most`, in the mean) that so many `known` approved replies give; `..._of_mean` by their
    mean instead; `noticed` is the median of replies until three times as many errors are."""
    alarms, of_mean, after, bounds = 0, 0, [], []
    for _ in range(courses):
        approved = [outcome.error for outcome in _replies(known, 0.0, ask_on, random)]
        bounds.append(usual_at_most(approved, level))
        within = _replies(replies, CUSTOMERS_BUDGET, ask_on, random)
        alarms += Watch(CUSTOMERS_BUDGET, level, bounds[-1]).evidence(within).at is not None
        of_mean += Watch(CUSTOMERS_BUDGET, level, float(np.mean(approved))).evidence(within).at is not None
        beyond = _replies(LONGEST, TIMES * CUSTOMERS_BUDGET, ask_on, random)
        at = Watch(CUSTOMERS_BUDGET, level, bounds[-1]).evidence(beyond).at
        after.append(np.inf if at is None else at + 1)
    median = float(np.median(after))
    return {
        "ask_on": ask_on,
        "known": known,
        "usual": SIGNALS["reopened"] * ask_on,
        "usual_at_most": float(np.mean(bounds)),
        "false_alarms": alarms / courses,
        "false_alarms_of_mean": of_mean / courses,
        "noticed": median if np.isfinite(median) else None,
    }


def _replies(number: int, wrong: float, ask_on: float, random: np.random.Generator) -> list[Outcome]:
    """What as many customers do."""
    complain, ask = random.random(number) < wrong, random.random(number) < ask_on
    names = np.where(complain, "complaint", np.where(ask, "reopened", "silent"))
    return [answered(str(name)) for name in names]


def _figures(bet: Noticed, beyond: Course, within: Course, budget: float, level: float) -> dict[str, float | None]:
    after = np.array([bet(course, budget, level) or np.inf for course in beyond])
    median = float(np.median(after))
    return {
        "noticed": median if np.isfinite(median) else None,
        "within_80": float(np.mean(after <= 80)),
        "within_150": float(np.mean(after <= 150)),
        "false_alarms": float(np.mean([bet(course, budget, level) is not None for course in within])),
    }


def in_force(course: Course, budget: float, level: float) -> int | None:
    """`copilot.suspension` itself, audits alone."""
    at = Watch(budget, level).evidence([audited(not error) for error in course]).at
    return None if at is None else at + 1


def fixed_bet(course: Course, budget: float, level: float) -> int | None:
    """The bet that grows fastest if errors are three times as frequent as the budget (Kelly 1956)."""
    bet = bet_on(TIMES, budget)
    return _first(np.cumsum(np.log1p(bet * (course - budget))), level)


def approximate_grapa(course: Course, budget: float, level: float) -> int | None:
    """The adaptive bet "aGRAPA" of Waudby-Smith and Ramdas (2023, section 4.3), for errors above the budget only."""
    seen = np.arange(1, len(course) + 1)
    mean = (0.5 + np.concatenate([[0], np.cumsum(course)[:-1]])) / seen
    spread = mean * (1 - mean) + 0.25 / seen
    bets = np.clip((mean - budget) / (spread + (mean - budget) ** 2), 0, MOST_AT_RISK / budget)
    return _first(np.cumsum(np.log1p(bets * (course - budget))), level)


def online_newton(course: Course, budget: float, level: float) -> int | None:
    """Bets by the online Newton step (Cutkosky and Orabona 2018; Waudby-Smith and Ramdas 2023, appendix)."""
    bet, squares, money, bar = 0.0, 1.0, 0.0, -np.log1p(-level)
    for place, surprise in enumerate((course - budget).tolist(), 1):
        money += np.log1p(bet * surprise)
        if money >= bar:
            return place
        slope = -surprise / (1 + bet * surprise)
        squares += slope**2
        bet = min(max(bet - 2 / (2 - np.log(3)) * slope / squares, 0.0), MOST_AT_RISK / budget)
    return None


def _first(money: Floats, level: float) -> int | None:
    reached = np.flatnonzero(money >= -np.log1p(-level))
    return int(reached[0]) + 1 if len(reached) else None


WAYS: Mapping[str, Noticed] = {
    "in_force": in_force,
    "fixed_bet": fixed_bet,
    "approximate_grapa": approximate_grapa,
    "online_newton": online_newton,
}
