"""The promise in plain words: what a policy promises and what a timer owes, in English, French, German and Spanish.

It words what `sla.policies` and `sla.clock` say and decides nothing. Times, dates, numbers and lists follow the region
(CLDR, by way of Babel): "fr" is French as in France, "fr-CA" as in Canada; "en" is British, "en-US" American.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import lru_cache

from babel import Locale, UnknownLocaleError
from babel.dates import format_date, format_time, get_timezone_location
from babel.lists import format_list
from babel.units import format_unit

from sla.hours import zone_of
from sla.intervals import DAY_MINUTES
from sla.policies import Policy
from sla.timers import Timer
from sla.wording import LANGUAGES, Phrases, phrases_of
from sla.wording.policies import policy_sentences
from sla.wording.timers import timer_sentence

__all__ = ["LANGUAGES", "describe", "explain", "say_moment", "voice_of"]

_UNITS = ("hour", "minute", "second")
_NO_TITLES: Mapping[str, str] = {}


def describe(
    policy: Policy, language: str = "en", *, today: date | None = None, titles: Mapping[str, str] = _NO_TITLES
) -> tuple[str, ...]:
    """What the policy promises, in sentences for customers; the team's own goals are not told.

    With `today`, closing and special days are those of the 366 days from then on; otherwise all of them. `titles` says
    categories, segments and the like as customers know them ({"refund": "Refunds"}). ValueError names `language`.
    """
    return policy_sentences(policy, voice_of(language), today, titles)


def explain(timer: Timer, timezone: str | None = None, language: str = "en") -> str:
    """One sentence such as "First response due Tue 24 Nov 10:30 (Europe/Paris): 2 h 30 m of 4 h used since Mon 16:00;
    closed 18:00–09:00", in the timer's own zone or the given one. ValueError names an unknown `timezone` or `language`.
    """
    timezone = timezone or timer.timezone
    return timer_sentence(timer, timezone, zone_of(timezone), voice_of(language))


def say_moment(at: datetime, language: str, timezone: str) -> str:
    """An aware instant in full, such as "Tuesday 24 November 2026 at 10:30", in that zone."""
    voice = voice_of(language)
    formats = voice.words.formats
    local = at.astimezone(zone_of(timezone))
    at_one = bool(formats.long_moment_at_one) and re.match(r"1\D", voice.clock(_minutes(local))) is not None
    pattern = formats.long_moment_at_one if at_one else formats.long_moment
    return pattern.format(day=voice.day(local, formats.weekday_and_day), time=voice.time(local))


def voice_of(language: str) -> "BabelVoice":
    """The voice for a code such as "fr" or "fr-CA"; ValueError naming `language` when we do not speak it.

    A region that nobody knows is said as the language's home region does.
    """
    words = phrases_of(language)
    tag = language.replace("-", "_") if len(language) > 2 else words.formats.locale
    return _voice(tag if _is_locale(tag) else words.formats.locale)


def _is_locale(tag: str) -> bool:
    try:
        return bool(Locale.parse(tag))
    except (UnknownLocaleError, ValueError):
        return False


@lru_cache(maxsize=64)
def _voice(tag: str) -> "BabelVoice":
    return BabelVoice(phrases_of(tag), Locale.parse(tag))


def _minutes(local: datetime) -> int:
    return local.hour * 60 + local.minute


@dataclass(frozen=True, slots=True)
class BabelVoice:
    """A `sla.wording.Voice` for one locale."""

    words: Phrases
    locale: Locale

    def clock(self, minutes: int) -> str:
        """A time of day from minutes after midnight; 1440 is "24:00" where clocks count to 24."""
        if minutes == DAY_MINUTES and "H" in str(self.locale.time_formats["short"].pattern):
            return self.clock(23 * 60).replace("23", "24", 1)
        return format_time(time(*divmod(minutes % DAY_MINUTES, 60)), "short", locale=self.locale)

    def time(self, local: datetime) -> str:
        """The time of day, with "Uhr" and the like."""
        return self.clock(_minutes(local)) + self.words.formats.oclock

    def weekday(self, index: int) -> str:
        """The weekday's name; Monday is 0."""
        return str(self.locale.days["format"]["wide"][index])

    def day(self, day: date, pattern: str) -> str:
        """A date in one of the patterns of `Formats`."""
        said = format_date(day, pattern, locale=self.locale)
        return re.sub(r"\b1 ", f"{self.words.formats.first_of_month} ", said, count=1) if day.day == 1 else said

    def moment(self, at: datetime, pattern: str) -> str:
        """A local day, in a pattern of `Formats`, and time."""
        return self.words.formats.moment.format(day=self.day(at, pattern), time=self.time(at))

    def duration(self, duration: timedelta) -> str:
        """In full, such as "1 hour and 30 minutes"; parts of a second are cut off."""
        parts = [(count, unit) for count, unit in zip(_split(duration), _UNITS, strict=True) if count]
        return self.every([format_unit(count, unit, locale=self.locale) for count, unit in parts or [(0, "minute")]])

    def brief(self, duration: timedelta) -> str:
        """For small spaces, such as "1 h 30 m"; parts of a second are cut off."""
        units = self.words.formats.units
        parts = [f"{count} {unit}" for count, unit in zip(_split(duration), units, strict=True) if count]
        return " ".join(parts or [f"0 {units[1]}"])

    def every(self, items: Sequence[str]) -> str:
        """ "a, b and c"."""
        return self._euphonic(format_list(items, "standard", self.locale), items[-1])

    def either(self, items: Sequence[str]) -> str:
        """ "a, b or c"."""
        return self._euphonic(format_list(items, "or", self.locale), items[-1])

    def _euphonic(self, said: str, last: str) -> str:
        """The list with its conjunction in the form that the sound of the last item asks for."""
        for conjunction, (other, sound) in self.words.formats.euphony.items():
            joined = f" {conjunction} {last}"
            if said.endswith(joined) and re.match(sound, last.lstrip(self.words.formats.quotes[0]), re.IGNORECASE):
                return f"{said.removesuffix(joined)} {other} {last}"
        return said

    def language(self, code: str) -> str | None:
        """The name of a language, None when the code is unknown."""
        name = self.locale.languages.get(code.replace("-", "_"))
        return None if name is None else str(name)

    def country(self, code: str) -> str:
        """The name of a country; its code when nobody knows it."""
        return str(self.locale.territories.get(code, code))

    def city(self, timezone: str) -> str:
        """What people call a time zone."""
        return get_timezone_location(zone_of(timezone), self.locale, return_city=True)


def _split(duration: timedelta) -> tuple[int, int, int]:
    minutes, seconds = divmod(int(duration.total_seconds()), 60)
    return minutes // 60, minutes % 60, seconds
