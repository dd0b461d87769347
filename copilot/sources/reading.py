"""Reads what a source says, one article after the other: a website by its sitemap, or files.

Refuses to know what is stored; it is told only what was seen before, so that an unchanged page costs no transfer.
"""

import hashlib
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, Protocol
from urllib.parse import urlsplit

from copilot.sources.guarded import Fetched, Fetcher, FetchError, checked_url, host_of
from copilot.sources.sitemap import Listing, Robots, list_pages
from knowledge.articles import MAX_ID, Article, ArticleError
from knowledge.encodings import decoded
from knowledge.html_text import read_page
from knowledge.importers import ArticleFileError, examine

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
    """What a source says of one thing: an article, that it is `unchanged`, that it is `gone`, or a problem."""

    key: str
    state: Literal["article", "unchanged", "gone", "refused"]
    article: Article | None = None
    problem: str = ""
    etag: str | None = None
    last_modified: str | None = None


class Reading(Protocol):
    """A source being read. `complete` is true at the end when what was not told of is not there any more."""

    complete: bool

    def items(self, known: Mapping[str, Seen], done: set[str], total: Total) -> Iterator[Item]:
        """Tell of everything but `done`, and of how much there is. Raises `FetchError` when nothing can be told."""


class SiteReading:
    """A website, page by page."""

    def __init__(self, address: str, *, allow_private: bool) -> None:
        self.address, self.allow_private = address, allow_private
        self.complete = False
        self._bytes = 0

    def items(self, known: Mapping[str, Seen], done: set[str], total: Total) -> Iterator[Item]:
        """Tell of every page of the sitemaps."""
        host = host_of(self.address)
        with Fetcher(host, allow_private=self.allow_private) as fetcher:
            address = checked_url(self.address, host)
            robots = Robots(fetcher.get, address)
            listing = list_pages(fetcher.get, robots, address, MAX_PAGES)
            self.complete = listing.complete
            total(len(listing.pages) + len(listing.refused))
            yield from (Item(url, "refused", problem=problem) for url, problem in listing.refused)
            yield from self._pages(fetcher, robots, listing, known, done)

    def _pages(
        self, fetcher: Fetcher, robots: Robots, listing: Listing, known: Mapping[str, Seen], done: set[str]
    ) -> Iterator[Item]:
        for url in listing.pages:
            if url in done:
                continue
            if not robots.allows(url):
                yield Item(url, "refused", problem="robots.txt asks not to read it")
                continue
            if self._bytes > MAX_TOTAL_BYTES:
                raise FetchError(f"has more than {MAX_TOTAL_BYTES:,} bytes; what was read until then is kept")
            time.sleep(robots.delay)
            yield self._page(fetcher, url, known.get(url))

    def _page(self, fetcher: Fetcher, url: str, seen: Seen | None) -> Item:
        try:
            answer = fetcher.get(url, MAX_PAGE_BYTES, _conditions(seen))
            self._bytes += len(answer.body)
            if answer.status == 304:
                return Item(url, "unchanged")
            if answer.status in GONE:
                return Item(url, "gone")
            article = page_article(url, answer)
        except (FetchError, ArticleError, UnicodeError, ValueError) as error:
            return Item(url, "refused", problem=str(error)[:300])
        return Item(url, "article", article, "", answer.headers.get("etag"), answer.headers.get("last-modified"))


class FileReading:
    """A file, an export, a zip or a folder of files on this machine."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.complete = False

    def items(self, known: Mapping[str, Seen], done: set[str], total: Total) -> Iterator[Item]:  # noqa: ARG002 - files are cheap
        """Tell of every article. One that cannot be read might be any, so that then nothing counts as gone."""
        complete = True
        for number, found in enumerate(examine([self.path]), start=1):
            total(number)
            if isinstance(found, ArticleFileError):
                complete = False
                yield Item(str(found.path)[:500], "refused", problem=str(found)[:500])
            elif found.id not in done:
                yield Item(found.id, "article", found)
        self.complete = complete


def page_article(url: str, answer: Fetched) -> Article:
    """The article that a page is. Raises `FetchError`, `ValueError` or `ArticleError` saying what is wrong with it."""
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
    return Article(page_id(url), title, page.text, page.language or "en")


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
