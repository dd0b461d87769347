"""Durations as admins write them ("1h30m") and as agents read them ("1 h 30 m").

There are no days here on purpose: a day of an eight-hour calendar could mean eight hours or twenty-four.
"""

import re
from datetime import timedelta

_WRITTEN = re.compile(r"(?:(\d{1,6})h)?(?:(\d{1,6})m)?(?:(\d{1,6})s)?", re.ASCII)
_SECOND = timedelta(seconds=1)


def parse_duration(text: object, field: str = "duration") -> timedelta:
    """From hours, minutes and seconds such as "45m", "4h", "1h30m" or "90s"; ValueError naming `field` otherwise."""
    match = _WRITTEN.fullmatch(text) if isinstance(text, str) else None
    if match is None or match[0] == "":
        raise ValueError(f'{field}: {str(text)[:40]!r} is not a duration such as "45m", "4h" or "1h30m"')
    hours, minutes, seconds = (int(part or 0) for part in match.groups())
    return timedelta(hours=hours, minutes=minutes, seconds=seconds)


def format_duration(duration: timedelta) -> str:
    """The shortest text that `parse_duration` reads back, such as "1h30m"; parts of a second are cut off."""
    return "".join(f"{count}{unit}" for count, unit in _parts(duration))


def in_words(duration: timedelta) -> str:
    """For reading, such as "1 h 30 m"; parts of a second are cut off."""
    return " ".join(f"{count} {unit}" for count, unit in _parts(duration))


def _parts(duration: timedelta) -> list[tuple[int, str]]:
    if duration < timedelta(0):
        raise ValueError("duration: must not be negative")
    minutes, seconds = divmod(duration // _SECOND, 60)
    hours, minutes = divmod(minutes, 60)
    parts = [(count, unit) for count, unit in ((hours, "h"), (minutes, "m"), (seconds, "s")) if count]
    return parts or [(0, "m")]
