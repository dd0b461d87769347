"""Decides how files become articles: JSON Lines, CSV, and Markdown or HTML files or folders of them.

Refuses to guess: a row that breaks a rule stops the import, with its file, line and field named.
"""

import csv
import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import chain
from pathlib import Path
from typing import Any

import yaml

from knowledge.articles import Article, ArticleError
from knowledge.html_text import read_page
from knowledge.passages import heading_of

MAX_PAGE_BYTES = 2_000_000
MAX_LINE_BYTES = 8_000_000
MAX_FRONT_MATTER = 20_000
_FIELDS = ("id", "title", "body", "language", "visibility", "category")


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
    seen: dict[str, Path] = {}
    for path, line, article in chain.from_iterable(_read(Path(path)) for path in paths):
        if article.id in seen:
            raise ArticleFileError(path, line, "id", f"{article.id!r} is also in {seen[article.id]}")
        seen[article.id] = path
        yield article


Found = tuple[Path, int | None, Article]


def read_jsonl(path: Path) -> Iterator[tuple[int, dict[str, Any]]]:
    """Yield (line number, object) of a JSON Lines file, blank lines left out. Raises `ArticleFileError`."""
    for number, line in _lines(path):
        if not line.strip():
            continue
        try:
            row = json.loads(line)
        except (ValueError, RecursionError) as error:
            raise ArticleFileError(path, number, None, f"is not JSON: {error}") from error
        if not isinstance(row, dict):
            raise ArticleFileError(path, number, None, "is not a JSON object")
        yield number, row


def _read(path: Path) -> Iterator[Found]:
    if path.is_dir():
        return _folder(path)
    reader = _READERS.get(path.suffix.lower())
    if reader is None:
        raise ArticleFileError(path, None, None, f"is none of {', '.join(_READERS)}")
    return reader(path, path.parent)


def _folder(folder: Path) -> Iterator[Found]:
    pages = [path for path in sorted(folder.rglob("*")) if _is_page(path, folder)]
    if not pages:
        raise ArticleFileError(folder, None, None, "holds no Markdown or HTML file")
    for path in pages:
        yield from _PAGES[path.suffix.lower()](path, folder)


def _is_page(path: Path, folder: Path) -> bool:
    hidden = any(part.startswith(".") for part in path.relative_to(folder).parts)
    return path.suffix.lower() in _PAGES and not hidden and not path.is_symlink() and path.is_file()


def _jsonl(path: Path, _folder: Path) -> Iterator[Found]:
    for number, row in read_jsonl(path):
        if "body" not in row and isinstance(row.get("answers"), list):
            row["body"] = "\n\n".join(text for text in row["answers"] if isinstance(text, str))
        yield path, number, _article(path, number, row)


def _csv(path: Path, _folder: Path) -> Iterator[Found]:
    rows = csv.DictReader((line for _, line in _lines(path)), strict=True)
    try:
        missing = {"id", "title", "body"} - set(rows.fieldnames or ())
        if missing:
            raise ArticleFileError(path, 1, min(missing), "column is missing")
        for row in rows:
            yield path, rows.line_num, _article(path, rows.line_num, {key: row[key] or None for key in row if key})
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
        page = read_page(html)
    except ValueError as error:
        raise ArticleFileError(path, None, "body", str(error)) from error
    row = {"id": _page_id(path, folder), "title": page.title or path.stem, "body": page.text}
    yield path, None, _article(path, None, row | ({"language": page.language} if page.language else {}))


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
    try:
        with path.open("rb") as file:
            content = file.read(MAX_PAGE_BYTES + 1)
        if len(content) > MAX_PAGE_BYTES:
            raise ArticleFileError(path, None, None, f"is larger than {MAX_PAGE_BYTES} bytes")
        return content.decode("utf-8-sig").replace("\r\n", "\n")
    except OSError as error:
        raise ArticleFileError(path, None, None, f"cannot be read: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise ArticleFileError(path, None, None, "is not UTF-8 text") from error


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
_PAGES: dict[str, Reader] = {".md": _markdown, ".markdown": _markdown, ".html": _html, ".htm": _html}
_READERS: dict[str, Reader] = {".jsonl": _jsonl, ".csv": _csv, **_PAGES}
