"""Decides what in an article's body belongs together: paragraphs, lists, tables, and the headings above them.

It reads one line at a time and refuses to know how long a passage may be. Numbered steps stay one list when a note or a
picture stands between them, as long as the numbers go on; a short line that ends in a colon belongs to what follows it.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Literal

MAX_HEADING = 120
LONGEST_LEAD = 200

Kind = Literal["words", "item", "row", "heading"]
Span = tuple[int, int]

_MARKDOWN_HEADING = re.compile(r"[ ]{0,3}(?P<marks>#{1,6})[ \t]+(?P<words>\S[^\n]*)")
_CAPITALS_LEVEL = 7  # a line in capitals stands below every Markdown heading
_LIST_ITEM = re.compile(r"[ \t]*(?:[-*+•–]|(?P<number>\d{1,3})[.)])[ \t]+\S")
_ROW = re.compile(r"[ \t]*\|[^\n]*\S")
_RULE = re.compile(r"[ \t]*\|?[ \t]*:?-{3,}[-: \t|]*$")
_FENCE = re.compile(r"[ \t]*(?:```|~~~)")
_INDENTED = re.compile(r"(?:[ ]{2,}|[ ]?\t)\S")


@dataclass(frozen=True, slots=True)
class Unit:
    """What should stand in one passage. `parts` are spans in order between which it may be cut if it must be, `path`
    the headings above it, outermost first; `lead` names what its later parts lose when they are cut off: the line that
    introduces a list, or the columns of a table. `is_whole` marks lists and tables."""

    parts: tuple[Span, ...]
    path: tuple[str, ...]
    lead: str = ""
    is_heading: bool = False
    is_whole: bool = False

    @property
    def start(self) -> int:
        return self.parts[0][0]

    @property
    def end(self) -> int:
        return self.parts[-1][1]


@dataclass(slots=True)
class _Block:
    """Lines that cannot be told apart: a paragraph, a list item, a row or a heading. `number` is a step's."""

    start: int
    end: int
    kind: Kind
    path: tuple[str, ...]
    number: int | None = None


@dataclass(slots=True)
class _Reader:
    """Cuts a body into blocks, one line at a time."""

    blocks: list[_Block] = field(default_factory=list)
    path: tuple[tuple[int, str], ...] = ()
    joined: bool = False
    fenced: bool = False

    def line(self, start: int, line: str) -> None:
        end = start + len(line.rstrip())
        if self.fenced or _FENCE.match(line):
            self._put(start, end, "words", goes_on=self.fenced or self.joined or self._continues_item(line))
            self.fenced ^= bool(_FENCE.match(line))
        elif not line.strip():
            self.joined = False
        elif words := heading_of(line):
            self._heading(start, end, line, words)
        elif item := _LIST_ITEM.match(line):
            self._put(start, end, "item", goes_on=False)
            self.blocks[-1].number = int(item["number"]) if item["number"] else None
        elif _ROW.match(line):
            self._put(start, end, "row", goes_on=False)
        else:
            self._put(start, end, "words", goes_on=self.joined or self._continues_item(line))

    def _heading(self, start: int, end: int, line: str, words: str) -> None:
        marked = _MARKDOWN_HEADING.match(line)
        level = len(marked["marks"]) if marked else _CAPITALS_LEVEL
        self.path = (*(step for step in self.path if step[0] < level), (level, words))
        self.blocks.append(_Block(start, end, "heading", self._steps()))
        self.joined = False

    def _put(self, start: int, end: int, kind: Kind, *, goes_on: bool) -> None:
        if goes_on and self.blocks and self.blocks[-1].kind not in ("row", "heading"):
            self.blocks[-1].end = max(end, self.blocks[-1].end)
        elif end > start:
            self.blocks.append(_Block(start, end, kind, self._steps()))
        self.joined = bool(self.blocks)

    def _continues_item(self, line: str) -> bool:
        return bool(self.blocks) and self.blocks[-1].kind == "item" and _INDENTED.match(line) is not None

    def _steps(self) -> tuple[str, ...]:
        return tuple(words for _, words in self.path)


def units(body: str) -> list[Unit]:
    """Return what belongs together in `body`, in order; only white space lies in none. Linear in the length."""
    reader, position = _Reader(), 0
    for line in body.splitlines(keepends=True):
        reader.line(position, line)
        position += len(line)
    groups: list[list[_Block]] = []
    for block in reader.blocks:
        if _goes_on_counting(groups, block):
            between = groups.pop()
            groups[-1] += [*between, block]
        elif groups and _belongs(body, groups[-1], block):
            groups[-1].append(block)
        else:
            groups.append([block])
    return [_unit(body, group) for group in groups]


def heading_of(line: str) -> str:
    """Return the words of a heading line (Markdown `#`, or a short line all in capitals), or ""."""
    if match := _MARKDOWN_HEADING.match(line):
        return match["words"].strip().rstrip("#").strip()[:MAX_HEADING]
    words = line.strip()
    letters = sum(character.isalpha() for character in words[:MAX_HEADING])
    plain = 4 <= len(words) <= 80 and words.isupper() and words[-1] not in ".!?,;" and not _LIST_ITEM.match(line)
    return words if plain and letters * 3 > len(words) * 2 else ""


def _belongs(body: str, group: Sequence[_Block], block: _Block) -> bool:
    if block.kind not in ("item", "row"):
        return False
    return group[-1].kind == block.kind or (len(group) == 1 and _introduces(body, group[0]))


def _introduces(body: str, block: _Block) -> bool:
    short = block.end - block.start <= LONGEST_LEAD
    return block.kind == "words" and short and body[block.end - 1] in ":："


def _goes_on_counting(groups: Sequence[Sequence[_Block]], block: _Block) -> bool:
    """Whether `block` is the next step of the list before the words before it."""
    if block.number is None or len(groups) < 2 or any(between.kind != "words" for between in groups[-1]):
        return False
    last = next((b.number for b in reversed(groups[-2]) if b.number is not None), None)
    return last is not None and block.number == last + 1 and groups[-2][-1].path == block.path


def _unit(body: str, group: Sequence[_Block]) -> Unit:
    first = group[0]
    if first.kind == "heading" or (first.kind == "words" and len(group) == 1):
        return Unit(((first.start, first.end),), first.path, is_heading=first.kind == "heading")
    lead = body[first.start : first.end].rstrip(":：").strip() if first.kind == "words" else ""
    rows = [block for block in group if block.kind == "row"]
    spans = [(block.start, block.end) for block in group]
    if len(rows) > 1 and _RULE.match(body[slice(*_span(rows[1]))]):
        lead = ", ".join(filter(None, [lead, *_cells(body[slice(*_span(rows[0]))])]))
        place = group.index(rows[1])
        spans[place - 1 : place + 1] = [(rows[0].start, rows[1].end)]
    return Unit(tuple(spans), first.path, " ".join(lead.split())[:LONGEST_LEAD], is_whole=True)


def _span(block: _Block) -> Span:
    return block.start, block.end


def _cells(row: str) -> Iterator[str]:
    return (cell.strip() for cell in row.strip().strip("|").split("|"))
