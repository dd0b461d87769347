"""Rules that ask how long a customer has waited, applied as time passes."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from copilot.rule_clock import next_look
from triage.rules import parse_rules

SLOW = {"name": "slow", "when": {"waiting_longer_than": "2h"}, "then": {"set_priority": "high", "add_tags": ["slow"]}}
VERY_SLOW = {
    "name": "very slow",
    "when": {"waiting_longer_than": "6h"},
    "then": {"set_priority": "urgent", "assign_team": "seniors", "forbid_auto_send": True},
}


def step(services):
    """One look of the worker's step; returns how many tickets it looked at."""
    return services.worker.steps["rules"]()


@pytest.fixture
def waiting(desk):
    """A triaged ticket under rules that look at the waiting time."""
    desk.configure("rules", [SLOW, VERY_SLOW])
    ticket_id = desk.open()
    desk.process()
    return ticket_id


def test_priority_rises_when_the_waiting_time_has_passed(desk, services, now, waiting):
    """Nothing happens at two hours exactly; right after them the priority rises once, and at six hours again."""
    now.advance(hours=2)
    assert step(services) == 0
    now.advance(seconds=1)
    assert step(services) == 1
    assert step(services) == 0
    ticket = desk.ticket(waiting)
    assert (ticket.priority, ticket.tags) == ("high", ["slow"])
    assert "Rule 'slow': waiting longer than 2h → priority high, tag slow" in ticket.triage["reasons"]
    assert [timer["why"] for timer in ticket.timers]
    now.advance(hours=4)
    assert step(services) == 1
    ticket = desk.ticket(waiting)
    assert (ticket.priority, ticket.team, ticket.rules_due_at) == ("urgent", "seniors", None)
    assert ticket.triage["forbid_auto_send"]
    assert desk.steps(waiting).count("rules_applied") == 2


def test_an_answered_customer_does_not_wait(desk, services, now, client, waiting):
    """After a reply the rules are not applied for waiting; after the next message they count from that one."""
    client.post(
        f"/api/v1/tickets/{waiting}/messages",
        json={"external_id": "m2", "body": "Here you are.", "direction": "outbound"},
        headers=desk.bearer("agent"),
    )
    now.advance(hours=3)
    step(services)
    assert desk.ticket(waiting).priority == "normal"
    desk.write(waiting, "That did not help.")
    desk.process()
    now.advance(hours=1, minutes=59)
    step(services)
    assert desk.ticket(waiting).priority == "normal"
    now.advance(minutes=2)
    step(services)
    assert desk.ticket(waiting).priority == "high"


def test_what_a_person_set_stays(desk, services, now, client, waiting):
    """A priority set by hand is not raised for waiting, and the rest of the rule applies."""
    client.put(f"/api/v1/tickets/{waiting}/priority", json={"priority": "low"}, headers=desk.bearer("agent"))
    now.advance(hours=3)
    step(services)
    ticket = desk.ticket(waiting)
    assert (ticket.priority, ticket.tags) == ("low", ["slow"])


def test_new_waiting_rules_reach_tickets_that_wait_already(desk, services, now):
    """A ticket that came under other rules is looked at when rules about waiting are saved."""
    ticket_id = desk.open()
    desk.process()
    now.advance(hours=3)
    assert step(services) == 0
    desk.configure("rules", [SLOW])
    assert step(services) == 1
    assert desk.ticket(ticket_id).priority == "high"


def test_an_outage_is_caught_up_once(desk, services, now, waiting):
    """After a day without the step both rules apply in one look."""
    now.advance(days=1)
    assert step(services) == 1
    assert step(services) == 0
    assert desk.ticket(waiting).priority == "urgent"
    assert desk.steps(waiting).count("rules_applied") == 1


@given(st.lists(st.integers(1, 50), max_size=6), st.integers(0, 60))
def test_the_next_look_is_the_next_waiting_time(waits, waited):
    """The next look lies in the future, right after the smallest waiting time that has not passed yet."""
    rules = parse_rules(
        [{"name": f"r{w}", "when": {"waiting_longer_than": f"{w}h"}, "then": {"raise_priority": 1}} for w in set(waits)]
    )
    now = datetime(2026, 3, 2, tzinfo=UTC)
    due = next_look(rules, now - timedelta(hours=waited), now)
    left = [wait - waited for wait in waits if wait >= waited]
    assert due == (now + timedelta(hours=min(left), microseconds=1) if left else None)
