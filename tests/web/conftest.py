"""A browser without a screen: a client with a person's cookie and the token that forms carry."""

from datetime import timedelta

import pytest

from copilot import accounts
from copilot.web.auth import SESSION_COOKIE

HTMX = {"hx-request": "true"}


@pytest.fixture
def signed_in(client, desk):
    """Signs a person in: `signed_in("admin")` returns the client, which sends the CSRF header from then on."""

    def enter(role="agent"):
        email = f"{role}@example.com"
        user = desk.do(lambda s: accounts.create_user(s, email, f"{role.title()} Person", role, "x" * 12, desk.now()))
        token = desk.do(lambda s: accounts.sign_in(s, user, desk.now(), timedelta(hours=8)))
        client.cookies.set(SESSION_COOKIE, token)
        client.headers["accept"] = "text/html"
        client.get("/sign-in")
        client.headers["x-csrftoken"] = client.cookies["answerable_csrf"]
        return client

    return enter
