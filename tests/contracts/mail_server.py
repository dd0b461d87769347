"""A real SMTP server on loopback that keeps every mail; plain, with STARTTLS, or encrypted from the first byte."""

import socket
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult, LoginPassword


class Inbox:
    """Keeps what arrives as (recipients, message).

    `refusals` are answered to recipients ("rcpt") or to the message ("data") instead; `encrypted` tells of each mail
    whether it came over an encrypted connection, `logins` are the users and passwords that were accepted.
    """

    def __init__(self) -> None:
        self.url = ""
        self.port = 0
        self.mails: list[tuple[list[str], EmailMessage]] = []
        self.refusals: dict[str, str] = {}
        self.encrypted: list[bool] = []
        self.logins: list[tuple[str, str]] = []

    async def handle_RCPT(self, server: Any, session: Any, envelope: Any, address: str, options: Any) -> str:
        """Take the recipient, or answer the refusal."""
        envelope.rcpt_tos.append(address)
        return self.refusals.get("rcpt", "250 OK")

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        """Take the mail, or answer the refusal."""
        self.encrypted.append(session.ssl is not None or server.transport.get_extra_info("sslcontext") is not None)
        self.mails.append((envelope.rcpt_tos, message_from_bytes(envelope.content, policy=default)))
        return self.refusals.get("data", "250 OK")


@contextmanager
def running(
    *, starttls: ssl.SSLContext | None = None, smtps: ssl.SSLContext | None = None, login: tuple[str, str] | None = None
) -> Iterator[Inbox]:
    """Listen until the block ends; with `login` nobody else may send."""
    inbox, port = Inbox(), free_port()

    def authenticate(server: Any, session: Any, envelope: Any, mechanism: str, data: Any) -> AuthResult:
        given = (data.login.decode(), data.password.decode()) if isinstance(data, LoginPassword) else ("", "")
        if given == login:
            inbox.logins.append(given)
        return AuthResult(success=given == login, handled=False)

    more: dict[str, Any] = {"authenticator": authenticate, "auth_required": True} if login else {}
    if login and smtps is not None:
        more["auth_require_tls"] = False  # the server does not count a connection encrypted from the start
    controller = Controller(
        inbox, hostname="127.0.0.1", port=port, ssl_context=smtps, tls_context=starttls,
        require_starttls=starttls is not None, **more,
    )  # fmt: skip
    controller.start()
    inbox.port = port
    inbox.url = f"{'smtps' if smtps else 'smtp'}://127.0.0.1:{port}"
    try:
        yield inbox
    finally:
        controller.stop()


def free_port() -> int:
    """A port of 127.0.0.1 that nobody listens on."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])
