from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from triage.rule_check import check_rules, implies
from triage.rules import RuleFacts, apply, parse_rules


def rule(name: str, when: dict[str, Any], **then: Any) -> dict[str, Any]:
    return {"name": name, "when": when, "then": then}


def findings(*rules: dict[str, Any], categories: set[str] | None = None) -> list[tuple[str, bool]]:
    return [(found.path, found.fatal) for found in check_rules(parse_rules(list(rules)), categories)]


def test_two_rules_for_the_same_tickets_with_other_priorities_contradict_each_other() -> None:
    """The first of two rules with the same conditions and other priorities is named, and may not be saved."""
    vip = {"segment": ["vip"]}
    found = check_rules(parse_rules([rule("a", vip, set_priority="high"), rule("b", vip, set_priority="low")]))
    assert [(one.path, one.fatal) for one in found] == [("rules[0].then.set_priority", True)]
    assert "rules[1] ('b') holds too and sets the priority to low" in found[0].problem


def test_a_rule_that_a_wider_later_one_overwrites_is_found() -> None:
    """A narrow rule before a wide one that sets the same thing never counts; in the other order it does."""
    narrow = rule("narrow", {"segment": ["vip"], "words": ["please refund me"]}, set_priority="urgent")
    wide = rule("wide", {"words": ["refund", "money back"]}, set_priority="low")
    assert findings(narrow, wide) == [("rules[0].then.set_priority", True)]
    assert findings(wide, narrow) == []


def test_a_raise_is_lost_when_a_later_rule_always_sets_the_priority() -> None:
    """Raising and then setting loses the raise; setting and then raising does not."""
    raising, setting = rule("up", {"contacts_at_least": 3}, raise_priority=1), rule("set", {}, set_priority="normal")
    assert findings(raising, setting) == [("rules[0].then.raise_priority", True)]
    assert findings(setting, raising) == []


def test_a_rule_with_another_effect_left_is_only_warned_of() -> None:
    """A rule whose tag still counts may be saved though its team is overwritten."""
    assert findings(
        rule("a", {"waiting_longer_than": "8h"}, assign_team="north", add_tags=["slow"]),
        rule("b", {"waiting_longer_than": "4h"}, assign_team="south"),
    ) == [("rules[0].then.assign_team", False)]


def test_a_category_that_does_not_exist_and_a_repeated_name_are_found() -> None:
    """A rule about an unknown category is warned of; a second rule of the same name may not be saved."""
    rules = (rule("a", {"category": ["gone", "refund"]}, set_priority="high"), rule("A", {}, add_tags=["x"]))
    assert findings(*rules, categories={"refund"}) == [("rules[0].when.category", False), ("rules[1].name", True)]


WHEN = st.fixed_dictionaries(
    {},
    optional={
        "segment": st.lists(st.sampled_from(["vip", "trial", "free"]), min_size=1, max_size=3),
        "words": st.lists(st.sampled_from(["refund", "my refund", "now", "refund now"]), min_size=1, max_size=2),
        "waiting_longer_than": st.sampled_from(["1h", "4h", "8h"]),
        "contacts_at_least": st.integers(1, 4),
    },
)
FACTS = st.builds(
    RuleFacts,
    segment=st.sampled_from(["vip", "trial", "free", ""]),
    text=st.sampled_from(["my refund now", "refund now", "now", "nothing", "my refund"]),
    waiting=st.timedeltas(),
    contacts=st.integers(0, 5),
)


@given(WHEN, WHEN, st.lists(FACTS, max_size=30))
def test_what_is_implied_holds_on_every_ticket(one: Any, other: Any, tickets: list[RuleFacts]) -> None:
    """Whenever a rule holds, so does each rule that it is said to imply."""
    first, second = parse_rules([rule("a", one, add_tags=["a"]), rule("b", other, add_tags=["b"])])
    if implies(first, second):
        for facts in tickets:
            tags = apply((first, second), facts).tags
            assert "a" not in tags or "b" in tags


@given(st.lists(st.tuples(WHEN, st.sampled_from(["low", "high", "urgent"])), max_size=5), st.lists(FACTS, max_size=30))
def test_a_rule_that_never_counts_can_be_left_out(rules: Any, tickets: list[RuleFacts]) -> None:
    """Without a rule that is said never to count, every ticket gets the same priority."""
    parsed = parse_rules([rule(f"r{place}", when, set_priority=to) for place, (when, to) in enumerate(rules)])
    dead = {found.path.partition(".")[0] for found in check_rules(parsed)}
    alive = [row for place, row in enumerate(parsed) if f"rules[{place}]" not in dead]
    for facts in tickets:
        assert apply(alive, facts).priority == apply(parsed, facts).priority
