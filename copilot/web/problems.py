"""Every error as problem+json (RFC 9457), or as a plain page for a browser: one table from domain errors to statuses.

Never shows a stack trace, an address or a secret; what is unexpected goes to the log.
"""

import re
from collections.abc import Mapping
from typing import Any

import structlog
from litestar import Request, Response
from litestar.exceptions import HTTPException
from litestar.response import Redirect

from copilot.errors import AnswerableError, Conflict, Invalid, NotFound, Unavailable
from copilot.store.session import DatabaseDown
from copilot.web.templating import render
from copilot.web.views import Problem

MEDIA_TYPE = "application/problem+json"
STATUS: Mapping[type[AnswerableError], int] = {Invalid: 422, NotFound: 404, Conflict: 409, Unavailable: 503}
TITLES = {
    400: "The request cannot be read",
    401: "Sign in first",
    403: "Not allowed",
    404: "Not found",
    405: "Method not allowed",
    409: "Conflict",
    413: "Too large",
    422: "Not valid",
    429: "Too many requests",
    500: "Something went wrong",
    503: "Not available right now",
}
NAMED_FIELD = re.compile(r"field `([^`]{1,100})`")
MISSING_PARAMETER = re.compile(r"Missing required query parameter '([^']{1,100})'")

log = structlog.get_logger(__name__)

Errors = list[dict[str, str]]


def answerable_error(request: Request[Any, Any, Any], error: AnswerableError) -> Response[Any]:
    """An expected error of the domain."""
    errors = [{"field": error.field, "message": error.message}] if error.field else []
    status = next((STATUS[kind] for kind in type(error).__mro__ if kind in STATUS), 500)
    return problem(request, status, error.message, errors)


def http_error(request: Request[Any, Any, Any], error: HTTPException) -> Response[Any]:
    """An error of the framework: routing, validation, authentication, size."""
    if error.status_code == 401 and not is_program(request):
        here = request.url.path
        return Redirect("/sign-in", query_params={"next": here} if request.method == "GET" and here != "/" else None)
    errors = field_errors(error.extra) or missing_parameter(error.detail)
    detail = "; ".join(f"{row['field']}: {row['message']}" for row in errors) if errors else error.detail
    if error.status_code >= 500:
        detail = ""
    return problem(request, error.status_code, detail, errors, error.headers)


def unreadable_body(request: Request[Any, Any, Any], error: Exception) -> Response[Any]:
    """A body that breaks the decoder itself: not UTF-8, or nested without end."""
    log.warning("unreadable_body", path=request.url.path, exc_info=error)
    return problem(request, 400, "The body is not readable JSON.", [{"field": "body", "message": "not readable JSON"}])


def unexpected_error(request: Request[Any, Any, Any], error: Exception) -> Response[Any]:
    """A fault of ours: logged whole, shown as nothing more than that."""
    if isinstance(error, DatabaseDown):
        log.error("database_unavailable", path=request.url.path, error=str(error.orig))
        return problem(request, 503, "The database does not answer.", [])
    log.error("unexpected_error", path=request.url.path, exc_info=error)
    return problem(request, 500, "The error was logged. Nothing was stored.", [])


def problem(
    request: Request[Any, Any, Any], status: int, detail: str, errors: Errors, headers: Mapping[str, str] | None = None
) -> Response[Any]:
    """The response, as JSON for programs and as a page for people."""
    title = TITLES.get(status, "Error")
    if is_program(request):
        body = {"type": "about:blank", "title": title, "status": status, "detail": detail, "errors": errors}
        return Response(body, status_code=status, media_type=MEDIA_TYPE, headers=dict(headers or {}))
    shown = Problem(status, title, detail, tuple((row["field"], row["message"]) for row in errors))
    return Response(render("problem.html", problem=shown), status_code=status, media_type="text/html")


def is_program(request: Request[Any, Any, Any]) -> bool:
    """Whether the answer is read by a program rather than shown as a page."""
    return request.url.path.startswith("/api/") or "text/html" not in request.headers.get("accept", "")


def field_errors(extra: Any) -> Errors:
    """The framework's validation errors, each with the path of the field in the request's JSON."""
    rows = extra if isinstance(extra, list) else []
    return [_field_error(row) for row in rows if isinstance(row, dict) and "message" in row]


def missing_parameter(detail: str) -> Errors:
    """The framework's complaint about a query parameter that is not there."""
    named = MISSING_PARAMETER.match(detail)
    return [{"field": named[1], "message": "is missing"}] if named else []


def _field_error(row: Mapping[str, Any]) -> dict[str, str]:
    message, parent = str(row["message"]), str(row.get("key", "body"))
    if message == "'data'":
        return {"field": "body", "message": "The request has no body."}
    named = NAMED_FIELD.search(message)
    path = "" if parent == "data" else parent
    if named:
        path = f"{path}.{named.group(1)}" if path else named.group(1)
    return {"field": path or "body", "message": message}
