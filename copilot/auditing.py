"""Draws the share of drafts that go to a person although they might have left: by a keyed hash of their place.

The key is random, shared by all processes and shown nowhere, so that the draw can be made again but nobody can write a
ticket that is never drawn. Pure apart from making the key.
"""

import hashlib
import hmac
import secrets
from functools import cached_property

from copilot.store import watches
from copilot.store.session import Database, Session

KEY = "audits"


class AuditKey:
    """The shared key, made by whoever needs it first and read once by each process."""

    def __init__(self, db: Database) -> None:
        self._db = db

    @cached_property
    def key(self) -> bytes:
        """32 random bytes, the same for all processes on this database."""
        return bytes.fromhex(self._db.transact(_read_or_make))


def _read_or_make(session: Session) -> str:
    value = watches.secret(session, KEY)
    if value is None:
        value = secrets.token_hex(32)
        watches.keep_secret(session, KEY, value)
    return value


def drawn(key: bytes, ticket_id: int, message_id: int, share: float) -> bool:
    """Whether the draft that answers this message is audited; of many drafts a `share` (0..1) is."""
    digest = hmac.new(key, f"{ticket_id}:{message_id}".encode(), hashlib.sha256).digest()
    return int.from_bytes(digest[:8], "big") < share * 2**64
