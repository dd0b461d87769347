"""What agents read about a timer."""

import pytest

from sla.clock import Event, explain, replay
from tests.sla.builders import policy, utc

PARIS = policy(timezone="Europe/Paris")


def said(events, now, index=0, **more):
    """The sentence about a ticket's timer."""
    return explain(replay(PARIS, events, utc(now))[index], **more)


def test_running():
    """When it is due, where, how much is used since when, and why the rest of the time did not count."""
    assert said([Event.received(utc("2026-11-23T14:00"))], "2026-11-24T08:30") == (
        "First response due Tue 24 Nov 11:00 (Europe/Paris): 2 h 30 m of 4 h used since Mon 15:00; closed 17:00–09:00"
    )


def test_in_another_zone():
    """An agent elsewhere reads it in their own time."""
    assert said([Event.received(utc("2026-11-23T14:00"))], "2026-11-23T15:00", timezone="America/New_York") == (
        "First response due Tue 24 Nov 05:00 (America/New_York): 1 h of 4 h used since Mon 09:00"
    )
    with pytest.raises(ValueError, match=r"^timezone: "):
        said([Event.received(utc("2026-11-23T14:00"))], "2026-11-23T15:00", timezone="Mars")


def test_met_and_broken():
    """Kept or broken, when, and what was due."""
    received, kept = Event.received(utc("2026-11-23T08:00")), Event.replied(utc("2026-11-23T09:30"))
    assert said([received, kept], "2026-11-30T08:00") == (
        "First response kept Mon 23 Nov 10:30 (Europe/Paris), due Mon 23 Nov 13:00: "
        "1 h 30 m of 4 h used since Mon 09:00"
    )
    late = Event.replied(utc("2026-11-23T13:00"))
    assert said([received, late], "2026-11-30T08:00") == (
        "First response broken Mon 23 Nov 13:00 (Europe/Paris), done Mon 23 Nov 14:00 (its 4 h were used up): "
        "5 h of 4 h used since Mon 09:00"
    )
    raised = Event.priority_changed(utc("2026-11-23T10:00"), "urgent")
    assert said([received, raised], "2026-11-23T10:00") == (
        "First response broken Mon 23 Nov 11:00 (Europe/Paris) and still owed (already past its target of 1 h when the "
        "priority became urgent): 2 h of 1 h used since Mon 09:00"
    )


def test_paused_and_cancelled():
    """A paused timer says that nothing falls due, a cancelled one why."""
    events = [Event.received(utc("2026-11-16T08:00")), Event.status_changed(utc("2026-11-16T09:00"), "pending")]
    assert said(events, "2026-11-16T11:00", index=1) == (
        "Resolution paused (status pending), nothing falls due: 1 h of 16 h used since Mon 16 Nov 09:00; "
        "paused (status pending) 10:00–12:00"
    )
    events.append(Event.cancelled(utc("2026-11-16T11:00"), "spam"))
    assert said(events, "2026-11-16T12:00").startswith(
        "First response cancelled Mon 16 Nov 12:00 (Europe/Paris) (spam): 3 h"
    )


def test_long_stories_are_cut_short():
    """The latest three breaks are told, the weekend with its dates, the earlier ones are counted."""
    sentence = said([Event.received(utc("2026-11-16T08:00"))], "2026-11-23T10:00")
    assert sentence.endswith(
        "; 2 earlier breaks; closed 17:00–09:00; closed 17:00–09:00; closed Fri 20 Nov 17:00 – Mon 23 Nov 09:00"
    )
