"""Who may come in: people with passwords, programs with keys. For admins."""

from dataclasses import replace

from litestar import Response, get, post
from litestar.params import URLEncodedBody

from copilot import accounts
from copilot.errors import Conflict, Invalid
from copilot.store import accounts as store
from copilot.web.admin_views import AccessView, KeyItem, UserItem
from copilot.web.auth import Identity, needs_admin
from copilot.web.documents import field_error
from copilot.web.forms import KeyForm, UserForm
from copilot.web.parameters import Id
from copilot.web.responses import AnyRequest, frame_of, page
from copilot.wiring import Services


@get("/admin/access", sync_to_thread=True, guards=[needs_admin])
def access_page(request: AnyRequest, services: Services, identity: Identity) -> Response[str]:
    """People and keys."""
    frame = frame_of(request, services, identity, "admin")
    return page("admin/access.html", frame=frame, view=access_view(services, identity))


@post("/admin/users", sync_to_thread=True, guards=[needs_admin], status_code=200)
def add_user(data: URLEncodedBody[UserForm], services: Services, identity: Identity) -> Response[str]:
    """Add a person."""
    try:
        with services.db.write() as session:
            accounts.create_user(session, data.email, data.name, data.role, data.password, services.now())
    except (Invalid, Conflict) as error:
        return refused(services, identity, error)
    return lists(replace(access_view(services, identity), saved=True))


@post("/admin/users/{id:int}/revocation", sync_to_thread=True, guards=[needs_admin], status_code=200)
def shut_out(id: Id, services: Services, identity: Identity) -> Response[str]:
    """Sign a person out everywhere and keep them out."""
    if id == identity.user_id:
        raise Conflict("You cannot shut yourself out.")
    with services.db.write() as session:
        accounts.set_active(session, id, active=False, now=services.now(), by=identity.name)
    return lists(access_view(services, identity))


@post("/admin/keys", sync_to_thread=True, guards=[needs_admin], status_code=200)
def add_key(data: URLEncodedBody[KeyForm], services: Services, identity: Identity) -> Response[str]:
    """Make a key; it is shown in this one answer and never again."""
    try:
        with services.db.write() as session:
            key = accounts.create_key(session, data.name, data.role, services.now())
    except (Invalid, Conflict) as error:
        return refused(services, identity, error)
    return lists(replace(access_view(services, identity), fresh_key=key, fresh_name=data.name.strip()))


@post("/admin/keys/{id:int}/revocation", sync_to_thread=True, guards=[needs_admin], status_code=200)
def revoke_key(id: Id, services: Services, identity: Identity) -> Response[str]:
    """Make a key useless at once."""
    with services.db.write() as session:
        accounts.revoke_key(session, id, services.now(), identity.name)
    return lists(access_view(services, identity))


def access_view(services: Services, identity: Identity) -> AccessView:
    """Everybody and every key."""
    with services.db.read() as session:
        users = tuple(
            UserItem(row.id or 0, row.name, row.email, row.role, row.active, is_self=row.id == identity.user_id)
            for row in store.users(session)
        )
        keys = tuple(
            KeyItem(row.id or 0, row.name, row.role, row.created_at, row.revoked_at) for row in store.keys(session)
        )
    return AccessView(users, keys)


def lists(view: AccessView, status: int = 200) -> Response[str]:
    """Both lists as a fragment."""
    return page("admin/access_lists.html", status, view=view)


def refused(services: Services, identity: Identity, error: Invalid | Conflict) -> Response[str]:
    """The lists again, with what was wrong."""
    wrong = field_error(Invalid(error.message, field=error.field))
    return lists(replace(access_view(services, identity), errors=(wrong,)), 422)
