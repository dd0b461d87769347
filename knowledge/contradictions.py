"""Finds sentences of two passages that say the same with different facts: another amount, date, link, or a "not".

Only sentences whose words are nearly the same are compared, because only there a difference is a contradiction and not
another subject; what two articles tell in quite different words is missed. Pure: texts come in, findings go out.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from knowledge.common_words import COMMON_WORDS
from knowledge.facts import Token, Value, tokens, values
from knowledge.scope_words import ScopeWords, scope_words
from knowledge.sentences import sentence_spans

# of the words that say something, in both sentences, this share must be in both
ALIKE = 0.6
# a "not" turns a short sentence into another subject more easily than a number does
ALIKE_FOR_NEGATION = 0.75
FEWEST_SHARED = 3
LONGEST_SENTENCE = 600
MOST_SENTENCES = 60
HOURS = {
    "hour": 1.0, "day": 24.0, "week": 168.0, "stunde": 1.0, "stunden": 1.0, "tag": 24.0, "tage": 24.0, "tagen": 24.0,
    "woche": 168.0, "wochen": 168.0, "heure": 1.0, "jour": 24.0, "semaine": 168.0, "hora": 1.0, "día": 24.0,
    "semana": 168.0,
}  # fmt: skip
COMPARED = ("amount", "percentage", "quantity", "date", "time", "link", "email", "phone", "iban")
YES, NO = frozenset(("yes", "ja", "oui", "sí")), frozenset(("no", "nein", "non"))


@dataclass(frozen=True, slots=True)
class Side:
    """A sentence at `start`..`end` of its passage, and where in the sentence the fact stands (empty: its absence)."""

    text: str
    start: int
    end: int
    fact: tuple[int, int]


@dataclass(frozen=True, slots=True)
class Contradiction:
    """Two sentences and what differs. `kind` is "amount", "percentage", "quantity", "date", "time", "link", "email",
    "phone", "iban", "negation" or "yes or no"; `alike` in 0..1 is the share of words that both hold."""

    kind: str
    left: Side
    right: Side
    alike: float


@dataclass(frozen=True, slots=True)
class _Sentence:
    """A sentence as it is compared: its words that say something, names, values, and words that turn or bind it."""

    text: str
    start: int
    end: int
    words: frozenset[str]
    names: frozenset[str]
    values: tuple[Value, ...]
    negations: tuple[Token, ...]
    conditions: frozenset[str]
    answer: Token | None


def contradictions(left: str, right: str, language: str = "en") -> list[Contradiction]:
    """Return what differs between sentences of two passages that say the same, each sentence in one pair at most."""
    scope = scope_words(language)
    ours, theirs = _sentences(left, scope), _sentences(right, scope)
    return [found for a, b, alike in _aligned(ours, theirs) for found in _differences(a, b, alike)]


def same_subject(left_title: str, right_title: str) -> bool:
    """Whether two titles may speak of the same: not when each names a code, version or product that the other lacks."""
    ours, theirs = _marks(left_title), _marks(right_title)
    return not (ours - theirs and theirs - ours)


def _marks(title: str) -> set[str]:
    """The words of a title that no ordinary word looks like: with a digit, or with a capital inside."""
    return {
        token.text.casefold()
        for token in tokens(title)
        if any(character.isupper() for character in token.text[1:]) or any(map(str.isdigit, token.text))
    }


def without_forms(found: Sequence[Contradiction], most: int = 2) -> list[Contradiction]:
    """Leave out what only fills in a form: a sentence that meets more than `most` different facts in other articles
    ("Published on …") tells of each article and not of what both are about."""
    facts: dict[tuple[str, str], set[str]] = {}
    for one in found:
        facts.setdefault((one.left.text, one.kind), set()).add(one.right.text[slice(*one.right.fact)])
    return [one for one in found if len(facts[one.left.text, one.kind]) <= most]


def _sentences(text: str, scope: ScopeWords) -> list[_Sentence]:
    spans = [span for span in sentence_spans(text) if span[1] - span[0] <= LONGEST_SENTENCE][:MOST_SENTENCES]
    return [_read(text[start:end], start, end, scope) for start, end in spans]


def _read(text: str, start: int, end: int, scope: ScopeWords) -> _Sentence:
    read, found = tokens(text), tuple(values(text))
    taken = [(value.start, value.end) for value in found if value.kind in COMPARED]
    free = [token for token in read if not any(a <= token.start < b for a, b in taken)]
    plain = [token for token in free if token.kind == "word"]
    first = read[0] if read and read[0].text.casefold() in YES | NO else None
    turning = (t for t in plain if t.text.casefold() in scope.negations or t.text.casefold().endswith("n't"))
    negations = tuple(t for t in turning if t is not first)
    binding = frozenset(t.text.casefold() for t in plain if t.text.casefold() in scope.conditions)
    skipped = {token.start for token in (*negations, *([first] if first else ()))}
    said = [t for t in plain if t.start not in skipped and t.text.casefold() not in COMMON_WORDS]
    return _Sentence(
        text, start, end, frozenset(_stem(t.text) for t in said), frozenset(_names(read, free)), found, negations,
        binding, first,
    )  # fmt: skip


def _stem(word: str) -> str:
    """The word without case and plural: enough to see that two sentences use the same one."""
    low = word.casefold()
    return low[:-1] if len(low) > 3 and low.endswith("s") and not low.endswith("ss") else low


def _names(read: Sequence[Token], free: Sequence[Token]) -> Iterator[str]:
    """What names the subject: codes, and words that begin with a capital or hold one inside a sentence."""
    first = read[0].start if read else 0
    for token in free:
        shouts = any(character.isupper() for character in token.text[1:])
        if token.kind in ("code", "number") or shouts or (token.start != first and token.text[:1].isupper()):
            yield _stem(token.text)


def _aligned(ours: Sequence[_Sentence], theirs: Sequence[_Sentence]) -> Iterator[tuple[_Sentence, _Sentence, float]]:
    """Pairs of sentences that are each other's most alike."""
    for a in ours:
        best = max(theirs, key=lambda b: _alike(a, b), default=None)
        if best is None or _alike(a, best) < ALIKE or _shared(a, best) < FEWEST_SHARED:
            continue
        if a is max(ours, key=lambda other: _alike(other, best)):
            yield a, best, round(_alike(a, best), 3)


def _shared(a: _Sentence, b: _Sentence) -> int:
    """How much both speak of: words that say something, and kinds of values."""
    return len(a.words & b.words) + len(_by_unit(a.values).keys() & _by_unit(b.values).keys())


def _alike(a: _Sentence, b: _Sentence) -> float:
    together = len(a.words | b.words)
    return len(a.words & b.words) / together if together else 0.0


def _differences(a: _Sentence, b: _Sentence, alike: float) -> Iterator[Contradiction]:
    if (a.names - b.names and b.names - a.names) or a.conditions != b.conditions:
        return
    for kind, x, y in _values_that_differ(a, b):
        yield Contradiction(kind, _side(a, x.start, x.end), _side(b, y.start, y.end), alike)
    if alike >= ALIKE_FOR_NEGATION and len(a.negations) % 2 != len(b.negations) % 2:
        yield Contradiction("negation", _side(a, *_first(a.negations)), _side(b, *_first(b.negations)), alike)
    elif a.answer and b.answer and (a.answer.text.casefold() in YES) != (b.answer.text.casefold() in YES):
        yes, no = a.answer, b.answer
        yield Contradiction("yes or no", _side(a, yes.start, yes.end), _side(b, no.start, no.end), alike)


def _first(found: Sequence[Token]) -> tuple[int, int]:
    return (found[0].start, found[0].end) if found else (0, 0)


def _side(sentence: _Sentence, start: int, end: int) -> Side:
    return Side(sentence.text, sentence.start, sentence.end, (start, end))


def _values_that_differ(a: _Sentence, b: _Sentence) -> Iterator[tuple[str, Value, Value]]:
    """Of each unit, the one value that each sentence alone holds; one that only lists more contradicts nothing."""
    ours, theirs = _by_unit(a.values), _by_unit(b.values)
    for unit in sorted(ours.keys() & theirs.keys()):
        only_ours, only_theirs = ours[unit].keys() - theirs[unit].keys(), theirs[unit].keys() - ours[unit].keys()
        if len(only_ours) == len(only_theirs) == 1:
            x, y = ours[unit][only_ours.pop()], theirs[unit][only_theirs.pop()]
            yield x.kind, x, y


def _by_unit(found: Sequence[Value]) -> dict[str, dict[object, Value]]:
    """Values by what they measure, each under its quantity: 14 days and 2 weeks are the same."""
    units: dict[str, dict[object, Value]] = {}
    after = ""
    for place in reversed(range(len(found))):
        value = found[place]
        if value.kind not in COMPARED:
            continue
        unit, quantity = _measure(value)
        if unit in COMMON_WORDS:  # "3 to 5 days": the first number measures what the second does
            reaches = place + 1 < len(found) and found[place + 1].start - value.end <= 1
            unit = f"from, {after}" if reaches and after else ""
        if unit:
            units.setdefault(unit, {})[quantity] = value
        after = unit
    return units


def _measure(value: Value) -> tuple[str, object]:
    if value.kind not in ("amount", "percentage", "quantity"):
        return value.kind, value.key.rstrip("/").casefold()
    number, _, unit = value.key.partition(" ")
    plain, stem = number.replace(",", "."), _stem(unit)
    if stem in HOURS and plain.replace(".", "", 1).isdigit():
        return "a span of time", float(plain) * HOURS[stem]
    return stem, float(plain) if plain.replace(".", "", 1).isdigit() else number
