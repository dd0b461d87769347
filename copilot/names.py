"""Decides whether a customer's display name is safe to greet with; an attacker chooses that text."""

import re

PLAIN_NAME = re.compile(r"[^\W\d_][^\W\d_'’.-]*(?:['’-][^\W\d_]+)*", re.UNICODE)
TITLES = frozenset({"mr", "mrs", "ms", "dr", "herr", "frau", "monsieur", "madame", "mme", "m", "the"})


def given_name(display_name: str | None) -> str | None:
    """The first name of "First Last"; None when it is empty, long, or anything but letters."""
    words = (display_name or "").split()
    if not words or len(words) > 5 or words[0].rstrip(".").lower() in TITLES:
        return None
    first = words[0].strip(",")
    letters = "".join(part for part in re.split("['’.-]", first))
    plain = letters.isalpha() and PLAIN_NAME.fullmatch(first) is not None  # "¼" is no digit, and no letter either
    return first if len(first) <= 30 and plain and first[0].isupper() else None
