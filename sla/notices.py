"""Honest word to the customer: a promise will be missed, and this is when to expect the answer instead.

It predicts the answer from the place in the queue, decides whether there is something to say, and words it. Sending at
most one notice per timer is the caller's part (that is what `MissNotice.key` is for), as is never counting it as a
response.
"""

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import sqrt

from sla.hours import zone_of
from sla.policies import Metric
from sla.promise import say_moment, voice_of
from sla.timers import Timer, write_instant

FIELDS = ("due", "expected", "zone")
LONGEST_TEMPLATE = 5_000

_SOONEST = timedelta(minutes=5)  # a time that has passed by when it is read is no honest word
_REORDERED = 1.25
_MOST_LOAD = 0.75  # beyond this the time told would soon say nothing
_FOUR_OF_FIVE = 0.8416  # standard deviations, one-sided, of the normal distribution
_STEPS = ((timedelta(hours=2), 15), (timedelta(hours=24), 30))
_FIELD = re.compile(r"\{(due|expected|zone)\}")


@dataclass(frozen=True, slots=True)
class Wait:
    """Working time until an answer: what is likely, and what is `safe` to tell, kept in four cases of five."""

    likely: timedelta
    safe: timedelta


def expected_wait(place: int, agents: int, handling: timedelta, load: float = 0.0) -> Wait:
    """The wait of the ticket in this place (from 1) of a queue that so many agents work off side by side, each taking
    `handling` on average for a ticket; `load` is the share of their time that tickets to come will take.

    Safe has a margin: a quarter for changes of order, room for the newcomers that go first (all of them, up to a load
    of `_MOST_LOAD`), and 0.84 standard deviations (four cases of five) of a sum of exponential handling times taken to
    be normal. ValueError names `place`, `agents`, `handling` or `load`.
    """
    for field, number in (("place", place), ("agents", agents)):
        if number < 1:
            raise ValueError(f"{field}: expected 1 or more, not {number}")
    if handling <= timedelta(0):
        raise ValueError("handling: expected a positive time")
    if not load >= 0:
        raise ValueError(f"load: expected 0 or more, not {load}")
    ahead = max(0, place - agents) / agents
    turns = 1 + ahead * _REORDERED / (1 - min(load, _MOST_LOAD))
    margin = _FOUR_OF_FIVE * sqrt(1 + turns / agents)
    return Wait(handling * -(-place // agents), handling * (turns + margin))


@dataclass(frozen=True, slots=True)
class MissNotice:
    """What to tell the customer: what was due when, and the new time (aware instants, UTC)."""

    metric: Metric
    started_at: datetime
    due_at: datetime
    expected_at: datetime
    timezone: str

    @property
    def key(self) -> str:
        """Names the timer's only notice, among those of one ticket."""
        return f"{self.metric} {write_instant(self.started_at)} notice"


def will_miss(
    timer: Timer, now: datetime, expected_answer_at: datetime, safe_at: datetime | None = None
) -> MissNotice | None:
    """A notice when what stops the timer is expected after it is due, or after it was broken; None otherwise.

    The new time is `safe_at`, by which the answer is there with some certainty (by default when it is expected), never
    earlier than either and never one that has passed. It is rounded up on the customer's clock, so that it can be kept:
    to a quarter of an hour within two hours from now, to half an hour within a day, to the hour beyond. Nothing is said
    about a timer that stands still or has ended. ValueError names a naive instant.
    """
    safe_at = expected_answer_at if safe_at is None else safe_at
    for field, at in (("now", now), ("expected_answer_at", expected_answer_at), ("safe_at", safe_at)):
        if at.utcoffset() is None:
            raise ValueError(f"{field}: expected a datetime with a time zone")
    if not timer.is_open or timer.due_at is None or expected_answer_at <= timer.due_at:
        return None
    expected = _rounded_up(max(expected_answer_at, safe_at, now + _SOONEST), now, timer.timezone)
    return MissNotice(timer.metric, timer.started_at, timer.due_at, expected, timer.timezone)


def _rounded_up(at: datetime, now: datetime, timezone: str) -> datetime:
    step = timedelta(minutes=next((minutes for within, minutes in _STEPS if at - now <= within), 60))
    local = at.astimezone(zone_of(timezone))
    past = timedelta(minutes=local.minute, seconds=local.second, microseconds=local.microsecond) % step
    return at.astimezone(zone_of("UTC")) + (step - past if past else timedelta(0))


def notice_text(
    notice: MissNotice, language: str = "en", timezone: str | None = None, template: str | None = None
) -> str:
    """The notice in the customer's language and zone (by default the timer's), in the house's words or a template's.

    In a template, {due}, {expected} and {zone} are filled in. ValueError names `language`, `timezone` or `template`.
    """
    timezone = timezone or notice.timezone
    voice = voice_of(language)
    text = voice.words.timer.notice[notice.metric] if template is None else check_template(template)
    filled = {
        "due": say_moment(notice.due_at, language, timezone),
        "expected": say_moment(notice.expected_at, language, timezone),
        "zone": voice.city(timezone),
    }
    return _FIELD.sub(lambda match: filled[match[1]], text)


def check_template(template: str) -> str:
    """The template itself; ValueError naming `template` when it does not tell the new time or has unknown fields."""
    if not template.strip() or len(template) > LONGEST_TEMPLATE:
        raise ValueError(f"template: expected a text of 1 to {LONGEST_TEMPLATE} characters")
    if "{expected}" not in template:
        raise ValueError("template: {expected}, the new time, is missing")
    if re.search(r"[{}]", _FIELD.sub("", template)):
        raise ValueError(f"template: braces are for {', '.join(f'{{{field}}}' for field in FIELDS)} alone")
    return template
