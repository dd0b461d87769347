"""The words of promises and timers, language by language: tables of phrases and the sentences made of them.

It decides how a sentence is built. It knows neither the clock nor how a language writes times, dates, numbers and
lists; a `Voice` says those.
"""

from sla.wording.phrases import Phrases, Voice
from sla.wording.tables import LANGUAGES, phrases_of

__all__ = ["LANGUAGES", "Phrases", "Voice", "phrases_of"]
