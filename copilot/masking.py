"""Puts tokens such as ⟦EMAIL_1⟧ in the place of personal data before an outside call, and the data back after it.

The same value has the same token within a call. A token comes back as its value only when it was given and returned
whole; one that nobody gave stays out. What our own public articles say is no secret and stays as it is.
"""

import re
from collections import Counter
from collections.abc import Iterable

from copilot import personal_data

TOKEN = re.compile(r"⟦[^⟦⟧]{0,40}⟧")
UNFINISHED = re.compile(r"⟦[^⟦⟧]{0,40}$")


class Vault:
    """The values behind the tokens of one call. Values that stand in `public` texts are left in the open."""

    def __init__(self, public: Iterable[str] = ()) -> None:
        self._public = "\n".join(public)
        self._counts = Counter[str]()
        self._tokens: dict[tuple[str, str], str] = {}
        self._values: dict[str, str] = {}

    def mask(self, text: str, language: str = "en", names: Iterable[str] = ()) -> str:
        """The text with tokens; what lies beyond `personal_data.LONGEST_TEXT` is cut off."""
        text, pieces, at = text[: personal_data.LONGEST_TEXT], [], 0
        for place in personal_data.find(text, language, names):
            value = text[place.start : place.end]
            if place.kind not in ("NAME", "MARK") and value in self._public:
                continue
            pieces += [text[at : place.start], self._token(place.kind, value)]
            at = place.end
        return "".join([*pieces, text[at:]])

    def unmask(self, text: str) -> str:
        """The text with values; tokens that were never given are taken out."""
        return TOKEN.sub(lambda token: self._values.get(token.group(), ""), text)

    def unmask_so_far(self, text: str) -> str:
        """The same for a text that is still being written: a token that has only begun waits."""
        return self.unmask(UNFINISHED.sub("", text))

    @property
    def values(self) -> tuple[str, ...]:
        """What is hidden."""
        return tuple(self._values.values())

    def _token(self, kind: str, value: str) -> str:
        if (kind, value) not in self._tokens:
            self._counts[kind] += 1
            token = f"⟦{kind}_{self._counts[kind]}⟧"
            self._tokens[kind, value], self._values[token] = token, value
        return self._tokens[kind, value]
