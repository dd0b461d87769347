"""The short list of what can be wrong with a draft, and how a reason is read: a code, free words, or both. Pure."""

from collections.abc import Mapping

OTHER = "other"
REASONS: Mapping[str, str] = {
    "wrong_article": "Wrong article",
    "wrong_fact": "It states something wrong",
    "not_asked": "Not what was asked",
    "tone": "The tone does not fit",
    "needs_person": "It needs a person",
    OTHER: "Something else",
}


def read(text: str) -> tuple[str, str]:
    """(code, reason in words) of what a person or a program gave.

    A known code, or its words, may stand alone or before a colon with free words behind it; anything else is "other".
    """
    head, colon, rest = text.partition(":")
    code = _code(head)
    if code is None:
        return OTHER, text.strip()
    return code, f"{REASONS[code]}: {rest.strip()}" if colon and rest.strip() else REASONS[code]


def _code(text: str) -> str | None:
    asked = text.strip().casefold()
    written = asked.replace(" ", "_").replace("-", "_")
    return next((code for code, words in REASONS.items() if written == code or asked == words.casefold()), None)
