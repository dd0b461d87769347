"""Decides how files become articles: JSON Lines, CSV, Markdown, HTML and PDF, exports, folders and zip files of them.

Refuses to guess: what breaks a rule is an error that names file, line and field. `read_articles` stops there, while
`examine` goes on with the rest.
"""

import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence, Set
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import yaml

from knowledge.archives import ArchiveError, unpack
from knowledge.articles import Article, ArticleError
from knowledge.encodings import decoded
from knowledge.exports import ExportError, Gone, export_rows
from knowledge.found import ArticleFileError, FileNote, Found, FoundArticle, GoneArticle
from knowledge.html_text import read_page
from knowledge.pdf_text import MAX_PDF_BYTES, PdfError, read_pdf
from knowledge.rows import csv_rows, json_rows
from knowledge.structure import heading_of

MAX_PAGE_BYTES = 2_000_000
MAX_EXPORT_BYTES = 100_000_000
MAX_FRONT_MATTER = 20_000
_FIELDS = ("id", "title", "body", "language", "visibility", "category", "status", "valid_until", "owner")


def read_articles(paths: Sequence[Path]) -> Iterator[Article]:
    """Yield the articles in files and folders, in a stable order.

    A row needs `id`, `title` and `body` (JSON Lines may give `answers`, a list of texts, instead); `language`,
    `visibility` and `category` are optional. A page without an id gets its path inside the folder, without suffix.
    Raises `ArticleFileError`, also for an id that was seen before.
    """
    for found in examine(paths):
        if isinstance(found, ArticleFileError):
            raise found
        if isinstance(found, FoundArticle):
            yield found.article


def examine(paths: Sequence[Path]) -> Iterator[Found]:
    """Yield the articles as `read_articles` does, with what their files tell of them, and an error in place of each one
    that cannot be read."""
    seen: dict[str, Path] = {}
    for given in paths:
        for found in _read(Path(given)):
            if not isinstance(found, FoundArticle):
                yield found
                continue
            name = found.article.id
            if name in seen:
                yield ArticleFileError(found.path, found.line, "id", f"{name!r} is also in {seen[name]}", name)
                continue
            seen[name] = found.path
            yield found


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
        if path.suffix.lower() in _NAMED_BY_PATH:
            error.article_id = _page_id(path, folder)
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
            place = path / found.path.relative_to(folder)
            if isinstance(found, ArticleFileError):
                yield ArticleFileError(place, found.line, found.field, found.problem, found.article_id)
            else:
                yield replace(found, path=place)


def _jsonl(path: Path, _folder: Path) -> Iterator[Found]:
    for found in json_rows(path):
        if isinstance(found, ArticleFileError):
            yield found
            continue
        number, row = found
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
                yield ArticleFileError(path, None, row.field, row.problem, row.article_id)
            elif isinstance(row, Gone):
                yield GoneArticle(path, row.id)
            else:
                yield _checked(path, None, row)
    except ExportError as error:
        raise ArticleFileError(path, None, error.field, error.problem) from error


def _pdf(path: Path, folder: Path) -> Iterator[Found]:
    try:
        page = read_pdf(_bytes(path, MAX_PDF_BYTES))
    except PdfError as error:
        raise ArticleFileError(path, None, "body", str(error)) from error
    row = {"id": _page_id(path, folder), "title": page.title or path.stem, "body": page.text}
    yield _checked(path, None, row, {"id"})


def _csv(path: Path, _folder: Path) -> Iterator[Found]:
    for found in csv_rows(path, ("id", "title", "body")):
        if isinstance(found, ArticleFileError | FileNote):
            yield found
        else:
            yield _checked(path, found[0], {column: cell or None for column, cell in found[1].items()})


def _markdown(path: Path, folder: Path) -> Iterator[Found]:
    matter, body, offset = _front_matter(path, _page(path))
    first = next((line for line in body.splitlines() if line.strip()), "")
    title = heading_of(first) if first.lstrip().startswith("#") else ""
    row = {"id": _page_id(path, folder), "title": title or path.stem, "body": body}
    told = {key: value for key, value in matter.items() if value is not None and key != "body"}
    yield _checked(path, offset, row | told, {"id"} - told.keys())


def _html(path: Path, folder: Path) -> Iterator[Found]:
    html = _page(path)
    try:
        page = read_page(html, main=True)
    except ValueError as error:
        raise ArticleFileError(path, None, "body", str(error)) from error
    row = {"id": _page_id(path, folder), "title": page.title or path.stem, "body": page.text}
    yield _checked(path, None, row | ({"language": page.language} if page.language else {}), {"id"})


def _checked(path: Path, line: int | None, row: Mapping[str, Any], made_up: Set[str] = frozenset()) -> Found:
    """The article of a row, or what is wrong with it; the file does not tell the `made_up` fields itself."""
    given = {field: row[field] for field in _FIELDS if row.get(field) is not None}
    given = {field: str(value) if type(value) is int else value for field, value in given.items()}
    name = given["id"] if isinstance(given.get("id"), str) else None
    for field in ("id", "title", "body"):
        if field not in given:
            return ArticleFileError(path, line, field, "is missing", name)
    try:
        return FoundArticle(path, line, Article(**given), frozenset(given.keys() - made_up))
    except ArticleError as error:
        return ArticleFileError(path, line, error.field, error.problem, name)


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


Reader = Callable[[Path, Path], Iterator[Found]]
_PAGES: dict[str, Reader] = {".md": _markdown, ".markdown": _markdown, ".html": _html, ".htm": _html, ".pdf": _pdf}
_READERS: dict[str, Reader] = {".jsonl": _jsonl, ".csv": _csv, ".tsv": _csv, ".json": _export, **_PAGES}
_NAMED_BY_PATH = (".html", ".htm", ".pdf")
