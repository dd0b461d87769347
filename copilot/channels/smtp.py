"""Sends plain e-mail to the team through the admin's SMTP server: one connection a mail, with time limits.

A password never leaves without encryption. Whatever could add a header of its own (a line break in an address or a
subject) is refused.
"""

import smtplib
import ssl
import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from email.message import EmailMessage
from email.utils import format_datetime
from urllib.parse import unquote, urlsplit

from copilot.channels.transport import NotDelivered
from copilot.errors import Unavailable
from copilot.timesource import TimeSource

REQUIRED = "starttls=required"
DEFAULT_PORTS = {"smtp": 587, "smtps": 465}


@dataclass(frozen=True, slots=True)
class Server:
    """Where mail is handed over. `encrypted` from the first byte, else by STARTTLS where the server offers it; a server
    that does not is used only when encryption is not `required` and there is no password to tell."""

    host: str
    port: int
    encrypted: bool
    required: bool = False
    user: str | None = None
    password: str | None = field(default=None, repr=False)

    @classmethod
    def parse(cls, url: str) -> "Server":
        """From `smtp://user:password@host:587` or `smtps://…`, user and password percent-encoded where need be; with
        `?starttls=required` at the end of the first, nothing is sent without encryption.

        Raises `Unavailable`, without telling the password.
        """
        problem = "ANSWERABLE_SMTP_URL must look like smtp://user:password@host:587 or smtps://…"
        try:
            parts = urlsplit(url)
            host, port = parts.hostname, parts.port
        except ValueError as error:
            raise Unavailable(problem) from error
        if parts.scheme not in DEFAULT_PORTS or not host or not one_line(url) or (parts.path or "/") != "/":
            raise Unavailable(problem)
        if parts.query not in ("", REQUIRED) or parts.fragment:
            raise Unavailable(f"{problem}, with ?{REQUIRED} at most")
        user, password = (None if part is None else unquote(part) for part in (parts.username, parts.password))
        encrypted, required = parts.scheme == "smtps", parts.query == REQUIRED
        return cls(host, port or DEFAULT_PORTS[parts.scheme], encrypted, required, user, password)


class Mailer:
    """Hands mails over to the server; the same reference twice carries the same Message-ID."""

    def __init__(self, url: str, sender: str, now: TimeSource, timeout: float = 15.0) -> None:
        """Raises `Unavailable` when the address of the server or the sender makes no sense."""
        self.server, self.sender, self.now, self.timeout = Server.parse(url), sender, now, timeout
        if not one_line(sender) or not sender.rpartition("@")[0] or not sender.rpartition("@")[2]:
            raise Unavailable("ANSWERABLE_MAIL_FROM is not an e-mail address.")

    def send(self, ref: str, recipient: str, subject: str, body: str) -> None:
        """Hand one mail over. Raises `NotDelivered`; final when the server refuses it for good."""
        mail = self.compose(ref, recipient, subject, body)
        try:
            with self._connected() as smtp:
                smtp.send_message(mail)
        except smtplib.SMTPRecipientsRefused as error:
            codes = [code for code, _ in error.recipients.values()]
            raise NotDelivered("The mail server refuses the recipient.", final=min(codes) >= 500) from error
        except smtplib.SMTPResponseException as error:
            final = error.smtp_code >= 500 and not isinstance(error, smtplib.SMTPAuthenticationError)
            raise NotDelivered(f"The mail server answered {error.smtp_code}.", final=final) from error
        except (smtplib.SMTPException, OSError, UnicodeError) as error:
            raise NotDelivered(f"The mail server could not be used: {type(error).__name__}.") from error

    def compose(self, ref: str, recipient: str, subject: str, body: str) -> EmailMessage:
        """The mail. Raises `NotDelivered`, final, when a header would not be one line."""
        if not all(one_line(text) for text in (ref, recipient, subject)):
            raise NotDelivered("A line break or control character stands in a header.", final=True)
        mail = EmailMessage()
        mail["From"], mail["To"], mail["Subject"] = self.sender, recipient, subject
        mail["Date"] = format_datetime(self.now())
        mail["Message-ID"] = f"<{ref}@{self.sender.rpartition('@')[2].rstrip('>')}>"
        mail["Auto-Submitted"] = "auto-generated"
        mail.set_content(body)
        return mail

    def check(self) -> None:
        """Raise `Unavailable` with a plain message when the server does not take us in."""
        try:
            with self._connected() as smtp:
                smtp.noop()
        except NotDelivered as error:
            raise Unavailable(error.message) from error
        except (smtplib.SMTPException, OSError) as error:
            raise Unavailable(f"The mail server could not be used: {type(error).__name__}.") from error

    @contextmanager
    def _connected(self) -> Iterator[smtplib.SMTP]:
        """A connection, encrypted where that can be had, signed in when there is a user."""
        server, context = self.server, ssl.create_default_context()
        smtp = (
            smtplib.SMTP_SSL(server.host, server.port, timeout=self.timeout, context=context)
            if server.encrypted
            else smtplib.SMTP(server.host, server.port, timeout=self.timeout)
        )
        try:
            smtp.ehlo()
            if not server.encrypted and smtp.has_extn("starttls"):
                smtp.starttls(context=context)
                smtp.ehlo()
            elif not server.encrypted and (server.required or server.user is not None):
                what = "password" if server.user is not None else "mail"
                raise NotDelivered(f"The mail server offers no encryption, so no {what} is sent to it.", final=True)
            if server.user is not None:
                smtp.login(server.user, server.password or "")
            yield smtp
            with suppress(smtplib.SMTPException, OSError):
                smtp.quit()
        finally:
            smtp.close()


def one_line(text: str) -> bool:
    """Whether this can stand in a header: no line break, no control character, nothing that is not Unicode."""
    return not any(unicodedata.category(character) in ("Cc", "Cs", "Zl", "Zp") for character in text)
