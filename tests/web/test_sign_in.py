"""Signing in: the right password, the wrong one, too many wrong ones, and where it leads."""

from datetime import timedelta

import pytest
from argon2 import PasswordHasher, extract_parameters
from argon2.exceptions import VerifyMismatchError

from copilot import accounts
from copilot.fakes import ManualTime
from copilot.web.auth import SESSION_COOKIE
from copilot.web.sign_in import Attempts, local

PASSWORD = "correct horse battery"


@pytest.fixture
def form(client, desk):
    """Posts the sign-in form as a browser does."""
    desk.do(lambda s: accounts.create_user(s, "sam@example.com", "Sam", "agent", PASSWORD, desk.now()))
    client.get("/sign-in")

    def post(email="sam@example.com", password=PASSWORD, next_path="/"):
        data = {"email": email, "password": password, "next": next_path}
        headers = {"x-csrftoken": client.cookies["answerable_csrf"], "accept": "text/html"}
        return client.post("/sign-in", data=data, headers=headers, follow_redirects=False)

    return post


def test_the_right_password_opens_a_session(form):
    """The cookie cannot be read by scripts and is not sent along from other sites' forms."""
    answer = form(next_path="/tickets/3")
    assert (answer.status_code, answer.headers["location"]) == (303, "/tickets/3")
    cookie = next(value for value in answer.headers.get_list("set-cookie") if value.startswith(SESSION_COOKIE))
    assert "HttpOnly" in cookie
    assert "samesite=lax" in cookie.lower()


def test_nobody_is_checked_like_somebody():
    """For an address that nobody has a real hash is checked, as costly as those of people, which no password has."""
    somebody = PasswordHasher().hash(PASSWORD)
    assert extract_parameters(accounts._NOBODY) == extract_parameters(somebody)
    for stored in (accounts._NOBODY, somebody):
        with pytest.raises(VerifyMismatchError):
            PasswordHasher().verify(stored, "another password")


@pytest.mark.parametrize(("email", "password"), [("sam@example.com", "wrong"), ("nobody@example.com", PASSWORD)])
def test_a_wrong_one_says_the_same_whichever_it_is(form, email, password):
    """Nobody learns from the answer which addresses exist."""
    answer = form(email, password)
    assert answer.status_code == 401
    assert "E-mail or password is wrong." in answer.text
    assert SESSION_COOKIE not in answer.headers.get("set-cookie", "")


def test_guessing_is_slowed_down():
    """After so many failures a key is refused until the window has passed; others are not."""
    now, attempts = ManualTime(), Attempts(most=3, window=timedelta(minutes=5))
    for _ in range(3):
        assert not attempts.exceeded("a", now())
        attempts.failed("a", now())
    assert attempts.exceeded("a", now())
    assert not attempts.exceeded("b", now())
    now.advance(minutes=6)
    assert not attempts.exceeded("a", now())


def test_attempts_take_bounded_room():
    """However many addresses are tried, only so many are remembered, the latest ones."""
    now, attempts = ManualTime(), Attempts(most=1, room=5)
    for number in range(50):
        attempts.failed(str(number), now())
    assert [key for key in map(str, range(50)) if attempts.exceeded(key, now())] == ["45", "46", "47", "48", "49"]


@pytest.mark.parametrize(
    "path", ["//evil.example", "https://evil.example", "/\\evil.example", "javascript:alert(1)", "", "/a\nb", "/" * 600]
)
def test_nobody_is_sent_elsewhere(path):
    """Only a path on this site is followed after signing in."""
    assert local(path) == "/"


def test_signing_out_ends_the_session(form, client):
    """The cookie's token is worthless afterwards, wherever it was copied to."""
    form()
    token = client.cookies[SESSION_COOKIE]
    headers = {"x-csrftoken": client.cookies["answerable_csrf"], "accept": "text/html"}
    assert client.post("/sign-out", headers=headers, follow_redirects=False).status_code == 303
    client.cookies.set(SESSION_COOKIE, token)
    assert client.get("/", headers={"accept": "text/html"}, follow_redirects=False).status_code == 302
