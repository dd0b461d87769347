"""What may be fetched: public addresses of one host, within limits; loopback and private networks never."""

import gzip
import socket

import pytest
from hypothesis import given
from hypothesis import strategies as st

from copilot.sources import guarded
from copilot.sources.guarded import Fetcher, FetchError, Forbidden, checked_url, gunzipped, host_of, is_public


@pytest.mark.parametrize(
    "address",
    [
        *("127.0.0.1", "127.8.8.8", "10.0.0.1", "172.16.0.1", "192.168.1.1", "169.254.169.254", "0.0.0.0"),
        *("100.64.0.1", "192.0.2.1", "198.18.0.1", "224.0.0.1", "240.0.0.1", "255.255.255.255"),
        *("::1", "::", "fe80::1", "fe80::1%eth0", "fc00::1", "fd12::1", "ff02::1", "2001:db8::1"),
        *("::ffff:127.0.0.1", "::ffff:10.0.0.1", "::127.0.0.1", "64:ff9b::7f00:1", "64:ff9b::a9fe:a9fe"),
        *("192.0.0.8", "192.0.0.9", "192.0.0.170", "64:ff9b:1::a00:1", "64:ff9b:1::101:101", "fec0::1", "feff::1"),
        *("::ffff:192.0.0.10", "2002:c000:9::1"),
        *("2002:7f00:1::", "2002:c0a8:101::1", "2001:0:4136:e378:8000:63bf:80ff:fffe"),
    ],
)
def test_private_addresses(address):
    """Loopback, private, link-local, shared, reserved and multicast addresses are not public, nor when wrapped."""
    assert not is_public(address)


@pytest.mark.parametrize("address", ["1.1.1.1", "93.184.216.34", "2606:4700:4700::1111", "64:ff9b::101:101"])
def test_public_addresses(address):
    """Addresses of the public internet are."""
    assert is_public(address)


@given(st.ip_addresses(v=4))
def test_wrapping_changes_nothing(address):
    """An IPv4 address in an IPv6 one is as public as by itself, or less."""
    for wrapped in (f"::ffff:{address}", f"64:ff9b::{address}"):
        assert is_public(str(address)) or not is_public(wrapped)


@pytest.mark.parametrize("name", ["127.0.0.1", "localhost", "2130706433", "0x7f.1", "127.1", "[::1]"])
def test_a_private_host_is_not_connected_to(name):
    """However loopback is spelled, nothing is connected."""
    url = f"http://{name}:9/"
    with Fetcher(host_of(url)) as fetcher, pytest.raises(Forbidden, match="private network"):
        fetcher.get(url, 1000)


def test_the_checked_address_is_the_one_connected_to(site, monkeypatch):
    """A name that answers with a public address first and loopback later is looked up once for each connection."""
    site.page("/", "T", "Text")
    port, answers = int(site.address.rpartition(":")[2]), []

    def rebinding(host, port, **_):
        answers.append(host)
        return [
            (socket.AF_INET, socket.SOCK_STREAM, 6, "", ("93.184.216.34" if len(answers) == 1 else "127.0.0.1", port))
        ]

    reached = []

    def connect(host, *_):
        reached.append(host)
        raise OSError("no way out of a test")

    monkeypatch.setattr(guarded.socket, "getaddrinfo", rebinding)
    with Fetcher(f"shop.example:{port}") as fetcher:
        monkeypatch.setattr(fetcher._network._network, "connect_tcp", connect)
        with pytest.raises(FetchError):
            fetcher.get(f"http://shop.example:{port}/", 1000)
        assert (reached, len(answers)) == (["93.184.216.34"], 1)
        with pytest.raises(Forbidden, match="private network"):
            fetcher.get(f"http://shop.example:{port}/", 1000)
    assert reached == ["93.184.216.34"]
    assert site.asked == []


def test_one_private_address_among_public_ones_is_enough(monkeypatch):
    """A name with a public and a private address is refused."""
    rows = [(2, 1, 6, "", ("1.1.1.1", 80)), (2, 1, 6, "", ("10.0.0.1", 80))]
    monkeypatch.setattr(guarded.socket, "getaddrinfo", lambda *_, **__: rows)
    with Fetcher("shop.example") as fetcher, pytest.raises(Forbidden):
        fetcher.get("http://shop.example/", 1000)


@pytest.mark.parametrize(
    ("target", "reason"),
    [
        ("http://169.254.169.254/latest/meta-data/", "another host"),
        ("http://localhost:1/", "another host"),
        ("//10.0.0.1/", "another host"),
        ("file:///etc/passwd", "no web address"),
        ("gopher://127.0.0.1/", "no web address"),
        ("http://user:pass@{host}/", "user name or password"),
        ("http://[", "no web address"),
        ("/loop", "redirects more than"),
    ],
)
def test_redirects_lead_nowhere_else(site, target, reason):
    """Every hop is checked like the first address."""
    host = site.address.removeprefix("http://")
    site.pages["/start"] = (302, {"location": target.format(host=host)}, b"")
    site.pages["/loop"] = (302, {"location": "/loop"}, b"")
    with Fetcher(host, allow_private=True) as fetcher, pytest.raises(FetchError, match=reason):
        fetcher.get(f"{site.address}/start", 1000)
    assert len(site.asked) <= 7


def test_a_redirect_within_the_host(site):
    """It is followed, and the answer tells where it came from."""
    site.pages["/old"] = (301, {"location": "/new"}, b"")
    site.pages["/new"] = b"here"
    with Fetcher(host_of(site.address), allow_private=True) as fetcher:
        answer = fetcher.get(f"{site.address}/old#part", 1000)
    assert (answer.url, answer.body) == (f"{site.address}/new", b"here")


def test_too_large_and_bombs(site):
    """A page over its limit and a small one that unpacks to much are refused while they are read."""
    site.pages["/large"] = b"x" * 2000
    site.pages["/bomb"] = (200, {"content-encoding": "gzip"}, gzip.compress(b"x" * 50_000_000))
    site.pages["/fine"] = (200, {"content-encoding": "gzip"}, gzip.compress(b"words"))
    site.pages["/broken"] = (200, {"content-encoding": "gzip"}, b"words")
    with Fetcher(host_of(site.address), allow_private=True) as fetcher:
        for path, reason in (("/large", "larger"), ("/bomb", "larger"), ("/broken", "broken")):
            with pytest.raises(FetchError, match=reason):
                fetcher.get(site.address + path, 1000)
        assert fetcher.get(f"{site.address}/fine", 1000).body == b"words"
    with pytest.raises(FetchError, match="unpacked"):
        gunzipped(gzip.compress(b"x" * 50_000_000), 1000)


def test_an_answer_that_never_ends(site, monkeypatch):
    """Time is up for the whole request, not for each byte of it."""
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        monkeypatch.setattr(guarded, "SECONDS_A_REQUEST", 0.2)
        url = f"http://127.0.0.1:{silent.getsockname()[1]}/"
        with Fetcher(host_of(url), allow_private=True) as fetcher, pytest.raises(FetchError, match="took longer"):
            fetcher.get(url, 1000)


@pytest.mark.parametrize(
    "url",
    ["ftp://a.example/", "http://b.example/", "http://a.example:81/", "http://ä.example/", "http://a.example:x/", ""],
)
def test_addresses_that_are_not_ours(url):
    """Another scheme, host or port, and what is no address, is refused."""
    with pytest.raises(Forbidden):
        checked_url(url, "a.example")


def test_the_same_address_is_written_in_one_way():
    """Host in lower case, no fragment, a path, letters of other scripts as the web wants them."""
    assert checked_url(" http://a.example/größe 1?q=ä%20b ", "a.example") == (
        "http://a.example/gr%C3%B6%C3%9Fe%201?q=%C3%A4%20b"
    )
    assert checked_url("HTTP://A.example#x", "a.example") == "http://a.example/"
