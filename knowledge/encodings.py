"""Decides how bytes become text, by explicit rules and not by statistics: the same bytes always read the same.

Refuses to know where the bytes come from.
"""

import codecs
import re

_META = re.compile(rb"<meta[^>]{0,200}?charset\s*=\s*[\"']?([A-Za-z0-9_:.-]{2,40})", re.IGNORECASE)
MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_TEXTUAL = re.compile(
    r"utf-?(8|16|32)|iso-?8859|latin|windows-?\d|cp\d|koi8|gb|big5|euc|shift|ascii|mac", re.IGNORECASE
)
HEAD = 4_096


def decoded(content: bytes, declared: str | None = None) -> str:
    """The text of `content`: by its byte order mark, then as UTF-8, then as `declared` (by a header) or as the page's
    own `<meta charset>` says, and then as Windows-1252, which is what undeclared pages of the web mean.

    Raises `UnicodeError` when it is no text: it holds NUL bytes, or letters that none of these knows.
    """
    for mark, encoding in MARKS:
        if content.startswith(mark):
            return _strict(content, encoding)
    if b"\x00" in content:
        raise UnicodeError("is not text: it holds NUL bytes")
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError:
        return _strict(content, _known(declared) or _known(_meta(content)) or "cp1252")


def _strict(content: bytes, encoding: str) -> str:
    try:
        return content.decode(encoding)
    except (UnicodeError, ValueError) as error:
        raise UnicodeError(f"is not UTF-8 text, nor {encoding}") from error


def _meta(content: bytes) -> str | None:
    found = _META.search(content[:HEAD])
    return found.group(1).decode("ascii") if found else None


def _known(name: str | None) -> str | None:
    """The codec of this name, when it is one for text; Latin-1 on the web means Windows-1252."""
    if name is None or _TEXTUAL.match(name) is None:
        return None
    try:
        codec = codecs.lookup(name).name
    except (LookupError, ValueError):
        return None
    return "cp1252" if codec in ("iso8859-1", "ascii") else codec
