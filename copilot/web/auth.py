"""Who is asking: an API key on `/api`, a signed-in browser elsewhere. Guards say who may do what."""

from dataclasses import dataclass
from typing import Any

from litestar.connection import ASGIConnection
from litestar.exceptions import NotAuthorizedException, PermissionDeniedException
from litestar.handlers import BaseRouteHandler
from litestar.middleware import AbstractAuthenticationMiddleware, AuthenticationResult
from litestar.types import Guard

from copilot import accounts
from copilot.accounts import Role, as_role
from copilot.store import accounts as store
from copilot.web.threads import in_thread
from copilot.wiring import Services

SESSION_COOKIE = "answerable_session"
RANK: dict[Role, int] = {"intake": 0, "agent": 1, "admin": 2}
LONGEST_TOKEN = 200


@dataclass(frozen=True, slots=True)
class Identity:
    """A program or a person. `name` goes into the journal."""

    name: str
    role: Role
    user_id: int | None = None
    email: str | None = None

    def may(self, role: Role) -> bool:
        """Whether this identity has at least that role."""
        return RANK[self.role] >= RANK[role]


class Authentication(AbstractAuthenticationMiddleware):
    """Finds the identity or answers 401. Cookies are not accepted on `/api`: no foreign page can act there."""

    async def authenticate_request(self, connection: ASGIConnection[Any, Any, Any, Any]) -> AuthenticationResult:
        """The identity behind the request's key or cookie."""
        services: Services = connection.app.state.services
        if connection.url.path.startswith("/api/"):
            identity = await in_thread(of_key, services, bearer(connection.headers.get("authorization", "")))
        else:
            identity = await in_thread(of_session, services, connection.cookies.get(SESSION_COOKIE, ""))
        if identity is None:
            raise NotAuthorizedException(
                "A valid API key is needed: Authorization: Bearer KEY.", headers={"www-authenticate": "Bearer"}
            )
        return AuthenticationResult(user=identity, auth=None)


def bearer(header: str) -> str:
    """The token of an Authorization header, "" when there is none."""
    scheme, _, token = header.partition(" ")
    return token.strip() if scheme.lower() == "bearer" else ""


def of_key(services: Services, key: str) -> Identity | None:
    """The program that this key belongs to."""
    if not key or len(key) > LONGEST_TOKEN:
        return None
    with services.db.read() as session:
        found = accounts.key_of(session, key)
    return Identity(f"key:{found.name}", as_role(found.role)) if found else None


def of_session(services: Services, token: str) -> Identity | None:
    """The person who signed in with this token."""
    if not token or len(token) > LONGEST_TOKEN:
        return None
    with services.db.read() as session:
        user = store.signed_in(session, accounts.digest(token), services.now())
    return Identity(user.name, as_role(user.role), user.id, user.email) if user else None


def needs(role: Role) -> Guard:
    """A guard that answers 403 below this role."""

    def guard(connection: ASGIConnection[Any, Any, Any, Any], _: BaseRouteHandler) -> None:
        if not connection.user.may(role):
            raise PermissionDeniedException(f"This needs the role {role}.")

    return guard


needs_agent = needs("agent")
needs_admin = needs("admin")
