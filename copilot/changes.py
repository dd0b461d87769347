"""What a person changed in a text: word by word to be shown, sentence by sentence to be learned from.

Pure comparison of two texts; refuses to know whether a change is good. Long texts are compared coarsely, so that the
work stays bounded.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

from copilot.plaintext import plain, squeezed
from knowledge.sentences import sentence_spans, sentences

MOST_COMPARED = 1_000_000
"""Pairs of words or sentences; with more, everything between the common ends counts as changed."""

ALIKE = 0.5
SAME_WORDING = 0.75
MOST_GROUPED = 200
LONGEST_SENTENCE = 1_000


@dataclass(frozen=True, slots=True)
class Piece:
    """A run of words; `kind` is same, gone or new."""

    kind: str
    text: str

    @property
    def words(self) -> str:
        """The words without the white space behind them."""
        return self.text.rstrip()

    @property
    def space(self) -> str:
        """The white space behind the words."""
        return self.text[len(self.words) :]


@dataclass(frozen=True, slots=True)
class SentenceChange:
    """A sentence and what stands in its place; an empty `after` means that it was left out."""

    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Wording:
    """A way in which a sentence was put, how often, and by how many people."""

    text: str
    times: int
    people: int


def word_pieces(before: str, after: str) -> tuple[Piece, ...]:
    """Both texts as runs of words that stayed, went or came, lines kept."""
    old, new = _words(before), _words(after)
    pieces: list[Piece] = []
    for tag, a, b, c, d in _opcodes(old, new):
        if tag == "equal":
            pieces.append(Piece("same", "".join(old[a:b])))
            continue
        pieces += [Piece("gone", "".join(old[a:b]))] if b > a else []
        pieces += [Piece("new", "".join(new[c:d]))] if d > c else []
    return tuple(pieces)


def sentence_changes(before: str, after: str) -> tuple[SentenceChange, ...]:
    """The sentences of `before` that are not in `after`, each with the most similar new one in its place."""
    old, new = sentences_of(before), sentences_of(after)
    found: list[SentenceChange] = []
    for tag, a, b, c, d in _opcodes(old, new):
        if tag not in ("equal", "insert"):
            found += _paired(old[a:b], new[c:d])
    return tuple(found)


def sentences_of(text: str) -> list[str]:
    """The sentences of a text, line by line, white space squeezed."""
    return [squeezed(sentence) for line in text.split("\n") for sentence in sentences(line)]


def grouped(texts: Sequence[tuple[str, str]]) -> tuple[Wording, ...]:
    """Wordings of one sentence, each given as (text, who), those that are nearly the same as one; the most frequent
    first, each shown as it was put most often. At most `MOST_GROUPED` are read."""
    groups: list[list[tuple[str, str]]] = []
    for text, who in texts[:MOST_GROUPED]:
        home = next((group for group in groups if _likeness(group[0][0], text) >= SAME_WORDING), None)
        if home is None:
            groups.append([(text, who)])
        else:
            home.append((text, who))
    shown = [Wording(_most_frequent(group), len(group), len({who for _, who in group})) for group in groups]
    return tuple(sorted(shown, key=lambda wording: (-wording.people, -wording.times)))


def replaced(markdown: str, before: str, after: str) -> str | None:
    """The Markdown with the first sentence that reads `before` put as `after`; None when no sentence reads so."""
    wanted = squeezed(before)
    offset = 0
    for line in markdown.split("\n"):
        for start, end in sentence_spans(line):
            if squeezed(plain(line[start:end])) == wanted:
                head, tail = markdown[: offset + start], markdown[offset + end :]
                return head + after + (tail if after else tail.lstrip(" "))
        offset += len(line) + 1
    return _across_lines(markdown, wanted, after)


def _across_lines(markdown: str, wanted: str, after: str) -> str | None:
    """The same for a sentence that is broken over several lines."""
    for start, end in sentence_spans(markdown):
        if end - start <= LONGEST_SENTENCE * 2 and squeezed(plain(markdown[start:end])) == wanted:
            return markdown[:start] + after + markdown[end:]
    return None


def _paired(old: Sequence[str], new: Sequence[str]) -> Iterator[SentenceChange]:
    """Each old sentence with the new one most like it, none used twice; alone on both sides they belong together."""
    if len(old) == len(new) == 1:
        yield SentenceChange(old[0], new[0])
        return
    left = list(new) if len(old) * len(new) <= 2_500 else []
    for sentence in old:
        best = max(left, key=lambda other: _likeness(sentence, other), default=None)
        if best is None or _likeness(sentence, best) < ALIKE:
            yield SentenceChange(sentence, "")
        else:
            left.remove(best)
            yield SentenceChange(sentence, best)


def _likeness(one: str, other: str) -> float:
    """How alike two sentences are by their words, 0 to 1."""
    if one == other:
        return 1.0
    return SequenceMatcher(None, one[:LONGEST_SENTENCE].split(), other[:LONGEST_SENTENCE].split(), False).ratio()


def _most_frequent(group: Sequence[tuple[str, str]]) -> str:
    texts = [text for text, _ in group]
    return max(texts, key=lambda text: (texts.count(text), -texts.index(text)))


def _words(text: str) -> list[str]:
    """The words with the white space behind each, so that they join to the text again."""
    found: list[str] = []
    start = 0
    for place in range(1, len(text)):
        if text[place - 1].isspace() and not text[place].isspace():
            found.append(text[start:place])
            start = place
    return [*found, text[start:]] if text else []


def _opcodes(old: Sequence[str], new: Sequence[str]) -> Sequence[tuple[str, int, int, int, int]]:
    """As difflib tells it; too much to compare is one replacement between the common ends."""
    if len(old) * len(new) <= MOST_COMPARED:
        return SequenceMatcher(None, old, new, autojunk=False).get_opcodes()
    shorter, start, end = min(len(old), len(new)), 0, 0
    while start < shorter and old[start] == new[start]:
        start += 1
    while end < shorter - start and old[-1 - end] == new[-1 - end]:
        end += 1
    a, c = len(old) - end, len(new) - end
    spans = [("equal", 0, start, 0, start), ("replace", start, a, start, c), ("equal", a, len(old), c, len(new))]
    return [span for span in spans if span[2] > span[1] or span[4] > span[3]]
