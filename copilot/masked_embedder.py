"""Hides personal data in what an outside embedding server is asked for: customers' questions go there as texts.

Articles are sent as they are: they are the team's own words, as is what code compares them with here. Refuses to know
which server is outside by asking the network: a name that is not plainly of this machine or its own network is.
"""

import ipaddress
from collections.abc import Callable, Sequence
from typing import TypeGuard
from urllib.parse import urlsplit

from copilot import personal_data
from copilot.courtesy import COURTESY
from knowledge.embedding import Embedder, Likeness, Vectors

MASKED = "+masked"
OWN_NAMES = ("localhost", ".localhost", ".local", ".internal", ".lan", ".home.arpa")
DEFAULT_SERVER = "https://api.openai.com"


class MaskedQuestions:
    """An embedder that reads questions without e-mail addresses, telephone, card, account and order numbers, streets
    and the names that are introduced, greeted or signed with. Articles' vectors stay the same, and so does the
    fingerprint: an index made without masking goes on serving."""

    def __init__(self, embedder: Embedder, is_ours: Callable[[str], bool] = lambda _: False) -> None:
        """`is_ours` tells whether a public article holds a code, such as the name of an error: it stays then."""
        self._embedder, self._is_ours = embedder, is_ours

    @property
    def name(self) -> str:
        """The model's."""
        return self._embedder.name

    @property
    def fingerprint(self) -> str:
        """The model's."""
        return self._embedder.fingerprint

    @property
    def dimension(self) -> int:
        """The model's."""
        return self._embedder.dimension

    @property
    def likeness(self) -> Likeness:
        """The model's."""
        return self._embedder.likeness

    def encode(self, texts: Sequence[str]) -> Vectors:
        """Return the vectors of the texts as they are once personal data is hidden."""
        return self._embedder.encode([masked(text, self._is_ours) for text in texts])

    def encode_passages(self, texts: Sequence[str]) -> Vectors:
        """Return the vectors of articles' texts as they are."""
        return self._embedder.encode_passages(texts)


def is_masked(embedder: Embedder) -> TypeGuard[MaskedQuestions]:
    """Whether questions are masked before this embedder reads them."""
    return isinstance(embedder, MaskedQuestions)


def masked(text: str, is_ours: Callable[[str], bool] = lambda _: False) -> str:
    """The text with a plain word, such as [email], for each personal datum, whatever its language, besides codes that
    are ours; what lies beyond `personal_data.LONGEST_TEXT` is cut off."""
    text = text[: personal_data.LONGEST_TEXT]
    found = {(one.start, one.end): one.kind for language in COURTESY for one in personal_data.find(text, language)}
    pieces, at = [], 0
    # of places that overlap, the one that begins first; the longer one of two that begin together
    for (start, end), kind in sorted(found.items(), key=lambda place: (place[0][0], -place[0][1])):
        if kind != "MARK" and end > at and not (kind == "CODE" and is_ours(text[start:end])):
            pieces += [text[at:start], f"[{kind.lower()}]"] if start >= at else []
            at = end
    return "".join([*pieces, text[at:]])


def is_outside(address: str | None) -> bool:
    """Whether a server at this address may be somebody else's: not on this machine, in a private network, or under a
    name that only such a network has."""
    host = (urlsplit(address or DEFAULT_SERVER).hostname or "").rstrip(".").lower()
    try:
        return ipaddress.ip_address(host).is_global
    except ValueError:
        return "." in host and not host.endswith(OWN_NAMES)
