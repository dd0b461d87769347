"""Queries about what admins set: versioned documents (categories, rules, policies, autonomy)."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import func
from sqlmodel import Session, col, select

from copilot.errors import NotFound
from copilot.store.tables import Document


def newest(session: Session, kind: str) -> Document | None:
    """The document of this kind that is in force."""
    wanted = select(Document).where(col(Document.kind) == kind).order_by(col(Document.version).desc())
    return session.exec(wanted).first()


def at_version(session: Session, kind: str, version: int) -> Document:
    """One past or present version of a document, or `NotFound`."""
    wanted = select(Document).where(col(Document.kind) == kind, col(Document.version) == version)
    row = session.exec(wanted).first()
    if row is None:
        raise NotFound(f"There is no version {version} of the {kind}.", field="version")
    return row


def save(session: Session, kind: str, content: Any, at: datetime, by: str) -> Document:
    """Store a new version, which is in force from now on."""
    current = newest(session, kind)
    row = Document(kind=kind, version=current.version + 1 if current else 1, content=content, at=at, by=by)
    session.add(row)
    session.flush()
    return row


def versions(session: Session) -> dict[str, int]:
    """The newest version of every kind: what in-memory copies compare."""
    wanted = select(col(Document.kind), func.max(col(Document.version))).group_by(col(Document.kind))
    return dict(session.exec(wanted).all())


def history(session: Session, kind: str, limit: int = 20) -> Sequence[Document]:
    """The latest versions of a document, newest first."""
    wanted = select(Document).where(col(Document.kind) == kind).order_by(col(Document.version).desc()).limit(limit)
    return session.exec(wanted).all()
