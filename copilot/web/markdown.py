"""Article bodies as clean HTML, with the blocks of one passage marked.

Decides which HTML may come out of Markdown: no raw HTML, no images, no scripts, links only to the web and mail.
Refuses to know where articles come from.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import nh3
from markdown_it import MarkdownIt
from markdown_it.token import Token
from markupsafe import Markup

from knowledge.structure import units

LONGEST = 400_000
AROUND = 30_000
TAGS = {
    *("a", "blockquote", "br", "code", "em", "h1", "h2", "h3", "h4", "h5", "h6", "hr", "li", "ol", "p", "pre", "s"),
    *("strong", "table", "tbody", "td", "th", "thead", "tr", "ul"),
}
MARKED = {"p", "li", "blockquote", "h1", "h2", "h3", "h4", "h5", "h6", "tr", "pre"}


@lru_cache(maxsize=1)
def _parser() -> MarkdownIt:
    return MarkdownIt("commonmark", {"html": False, "linkify": False}).enable("table").disable("image")


@dataclass(frozen=True, slots=True)
class ArticlePart:
    """A body as HTML that is safe to show, and how many of its characters were left out before and after."""

    html: Markup
    before: int = 0
    after: int = 0


def article_part(body: str, start: int = 0, end: int = 0) -> ArticlePart:
    """The body with the blocks overlapping `body[start:end]` marked "cited"; of one longer than `LONGEST`, which would
    hold a page up, the blocks within about `AROUND` characters of it, or its beginning where nothing is cited."""
    first, last = (0, len(body)) if len(body) <= LONGEST else _window(body, start, end)
    html = article_html(body[first:last], max(start - first, 0), end - first)
    return ArticlePart(html, first, len(body) - last)


def _window(body: str, start: int, end: int) -> tuple[int, int]:
    """Where to begin and end: between blocks, unless one of them is too long itself."""
    lowest, highest = (max(start - AROUND, 0), end + AROUND) if 0 <= start < end else (0, LONGEST)
    highest = min(highest, len(body))
    parts = [part for unit in units(body) for part in unit.parts]
    first = min((begins for begins, _ in parts if lowest <= begins <= start), default=lowest)
    last = max((ends for _, ends in parts if end <= ends <= highest), default=highest)
    return first, last


def article_html(body: str, start: int = 0, end: int = 0) -> Markup:
    """The body as HTML that is safe to show; blocks overlapping `body[start:end]` get the class "cited".

    Text beyond `LONGEST` characters is left out, so that one article cannot hold a page up.
    """
    tokens = _parser().parse(body[:LONGEST])
    if 0 <= start < end:
        _mark(tokens, body.count("\n", 0, start), body.count("\n", 0, end) + 1)
    html = _parser().renderer.render(tokens, _parser().options, {})
    clean = nh3.clean(
        html,
        tags=TAGS,
        attributes={"a": {"href", "title"}, "ol": {"start"}},
        allowed_classes={tag: {"cited"} for tag in MARKED},
        url_schemes={"http", "https", "mailto"},
        link_rel="noopener noreferrer nofollow",
    )
    return Markup(clean)  # noqa: S704 - cleaned on the line above


def _mark(tokens: list[Token], first: int, last: int) -> None:
    """Give the class to blocks whose source lines `[map)` overlap `[first, last)`."""
    for token in tokens:
        begins, ends = token.map or (0, 0)
        if token.tag in MARKED and token.nesting >= 0 and begins < last and ends > first:
            token.attrJoin("class", "cited")
