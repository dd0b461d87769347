"""Reads a text as words, pauses and values: links, addresses, amounts, dates, shares, versions, each with its unit.

Pure, linear in the length. It decides what counts as one token and which tokens make up one value that would do harm
when wrong. Refuses to know whether a value is right: grounding and contradictions compare.
"""

import re
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

LONGEST_TOKEN = 400
PAUSES = {",": ",", "(": ",", ")": ",", ":": ",", "–": ",", "—": ",", "-": ",", ";": ";", ".": ".", "!": ".", "…": "."}
RANK = {"": 0, ",": 1, ";": 2, ".": 3}
_CHUNK = re.compile(r"\S+")
_WORD = re.compile(r"[^\W\d_]+(?:['’-][^\W\d_]+)*['’]?")
_PLAIN = re.compile(r"([^\W\d_]+)([.,;:!]?)")
_OPENING = re.compile(r"[(\[{\"'‘’“”„‚«»‹›`¿¡,;:]+")
_CLOSING = re.compile(r"[)\]}\"'’“”»«‹›`.,;:!?…™®©]+\Z")
_LINK = re.compile(r"https?://|www\.|ftp://|mailto:", re.IGNORECASE)
_EMAIL = re.compile(r"[\w.+%-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,8}")
_NUMBER = re.compile(r"([€$£¥])?([+-]?\d(?:[\d.,:/'’–-]*\d)?)([%‰€$£¥]|[^\W\d_]{2,5})?")
_DASHES = re.compile(r"(?<=[^\W\d_])[—–](?=[^\W\d_])")
_GLUED = re.compile(r"([^\W\d_]*[a-zß-öø-ÿ]{2})\.([A-ZÀ-Þ][a-zß-öø-ÿ][^\W\d_]*)")
_MARKS = frozenset("-–—•·*|")
CURRENCIES = {"€": "€", "eur": "€", "euro": "€", "euros": "€", "£": "£", "gbp": "£", "$": "$", "¥": "¥", "usd": "usd"}
CURRENCIES |= {"chf": "chf", "cad": "cad", "aud": "aud", "jpy": "¥"}
SHARES = {"%": "%", "percent": "%", "prozent": "%", "pourcent": "%"}


@dataclass(frozen=True, slots=True)
class Token:
    """A piece of text at `start`..`end`. `kind` is "word", "number", "code", "link", "email" or "sign"; `pause` is the
    strongest mark before it: "", ",", ";" or "."; a question mark is a sign of its own."""

    text: str
    start: int
    end: int
    kind: str
    pause: str


@dataclass(frozen=True, slots=True)
class Value:
    """Something that would do harm when wrong. `key` is the form to compare, unit included; `kind` is "link", "email",
    "iban", "phone", "amount", "percentage", "date", "time", "quantity", "code" or "number"."""

    text: str
    key: str
    kind: str
    start: int
    end: int


def tokens(text: str) -> list[Token]:
    """The tokens of a text in order; between them stand only white space, pauses, brackets and quotation marks."""
    found: list[Token] = []
    pause = ""
    for chunk in _CHUNK.finditer(text):
        plain = _PLAIN.fullmatch(chunk.group())
        if plain:
            found.append(Token(plain[1], chunk.start(), chunk.start() + len(plain[1]), "word", pause))
            pause = PAUSES.get(plain[2], "")
        else:
            pause = _read(chunk.group(), chunk.start(), pause, found)
    return found


def _read(chunk: str, start: int, pause: str, found: list[Token]) -> str:
    """Add what a chunk between white space holds; return the pause that follows it."""
    if len(chunk) > LONGEST_TOKEN:
        found.append(Token(chunk, start, start + len(chunk), "code", pause))
        return ""
    opening = _OPENING.match(chunk)
    first = opening.end() if opening else 0
    closing = _CLOSING.search(chunk, first)
    last = closing.start() if closing else len(chunk)
    pause = _stronger(pause, chunk[:first])
    core = chunk[first:last]
    if core and _MARKS.issuperset(core):
        pause, core = _stronger(pause, "-"), ""
    for part in _parts(core, start + first, pause):
        found.append(part)
        pause = ""
    tail = chunk[last:]
    if "?" in tail:
        found.append(Token("?", start + last, start + len(chunk), "sign", ""))
    return _stronger(pause, tail)


def _stronger(pause: str, marks: str) -> str:
    return max((pause, *(PAUSES.get(mark, "") for mark in marks)), key=RANK.__getitem__)


def _parts(core: str, start: int, pause: str) -> Iterator[Token]:
    if not core:
        return
    if _WORD.fullmatch(core):
        yield Token(core, start, start + len(core), "word", pause)
    elif _LINK.match(core):
        yield Token(core, start, start + len(core), "link", pause)
    elif _EMAIL.fullmatch(core):
        yield Token(core, start, start + len(core), "email", pause)
    elif (dashes := _DASHES.search(core)) is not None:
        yield from _parts(core[: dashes.start()], start, pause)
        yield from _parts(core[dashes.end() :], start + dashes.end(), ",")
    elif (glued := _GLUED.fullmatch(core)) is not None:  # a stop without a space behind it
        yield Token(glued[1], start, start + glued.end(1), "word", pause)
        yield Token(glued[2], start + glued.start(2), start + len(core), "word", ".")
    elif (number := _NUMBER.fullmatch(core)) is not None:
        yield from _number(number, start, pause)
    else:
        kind = "code" if any(character.isalnum() for character in core) else "sign"
        yield Token(core, start, start + len(core), kind, pause)


def _number(match: re.Match[str], start: int, pause: str) -> Iterator[Token]:
    """The number, then the unit that is written onto it: "€5" and "5€" are read alike."""
    yield Token(match[2].replace("–", "-"), start + match.start(2), start + match.end(2), "number", pause)
    for group in (1, 3):
        if match[group]:
            kind = "word" if match[group].isalpha() else "sign"
            yield Token(match[group], start + match.start(group), start + match.end(group), kind, "")


def unit_key(word: str) -> str | None:
    """The one name of a currency or share sign ("EUR" and "€" are the same); None for any other word."""
    folded = word.casefold()
    return CURRENCIES.get(folded) or SHARES.get(folded)


# these count nothing by themselves: "5 working days"
QUALIFIERS = frozenset({"working", "business", "calendar", "more", "further", "additional"})
_MONTHS = {
    "en": "january february march april may june july august september october november december",
    "de": "januar februar märz april mai juni juli august september oktober november dezember",
    "fr": "janvier février mars avril mai juin juillet août septembre octobre novembre décembre",
    "es": "enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre",
}
MONTHS: Mapping[str, int] = {
    name: number for names in _MONTHS.values() for number, name in enumerate(names.split(), start=1)
} | {name[:3]: number for number, name in enumerate(_MONTHS["en"].split(), start=1) if name != "may"}
_ISO_DATE = re.compile(r"(\d{4})-(\d\d)-(\d\d)")
_TIME = re.compile(r"\d{1,2}:\d\d(?::\d\d)?")
_IBAN = re.compile(r"[A-Z]{2}\d{2}(?:[ ]?[A-Z0-9]{4}){2,7}(?:[ ]?[A-Z0-9]{1,4})?(?![A-Z0-9])")
_PHONE = re.compile(r"(?<![\w.,/-])\+?\(?\d[\d ()/-]{5,22}\d(?![\w/-])")


def date_key(read: Sequence[Token], place: int) -> tuple[str, int] | None:
    """A date written with its month's name, or as 2027-01-31, that begins at `place`: its key and its number of tokens.

    A date without a year has the key "0000-MM-DD". Ordinals ("3rd", "1er") and "de" between the parts are read over.
    """
    if iso := _ISO_DATE.fullmatch(read[place].text):
        return "-".join(iso.groups()), 1
    numbers: list[str] = []
    month, at = 0, place
    while at < len(read) and at - place < 7:
        text, kind = read[at].text.casefold().rstrip("."), read[at].kind
        if kind == "number" and text.isdigit() and len(text) in (1, 2, 4) and len(numbers) < 2:
            numbers.append(text)
        elif text in MONTHS and not month and (numbers or read[at].text[0].isupper()):
            month = MONTHS[text]
        elif not (numbers and text in ("st", "nd", "rd", "th", "er", "of", "de", "del")):
            break
        at += 1
        if month and numbers and len(numbers[-1]) == 4:
            break
    while at > place and read[at - 1].text.casefold() in ("of", "de", "del"):
        at -= 1
    return _dated(numbers, month, at - place) if month else None


def _dated(numbers: list[str], month: int, length: int) -> tuple[str, int] | None:
    days = [number for number in numbers if len(number) < 3]
    years = [number for number in numbers if len(number) == 4]
    if len(days) != 1 or not 1 <= int(days[0]) <= 31 or len(numbers) != len(days) + len(years):
        return None
    return f"{years[0] if years else '0000'}-{month:02}-{int(days[0]):02}", length


def values(text: str) -> list[Value]:
    """Every value of a text in order, none twice at one place."""
    accounts = [Value(m.group(), "".join(m.group().split()), "iban", *m.span()) for m in _IBAN.finditer(text)]
    phones = [phone for m in _PHONE.finditer(text) if (phone := _phone(m))]
    taken = sorted((*accounts, *_apart(phones, accounts)), key=_start)
    return sorted((*taken, *_apart(_values(text), taken)), key=_start)


def _phone(match: re.Match[str]) -> Value | None:
    digits = "".join(character for character in match.group() if character.isdigit())
    grouped = match.group().startswith("+") or re.search(r"\d[ )/-]+\d", match.group())
    if not grouped or not 7 <= len(digits) <= 15 or _ISO_DATE.fullmatch(match.group().strip()):
        return None
    return Value(match.group(), digits, "phone", *match.span())


def _start(value: Value) -> int:
    return value.start


def _apart(found: Iterable[Value], taken: Sequence[Value]) -> Iterator[Value]:
    """Those that overlap none of `taken`, which stand in order and apart from each other."""
    for value in found:
        place = bisect_left(taken, value.end, key=_start)
        if place == 0 or taken[place - 1].end <= value.start:
            yield value


def _values(text: str) -> Iterator[Value]:
    read = tokens(text)
    place = 0
    while place < len(read):
        value, length = _value(text, read, place)
        if value:
            yield value
        place += length


def _value(text: str, read: Sequence[Token], place: int) -> tuple[Value | None, int]:
    token = read[place]
    if dated := date_key(read, place):
        last = read[place + dated[1] - 1]
        return Value(text[token.start : last.end], dated[0], "date", token.start, last.end), dated[1]
    if token.kind in ("link", "email"):
        return Value(token.text, token.text, token.kind, token.start, token.end), 1
    if token.kind == "code" and any(character.isdigit() for character in token.text):
        return Value(token.text, token.text, "code", token.start, token.end), 1
    return _counted(text, read, place) if token.kind == "number" else (None, 1)


def _counted(text: str, read: Sequence[Token], place: int) -> tuple[Value | None, int]:
    """A number with the unit that stands beside it: a sign, a currency or the word that is counted."""
    token = read[place]
    following = read[place + 1] if place + 1 < len(read) else None
    if following is None or following.pause or following.kind not in ("word", "sign"):
        kind = "time" if _TIME.fullmatch(token.text) else "number"
        return Value(token.text, token.text, kind, token.start, token.end), 1
    unit = unit_key(following.text)
    further = read[place + 2] if place + 2 < len(read) else None
    if following.text.casefold() in QUALIFIERS and further and further.kind == "word" and not further.pause:
        key = f"{token.text} {following.text.casefold()} {further.text.casefold()}"
        return Value(text[token.start : further.end], key, "quantity", token.start, further.end), 3
    if unit is None and following.kind == "sign":
        return Value(token.text, token.text, "number", token.start, token.end), 1
    kind = "quantity" if unit is None else "percentage" if unit == "%" else "amount"
    start, end = min(token.start, following.start), max(token.end, following.end)
    return Value(text[start:end], f"{token.text} {unit or following.text.casefold()}", kind, start, end), 2
