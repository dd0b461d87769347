"""Where the time of a timer went, and which pauses came suspiciously late.

It splits the counted time of a timer by what the ticket was waiting for, as far as its events tell. It judges nobody: a
late pause is for an admin to look at.
"""

from bisect import bisect_right
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from itertools import pairwise

from sla.events import Event, EventKind
from sla.policies import Status
from sla.timers import Segment, SegmentKind, State, Timer

LATE_SHARE = 0.9  # a pause within the last tenth of a target is flagged

_NO_TIME = timedelta(0)
_RESOLVED = "resolved"  # what the clock notes while a ticket is solved, which is no pause that anybody placed


class Place(StrEnum):
    """What a ticket is waiting for."""

    DRAFT = "waiting for a draft"
    AGENT = "waiting for an agent"
    WORKING = "agent working"
    INTERNAL = "waiting on someone internal"
    CUSTOMER = "waiting on the customer"
    UNKNOWN = "not told by the events"


_BY_STATUS: Mapping[Status, Place] = {
    Status.NEW: Place.AGENT,
    Status.PENDING: Place.CUSTOMER,
    Status.ON_HOLD: Place.INTERNAL,
    Status.SOLVED: Place.UNKNOWN,
    Status.CLOSED: Place.UNKNOWN,
}


@dataclass(frozen=True, slots=True)
class Mark:
    """From `at` (aware) on the ticket is at this place: what the clock's own events cannot tell, such as a draft that
    was asked for (DRAFT) or came (AGENT), or an agent who took the ticket on (WORKING)."""

    at: datetime
    place: Place


@dataclass(frozen=True, slots=True)
class LatePause:
    """A pause that began at `at`, when `used` (a share of the target) was gone; it lasted so much open time."""

    at: datetime
    used: float
    lasted: timedelta
    why: str


def places(events: Iterable[Event], marks: Iterable[Mark] = ()) -> list[Mark]:
    """Where the ticket was from when on, by time, as far as its events and the caller's marks tell.

    A customer's message waits for an agent, unless one is at work or waits on someone internal; a delivered reply waits
    on the customer. A new or held ticket that becomes open is worked on; one that is opened by an answer or reopened
    waits for an agent. At the same instant a mark has the last word.
    """
    told: list[Mark] = []
    status = Status.NEW
    for event in sorted(events, key=lambda event: event.at):
        before = told[-1].place if told else Place.UNKNOWN
        told.append(Mark(event.at, _after(event, status, before)))
        status = event.status or status
    return sorted([*told, *marks], key=lambda mark: mark.at)


def _after(event: Event, status: Status, before: Place) -> Place:
    if event.kind is EventKind.RECEIVED:
        return before if before in (Place.WORKING, Place.INTERNAL) else Place.AGENT
    if event.kind is EventKind.REPLIED and event.substantive:
        return Place.CUSTOMER
    if event.status is None or event.status is status:
        return before
    if event.status is Status.OPEN:
        return Place.WORKING if status in (Status.NEW, Status.ON_HOLD) else Place.AGENT
    return _BY_STATUS[event.status]


def where_time_went(timer: Timer, places: Iterable[Mark]) -> dict[Place, timedelta]:
    """The timer's counted time by place; the parts, in the order of `Place`, add up to its elapsed time."""
    course = sorted(places, key=lambda mark: mark.at)
    instants = [mark.at for mark in course]
    spent = dict.fromkeys(Place, _NO_TIME)
    for segment in timer.segments:
        if segment.kind is not SegmentKind.COUNTED:
            continue
        cuts = [segment.start, *(at for at in instants if segment.start < at < segment.end), segment.end]
        for start, end in pairwise(cuts):
            index = bisect_right(instants, start) - 1
            spent[course[index].place if index >= 0 else Place.UNKNOWN] += end - start
    return {place: time for place, time in spent.items() if time}


def where_breaches_went(broken: Iterable[tuple[Timer, Iterable[Mark]]]) -> dict[Place, timedelta]:
    """The sum over the broken timers among these; the others are passed over."""
    total = dict.fromkeys(Place, _NO_TIME)
    for timer, course in broken:
        if timer.state is State.BREACHED:
            for place, time in where_time_went(timer, course).items():
                total[place] += time
    return {place: time for place, time in total.items() if time}


def late_pauses(timer: Timer) -> list[LatePause]:
    """The pauses placed before the promise was broken and after nine tenths of its time were gone, earliest first."""
    found: list[LatePause] = []
    used, pausing = _NO_TIME, False
    for segment in timer.segments:
        if segment.kind is SegmentKind.COUNTED:
            used, pausing = used + (segment.end - segment.start), False
        elif segment.kind is SegmentKind.PAUSED and segment.why != _RESOLVED and _is_late(timer, segment, used):
            before = found.pop() if pausing and found and found[-1].why == segment.why else None
            found.append(_joined(before, segment, used / timer.target))
            pausing = True
    return found


def _is_late(timer: Timer, segment: Segment, used: timedelta) -> bool:
    if timer.breached_at is not None and segment.start >= timer.breached_at:
        return False
    return timer.target * LATE_SHARE <= used <= timer.target


def _joined(before: LatePause | None, segment: Segment, used: float) -> LatePause:
    """One pause, though closing hours may lie between its stretches."""
    lasted = segment.end - segment.start
    if before is None:
        return LatePause(segment.start, used, lasted, segment.why)
    return LatePause(before.at, before.used, before.lasted + lasted, before.why)
