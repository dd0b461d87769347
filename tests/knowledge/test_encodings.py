"""How bytes become text."""

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge.encodings import decoded

WORD = "Größe – 5 €"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-32", "cp1252"])
def test_what_needs_no_word(encoding):
    """Byte order marks, UTF-8 and Windows-1252 are told apart by themselves."""
    assert decoded(WORD.encode(encoding)) == WORD


def test_what_is_declared():
    """A header comes before the page's own word; UTF-8 that is valid comes before both."""
    russian = "<meta charset='koi8-r'>Привет".encode("koi8-r")
    assert decoded(russian).endswith("Привет")
    assert decoded("Привет".encode("cp1251"), "windows-1251") == "Привет"
    assert decoded("Привет".encode(), "windows-1251") == "Привет"
    assert decoded("é".encode("cp1252"), "hex") == "é"


@pytest.mark.parametrize("content", [b"a\x00b", b"\xff\xfe\x00", b"<meta charset=shift_jis>\xff\xff", b"\x81"])
def test_what_is_no_text(content):
    """It is refused."""
    with pytest.raises(UnicodeError):
        decoded(content)


@given(st.binary(max_size=200), st.text(max_size=20) | st.none())
def test_nothing_else_is_raised(content, declared):
    """Whatever comes, the outcome is text or that error."""
    with suppress(UnicodeError):
        assert isinstance(decoded(content, declared), str)
