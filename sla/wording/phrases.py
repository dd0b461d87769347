"""What a language must bring along to speak of promises: its phrases, and a voice for times, dates, numbers and lists.

Shapes only. Patterns of days and dates are those of Unicode (CLDR); names in braces are filled in.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Protocol

from sla.policies import Metric, Priority, Sender, Status

Words = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Formats:
    """How days and hours are written. `oclock` follows a time or the last of several times."""

    locale: str
    quotes: tuple[str, str]
    colon: str
    semicolon: str
    units: tuple[str, str, str]
    short_weekday: str
    short_day: str
    day: str
    day_and_year: str
    weekday_and_day: str
    moment: str
    long_moment: str
    days: str
    always: str
    closed: str
    long_moment_at_one: str = ""
    first_of_month: str = "1"
    oclock: str = ""
    euphony: Mapping[str, tuple[str, str]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class PromisePhrases:
    """Sentences of a promise, for customers."""

    metrics: Mapping[Metric, str]
    priorities: Mapping[Priority, str]
    channels: Words
    everyone: str
    scope: str
    scope_of_several: str
    conditions: Words
    leads: Mapping[Metric, str]
    target: str
    targets: str
    within: str
    no_target: str
    no_target_at: str
    nothing_promised: str
    starts: str
    starts_again: str
    counts: str
    sender: Mapping[Sender, str]
    never_counts: str
    resolved: str
    always: str
    hours: str
    special: str
    closing: str
    public_holidays: str
    zone: str
    pauses: str
    pausing: Mapping[Status, str]
    no_pause: str
    exceptions: Words


@dataclass(frozen=True, slots=True)
class TimerPhrases:
    """Parts of the sentence about one timer, for agents and customers; `breaks` is singular and plural."""

    metrics: Mapping[Metric, str]
    statuses: Mapping[Status, str]
    priorities: Mapping[Priority, str]
    sentence: str
    running: str
    met: str
    broken: str
    owed: str
    paused: str
    cancelled: str
    closed: str
    gap_paused: str
    breaks: tuple[str, str]
    reasons: Words
    notice: Mapping[Metric, str]


@dataclass(frozen=True, slots=True)
class Phrases:
    """One language."""

    formats: Formats
    promise: PromisePhrases
    timer: TimerPhrases


class Voice(Protocol):
    """Says times, dates, durations and lists the way a language and region write them."""

    @property
    def words(self) -> Phrases:
        """The phrases of the language."""

    def clock(self, minutes: int) -> str:
        """A time of day from minutes after midnight, up to 1440."""

    def weekday(self, index: int) -> str:
        """The weekday's name; Monday is 0."""

    def day(self, day: date, pattern: str) -> str:
        """A date in one of the patterns of `Formats`."""

    def moment(self, at: datetime, pattern: str) -> str:
        """A local day, in a pattern of `Formats`, and time."""

    def duration(self, duration: timedelta) -> str:
        """In full, such as "1 hour and 30 minutes"."""

    def brief(self, duration: timedelta) -> str:
        """For small spaces, such as "1 h 30 m"."""

    def every(self, items: Sequence[str]) -> str:
        """ "a, b and c"."""

    def either(self, items: Sequence[str]) -> str:
        """ "a, b or c"."""

    def language(self, code: str) -> str | None:
        """The name of a language, None when the code is unknown."""

    def country(self, code: str) -> str:
        """The name of a country; its code when nobody knows it."""

    def city(self, timezone: str) -> str:
        """What people call a time zone."""
