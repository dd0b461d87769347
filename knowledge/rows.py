"""Decides how JSON Lines and CSV files become rows, one after the other in little memory.

A line or row that is broken is an error in its place, and the rest goes on. Refuses to know what the fields mean.
"""

import csv
import json
from collections.abc import Collection, Iterator
from pathlib import Path
from typing import IO, Any

from knowledge.encodings import MARKS
from knowledge.found import ArticleFileError, FileNote

MAX_LINE_BYTES = 8_000_000
MAX_CELL = 2_000_000
MOST_BROKEN = 200
SEPARATORS = (",", ";", "\t")
PIECE = 1 << 16

Row = tuple[int, dict[str, Any]]


def read_jsonl(path: Path) -> Iterator[Row]:
    """Yield (line number, object) of a JSON Lines file, blank lines left out. Raises `ArticleFileError`."""
    for row in json_rows(path):
        if isinstance(row, ArticleFileError):
            raise row
        yield row


def json_rows(path: Path) -> Iterator[Row | ArticleFileError]:
    """Yield (line number, object) of a JSON Lines file, and an error in place of each line that is none."""
    for number, line in _lines(path, "utf-8"):
        if isinstance(line, ArticleFileError):
            yield line
        elif line.strip():
            yield _object(path, number, line)


def _object(path: Path, number: int, line: str) -> Row | ArticleFileError:
    try:
        row = json.loads(line)
    except (ValueError, RecursionError) as error:
        return ArticleFileError(path, number, None, f"is not JSON: {error}")
    if not isinstance(row, dict):
        return ArticleFileError(path, number, None, "is not a JSON object")
    return number, row


def csv_rows(path: Path, needed: Collection[str]) -> Iterator[Row | ArticleFileError | FileNote]:
    """Yield (line number, cells by column) of a CSV file with a header that names at least the `needed` columns, and an
    error in place of each row that is broken.

    Cells are separated by commas, semicolons or tabs, whichever makes the header name what is needed. A file that is
    not UTF-8 is read as Windows-1252, in which Excel writes, with a note that says so; single lines that are not UTF-8
    in a file that else is are errors.
    """
    try:
        encoding = _encoding(path)
    except UnicodeError as error:
        yield ArticleFileError(path, None, None, str(error))
        return
    except OSError as error:
        yield ArticleFileError(path, None, None, f"cannot be read: {error.strerror}")
        return
    if encoding == "cp1252":
        yield FileNote(path, "is not UTF-8 and was read as Windows-1252; look whether letters with accents are right")
    yield from _table(path, _Lines(path, encoding), needed)


def _table(path: Path, lines: "_Lines", needed: Collection[str]) -> Iterator[Row | ArticleFileError]:
    csv.field_size_limit(max(MAX_CELL, csv.field_size_limit()))
    try:
        columns, separator = _header(path, lines, needed)
    except ArticleFileError as error:
        yield error
        return
    rows, broken = csv.reader(lines, strict=True, delimiter=separator), 0
    while True:
        start = lines.begin()
        try:
            if cells := next(rows):
                yield start, dict(zip(columns, cells, strict=False))
        except StopIteration:
            return
        except (csv.Error, _BadLine) as error:
            yield lines.error or ArticleFileError(path, start, None, f"is not CSV: {error}")
            lines.go_back(1)
            broken += 1
        if broken > MOST_BROKEN:
            yield ArticleFileError(path, start, None, f"has more than {MOST_BROKEN} broken rows; the rest was left out")
            return


def _header(path: Path, lines: "_Lines", needed: Collection[str]) -> tuple[list[str], str]:
    """The columns, and what separates them. Raises `ArticleFileError` when a column is missing."""
    missing = set(needed)
    for separator in SEPARATORS:
        lines.begin()
        try:
            columns = [cell.strip() for cell in next(csv.reader(lines, strict=True, delimiter=separator), [])]
        except csv.Error:
            columns = []
        except _BadLine as error:
            raise lines.error or error from None
        missing = min(missing, set(needed) - set(columns), key=len)
        if not missing:
            return columns, separator
        lines.go_back(0)
    raise ArticleFileError(path, 1, min(missing), "column is missing")


class _BadLine(Exception):
    """A line inside a row cannot be used; `_Lines.error` says why."""


class _Lines:
    """The lines of a file for a CSV reader, which takes as many as a row needs. After a broken row it can go back to
    the line after the row's first one, so that a quote that is never closed costs one row and not the rest."""

    def __init__(self, path: Path, encoding: str) -> None:
        self._source = _lines(path, encoding)
        self._again: list[tuple[int, str]] = []
        self._row: list[tuple[int, str]] = []
        self._next = 1
        self.error: ArticleFileError | None = None

    def __iter__(self) -> "_Lines":
        return self

    def __next__(self) -> str:
        number, line = self._again.pop() if self._again else next(self._source)
        self._next = number + 1
        if isinstance(line, ArticleFileError):
            self.error = line
            raise _BadLine
        self._row.append((number, line))
        return line

    def begin(self) -> int:
        """A row begins; returns the number of its first line."""
        self._row, self.error = [], None
        return self._again[-1][0] if self._again else self._next

    def go_back(self, used: int) -> None:
        """Have the lines of the present row read again but for the first `used`; not when one cannot be used."""
        if self.error is None:
            self._again += reversed(self._row[used:])


def _lines(path: Path, encoding: str) -> Iterator[tuple[int, str | ArticleFileError]]:
    """Yield (line number, text with its line end), an error in place of each line that is too long or no such text."""
    try:
        with path.open("rb") as file:
            for number, line in enumerate(_pieces(file), start=1):
                yield number, _text(path, number, line, encoding)
    except OSError as error:
        yield 1, ArticleFileError(path, None, None, f"cannot be read: {error.strerror}")


def _pieces(file: IO[bytes]) -> Iterator[bytes | None]:
    """The lines as bytes; None for one that is too long, which is read over."""
    while line := file.readline(MAX_LINE_BYTES + 1):
        too_long = len(line) > MAX_LINE_BYTES
        while too_long and line and not line.endswith(b"\n"):
            line = file.readline(PIECE)
        yield None if too_long else line


def _text(path: Path, number: int, line: bytes | None, encoding: str) -> str | ArticleFileError:
    if line is None:
        return ArticleFileError(path, number, None, f"is longer than {MAX_LINE_BYTES} bytes")
    try:
        return line.decode("utf-8-sig" if number == 1 and encoding == "utf-8" else encoding)
    except UnicodeDecodeError:
        name = "UTF-8" if encoding == "utf-8" else encoding
        return ArticleFileError(path, number, None, f"is not {name} text")


def _encoding(path: Path) -> str:
    """UTF-8, or Windows-1252 when more lines with other letters than English ones are not UTF-8 than are.

    Raises `UnicodeError` for what is no text, `OSError` when it cannot be read.
    """
    fitting = other = 0
    with path.open("rb") as file:
        if any(file.peek(4).startswith(mark) for mark, name in MARKS if name != "utf-8-sig"):
            raise UnicodeError("is UTF-16 or UTF-32 text; save it as UTF-8")
        for line in iter(lambda: file.readline(MAX_LINE_BYTES), b""):
            if b"\x00" in line:
                raise UnicodeError("is not text: it holds NUL bytes")
            if not line.isascii():
                fits = _fits(line)
                fitting, other = fitting + fits, other + (not fits)
    return "cp1252" if other > fitting else "utf-8"


def _fits(line: bytes) -> bool:
    try:
        line.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True
