"""A real browser against the real application: one Chromium for all tests, a service of its own for each.

Needs Chromium (Debian's `chromium`, or any in `ANSWERABLE_CHROMIUM`). Where it is missing the tests skip and say so,
except on a continuous-integration machine (`CI=true`), where they fail.
"""

import os
import shutil
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from types import SimpleNamespace

import pytest
from litestar import Litestar

from copilot import accounts
from copilot.web.auth import SESSION_COOKIE
from tests.builders import Desk, app_of

FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--force-prefers-reduced-motion",
]
PASSWORD = "correct horse battery"
PATIENCE_MS = 30_000


def pytest_configure(config):
    """The marker is known wherever this folder's tests run."""
    config.addinivalue_line("markers", "browser: drives a real Chromium")


def pytest_collection_modifyitems(items):
    """Every test of this folder drives the browser."""
    for item in items:
        if "/browser/" in item.path.as_posix():
            item.add_marker(pytest.mark.browser)


def chromium_path() -> str | None:
    """Where Chromium is, if it is."""
    named = os.environ.get("ANSWERABLE_CHROMIUM")
    return named or next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)


@pytest.fixture(scope="session")
def chromium():
    """One running Chromium."""
    path = chromium_path()
    if path is None:
        reason = "Chromium is not installed (apt-get install chromium, or set ANSWERABLE_CHROMIUM)"
        if os.environ.get("CI") == "true":
            pytest.fail(reason)
        pytest.skip(reason)
    from playwright.sync_api import expect, sync_playwright

    expect.set_options(timeout=PATIENCE_MS)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture
def address(desk: Desk) -> Iterator[str]:
    """The application over the desk's services, served on loopback; no worker runs, tests move the work on."""
    with app_of(desk.services) as app, served(app) as address:
        yield address


@contextmanager
def served(app: Litestar) -> Iterator[str]:
    """The address of a server of this application, in a thread of its own."""
    import uvicorn

    config = uvicorn.Config(app, port=0, log_level="error", access_log=False, lifespan="off", ws="none")
    server = uvicorn.Server(config)
    config.timeout_graceful_shutdown = 1
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    deadline = time.monotonic() + 10
    while not server.started and time.monotonic() < deadline:
        time.sleep(0.01)
    yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    server.should_exit = True
    thread.join(10)


@pytest.fixture
def person(chromium, address: str, desk: Desk) -> Iterator[Callable[..., SimpleNamespace]]:
    """Signs a person in, each in a browser context of their own; the pages' faults are collected in `faults`."""
    contexts = []

    def enter(role: str = "agent", path: str = "/", **options: object):
        now, lasting = desk.now(), timedelta(hours=8)
        email, name = f"{role}-{len(contexts)}@example.com", f"{role.title()} Person"
        user = desk.do(lambda s: accounts.create_user(s, email, name, role, PASSWORD, now))
        token = desk.do(lambda s: accounts.sign_in(s, user, now, lasting))
        context = chromium.new_context(**{"viewport": {"width": 1440, "height": 900}, **options})
        context.set_default_timeout(PATIENCE_MS)
        context.add_cookies([{"name": SESSION_COOKIE, "value": token, "url": address}])
        contexts.append(context)
        page = context.new_page()
        page.faults = []
        page.on("console", lambda said: page.faults.append(said.text) if said.type in ("error", "warning") else None)
        page.on("pageerror", lambda error: page.faults.append(str(error)))
        page.goto(f"{address}{path}")
        return page

    yield enter
    for context in contexts:
        context.close()
