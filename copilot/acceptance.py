"""Decides whether people accepted a draft: sent as it was, or with an edit that changes no fact and keeps the text.

Pure comparison of two texts. A fact is a number with its unit, an amount, a date, a link, an address, a code, a name or
a negation, in English, German, French or Spanish. What cannot be told from a fact counts as one (German nouns, a new
word that opens a sentence), so that doubt speaks against the draft. Greeting, courtesy, signature and white space do
not count. Refuses to know who edited and what follows from it.
"""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

from copilot.acceptance_words import ADDRESSED, CLOSINGS, GREETINGS, NEGATIONS, NUMBER_WORDS, PLAIN_OPENINGS
from copilot.courtesy import COURTESY

LEAST_KEPT = 0.9
MOST_ADDED = 0.2
MOST_COMPARED = 4_000_000
"""Pairs of words that are compared one by one; longer texts are compared from both ends only."""

LONGEST_COURTESY = 8
EDGES = ".,;:!?…()[]{}<>\"'«»„“”‘’*_–—"
SYMBOLS = "€$£%"
OPENERS = re.compile(r"[.!?…:][\"'»”’)\]]*\Z")
FIXED = frozenset(
    phrase for words in COURTESY.values() for phrase in (words.greeting, words.opening, words.offer, words.closing)
)


@dataclass(frozen=True, slots=True)
class Acceptance:
    """What a person's handling says of a draft.

    `kept` is the share of the draft's words that was sent, `added` the share of the sent words that is new, both from 0
    to 1 and without courtesy. `changed_facts` are in plain words, such as "14 days → 30 days".
    """

    accepted: bool
    kept: float
    changed_facts: tuple[str, ...] = ()
    added: float = 0.0


NOT_SENT = Acceptance(accepted=False, kept=0.0)


def judge(drafted: str, sent: str | None) -> Acceptance:
    """Whether `drafted` was accepted by sending `sent`; None: nothing like it was sent (rejected, or ignored)."""
    if sent is None:
        return NOT_SENT
    before, after = _told(drafted), _told(sent)
    if before == after:
        return Acceptance(accepted=True, kept=1.0)
    kept, added = _shares(before, after)
    changed = tuple(_changes(before, after))
    accepted = not changed and kept >= LEAST_KEPT and added <= MOST_ADDED
    return Acceptance(accepted, round(kept, 4), changed, round(added, 4))


def _told(text: str) -> list[list[str]]:
    """The words of each line that tells something, courtesy left out."""
    lines = [line for line in (line.split() for line in text.splitlines()) if line]
    if lines and _is_greeting(lines[0]):
        lines = lines[1:]
    lines = lines[: _signature(lines)]
    return [line for line in lines if " ".join(line) not in FIXED]


def _is_greeting(line: Sequence[str]) -> bool:
    short = len(line) <= LONGEST_COURTESY and not any(map(_is_value, line))
    return short and _bare(line[0]) in GREETINGS and line[-1][-1] in ",!:-–"


def _signature(lines: Sequence[Sequence[str]]) -> int:
    """Where the signature begins: a short closing line among the last four, with nothing after it but short lines."""
    for place in range(max(0, len(lines) - 4), len(lines)):
        tail = lines[place:]
        short = all(len(line) <= LONGEST_COURTESY and not any(map(_is_value, line)) for line in tail)
        if short and _bare(tail[0][0]) in CLOSINGS and not OPENERS.search(tail[0][-1]):
            return place
    return len(lines)


def _shares(before: Sequence[Sequence[str]], after: Sequence[Sequence[str]]) -> tuple[float, float]:
    """How much of the one was kept, and how much of the other is new, by characters of words."""
    old, new = [w for line in before for w in line], [w for line in after for w in line]
    same = sum(len(word) for word in _common(old, new))
    whole, result = sum(map(len, old)), sum(map(len, new))
    return (same / whole if whole else float(not new)), (1 - same / result if result else 0.0)


def _common(old: Sequence[str], new: Sequence[str]) -> Iterator[str]:
    """The words that both share in the same order."""
    start = 0
    while start < min(len(old), len(new)) and old[start] == new[start]:
        start += 1
    end = 0
    while end < min(len(old), len(new)) - start and old[-1 - end] == new[-1 - end]:
        end += 1
    yield from old[:start]
    yield from old[len(old) - end :]
    old, new = old[start : len(old) - end], new[start : len(new) - end]
    if len(old) * len(new) <= MOST_COMPARED:
        for block in SequenceMatcher(None, old, new, autojunk=False).get_matching_blocks():
            yield from old[block.a : block.a + block.size]


def _facts(lines: Sequence[Sequence[str]], others: set[str]) -> Iterator[tuple[str, str]]:
    """(kind, fact) of everything that could do harm when wrong, in order; `others` are the words of the other text."""
    for line in lines:
        opening = True
        for place, word in enumerate(line):
            following = line[place + 1] if place + 1 < len(line) else ""
            fact = _fact(word, following)
            # a word that opens a sentence is capitalised anyway: only one that is all new may be a name
            if fact and not (opening and fact[0] == "name" and _bare(word) in others | PLAIN_OPENINGS):
                yield fact
            opening = bool(OPENERS.search(word)) or not _core(word)


def _fact(word: str, following: str) -> tuple[str, str] | None:
    core, bare = _core(word), _bare(word)
    if _is_value(word):
        unit = "" if OPENERS.search(word) or not _is_number(core) else _bare(following)
        return "value", f"{core} {unit}".strip()
    if bare in NUMBER_WORDS:
        return "value", bare
    if bare in NEGATIONS or bare.endswith("n't"):
        return "negation", "not" if bare.endswith("n't") or bare == "cannot" else bare
    return ("name", core) if core[:1].isupper() and bare not in ADDRESSED else None


def _changes(before: Sequence[Sequence[str]], after: Sequence[Sequence[str]]) -> Iterator[str]:
    """The facts of which there is now more or less, the first lost value beside the first new one, and so on."""
    old, new = Counter(_facts(before, _words(after))), Counter(_facts(after, _words(before)))
    lost, found = list((old - new).elements()), list((new - old).elements())
    for kind in ("value", "name", "negation"):
        gone = [fact for k, fact in lost if k == kind]
        come = [fact for k, fact in found if k == kind]
        paired = min(len(gone), len(come))
        yield from (f"{a} → {b}" for a, b in zip(gone, come, strict=False))
        yield from (f"{fact} left out" for fact in gone[paired:])
        yield from (f"{fact} added" for fact in come[paired:])


def _words(lines: Sequence[Sequence[str]]) -> set[str]:
    return {_bare(word) for line in lines for word in line}


def _is_value(word: str) -> bool:
    return any(c.isdigit() or c in SYMBOLS or c == "@" for c in word) or "://" in word or word.startswith("www.")


def _is_number(core: str) -> bool:
    return bool(core) and all(c.isdigit() or c in "€$£.,:/-–" for c in core)


def _core(word: str) -> str:
    return word.strip(EDGES)


def _bare(word: str) -> str:
    return _core(word).casefold().replace("’", "'")
