"""Decides what of a Markdown text its readers never see, and takes it out: what nobody could review must not be quoted.

That is HTML comments, elements that a browser does not show, and characters without a shape. Code keeps its text, since
a browser shows it there. Refuses to read style sheets: an element that only its class hides is not found.
"""

import html
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cache
from typing import Literal

from markdown_it import MarkdownIt

_INVISIBLE = re.compile(
    "[\x01-\x08\x0b-\x1f\x7f-\x9f\u00ad\u034f\u061c\u17b4\u17b5\u180b-\u180f\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f"
    "\ufeff\ufff9-\ufffb\U000e0000-\U000e007f]+"
)
# joiners mean something in other scripts and between emoji alone, a second variation selector nowhere
_LATIN = r"\s!-\u024f"
_JOINERS = r"(?<![\u200c\u200d])[\u200c\u200d]++"
_MISPLACED = re.compile(
    rf"{_JOINERS}(?=[{_LATIN}]|\Z)|(?<![^{_LATIN}]){_JOINERS}"
    "|(?<=[\ufe00-\ufe0f\U000e0100-\U000e01ef])[\ufe00-\ufe0f\U000e0100-\U000e01ef]+"
)

MOST_PASSES = 10
_NEVER_SHOWN = "script|style|template|noscript|iframe|object|datalist"
_VOID = frozenset(
    ("area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr")
)
# the counts bound what a hostile text can make of quotes that do not close
_ATTRIBUTES = r"(?:[^\"'<>]++|\"[^\"]{0,2000}\"|'[^']{0,2000}'){0,60}+"
_TAG = rf"<(?P<slash>/?)(?P<name>[a-z][a-z0-9-]{{0,40}})(?P<attributes>{_ATTRIBUTES})>"
_MARK = re.compile(rf"\\.|(?P<ticks>`++)|(?P<comment><!--)|{_TAG}", re.IGNORECASE)
_ANY_TAG = re.compile(_TAG, re.IGNORECASE)
_ANY_MARK = re.compile(rf"<!--(?:[^\n]{{0,2000}}?-->)?|{_TAG}", re.IGNORECASE)
_SUSPECT = re.compile(rf"<!--|<(?:{_NEVER_SHOWN})\b|<[a-z][^<]*?(?:hidden|style)", re.IGNORECASE)
_HIDDEN_NAME = re.compile(_NEVER_SHOWN, re.IGNORECASE)
_ATTRIBUTE = re.compile(r"([^\s\"'=<>/]++)(?:\s*+=\s*+(\"[^\"]*\"|'[^']*'|[^\s\"'<>]++))?")
_HIDING_STYLE = re.compile(
    r"display:none|visibility:(?:hidden|collapse)|(?<![a-z-])(?:color:transparent|(?:opacity|font-size):[0.]+(?![\d.]*[1-9])"
    r"|(?:text-indent|left|right|top|bottom):-\d{3,}|clip:rect\(0|clip-path:inset\((?:50|100)%)"
    r"|^(?=.*overflow:hidden).*(?<![a-z-])(?:max-)?(?:width|height):[0.]+(?![\d.]*[1-9])"
)
_CSS_NOISE = re.compile(r"/\*.*?\*/|[\s\\]", re.DOTALL)


def visible(text: str) -> str:
    """Return `text` without invisible characters; joiners that another script or an emoji needs stay."""
    return _MISPLACED.sub("", _INVISIBLE.sub("", text))


def shown(markdown: str) -> str:
    """Return a text, its lines ended by "\\n", without what a browser would hide of it. What is taken out may leave
    something hidden again, so this is repeated; raises `ValueError` when that does not end."""
    for _ in range(MOST_PASSES):
        if _SUSPECT.search(markdown) is None:
            return markdown
        kept = _without(markdown, list(_hidden(markdown)))
        if kept == markdown:
            return markdown
        markdown = kept
    raise ValueError("hides text in HTML inside of HTML")


def hides(attributes: Iterable[tuple[str, str | None]]) -> bool:
    """Whether an element with these attributes is not shown."""
    return any(
        name == "hidden" or (name == "style" and _HIDING_STYLE.search(_CSS_NOISE.sub("", (value or "").lower())))
        for name, value in attributes
    )


def hiding_elements(page: str) -> set[str]:
    """Return the names of the elements in HTML of which some are not shown because of an attribute."""
    tags = (match for match in _ANY_TAG.finditer(page) if not match["slash"])
    return {match["name"].lower() for match in tags if hides(_attributes(match["attributes"]))}


def as_code(text: str) -> str:
    """Return the words of a web page, which shows them all, so that Markdown shows them too: between backticks what
    `shown` would take for a comment or a hidden element."""
    return _ANY_MARK.sub(lambda match: f"`{match[0]}`" if _is_hidden(match) else match[0], text)


def _is_hidden(match: re.Match[str]) -> bool:
    if match["name"] is None or match["slash"]:
        return match["name"] is None
    return _HIDDEN_NAME.fullmatch(match["name"]) is not None or hides(_attributes(match["attributes"]))


def _attributes(text: str) -> Iterator[tuple[str, str | None]]:
    """The attributes as they stand in a tag; those of a tag that names none that hides are not read."""
    if "hidden" in (low := text.lower()) or "style" in low:
        for match in _ATTRIBUTE.finditer(text):
            yield match[1].lower(), html.unescape((match[2] or "").strip("\"'"))


@dataclass(frozen=True, slots=True)
class _Region:
    """Where Markdown's marks belong together: a paragraph, a line, or a block of HTML, where backticks mean nothing."""

    start: int
    end: int
    is_html: bool


@dataclass(slots=True)
class _Tag:
    """A tag or comment at `start`..`end`. `until` is where its element ends, None while that is not known."""

    start: int
    end: int
    region: _Region
    hidden: Literal["", "name", "attribute", "comment"]
    until: int | None = None


@dataclass(slots=True)
class _Tags:
    """The tags of a text in order, each end joined to its beginning."""

    found: list[_Tag] = field(default_factory=list)
    _open: dict[str, list[_Tag]] = field(default_factory=dict)

    def comment(self, start: int, end: int, region: _Region) -> None:
        self.found.append(_Tag(start, end, region, "comment", end))

    def tag(self, match: re.Match[str], region: _Region) -> None:
        name, is_open = match["name"].lower(), self._open.setdefault(match["name"].lower(), [])
        if match["slash"]:
            if is_open:
                is_open.pop().until = match.end()
            return
        by_name: Literal["", "name"] = "name" if _HIDDEN_NAME.fullmatch(name) else ""
        tag = _Tag(
            match.start(), match.end(), region, "attribute" if hides(_attributes(match["attributes"])) else by_name
        )
        self.found.append(tag)
        if name in _VOID:
            tag.until = tag.end
        else:
            is_open.append(tag)


def _hidden(text: str) -> Iterator[tuple[int, int]]:
    """Spans that are not shown, in order; they may lie in each other."""
    tags = _Tags()
    for region in _regions(text):
        _read(text, region, tags)
    for tag in tags.found:
        if tag.hidden and tag.until is not None:
            yield tag.start, tag.until
        elif tag.hidden == "attribute" or (tag.hidden and tag.region.is_html):
            yield tag.start, tag.region.end
        # a lone `<script>` between words is no element but speaks of one


def _read(text: str, region: _Region, tags: _Tags) -> None:
    position = region.start
    ticks = None if region.is_html else _runs(text, region)
    while (match := _MARK.search(text, position, region.end)) is not None:
        position = match.end()
        if match["comment"]:
            end = text.find("-->", position - 2, region.end)
            if end >= 0 or region.is_html:
                position = end + 3 if end >= 0 else region.end
                tags.comment(match.start(), position, region)
        elif match["ticks"] and ticks is not None:
            position = _code_end(ticks, match)
        elif match["name"]:
            tags.tag(match, region)


def _runs(text: str, region: _Region) -> dict[int, list[int]]:
    """Where runs of backticks start, by their length, the last one first."""
    found: dict[int, list[int]] = {}
    for match in re.finditer("`+", text[region.start : region.end]):
        found.setdefault(len(match[0]), []).append(region.start + match.start())
    return {length: starts[::-1] for length, starts in found.items()}


def _code_end(ticks: dict[int, list[int]], opening: re.Match[str]) -> int:
    """Where the code ends that these backticks begin: at their own end when they begin none."""
    starts = ticks.get(len(opening[0]), [])
    while starts and starts[-1] <= opening.start():
        starts.pop()
    return starts[-1] + len(opening[0]) if starts else opening.end()


@cache
def _parser() -> MarkdownIt:
    return MarkdownIt("commonmark").enable("table")


def _regions(text: str) -> Iterator[_Region]:
    """Everything but blocks of code, in order."""
    starts = [0, *(match.end() for match in re.finditer("\n", text)), len(text)]
    kinds: list[tuple[int, str]] = [(line, "words") for line in range(len(starts) - 1)]
    parser, tokens = _parser(), []  # type: ignore[var-annotated]  # the library's own list
    parser.block.parse(text, parser, {}, tokens)
    for token in tokens:
        if token.map and token.type in ("inline", "html_block", "fence", "code_block"):
            first, after = token.map
            kinds[first:after] = [(first, token.type)] * len(kinds[first:after])
    line = 0
    while line < len(kinds):
        first = line
        while line < len(kinds) and kinds[line] == kinds[first]:
            line += 1
        if kinds[first][1] not in ("fence", "code_block"):
            yield _Region(starts[first], starts[line], kinds[first][1] == "html_block")


def _without(text: str, spans: list[tuple[int, int]]) -> str:
    kept, position = [], 0
    for start, end in spans:
        if end > position:
            kept.append(text[position : max(start, position)])
            position = end
    return "".join([*kept, text[position:]])
