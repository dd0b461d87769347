"""Users, sign-ins and API keys: makes and checks secrets. Only hashes are stored; a secret is shown once."""

import base64
import hashlib
import secrets
from datetime import datetime, timedelta
from typing import Literal, cast

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from argon2.low_level import ARGON2_VERSION

from copilot.errors import Conflict, Invalid
from copilot.inputs import clean, is_address
from copilot.store import accounts as store
from copilot.store import journal
from copilot.store.session import Session
from copilot.store.tables import ApiKey, SignIn, User

Role = Literal["intake", "agent", "admin"]
KEY_ROLES = ("intake", "agent", "admin")
USER_ROLES = ("agent", "admin")
SHORTEST_PASSWORD = 10
LONGEST_PASSWORD = 200
KEY_PREFIX = "ans_"

_hasher = PasswordHasher()


def _hash_of_nobody(hasher: PasswordHasher) -> str:
    """A hash that no password has, for which to check one takes as long as for any other."""
    salt, digest = (
        base64.b64encode(secrets.token_bytes(size)).decode().rstrip("=") for size in (hasher.salt_len, hasher.hash_len)
    )
    costs = f"m={hasher.memory_cost},t={hasher.time_cost},p={hasher.parallelism}"
    return f"$argon2id$v={ARGON2_VERSION}${costs}${salt}${digest}"


# checked when nobody has the address, so that the answer takes as long as for a wrong password
_NOBODY = _hash_of_nobody(_hasher)


def create_user(session: Session, email: str, name: str, role: str, password: str, now: datetime) -> User:
    """A new user. Raises `Invalid` naming the field, `Conflict` when the address is taken."""
    email = email.strip().lower()
    if not is_address(email):
        raise Invalid("email is not an e-mail address.", field="email")
    if role not in USER_ROLES:
        raise Invalid(f"role must be one of {', '.join(USER_ROLES)}.", field="role")
    if store.user_by_email(session, email) is not None:
        raise Conflict("A user with this e-mail address exists already.", field="email")
    user = User(
        email=email, name=clean(name, "name", 200), role=role, password_hash=hash_password(password), created_at=now
    )
    session.add(user)
    session.flush()
    journal.record(session, now, "user_created", user_id=user.id, role=role)
    return user


def hash_password(password: str) -> str:
    """Argon2id hash. Raises `Invalid` for a password that is too short or too long."""
    if not SHORTEST_PASSWORD <= len(password) <= LONGEST_PASSWORD:
        raise Invalid(f"password must have {SHORTEST_PASSWORD} to {LONGEST_PASSWORD} characters.", field="password")
    return _hasher.hash(password)


def verified(session: Session, email: str, password: str) -> User | None:
    """The user whose password this is."""
    user = store.user_by_email(session, email.strip().lower()[:320])
    try:
        _hasher.verify(user.password_hash if user else _NOBODY, password[:LONGEST_PASSWORD])
    except (VerificationError, InvalidHashError):
        return None
    return user if user is not None and user.active else None


def sign_in(session: Session, user: User, now: datetime, lasting: timedelta) -> str:
    """A new session's token, to be kept in a cookie."""
    token = secrets.token_urlsafe(32)
    store.drop_expired_sign_ins(session, now)
    session.add(SignIn(token_hash=digest(token), user_id=user.id or 0, expires_at=now + lasting))
    journal.record(session, now, "signed_in", user_id=user.id)
    return token


def sign_out(session: Session, token: str) -> None:
    """End the session of this token."""
    store.end_sign_in(session, digest(token))


def set_active(session: Session, user_id: int, *, active: bool, now: datetime, by: str) -> User:
    """Let a user in or shut them out, at once and everywhere."""
    user = store.user(session, user_id)
    user.active = active
    if not active:
        store.end_all_sign_ins(session, user_id)
    journal.record(session, now, "user_changed", user_id=user_id, active=active, by=by)
    return user


def create_key(session: Session, name: str, role: str, now: datetime) -> str:
    """A new API key, shown once. Raises `Invalid` naming the field."""
    if role not in KEY_ROLES:
        raise Invalid(f"role must be one of {', '.join(KEY_ROLES)}.", field="role")
    key = KEY_PREFIX + secrets.token_urlsafe(32)
    session.add(ApiKey(name=clean(name, "name", 100), role=role, key_hash=digest(key), created_at=now))
    journal.record(session, now, "key_created", name=name, role=role)
    return key


def key_of(session: Session, key: str) -> ApiKey | None:
    """The stored key, unless unknown or revoked."""
    return store.key_by_hash(session, digest(key))


def revoke_key(session: Session, key_id: int, now: datetime, by: str) -> None:
    """The key stops working at once; revoking twice changes nothing."""
    key = store.key(session, key_id)
    if key.revoked_at is None:
        key.revoked_at = now
        journal.record(session, now, "key_revoked", name=key.name, by=by)


def digest(secret: str) -> str:
    """SHA-256 of a random token; enough because the token has 256 random bits."""
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()


def as_role(value: str) -> Role:
    """A stored role."""
    return cast(Role, value)
