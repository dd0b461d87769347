"""Laws of the SLA clock over random histories of a ticket."""

import json
from datetime import timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from sla.clock import Event, SegmentKind, State, explain, replay
from sla.policies import Metric, Priority, Sender, Status
from tests.sla.builders import hours, policy, utc

START = utc("2026-03-20T08:00")
POLICIES = (
    policy(),
    policy(
        2, timezone="America/New_York", pauses={"first_response": ["on-hold"], "resolution": ["pending", "on-hold"]}
    ),
    policy(
        3, calendar="always", counts=["person"], targets={"resolution": {"normal": {"promise": "3h", "goal": "2h"}}}
    ),
)
BY_KEY = {known.key: known for known in POLICIES}
ZONES = ("Europe/Paris", "America/New_York", "Asia/Kathmandu")

# Whole hours make events meet each other, due instants, openings and closings; the rest fall anywhere.
afters = st.one_of(st.integers(0, 50).map(hours), st.timedeltas(timedelta(0), timedelta(days=14)))
times = afters.map(lambda after: START + after)
other_tickets = st.lists(times, min_size=1, max_size=2).map(lambda ats: [Event.received(at) for at in ats])
ongoing = st.one_of(
    times.map(Event.received),
    st.builds(Event.replied, times, st.sampled_from(Sender), st.booleans()),
    st.builds(Event.status_changed, times, st.sampled_from(Status)),
    st.builds(Event.priority_changed, times, st.sampled_from(Priority)),
    st.builds(Event.policy_changed, times, st.sampled_from(POLICIES)),
    st.builds(Event.timezone_known, times, st.sampled_from(ZONES)),
    st.builds(lambda at, other: Event.merged(at, replay(POLICIES[0], other, at)), times, other_tickets),
)
ending = st.one_of(st.builds(Event.cancelled, times, st.just("spam")), times.map(Event.restored))
histories = st.lists(ongoing, max_size=12)
any_histories = st.lists(st.one_of(ongoing, ongoing, ending), max_size=12)
laws = settings(deadline=None, max_examples=120)


@given(any_histories, times)
@laws
def test_segments_add_up_exactly(events, now):
    """They follow each other from the start without a hole, the counted ones are the elapsed time, and they end now."""
    for timer in replay(POLICIES[0], events, now):
        counted = sum((s.end - s.start for s in timer.segments if s.kind is SegmentKind.COUNTED), timedelta(0))
        assert counted == timer.elapsed
        starts = [segment.start for segment in timer.segments]
        assert starts == [timer.started_at, *(segment.end for segment in timer.segments[:-1])][: len(starts)]
        assert all(segment.start < segment.end for segment in timer.segments)
        if timer.segments and timer.state is not State.CANCELLED:
            assert timer.segments[-1].end == (timer.stopped_at or now)


@given(any_histories, times)
@laws
def test_states_are_consistent(events, now):
    """Each state says what its instants say."""
    for timer in replay(POLICIES[0], events, now):
        assert (timer.breached_at is not None) == (timer.state is State.BREACHED)
        assert (timer.stopped_at is None) or timer.state in (State.MET, State.BREACHED, State.CANCELLED)
        assert (timer.due_at is None) == (timer.state in (State.PAUSED, State.CANCELLED))
        if timer.state is State.RUNNING:
            assert timer.due_at > now
            assert timer.elapsed <= timer.target
        if timer.state is State.MET:
            assert timer.elapsed <= timer.target
            assert timer.due_at >= timer.stopped_at
        if timer.state is State.BREACHED:
            assert timer.elapsed >= timer.target
            assert timer.breached_at <= (timer.stopped_at or now)
        assert explain(timer)


@given(histories, times, times)
@laws
def test_what_was_broken_or_ended_stays_so(events, now, later):
    """Without cancelling or reopening, time alone undoes neither a breach nor a stop."""
    now, later = sorted((now, later))
    events = [event for event in events if event.at <= now]
    earlier = replay(POLICIES[0], events, now)
    for before, after in zip(earlier, replay(POLICIES[0], events, later), strict=True):
        assert before.breached_at is None or after.breached_at == before.breached_at
        assert before.stopped_at is None or after == before
        assert after.segments[: max(0, len(before.segments) - 1)] == before.segments[:-1]


@given(any_histories, times, st.randoms())
@laws
def test_the_order_of_the_rows_does_not_matter(events, now, random):
    """Rows at different instants may be stored in any order."""
    events = list({event.at: event for event in events}.values())
    shuffled = random.sample(events, len(events))
    assert replay(POLICIES[0], shuffled, now) == replay(POLICIES[0], events, now)


@given(any_histories, times)
@laws
def test_stored_events_replay_to_the_same_timers(events, now):
    """Written to JSON and read back with the stored versions of the policies, they are the same events."""
    again = [Event.from_dict(json.loads(json.dumps(event.to_dict())), BY_KEY) for event in events]
    assert again == events
    assert replay(POLICIES[0], again, now) == replay(POLICIES[0], events, now)


@given(histories, times, times)
@laws
def test_events_that_change_nothing_change_nothing(events, now, at):
    """An acknowledgement at any instant leaves every timer as it was."""
    idle = Event.replied(at, Sender.PERSON, substantive=False)
    assert replay(POLICIES[0], [*events, idle], now) == replay(POLICIES[0], events, now)


@given(histories, times)
@laws
def test_at_most_one_open_timer_a_metric(events, now):
    """First response and resolution exist once; at most one next response is owed at a time."""
    timers = replay(POLICIES[0], events, now)
    for metric in Metric:
        found = [timer for timer in timers if timer.metric is metric]
        assert len([timer for timer in found if timer.is_open]) <= 1
        assert metric is Metric.NEXT_RESPONSE or len(found) <= 1
