"""The names that everything else about promises speaks of; nothing is decided here."""

from enum import StrEnum


class Metric(StrEnum):
    """What a timer measures."""

    FIRST_RESPONSE = "first_response"
    NEXT_RESPONSE = "next_response"
    RESOLUTION = "resolution"


class Priority(StrEnum):
    """Of a ticket, from the least to the most pressing."""

    LOW = "low"
    NORMAL = "normal"
    HIGH = "high"
    URGENT = "urgent"


class Status(StrEnum):
    """Of a ticket."""

    NEW = "new"
    OPEN = "open"
    PENDING = "pending"
    ON_HOLD = "on-hold"
    SOLVED = "solved"
    CLOSED = "closed"


class Sender(StrEnum):
    """Who is behind a reply: a person, the copilot with a person's approval, or the copilot alone."""

    PERSON = "person"
    APPROVED = "approved"
    AUTO = "auto"
