"""Articles: the drawer and the search for agents, the list and the editor for admins."""

from datetime import date
from typing import Literal

from litestar import Response, get, post
from litestar.params import FromQuery, URLEncodedBody
from litestar.response import Redirect

from copilot import feedback, inputs
from copilot.autosend import RETRIEVAL_FLOOR
from copilot.changes import word_pieces
from copilot.errors import Conflict, Invalid, Unavailable
from copilot.feedback import Proposal
from copilot.indexing import IndexProgress
from copilot.knowledge_base import ArticleFacts, new_article, save_article
from copilot.plaintext import plain
from copilot.store import articles
from copilot.store.session import Session
from copilot.store.tables import ArticleRow, PassageRow
from copilot.web import admin_views, findings, presenters
from copilot.web.admin_views import ArticleItem, ArticlesView, FieldError
from copilot.web.auth import Identity, needs_admin, needs_agent
from copilot.web.documents import field_error
from copilot.web.forms import ArticleForm, PreviewForm
from copilot.web.markdown import article_html, article_part
from copilot.web.parameters import CategoryName, Language, narrowed
from copilot.web.responses import AnyRequest, frame_of, html, page
from copilot.web.views import ArticleDrawer, FoundPassage, SearchView
from copilot.wiring import Services
from knowledge.passages import Passage
from knowledge.retrieval import ANYTHING, BY_WORDS

MOST_HITS = 8
MOST_ARTICLES = 200
LONGEST_QUERY = 500
EXCERPT = 220


@get("/articles/passage", sync_to_thread=True, guards=[needs_agent])
def show_passage(
    services: Services, article: FromQuery[str], passage: FromQuery[str] = "", quote: FromQuery[str] = ""
) -> Response[str]:
    """An article in the drawer, the passage marked."""
    with services.db.read() as session:
        row = articles.find(session, article)
        place = passage_of(session, article, passage)
    start, end, text = (place.start, place.end, place.text) if place else (0, 0, "")
    part = article_part(row.body, start, end)
    shown = quote or text[:LONGEST_QUERY]
    view = ArticleDrawer(row.id, row.title, row.visibility, part.html, shown, part.before, part.after)
    return page("workspace/drawer.html", article=view)


@get("/find", sync_to_thread=True, guards=[needs_agent])
def find(
    services: Services, q: FromQuery[str] = "", visibility: FromQuery[Literal["", "public", "internal"]] = "",
    language: Language = None, category: CategoryName = None,
) -> Response[str]:  # fmt: skip
    """Passages that answer what an agent typed, internal ones included unless the search is narrowed."""
    query = inputs.clean(q[:LONGEST_QUERY], "q", LONGEST_QUERY, may_be_empty=True)
    if not query:
        return page("workspace/hits.html", search=SearchView("", ()))
    knowledge, only = services.knowledge, narrowed(visibility or None, language, category)
    knowledge.refresh()
    found = knowledge.search_text(query, MOST_HITS, "all", only=only)
    known = knowledge.facts_of(match.passage.article_id for match in found.matches)
    view = SearchView(
        query,
        tuple(hit_view(match.passage, known.get(match.passage.article_id)) for match in found.matches),
        (found.degraded or "").removeprefix(f"{BY_WORDS}: ").removesuffix(f": {BY_WORDS}"),
        found.answerable < RETRIEVAL_FLOOR,
        only or ANYTHING,
        *knowledge.kinds,
    )
    return page("workspace/hits.html", search=view)


@get("/admin/articles", sync_to_thread=True, guards=[needs_admin])
def article_list(request: AnyRequest, services: Services, identity: Identity, q: FromQuery[str] = "") -> Response[str]:
    """The articles by title."""
    with services.db.read() as session:
        rows = articles.page(session, MOST_ARTICLES, 0, q[:LONGEST_QUERY])
        items = tuple(item(row, services.now().date()) for row in rows)
        total = articles.count(session)
    look = findings.concerned(services)
    view = ArticlesView(items, total, q[:LONGEST_QUERY], indexing(services), look)
    return page("admin/articles.html", frame=frame_of(request, services, identity, "admin"), view=view)


@get("/admin/articles/new", sync_to_thread=True, guards=[needs_admin])
def new_article_page(request: AnyRequest, services: Services, identity: Identity) -> Response[str]:
    """An empty editor."""
    empty = ArticleForm(title="", body="")
    return editor(request, services, identity, empty, None)


@get("/admin/articles/edit", sync_to_thread=True, guards=[needs_admin])
def edit_article_page(
    request: AnyRequest, services: Services, identity: Identity, id: FromQuery[str], saved: FromQuery[bool] = False,
    change: FromQuery[str] = "",
) -> Response[str]:  # fmt: skip
    """The editor with an article, or with what agents keep changing in it put in place, to be looked at and saved."""
    with services.db.read() as session:
        row = articles.find(session, id)
        proposed = feedback.proposal(session, id, change, services.now()) if change else None
    form = ArticleForm(
        title=row.title, body=row.body, language=row.language, visibility=row.visibility, category=row.category or "",
        status=row.status, valid_until=row.valid_until.isoformat() if row.valid_until else "", owner=row.owner or "",
    )  # fmt: skip
    if proposed is not None and proposed.body is not None:
        form.body = proposed.body
    return editor(request, services, identity, form, id, saved=saved, proposed=proposed)


@post("/admin/articles/new", sync_to_thread=True, guards=[needs_admin], status_code=200)
def create_article(
    data: URLEncodedBody[ArticleForm], request: AnyRequest, services: Services, identity: Identity
) -> Response[str] | Redirect:
    """Store a new article; its short name must be free."""
    return store(data, data.article_id.strip(), request, services, identity, is_new=True)


@post("/admin/articles/edit", sync_to_thread=True, guards=[needs_admin], status_code=200)
def save_article_page(
    data: URLEncodedBody[ArticleForm], request: AnyRequest, services: Services, identity: Identity, id: FromQuery[str]
) -> Response[str] | Redirect:
    """Store an article's new text."""
    return store(data, id, request, services, identity, is_new=False)


@post("/admin/articles/preview", sync_to_thread=True, guards=[needs_admin], status_code=200)
def preview(data: URLEncodedBody[PreviewForm]) -> Response[str]:
    """Markdown as it will look."""
    return html(str(article_html(data.body)))


def store(
    form: ArticleForm, id: str, request: AnyRequest, services: Services, identity: Identity, *, is_new: bool
) -> Response[str] | Redirect:
    """Save and show the article, or show the form again with what is wrong."""
    try:
        article = new_article(
            id, form.title.strip(), form.body.replace("\r\n", "\n"), form.language.strip(), form.visibility,
            form.category or None, form.status, last_day(form.valid_until), form.owner.strip() or None,
        )  # fmt: skip
        with services.db.write() as session:
            refuse_taken(session, id, is_new=is_new)
            save_article(session, article, services.now(), identity.name, "the editor")
    except (Invalid, Conflict) as error:
        wrong = field_error(Invalid(error.message, field=error.field))
        return editor(request, services, identity, form, None if is_new else id, errors=(wrong,))
    return Redirect("/admin/articles/edit", query_params={"id": id, "saved": "true"}, status_code=303)


def refuse_taken(session: Session, id: str, *, is_new: bool) -> None:
    """A new article must not write over another. Raises `Conflict`."""
    row = articles.get(session, id)
    if is_new and row is not None and row.status != "withdrawn":
        raise Conflict("An article with this short name exists already.", field="article_id")


def editor(
    request: AnyRequest, services: Services, identity: Identity, form: ArticleForm, id: str | None, *,
    saved: bool = False, errors: tuple[FieldError, ...] = (), proposed: Proposal | None = None,
) -> Response[str]:  # fmt: skip
    """The editor page."""
    with services.db.read() as session:
        categories = services.configuration.current(session).categories
    told = findings.notes_on(services, id) if id is not None else ((), ())
    view = admin_views.ArticleForm(
        article_id=id,
        title=form.title,
        body=form.body,
        category=form.category,
        language=form.language,
        visibility=form.visibility,
        preview=article_html(form.body),
        categories=presenters.choices({row.name: row.title or row.name for row in categories}, form.category),
        errors=errors,
        saved=saved,
        new_id=form.article_id,
        status=form.status,
        valid_until=form.valid_until,
        owner=form.owner,
        expired=is_past(form.valid_until, services.now().date()),
        findings=told[0],
        stale=told[1],
        change=word_pieces(proposed.before, proposed.after) if proposed else (),
        change_fits=proposed is None or proposed.body is not None,
    )
    frame = frame_of(request, services, identity, "admin")
    return page("admin/article.html", 422 if errors else 200, frame=frame, view=view)


def hit_view(passage: Passage, facts: ArticleFacts | None) -> FoundPassage:
    """A hit; only what customers may see can be put into a reply."""
    text = plain(passage.text) if facts is not None and facts.visibility == "public" else ""
    excerpt = " ".join(passage.text.split())[:EXCERPT]
    return FoundPassage(passage.article_id, passage.title, passage.id, excerpt, text, passage.heading)


def passage_of(session: Session, article_id: str, passage_id: str) -> PassageRow | None:
    """The passage with this id, if the article still has it."""
    return next((row for row in articles.passages_of(session, [article_id]) if row.id == passage_id), None)


def indexing(services: Services) -> IndexProgress | None:
    """How far the index is, if it is being built; None too when the model cannot be loaded, which `/ready` tells."""
    try:
        progress = services.knowledge.progress()
    except Unavailable:
        return None
    return progress if progress.waiting else None


def last_day(text: str) -> date | None:
    """The day as typed, None for an empty field. Raises `Invalid`."""
    try:
        return date.fromisoformat(text.strip()) if text.strip() else None
    except ValueError as error:
        raise Invalid("Valid until must be a day such as 2026-12-31.", field="valid_until") from error


def is_past(text: str, today: date) -> bool:
    """Whether the last day as typed is over."""
    try:
        day = last_day(text)
    except Invalid:
        return False
    return day is not None and day < today


def item(row: ArticleRow, today: date) -> ArticleItem:
    """An article in the list."""
    return ArticleItem(
        row.id, row.title, row.category, row.language, row.visibility, row.updated_at,
        indexed=articles.is_indexed(row) or row.status == "draft", draft=row.status == "draft",
        expired=row.valid_until is not None and row.valid_until < today,
    )  # fmt: skip
