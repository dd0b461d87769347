"""The forecast: how much comes in, what will be missed, and how many agents would save it."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sla.load import forecast
from sla.ranking import QueueItem
from tests.sla.builders import hours, minutes, utc

NOW = utc("2026-11-23T12:00")
A_DAY = hours(24)


def ticket(name, received, target, handling):
    """A ticket received at `received`, due after `target`."""
    return QueueItem(name, received, None if target is None else received + target, 1.0, handling)


def stream(per_hour, handling, target=None, window=A_DAY):
    """Tickets at a steady rate through the window before NOW."""
    step = hours(1) / per_hour
    return [ticket(k, NOW - window + step * (k + 1), target or hours(4), handling) for k in range(int(window / step))]


def waiting(number, due, handling):
    """Tickets that wait, due in `due`."""
    return [QueueItem(k, NOW - hours(1), NOW + due, 1.0, handling) for k in range(number)]


def test_a_quiet_team_hears_nothing():
    """Four tickets an hour of six minutes are 40 % of one agent's time: nothing is missed, there is no alarm."""
    load = forecast(stream(4, minutes(6)), [], NOW, 1, A_DAY)
    assert (load.utilisation, load.arrivals_per_hour) == (pytest.approx(0.4), pytest.approx(4))
    assert (load.will_miss, load.agents_needed, load.overloaded, load.alarm) == (0, 1, False, None)


def test_nothing_came():
    """Without tickets there is no load."""
    load = forecast([], [], NOW, 3, A_DAY)
    assert (load.utilisation, load.will_miss, load.agents_needed, load.alarm) == (0, 0, 3, None)


def test_overload_is_told_with_numbers():
    """18 tickets an hour of ten minutes are three agents' work: two miss some, one more saves them."""
    load = forecast(stream(18, minutes(10)), [], NOW, 2, A_DAY)
    assert load.utilisation == pytest.approx(1.5)
    assert load.overloaded
    assert load.agents_needed == 3
    # due within 24 h are 20 h of arrivals, 360 tickets; two agents can do 288 in 24 h
    assert load.will_miss == 360 - 288
    assert load.alarm == (
        "Work comes in at 150% of what 2 agents can do. In the next 24 h at least 72 promises will be missed; "
        "1 agent more would save 72 promises."
    )


def test_a_backlog_alone_is_overload():
    """Twenty waiting tickets of ten minutes due in an hour: one agent keeps six, four keep all."""
    load = forecast([], waiting(20, hours(1), minutes(10)), NOW, 1, A_DAY)
    assert (load.utilisation, load.will_miss, load.agents_needed) == (0, 14, 4)
    assert load.overloaded


def test_the_shortest_are_kept():
    """What is missed is the fewest possible: one long ticket gives way to six short ones."""
    queue = [*waiting(6, hours(1), minutes(10)), QueueItem("long", NOW, NOW + minutes(59), 9.0, minutes(50))]
    assert forecast([], queue, NOW, 1, A_DAY).will_miss == 1


def test_work_grows_before_promises_are_missed():
    """More comes in than can be done but due times are far: the alarm says that the queue grows."""
    load = forecast(stream(7, minutes(10), hours(30)), [], NOW, 1, A_DAY)
    assert load.will_miss == 0
    assert load.alarm is not None
    assert load.alarm.endswith("Nothing need be missed in the next 24 h, but the queue grows.")


def test_what_is_late_is_not_foretold():
    """A ticket that is late already is counted apart, for no agent can save it."""
    load = forecast([], [ticket("late", NOW - hours(5), hours(4), minutes(10))], NOW, 1, A_DAY)
    assert (load.already_late, load.will_miss, load.overloaded) == (1, 0, False)


def test_what_is_beyond_help():
    """Due in five minutes and ten minutes' work: it will be missed with any number of agents."""
    load = forecast([], waiting(3, minutes(5), minutes(10)), NOW, 1, A_DAY)
    assert (load.will_miss, load.beyond_help, load.agents_needed, load.overloaded) == (3, 3, 1, False)


def test_a_short_window_comes_again_and_again():
    """The last hour stands for each of the next 24; tickets outside the window are passed over."""
    hour = stream(18, minutes(10), window=hours(1))
    old = [ticket("old", NOW - hours(2), hours(4), hours(9)), ticket("new", NOW + hours(1), hours(4), hours(9))]
    assert forecast(hour + old, [], NOW, 2, hours(1)) == forecast(stream(18, minutes(10)), [], NOW, 2, A_DAY)


def test_tickets_without_due_time_are_work_all_the_same():
    """They fill the agents' time but miss nothing."""
    load = forecast([ticket(1, NOW, None, hours(12))], [ticket(2, NOW, None, hours(1))], NOW, 1, A_DAY)
    assert (load.utilisation, load.will_miss) == (0.5, 0)


rows = st.lists(st.tuples(st.integers(1, 1500), st.integers(1, 90)), max_size=40)
queues = rows.map(
    lambda found: [QueueItem(k, NOW, NOW + minutes(d), 1.0, minutes(w)) for k, (d, w) in enumerate(found)]
)
came = st.lists(st.tuples(st.integers(0, 1439), st.integers(1, 1500), st.integers(1, 90)), max_size=40).map(
    lambda found: [ticket(k, NOW - minutes(a), minutes(t), minutes(w)) for k, (a, t, w) in enumerate(found)]
)


@given(came, queues, st.integers(1, 5))
def test_the_agents_needed_save_what_can_be_saved(recent, queue, agents):
    """With as many as are needed only what is beyond help is missed, and one fewer is not enough."""
    load = forecast(recent, queue, NOW, agents, A_DAY)
    enough = forecast(recent, queue, NOW, load.agents_needed, A_DAY)
    assert enough.will_miss == enough.beyond_help == load.beyond_help
    assert enough.agents_needed == load.agents_needed
    if load.agents_needed > agents:
        fewer = forecast(recent, queue, NOW, load.agents_needed - 1, A_DAY)
        assert fewer.will_miss > fewer.beyond_help


@given(came, queues, st.integers(1, 5))
def test_more_agents_never_miss_more(recent, queue, agents):
    """Utilisation and misses fall with agents."""
    fewer, more = (forecast(recent, queue, NOW, count, A_DAY) for count in (agents, agents + 1))
    assert more.will_miss <= fewer.will_miss
    assert more.utilisation <= fewer.utilisation


def test_calls_that_make_no_sense():
    """Each nonsense is refused by its name."""
    for arguments, field in (
        ((NOW.replace(tzinfo=None), 1, A_DAY, A_DAY), "now"),
        ((NOW, 0, A_DAY, A_DAY), "agents"),
        ((NOW, 1, timedelta(0), A_DAY), "window"),
        ((NOW, 1, A_DAY, -A_DAY), "horizon"),
        ((NOW, 1, minutes(1), timedelta(days=400)), "horizon"),
    ):
        with pytest.raises(ValueError, match=f"^{field}: "):
            forecast(stream(60, minutes(1), minutes(1), minutes(1)), [], *arguments)
