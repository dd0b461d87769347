"""Decides which pages a website has, from its robots.txt and sitemaps. Reads no XML as such: a sitemap is flat, and
`<loc>` is all that is asked of it, so that entities, document types and broken markup have nothing to act on."""

import html
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from urllib.parse import urljoin, urlsplit

from protego import Protego

from copilot.sources.guarded import AGENT, Fetched, FetchError, checked_url, gunzipped, host_of
from knowledge.encodings import decoded

MAX_SITEMAPS = 200
MAX_SITEMAP_BYTES = 10_000_000
MAX_UNPACKED_BYTES = 50_000_000
MAX_ROBOTS_BYTES = 512_000
LONGEST_DELAY = 10.0
NOT_PAGES = re.compile(
    r"\.(jpe?g|png|gif|svg|webp|avif|ico|css|js|json|xml|zip|gz|mp[34]|mov|webm|docx?|xlsx?|pptx?|woff2?)$",
    re.IGNORECASE,
)
_LOC = re.compile(r"<loc>\s*(?:<!\[CDATA\[)?\s*([^<\]\s]{1,2000})", re.IGNORECASE)
_INDEX = re.compile(r"<(?:\w{1,20}:)?sitemapindex\b", re.IGNORECASE)
_HEAD = 2_000

Get = Callable[[str, int], Fetched]


@dataclass(slots=True)
class Listing:
    """The pages of a site, and what was refused while they were listed. `incomplete` says why some may be missing; when
    it is empty, a page which is not listed is gone."""

    pages: list[str] = field(default_factory=list)
    refused: list[tuple[str, str]] = field(default_factory=list)
    incomplete: str = ""

    def leave_out(self, what: str, problem: str) -> None:
        """Pages are missing, and why."""
        self.refused.append((what, problem))
        self.incomplete = self.incomplete or f"{what}: {problem}"


class Robots:
    """What a site's robots.txt allows us: the longest rule that fits, with `*` and `$` (RFC 9309). One that cannot be
    read forbids everything, one that is not there nothing."""

    def __init__(self, get: Get, root: str) -> None:
        """Raises `FetchError` when the site does not answer."""
        answer = get(urljoin(root, "/robots.txt"), MAX_ROBOTS_BYTES)
        if answer.status >= 500 or answer.status in (401, 403, 429):
            raise FetchError(f"its robots.txt answers {answer.status}; nothing is read then")
        text = decoded(answer.body) if answer.status == 200 else ""
        self._rules = Protego.parse(text)
        self.sitemaps = [urljoin(root, url) for url in self._rules.sitemaps]
        self.delay = min(self._rules.crawl_delay(AGENT) or 0.0, LONGEST_DELAY)

    def allows(self, url: str) -> bool:
        """Whether this page may be read."""
        return self._rules.can_fetch(url, AGENT)


def list_pages(get: Get, robots: Robots, address: str, most: int) -> Listing:
    """All pages below `address`: of the sitemap itself when that is its address, else of the site's sitemaps.

    Raises `FetchError` when there is no sitemap, or the site does not answer.
    """
    host, listing = host_of(address), Listing()
    named = _names_sitemap(address)
    start = [address] if named else robots.sitemaps or [urljoin(address, "/sitemap.xml")]
    below = "/" if named else urlsplit(address).path.rsplit("/", 1)[0] + "/"
    known: dict[str, None] = {}
    for url in _locations(get, start, host, listing):
        try:
            page = checked_url(url, host)
        except FetchError as error:
            listing.refused.append((url, str(error)))
            continue
        path = urlsplit(page).path
        if path.startswith(below) and not NOT_PAGES.search(path):
            known[page] = None
        if len(known) > most:
            listing.leave_out(address, f"has more than {most:,} pages; the rest was left out")
            break
    listing.pages = list(known)[:most]
    if not listing.pages and listing.incomplete:
        raise FetchError(listing.refused[0][1] if listing.refused else "has no sitemap")
    return listing


def _locations(get: Get, start: list[str], host: str, listing: Listing) -> Iterator[str]:
    """Addresses of pages in sitemaps and in the sitemaps that these name, breadth first, each once."""
    waiting, seen = list(start), set(start)
    while waiting:
        url = waiting.pop(0)
        if len(seen) > MAX_SITEMAPS:
            listing.leave_out(url, f"the site has more than {MAX_SITEMAPS} sitemaps")
            return
        try:
            text = _sitemap(get, checked_url(url, host))
        except (FetchError, UnicodeError) as error:
            listing.leave_out(url, f"the sitemap {error}")
            continue
        found = (html.unescape(match.group(1)) for match in _LOC.finditer(text))
        if _INDEX.search(text[:_HEAD]) is None:
            yield from found
            continue
        more = [url for url in dict.fromkeys(found) if url not in seen]
        seen.update(more)
        waiting += more


def _sitemap(get: Get, url: str) -> str:
    answer = get(url, MAX_SITEMAP_BYTES)
    if answer.status != 200:
        raise FetchError(f"answers {answer.status}")
    packed = answer.body[:2] == b"\x1f\x8b"
    text = decoded(gunzipped(answer.body, MAX_UNPACKED_BYTES) if packed else answer.body)
    if "<loc>" not in text.lower() and "<urlset" not in text[:_HEAD].lower():
        raise FetchError("is no sitemap")
    return text


def _names_sitemap(address: str) -> bool:
    return urlsplit(address).path.lower().endswith((".xml", ".xml.gz"))
