"""Queries about articles and their passages; the vector index can always be rebuilt from these."""

from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta

from sqlalchemy import ColumnElement, case, func, or_
from sqlmodel import Session, col, delete, select, update

from copilot.errors import NotFound
from copilot.store.matching import holds
from copilot.store.tables import ArticleRevision, ArticleRow, PassageRow


def find(session: Session, article_id: str) -> ArticleRow:
    """The article unless it was withdrawn, or `NotFound`."""
    row = session.get(ArticleRow, article_id)
    if row is None or row.status == "withdrawn":
        raise NotFound(f"There is no article {article_id!r}.", field="id")
    return row


def get(session: Session, article_id: str) -> ArticleRow | None:
    """The article's row, withdrawn or not."""
    return session.get(ArticleRow, article_id)


def page(session: Session, limit: int, offset: int = 0, text: str = "") -> Sequence[ArticleRow]:
    """Articles in force by title; `text` filters by title."""
    wanted = select(ArticleRow).where(ArticleRow.status != "withdrawn")
    if text:
        wanted = wanted.where(holds(ArticleRow.title, text))
    return session.exec(wanted.order_by(ArticleRow.title, ArticleRow.id).limit(limit).offset(offset)).all()


def count(session: Session) -> int:
    """How many articles are in force."""
    return session.exec(select(func.count()).where(ArticleRow.status != "withdrawn")).one()


def replace_passages(session: Session, article_id: str, rows: Sequence[PassageRow]) -> None:
    """Store an article's passages in place of the ones it had."""
    session.exec(delete(PassageRow).where(col(PassageRow.article_id) == article_id))
    session.add_all(rows)


def passages_of(session: Session, article_ids: Sequence[str]) -> Sequence[PassageRow]:
    """The passages of these articles, in reading order."""
    wanted = select(PassageRow).where(col(PassageRow.article_id).in_(article_ids))
    return session.exec(wanted.order_by(PassageRow.article_id, col(PassageRow.ordinal))).all()


def in_use(today: date) -> ColumnElement[bool]:
    """Published and not expired."""
    return (col(ArticleRow.status) == "published") & ~expired(today)


def expired(today: date) -> ColumnElement[bool]:
    """Whether the last day of validity has passed."""
    return func.coalesce(col(ArticleRow.valid_until), date.max) < today


def all_passages(session: Session, today: date) -> Iterator[tuple[PassageRow, ArticleRow]]:
    """Every passage in use with its article, in reading order."""
    wanted = (
        select(PassageRow, ArticleRow)
        .join(ArticleRow, col(ArticleRow.id) == PassageRow.article_id)
        .where(in_use(today))
        .order_by(PassageRow.article_id, col(PassageRow.ordinal))
    )
    yield from session.exec(wanted)


def unindexed(session: Session, limit: int) -> Sequence[ArticleRow]:
    """Articles whose vectors are missing or stale, and others that still have vectors."""
    stale = or_(col(ArticleRow.indexed_hash).is_(None), col(ArticleRow.indexed_hash) != col(ArticleRow.content_hash))
    wanted = select(ArticleRow).where(
        or_(
            (col(ArticleRow.status) == "published") & stale,
            (col(ArticleRow.status) != "published") & col(ArticleRow.indexed_hash).is_not(None),
        )
    )
    return session.exec(wanted.order_by(ArticleRow.id).limit(limit)).all()


def unindexed_count(session: Session) -> int:
    """How many published articles are not in the index as they are now."""
    stale = or_(col(ArticleRow.indexed_hash).is_(None), col(ArticleRow.indexed_hash) != col(ArticleRow.content_hash))
    return session.exec(select(func.count()).where(ArticleRow.status == "published", stale)).one()


def indexed_count(session: Session) -> int:
    """How many published articles the index holds in some version."""
    indexed = col(ArticleRow.indexed_hash).is_not(None)
    return session.exec(select(func.count()).where(ArticleRow.status == "published", indexed)).one()


def mark_indexed(session: Session, article_id: str, content_hash: str | None) -> None:
    """Remember what the index holds of an article; null means nothing."""
    session.exec(update(ArticleRow).where(col(ArticleRow.id) == article_id).values(indexed_hash=content_hash))


def forget_index(session: Session) -> None:
    """The index is to be built anew."""
    session.exec(update(ArticleRow).values(indexed_hash=None))


def version(session: Session, today: date) -> tuple[int, datetime | None, int]:
    """Changes whenever an article is added, edited, withdrawn or expires: what in-memory copies compare."""
    over = func.count(case((expired(today), 1)))
    return session.exec(select(func.count(), func.max(ArticleRow.updated_at), over)).one()


def revisions(session: Session, article_id: str, limit: int) -> Sequence[ArticleRevision]:
    """What an article said, newest first."""
    wanted = select(ArticleRevision).where(ArticleRevision.article_id == article_id)
    return session.exec(wanted.order_by(col(ArticleRevision.id).desc()).limit(limit)).all()


def revision(session: Session, article_id: str, revision_id: int) -> ArticleRevision:
    """One revision of this article, or `NotFound`."""
    row = session.get(ArticleRevision, revision_id)
    if row is None or row.article_id != article_id:
        raise NotFound(f"There is no revision {revision_id} of {article_id!r}.", field="revision")
    return row


def revision_before(session: Session, row: ArticleRevision) -> ArticleRevision | None:
    """The one that this revision replaced."""
    wanted = select(ArticleRevision).where(
        ArticleRevision.article_id == row.article_id, col(ArticleRevision.id) < row.id
    )
    return session.exec(wanted.order_by(col(ArticleRevision.id).desc()).limit(1)).first()


def after_all_edits(session: Session, now: datetime) -> datetime:
    """`now`, or just after the newest edit when the clock was set back, so that every edit changes `version`."""
    newest = session.exec(select(func.max(ArticleRow.updated_at))).one()
    return now if newest is None or now > newest else newest + timedelta(microseconds=1)
