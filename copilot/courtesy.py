"""The fixed courtesy phrases around a drafted answer, by language: the one table that drafts and gates share."""

from collections.abc import Iterator
from dataclasses import dataclass

from copilot.names import given_name
from knowledge.languages import primary
from knowledge.sentences import sentences

DEFAULT_LANGUAGE = "en"


@dataclass(frozen=True, slots=True)
class Courtesy:
    """Phrases of one language. `greeting_named` takes the customer's own first name."""

    greeting: str
    greeting_named: str
    opening: str
    offer: str
    closing: str

    def greet(self, name: str | None) -> str:
        """The greeting, with the customer's first name when it is plainly a name."""
        first = given_name(name)
        return self.greeting_named.format(name=first) if first else self.greeting


COURTESY = {
    "en": Courtesy(
        "Hello,",
        "Hello {name},",
        "Thank you for your message.",
        "If this does not answer your question, just reply and one of us will take care of it.",
        "Kind regards,",
    ),
    "fr": Courtesy(
        "Bonjour,",
        "Bonjour {name},",
        "Merci pour votre message.",
        "Si cela ne répond pas à votre question, répondez simplement à ce message et l'un de nous s'en occupera.",
        "Cordialement,",
    ),
    "de": Courtesy(
        "Guten Tag,",
        "Guten Tag {name},",
        "vielen Dank für Ihre Nachricht.",
        "Falls das Ihre Frage nicht beantwortet, antworten Sie einfach, und jemand von uns kümmert sich darum.",
        "Mit freundlichen Grüßen",
    ),
    "es": Courtesy(
        "Hola:",
        "Hola, {name}:",
        "Gracias por su mensaje.",
        "Si esto no responde a su pregunta, conteste a este mensaje y una persona del equipo se ocupará.",
        "Un cordial saludo,",
    ),
}


AUTOMATIC = {
    "en": "This reply was sent automatically.",
    "fr": "Cette réponse a été envoyée automatiquement.",
    "de": "Diese Antwort wurde automatisch gesendet.",
    "es": "Esta respuesta se ha enviado automáticamente.",
}


def automatic(language: str) -> str:
    """The line that tells a customer that nobody looked at the reply, in a language, or in English."""
    return AUTOMATIC.get(primary(language), AUTOMATIC[DEFAULT_LANGUAGE])


def disclosed(body: str, language: str) -> str:
    """The reply with that line at its end."""
    return f"{body.rstrip()}\n\n{automatic(language)}"


# ways to greet by name besides those that drafts use: what a model or an agent may write in their place
GREETINGS = {
    "en": ("Hi", "Hello", "Dear", "Good morning", "Good afternoon", "Good evening"),
    "fr": ("Bonjour", "Bonsoir", "Cher", "Chère"),
    "de": ("Hallo", "Guten Tag", "Guten Morgen", "Guten Abend", "Liebe", "Lieber"),
    "es": ("Hola", "Buenos días", "Buenas tardes", "Estimado", "Estimada"),
}


def courtesy(language: str) -> Courtesy:
    """The phrases of a language (a tag such as "en" or "de-AT"), or the English ones."""
    return COURTESY.get(primary(language), COURTESY[DEFAULT_LANGUAGE])


def phrases(language: str, name: str | None, signature: str) -> Iterator[str]:
    """Every sentence of courtesy that a draft in this language to this customer may hold, the signature's included."""
    words = courtesy(language)
    yield from (words.greeting, words.greet(name), words.opening, words.offer, words.closing, automatic(language))
    if first := given_name(name):
        yield from (f"{greeting} {first}" for greeting in GREETINGS.get(primary(language), ()))
    for line in signature.splitlines():
        yield from sentences(line)
