"""The gates: what may leave without a person, and that nothing else may."""

from dataclasses import fields, replace
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from copilot.autonomy import MODES, Autonomy, CategoryAutonomy
from copilot.autosend import GATES, RETRIEVAL_FLOOR, Case, decide
from copilot.grounding import Findings, SentenceFinding

AT = datetime(2026, 3, 2, 9, tzinfo=UTC)
QUOTED = Findings((SentenceFinding("Hello,", "courtesy"), SentenceFinding("In 5 days.", "quoted", "p")), ())
GOOD = Case(
    autonomy=Autonomy(categories={"refund": CategoryAutonomy("refund", "auto", 0.8)}),
    category="refund",
    confidence=0.9,
    in_scope=True,
    answerable=0.9,
    ticket_language="en",
    draft_language="en",
    findings=QUOTED,
    sentiment="neutral",
    signals=frozenset(),
    questions=("When do I get my refund?",),
    forbidden_by=None,
    writer_problem=None,
    sources_are_public=True,
    ticket_id=1,
    auto_replies=(),
    answered_automatically_before=False,
    is_fresh=True,
)


def setting(**changes):
    return Autonomy(categories={"refund": replace(CategoryAutonomy("refund", "auto", 0.8), **changes)})


def findings(*supports, facts=()):
    return Findings(tuple(SentenceFinding("x", support) for support in supports), facts)


BAD = [
    ({"autonomy": replace(GOOD.autonomy, kill_switch=True)}, "kill switch"),
    ({"autonomy": setting(mode="off")}, "mode"),
    ({"autonomy": setting(mode="suggest")}, "mode"),
    ({"autonomy": setting(mode="shadow")}, "mode"),
    ({"autonomy": setting(threshold=None)}, "confidence"),
    ({"confidence": 0.799}, "confidence"),
    ({"in_scope": False}, "scope"),
    ({"answerable": RETRIEVAL_FLOOR - 0.01}, "scope"),
    ({"draft_language": "de"}, "language"),
    ({"ticket_language": "unknown", "draft_language": "unknown"}, "language"),
    ({"findings": findings("courtesy", "quoted", "none")}, "grounded"),
    ({"findings": findings("courtesy")}, "grounded"),
    ({"findings": findings()}, "grounded"),
    ({"findings": findings("quoted", facts=("€5",))}, "facts"),
    ({"sources_are_public": False}, "sources"),
    ({"forbidden_by": "A rule says no."}, "risk"),
    ({"sentiment": "very negative"}, "risk"),
    ({"signals": frozenset({"threatens_to_leave"})}, "risk"),
    ({"signals": frozenset({"wants_human"})}, "human wanted"),
    ({"answered_automatically_before": True}, "human wanted"),
    ({"auto_replies": ((1, AT),)}, "loop"),
    ({"auto_replies": ((2, AT), (3, AT), (4, AT))}, "loop"),
    ({"questions": ("Where is my refund?", "And how do I return a tent?")}, "one question"),
    ({"writer_problem": "The model is down."}, "writer"),
    ({"is_fresh": False}, "fresh"),
]


def test_when_everything_is_in_order_it_may_leave():
    """A case that gives no gate a reason is sent, with every gate's reason told."""
    decision = decide(GOOD)
    assert decision.action == "send"
    assert [gate.name for gate in decision.gates] == [name for name, _ in GATES]
    assert all(gate.passed and gate.reason for gate in decision.gates)


@pytest.mark.parametrize(("changes", "name"), BAD)
def test_each_gate_holds_alone(changes, name):
    """One thing wrong holds the draft, by the gate that is there for it and by no other."""
    decision = decide(replace(GOOD, **changes))
    assert decision.action == "hold"
    assert [gate.name for gate in decision.gates if not gate.passed] == [name]


def test_every_gate_has_a_case_here():
    """No gate is untested, and every input of the gates is used by one."""
    assert {name for _, name in BAD} == {name for name, _ in GATES}
    used = {name for changes, _ in BAD for name in changes}
    assert used | {"category", "ticket_id"} == {field.name for field in fields(Case)}


@pytest.mark.parametrize("category", [None, "unheard-of", ""])
def test_a_category_without_a_setting_is_held(category):
    """What the admin has not allowed by name is not allowed."""
    decision = decide(replace(GOOD, category=category))
    assert {gate.name for gate in decision.gates if not gate.passed} == {"mode", "confidence"}


settings = st.builds(
    CategoryAutonomy,
    st.just("refund"),
    st.sampled_from(MODES),
    st.none() | st.floats(0, 1),
    st.just(0.02),
    st.just(0.95),
)
autonomies = st.builds(Autonomy, st.booleans(), st.just(30.0), st.just({}) | settings.map(lambda row: {"refund": row}))
supports = st.lists(st.sampled_from(["quoted", "courtesy", "none"]), max_size=4)
cases = st.builds(
    Case,
    autonomy=autonomies,
    category=st.sampled_from([None, "refund", "other"]),
    confidence=st.floats(0, 1),
    in_scope=st.booleans(),
    answerable=st.floats(0, 1),
    ticket_language=st.sampled_from(["en", "de", "unknown"]),
    draft_language=st.sampled_from(["en", "de"]),
    findings=st.builds(lambda s, f: findings(*s, facts=f), supports, st.sampled_from([(), ("€5",)])),
    sentiment=st.sampled_from(["very negative", "negative", "neutral"]),
    signals=st.frozensets(st.sampled_from(["wants_human", "threatens_to_leave", "angry", "urgent"])),
    questions=st.sampled_from([(), ("A?",), ("A?", "B?")]),
    forbidden_by=st.sampled_from([None, "No."]),
    writer_problem=st.sampled_from([None, "Down."]),
    sources_are_public=st.booleans(),
    ticket_id=st.integers(1, 3),
    auto_replies=st.lists(st.tuples(st.integers(1, 9), st.just(AT)), max_size=4).map(tuple),
    answered_automatically_before=st.booleans(),
    is_fresh=st.booleans(),
)


@given(cases)
def test_it_is_sent_exactly_when_every_gate_passed(case):
    """The decision is nothing but the conjunction of its gates, each with a reason."""
    decision = decide(case)
    assert (decision.action == "send") == all(gate.passed for gate in decision.gates)
    assert len(decision.gates) == len(GATES)
    assert all(gate.reason for gate in decision.gates)


@given(cases)
def test_the_kill_switch_always_holds(case):
    """With the switch on nothing is sent, whatever else is true."""
    assert decide(replace(case, autonomy=replace(case.autonomy, kill_switch=True))).action == "hold"


@given(cases)
def test_the_default_settings_never_send(case):
    """Without settings nothing is sent, whatever else is true."""
    assert decide(replace(case, autonomy=Autonomy())).action == "hold"


@given(cases, st.sampled_from([changes for changes, _ in BAD]))
def test_a_reason_to_hold_is_never_outweighed(case, changes):
    """Whatever a gate holds alone it holds in every company, except that settings replace settings."""
    decision = decide(replace(case, category="refund", **changes))
    assert decision.action == "hold" or "confidence" in changes or "draft_language" in changes
