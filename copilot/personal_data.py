"""Finds personal data in a customer's text: addresses of mail and post, numbers that belong to a person, names.

Pure. Finds what has a form or stands where names stand; a name in the middle of a sentence that nobody has introduced
is not found, nor is anything that only its meaning gives away.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain

from knowledge.languages import primary

LONGEST_TEXT = 20_000
MOST_REPEATED = 100
REGIONS = {"en": ("US", "GB"), "de": ("DE", "AT", "CH"), "fr": ("FR", "BE", "CH"), "es": ("ES", "MX")}
BRACKETS = re.compile(r"[⟦⟧]")
EMAIL = re.compile(r"[\w.%+-]{1,64}@(?:[\w-]{1,63}\.){1,5}[^\W\d_]{2,24}")
IBAN = re.compile(r"\b[A-Za-z]{2}\d{2}(?:[ -]?[A-Za-z0-9]){11,30}\b")
CARD = re.compile(r"\b\d(?:[ -]?\d){12,18}\b")
REFERENCE = re.compile(
    r"\b(?:order|invoice|customer|client|account|ticket|tracking|reference|ref|case|booking|contract|member|membership"
    r"|parcel|shipment|serial|bestell|auftrag|rechnung|kunden|sendung|paket|vertrag|konto|commande|facture|colis|suivi"
    r"|référence|contrat|dossier|compte|pedido|factura|cliente|seguimiento|referencia|contrato|cuenta)"
    r"[\w-]{0,12}[^\w\n]{0,3}(?:(?:number|no|nr|id|code|is|was|ist|numéro|num|n|número|núm|es|est)\b[^\w\n]{0,3}){0,2}"
    r"(?P<code>(?=[\w/-]{0,30}\d)[A-Za-z0-9][A-Za-z0-9/_-]{2,40})",
    re.IGNORECASE,
)
HASHED = re.compile(r"#\s?(?P<code>(?=[A-Za-z0-9-]{0,20}\d)[A-Za-z0-9][A-Za-z0-9-]{2,30})")
LONG_NUMBER = re.compile(r"\b(?!\d{4}-\d{2}-\d{2}\b|0[xX])(?=(?:[A-Za-z-]{0,10}\d){6})[A-Za-z0-9][A-Za-z0-9-]{5,60}\b")
CAPITAL = r"[A-ZÀ-ÖØ-Þ][\w'’.-]{1,25}"
STREETS = (
    rf"\b\d{{1,5}}[A-Za-z]?,?[ ](?:{CAPITAL}[ ]){{1,3}}(?:Street|St|Road|Rd|Avenue|Ave|Lane|Ln|Drive|Dr|Court|Ct|Square"
    r"|Sq|Boulevard|Blvd|Way|Place|Pl|Close|Terrace|Crescent|Gardens|Grove)\b\.?"
    r"(?:,?[ ](?:Apt|Apartment|Flat|Unit|Suite)\.?[ ]\w{1,6})?",
    r"\b(?:[A-ZÄÖÜ][\w.-]{1,25}[ -])?[A-ZÄÖÜ][\w.-]{0,25}(?:straße|strasse|str\.|weg|platz|allee|gasse|ring|ufer|damm)"
    r"[ ]?\d{1,4}[ ]?[a-zA-Z]?\b",
    r"\b(?:[A-ZÄÖÜ][\w.-]{1,25}[ ])?(?:Straße|Strasse|Str\.|Weg|Platz|Allee|Gasse)[ ]\d{1,4}[ ]?[a-zA-Z]?\b",
    rf"\b\d{{1,4}}(?:[ ]?(?:bis|ter))?,?[ ](?:rue|avenue|av\.|boulevard|bd|place|chemin|allée|impasse|quai|route)"
    rf"(?:[ ](?:de|du|des|la|le|les)){{0,2}}[ ](?:[ld]['’])?{CAPITAL}(?:[ ]{CAPITAL}){{0,3}}",
    rf"\b(?:[Cc]alle|C/|[Aa]venida|Avda\.?|[Pp]laza|[Pp]aseo|[Cc]amino)[ ](?:(?:de|del|la|los|las)[ ]){{0,2}}"
    rf"{CAPITAL}(?:[ ]{CAPITAL}){{0,3}},?[ ](?:n\.?º[ ]?)?\d{{1,4}}\b",
    r"\b[A-Z]{1,2}\d[A-Z\d]?[ ]?\d[A-Z]{2}\b",
    rf"\b{CAPITAL}(?:[ ]{CAPITAL})?,[ ][A-Z]{{2}}[ ]\d{{5}}(?:-\d{{4}})?\b",
    rf"\b\d{{5}}[ ](?!Euro|EUR|Mal\b|Stück|USD|Dollar){CAPITAL}",
)
STREET = re.compile("|".join(STREETS))
NAMES = rf"(?P<name>{CAPITAL}(?:[ ]{CAPITAL}){{0,3}})"
TITLES = r"(?:(?:Mr|Mrs|Ms|Dr|Herr|Frau|M|Mme|Sr|Sra)\.?[ ]){0,2}"
INTRODUCED = re.compile(
    rf"(?i:\b(?:my name is|my name's|mein name ist|ich hei(?:ß|ss)e|mon nom est|je m['’]appelle|me llamo|mi nombre es))"
    rf"[ ]{TITLES}{NAMES}"
)
GREETED = re.compile(
    rf"^[ >]{{0,4}}(?i:hi|hello|hey|dear|hallo|liebe|lieber|guten tag|sehr geehrte|sehr geehrter|bonjour|cher|chère"
    rf"|hola|estimado|estimada)[ ]{TITLES}{NAMES}",
    re.MULTILINE,
)
CLOSED = re.compile(
    r"(?i:regards|wishes|sincerely|cheers|thanks|thank you|thanks in advance|best|yours|grüßen|grüße|gruß|danke"
    r"|cordialement|bien à vous|merci|saludos?|saludo|atentamente|gracias)[ ]?[,.!]?[ ]?(?:\n[ ]?){0,3}"
    rf"{TITLES}{NAMES}[ .,]{{0,3}}$",
    re.MULTILINE,
)
_NOT_NAMES = """
team support sir madam all there everyone customer service the we you i my your best kind regards thanks hello hi damen
herren und and equipo servicio madame monsieur please order re sent from help desk friends folks
"""
NOT_NAMES = frozenset(_NOT_NAMES.split())


@dataclass(frozen=True, slots=True)
class Found:
    """A place in a text, and what kind of thing stands there."""

    start: int
    end: int
    kind: str


def find(text: str, language: str = "en", names: Iterable[str] = ()) -> list[Found]:
    """What is personal in the text, in order, no two places overlapping; `names` are known to belong to the customer.

    Looks at the first 20,000 characters.
    """
    text = text[:LONGEST_TEXT]
    free, taken = bytearray(b"\x01") * len(text), list[Found]()
    for place in chain(_places(text, language, names), _repeated(text, taken)):
        if place.start < place.end and all(free[place.start : place.end]):
            free[place.start : place.end] = bytes(place.end - place.start)
            taken.append(place)
    return sorted(taken, key=lambda place: place.start)


def own_codes(text: str, language: str = "en") -> tuple[str, ...]:
    """The numbers of orders, invoices and the like in a customer's text, each once."""
    return tuple(dict.fromkeys(text[one.start : one.end] for one in find(text, language) if one.kind == "CODE"))


def _repeated(text: str, taken: Sequence[Found]) -> Iterator[Found]:
    """The same values again, where they stand in a place that has no form."""
    known = {text[place.start : place.end]: place.kind for place in taken if place.kind not in ("MARK", "NAME")}
    for value in sorted(known, key=len, reverse=True)[:MOST_REPEATED]:
        yield from _all(re.compile(re.escape(value)), known[value], text)


def _places(text: str, language: str, names: Iterable[str]) -> Iterator[Found]:
    """Candidates, the surest kinds first: they win where places overlap."""
    yield from _all(BRACKETS, "MARK", text)
    yield from _all(EMAIL, "EMAIL", text)
    yield from _accounts(text)
    yield from _phones(text, language)
    yield from _all(STREET, "ADDRESS", text)
    for form in (REFERENCE, HASHED):
        yield from (Found(*match.span("code"), "CODE") for match in form.finditer(text))
    yield from _all(LONG_NUMBER, "CODE", text)
    yield from _named(text, names)


def _all(form: re.Pattern[str], kind: str, text: str) -> Iterator[Found]:
    return (Found(*match.span(), kind) for match in form.finditer(text))


def _accounts(text: str) -> Iterator[Found]:
    """IBANs and card numbers whose check digits are right."""
    from stdnum import iban, luhn

    for match in IBAN.finditer(text):
        # what follows may look like a part of it: the longest run of whole groups that checks out is meant
        ends = [match.end(), *(match.start() + gap.start() for gap in re.finditer(r"[ -]", match.group()))]
        for end in sorted(set(ends), reverse=True):
            if iban.is_valid(text[match.start() : end], check_country=False):
                yield Found(match.start(), end, "IBAN")
                break
    for match in CARD.finditer(text):
        if luhn.is_valid(re.sub(r"[ -]", "", match.group())):
            yield Found(*match.span(), "CARD")


def _phones(text: str, language: str) -> Iterator[Found]:
    """Numbers that are valid in a country of the language, or written with their country's code."""
    from phonenumbers import Leniency, PhoneNumberMatcher

    for region in (*REGIONS.get(primary(language), ()), None):
        for match in PhoneNumberMatcher(text, region, leniency=Leniency.VALID, max_tries=200):
            yield Found(match.start, match.end, "PHONE")


def _named(text: str, names: Iterable[str]) -> Iterator[Found]:
    """Names that are known, introduced, greeted or signed with, and the same words wherever else they stand."""
    words = {word for name in names for word in _words(name)}
    for form in (INTRODUCED, GREETED, CLOSED):
        words |= {word for match in form.finditer(text) for word in _words(match["name"])}
    for word in sorted(words, key=lambda word: (-len(word), word)):
        written = "|".join(re.escape(form) for form in dict.fromkeys((word, word.capitalize(), word.upper())))
        yield from _all(re.compile(rf"(?<!\w)(?:{written})(?!\w)"), "NAME", text)


def _words(name: str) -> set[str]:
    """The words of a name that could be told from others: letters, two at least."""
    words = (word.strip(".,'’-") for word in name.split()[:6])
    return {w for w in words if 2 <= len(w) <= 40 and w[0].isalpha() and w.casefold() not in NOT_NAMES}
