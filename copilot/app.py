"""The web application around the services: routes, authentication, CSRF, error table, headers, the worker's life."""

import os
import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from tempfile import NamedTemporaryFile

from litestar import Litestar, Request
from litestar.config.csrf import CSRFConfig
from litestar.datastructures import State
from litestar.di import Provide
from litestar.exceptions import HTTPException
from litestar.middleware import DefineMiddleware
from litestar.openapi.config import OpenAPIConfig
from litestar.openapi.plugins import JsonRenderPlugin, YamlRenderPlugin
from litestar.openapi.spec import Components, SecurityScheme

from copilot import __version__
from copilot.errors import AnswerableError
from copilot.web import api, citing, findings, gaps, organisations_api, pages, probes, problems, rewording, sources_api
from copilot.web.auth import Authentication, Identity
from copilot.web.threads import in_thread
from copilot.wiring import Services

LARGEST_REQUEST = 4_000_000
SECURITY_HEADERS = {
    "content-security-policy": (
        "default-src 'self'; img-src 'self' data:; object-src 'none'; base-uri 'none'; frame-ancestors 'none'; "
        "form-action 'self'"
    ),
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
    "permissions-policy": "camera=(), microphone=(), geolocation=()",
}


def create_app(services: Services, *, with_worker: bool) -> Litestar:
    """The ASGI application. The worker's loops live and die with it when `with_worker`."""

    @asynccontextmanager
    async def life(app: Litestar) -> AsyncIterator[None]:
        services = services_of(app.state)
        if with_worker:
            services.worker.start()
        try:
            yield
        finally:
            await in_thread(services.close)

    return Litestar(
        route_handlers=[
            api.router(),
            organisations_api.router(),
            gaps.router(),
            findings.router(),
            citing.router(),
            sources_api.router(),
            rewording.router(),
            probes.alive,
            probes.ready,
            probes.prometheus,
            *pages.handlers(),
        ],
        state=State({"services": services}),
        lifespan=[life],
        dependencies={
            "services": Provide(services_of, sync_to_thread=False),
            "identity": Provide(identity_of, sync_to_thread=False),
        },
        middleware=[DefineMiddleware(Authentication, exclude=["^/static/", "^/schema"])],
        csrf_config=CSRFConfig(
            secret=csrf_secret(services.settings.data_dir),
            cookie_name="answerable_csrf",
            cookie_secure=services.settings.secure_cookies,
            cookie_samesite="strict",
            exclude=["^/api/", "^/static/", "^/promise$", "^/health", "^/ready", "^/metrics", "^/schema"],
        ),
        exception_handlers={
            AnswerableError: problems.answerable_error,
            HTTPException: problems.http_error,
            UnicodeDecodeError: problems.unreadable_body,
            RecursionError: problems.unreadable_body,
            Exception: problems.unexpected_error,
        },
        response_headers=SECURITY_HEADERS,
        request_max_body_size=LARGEST_REQUEST,
        openapi_config=openapi(),
        logging_config=None,
    )


def services_of(state: State) -> Services:
    """The services, for handlers."""
    found: Services = state.services
    return found


def identity_of(request: Request[Identity, None, State]) -> Identity:
    """Who is asking, for handlers."""
    return request.user


def openapi() -> OpenAPIConfig:
    """The schema at /schema, as JSON or YAML; no viewer, because those load scripts from elsewhere."""
    key = SecurityScheme(type="http", scheme="bearer", description="An API key.")
    return OpenAPIConfig(
        title="Answerable",
        version=__version__,
        path="/schema",
        render_plugins=[JsonRenderPlugin(path=["/", "/openapi.json"]), YamlRenderPlugin()],
        components=Components(security_schemes={"key": key}),
        security=[{"key": []}],
    )


def csrf_secret(folder: Path) -> str:
    """The secret under which CSRF tokens are signed; made once and kept in the data folder.

    It appears whole or not at all: a process may be killed here, or two may start together.
    """
    path = folder / "csrf.key"
    if not path.exists():
        with NamedTemporaryFile("w", dir=folder, prefix="csrf.", encoding="ascii") as file:
            file.write(secrets.token_urlsafe(48))
            file.flush()
            with suppress(FileExistsError):
                os.link(file.name, path)
    return path.read_text(encoding="ascii")
