"""The compliance rate: what counts as kept and broken, how it is cut, and what it says about itself."""

from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sla.clock import Event
from sla.compliance import By, Measure, Rate, cases, due_between, due_locally, in_words, rate, rates
from sla.policies import Priority, Sender, Status, TicketFacts
from tests.sla.builders import hours, policy, utc

FOUR_HOURS = policy(
    targets={"first_response": {"normal": {"promise": "4h", "goal": "3h"}, "urgent": {"promise": "1h"}}}
)
MONDAY = utc("2026-11-23T09:00")
LATER = utc("2026-11-30T09:00")


def ticket(*events, now=LATER, facts=None, auto=True, start=MONDAY):
    """The cases of a ticket received on Monday at nine, promised in four hours with a goal of three."""
    return cases(FOUR_HOURS, [Event.received(start), *events], now, facts or TicketFacts(), auto_sent_counts=auto)


def answered(after, by="person"):
    """A reply so many hours after nine on Monday."""
    return Event.replied(MONDAY + hours(after), by)


def test_what_counts():
    """Met and broken count, open and broken too; running, paused and cancelled timers do not."""
    assert rate(ticket(answered(4))) == Rate(met=1)
    assert rate(ticket(answered(4.001))) == Rate(broken=1)
    assert rate(ticket()) == Rate(broken=1, open=1)
    assert rate(ticket(now=MONDAY + hours(1))) == Rate()
    assert rate(ticket(Event.cancelled(LATER, "spam"))) == Rate()
    assert rate([*ticket(answered(1)), *ticket(answered(2)), *ticket()]) == Rate(met=2, broken=1, open=1)


def test_goals_apart():
    """The goal is held against its own time, and only where there is one."""
    cases = [*ticket(answered(3.5)), *ticket(answered(3))]
    assert (rate(cases), rate(cases, Measure.GOAL)) == (Rate(met=2), Rate(met=1, broken=1))
    urgent = ticket(Event.priority_changed(MONDAY, "urgent"), answered(0.5))
    assert (rate(urgent), rate(urgent, Measure.GOAL)) == (Rate(met=1), Rate())


def test_shares():
    """As a share and in percent; nothing out of nothing is neither."""
    assert (Rate(9, 1).share, Rate(9, 1).percent, Rate(9, 1).total) == (0.9, 90.0, 10)
    assert (Rate().share, Rate().percent, Rate().interval) == (None, None, (0.0, 1.0))
    low, high = Rate(90, 10).interval
    assert low == pytest.approx(0.8256, abs=1e-4)
    assert high == pytest.approx(0.9448, abs=1e-4)


def test_without_auto_sent_replies():
    """From the same events: the timer then runs on until a person replied."""
    events = (answered(0.1, "auto"), answered(5))
    assert rate(ticket(*events)) == Rate(met=1)
    assert rate(ticket(*events, auto=False)) == Rate(broken=1)
    assert rate(ticket(answered(1, "auto"), auto=False)) == Rate(broken=1, open=1)
    assert rate(ticket(answered(1, "approved"), auto=False)) == Rate(met=1)


def test_groups_of_facts():
    """By what is known of the ticket; what is not known has a group of its own."""
    facts = TicketFacts(Priority.HIGH, category="refund", channel="email", segment="vip")
    found = [*ticket(answered(1), facts=facts), *ticket()]
    assert rates(found, By.METRIC) == {"first_response": Rate(1, 1, 1)}
    assert rates(found, By.PRIORITY) == {"high": Rate(1), "normal": Rate(0, 1, 1)}
    for by, group in ((By.CATEGORY, "refund"), (By.CHANNEL, "email"), (By.SEGMENT, "vip")):
        assert rates(found, by) == {group: Rate(1), "unknown": Rate(0, 1, 1)}


def test_groups_of_time():
    """By the hour, weekday and day on which it was due, in the timer's own zone; weekdays in their order."""
    tuesday = ticket(Event.timezone_known(MONDAY, "Asia/Tokyo"), start=utc("2026-11-23T13:00"))
    found = [*ticket(answered(1)), *tuesday]
    assert rates(found, By.HOUR) == {"13": Rate(1, 1, 1)}
    assert rates(found, By.WEEKDAY) == {"mon": Rate(1), "tue": Rate(0, 1, 1)}
    assert rates(found, By.DAY) == {"2026-11-23": Rate(1), "2026-11-24": Rate(0, 1, 1)}
    assert rates(found, By.HOUR, Measure.GOAL) == {"12": Rate(1, 1, 1)}


def test_groups_of_answerers():
    """By who sent the reply that stopped it."""
    found = [*ticket(answered(1)), *ticket(answered(1, "auto")), *ticket()]
    assert rates(found, By.ANSWERED_BY) == {"auto": Rate(1), "nobody": Rate(0, 1, 1), "person": Rate(1)}


def test_days():
    """A timer belongs to the day on which it was due, not to that of its start or its end."""
    friday = ticket(start=utc("2026-11-27T15:00"), now=utc("2026-12-02T09:00"))
    assert due_between(friday, date(2026, 11, 27), date(2026, 11, 29)) == []
    assert due_between(friday, date(2026, 11, 30), date(2026, 11, 30)) == friday
    cancelled = ticket(Event.cancelled(LATER, "spam"))
    assert due_between(cancelled, date.min, date.max) == []
    assert due_locally(cancelled[0].timer) is None


def test_in_words():
    """The head of a report says the numbers and what they count, never rounding up to a hundred."""
    said = in_words(Rate(1999, 1, 1))
    assert said.startswith("1999 of 2000 promises to customers were kept: 99.9 % (with so many, between 99 and 100 %")
    assert "is likely). Broken: 1; of these still waiting: 1. Auto-sent replies count. Counted are" in said
    assert in_words(Rate(), Measure.GOAL, auto_sent_counts=False).startswith(
        "No internal goals have fallen due yet. Auto-sent replies are left out"
    )


times = st.integers(0, 100 * 60).map(lambda minutes: MONDAY + hours(minutes / 60))
changes = st.one_of(
    st.builds(Event.replied, times, st.sampled_from(Sender)),
    st.builds(Event.status_changed, times, st.sampled_from(Status)),
    st.builds(Event.priority_changed, times, st.sampled_from(Priority)),
    times.map(Event.received),
)
ALL = policy()


@given(st.lists(st.lists(changes, max_size=6), max_size=5), times, st.booleans(), st.sampled_from(Measure))
@settings(deadline=None, max_examples=100)
def test_rates_add_up(tickets, now, auto, measure):
    """Every rate is a share, lies in its interval, and every way of cutting adds up to the whole."""
    found = [
        case
        for number, events in enumerate(tickets)
        for case in cases(
            ALL, [Event.received(MONDAY), *events], now, TicketFacts(list(Priority)[number % 4]), auto_sent_counts=auto
        )
    ]
    whole = rate(found, measure)
    assert whole.open <= whole.broken
    assert whole.total <= len(found)
    for by in By:
        parts = rates(found, by, measure)
        assert sum(parts.values(), Rate()) == whole
        for part in parts.values():
            assert 0 <= part.share <= 1
            assert part.interval[0] <= part.share <= part.interval[1]
    assert in_words(whole, measure, auto)
