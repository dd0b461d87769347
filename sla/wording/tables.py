"""Which languages there are."""

from collections.abc import Mapping

from sla.wording.english import ENGLISH
from sla.wording.french import FRENCH
from sla.wording.german import GERMAN
from sla.wording.phrases import Phrases
from sla.wording.spanish import SPANISH

LANGUAGES: Mapping[str, Phrases] = {"en": ENGLISH, "fr": FRENCH, "de": GERMAN, "es": SPANISH}


def phrases_of(language: str) -> Phrases:
    """The phrases for a code such as "fr" or "fr-CA"; ValueError naming `language` when we do not speak it."""
    code = language[:40].replace("_", "-").partition("-")[0].lower()
    if code not in LANGUAGES:
        raise ValueError(f"language: {language[:40]!r} is not one of {', '.join(LANGUAGES)}")
    return LANGUAGES[code]
