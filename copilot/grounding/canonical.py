"""Brings a text to one form, in which texts that say the same in slightly other words are the same.

Only edits of the language's tables are taken out: everything else stays as it is written, so that two texts with the
same form differ in nothing but those. Refuses to know where a form comes from or what it is compared with.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache

from copilot.grounding.wording import Lead, Wording, by_first, wording
from knowledge.facts import MONTHS, Token, date_key, tokens, unit_key

LEADS_IN_A_ROW = 3
_NOT = {"can't": ("can", "not"), "won't": ("will", "not"), "shan't": ("shall", "not"), "cannot": ("can", "not")}


@dataclass(slots=True)
class Item:
    """One word of the form. `first`..`last` are the tokens that it stands for; `pause` is the mark before it."""

    word: str
    first: int
    last: int
    pause: str


def canonical(read: Sequence[Token], start: int, end: int, words: Wording, *, opens: bool = True) -> list[Item]:
    """The form of the tokens `start`..`end` (a sentence, or what stands for one).

    `opens` says whether they begin a sentence, so that a capital letter there means nothing.
    """
    if words.verbatim:
        return [Item(read[at].text, at, at, read[at].pause) for at in range(start, end)]
    items = _joined(_spelled(read, start, end, words, opens), words)
    items = _without(items, words)
    return addressed(items, words)


def _spelled(read: Sequence[Token], start: int, end: int, words: Wording, opens: bool) -> list[Item]:
    items: list[Item] = []
    at = start
    while at < end:
        token = read[at]
        if _may_be_dated(token) and (dated := date_key(read[at : min(end, at + 7)], 0)):
            items.append(Item(dated[0], at, at + dated[1] - 1, token.pause))
            at += dated[1]
            continue
        pause = token.pause
        for word in _words(token, words, opens and at == start):
            items.append(Item(word, at, at, pause))
            pause = ""
        at += 1
    return items


def _may_be_dated(token: Token) -> bool:
    return token.kind == "number" or (token.text[0].isupper() and token.text.casefold() in MONTHS)


def _words(token: Token, words: Wording, first: bool) -> tuple[str, ...]:
    if token.kind != "word":
        return (unit_key(token.text) or token.text,)
    text = token.text.replace("’", "'")
    lower = text.lower()
    if unit := unit_key(lower):
        return (unit,)
    if lower in words.exact_case or (len(text) == 1 and text.isupper() and not first and text != "I"):
        return (text,)
    if text not in (lower, lower.capitalize()) and not words.scope.kind(lower):
        return (text,)  # capitals within a word make a name or a code of it
    return _english(lower, words) if words.contracted else (words.numbers.get(lower, lower),)


def _english(lower: str, words: Wording) -> tuple[str, ...]:
    """An English word with its contraction spelled out; number words as figures."""
    if lower in _NOT:
        return _NOT[lower]
    if lower.endswith("n't"):
        return lower[:-3], "not"
    stem, mark, ending = lower.partition("'")
    if mark and ending in words.contracted and (ending != "s" or stem in words.before_s):
        return stem, words.contracted[ending]
    return (words.numbers.get(lower, lower),)


def _joined(items: list[Item], words: Wording) -> list[Item]:
    """Phrases and words in the one wording that stands for all; a phrase never reaches over a pause."""
    found: list[Item] = []
    at = 0
    while at < len(items):
        length, stands = _phrase(items, at, words)
        last = items[at + length - 1]
        for number, word in enumerate(stands):
            found.append(Item(word, items[at].first, last.last, "" if number else items[at].pause))
        at += length
    return found


def _phrase(items: list[Item], at: int, words: Wording) -> tuple[int, tuple[str, ...]]:
    word = items[at].word
    for phrase, stands in words.phrases.get(word, ()):
        if len(phrase) == 1 or _stands(items, at, phrase):
            return len(phrase), stands
    return 1, (words.agreement.get(word, word),)


def _stands(items: list[Item], at: int, phrase: tuple[str, ...]) -> bool:
    if at + len(phrase) > len(items):
        return False
    for number in range(1, len(phrase)):
        item = items[at + number]
        if item.pause or item.word != phrase[number]:
            return False
    return True


def _without(items: list[Item], words: Wording) -> list[Item]:
    """Without articles, politeness, and the "that" before a clause."""
    kept: list[Item] = []
    pause = ""
    for at, item in enumerate(items):
        following = items[at + 1].word if at + 1 < len(items) else ""
        bare = item.word == "that" and following in words.determiners and kept
        if item.word in words.left_out or (bare and kept[-1].word.partition("+")[0] in words.complement_after):
            pause = pause or item.pause
            continue
        if pause and not item.pause:
            item.pause = pause
        pause = ""
        kept.append(item)
    return kept or items


def addressed(items: list[Item], words: Wording) -> list[Item]:
    """With "you" for the customer, where the sentence speaks of one and to none."""
    present = {item.word.removesuffix("'s") for item in items}
    if words.role_words.isdisjoint(present) or not words.second_person.isdisjoint(present):
        return items
    places = [(at, length) for at in range(len(items)) if (length := _role(items, at, words))]
    roles = {items[at + length - 1].word.removesuffix("'s").removesuffix("s") for at, length in places}
    if len(roles) != 1:
        return items
    return _spoken_to(items, dict(places), words)


def _role(items: list[Item], at: int, words: Wording) -> int:
    for length in (2, 1):
        if at + length <= len(items):
            phrase = tuple(item.word for item in items[at : at + length])
            if phrase in words.roles or (phrase[-1].endswith("'s") and (phrase[-1][:-2],) in words.roles):
                return length
    return 0


def _spoken_to(items: list[Item], places: dict[int, int], words: Wording) -> list[Item]:
    found: list[Item] = []
    at = 0
    while at < len(items):
        item, length = items[at], places.get(at, 1)
        if at in places:
            owns = items[at + length - 1].word.endswith("'s")
            item = Item(words.your if owns else words.you, item.first, items[at + length - 1].last, item.pause)
        elif item.word in words.their:
            item = Item(words.your, item.first, item.last, item.pause)
        elif found and found[-1].word == words.you and words.contracted:
            item = Item(agreeing(item.word), item.first, item.last, item.pause)
        found.append(item)
        at += length
    return found


def agreeing(word: str) -> str:
    """The form of a verb after "you": "needs" becomes "need"."""
    if word.endswith("+s"):
        return word[:-2]
    if not word.isalpha() or not word.endswith("s") or word.endswith(("ss", "us", "is")):
        return word
    if word.endswith("ies"):
        return word[:-3] + "y"
    return word[:-2] if word.endswith(("shes", "ches", "xes", "sses")) else word[:-1]


@cache
def openings(language: str) -> Mapping[str, tuple[Lead, ...]]:
    """The leads of a language in the form of sentences, by their first word, longest first."""
    words = wording(language)
    found = []
    for lead in words.leads:
        read = tokens(" ".join(lead.words))
        form = tuple(item.word for item in canonical(read, 0, len(read), words))
        found.append((form, Lead(form, lead.after)))
    return by_first(found)


def opening(items: Sequence[Item], at: int, language: str) -> int:
    """Where the sentence begins that opens at `at`, once what may come or go before it is passed over."""
    leads = openings(language)
    for _ in range(LEADS_IN_A_ROW):
        first = items[at].word if at < len(items) else ""
        length = next((found for lead in leads.get(first, ()) if (found := _lead(items, at, lead))), 0)
        if not length:
            break
        at += length
    return at


def _lead(items: Sequence[Item], at: int, lead: Lead) -> int:
    """The number of words of this lead that stand at `at`; 0 when it does not, or when nothing follows it."""
    end = at + len(lead.words)
    if end >= len(items) or tuple(item.word for item in items[at:end]) != lead.words:
        return 0
    if items[end].word in ("that", "que") and lead.after != "," and end + 1 < len(items):
        return len(lead.words) + 1
    return len(lead.words) if items[end].pause or not lead.after else 0
