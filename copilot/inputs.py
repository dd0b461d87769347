"""Checks of what comes in from outside, whatever the channel: texts, ids, instants, addresses, zones.

Each check returns the value as it is to be stored, or raises `Invalid` naming the field. Knows no table.
"""

import hashlib
import json
import re
import unicodedata
from datetime import UTC, datetime, timedelta

from copilot.errors import Invalid
from copilot.organisations import NewOrganisation
from knowledge.hidden_text import visible
from sla.hours import zone_of
from sla.timers import read_instant

LONGEST_BODY = 1_000_000
LONGEST_SUBJECT = 2_000
LONGEST_ID = 300
OLDEST = datetime(2000, 1, 1, tzinfo=UTC)
FUTURE_SKEW = timedelta(days=1)
CHANNEL = re.compile(r"[a-z][a-z0-9_-]{0,31}")
EMAIL = re.compile(r"[^\s@<>,;:\"\x00-\x1f]{1,64}@[^\s@<>,;:\"\x00-\x1f]{1,255}")
SURROGATE = re.compile("[\ud800-\udfff]")


def identifier(value: str) -> str:
    """An id as given; raises `Invalid` when it is empty, too long or holds control characters."""
    if not value.strip() or len(value) > LONGEST_ID or any(unicodedata.category(c) in ("Cc", "Cs") for c in value):
        message = f"external_id must be 1 to {LONGEST_ID} characters without control characters."
        raise Invalid(message, field="external_id")
    return value


def clean(text: str, name: str, longest: int, *, may_be_empty: bool = False) -> str:
    """The text that agents, models and gates all see: no NUL, no broken Unicode, nothing invisible."""
    if "\x00" in text:
        raise Invalid(f"{name} holds a NUL character.", field=name)
    if len(text) > longest:
        raise Invalid(f"{name} is longer than {longest:,} characters.", field=name)
    if SURROGATE.search(text):
        raise Invalid(f"{name} is not valid Unicode.", field=name)
    seen = visible(text.replace("\r\n", "\n").replace("\r", "\n")).strip()
    if not seen and not may_be_empty:
        raise Invalid(f"{name} is empty.", field=name)
    return seen


def instant(at: datetime | None, now: datetime) -> datetime | None:
    """The time of receipt in UTC, at most `now`: a clock that runs ahead is not believed.

    Raises `Invalid` when naive or absurd.
    """
    if at is None:
        return None
    if at.tzinfo is None:
        raise Invalid("received_at needs a UTC offset, such as 2026-01-31T09:00:00Z.", field="received_at")
    if not OLDEST <= at <= now + FUTURE_SKEW:
        raise Invalid("received_at must lie between the year 2000 and now.", field="received_at")
    return min(at.astimezone(UTC), now)


def parse_received_at(text: str | None) -> datetime | None:
    """The time of receipt as a program gives it; raises `Invalid` unless it is ISO 8601 with an offset."""
    if text is None:
        return None
    try:
        return read_instant(text[:40], "received_at")
    except (ValueError, OverflowError) as error:
        raise Invalid(str(error), field="received_at") from error


def is_address(text: str) -> bool:
    """Whether this is one e-mail address, without anything invisible in it."""
    return EMAIL.fullmatch(text) is not None and text.isprintable()


def checked_organisation(new: NewOrganisation) -> NewOrganisation:
    """The organisation with cleaned texts; raises `Invalid` naming the field."""
    if new.timezone is not None:
        check_zone(new.timezone, "customer.organisation.timezone")
    segment = clean(new.segment or "", "customer.organisation.segment", 100, may_be_empty=True)
    return NewOrganisation(clean(new.name, "customer.organisation", 200), segment or None, new.timezone)


def check_zone(name: str, field: str) -> None:
    """Raise `Invalid` naming `field` unless `name` is an IANA time zone that the clock takes too."""
    try:
        zone_of(name)
    except ValueError as error:
        raise Invalid(f"{field} is not an IANA time zone.", field=field) from error


def content_hash(*parts: str) -> str:
    """SHA-256 over the parts, unambiguous about where one ends."""
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()
