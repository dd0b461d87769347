"""Decides how exports of other help desks become rows of articles: Zendesk Guide and Chatwoot portals.

Each is what the product's own API answers: one page of it, or a list of pages. Refuses to know files and tables.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from knowledge.html_text import read_page

MAX_PAGES = 10_000
_CHATWOOT_STATUS = {0: "draft", 1: "published", 2: "archived"}

Row = dict[str, Any]


class ExportError(ValueError):
    """An export, or one article of it, cannot be read; `field` says where and `article_id` which, when known."""

    def __init__(self, problem: str, field: str | None = None, article_id: str | None = None) -> None:
        super().__init__(problem)
        self.problem, self.field, self.article_id = problem, field, article_id


@dataclass(frozen=True, slots=True)
class Gone:
    """An article that its help desk keeps and shows to nobody any more."""

    id: str


def export_rows(document: object) -> Iterator[Row | Gone | ExportError]:
    """The articles of `{"articles": [...]}` (Zendesk), `{"payload": [...]}` (Chatwoot) or of a list of such pages, what
    is archived, and an error for each that is broken. Raises `ExportError` when the document is none of these."""
    pages = document if isinstance(document, list) else [document]
    if not pages or len(pages) > MAX_PAGES:
        raise ExportError("is neither a Zendesk Guide nor a Chatwoot export")
    sections = {section_id: name for page in pages for section_id, name in _sections(page)}
    for page in pages:
        if isinstance(page, Mapping) and isinstance(page.get("articles"), list):
            yield from (_tried(_zendesk, article, sections) for article in page["articles"])
        elif isinstance(page, Mapping) and isinstance(page.get("payload"), list):
            yield from (_tried(_chatwoot, article, sections) for article in page["payload"])
        else:
            raise ExportError("is neither a Zendesk Guide nor a Chatwoot export")


def _sections(page: object) -> Iterator[tuple[Any, str]]:
    """Names of a page's sections, present when it was asked for with `include=sections`."""
    rows = page.get("sections") if isinstance(page, Mapping) else None
    for row in rows if isinstance(rows, list) else ():
        if isinstance(row, Mapping) and isinstance(row.get("id"), int | str) and isinstance(row.get("name"), str):
            yield row["id"], row["name"]


def _tried(read: "Read", article: object, sections: Mapping[Any, str]) -> Row | Gone | ExportError:
    if not isinstance(article, Mapping):
        return ExportError("an article is not an object")
    identifier = article.get("id")
    if not isinstance(identifier, int | str) or isinstance(identifier, bool):
        return ExportError("is missing", "id")
    return read(article, sections)


def _zendesk(article: Mapping[str, Any], sections: Mapping[Any, str]) -> Row | Gone | ExportError:
    """HTML becomes text; what only some users may see, by one segment or by several, is internal."""
    locale = str(article.get("locale") or "en").lower()
    name, section = f"zendesk-{article['id']}-{locale}", article.get("section_id")
    restricted = article.get("user_segment_id") is not None or article.get("user_segment_ids") not in (None, [])
    try:
        body = _text_of(article.get("body"))
    except ExportError as error:
        return ExportError(f"{error.problem} (article {article['id']})", error.field, name)
    return {
        "id": name,
        "title": article.get("title") or article.get("name"),
        "body": body,
        "language": locale,
        "visibility": "internal" if restricted else "public",
        "category": sections.get(section) if isinstance(section, int | str) else None,
        "status": "draft" if article.get("draft") else "published",
    }


def _chatwoot(article: Mapping[str, Any], _sections: Mapping[Any, str]) -> Row | Gone | ExportError:
    """Content is Markdown already."""
    name, status = f"chatwoot-{article['id']}", article.get("status", "published")
    status = _CHATWOOT_STATUS.get(status, "draft") if isinstance(status, int) else status
    if status == "archived":
        return Gone(name)
    category = article.get("category")
    category = category if isinstance(category, Mapping) else {}
    return {
        "id": name,
        "title": article.get("title"),
        "body": article.get("content"),
        "language": str(article.get("locale") or category.get("locale") or "en").lower().replace("_", "-"),
        "category": category.get("name"),
        "status": status,
    }


def _text_of(html: object) -> str:
    if not isinstance(html, str):
        raise ExportError("is missing", "body")
    try:
        return read_page(html).text
    except ValueError as error:
        raise ExportError(str(error), "body") from error


Read = Callable[[Mapping[str, Any], Mapping[Any, str]], Row | Gone | ExportError]
