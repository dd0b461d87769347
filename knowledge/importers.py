"""Decides how files become articles: JSON Lines, CSV, Markdown, HTML and PDF, exports, folders and zip files of them.

Refuses to guess: what breaks a rule is an error that names file, line and field. `read_articles` stops there, while
`examine` goes on with the rest.
"""

import csv
import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import yaml

from knowledge.archives import ArchiveError, unpack
from knowledge.articles import Article, ArticleError
from knowledge.encodings import decoded
from knowledge.exports import ExportError, export_rows
from knowledge.html_text import read_page
from knowledge.pdf_text import MAX_PDF_BYTES, PdfError, read_pdf
from knowledge.structure import heading_of

MAX_PAGE_BYTES = 2_000_000
MAX_EXPORT_BYTES = 100_000_000
MAX_LINE_BYTES = 8_000_000
MAX_FRONT_MATTER = 20_000
_FIELDS = ("id", "title", "body", "language", "visibility", "category", "status", "valid_until", "owner")


class ArticleFileError(ValueError):
    """A file cannot be read as articles. `line` counts from 1 and is None for the file as a whole."""

    def __init__(self, path: Path, line: int | None, field: str | None, problem: str) -> None:
        place = f"{path}:{line}" if line is not None else str(path)
        super().__init__(f"{place}: {field}: {problem}" if field else f"{place}: {problem}")
        self.path, self.line, self.field, self.problem = path, line, field, problem


def read_articles(paths: Sequence[Path]) -> Iterator[Article]:
    """Yield the articles in files and folders, in a stable order.

    A row needs `id`, `title` and `body` (JSON Lines may give `answers`, a list of texts, instead); `language`,
    `visibility` and `category` are optional. A page without an id gets its path inside the folder, without suffix.
    Raises `ArticleFileError`, also for an id that was seen before.
    """
    for found in examine(paths):
        if isinstance(found, ArticleFileError):
            raise found
        yield found


def examine(paths: Sequence[Path]) -> Iterator["Article | ArticleFileError"]:
    """Yield the articles as `read_articles` does, and an error in place of each one that cannot be read."""
    seen: dict[str, Path] = {}
    for given in paths:
        for found in _read(Path(given)):
            if isinstance(found, ArticleFileError):
                yield found
                continue
            path, line, article = found
            if article.id in seen:
                yield ArticleFileError(path, line, "id", f"{article.id!r} is also in {seen[article.id]}")
                continue
            seen[article.id] = path
            yield article


Found = tuple[Path, int | None, Article] | ArticleFileError


def read_jsonl(path: Path) -> Iterator[tuple[int, dict[str, Any]]]:
    """Yield (line number, object) of a JSON Lines file, blank lines left out. Raises `ArticleFileError`."""
    for number, line in _lines(path):
        if line.strip():
            yield number, _object(path, number, line)


def _object(path: Path, number: int, line: str) -> dict[str, Any]:
    try:
        row = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise ArticleFileError(path, number, None, f"is not JSON: {error}") from error
    if not isinstance(row, dict):
        raise ArticleFileError(path, number, None, "is not a JSON object")
    return row


def _read(path: Path) -> Iterator[Found]:
    if path.is_dir():
        yield from _folder(path, _PAGES, "holds no Markdown, HTML or PDF file")
    elif path.suffix.lower() == ".zip":
        yield from _zip(path)
    elif path.suffix.lower() in _READERS:
        yield from _tolerant(_READERS[path.suffix.lower()], path, path.parent)
    else:
        yield ArticleFileError(path, None, None, f"is none of {', '.join(_READERS)}, .zip")


def _tolerant(reader: "Reader", path: Path, folder: Path) -> Iterator[Found]:
    """What the reader finds; what ends it becomes the last thing found."""
    try:
        yield from reader(path, folder)
    except ArticleFileError as error:
        yield error


def _folder(folder: Path, readers: Mapping[str, "Reader"], empty: str) -> Iterator[Found]:
    files = [path for path in sorted(folder.rglob("*")) if _is_wanted(path, folder, readers)]
    if not files:
        yield ArticleFileError(folder, None, None, empty)
    for path in files:
        yield from _tolerant(readers[path.suffix.lower()], path, folder)


def _is_wanted(path: Path, folder: Path, readers: Mapping[str, "Reader"]) -> bool:
    hidden = any(part.startswith(".") for part in path.relative_to(folder).parts)
    return path.suffix.lower() in readers and not hidden and not path.is_symlink() and path.is_file()


def _zip(path: Path) -> Iterator[Found]:
    """The files of a zip as if it were a folder; places are told by the zip's own name."""
    with TemporaryDirectory(prefix="answerable-zip-") as made:
        folder = Path(made)
        try:
            for refused in unpack(path, folder):
                yield ArticleFileError(path / refused.name, None, None, refused.problem)
        except ArchiveError as error:
            yield ArticleFileError(path, None, None, str(error))
            return
        for found in _folder(folder, _READERS, "holds no file that can be read"):
            if isinstance(found, ArticleFileError):
                yield ArticleFileError(_inside(path, found.path, folder), found.line, found.field, found.problem)
            else:
                yield _inside(path, found[0], folder), found[1], found[2]


def _inside(archive: Path, path: Path, folder: Path) -> Path:
    return archive / path.relative_to(folder)


def _jsonl(path: Path, _folder: Path) -> Iterator[Found]:
    for number, line in _lines(path):
        if not line.strip():
            continue
        try:
            row = _object(path, number, line)
        except ArticleFileError as error:
            yield error
            continue
        if "body" not in row and isinstance(row.get("answers"), list):
            row["body"] = "\n\n".join(text for text in row["answers"] if isinstance(text, str))
        yield _checked(path, number, row)


def _export(path: Path, _folder: Path) -> Iterator[Found]:
    """Articles of a Zendesk Guide or Chatwoot export, as their APIs answer."""
    text = _text(path, MAX_EXPORT_BYTES)
    try:
        document = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise ArticleFileError(path, None, None, f"is not JSON: {error}") from error
    try:
        for row in export_rows(document):
            if isinstance(row, ExportError):
                yield ArticleFileError(path, None, row.field, row.problem)
            else:
                yield _checked(path, None, row)
    except ExportError as error:
        raise ArticleFileError(path, None, error.field, error.problem) from error


def _pdf(path: Path, folder: Path) -> Iterator[Found]:
    try:
        page = read_pdf(_bytes(path, MAX_PDF_BYTES))
    except PdfError as error:
        raise ArticleFileError(path, None, "body", str(error)) from error
    yield _checked(path, None, {"id": _page_id(path, folder), "title": page.title or path.stem, "body": page.text})


def _csv(path: Path, _folder: Path) -> Iterator[Found]:
    rows = csv.DictReader((line for _, line in _lines(path)), strict=True)
    try:
        missing = {"id", "title", "body"} - set(rows.fieldnames or ())
        if missing:
            raise ArticleFileError(path, 1, min(missing), "column is missing")
        for row in rows:
            yield _checked(path, rows.line_num, {key: row[key] or None for key in row if key})
    except csv.Error as error:
        raise ArticleFileError(path, rows.line_num + 1, None, f"is not CSV: {error}") from error


def _markdown(path: Path, folder: Path) -> Iterator[Found]:
    matter, body, offset = _front_matter(path, _page(path))
    first = next((line for line in body.splitlines() if line.strip()), "")
    title = heading_of(first) if first.lstrip().startswith("#") else ""
    row = {"id": _page_id(path, folder), "title": title or path.stem, "body": body}
    row |= {key: value for key, value in matter.items() if value is not None and key != "body"}
    yield path, None, _article(path, offset, row)


def _html(path: Path, folder: Path) -> Iterator[Found]:
    html = _page(path)
    try:
        page = read_page(html, main=True)
    except ValueError as error:
        raise ArticleFileError(path, None, "body", str(error)) from error
    row = {"id": _page_id(path, folder), "title": page.title or path.stem, "body": page.text}
    yield path, None, _article(path, None, row | ({"language": page.language} if page.language else {}))


def _checked(path: Path, line: int | None, row: Mapping[str, Any]) -> Found:
    try:
        return path, line, _article(path, line, row)
    except ArticleFileError as error:
        return error


def _article(path: Path, line: int | None, row: Mapping[str, Any]) -> Article:
    given = {field: row[field] for field in _FIELDS if row.get(field) is not None}
    given = {field: str(value) if type(value) is int else value for field, value in given.items()}
    for field in ("id", "title", "body"):
        if field not in given:
            raise ArticleFileError(path, line, field, "is missing")
    try:
        return Article(**given)
    except ArticleError as error:
        raise ArticleFileError(path, line, error.field, error.problem) from error


def _front_matter(path: Path, text: str) -> tuple[Mapping[str, Any], str, int | None]:
    """Split YAML front matter off; the number is the line at which it starts, None when there is none."""
    if not re.match(r"---[ \t]*\n", text):
        return {}, text, None
    end = re.compile(r"^---[ \t]*$", re.MULTILINE).search(text, 4)
    if end is None or end.start() > MAX_FRONT_MATTER:
        raise ArticleFileError(path, 1, None, "the front matter has no closing ---")
    try:
        matter = yaml.safe_load(text[text.index("\n") : end.start()])
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        mark = getattr(error, "problem_mark", None)
        raise ArticleFileError(path, mark.line + 1 if mark else 1, None, "the front matter is not YAML") from error
    if not isinstance(matter, dict | None):
        raise ArticleFileError(path, 1, None, "the front matter is not a list of fields")
    return matter or {}, text[end.end() :].lstrip("\n"), 1


def _page_id(path: Path, folder: Path) -> str:
    return " ".join(path.relative_to(folder).with_suffix("").as_posix().split())


def _page(path: Path) -> str:
    return _text(path, MAX_PAGE_BYTES).replace("\r\n", "\n")


def _text(path: Path, largest: int) -> str:
    try:
        return decoded(_bytes(path, largest))
    except UnicodeError as error:
        raise ArticleFileError(path, None, None, str(error)) from error


def _bytes(path: Path, largest: int) -> bytes:
    try:
        with path.open("rb") as file:
            content = file.read(largest + 1)
    except OSError as error:
        raise ArticleFileError(path, None, None, f"cannot be read: {error.strerror}") from error
    if len(content) > largest:
        raise ArticleFileError(path, None, None, f"is larger than {largest} bytes")
    return content


def _lines(path: Path) -> Iterator[tuple[int, str]]:
    try:
        with path.open("rb") as file:
            for number, line in enumerate(iter(lambda: file.readline(MAX_LINE_BYTES + 1), b""), start=1):
                if len(line) > MAX_LINE_BYTES:
                    raise ArticleFileError(path, number, None, f"is longer than {MAX_LINE_BYTES} bytes")
                yield number, _decoded(path, number, line)
    except OSError as error:
        raise ArticleFileError(path, None, None, f"cannot be read: {error.strerror}") from error


def _decoded(path: Path, number: int, line: bytes) -> str:
    try:
        return line.decode("utf-8-sig" if number == 1 else "utf-8")
    except UnicodeDecodeError as error:
        raise ArticleFileError(path, number, None, "is not UTF-8 text") from error


Reader = Callable[[Path, Path], Iterator[Found]]
_PAGES: dict[str, Reader] = {".md": _markdown, ".markdown": _markdown, ".html": _html, ".htm": _html, ".pdf": _pdf}
_READERS: dict[str, Reader] = {".jsonl": _jsonl, ".csv": _csv, ".json": _export, **_PAGES}
