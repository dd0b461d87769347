"""Where the time of a breach went, and pauses that came late."""

from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sla.clock import Event, replay
from sla.policies import Priority, Sender, Status
from sla.time_spent import Mark, Place, late_pauses, places, where_breaches_went, where_time_went
from tests.sla.builders import hours, minutes, policy, utc

TEN_HOURS = policy(
    targets={"resolution": {"normal": {"promise": "10h"}}}, pauses={"resolution": ["pending"]}, calendar="always"
)
START = utc("2026-11-23T09:00")
RECEIVED = Event.received(START)


def status(after, name):
    """A status so many hours after the start."""
    return Event.status_changed(START + hours(after), name)


def spent(events, end, marks=()):
    """Hours by place until `end` hours after the start."""
    timer = replay(TEN_HOURS, events, START + hours(end))[0]
    return {place.name: time / hours(1) for place, time in where_time_went(timer, places(events, marks)).items()}


def test_statuses_tell():
    """New waits for an agent, open is worked on, on hold waits on someone internal, pauses are nobody's time."""
    events = [RECEIVED, status(2, "open"), status(3, "on-hold"), status(7, "open"), status(8, "pending")]
    assert spent(events, 12) == {"AGENT": 2, "INTERNAL": 4, "WORKING": 2}


def test_an_answer_from_the_customer_waits_again():
    """A ticket that the customer's message opened is not being worked on yet."""
    events = [RECEIVED, status(1, "open"), Event.replied(START + hours(2)), status(3, "pending")]
    events += [Event.received(START + hours(5)), status(5, "open")]
    assert spent(events, 9) == {"AGENT": 1 + 4, "WORKING": 1, "CUSTOMER": 1}


def test_a_message_does_not_interrupt():
    """While an agent works or someone internal is asked, a further message changes nothing; nor does a receipt."""
    events = [RECEIVED, status(1, "open"), Event.received(START + hours(2)), status(3, "on-hold")]
    events += [Event.received(START + hours(4)), Event.replied(START + hours(4.5), substantive=False)]
    assert spent(events, 6) == {"AGENT": 1, "WORKING": 2, "INTERNAL": 3}
    assert spent([RECEIVED, status(1, "open"), status(2, "open")], 3) == {"AGENT": 1, "WORKING": 2}


def test_marks_tell_more():
    """Drafting and the agent's hand on it are for the caller to mark; a mark has the last word at its instant."""
    marks = [Mark(START, Place.DRAFT), Mark(START + hours(1), Place.AGENT), Mark(START + hours(4), Place.WORKING)]
    assert spent([RECEIVED], 6, marks) == {"DRAFT": 1, "AGENT": 3, "WORKING": 2}


def test_what_nobody_told():
    """Time before anything is known is said to be unknown."""
    timer = replay(TEN_HOURS, [RECEIVED], START + hours(2))[0]
    assert where_time_went(timer, [Mark(START + hours(1), Place.WORKING)]) == {
        Place.WORKING: hours(1),
        Place.UNKNOWN: hours(1),
    }


def test_only_breaches_are_summed():
    """The time of kept and running timers is not part of where breaches went."""
    events = [RECEIVED, status(4, "open")]
    broken, kept = (replay(TEN_HOURS, events, START + hours(end))[0] for end in (12, 9))
    course = places(events)
    assert where_breaches_went([(broken, course), (kept, course), (broken, course)]) == {
        Place.AGENT: hours(8),
        Place.WORKING: hours(16),
    }


@pytest.mark.parametrize(("after", "flagged"), [(8.99, False), (9, True), (9.5, True), (10, True), (10.5, False)])
def test_late_pauses(after, flagged):
    """Within the last tenth of the target a pause is flagged; before it and after the breach it is not."""
    timer = replay(TEN_HOURS, [RECEIVED, status(after, "pending")], START + hours(20))[0]
    found = late_pauses(timer)
    assert bool(found) == flagged
    if flagged:
        assert (found[0].at, found[0].used) == (START + hours(after), pytest.approx(after / 10))
        assert (found[0].lasted, found[0].why) == (hours(20 - after), "status pending")


def test_one_pause_over_night_is_one():
    """Closing hours do not make two pauses of one; reopening and pausing again does."""
    mine = policy(targets={"resolution": {"normal": {"promise": "10h"}}})
    events = [Event.received(START), Event.status_changed(utc("2026-11-24T10:30"), "pending")]
    timer = replay(mine, events, utc("2026-11-26T12:00"))[0]
    assert [(pause.at, pause.lasted) for pause in late_pauses(timer)] == [(utc("2026-11-24T10:30"), hours(6.5 + 8 + 3))]
    events += [Event.status_changed(utc("2026-11-26T12:00"), "open")]
    events += [Event.status_changed(utc("2026-11-26T12:10"), "pending")]
    assert len(late_pauses(replay(mine, events, utc("2026-11-26T13:00"))[0])) == 2


def test_resolved_is_no_pause():
    """Time between solving late and reopening was placed by nobody."""
    events = [RECEIVED, status(9.5, "solved"), status(12, "open")]
    assert late_pauses(replay(TEN_HOURS, events, START + hours(13))[0]) == []


times = st.integers(0, 60 * 60).map(lambda number: START + minutes(number))
changes = st.one_of(
    times.map(Event.received),
    st.builds(Event.replied, times, st.sampled_from(Sender), st.booleans()),
    st.builds(Event.status_changed, times, st.sampled_from(Status)),
    st.builds(Event.priority_changed, times, st.sampled_from(Priority)),
)
marks = st.lists(st.builds(Mark, times, st.sampled_from(Place)), max_size=5)


@given(st.lists(changes, max_size=8), marks, times)
@settings(deadline=None, max_examples=150)
def test_the_parts_add_up(events, marked, now):
    """Whatever is known, the parts of every timer are positive and add up to its elapsed time exactly."""
    events = [RECEIVED, *events]
    course = places(events, marked)
    for timer in replay(policy(), events, now):
        parts = where_time_went(timer, course)
        assert sum(parts.values(), timedelta(0)) == timer.elapsed
        assert all(time > timedelta(0) for time in parts.values())
        for pause in late_pauses(timer):
            assert 0.9 <= pause.used <= 1
