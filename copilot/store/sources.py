"""Queries about where articles come from: sources, who reads them, and what each last said."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import func, or_
from sqlalchemy.orm import aliased
from sqlmodel import Session, col, delete, select

from copilot.errors import NotFound
from copilot.store.claims import claim
from copilot.store.tables import KnowledgeSource, SourceItem

LISTED = 200


def find(session: Session, source_id: int) -> KnowledgeSource:
    """One source, or `NotFound`."""
    row = session.get(KnowledgeSource, source_id)
    if row is None:
        raise NotFound(f"There is no source {source_id}.", field="id")
    return row


def at(session: Session, kind: str, address: str) -> KnowledgeSource | None:
    """The source of this kind at this address."""
    wanted = select(KnowledgeSource).where(KnowledgeSource.kind == kind, KnowledgeSource.address == address)
    return session.exec(wanted).first()


def page(session: Session) -> Sequence[KnowledgeSource]:
    """All sources by address."""
    return session.exec(select(KnowledgeSource).order_by(KnowledgeSource.address).limit(LISTED)).all()


def claim_due(session: Session, worker: str, now: datetime, lease: timedelta) -> int | None:
    """Take the source that has been due for longest, unless somebody reads it."""
    ready = col(KnowledgeSource.work_after).is_not(None)
    taken = claim(session, KnowledgeSource, ready, worker=worker, now=now, lease=lease, limit=1)
    return taken[0] if taken else None


def claim_one(session: Session, source_id: int, worker: str, now: datetime, lease: timedelta) -> bool:
    """Take this source, due or not; false while somebody reads it."""
    free = or_(col(KnowledgeSource.claimed_until).is_(None), col(KnowledgeSource.claimed_until) <= now)
    wanted = select(KnowledgeSource).where(KnowledgeSource.id == source_id, free).with_for_update()
    row = session.exec(wanted, execution_options={"populate_existing": True}).first()
    if row is None:
        return False
    row.claimed_by, row.claimed_until, row.work_after = worker, now + lease, now
    return True


def held(session: Session, source_id: int, worker: str) -> KnowledgeSource | None:
    """The source while it is ours, locked until the transaction ends."""
    wanted = select(KnowledgeSource).where(KnowledgeSource.id == source_id, KnowledgeSource.claimed_by == worker)
    return session.exec(wanted.with_for_update(), execution_options={"populate_existing": True}).first()


def items(session: Session, source_id: int) -> Sequence[SourceItem]:
    """Everything that the source has told of, what is gone included."""
    return session.exec(select(SourceItem).where(SourceItem.source_id == source_id)).all()


def items_at(session: Session, source_id: int, keys: Sequence[str]) -> dict[str, SourceItem]:
    """What the source last said of these, by key."""
    wanted = select(SourceItem).where(SourceItem.source_id == source_id, col(SourceItem.key).in_(keys))
    return {row.key: row for row in session.exec(wanted)}


def under_another_key(session: Session, source_id: int, article_id: str, since: datetime) -> SourceItem | None:
    """The item of this article that the source has not told of since then, one in force first."""
    wanted = select(SourceItem).where(
        SourceItem.source_id == source_id, SourceItem.article_id == article_id, SourceItem.seen_at < since
    )
    return session.exec(wanted.order_by(col(SourceItem.gone), col(SourceItem.id)).limit(1)).first()


def unseen(session: Session, source_id: int, since: datetime) -> Sequence[SourceItem]:
    """Items in force that the source has not told of since then, nor of their articles under another key."""
    other = aliased(SourceItem)
    told = select(other.id).where(
        other.source_id == source_id, other.article_id == SourceItem.article_id, col(other.seen_at) >= since
    )
    wanted = select(SourceItem).where(
        SourceItem.source_id == source_id, col(SourceItem.gone).is_(False), SourceItem.seen_at < since, ~told.exists()
    )  # fmt: skip
    return session.exec(wanted.order_by(SourceItem.key)).all()


def in_force(session: Session, source_id: int) -> int:
    """How many articles the source stands for."""
    articles = func.count(func.distinct(SourceItem.article_id))
    wanted = select(articles).where(SourceItem.source_id == source_id, col(SourceItem.gone).is_(False))
    return session.exec(wanted).one()


def withdrawn(session: Session, source_id: int, limit: int) -> Sequence[str]:
    """Articles that are gone at the source, the latest to go first."""
    wanted = select(SourceItem.article_id).where(SourceItem.source_id == source_id, col(SourceItem.gone).is_(True))
    return session.exec(wanted.order_by(col(SourceItem.seen_at).desc(), SourceItem.key).limit(limit)).all()


def belongs_elsewhere(session: Session, article_id: str, source_id: int) -> bool:
    """Whether another source tells of this article."""
    wanted = select(SourceItem.id).where(
        SourceItem.article_id == article_id, SourceItem.source_id != source_id, col(SourceItem.gone).is_(False)
    )  # fmt: skip
    return session.exec(wanted.limit(1)).first() is not None


def owners(session: Session, article_ids: Sequence[str]) -> dict[str, str]:
    """The addresses of the sources that tell of these articles, where one does."""
    wanted = (
        select(SourceItem.article_id, KnowledgeSource.address)
        .join(KnowledgeSource, col(KnowledgeSource.id) == SourceItem.source_id)
        .where(col(SourceItem.article_id).in_(article_ids), col(SourceItem.gone).is_(False))
    )
    return dict(session.exec(wanted).all())


def remove(session: Session, source: KnowledgeSource) -> None:
    """Delete a source and what it last said; the articles have histories of their own."""
    session.exec(delete(SourceItem).where(col(SourceItem.source_id) == source.id))
    session.delete(source)
    session.flush()


def told(row: KnowledgeSource) -> dict[str, Any]:
    """The source as plain values, for programs."""
    last = row.last_run_at.isoformat() if row.last_run_at else None
    plain = {name: getattr(row, name) for name in ("id", "kind", "address", "every_hours", "allow_private", "result")}
    return {**plain, "last_run_at": last}
