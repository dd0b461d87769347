"""Decides what a valid article is. Refuses to know where articles come from or where they are kept."""

import re
from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

from knowledge.hidden_text import shown, visible

Visibility = Literal["public", "internal"]
VISIBILITIES: tuple[Visibility, ...] = ("public", "internal")
Status = Literal["published", "draft"]
STATUSES: tuple[Status, ...] = ("published", "draft")

MAX_ID = 200
MAX_TITLE = 500
MAX_BODY = 1_000_000
MAX_CATEGORY = 100
MAX_OWNER = 200

_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")
_LANGUAGE = re.compile(r"[a-z]{2,3}(-[a-z0-9]{2,8})*", re.IGNORECASE)


class ArticleError(ValueError):
    """An article breaks a rule; `field` names which of its fields."""

    def __init__(self, field: str, problem: str) -> None:
        super().__init__(f"{field}: {problem}")
        self.field = field
        self.problem = problem


@dataclass(frozen=True, slots=True)
class Article:
    """One piece of knowledge. Sizes are in characters; `language` is a BCP 47 tag such as "en" or "pt-br".

    Line ends become "\\n", control characters and lone surrogates are dropped from `title` and `body`, because a single
    one of them can fail a database or a tokenizer; so is what a reader of this Markdown would not see. A draft is kept
    and not used; neither is an article after the day `valid_until`, which may be given as "2026-12-31". Raises
    `ArticleError` naming the field.
    """

    id: str
    title: str
    body: str
    language: str = "en"
    visibility: Visibility = "public"
    category: str | None = None
    status: Status = "published"
    valid_until: date | None = None
    owner: str | None = None

    def __post_init__(self) -> None:
        for field in ("id", "title", "body", "language", "visibility"):
            if not isinstance(getattr(self, field), str):
                raise ArticleError(field, "must be text")
        object.__setattr__(self, "title", " ".join(visible(clean_text(self.title)).split()))
        _check_id(self.id)
        _check_size("title", self.title, MAX_TITLE)
        object.__setattr__(self, "body", _shown_body(self.body))
        if not _LANGUAGE.fullmatch(self.language):
            raise ArticleError("language", f"{self.language[:40]!r} is not a language tag such as 'en'")
        if self.visibility not in VISIBILITIES:
            raise ArticleError("visibility", f"must be one of {', '.join(VISIBILITIES)}")
        if self.status not in STATUSES:
            raise ArticleError("status", f"must be one of {', '.join(STATUSES)}")
        for field, largest in (("category", MAX_CATEGORY), ("owner", MAX_OWNER)):
            value = getattr(self, field)
            if value is not None and not isinstance(value, str):
                raise ArticleError(field, "must be text")
            if value is not None:
                _check_size(field, value, largest)
        object.__setattr__(self, "valid_until", _day(self.valid_until))


def _shown_body(text: str) -> str:
    body = visible(clean_text(text))
    _check_size("body", body, MAX_BODY)
    try:
        body = shown(body)
    except ValueError as error:
        raise ArticleError("body", str(error)) from error
    _check_size("body", body, MAX_BODY)
    return body


def _day(value: object) -> date | None:
    if value is None or (isinstance(value, date) and not isinstance(value, datetime)):
        return value
    try:
        return date.fromisoformat(value if isinstance(value, str) else "")
    except ValueError as error:
        raise ArticleError("valid_until", "must be a day such as 2026-12-31") from error


def clean_text(text: str) -> str:
    """Return `text` with "\\n" line ends and without control characters or lone surrogates."""
    return _CONTROL.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))


def _check_id(value: str) -> None:
    _check_size("id", value, MAX_ID)
    if _CONTROL.search(value) or value != " ".join(value.split()):
        raise ArticleError("id", "must hold no control characters and no stray white space")


def _check_size(field: str, value: str, limit: int) -> None:
    if not value.strip():
        raise ArticleError(field, "must not be empty")
    if len(value) > limit:
        raise ArticleError(field, f"is {len(value)} characters long; the limit is {limit}")
