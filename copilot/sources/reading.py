"""Reads what a source says, one article after the other: a website by its sitemap, or files.

Refuses to know what is stored; it is told only what was seen before, so that an unchanged page costs no transfer.
"""

import hashlib
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, Protocol
from urllib.parse import urlsplit

from copilot.answered import of_tickets
from copilot.sources.guarded import Fetched, Fetcher, FetchError, checked_url, host_of
from copilot.sources.sitemap import Robots, list_pages
from copilot.store.session import Database
from knowledge.articles import MAX_ID, Article, ArticleError
from knowledge.encodings import decoded
from knowledge.found import ArticleFileError, FileNote, GoneArticle
from knowledge.html_text import read_page
from knowledge.importers import examine

MAX_PAGES = 5_000
MAX_PAGE_BYTES = 5_000_000
MAX_TOTAL_BYTES = 500_000_000
LEAST_WORDS = 3
GONE = (404, 410)

Total = Callable[[int], None]


@dataclass(frozen=True, slots=True)
class Seen:
    """What is known of an item from the run before."""

    etag: str | None
    last_modified: str | None


@dataclass(frozen=True, slots=True)
class Item:
    """What a source says of one thing: an article, of which it tells the `fields` itself, that it is `unchanged` or
    `gone`, a problem, or what people should know of how it was read. `place` is the file it stands in. `only_new`: an
    article that is there already is left as it is."""

    key: str
    state: Literal["article", "unchanged", "gone", "refused", "note"]
    article: Article | None = None
    problem: str = ""
    etag: str | None = None
    last_modified: str | None = None
    fields: frozenset[str] = frozenset()
    place: str | None = None
    only_new: bool = False


class Reading(Protocol):
    """A source being read. At the end `incomplete` says why there may be more than it told of; it is empty when there
    is not."""

    incomplete: str

    def items(self, known: Mapping[str, Seen], done: set[str], total: Total) -> Iterator[Item]:
        """Tell of everything but `done`, and of how much there is. Raises `FetchError` when nothing can be told."""

    def doubt(self, key: str, place: str | None) -> str:
        """Why an item that was not told of may still be there; empty when it is gone. Asked at the end."""


class SiteReading:
    """A website, page by page."""

    def __init__(self, address: str, *, allow_private: bool) -> None:
        self.address, self.allow_private = address, allow_private
        self.incomplete = "it was not read to its end"
        self._refused: dict[str, str] = {}
        self._bytes = 0

    def doubt(self, key: str, place: str | None) -> str:  # noqa: ARG002 - pages have no other place
        """A page that was refused, however its address is spelled, and all of them when some were not listed."""
        return self._refused.get(page_id(key)) or self.incomplete

    def items(self, known: Mapping[str, Seen], done: set[str], total: Total) -> Iterator[Item]:
        """Tell of every page of the sitemaps, and of known ones that are not named when these are incomplete."""
        host = host_of(self.address)
        with Fetcher(host, allow_private=self.allow_private) as fetcher:
            address = checked_url(self.address, host)
            robots = Robots(fetcher.get, address)
            listing = list_pages(fetcher.get, robots, address, MAX_PAGES)
            pages = _each_once([*listing.pages, *(known if listing.incomplete else ())])
            total(len(pages) + len(listing.refused))
            yield from (Item(url, "refused", problem=problem) for url, problem in listing.refused)
            yield from self._pages(fetcher, robots, pages, known, done)
            self.incomplete = listing.incomplete

    def _pages(
        self, fetcher: Fetcher, robots: Robots, pages: Sequence[str], known: Mapping[str, Seen], done: set[str]
    ) -> Iterator[Item]:
        for url in pages:
            if url in done:
                continue
            if self._bytes > MAX_TOTAL_BYTES:
                raise FetchError(f"has more than {MAX_TOTAL_BYTES:,} bytes; what was read until then is kept")
            if robots.allows(url):
                time.sleep(robots.delay)
                item = self._page(fetcher, url, known.get(url))
            else:
                item = Item(url, "refused", problem="robots.txt asks not to read it")
            if item.state == "refused":
                self._refused[page_id(url)] = item.problem
            yield item

    def _page(self, fetcher: Fetcher, url: str, seen: Seen | None) -> Item:
        try:
            answer = fetcher.get(url, MAX_PAGE_BYTES, _conditions(seen))
            self._bytes += len(answer.body)
            if answer.status == 304:
                return Item(url, "unchanged")
            if answer.status in GONE:
                return Item(url, "gone")
            article, fields = page_article(url, answer)
        except (FetchError, ArticleError, UnicodeError, ValueError) as error:
            return Item(url, "refused", problem=str(error)[:300])
        marks = answer.headers.get("etag"), answer.headers.get("last-modified")
        return Item(url, "article", article, "", *marks, fields)


class FileReading:
    """A file, an export, a zip or a folder of files on this machine."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.incomplete = "it was not read to its end"
        self._refused: dict[str, str] = {}
        self._unnamed: dict[str, str] = {}

    def doubt(self, key: str, place: str | None) -> str:
        """What was refused by name, and what stands in a file, or a folder, in which something without one was; of what
        was read before places were kept, nobody knows that."""
        if key in self._refused or self.incomplete:
            return self._refused.get(key) or self.incomplete
        return next((why for file, why in self._unnamed.items() if place is None or _is_in(place, file)), "")

    def items(self, known: Mapping[str, Seen], done: set[str], total: Total) -> Iterator[Item]:  # noqa: ARG002 - files are cheap
        """Tell of every article."""
        for number, found in enumerate(examine([self.path]), start=1):
            total(number)
            place = str(found.path)
            if isinstance(found, ArticleFileError):
                names, name = (self._unnamed, place) if found.article_id is None else (self._refused, found.article_id)
                names[name] = f"{place} could not be read"
                yield Item(place[:500], "refused", problem=str(found)[:500])
            elif isinstance(found, FileNote):
                yield Item(place[:500], "note", problem=found.text)
            elif isinstance(found, GoneArticle):
                yield Item(found.id, "gone", place=place)
            elif found.article.id not in done:
                yield Item(found.article.id, "article", found.article, fields=found.told, place=place)
        self.incomplete = ""


class AnswersReading:
    """What people answered in solved tickets. An answer is told of once, and stays whatever becomes of its ticket: from
    then on it is the article's admin who decides."""

    def __init__(self, db: Database, support_name: str) -> None:
        self.db, self.support_name = db, support_name
        self.incomplete = "it was not read to its end"

    def doubt(self, key: str, place: str | None) -> str:  # noqa: ARG002 - every answer is told of
        """Nothing, once everything was told of."""
        return self.incomplete

    def items(self, known: Mapping[str, Seen], done: set[str], total: Total) -> Iterator[Item]:
        """Tell of the answers of all solved tickets, and of those of tickets that are not solved any more."""
        told = set()
        for answer in of_tickets(self.db, self.support_name, known):
            told.add(answer.id)
            total(len(told))
            if answer.problem:
                yield Item(answer.id, "refused", problem=answer.problem)
            elif answer.id not in done:
                state: Literal["article", "unchanged"] = "unchanged" if answer.article is None else "article"
                yield Item(answer.id, state, answer.article, only_new=True)
        yield from (Item(key, "unchanged") for key in known.keys() - told - done)
        self.incomplete = ""


def _each_once(urls: Iterable[str]) -> list[str]:
    """The first spelling of each page."""
    pages: dict[str, str] = {}
    for url in urls:
        pages.setdefault(page_id(url), url)
    return list(pages.values())


def _is_in(place: str, file: str) -> bool:
    return place == file or place.startswith(f"{file}/")


def page_article(url: str, answer: Fetched) -> tuple[Article, frozenset[str]]:
    """The article that a page is, and the fields that the page tells.

    Raises `FetchError`, `ValueError` or `ArticleError` saying what is wrong with it.
    """
    if answer.status != 200:
        raise FetchError(f"answers {answer.status}")
    kind, _, parameters = answer.headers.get("content-type", "text/html").partition(";")
    if kind.strip().lower() not in ("text/html", "application/xhtml+xml"):
        raise FetchError(f"is no web page but {kind.strip()[:80]}")
    charset = parameters.lower().partition("charset=")[2].split(";")[0].strip(" \"'")
    page = read_page(decoded(answer.body, charset or None), main=True)
    if len(page.text.split()) < LEAST_WORDS:
        raise FetchError("holds no text; it may need scripts to show it")
    title = page.title or page.text.lstrip("# ").splitlines()[0][:200]
    told = frozenset(("title", "body", "language") if page.language else ("title", "body"))
    return Article(page_id(url), title, page.text, page.language or "en"), told


def page_id(url: str) -> str:
    """The article's id: host and path, shortened with a mark of the whole when too long."""
    parts = urlsplit(url)
    name = f"{host_of(url)}{parts.path.rstrip('/')}" + (f"?{parts.query}" if parts.query else "")
    if len(name) <= MAX_ID:
        return name
    return f"{name[: MAX_ID - 17]}~{hashlib.sha256(name.encode()).hexdigest()[:16]}"


def _conditions(seen: Seen | None) -> dict[str, str]:
    named = {"if-none-match": seen.etag, "if-modified-since": seen.last_modified} if seen else {}
    return {name: value for name, value in named.items() if value}
