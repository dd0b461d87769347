"""Events: what each carries, and what cannot be stored or read."""

from datetime import timedelta

import pytest

from sla.events import Event, EventKind
from sla.policies import Sender, Status
from sla.timers import read_instant, write_instant
from tests.sla.builders import policy, utc

AT = utc("2026-11-23T10:00")


def test_instants_are_kept_in_utc():
    """An event told in another zone is the same event."""
    assert Event.received(utc("2026-11-23T11:00+01:00")) == Event.received(AT)


def test_an_event_as_json_has_only_what_it_says():
    """Defaults are left out, a policy is its key."""
    assert Event.received(AT).to_dict() == {"kind": "received", "at": "2026-11-23T10:00:00Z"}
    acknowledged = Event.replied(AT, Sender.AUTO, substantive=False).to_dict()
    assert acknowledged == {"kind": "replied", "at": "2026-11-23T10:00:00Z", "by": "auto", "substantive": False}
    assert Event.policy_changed(AT, policy(3)).to_dict()["policy"] == "Default@3"
    assert Event.status_changed(AT, "on-hold").status is Status.ON_HOLD


def test_a_stored_policy_is_looked_up_by_its_version():
    """The very version comes back; one that is gone is an error, not another one."""
    third = policy(3)
    stored = Event.policy_changed(AT, third).to_dict()
    assert Event.from_dict(stored, {third.key: third}).policy is third
    with pytest.raises(ValueError, match=r"^policy: there is no version 'Default@3'"):
        Event.from_dict(stored, {"Default@4": policy(4)})


def test_what_does_not_belong_together_is_refused():
    """Each kind carries its own fact and no other's."""
    for broken in (
        lambda: Event(EventKind.REPLIED, AT),
        lambda: Event(EventKind.RECEIVED, AT, status=Status.OPEN),
        lambda: Event(EventKind.POLICY_CHANGED, AT),
        lambda: Event(EventKind.TIMEZONE_KNOWN, AT),
    ):
        with pytest.raises(ValueError, match=r"^(by|status|policy|timezone): goes with "):
            broken()


@pytest.mark.parametrize("year", [1, 1969, 2150, 9999])
def test_absurd_times_are_refused(year):
    """A receipt in another century is a mistake of the sender's clock."""
    with pytest.raises(ValueError, match=rf"^at: the year {year} is outside 1970–2149"):
        Event.received(AT.replace(year=year))


def test_naive_times_and_unknown_names_are_refused():
    """No zone, no such zone, no such sender, status, priority or kind."""
    with pytest.raises(ValueError, match=r"^at: expected a datetime with a time zone"):
        Event.received(AT.replace(tzinfo=None))
    with pytest.raises(ValueError, match=r"^timezone: "):
        Event.timezone_known(AT, "Mars/Olympus")
    for broken in (
        lambda: Event.replied(AT, "robot"),
        lambda: Event.status_changed(AT, "sleeping"),
        lambda: Event.priority_changed(AT, "asap"),
    ):
        with pytest.raises(ValueError, match=r"^(by|status|priority): .* is not one of "):
            broken()


@pytest.mark.parametrize(
    "row",
    [
        {},
        {"kind": "received"},
        {"kind": "exploded", "at": "2026-11-23T10:00:00Z"},
        {"kind": "received", "at": "2026-11-23T10:00:00"},
        {"kind": "received", "at": "yesterday"},
        {"kind": "received", "at": 5},
        {"kind": "merged", "at": "2026-11-23T10:00:00Z", "carried": {}},
        {"kind": "merged", "at": "2026-11-23T10:00:00Z", "carried": [{"metric": "resolution"}]},
        {"kind": "merged", "at": "2026-11-23T10:00:00Z", "carried": [{"metric": "resolution", "segments": []}]},
        {"kind": "merged", "at": "2026-11-23T10:00:00Z", "carried": [{"metric": "rumour", "segments": [{}]}]},
        {"kind": "received", "at": "0001-01-01T00:00:00+14:00"},
    ],
)
def test_broken_rows_are_refused(row):
    """A row that is no event is a ValueError, never another exception."""
    with pytest.raises(ValueError, match=r"^(kind|at|carried|segments|metric|started_at): "):
        Event.from_dict(row, {})


def test_instants_as_text():
    """UTC with a Z, microseconds where there are any, and back."""
    at = AT + timedelta(microseconds=1)
    assert write_instant(at) == "2026-11-23T10:00:00.000001Z"
    assert read_instant(write_instant(at), "at") == at
    assert read_instant("2026-11-23T11:00:00.000001+01:00", "at") == at
