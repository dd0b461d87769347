"""Warnings and breaches: which are due when, each once, and when to look next."""

import pytest

from sla.alerts import BREACH, AlertKey, aimed_at, due_alerts, next_alert_at
from sla.clock import Event, replay
from sla.policies import Metric
from tests.sla.builders import hours, policy, utc

FOUR_HOURS = policy(targets={"first_response": {"normal": {"promise": "4h"}, "urgent": {"promise": "1h"}}})
RECEIVED = Event.received(utc("2026-11-23T09:00"))


def seen(events, now, fired=(), **more):
    """(share, when, late) of what is due on a ticket under a promise of four hours, one if urgent."""
    timers = replay(FOUR_HOURS, events, utc(now))
    alerts = due_alerts(timers, fired, utc(now), aimed_at=aimed_at(events, utc(now)), **more)
    return [(alert.key.share, f"{alert.at:%d %H:%M}", alert.late) for alert in alerts]


def planned(events, now, fired=(), **more):
    """When to look again."""
    timer = replay(FOUR_HOURS, events, utc(now))[0]
    aimed = aimed_at(events, utc(now))
    return next_alert_at(timer, FOUR_HOURS.calendar, fired, aimed_at=aimed, **more)


def key(share, started="2026-11-23T09:00"):
    """The key of the first response's alert."""
    return AlertKey(Metric.FIRST_RESPONSE, utc(started), share)


def test_each_share_in_its_time():
    """Nothing before the share is reached, at its very instant it is due, a tick later it is not late, then it is."""
    assert seen([RECEIVED], "2026-11-23T10:59:59.999999") == []
    assert seen([RECEIVED], "2026-11-23T11:00") == [(0.5, "23 11:00", False)]
    assert seen([RECEIVED], "2026-11-23T11:00:05") == [(0.5, "23 11:00", False)]
    assert seen([RECEIVED], "2026-11-23T11:00:05.000001") == [(0.5, "23 11:00", True)]
    assert seen([RECEIVED], "2026-11-23T11:00", fired=[key(0.5)]) == []


def test_an_outage_is_caught_up_with():
    """What was missed is told once, in order and marked late, the breach included."""
    assert seen([RECEIVED], "2026-11-24T09:00", fired={key(0.5)}) == [
        (0.75, "23 12:00", True),
        (0.9, "23 12:36", True),
        (BREACH, "23 13:00", True),
    ]


def test_an_answer_stops_the_alerts():
    """After the answer nothing more is reached; what was before and never told still comes, marked as moot."""
    events = [RECEIVED, Event.replied(utc("2026-11-23T11:30"))]
    assert seen(events, "2026-11-25T09:00") == [(0.5, "23 11:00", True)]
    timers = replay(FOUR_HOURS, events, utc("2026-11-25T09:00"))
    assert not due_alerts(timers, (), utc("2026-11-25T09:00"))[0].timer_open
    assert planned(events, "2026-11-25T09:00", fired=[key(0.5)]) is None


def test_a_breach_is_told_apart():
    """Only the breach is one, and an answer after it does not take it back."""
    events = [RECEIVED, Event.replied(utc("2026-11-23T14:00"))]
    alerts = due_alerts(replay(FOUR_HOURS, events, utc("2026-11-23T14:00")), (), utc("2026-11-23T14:00"))
    assert [alert.is_breach for alert in alerts] == [False, False, False, True]


def test_cancelling_silences():
    """Spam warns nobody."""
    events = [RECEIVED, Event.cancelled(utc("2026-11-23T12:30"), "spam")]
    assert seen(events, "2026-11-23T13:00") == []
    assert planned(events, "2026-11-23T13:00") is None


def test_closed_hours_and_pauses_do_not_count():
    """Shares are shares of counted time; the next instant waits for opening; while paused there is none."""
    late = [Event.received(utc("2026-11-23T16:00"))]
    assert planned(late, "2026-11-23T16:00") == utc("2026-11-24T10:00")
    assert planned(late, "2026-11-23T20:00") == utc("2026-11-24T10:00")
    paused = policy(pauses={"first_response": ["pending"]})
    events = [RECEIVED, Event.status_changed(utc("2026-11-23T10:00"), "pending")]
    timer = replay(paused, events, utc("2026-11-23T15:00"))[0]
    assert next_alert_at(timer, paused.calendar) is None
    assert due_alerts([timer], (), utc("2026-11-23T15:00")) == []
    events.append(Event.status_changed(utc("2026-11-23T15:00"), "open"))
    timer = replay(paused, events, utc("2026-11-23T15:00"))[0]
    assert next_alert_at(timer, paused.calendar) == utc("2026-11-23T16:00")


def test_a_raised_priority():
    """Shares that the change put behind fire at the change and are not late then; the breach does, too."""
    events = [RECEIVED, Event.priority_changed(utc("2026-11-23T09:50"), "urgent")]
    assert seen(events, "2026-11-23T09:50") == [(0.5, "23 09:50", False), (0.75, "23 09:50", False)]
    events = [RECEIVED, Event.priority_changed(utc("2026-11-23T10:30"), "urgent")]
    assert seen(events, "2026-11-23T10:30:05", fired=[key(0.5), key(0.75)]) == [
        (0.9, "23 10:30", False),
        (BREACH, "23 10:30", False),
    ]


def test_a_lowered_priority_does_not_repeat():
    """A share that has been told is not told again when the new target reaches it a second time."""
    urgent = Event.priority_changed(utc("2026-11-23T09:00"), "urgent")
    events = [RECEIVED, urgent, Event.priority_changed(utc("2026-11-23T09:40"), "normal")]
    assert planned(events, "2026-11-23T09:40", fired=[key(0.5)]) == utc("2026-11-23T12:00")
    assert seen(events, "2026-11-23T11:30", fired=[key(0.5)]) == []


def test_a_raise_while_resolved():
    """It takes hold when the ticket is reopened, and so do the shares that it puts behind."""
    mine = policy(targets={"resolution": {"normal": {"promise": "8h"}, "urgent": {"promise": "4h"}}})
    events = [
        RECEIVED,
        Event.status_changed(utc("2026-11-23T12:00"), "solved"),
        Event.priority_changed(utc("2026-11-23T13:00"), "urgent"),
        Event.status_changed(utc("2026-11-23T14:00"), "open"),
    ]
    at = utc("2026-11-23T14:00")
    alerts = due_alerts(replay(mine, events, at), (), at, aimed_at=aimed_at(events, at))
    assert [(alert.key.share, alert.at, alert.late) for alert in alerts] == [(0.5, at, False), (0.75, at, False)]


def test_a_later_change_does_not_touch_what_has_ended():
    """The share of an answered timer was reached when it was reached."""
    events = [
        RECEIVED,
        Event.replied(utc("2026-11-23T11:30")),
        Event.priority_changed(utc("2026-11-23T12:00"), "urgent"),
    ]
    assert seen(events, "2026-11-23T12:00") == [(0.5, "23 11:00", True)]


def test_a_raise_while_paused():
    """The shares are told at the change; the breach waits, as nothing breaks while paused."""
    paused = policy(pauses={"first_response": ["pending"]})
    at = utc("2026-11-23T11:00")
    events = [
        RECEIVED,
        Event.status_changed(utc("2026-11-23T10:30"), "pending"),
        Event.priority_changed(at, "urgent"),
    ]
    alerts = due_alerts(replay(paused, events, at), (), at, aimed_at=aimed_at(events, at))
    assert [(alert.key.share, alert.at) for alert in alerts] == [(0.5, at), (0.75, at), (0.9, at)]


def test_shares_by_metric():
    """Each metric may warn at shares of its own; without any there is only the breach."""
    mine = {Metric.FIRST_RESPONSE: (0.25,)}
    assert seen([RECEIVED], "2026-11-23T13:00", shares=mine) == [(0.25, "23 10:00", True), (BREACH, "23 13:00", False)]
    assert seen([RECEIVED], "2026-11-23T13:00", shares={}) == [(BREACH, "23 13:00", False)]
    assert planned([RECEIVED], "2026-11-23T09:00", shares=()) == utc("2026-11-23T13:00")


@pytest.mark.parametrize("share", [0, 1, -0.5, 1.5, float("nan")])
def test_shares_are_checked(share):
    """A share outside the target is refused by name."""
    with pytest.raises(ValueError, match=r"^shares: "):
        seen([RECEIVED], "2026-11-23T10:00", shares=(share,))


def test_aims():
    """The last change that has happened; messages and statuses change no target."""
    first, second = Event.priority_changed(utc("2026-11-23T10:00"), "low"), Event.merged(utc("2026-11-23T11:00"), [])
    events = [RECEIVED, second, first, Event.status_changed(utc("2026-11-23T12:00"), "open")]
    assert aimed_at(events, utc("2026-11-24T00:00")) == second.at
    assert aimed_at(events, utc("2026-11-23T10:30")) == first.at
    assert aimed_at(events, utc("2026-11-23T09:30")) is None


def test_keys_are_stored_as_text():
    """A key survives being written down; nonsense is refused."""
    mine = key(0.75, "2026-11-23T09:00:00.000001")
    assert AlertKey.from_text(mine.to_text()) == mine
    assert mine.to_text() == "first_response 2026-11-23T09:00:00.000001Z 0.75"
    for text in ("", "a b", "first_response yesterday 0.5", "second_response 2026-11-23T09:00:00Z 0.5"):
        with pytest.raises(ValueError, match=r"^key: "):
            AlertKey.from_text(text)


def test_a_second_message_has_alerts_of_its_own():
    """Two next-response timers of a ticket do not share their keys."""
    mine = policy(targets={"next_response": {"normal": {"promise": "2h"}}})
    events = [RECEIVED]
    for start in (10, 14):
        events += [Event.replied(RECEIVED.at + hours(start - 9.5)), Event.received(RECEIVED.at + hours(start - 9))]
    now = RECEIVED.at + hours(6.25)
    alerts = due_alerts(replay(mine, events, now), (), now)
    starts = [(alert.key.started_at.hour, alert.key.share) for alert in alerts]
    assert starts == [(10, 0.5), (10, 0.75), (10, 0.9), (10, 1.0), (14, 0.5)]
