"""Decides whether people accepted a draft: sent as it was, or with an edit that changes no fact and keeps the text.

Pure comparison of two texts. A fact is a number with its unit, an amount, a date, a link, an address, a code (as
`knowledge.facts` reads them), a number word, a name or a negation, in English, German, French or Spanish. Both texts
are laid side by side, and a fact that does not stand where it stood was changed: "5 days" and "14 days" that changed
places are two changes, and so is "cannot" in another clause. What cannot be told from a fact counts as one (German
nouns, a word that opens a sentence), so that doubt speaks against the draft. Greeting, courtesy, signature and white
space do not count. Refuses to know who edited and what follows from it.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

from copilot.acceptance_words import ADDRESSED, CLOSINGS, GREETINGS, NEGATIONS, NUMBER_WORDS, PLAIN_OPENINGS
from copilot.courtesy import COURTESY
from knowledge.facts import values

LEAST_KEPT = 0.9
MOST_ADDED = 0.2
MOST_COMPARED = 4_000_000
"""Pairs of words that are compared one by one; longer texts are compared from both ends only."""

LONGEST_COURTESY = 8
EDGES = ".,;:!?…()[]{}<>\"'«»„“”‘’*_–—"
SYMBOLS = "€$£%"
OPENERS = re.compile(r"[.!?…:][\"'»”’)\]]*\Z")
TELLING = re.compile(r"\d|@|://|www\.")
"""What every value holds; looked for first because reading values takes longer."""

DOMAIN = re.compile(r"[^\W\d_]{2}\.[^\W\d_]{2}")
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


@dataclass(frozen=True, slots=True)
class Item:
    """A word, or a value with its unit. Two are the same when their `key` is; `size` is in characters. `kind` is value,
    name or negation for a fact, and empty for everything else."""

    key: str
    size: int
    kind: str = ""
    shown: str = ""


NOT_SENT = Acceptance(accepted=False, kept=0.0)


def judge(drafted: str, sent: str | None) -> Acceptance:
    """Whether `drafted` was accepted by sending `sent`; None: nothing like it was sent (rejected, or ignored)."""
    if sent is None:
        return NOT_SENT
    before, after = _told(drafted), _told(sent)
    if before == after:
        return Acceptance(accepted=True, kept=1.0)
    old, new = _items(before), _items(after)
    mine, theirs = _matched([item.key for item in old], [item.key for item in new])
    lost = [item for place, item in enumerate(old) if place not in mine]
    found = [item for place, item in enumerate(new) if place not in theirs]
    kept, added = _share(old, mine), 1 - _share(new, theirs)
    changed = tuple(_changes(lost, found))
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


def _items(lines: Sequence[Sequence[str]]) -> list[Item]:
    """What the lines are made of, in order."""
    return [item for line in lines for item in _read(line)]


def _read(line: Sequence[str]) -> Iterator[Item]:
    """Values with their units as one piece each, the other words one by one."""
    text, place, start, opening = " ".join(line), 0, 0, True
    found = values(text) if TELLING.search(text) else []
    for word in line:
        end, first = start + len(word), place
        while place < len(found) and found[place].start < end:
            value = found[place]
            yield Item(value.key, value.end - value.start, "value", value.text)
            place += 1
        if first == place and not (place and found[place - 1].end > start):
            yield _word(word, opening)
        opening, start = bool(OPENERS.search(word)) or not _core(word), end + 1


def _word(word: str, opening: bool) -> Item:
    core, bare = _core(word), _bare(word)
    if _is_value(word) or DOMAIN.search(core):
        return Item(core, len(word), "value", core)
    if bare in NUMBER_WORDS:
        return Item(bare, len(word), "value", bare)
    if bare in NEGATIONS or bare.endswith("n't"):
        shown = "not" if bare.endswith("n't") or bare == "cannot" else bare
        return Item(shown, len(word), "negation", shown)
    # any other word that opens a sentence may be a name
    plain = bare in ADDRESSED or (opening and bare in PLAIN_OPENINGS)
    return Item(bare, len(word), "name" if core[:1].isupper() and not plain else "", core)


def _matched(old: Sequence[str], new: Sequence[str]) -> tuple[set[int], set[int]]:
    """The places in both of what they share in the same order."""
    shortest = min(len(old), len(new))
    start = next((n for n in range(shortest) if old[n] != new[n]), shortest)
    rest = shortest - start
    end = next((n for n in range(rest) if old[-1 - n] != new[-1 - n]), rest)
    mine, theirs = {*range(start), *range(len(old) - end, len(old))}, {*range(start), *range(len(new) - end, len(new))}
    old, new = old[start : len(old) - end], new[start : len(new) - end]
    if len(old) * len(new) <= MOST_COMPARED:
        for block in SequenceMatcher(None, old, new, autojunk=False).get_matching_blocks():
            mine.update(range(start + block.a, start + block.a + block.size))
            theirs.update(range(start + block.b, start + block.b + block.size))
    return mine, theirs


def _share(items: Sequence[Item], places: set[int]) -> float:
    """The share of the characters that stand at these places; of nothing, all of it."""
    whole = sum(item.size for item in items)
    return sum(items[place].size for place in places) / whole if whole else 1.0


def _changes(lost: Sequence[Item], found: Sequence[Item]) -> Iterator[str]:
    """What became of the facts that stand no longer, or newly, where they stood: the first lost value beside the first
    new one, and so on."""
    for kind in ("value", "name", "negation"):
        gone, come = ([item for item in items if item.kind == kind] for items in (lost, found))
        paired = min(len(gone), len(come))
        for a, b in zip(gone, come, strict=False):
            yield f"{a.shown} moved" if a.key == b.key else f"{a.shown} → {b.shown}"
        yield from (f"{item.shown} left out" for item in gone[paired:])
        yield from (f"{item.shown} added" for item in come[paired:])


def _is_value(word: str) -> bool:
    return any(c.isdigit() or c in SYMBOLS or c == "@" for c in word) or "://" in word or word.startswith("www.")


def _core(word: str) -> str:
    return word.strip(EDGES)


def _bare(word: str) -> str:
    return _core(word).casefold().replace("’", "'")
