"""Which pages a site has: robots.txt, sitemaps, indexes of sitemaps, packed ones, broken ones."""

import gzip

import pytest

from copilot.sources.guarded import Fetcher, FetchError, host_of
from copilot.sources.sitemap import Robots, list_pages


@pytest.fixture
def listed(site):
    """Lists the site's pages below a path."""

    def look(path="/", most=100):
        with Fetcher(host_of(site.address), allow_private=True) as fetcher:
            robots = Robots(fetcher.get, site.address)
            return list_pages(fetcher.get, robots, site.address + path, most)

    return look


def test_a_sitemap_of_sitemaps(site, listed):
    """Pages of all sitemaps are found, each once, packed sitemaps too; pictures are no pages."""
    index = (
        f"<sitemapindex><sitemap><loc>{site.address}/a.xml</loc></sitemap><sitemap><loc> {site.address}/b.xml.gz </loc>"
    )
    site.pages["/sitemap.xml"] = index.encode()
    site.sitemap("/one", "/two?a=1&amp;b=2", "/one", "/logo.png", at="/a.xml")
    urls = f"<urlset><url><loc><![CDATA[{site.address}/three]]></loc></url></urlset>"
    site.pages["/b.xml.gz"] = gzip.compress(urls.encode())
    found = listed()
    assert found.pages == [f"{site.address}{path}" for path in ("/one", "/two?a=1&b=2", "/three")]
    assert found.incomplete == ""


def test_robots_names_the_sitemap(site, listed):
    """A sitemap elsewhere is found by robots.txt."""
    site.pages["/robots.txt"] = f"Sitemap: {site.address}/maps/x.xml".encode()
    site.sitemap("/one", at="/maps/x.xml")
    assert listed().pages == [f"{site.address}/one"]


def test_only_below_the_address(site, listed):
    """With a path, only its pages are taken; the sitemap's own address takes all."""
    site.sitemap("/help/a", "/shop/b", "/helpless")
    assert listed("/help/").pages == [f"{site.address}/help/a"]
    assert len(listed("/sitemap.xml").pages) == 3


def test_other_hosts_are_refused_by_name(site, listed):
    """An address elsewhere is told and left out; the rest is read."""
    site.pages["/sitemap.xml"] = f"<urlset><loc>http://10.0.0.1/x</loc><loc>{site.address}/a</loc></urlset>".encode()
    found = listed()
    assert found.pages == [f"{site.address}/a"]
    assert found.refused == [("http://10.0.0.1/x", "leads to another host, 10.0.0.1")]


def test_too_many_pages(site, listed):
    """What is beyond the limit is left out, and the list says that it is not complete."""
    site.sitemap(*(f"/{number}" for number in range(20)))
    found = listed(most=5)
    assert len(found.pages) == 5
    assert "more than 5 pages" in found.incomplete


def test_a_broken_sitemap_among_others(site, listed):
    """The others are read; nobody takes the list for complete then."""
    index = "".join(f"<loc>{site.address}/{name}.xml</loc>" for name in ("gone", "bomb", "fine", "sitemap"))
    site.pages["/sitemap.xml"] = f"<sitemapindex>{index}".encode()
    site.pages["/bomb.xml"] = gzip.compress(b"<loc>" + b" " * 60_000_000)
    site.sitemap("/a", at="/fine.xml")
    found = listed()
    assert found.pages == [f"{site.address}/a"]
    assert found.incomplete.endswith("the sitemap answers 404")
    assert [problem for _, problem in found.refused] == [
        "the sitemap answers 404",
        "the sitemap is larger than 50,000,000 bytes unpacked",
    ]


@pytest.mark.parametrize("content", [b"<html>not found</html>", b"", b"\x00\x01", b"\x1f\x8bnot packed"])
def test_no_sitemap(site, listed, content):
    """What is no sitemap is told as such."""
    site.pages["/sitemap.xml"] = content
    with pytest.raises(FetchError, match="the sitemap"):
        listed()


@pytest.mark.parametrize("status", [401, 403, 429, 500, 503])
def test_robots_that_cannot_be_read(site, listed, status):
    """When the site does not let us read its rules, nothing is read."""
    site.pages["/robots.txt"] = (status, {}, b"")
    with pytest.raises(FetchError, match=r"robots\.txt answers"):
        listed()
    assert site.paths() == ["/robots.txt"]


@pytest.mark.parametrize(
    ("rules", "allowed", "refused"),
    [
        ("Disallow: /*/private/", ["/private/x", "/a/privates"], ["/a/private/", "/a/b/private/x"]),
        ("Disallow: /*.pdf$", ["/a.pdf?x=1", "/a.pdfs", "/pdf"], ["/a.pdf", "/deep/b.pdf"]),
        ("Disallow: /docs/\nAllow: /docs/open/", ["/docs/open/a", "/"], ["/docs/", "/docs/ope"]),
        ("Allow: /docs\nDisallow: /docs/secret", ["/docs/a"], ["/docs/secret/a"]),
        ("Disallow: /a\nAllow: /a", ["/a"], []),
        ("Disallow: /caf%C3%A9", ["/cafe"], ["/café", "/caf%c3%a9/x"]),
        ("Disallow:", ["/", "/a"], []),
        ("Disallow: /\n\nUser-agent: answerable\nDisallow: /x", ["/", "/y"], ["/x"]),
        ("Disallow: /a\nUser-agent: other\nDisallow: /\nUser-agent: *\nDisallow: /b", ["/c"], ["/a", "/b"]),
    ],
)
def test_the_longest_rule_wins(site, rules, allowed, refused):
    """Wildcards and ends are heeded, of two rules that fit the longer one counts, and our own group before others."""
    site.pages["/robots.txt"] = f"User-agent: *\n{rules}\n".encode()
    with Fetcher(host_of(site.address), allow_private=True) as fetcher:
        robots = Robots(fetcher.get, site.address)
    assert [path for path in [*allowed, *refused] if robots.allows(site.address + path)] == allowed


def test_a_hostile_robots_takes_no_long_time(site):
    """Many wildcards and long addresses are compared at once."""
    site.pages["/robots.txt"] = b"User-agent: *\n" + b"".join(
        b"Disallow: /%d%s$\n" % (n, b"*a" * 400) for n in range(500)
    )
    with Fetcher(host_of(site.address), allow_private=True) as fetcher:
        robots = Robots(fetcher.get, site.address)
    assert robots.allows(f"{site.address}/1{'a' * 1_900}b")


def test_rules_of_robots(site):
    """Rules for everybody and for us hold; a delay is kept within bounds."""
    site.pages["/robots.txt"] = b"User-agent: *\nDisallow: /private/\nCrawl-delay: 99999\n"
    with Fetcher(host_of(site.address), allow_private=True) as fetcher:
        robots = Robots(fetcher.get, site.address)
    assert robots.allows(f"{site.address}/open")
    assert not robots.allows(f"{site.address}/private/x")
    assert robots.delay == 10.0
