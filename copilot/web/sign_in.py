"""Signing in and out. Guessing is slowed down per address and e-mail; no answer says which of the two is wrong."""

from collections import OrderedDict
from datetime import datetime, timedelta
from threading import Lock

from litestar import Response, get, post
from litestar.datastructures import Cookie
from litestar.params import FromQuery, URLEncodedBody
from litestar.response import Redirect

from copilot import accounts
from copilot.web.auth import SESSION_COOKIE
from copilot.web.forms import SignInForm
from copilot.web.responses import AnyRequest, frame_of, page
from copilot.wiring import Services

OPEN = {"exclude_from_auth": True}
WRONG = "E-mail or password is wrong."
TOO_OFTEN = "Too many attempts. Please wait a few minutes."


class Attempts:
    """Failed attempts of late by key; holds at most `room` keys, the oldest are forgotten first."""

    def __init__(self, most: int = 10, window: timedelta = timedelta(minutes=5), room: int = 10_000) -> None:
        self.most, self.window, self.room = most, window, room
        self._failures: OrderedDict[str, list[datetime]] = OrderedDict()
        self._lock = Lock()

    def exceeded(self, key: str, now: datetime) -> bool:
        """Whether this key has failed too often within the window."""
        with self._lock:
            return len(self._recent(key, now)) >= self.most

    def failed(self, key: str, now: datetime) -> None:
        """Remember a failure."""
        with self._lock:
            self._failures[key] = [*self._recent(key, now), now]
            self._failures.move_to_end(key)
            while len(self._failures) > self.room:
                self._failures.popitem(last=False)

    def _recent(self, key: str, now: datetime) -> list[datetime]:
        return [at for at in self._failures.get(key, ()) if now - at < self.window]


by_person = Attempts()
by_address = Attempts(most=100)


@get("/sign-in", sync_to_thread=True, opt=OPEN)
def sign_in_page(request: AnyRequest, services: Services, next: FromQuery[str] = "/") -> Response[str]:
    """The form."""
    return form(request, services, "", next)


@post("/sign-in", sync_to_thread=True, opt=OPEN, status_code=200)
def sign_in(data: URLEncodedBody[SignInForm], request: AnyRequest, services: Services) -> Response[str] | Redirect:
    """Let a person in, or show the form again."""
    now = services.now()
    address = request.client.host if request.client else ""
    key = f"{address}|{data.email.strip().lower()[:320]}"
    if by_person.exceeded(key, now) or by_address.exceeded(address, now):
        return form(request, services, data.email, data.next, TOO_OFTEN, 429)
    with services.db.read() as session:
        user = accounts.verified(session, data.email, data.password)
    if user is None:
        by_person.failed(key, now)
        by_address.failed(address, now)
        return form(request, services, data.email, data.next, WRONG, 401)
    lasting = timedelta(hours=services.settings.session_hours)
    with services.db.write() as session:
        token = accounts.sign_in(session, user, now, lasting)
    return Redirect(local(data.next), status_code=303, cookies=[session_cookie(services, token, lasting)])


@post("/sign-out", sync_to_thread=True, opt=OPEN, status_code=303)
def sign_out(request: AnyRequest, services: Services) -> Redirect:
    """End this browser's session."""
    token = request.cookies.get(SESSION_COOKIE, "")
    if token:
        with services.db.write() as session:
            accounts.sign_out(session, token)
    return Redirect("/sign-in", status_code=303, cookies=[session_cookie(services, "", timedelta(0))])


def form(
    request: AnyRequest, services: Services, email: str, next_path: str, error: str | None = None, status: int = 200
) -> Response[str]:
    """The sign-in page."""
    frame = frame_of(request, services, None)
    return page("sign_in.html", status, frame=frame, email=email[:320], next_path=local(next_path), error=error)


def local(path: str) -> str:
    """The path if it stays on this site, else the queue: nobody can be sent elsewhere after signing in."""
    inside = path.startswith("/") and not path.startswith("//") and "\\" not in path
    return path if inside and path.isprintable() and len(path) < 500 else "/"


def session_cookie(services: Services, token: str, lasting: timedelta) -> Cookie:
    """The cookie that carries the session: never readable by scripts."""
    return Cookie(
        key=SESSION_COOKIE, value=token, path="/", httponly=True, samesite="lax", max_age=int(lasting.total_seconds()),
        secure=services.settings.secure_cookies,
    )  # fmt: skip
