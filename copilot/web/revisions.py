"""The history of an article: what it said before, what each change was, and the way back."""

import difflib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from litestar import Response, get, post
from litestar.params import FromQuery
from litestar.response import Redirect

from copilot.errors import NotFound
from copilot.knowledge_base import new_article, save_article
from copilot.store import articles
from copilot.store.tables import ArticleRevision
from copilot.web.auth import Identity, needs_admin
from copilot.web.responses import AnyRequest, frame_of, page
from copilot.wiring import Services

PAGE = "/admin/articles/history"
MOST_REVISIONS = 100
LONGEST_DIFF = 300_000
MOST_LINES = 3_000
CONTEXT = 2
SETTINGS = {
    "title": "Title", "language": "Language", "visibility": "Visibility", "category": "Category", "status": "Status",
    "valid_until": "Valid until", "owner": "Owner",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class DiffLine:
    """A line of a change; `kind` is same, added, removed or gap."""

    kind: str
    text: str


@dataclass(frozen=True, slots=True)
class RevisionItem:
    """A revision in the list."""

    revision_id: int
    at: datetime
    by: str
    origin: str
    status: str


@dataclass(frozen=True, slots=True)
class HistoryView:
    """The revisions, newest first, and what the chosen one changed. `settings` are (name, before, after).

    `too_long` says that only the settings were compared; `newest` that there is nothing to go back to.
    """

    article_id: str
    title: str
    status: str
    revisions: tuple[RevisionItem, ...]
    chosen: RevisionItem
    settings: tuple[tuple[str, str, str], ...]
    lines: tuple[DiffLine, ...]
    too_long: bool
    newest: bool


@get(PAGE, sync_to_thread=True, guards=[needs_admin])
def history(
    request: AnyRequest, services: Services, identity: Identity, id: FromQuery[str], revision: FromQuery[int] = 0
) -> Response[str]:
    """All revisions, and one against the one before it: the newest unless another is named."""
    with services.db.read() as session:
        row, rows = articles.get(session, id), articles.revisions(session, id, MOST_REVISIONS)
        if row is None or not rows:
            raise NotFound(f"There is no article {id[:200]!r}.", field="id")
        chosen = articles.revision(session, id, revision) if revision else rows[0]
        before = articles.revision_before(session, chosen)
    old, new = before.body if before else "", chosen.body
    view = HistoryView(
        article_id=id,
        title=row.title,
        status=row.status,
        revisions=tuple(map(item, rows)),
        chosen=item(chosen),
        settings=tuple(settings_changed(before, chosen)),
        lines=tuple(diff(old, new)) if comparable(old, new) else (),
        too_long=not comparable(old, new),
        newest=chosen.id == rows[0].id and row.status != "withdrawn",
    )
    return page("admin/history.html", frame=frame_of(request, services, identity, "admin"), view=view)


@post(PAGE, sync_to_thread=True, guards=[needs_admin], status_code=303)
def restore(services: Services, identity: Identity, id: FromQuery[str], revision: FromQuery[int]) -> Redirect:
    """Let the article say again what it said; this is a revision of its own. What was withdrawn returns as a draft."""
    with services.db.write() as session:
        old = articles.revision(session, id, revision)
        article = new_article(
            id, old.title, old.body, old.language, old.visibility, old.category,
            "draft" if old.status == "withdrawn" else old.status, old.valid_until, old.owner,
        )  # fmt: skip
        save_article(session, article, services.now(), identity.name, f"revision {revision}")
    return Redirect(PAGE, query_params={"id": id}, status_code=303)


def item(row: ArticleRevision) -> RevisionItem:
    """A revision in the list."""
    return RevisionItem(row.id or 0, row.at, row.by or "unknown", row.origin, row.status)


def comparable(old: str, new: str) -> bool:
    """Whether comparing these keeps nobody waiting: the time grows with the square of the lines."""
    lines = max(old.count("\n"), new.count("\n"))
    return len(old) + len(new) <= LONGEST_DIFF and lines <= MOST_LINES


def diff(old: str, new: str) -> Iterator[DiffLine]:
    """What changed, line by line, with a little around it; nothing when nothing did."""
    kinds = {"+": "added", "-": "removed", "@": "gap", " ": "same"}
    lines = difflib.unified_diff(old.splitlines(), new.splitlines(), lineterm="", n=CONTEXT)
    for number, line in enumerate(lines):
        if number >= 3:  # the two names and the first place say nothing here
            kind = kinds[line[:1]]
            yield DiffLine(kind, "" if kind == "gap" else line[1:])


def settings_changed(before: ArticleRevision | None, after: ArticleRevision) -> Iterator[tuple[str, str, str]]:
    """Everything besides the text that changed, in words."""
    for name, label in SETTINGS.items():
        old, new = getattr(before, name) if before else None, getattr(after, name)
        if before is not None and old != new:
            yield label, str(old or "none"), str(new or "none")
