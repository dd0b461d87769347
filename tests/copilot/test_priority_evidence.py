"""What priorities set by hand suggest to an admin."""

from copilot import corrections, priority_evidence
from copilot.web.triage_presenter import priority_sentence


def set_priority(desk, ticket_id, priority):
    """An agent sets the priority."""
    desk.do(lambda s: corrections.set_priority(s, ticket_id, priority, desk.services.book, desk.now(), "Sam"))


def changes(desk):
    """What is suggested."""
    return desk.do(priority_evidence.priority_changes)


def test_changes_are_counted_by_category(desk):
    """Of the tickets of a category, how many were raised from what to what; one change alone suggests nothing."""
    ids = [desk.open("When do I get my refund?", email=f"p{n}@example.com") for n in range(4)]
    parcel = desk.open("Where is my parcel?", email="x@example.com")
    desk.process()
    for ticket_id in ids[:2]:
        set_priority(desk, ticket_id, "high")
    set_priority(desk, parcel, "urgent")
    (found,) = changes(desk)
    assert (found.category, found.before, found.after, found.count, found.of) == ("refund", "normal", "high", 2, 4)
    assert found.is_raise
    said = priority_sentence(found, {"refund": "Refunds"})
    assert said == "Agents raised 2 of 4 “Refunds” tickets from normal to high: a rule could do that."


def test_changes_are_counted_by_rule(desk):
    """A rule whose priorities are taken back is named."""
    desk.configure(
        "rules", [{"name": "Money first", "when": {"words": ["refund"]}, "then": {"set_priority": "urgent"}}]
    )
    ids = [desk.open("When do I get my refund?", email=f"p{n}@example.com") for n in range(3)]
    desk.process()
    for ticket_id in ids:
        set_priority(desk, ticket_id, "normal")
    found = next(one for one in changes(desk) if one.rule)
    assert (found.rule, found.before, found.after, found.count, found.is_raise) == (
        "Money first", "urgent", "normal", 3, False,
    )  # fmt: skip
    assert "the rule “Money first” applied from urgent to normal" in priority_sentence(found, {})


def test_second_thoughts_leave_nothing(desk):
    """What was set back to what the rules had said is no change."""
    ids = [desk.open(email=f"p{n}@example.com") for n in range(2)]
    desk.process()
    for ticket_id in ids:
        set_priority(desk, ticket_id, "high")
        set_priority(desk, ticket_id, "normal")
    assert changes(desk) == []
