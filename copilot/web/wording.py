"""The words the pages use for the values of the service: labels, durations, lists.

Pure; refuses to know HTML.
"""

from __future__ import annotations

from collections.abc import Iterable

PRIORITIES = {"urgent": "Urgent", "high": "High", "normal": "Normal", "low": "Low"}
SENTIMENTS = {
    "very negative": "Very unhappy",
    "negative": "Unhappy",
    "neutral": "Neutral",
    "positive": "Content",
    "very positive": "Delighted",
}
STATUSES = {
    "new": "New",
    "open": "Open",
    "pending": "Waiting on customer",
    "on-hold": "On hold",
    "solved": "Solved",
    "closed": "Closed",
}
MODES = {
    "off": "Off",
    "suggest": "Suggest",
    "shadow": "Shadow",
    "auto": "Automatic",
}
METRICS = {"first_response": "First response", "next_response": "Next response", "resolution": "Resolution"}
SIGNALS = {
    "angry": "Angry",
    "urgent": "Says it is urgent",
    "threatens_to_leave": "Threatens to leave",
    "wants_human": "Asks for a person",
}
GATES = {
    "kill switch": "Auto-sending is on",
    "mode": "Category may send",
    "confidence": "Confident enough",
    "audit": "Not drawn for an audit",
    "scope": "Something we answer",
    "grounded": "Every sentence sourced",
    "facts": "Every fact sourced",
    "one question": "One question only",
    "recipient": "Right recipient",
    "sender": "Sender verified",
    "risk": "No special risk",
    "human wanted": "No person asked for",
    "loop": "Not replying in a loop",
    "budget": "Within the caps",
    "fresh": "Nothing newer arrived",
    "canary": "No planted secret",
    "subject": "Safe subject line",
    "hold window": "Undo window",
}
MEASURED = {
    "answerable": "Something answers it",
    "match": "Article like the question",
    "lead": "Ahead of the next article",
    "category": "Sure of the category",
    "scope": "Like questions seen before",
    "grounded": "Sentences with a source",
    "language": "Customer’s language",
    "length": "Readable length",
    "record": "Article’s drafts accepted before",
}
DELIVERIES = {
    "waiting": "About to be sent",
    "sending": "Sending",
    "delivered": "Delivered",
    "failed": "Not delivered",
    "cancelled": "Taken back",
    "uncertain": "Delivery uncertain",
}
CHANNELS = {"api": "API", "email": "E-mail", "chatwoot": "Chatwoot", "zendesk": "Zendesk", "zammad": "Zammad"}
LANGUAGES = {
    "en": "English",
    "fr": "French",
    "de": "German",
    "es": "Spanish",
    "it": "Italian",
    "nl": "Dutch",
    "pt": "Portuguese",
    "pl": "Polish",
    "unknown": "Language unknown",
}


def label(table: dict[str, str], value: str) -> str:
    """The table's word for a value; an unknown value in readable form rather than an error."""
    return table.get(value) or value.replace("_", " ").replace("-", " ").capitalize()


def decided_alone(would_send: bool, drawn: bool) -> str:
    """What autonomy would have done with a draft, apart from its category's mode."""
    if drawn and would_send:
        return "It would have left alone, and was drawn for an audit."
    return "It reached its threshold and passed every check." if would_send else ""


def gate_label(name: str) -> str:
    """The short name of a send check, whichever way its identifier is spelled."""
    return label(GATES, name.replace("_", " "))


def duration(seconds: float) -> str:
    """A span in at most two units: "45 s", "12 min", "3 h 20 min", "2 d 4 h"."""
    whole = round(abs(seconds))
    days, rest = divmod(whole, 86400)
    hours, rest = divmod(rest, 3600)
    minutes, rest = divmod(rest, 60)
    units = [(days, "d"), (hours, "h"), (minutes, "min"), (rest, "s")]
    first = next((index for index, (amount, _) in enumerate(units) if amount), 3)
    kept = units[first : first + 2] if first < 2 else units[first : first + 1]
    return " ".join(f"{amount} {unit}" for amount, unit in kept if amount) or "0 s"


def listing(words: Iterable[str], last: str = "or") -> str:
    """Words as a person lists them: "a, b or c"."""
    items = list(words)
    if len(items) < 2:
        return "".join(items)
    return f"{', '.join(items[:-1])} {last} {items[-1]}"


def plural(count: int, one: str, many: str | None = None) -> str:
    """The count with its noun: "1 check", "3 checks"."""
    return f"{count} {one if count == 1 else many or one + 's'}"
