"""Laws of the alerts over random histories, looked at by schedulers of any habit."""

from datetime import timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from sla.alerts import BREACH, SHARES, TICK, AlertKey, aimed_at, due_alerts, next_alert_at
from sla.clock import Event, State, replay
from sla.policies import Priority, Sender, Status
from tests.sla.builders import hours, policy, utc

START = utc("2026-03-26T08:00")
POLICY = policy(
    timezone="Europe/Paris",
    pauses={"first_response": ["on-hold"], "resolution": ["pending", "on-hold"]},
)
ZONES = ("Europe/Paris", "America/New_York", "Asia/Kathmandu")
afters = st.one_of(st.integers(0, 60).map(hours), st.timedeltas(timedelta(0), timedelta(days=6)))
times = afters.map(lambda after: START + after)
changes = st.one_of(
    times.map(Event.received),
    st.builds(Event.replied, times, st.sampled_from(Sender)),
    st.builds(Event.status_changed, times, st.sampled_from(Status)),
    st.builds(Event.priority_changed, times, st.sampled_from(Priority)),
    st.builds(Event.timezone_known, times, st.sampled_from(ZONES)),
)
histories = st.lists(changes, max_size=8).map(lambda events: [Event.received(START), *events])
laws = settings(deadline=None, max_examples=120)


def looked(events, now, fired):
    """What a scheduler sees at `now`."""
    return due_alerts(replay(POLICY, events, now), fired, now, aimed_at=aimed_at(events, now))


@given(histories, st.lists(times, min_size=1, max_size=10))
@laws
def test_each_fires_once_however_often_one_looks(events, ticks):
    """Over all looks no key repeats, nothing fires before its instant, and lateness is what the tick says."""
    fired = []
    for now in sorted(ticks):
        alerts = looked(events, now, fired)
        assert alerts == sorted(alerts, key=lambda alert: alert.at)
        for alert in alerts:
            assert alert.at <= now
            assert alert.late == (now - alert.at > TICK)
        fired += [alert.key for alert in alerts]
    assert len(fired) == len(set(fired))


@given(histories, times)
@laws
def test_what_has_been_used_has_been_told(events, now):
    """At any look all shares that a timer has used, and every breach, are told or have been."""
    timers = replay(POLICY, events, now)
    used = {AlertKey.of(timer, share) for timer in timers for share in SHARES if timer.elapsed >= timer.target * share}
    broken = {AlertKey.of(timer, BREACH) for timer in timers if timer.state is State.BREACHED}
    assert {alert.key for alert in looked(events, now, ())} == used | broken


@given(histories, times, times, st.sets(st.sampled_from((*SHARES, BREACH))))
@laws
def test_the_next_instant_is_when_a_scan_would_find_it(events, now, later, told):
    """Until the stored instant no scan finds anything, and from it on every scan does, if nothing happens till then."""
    now, later = sorted((now, later))
    happened = [event for event in events if event.at <= now]
    aimed = aimed_at(happened, now)
    after = replay(POLICY, happened, later)
    for before, timer in zip(replay(POLICY, happened, now), after, strict=True):
        fired = {AlertKey.of(timer, share) for share in told}
        instant = next_alert_at(before, POLICY.calendar, fired, aimed_at=aimed)
        found = due_alerts([timer], fired, later, aimed_at=aimed)
        assert bool(found) == (instant is not None and instant <= later)
        if found:
            assert found[0].at == instant
            assert next_alert_at(timer, POLICY.calendar, fired, aimed_at=aimed) == instant


@given(histories, times)
@laws
def test_sleeping_until_the_next_instant_misses_nothing(events, end):
    """Who looks only at events and at the stored instants tells, never late, all that a late look back finds."""
    fired, now = set(), START
    while now is not None and now <= end:
        alerts = looked(events, now, fired)
        assert not any(alert.late for alert in alerts)
        fired |= {alert.key for alert in alerts}
        timers, aimed = replay(POLICY, events, now), aimed_at(events, now)
        plans = [next_alert_at(timer, POLICY.calendar, fired, aimed_at=aimed) for timer in timers]
        coming = [event.at for event in events if event.at > now]
        now = min((at for at in (*plans, *coming) if at is not None), default=None)
    assert fired >= {alert.key for alert in looked(events, end, ())}
