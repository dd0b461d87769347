"""What every page handler needs: the frame around a page, HTML responses, the headers that htmx listens to."""

import json
from collections.abc import Mapping
from typing import Any

from litestar import Request, Response
from litestar.template.base import csrf_token

from copilot.web.auth import Identity
from copilot.web.templating import render
from copilot.web.views import Frame, UserView
from copilot.wiring import Services

THEMES = ("system", "light", "dark")
AnyRequest = Request[Any, Any, Any]


def frame_of(request: AnyRequest, services: Services, identity: Identity | None, section: str = "queue") -> Frame:
    """The frame for this person, in the theme that their cookie names."""
    theme = request.cookies.get("theme", "system")
    user = UserView(identity.name, identity.email or "", identity.may("admin")) if identity else None
    return Frame(
        user=user,
        csrf_token=csrf_token({"request": request}),
        now=services.now(),
        theme=theme if theme in THEMES else "system",
        section=section,
        kill_switch=identity is not None and kill_switch_is_on(services),
    )


def kill_switch_is_on(services: Services) -> bool:
    """Whether all automatic sending is stopped."""
    with services.db.read() as session:
        return services.configuration.current(session).autonomy.kill_switch


def html(content: str, status: int = 200, headers: Mapping[str, str] | None = None) -> Response[str]:
    """Text as an HTML response that nobody stores: pages hold customers' words."""
    kept = {"cache-control": "no-store", "vary": "hx-request", **(headers or {})}
    return Response(content, status_code=status, media_type="text/html; charset=utf-8", headers=kept)


def page(name: str, status: int = 200, headers: Mapping[str, str] | None = None, **context: object) -> Response[str]:
    """The template, rendered, as a response."""
    return html(render(name, **context), status, headers)


def wants_fragment(request: AnyRequest) -> bool:
    """Whether htmx asks for a part of the page (but not while it restores its history, which needs a whole one)."""
    asked = request.headers.get("hx-request") == "true"
    return asked and request.headers.get("hx-history-restore-request") != "true"


def trigger(**events: object) -> dict[str, str]:
    """The header that makes the browser raise these events; JSON keeps it within ASCII."""
    return {"hx-trigger": json.dumps(events)}


def toast(text: str, **more: object) -> dict[str, str]:
    """Headers that show a short message and bring the queue up to date."""
    return trigger(toast={"text": text, **more}, **{"queue-changed": True})
