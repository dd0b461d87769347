"""Planted tokens that must never reach a customer: makes them, and finds them in a text however they are written.

Two kinds: tokens planted in a prompt, made anew for each call, and tokens that admins planted in notes or articles and
named in the autonomy document. Pure but for the randomness of `make`; refuses to know what follows from a find (see
`copilot.tripwire`).
"""

import secrets
import unicodedata
from collections.abc import Iterable

PREFIX = "ref"
SHORTEST = 8
"""The least letters and digits of a token: a shorter one would stand in innocent texts."""


def make() -> str:
    """A new token, such as "ref-1f0c9a…": 64 random bits, so that nobody writes it by chance."""
    return f"{PREFIX}-{secrets.token_hex(8)}"


def find(text: str, planted: Iterable[str]) -> tuple[str, ...]:
    """Those of the tokens that the text holds, also in another case, with gaps, marks or full-width letters between.

    A token with fewer than `SHORTEST` letters and digits is never found.
    """
    folded = fold(text)
    return tuple(dict.fromkeys(token for token in planted if is_long_enough(token) and fold(token) in folded))


def is_long_enough(token: str) -> bool:
    """Whether a token can be told from innocent text."""
    return len(fold(token)) >= SHORTEST


def fold(text: str) -> str:
    """Letters and digits alone, compatible forms (Unicode NFKC) and cases made equal, without accents."""
    plain = unicodedata.normalize("NFKD", unicodedata.normalize("NFKC", text).casefold())
    return "".join(filter(str.isalnum, plain))
