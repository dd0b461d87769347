"""The admin's categories: the list with what is known of each, and the editor of one."""

from collections.abc import Mapping
from typing import Any

from litestar import Response, get, post
from litestar.params import FromQuery, URLEncodedBody
from litestar.response import Redirect

from copilot import category_editing
from copilot.category_editing import CategoryText
from copilot.errors import Conflict, Invalid, NotFound
from copilot.store import configuration, labels, triage_versions
from copilot.store.session import Session
from copilot.web.auth import Identity, needs_admin
from copilot.web.documents import field_error
from copilot.web.forms import CategoryForm, CategoryNameForm
from copilot.web.responses import AnyRequest, frame_of, page
from copilot.web.triage_presenter import leaning, share
from copilot.web.triage_views import CategoriesView, CategoryEditor, CategoryItem
from copilot.wiring import Services
from triage.labels import Category

MOST_ROWS = 200
LONGEST_QUERY = 200
PAGE = "/admin/categories"
EMPTY = CategoryEditor(None, "", "", "", "")


@get(PAGE, sync_to_thread=True, guards=[needs_admin])
def category_list(request: AnyRequest, services: Services, identity: Identity, q: FromQuery[str] = "") -> Response[str]:
    """The categories, in the order of the document."""
    frame = frame_of(request, services, identity, "admin")
    with services.db.read() as session:
        view = categories_view(session, services, " ".join(q.split())[:LONGEST_QUERY])
    return page("admin/categories.html", frame=frame, view=view)


@get(f"{PAGE}/new", sync_to_thread=True, guards=[needs_admin])
def new_category_page(request: AnyRequest, services: Services, identity: Identity) -> Response[str]:
    """An empty editor."""
    return editor(request, services, identity, EMPTY)


@get(f"{PAGE}/edit", sync_to_thread=True, guards=[needs_admin])
def edit_category_page(
    request: AnyRequest, services: Services, identity: Identity, name: FromQuery[str], saved: FromQuery[bool] = False
) -> Response[str]:
    """The editor with a category."""
    with services.db.read() as session:
        found = {row.name: row for row in services.configuration.current(session).categories}.get(name)
    if found is None:
        raise NotFound(f"There is no category {name[:LONGEST_QUERY]!r}.", field="name")
    examples = category_editing.lines_of(found.examples)
    view = CategoryEditor(found.name, found.name, found.title, found.description, examples, saved=saved)
    return editor(request, services, identity, view)


@post(f"{PAGE}/new", sync_to_thread=True, guards=[needs_admin], status_code=200)
def create_category(
    data: URLEncodedBody[CategoryForm], request: AnyRequest, services: Services, identity: Identity
) -> Response[str] | Redirect:
    """Add a category."""
    return store(data, None, request, services, identity)


@post(f"{PAGE}/edit", sync_to_thread=True, guards=[needs_admin], status_code=200)
def save_category(
    data: URLEncodedBody[CategoryForm], request: AnyRequest, services: Services, identity: Identity,
    name: FromQuery[str],
) -> Response[str] | Redirect:  # fmt: skip
    """Save a category under its name."""
    return store(data, name, request, services, identity)


@post(f"{PAGE}/deletion", sync_to_thread=True, guards=[needs_admin], status_code=204)
def delete_category(data: URLEncodedBody[CategoryNameForm], services: Services, identity: Identity) -> Response[None]:
    """Delete a category; the browser goes on to the list."""
    services.db.transact(lambda s: category_editing.remove(s, data.name, services.now(), identity.name))
    return Response(None, status_code=204, headers={"hx-redirect": PAGE})


def store(
    form: CategoryForm, name: str | None, request: AnyRequest, services: Services, identity: Identity
) -> Response[str] | Redirect:
    """Save and show the category, or show the form again with what is wrong beside its field."""
    typed = CategoryText(name or form.name, form.title, form.description, form.examples)
    now, by = services.now(), identity.name

    def save(session: Session) -> int:
        if name is None:
            return category_editing.add(session, typed, now, by)
        return category_editing.change(session, name, typed, now, by)

    try:
        services.db.transact(save)
    except (Invalid, Conflict) as error:
        wrong = field_error(Invalid(error.message, field=error.field))
        view = CategoryEditor(name, typed.name, typed.title, typed.description, typed.examples, errors=(wrong,))
        return editor(request, services, identity, view)
    return Redirect(f"{PAGE}/edit", query_params={"name": typed.name.strip(), "saved": "true"}, status_code=303)


def editor(request: AnyRequest, services: Services, identity: Identity, view: CategoryEditor) -> Response[str]:
    """The editor page."""
    frame = frame_of(request, services, identity, "admin")
    return page("admin/category.html", 422 if view.errors else 200, frame=frame, view=view)


def categories_view(session: Session, services: Services, query: str) -> CategoriesView:
    """The list with what the live version's held-out texts say of each."""
    categories = services.configuration.current(session).categories
    live, version = triage_versions.live(session), configuration.versions(session).get("categories", 0)
    standings = {row["name"]: row for row in (live.evidence.get("standings", ()) if live else ())}
    corrected = labels.counts_by_category(session)
    words = query.casefold()
    found = [row for row in categories if words in f"{row.name}\n{row.title}\n{row.description}".casefold()]
    return CategoriesView(
        rows=tuple(item(row, corrected.get(row.name, 0), standings.get(row.name)) for row in found[:MOST_ROWS]),
        total=len(found),
        query=query,
        version=version,
        unlearned=version > 0 and (live is None or live.categories_version != version) and not (live and live.pinned),
    )


def item(category: Category, corrections: int, standing: Mapping[str, Any] | None) -> CategoryItem:
    """A category in the list."""
    return CategoryItem(
        name=category.name,
        title=category.title or category.name,
        description=category.description,
        examples=len(category.examples),
        corrections=corrections,
        accuracy=share(standing["accuracy"] if standing else None, 0),
        calibration=leaning(standing["gap"] if standing else None),
        held_out=standing["n"] if standing else 0,
    )
