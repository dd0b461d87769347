"""Fetches pages of the web without being led anywhere else: what stands between an address that somebody typed, or
that a page redirects to, and this machine's own network.

Every connection is made to an address that was checked, never to a name that is looked up again, so that a name which
changes its mind (DNS rebinding) changes nothing. Refuses to know what is in a page.
"""

import ipaddress
import re
import socket
import ssl
import time
import zlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import TracebackType
from typing import Any
from urllib.parse import quote, urljoin, urlsplit, urlunsplit

import httpcore

SECONDS_A_REQUEST = 30.0
MAX_REDIRECTS = 5
MAX_URL = 2_000
UNQUOTED = "/%:@!$&'()*+,;=~-._"
HOST = re.compile(r"[a-z0-9._:-]{1,255}")
AGENT = "Answerable"
HEADERS = {"user-agent": f"{AGENT}/1 (knowledge import)", "accept-encoding": "gzip, identity"}
KEPT = ("content-type", "etag", "last-modified", "retry-after")
NAT64 = ipaddress.ip_network("64:ff9b::/96")
# private by their registration, while some versions of the standard library call them global
NOT_PUBLIC = tuple(map(ipaddress.ip_network, ("192.0.0.0/24", "64:ff9b:1::/48", "fec0::/10")))
REDIRECTS = (301, 302, 303, 307, 308)
GZIP = 16 + zlib.MAX_WBITS


class FetchError(Exception):
    """This address was not fetched; the message says why in plain words."""


class Forbidden(FetchError):
    """The address leads where we do not go."""


@dataclass(frozen=True, slots=True)
class Fetched:
    """An answer: where it came from in the end, its status, a few headers and at most `largest` bytes."""

    url: str
    status: int
    headers: Mapping[str, str]
    body: bytes


def is_public(address: str) -> bool:
    """Whether an IP address belongs to the public internet, also when it is wrapped in an IPv6 address."""
    ip = ipaddress.ip_address(address.partition("%")[0])
    if isinstance(ip, ipaddress.IPv6Address):
        inner = ip.ipv4_mapped or ip.sixtofour or (ip.teredo[1] if ip.teredo else None)
        if ip in NAT64 or int(ip) >> 32 == 0:
            inner = ipaddress.IPv4Address(int(ip) & 0xFFFFFFFF)
        if inner is not None and not is_public(str(inner)):
            return False
    return ip.is_global and not ip.is_multicast and not any(ip in network for network in NOT_PUBLIC)


def resolve(host: str, port: int) -> list[str]:
    """The addresses behind a name, in the system's order. Raises `FetchError`."""
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise FetchError(f"{host[:100]} cannot be found") from error
    return list(dict.fromkeys(str(row[4][0]) for row in found))


class CheckedNetwork(httpcore.NetworkBackend):
    """Connects to checked addresses only, and gives up at `deadline` (monotonic seconds) whatever happens."""

    def __init__(self, *, allow_private: bool) -> None:
        self.allow_private = allow_private
        self.deadline = float("inf")
        self._network = httpcore.SyncBackend()

    def connect_tcp(
        self, host: str, port: int, timeout: float | None = None, local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.NetworkStream:  # fmt: skip
        """A connection to the first address of the host, once all of them are public."""
        addresses = resolve(host, port)
        if not self.allow_private and not all(map(is_public, addresses)):
            raise Forbidden(f"{host[:100]} is in a private network")
        stream = self._network.connect_tcp(addresses[0], port, self.left(timeout), local_address, socket_options)
        return _Stream(stream, self)

    def left(self, timeout: float | None) -> float:
        """Seconds until the deadline, at most `timeout`. Raises `FetchError` when none is left."""
        left = self.deadline - time.monotonic()
        if left <= 0:
            raise FetchError(f"took longer than {SECONDS_A_REQUEST:.0f} seconds")
        return left if timeout is None else min(left, timeout)


class _Stream(httpcore.NetworkStream):
    """A connection whose every step respects the deadline: an answer that drips in ends too."""

    def __init__(self, stream: httpcore.NetworkStream, network: CheckedNetwork) -> None:
        self._stream, self._network = stream, network

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._stream.read(max_bytes, self._network.left(timeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._stream.write(buffer, self._network.left(timeout))

    def close(self) -> None:
        self._stream.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        secure = self._stream.start_tls(ssl_context, server_hostname, self._network.left(timeout))
        return _Stream(secure, self._network)

    def get_extra_info(self, info: str) -> Any:
        return self._stream.get_extra_info(info)


class Fetcher:
    """Fetches pages of one host, one at a time. No cookies, no credentials, no proxy from the environment."""

    def __init__(self, host: str, *, allow_private: bool = False) -> None:
        self.host = host
        self._network = CheckedNetwork(allow_private=allow_private)
        self._pool = httpcore.ConnectionPool(network_backend=self._network, max_connections=2)

    def __enter__(self) -> "Fetcher":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._pool.close()

    def get(self, url: str, largest: int, headers: Mapping[str, str] | None = None) -> Fetched:
        """The answer at `url`, redirects within the host followed. Raises `FetchError`."""
        self._network.deadline = time.monotonic() + SECONDS_A_REQUEST
        for _ in range(MAX_REDIRECTS + 1):
            checked = checked_url(url, self.host)
            answer = self._once(checked, largest, headers or {})
            target = answer.headers.get("location")
            if answer.status not in REDIRECTS or target is None:
                return answer
            url = _redirected(checked, target)
        raise FetchError(f"redirects more than {MAX_REDIRECTS} times")

    def _once(self, url: str, largest: int, more: Mapping[str, str]) -> Fetched:
        try:
            with self._pool.stream("GET", url, headers=list({**HEADERS, **more}.items())) as response:
                known = {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in response.headers}
                headers = {name: known[name] for name in (*KEPT, "location") if name in known}
                if response.status in REDIRECTS:
                    return Fetched(url, response.status, headers, b"")
                body = _read(response, known.get("content-encoding", ""), largest)
                return Fetched(url, response.status, headers, body)
        except httpcore.TimeoutException as error:
            raise FetchError(f"took longer than {SECONDS_A_REQUEST:.0f} seconds") from error
        except (httpcore.NetworkError, httpcore.ProtocolError, httpcore.UnsupportedProtocol, OSError) as error:
            raise FetchError(f"cannot be reached: {str(error)[:200] or type(error).__name__}") from error


def checked_url(url: str, host: str) -> str:
    """The address without fragment. Raises `Forbidden` unless it is on this host, by HTTP(S), without credentials."""
    try:
        parts = urlsplit(url.strip())
        netloc = host_of(url)
    except ValueError as error:
        raise Forbidden("is no web address") from error
    if parts.scheme not in ("http", "https") or len(url) > MAX_URL or not url.strip().isprintable():
        raise Forbidden("is no web address")
    if HOST.fullmatch(netloc) is None:
        raise Forbidden("is no web address")
    if parts.username is not None or parts.password is not None:
        raise Forbidden("holds a user name or password")
    if netloc != host:
        raise Forbidden(f"leads to another host, {netloc[:100] or 'none'}")
    path, query = quote(parts.path or "/", safe=UNQUOTED), quote(parts.query, safe=UNQUOTED + "?")
    return urlunsplit((parts.scheme, parts.netloc.lower(), path, query, ""))


def host_of(url: str) -> str:
    """Host and port as compared here: lower case, the usual ports left out. Raises `ValueError`."""
    parts = urlsplit(url.strip())
    host, port = (parts.hostname or "").rstrip("."), parts.port
    return host if port in (None, 80, 443) else f"{host}:{port}"


def _redirected(url: str, target: str) -> str:
    try:
        joined = urljoin(url, target)
        downgraded = urlsplit(url).scheme == "https" and urlsplit(joined).scheme == "http"
    except ValueError as error:
        raise Forbidden("redirects to no web address") from error
    if downgraded:
        raise Forbidden("redirects from https to http")
    return joined


def _read(response: httpcore.Response, encoding: str, largest: int) -> bytes:
    """The body, unpacked, at most `largest` bytes of it counted after unpacking."""
    unpack = zlib.decompressobj(GZIP) if encoding.strip().lower() in ("gzip", "x-gzip") else None
    body = bytearray()
    for piece in response.iter_stream():
        room = largest + 1 - len(body)
        body += _unpacked(unpack, piece, room) if unpack else piece[:room]
        if len(body) > largest:
            raise FetchError(f"is larger than {largest:,} bytes")
    return bytes(body)


def gunzipped(content: bytes, largest: int) -> bytes:
    """The content of a .gz file, at most `largest` bytes. Raises `FetchError` for a broken one or a bomb."""
    body = _unpacked(zlib.decompressobj(GZIP), content, largest + 1)
    if len(body) > largest:
        raise FetchError(f"is larger than {largest:,} bytes unpacked")
    return body


def _unpacked(unpack: Any, piece: bytes, room: int) -> bytes:
    try:
        found: bytes = unpack.decompress(piece, room)
    except zlib.error as error:
        raise FetchError("is broken: its compression cannot be undone") from error
    return found
