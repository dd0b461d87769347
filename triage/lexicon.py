"""Decides where the word lists of `lexicon.json` come from; refuses to know what they are used for."""

import json
from functools import cache
from importlib import resources
from typing import Any


@cache
def lexicon() -> dict[str, Any]:
    """Return the shipped word lists and phrase patterns; callers must not change them."""
    document: dict[str, Any] = json.loads(
        resources.files("triage").joinpath("lexicon.json").read_text(encoding="utf-8")
    )
    return document
