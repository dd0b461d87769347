"""Queries about applications: putting open tickets under a new version of the promises, as work that survives us."""

from datetime import datetime

from sqlmodel import Session, col, select

from copilot.store.tables import Document, PolicyApplication


def begin(session: Session, version: int, open_tickets: int, by: str, at: datetime) -> PolicyApplication:
    """Store a new one that the worker goes on with."""
    row = PolicyApplication(version=version, open_tickets=open_tickets, by=by, started_at=at)
    session.add(row)
    session.flush()
    return row


def newest(session: Session) -> PolicyApplication | None:
    """The one that was begun last, whatever became of it."""
    return session.exec(select(PolicyApplication).order_by(col(PolicyApplication.id).desc()).limit(1)).first()


def any_running(session: Session) -> bool:
    """Whether there is one to go on with."""
    return (
        session.exec(select(PolicyApplication.id).where(PolicyApplication.state == "running").limit(1)).first()
        is not None
    )


def running(session: Session, *, wait: bool) -> PolicyApplication | None:
    """The oldest one to go on with, locked until the transaction ends; without `wait` none that another has locked."""
    wanted = select(PolicyApplication).where(PolicyApplication.state == "running").order_by(col(PolicyApplication.id))
    locked = wanted.limit(1).with_for_update(skip_locked=not wait)
    return session.exec(locked, execution_options={"populate_existing": True}).first()


def lock_policies(session: Session) -> None:
    """Until the transaction ends nobody else begins one (SQLite's writer is alone anyway)."""
    wanted = select(Document.id).where(Document.kind == "policies").order_by(col(Document.version)).limit(1)
    session.exec(wanted.with_for_update()).first()
