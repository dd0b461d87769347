"""The gates: what may leave without a person, and that nothing else may."""

from dataclasses import fields, replace
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from copilot.autonomy import MODES, Autonomy, CategoryAutonomy
from copilot.autosend import GATES, RETRIEVAL_FLOOR, Case, could_send, decide, would_send
from copilot.budgets import Spent
from copilot.envelopes import KINDS, Envelope
from copilot.grounding import Findings, SentenceFinding
from copilot.risks import LONGEST_READ, RiskList
from copilot.standing import Standing

AT = datetime(2026, 3, 2, 9, tzinfo=UTC)
QUOTED = Findings((SentenceFinding("Hello,", "courtesy"), SentenceFinding("In 5 days.", "quoted", "p")), ())
AUTO = Autonomy(categories={"refund": CategoryAutonomy("refund", "auto", 0.8)})
GOOD = Case(
    autonomy=AUTO,
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
    source_doubt=None,
    ticket_id=1,
    auto_replies=(),
    answered_automatically_before=False,
    is_fresh=True,
    body="Hello, In 5 days.",
    subject="Re: Refund",
    planted=("ref-1f0c9a77deadbeef",),
    channel="api",
    requester="kim@example.com",
    envelopes=(Envelope(),),
    segment=None,
    customer_text="Refund\n\nWhen do I get my refund?",
    spent=Spent(3, 40),
)


def setting(**changes):
    return Autonomy(categories={"refund": replace(CategoryAutonomy("refund", "auto", 0.8), **changes)})


def risky(**changes):
    return replace(AUTO, risk=replace(AUTO.risk, **changes))


def findings(*supports, facts=()):
    return Findings(tuple(SentenceFinding("x", support) for support in supports), facts)


def earned(threshold, budget=0.02):
    return Standing(budget, 0.95, threshold, 0.019, 412, 3, 0.6, 0 if threshold else 148, 600)


EARNING = setting(threshold=None)
BAD = [
    ({"autonomy": replace(GOOD.autonomy, kill_switch=True)}, "kill switch"),
    ({"autonomy": setting(mode="off")}, "mode"),
    ({"autonomy": setting(mode="suggest")}, "mode"),
    ({"autonomy": setting(mode="shadow")}, "mode"),
    ({"suspended": "Suspended: 4 of 9 audits were not accepted."}, "mode"),
    ({"drawn": True}, "audit"),
    ({"autonomy": EARNING}, "confidence"),
    ({"autonomy": EARNING, "standing": earned(None)}, "confidence"),
    ({"autonomy": EARNING, "standing": earned(0.95)}, "confidence"),
    ({"autonomy": EARNING, "standing": earned(0.5, budget=0.05)}, "confidence"),
    ({"confidence": 0.799}, "confidence"),
    ({"in_scope": False}, "scope"),
    ({"answerable": RETRIEVAL_FLOOR - 0.01}, "scope"),
    ({"ticket_language": "pl", "draft_language": "pl"}, "scope"),
    ({"autonomy": replace(AUTO, languages=("de",))}, "scope"),
    ({"draft_language": "de"}, "language"),
    ({"ticket_language": "unknown", "draft_language": "unknown"}, "language"),
    ({"findings": findings("courtesy", "quoted", "none")}, "grounded"),
    ({"findings": findings("courtesy")}, "grounded"),
    ({"findings": findings()}, "grounded"),
    ({"findings": findings("quoted", facts=("€5",))}, "facts"),
    ({"source_doubt": "“Refunds” is internal."}, "sources"),
    ({"forbidden_by": "A rule says no."}, "risk"),
    ({"sentiment": "very negative"}, "risk"),
    ({"signals": frozenset({"threatens_to_leave"})}, "risk"),
    ({"signals": frozenset({"wants_human"})}, "human wanted"),
    ({"answered_automatically_before": True}, "human wanted"),
    ({"auto_replies": ((1, AT),)}, "loop"),
    ({"auto_replies": ((2, AT), (3, AT), (4, AT))}, "loop"),
    ({"questions": ("Where is my refund?", "And how do I return a tent?")}, "one question"),
    ({"left_open": ("And how do I return a tent?",)}, "one question"),
    ({"envelopes": (Envelope(), Envelope(cc=("dana@example.com",)))}, "recipient"),
    ({"envelopes": (Envelope(reply_to="thief@example.net"),)}, "recipient"),
    ({"envelopes": (Envelope(sender="dana@example.com"),)}, "recipient"),
    ({"requester": ""}, "recipient"),
    ({"envelopes": (Envelope(sender_authenticated=False),)}, "sender"),
    ({"channel": "email"}, "sender"),
    *(({"envelopes": (Envelope(kind=kind),)}, "sender") for kind in ("auto", "list", "bounce", "loop", "odd")),
    ({"autonomy": risky(categories=("refund",))}, "risk"),
    ({"segment": "VIP"}, "risk"),
    ({"customer_text": "My lawyer asks when I get my refund."}, "risk"),
    ({"customer_text": "I want to talk to a human."}, "human wanted"),
    ({"spent": Spent(200, 200)}, "budget"),
    ({"spent": Spent(0, 2_000)}, "budget"),
    ({"autonomy": setting(per_hour=0)}, "budget"),
    ({"body": "Hello, REF-1f0c 9a77 dead beef"}, "canary"),
    ({"autonomy": replace(AUTO, canaries=("blue heron 42",)), "body": "See Blue-Heron-42."}, "canary"),
    ({"autonomy": replace(AUTO, canaries=("blue heron 42",)), "subject": "Re: Blue-Heron-42"}, "subject"),
    ({"autonomy": replace(AUTO, hold_seconds=float("nan"))}, "hold window"),
    ({"writer_problem": "The model is down."}, "writer"),
    ({"is_fresh": False}, "fresh"),
]


def test_when_everything_is_in_order_it_may_leave():
    """A case that gives no gate a reason is sent, with every gate's reason told."""
    decision = decide(GOOD)
    assert decision.action == "send"
    assert [gate.name for gate in decision.gates] == [name for name, _ in GATES]
    assert all(gate.passed and gate.reason for gate in decision.gates)


def test_an_earned_threshold_is_enough():
    """Without a manual threshold what was earned at these very settings decides, and the reason tells its proof."""
    decision = decide(replace(GOOD, autonomy=EARNING, standing=earned(0.87)))
    assert decision.action == "send"
    (reason,) = [gate.reason for gate in decision.gates if gate.name == "confidence"]
    assert "412 reviews, 3 errors, at most 1.9% wrong with 95% confidence" in reason


@given(st.deferred(lambda: good_or_bad))
def test_what_could_and_would_be_sent(case):
    """What is sent would be and could be; what could be depends on no gate of autonomy itself."""
    decision = decide(case)
    assert could_send(decision) or not would_send(decision)
    assert would_send(decision) or decision.action == "hold"
    freed = replace(case, suspended=None, drawn=False, standing=None, confidence=1 - case.confidence, spent=Spent())
    assert could_send(decide(freed)) == could_send(decision)


@pytest.mark.parametrize(("changes", "name"), BAD)
def test_each_gate_holds_alone(changes, name):
    """One thing wrong holds the draft, by the gate that is there for it and by no other."""
    decision = decide(replace(GOOD, **changes))
    assert decision.action == "hold"
    assert [gate.name for gate in decision.gates if not gate.passed] == [name]


def test_what_is_too_long_to_be_read_is_held():
    """A message longer than is searched for risks waits for a person."""
    decision = decide(replace(GOOD, customer_text="x" * (LONGEST_READ + 1)))
    assert [gate.name for gate in decision.gates if not gate.passed] == ["risk"]


def test_every_gate_has_a_case_here():
    """No gate is untested, and every input of the gates is used by one."""
    assert {name for _, name in BAD} == {name for name, _ in GATES}
    used = {name for changes, _ in BAD for name in changes}
    assert used | {"category", "ticket_id", "planted"} == {field.name for field in fields(Case)}


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
    st.integers(0, 3),
    st.integers(0, 5),
)
risks = st.builds(
    RiskList,
    categories=st.sampled_from([(), ("refund",)]),
    segments=st.sampled_from([(), ("vip",)]),
    sentiments=st.sampled_from([(), ("negative", "very negative")]),
    signals=st.sampled_from([(), ("angry",)]),
    terms=st.sampled_from([(), (("legal", ("lawyer",)),)]),
    person=st.sampled_from([(), ("talk to a human",)]),
)
autonomies = st.builds(
    Autonomy,
    st.booleans(),
    st.sampled_from([0.0, 30.0, -1.0, float("nan")]),
    st.just({}) | settings.map(lambda row: {"refund": row}),
    risks,
    st.sampled_from([(), ("blue heron 42",)]),
)
addresses = st.sampled_from([None, "kim@example.com", "dana@example.com"])
envelopes = st.builds(
    Envelope,
    st.sampled_from([None, True, False]),
    st.sampled_from(KINDS),
    addresses,
    addresses,
    st.sampled_from([(), ("kim@example.com",), ("kim@example.com", "dana@example.com")]),
)
supports = st.lists(st.sampled_from(["quoted", "aligned", "courtesy", "none"]), max_size=4)
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
    left_open=st.sampled_from([(), (), ("B?",)]),
    forbidden_by=st.sampled_from([None, "No."]),
    writer_problem=st.sampled_from([None, "Down."]),
    source_doubt=st.sampled_from([None, "“Refunds” was edited."]),
    ticket_id=st.integers(1, 3),
    auto_replies=st.lists(st.tuples(st.integers(1, 9), st.just(AT)), max_size=4).map(tuple),
    answered_automatically_before=st.booleans(),
    is_fresh=st.booleans(),
    body=st.sampled_from(["Hello, In 5 days.", "ref-1f0c9a77deadbeef", "The blue heron 42"]),
    planted=st.sampled_from([(), ("ref-1f0c9a77deadbeef",)]),
    channel=st.sampled_from(["api", "email"]),
    requester=st.sampled_from(["kim@example.com", ""]),
    envelopes=st.lists(envelopes, max_size=2).map(tuple),
    segment=st.sampled_from([None, "vip", "Trial"]),
    customer_text=st.sampled_from(["When?", "My lawyer asks.", "Let me talk to a human"]),
    spent=st.builds(Spent, st.integers(0, 3), st.integers(0, 5)),
    standing=st.none() | st.builds(earned, st.sampled_from([None, 0.5, 0.9]), st.sampled_from([0.02, 0.01])),
    suspended=st.sampled_from([None, "Suspended."]),
    drawn=st.booleans(),
)


@given(cases)
def test_it_is_sent_exactly_when_every_gate_passed(case):
    """The decision is nothing but the conjunction of its gates, each with a reason."""
    decision = decide(case)
    assert (decision.action == "send") == all(gate.passed for gate in decision.gates)
    assert len(decision.gates) == len(GATES)
    assert all(gate.reason for gate in decision.gates)


def objections(case):
    """Every reason to hold, told anew from the table of the send gate and not from the code under test."""
    row = case.autonomy.categories.get(case.category)
    words = case.customer_text.lower()
    listed = case.autonomy.risk
    squeezed = case.body.lower().replace(" ", "").replace("-", "")
    yield case.autonomy.kill_switch
    yield row is None or row.mode != "auto" or case.suspended is not None or case.drawn
    proven = case.standing if row and case.standing and case.standing.budget == row.error_budget else None
    least = row.threshold if row and row.threshold is not None else proven and proven.threshold
    yield least is None or case.confidence < least
    yield not case.in_scope or case.answerable < 0.4
    yield case.ticket_language not in ("en", "de") or case.ticket_language != case.draft_language
    supports = {f.support for f in case.findings.sentences}
    yield not supports <= {"quoted", "aligned", "courtesy"} or supports <= {"courtesy"}
    yield len(case.findings.unsupported_facts) > 0 or case.source_doubt is not None
    yield len(case.questions) >= 2 or len(case.left_open) > 0
    yield case.requester == "" or any({e.sender, e.reply_to, *e.cc} - {None, case.requester} for e in case.envelopes)
    yield any(e.kind != "human" or e.sender_authenticated is False for e in case.envelopes)
    yield case.channel == "email" and not all(e.sender_authenticated for e in case.envelopes)
    yield case.forbidden_by is not None or case.category in listed.categories
    yield str(case.segment).lower() in listed.segments or case.sentiment in listed.sentiments
    yield bool(set(case.signals) & {*listed.signals, "wants_human"}) or len(words) > 20_000
    yield any(word in words for _, terms in listed.terms for word in terms)
    yield any(phrase in words for phrase in listed.person) or case.answered_automatically_before
    yield case.ticket_id in dict(case.auto_replies) or len(case.auto_replies) > 2
    yield row is not None and (case.spent.hour + 1 > row.per_hour or case.spent.day + 1 > row.per_day)
    yield case.writer_problem is not None or not case.is_fresh
    yield any(t.replace(" ", "").replace("-", "") in squeezed for t in (*case.planted, *case.autonomy.canaries))
    yield not case.autonomy.hold_seconds >= 0


GATE_CHANGES = [changes for changes, _ in BAD]
good_or_bad = cases | st.lists(st.sampled_from(GATE_CHANGES), max_size=2).map(
    lambda found: replace(GOOD, **{name: value for changes in found for name, value in changes.items()})
)


@given(good_or_bad)
def test_an_independent_oracle_agrees(case):
    """What is sent has nothing against it, and what has nothing against it is sent."""
    assert (decide(case).action == "hold") == any(objections(case))


@given(good_or_bad, st.permutations(GATES))
def test_the_order_of_the_gates_decides_nothing(case, gates):
    """In any order the same gates pass and the same decision comes out."""
    assert decide(case, gates).action == decide(case).action
    assert set(decide(case, gates).gates) == set(decide(case).gates)


@given(st.sampled_from([name for name, _ in GATES]), st.sampled_from([ValueError, KeyError, RecursionError]))
def test_a_gate_that_breaks_holds(broken, error):
    """An exception within a gate holds the draft and says so, and the others are told all the same."""

    def breaks(_case):
        raise error("secret")

    decision = decide(GOOD, [(name, breaks if name == broken else check) for name, check in GATES])
    (held,) = [gate for gate in decision.gates if not gate.passed]
    assert (decision.action, held.name, len(decision.gates)) == ("hold", broken, len(GATES))
    assert error.__name__ in held.reason
    assert "secret" not in held.reason


def test_a_gate_that_answers_anything_but_yes_holds():
    """Only a plain yes passes, and without gates nothing is sent."""
    assert decide(GOOD, [("odd", lambda _case: ("yes", "Odd."))]).action == "hold"
    assert decide(GOOD, []).action == "hold"


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
    decision = decide(replace(case, **{"category": "refund", **changes}))
    weighed = {"confidence", "draft_language", "requester", "segment", "customer_text", "channel", "spent", "body"}
    assert decision.action == "hold" or weighed & set(changes)
