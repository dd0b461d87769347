"""What the public page of promises says around them, in the languages that promises are told in.

The promises themselves are worded by `sla.promise`; a language is added there first.
"""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class PageWords:
    """The page's own words in one language. `since` takes {day}."""

    name: str
    title: str
    lead: str
    since: str
    at_a_glance: str
    priority: str
    nothing_promised: str
    in_words: str
    for_all: str
    languages: str
    contents: str
    none_public: str


WORDS: Mapping[str, PageWords] = {
    "en": PageWords(
        name="English",
        title="Our promise",
        lead=(
            "How soon you hear from us when you write, and what counts. "
            "These are the very rules by which our own clocks run."
        ),
        since="In force since {day}.",
        at_a_glance="At a glance",
        priority="Priority",
        nothing_promised="not promised",
        in_words="In words",
        for_all="What holds for all of these promises",
        languages="Language",
        contents="Promises",
        none_public="There is no public promise at the moment.",
    ),
    "fr": PageWords(
        name="Français",
        title="Notre promesse",
        lead=(
            "Dans quel délai nous vous répondons quand vous nous écrivez, et ce qui compte. "
            "Nos propres horloges suivent exactement ces règles."
        ),
        since="En vigueur depuis le {day}.",
        at_a_glance="En un coup d’œil",
        priority="Priorité",
        nothing_promised="aucun délai",
        in_words="En toutes lettres",
        for_all="Ce qui vaut pour toutes ces promesses",
        languages="Langue",
        contents="Promesses",
        none_public="Il n’y a aucune promesse publique pour le moment.",
    ),
    "de": PageWords(
        name="Deutsch",
        title="Unser Versprechen",
        lead=(
            "Wie bald Sie von uns hören, wenn Sie uns schreiben, und was zählt. "
            "Nach genau diesen Regeln laufen unsere eigenen Uhren."
        ),
        since="Gültig seit dem {day}.",
        at_a_glance="Auf einen Blick",
        priority="Priorität",
        nothing_promised="keine Frist",
        in_words="In Worten",
        for_all="Was für alle diese Versprechen gilt",
        languages="Sprache",
        contents="Versprechen",
        none_public="Zurzeit gibt es kein öffentliches Versprechen.",
    ),
    "es": PageWords(
        name="Español",
        title="Nuestra promesa",
        lead=(
            "En qué plazo le respondemos cuando nos escribe, y qué cuenta. "
            "Nuestros propios relojes siguen exactamente estas reglas."
        ),
        since="En vigor desde el {day}.",
        at_a_glance="De un vistazo",
        priority="Prioridad",
        nothing_promised="sin plazo",
        in_words="En palabras",
        for_all="Lo que vale para todas estas promesas",
        languages="Idioma",
        contents="Promesas",
        none_public="Por el momento no hay ninguna promesa pública.",
    ),
}
