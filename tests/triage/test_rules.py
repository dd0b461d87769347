"""What an admin's rules make of a ticket."""

from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from triage.rules import PRIORITIES, RuleFacts, RuleOutcome, apply, parse_rules
from triage.sentiment import LEVELS
from triage.wording import SIGNALS

ANGRY = {"name": "Angry customers first", "when": {"sentiment": ["very negative"]}, "then": {"set_priority": "urgent"}}

WHENS = st.fixed_dictionaries(
    {},
    optional={
        "sentiment": st.lists(st.sampled_from(list(LEVELS)), min_size=1, max_size=3),
        "signals": st.lists(st.sampled_from(SIGNALS), min_size=1, max_size=2),
        "words": st.lists(st.sampled_from(["refund", "charge back"]), min_size=1, max_size=2),
        "contacts_at_least": st.integers(1, 4),
        "waiting_longer_than": st.sampled_from(["45m", "8h", "1h30m"]),
    },
)
THENS = st.fixed_dictionaries(
    {"forbid_auto_send": st.booleans()},
    optional={
        "set_priority": st.sampled_from(PRIORITIES),
        "raise_priority": st.integers(1, 3),
        "add_tags": st.lists(st.sampled_from("xyz"), min_size=1, max_size=3),
        "assign_team": st.sampled_from(["billing", "shipping"]),
    },
)
RULES = st.lists(st.fixed_dictionaries({"name": st.just("r"), "when": WHENS, "then": THENS}), max_size=6)
FACTS = st.builds(
    RuleFacts,
    category=st.none() | st.just("refund"),
    sentiment=st.sampled_from(list(LEVELS)),
    signals=st.frozensets(st.sampled_from(SIGNALS)),
    text=st.text() | st.just("a charge back, and a refund"),
    waiting=st.timedeltas(timedelta(0), timedelta(days=2)),
    contacts=st.integers(0, 6),
)


def outcome(facts: RuleFacts, *rules: dict[str, Any]) -> RuleOutcome:
    """Apply rules as they stand in a document."""
    return apply(parse_rules(list(rules)), facts)


def rule(when: dict[str, Any], **then: Any) -> dict[str, Any]:
    """A rule named r."""
    return {"name": "r", "when": when, "then": then}


def test_a_matching_rule_says_why_and_what() -> None:
    """The reason names the rule, the facts that matched and the effect."""
    found = outcome(RuleFacts(sentiment="very negative"), ANGRY)
    assert found.priority == "urgent"
    assert found.reasons == ("Rule 'Angry customers first': sentiment is very negative → priority urgent",)


def test_without_a_match_everything_is_ordinary() -> None:
    """No rule, no reason, priority normal."""
    assert outcome(RuleFacts(), ANGRY) == RuleOutcome("normal", (), None, False, ())


def test_all_effects_are_told() -> None:
    """Conditions are joined by "and", effects are listed."""
    document = rule(
        {"segment": ["VIP"], "contacts_at_least": 2, "waiting_longer_than": "8h", "words": ["charge-back"]},
        raise_priority=1,
        add_tags=["vip"],
        assign_team="billing",
        forbid_auto_send=True,
    )
    facts = RuleFacts(segment="vip", contacts=3, waiting=timedelta(hours=9), text="A Charge back?")
    assert outcome(facts, document) == RuleOutcome(
        "high",
        ("vip",),
        "billing",
        True,
        (
            "Rule 'r': segment is vip and contacted 3 times and waiting longer than 8h and the text says 'charge back'"
            " → priority raised from normal to high, tag vip, team billing, never sent automatically",
        ),
    )


@pytest.mark.parametrize(
    ("when", "facts"),
    [
        ({"category": ["refund"]}, RuleFacts(category="refund")),
        ({"signals": ["angry", "urgent"]}, RuleFacts(signals=frozenset({"urgent"}))),
        ({"channel": ["Email"]}, RuleFacts(channel="email")),
        ({"language": ["fr", "DE"]}, RuleFacts(language="de")),
        ({"words": ["Straße"]}, RuleFacts(text="die STRASSE!")),
        ({}, RuleFacts()),
    ],
)
def test_each_key_can_match(when: dict[str, Any], facts: RuleFacts) -> None:
    """One of the listed values is enough, letter case aside; a rule without conditions always holds."""
    assert outcome(facts, rule(when, set_priority="high")).priority == "high"


@pytest.mark.parametrize(
    ("when", "facts"),
    [
        ({"category": ["refund"]}, RuleFacts()),
        ({"words": ["fund"]}, RuleFacts(text="refund")),
        ({"waiting_longer_than": "8h"}, RuleFacts(waiting=timedelta(hours=8))),
        ({"contacts_at_least": 2}, RuleFacts(contacts=1)),
        ({"sentiment": ["negative"], "segment": ["vip"]}, RuleFacts(sentiment="negative")),
    ],
)
def test_what_only_comes_near_does_not_match(when: dict[str, Any], facts: RuleFacts) -> None:
    """Parts of words, exactly the limit, and one condition of two are not enough."""
    assert outcome(facts, rule(when, set_priority="high")).priority == "normal"


def test_a_later_rule_overrides_and_tags_add_up() -> None:
    """Rules apply in order: the last priority and team stand, tags are collected once."""
    found = outcome(
        RuleFacts(),
        rule({}, set_priority="low", add_tags=["b", "a"], assign_team="one"),
        rule({}, set_priority="high", add_tags=["a", "c"], assign_team="two"),
    )
    assert (found.priority, found.tags, found.team) == ("high", ("b", "a", "c"), "two")


def test_raising_stops_at_urgent() -> None:
    """Nothing is more urgent than urgent, and the reason says that it stays so."""
    found = outcome(RuleFacts(), rule({}, set_priority="urgent"), rule({}, raise_priority=2))
    assert found.priority == "urgent"
    assert found.reasons[1] == "Rule 'r': always → priority stays urgent"


@given(document=RULES, facts=FACTS)
def test_outcomes_are_lawful(document: list[dict[str, Any]], facts: RuleFacts) -> None:
    """Same input, same outcome; priorities are known, tags single, and each matching rule gives one reason."""
    rules = parse_rules(document)
    found = apply(rules, facts)
    assert found == apply(rules, facts)
    assert found.priority in PRIORITIES
    assert len(set(found.tags)) == len(found.tags)
    assert len(found.reasons) == sum(bool(apply([one], facts).reasons) for one in rules)


@given(document=RULES, facts=FACTS)
def test_forbidding_is_never_undone(document: list[dict[str, Any]], facts: RuleFacts) -> None:
    """Adding rules can forbid auto-sending but never allow it again, and never takes a tag away."""
    rules = parse_rules(document)
    for count in range(len(rules)):
        before, after = apply(rules[:count], facts), apply(rules[: count + 1], facts)
        assert before.forbid_auto_send <= after.forbid_auto_send
        assert set(before.tags) <= set(after.tags)


@given(facts=FACTS, steps=st.integers(1, 3), start=st.sampled_from(PRIORITIES))
def test_raising_never_lowers(facts: RuleFacts, steps: int, start: str) -> None:
    """A raise moves up by its steps, or to the top."""
    found = outcome(facts, rule({}, set_priority=start, raise_priority=steps))
    assert PRIORITIES.index(found.priority) == min(PRIORITIES.index(start) + steps, 3)


@pytest.mark.parametrize(
    ("document", "path"),
    [
        ({}, "rules: must be a list"),
        ([1], r"rules\[0\]: must be an object"),
        ([{"name": "r", "then": {"forbid_auto_send": True}, "if": {}}], r"rules\[0\]\.if"),
        ([{"name": " ", "then": {"forbid_auto_send": True}}], r"rules\[0\]\.name"),
        ([{"name": "r", "when": {}}], r"rules\[0\]\.then"),
        ([{"name": "r", "then": {}}], r"rules\[0\]\.then"),
        ([rule({"mood": ["x"]}, set_priority="low")], r"rules\[0\]\.when\.mood"),
        ([rule({"sentiment": ["sad"]}, set_priority="low")], r"rules\[0\]\.when\.sentiment"),
        ([rule({"signals": ["cold"]}, set_priority="low")], r"rules\[0\]\.when\.signals"),
        ([rule({"segment": []}, set_priority="low")], r"rules\[0\]\.when\.segment"),
        ([rule({"segment": "vip"}, set_priority="low")], r"rules\[0\]\.when\.segment"),
        ([rule({"segment": ["vip", 3]}, set_priority="low")], r"rules\[0\]\.when\.segment\[1\]"),
        ([rule({"words": ["!!!"]}, set_priority="low")], r"rules\[0\]\.when\.words"),
        ([rule({"waiting_longer_than": "soon"}, set_priority="low")], r"rules\[0\]\.when\.waiting_longer_than"),
        ([rule({"waiting_longer_than": ""}, set_priority="low")], r"rules\[0\]\.when\.waiting_longer_than"),
        ([rule({"contacts_at_least": 0}, set_priority="low")], r"rules\[0\]\.when\.contacts_at_least"),
        ([rule({"contacts_at_least": True}, set_priority="low")], r"rules\[0\]\.when\.contacts_at_least"),
        ([rule({}, set_priority="now")], r"rules\[0\]\.then\.set_priority"),
        ([rule({}, raise_priority=9)], r"rules\[0\]\.then\.raise_priority"),
        ([rule({}, add_tags=["x" * 201])], r"rules\[0\]\.then\.add_tags\[0\]"),
        ([rule({}, assign_team=7)], r"rules\[0\]\.then\.assign_team"),
        ([rule({}, forbid_auto_send="yes")], r"rules\[0\]\.then\.forbid_auto_send"),
        ([ANGRY] * 1_001, "rules: at most"),
    ],
)
def test_a_wrong_document_is_refused_by_path(document: object, path: str) -> None:
    """Every mistake is an error that says where it is."""
    with pytest.raises(ValueError, match=path):
        parse_rules(document)
