"""Decides how a web page reads as plain text. Refuses to know what an article is.

The page is first reduced to well-formed HTML of known tags by nh3, because the standard library's parser alone takes
quadratic time on broken pages. Headings become Markdown headings, list items get a dash or their number, and tables of
short cells become rows between bars, so that passages can follow the page's structure. What the page hides is left out,
except for what something on it opens, as a question opens its answer.
"""

import re
from collections.abc import Set
from dataclasses import dataclass, field
from html.parser import HTMLParser
from itertools import accumulate, islice, pairwise

import nh3

from knowledge.hidden_text import as_code, hides, hiding_elements, shown

_HEADINGS = {f"h{level}": "#" * level for level in range(1, 7)}
_BLOCKS = "p div li ul ol dl dt dd table tr td th blockquote pre section article br hr title"
_TAGS = {*_HEADINGS, *_BLOCKS.split()}
_SPACED = {*_HEADINGS, "p", "pre", "table"}
_HIDDEN = {"script", "style", "noscript", "template", "nav", "svg", "iframe", "object", "aside", "form", "button"}
_LANGUAGE = re.compile(r"<html\b[^<>]{0,500}?\blang\s*=\s*[\"']?([A-Za-z-]{2,20})", re.IGNORECASE)
_CONTAINER = re.compile(
    r"<(/?)(?:address|article|aside|blockquote|center|details|dialog|dir|div|dl|fieldset|figure|footer|form|header|hgroup"
    r"|main|menu|nav|ol|pre|search|section|summary|table|ul)\b",
    re.IGNORECASE,
)
MAX_DEPTH = 500
_MAIN = re.compile(r"<(main)\b[^<>]*>", re.IGNORECASE)
_ROLE = re.compile(r"<([a-z]+)\s[^<>]{0,500}?\brole\s*=\s*[\"']?main\b[^<>]*>", re.IGNORECASE)
_ARTICLE = re.compile(r"<(article)\b[^<>]*>", re.IGNORECASE)
_OPENS = re.compile(r"\s(?:aria-controls|href|data-(?:bs-)?target)\s*=\s*[\"']?#?([\w:.-]{1,200})", re.IGNORECASE)
_LONE = {"br", "hr"}
_BACKTICKS = re.compile("`+")
_GAPS = re.compile(r"\n{3,}")
_LONE_MARK = re.compile(r"(?m)^( *(?:-|\d+\.) )\n+ ?(?=\S)")
LONGEST_CELL = 200


@dataclass(frozen=True, slots=True)
class Page:
    """A page as plain text. `title` and `language` are "" where the page does not say."""

    title: str
    text: str
    language: str


def read_page(html: str, *, main: bool = False) -> Page:
    """Return what a reader sees of a page, without scripts, styles and navigation; with `main`, the page's own words
    alone, where it marks them by `<main>`, `role="main"` or one `<article>`. Raises `ValueError` when elements are
    nested deeper than `MAX_DEPTH`: the time that parsing takes grows with the square of the depth."""
    if _depth(html) > MAX_DEPTH:
        raise ValueError(f"elements are nested deeper than {MAX_DEPTH}")
    found = _LANGUAGE.search(html[:5_000])
    own = main_part(html) if main else None
    opened = {match[1] for match in _OPENS.finditer(html)}
    whole = _read(html if own is None else html[: own.start], opened)
    part = whole if own is None else _read(html[own.start : own.end], opened)
    # a window's title often ends with the shop's name, the heading of the page's own part does not
    title = whole.title if own is None else part.heading or whole.title or part.title
    return Page(title, part.text, found.group(1).lower() if found else "")


@dataclass(frozen=True, slots=True)
class Part:
    """Where a page's own words stand: `html[start:end]`."""

    start: int
    end: int


def main_part(html: str) -> Part | None:
    """The first element that says it is the main one, else the only `<article>`; None when there is neither."""
    for opening in (_MAIN, _ROLE):
        if (found := opening.search(html)) is not None:
            return Part(found.start(), _end_of(html, found))
    articles = list(islice(_ARTICLE.finditer(html), 2))
    return Part(articles[0].start(), _end_of(html, articles[0])) if len(articles) == 1 else None


def _end_of(html: str, opening: re.Match[str]) -> int:
    """Where the element ends, counting those of the same name inside it; the end of the page when it is not closed."""
    depth = 0
    tags = re.compile(rf"<(/?){re.escape(opening.group(1))}\b[^<>]*>", re.IGNORECASE)
    for tag in tags.finditer(html, opening.start()):
        depth += -1 if tag.group(1) else 1
        if depth == 0:
            return tag.end()
    return len(html)


@dataclass(frozen=True, slots=True)
class _Read:
    title: str
    heading: str
    text: str


def _read(html: str, opened: Set[str]) -> _Read:
    reader, hiding = _Reader(opened), hiding_elements(html) - _HIDDEN
    kept = {"*": {"hidden", "style", "id"}} if hiding else {}
    tags = _TAGS | hiding
    reader.feed(nh3.clean(html, tags=tags, clean_content_tags=_HIDDEN, attributes=kept, link_rel=None))
    reader.close()
    return _Read(reader.title(), reader.heading(), reader.text())


def _depth(html: str) -> int:
    steps = (-1 if match.group(1) else 1 for match in _CONTAINER.finditer(html))
    return max(accumulate(steps), default=0)


@dataclass(slots=True)
class _Table:
    """Where each cell of a table begins among the parts; `is_headed` while its first row names the columns."""

    rows: list[list[int]] = field(default_factory=list)
    is_headed: bool = True

    @property
    def first_cell(self) -> int:
        return next(place for row in self.rows for place in row)

    def cell(self, place: int, *, is_head: bool) -> None:
        self.rows = self.rows or [[]]
        self.rows[-1].append(place)
        self.is_headed &= is_head or len(self.rows) > 1

    def as_rows(self, parts: list[str]) -> str | None:
        """Its rows between bars, or None where it is no plain table of short cells, as one that lays out a page."""
        bounds = [*(place for row in self.rows for place in row), len(parts)]
        texts = ["".join(parts[first:after]).strip() for first, after in pairwise(bounds)]
        plain = all(len(text) <= LONGEST_CELL and "\n" not in text and "|" not in text for text in texts)
        if not plain or len(self.rows) < 2 or max(map(len, self.rows)) < 2:
            return None
        cells = iter(texts)
        rows = ["| " + " | ".join(islice(cells, len(row))) + " |" for row in self.rows if row]
        rule = ["|" + "---|" * len(self.rows[0])] if self.is_headed else []
        return "\n".join([*rows[:1], *rule, *rows[1:]])


class _Reader(HTMLParser):
    def __init__(self, opened: Set[str]) -> None:
        super().__init__(convert_charrefs=True)
        self._opened = opened
        self._hidden = 0
        self._parts: list[str] = []
        self._lists: list[int | None] = []
        self._tables: list[_Table] = []
        self._title: list[str] = []
        self._first_heading: list[str] = []
        self._into: list[str] | None = None
        self._preformatted: list[int] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if self._hidden or (hides(attrs) and dict(attrs).get("id") not in self._opened):
            self._hidden += tag not in _LONE
        elif tag in _TAGS:
            self._shown_tag(tag)

    def _shown_tag(self, tag: str) -> None:
        self._parts.append("\n\n" if tag in _SPACED else "\n")
        if tag == "pre":
            self._preformatted.append(len(self._parts))
        if tag in _HEADINGS:
            self._parts.append(f"{_HEADINGS[tag]} ")
            self._into = self._first_heading if not self._first_heading else None
        elif tag == "title":
            self._into = self._title
        elif tag in ("ol", "ul"):
            self._lists.append(0 if tag == "ol" else None)
        elif tag == "li":
            self._parts.append("  " * (len(self._lists) - 1) + self._mark())
        else:
            self._in_table(tag)

    def _mark(self) -> str:
        """What stands before a list item; a number in a numbered list."""
        if not self._lists or self._lists[-1] is None:
            return "- "
        self._lists[-1] += 1
        return f"{self._lists[-1]}. "

    def _in_table(self, tag: str) -> None:
        if tag == "table":
            self._tables.append(_Table())
        elif tag == "tr" and self._tables:
            self._tables[-1].rows.append([])
        elif tag in ("td", "th") and self._tables:
            self._tables[-1].cell(len(self._parts), is_head=tag == "th")

    def handle_endtag(self, tag: str) -> None:
        if self._hidden:
            self._hidden -= 1
        elif tag in _TAGS:
            self._shown_end(tag)

    def _shown_end(self, tag: str) -> None:
        if tag in ("ol", "ul") and self._lists:
            self._lists.pop()
        elif tag == "table" and self._tables:
            table = self._tables.pop()
            if (rows := table.as_rows(self._parts)) is not None:
                self._parts[table.first_cell :] = [rows]
        elif tag == "pre" and self._preformatted:
            self._keep_as_code(self._preformatted.pop())
        self._into = None
        self._parts.append("\n\n" if tag in _SPACED else "\n")

    def _keep_as_code(self, first: int) -> None:
        """Fence what is preformatted where Markdown would hide some of it."""
        code = "".join(self._parts[first:]).strip("\n")
        if self._preformatted or shown(code) == code:
            return
        fence = "`" * max(3, 1 + max(map(len, _BACKTICKS.findall(code)), default=0))
        self._parts[first:] = [f"{fence}\n{code}\n{fence}"]

    def handle_data(self, data: str) -> None:
        if self._hidden:
            return
        words = data if self._preformatted else as_code(re.sub(r"\s+", " ", data))
        if self._into is not None:
            self._into.append(words)
        if self._into is not self._title:
            self._parts.append(words)

    def heading(self) -> str:
        return " ".join("".join(self._first_heading).split())

    def title(self) -> str:
        return " ".join("".join(self._title or self._first_heading).split())

    def text(self) -> str:
        lines = (line.rstrip() if line.startswith(("  ", "\t")) else line.strip() for line in self._lines())
        return _GAPS.sub("\n\n", "\n".join(lines)).strip()

    def _lines(self) -> list[str]:
        # a list item's paragraph belongs on the line of its dash
        return _LONE_MARK.sub(r"\1", "".join(self._parts)).split("\n")
