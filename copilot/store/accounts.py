"""Queries about users, sign-ins and API keys. Holds only hashes of secrets."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import func
from sqlmodel import Session, col, delete, select

from copilot.errors import NotFound
from copilot.store.tables import ApiKey, SignIn, User


def user_by_email(session: Session, email: str) -> User | None:
    """The user with this address (already lower case)."""
    return session.exec(select(User).where(User.email == email)).first()


def user(session: Session, user_id: int) -> User:
    """The user, or `NotFound`."""
    found = session.get(User, user_id)
    if found is None:
        raise NotFound(f"There is no user {user_id}.", field="id")
    return found


def users(session: Session) -> Sequence[User]:
    """Everybody, by name."""
    return session.exec(select(User).order_by(User.name)).all()


def signed_in(session: Session, token_hash: str, now: datetime) -> User | None:
    """The active user of a session that has not expired."""
    wanted = (
        select(User)
        .join(SignIn, col(SignIn.user_id) == User.id)
        .where(SignIn.token_hash == token_hash, SignIn.expires_at > now, col(User.active).is_(True))
    )
    return session.exec(wanted).first()


def active_agents(session: Session) -> int:
    """How many people answer tickets."""
    return session.exec(select(func.count()).where(User.role == "agent", col(User.active).is_(True))).one()


def end_sign_in(session: Session, token_hash: str) -> None:
    """Sign one browser out."""
    session.exec(delete(SignIn).where(col(SignIn.token_hash) == token_hash))


def end_all_sign_ins(session: Session, user_id: int) -> None:
    """Sign a user out everywhere."""
    session.exec(delete(SignIn).where(col(SignIn.user_id) == user_id))


def drop_expired_sign_ins(session: Session, now: datetime) -> None:
    """Forget sessions that have run out."""
    session.exec(delete(SignIn).where(col(SignIn.expires_at) <= now))


def key_by_hash(session: Session, key_hash: str) -> ApiKey | None:
    """The key with this hash unless it was revoked."""
    return session.exec(select(ApiKey).where(ApiKey.key_hash == key_hash, col(ApiKey.revoked_at).is_(None))).first()


def keys(session: Session) -> Sequence[ApiKey]:
    """All keys, newest first."""
    return session.exec(select(ApiKey).order_by(col(ApiKey.id).desc())).all()


def key(session: Session, key_id: int) -> ApiKey:
    """The key, or `NotFound`."""
    found = session.get(ApiKey, key_id)
    if found is None:
        raise NotFound(f"There is no API key {key_id}.", field="id")
    return found
