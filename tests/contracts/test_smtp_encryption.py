"""Mail over encrypted connections to a real SMTP server, with certificates made for the test."""

import ssl
from email.message import EmailMessage

import pytest
import trustme

from copilot.channels.transport import NotDelivered
from copilot.errors import Unavailable
from tests.contracts import mail_server
from tests.contracts.test_smtp import MAIL, mailer

# the server's library does not see that a connection which is encrypted from the first byte is encrypted
pytestmark = pytest.mark.filterwarnings("ignore:Requiring AUTH while not requiring TLS:UserWarning")

LOGIN = ("alerts@shop.example", "s3cret: with p@rts")
USER = "alerts%40shop.example:s3cret%3A%20with%20p%40rts@"


@pytest.fixture
def authority(monkeypatch, tmp_path):
    """A certificate authority that this machine trusts."""
    made = trustme.CA()
    path = tmp_path / "ca.pem"
    made.cert_pem.write_to_path(str(path))
    monkeypatch.setenv("SSL_CERT_FILE", str(path))
    return made


def server_side(authority, *names):
    """The TLS settings of a server with a certificate for these names."""
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    authority.issue_cert(*names).configure_cert(context)
    return context


def encrypted(way, context, **more):
    """A server that encrypts in this way."""
    return mail_server.running(**{way: context}, **more)


WAYS = pytest.mark.parametrize("way", ["starttls", "smtps"])


@WAYS
def test_a_mail_arrives_encrypted(authority, way):
    """The mail goes over an encrypted connection, and the check is content."""
    with encrypted(way, server_side(authority, "127.0.0.1")) as inbox:
        mailer(inbox.url).check()
        mailer(inbox.url).send(*MAIL)
    ((recipients, mail),) = inbox.mails
    assert isinstance(mail, EmailMessage)
    assert (recipients, mail["Subject"], inbox.encrypted) == ([MAIL[1]], MAIL[2], [True])


@WAYS
def test_user_and_password_are_told_over_it(authority, way):
    """The server lets in whom it knows; what is encoded in the address reaches it decoded."""
    with encrypted(way, server_side(authority, "127.0.0.1"), login=LOGIN) as inbox:
        mailer(inbox.url.replace("://", f"://{USER}")).send(*MAIL)
    assert (inbox.logins, len(inbox.mails)) == ([LOGIN], 1)


@WAYS
def test_a_wrong_password_is_no_delivery_and_may_be_mended(authority, way):
    """Somebody may correct it, so it is tried again; the check says so without repeating it."""
    with encrypted(way, server_side(authority, "127.0.0.1"), login=LOGIN) as inbox:
        wrong = mailer(inbox.url.replace("://", "://alerts%40shop.example:wrong@"))
        with pytest.raises(NotDelivered, match="535") as caught:
            wrong.send(*MAIL)
        with pytest.raises(Unavailable) as told:
            wrong.check()
    assert (caught.value.final, inbox.mails) == (False, [])
    assert "wrong" not in str(told.value)


@WAYS
@pytest.mark.parametrize("trouble", ["unknown authority", "another name"])
def test_a_certificate_that_is_not_the_server_s_is_refused(authority, way, trouble):
    """Neither mail nor password goes to whoever cannot prove to be the server."""
    context = server_side(authority, "mail.elsewhere.example")
    if trouble == "unknown authority":
        context = server_side(trustme.CA(), "127.0.0.1")
    with encrypted(way, context, login=LOGIN) as inbox:
        suspicious = mailer(inbox.url.replace("://", f"://{USER}"))
        with pytest.raises(NotDelivered, match="SSLCertVerificationError") as caught:
            suspicious.send(*MAIL)
        with pytest.raises(Unavailable, match="SSLCertVerificationError"):
            suspicious.check()
    assert (caught.value.final, inbox.mails, inbox.logins) == (False, [], [])


def test_a_server_that_speaks_plainly_is_no_smtps_server(authority):
    """What must be encrypted from the first byte is not sent in the clear."""
    with mail_server.running() as inbox, pytest.raises(NotDelivered, match="SSLError"):
        mailer(inbox.url.replace("smtp://", "smtps://")).send(*MAIL)
    assert inbox.mails == []


@pytest.mark.parametrize("user", ["", USER])
def test_encryption_can_be_required(authority, user):
    """With `?starttls=required` a server that does not offer it gets no mail, with or without a password."""
    with mail_server.running() as inbox:
        strict = mailer(inbox.url.replace("://", f"://{user}") + "?starttls=required")
        with pytest.raises(NotDelivered, match="no encryption") as caught:
            strict.send(*MAIL)
        with pytest.raises(Unavailable, match="no encryption"):
            strict.check()
    assert (caught.value.final, inbox.mails) == (True, [])
    with encrypted("starttls", server_side(authority, "127.0.0.1")) as inbox:
        mailer(inbox.url + "?starttls=required").send(*MAIL)
    assert inbox.encrypted == [True]


@pytest.mark.parametrize("query", ["starttls=maybe", "starttls", "tls=required", "starttls=required&x=1"])
def test_an_unknown_option_stops_the_start(query):
    """A misspelt requirement must not be taken for none."""
    with pytest.raises(Unavailable, match="ANSWERABLE_SMTP_URL"):
        mailer(f"smtp://mail.example?{query}")
