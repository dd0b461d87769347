"""Queries about articles and their passages; the vector index can always be rebuilt from these."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import cast

from sqlalchemy import ColumnElement, case, func, or_
from sqlalchemy.orm import QueryableAttribute, defer
from sqlmodel import Session, col, delete, select, update

from copilot.errors import NotFound
from copilot.store.matching import holds
from copilot.store.tables import ArticleRevision, ArticleRow, PassageRow
from knowledge.passages import CUT

# bound variables in one statement: databases allow a limited number
AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class InUse:
    """What decides whether an article may be quoted."""

    visibility: str
    content_hash: str


def find(session: Session, article_id: str) -> ArticleRow:
    """The article unless it was withdrawn, or `NotFound`."""
    row = session.get(ArticleRow, article_id)
    if row is None or row.status == "withdrawn":
        raise NotFound(f"There is no article {article_id!r}.", field="id")
    return row


def lock_all(session: Session, article_ids: Sequence[str]) -> Sequence[ArticleRow]:
    """These articles as they are now, locked until the transaction ends."""
    wanted = select(ArticleRow).where(col(ArticleRow.id).in_(article_ids)).order_by(ArticleRow.id).with_for_update()
    return session.exec(wanted, execution_options={"populate_existing": True}).all()


def get(session: Session, article_id: str) -> ArticleRow | None:
    """The article's row, withdrawn or not."""
    return session.get(ArticleRow, article_id)


def titles(session: Session, ids: Collection[str]) -> dict[str, str]:
    """The titles of those of these articles that exist."""
    return dict(session.exec(select(ArticleRow.id, ArticleRow.title).where(col(ArticleRow.id).in_(ids))).all())


def by_ids(session: Session, article_ids: Sequence[str]) -> dict[str, ArticleRow]:
    """The rows of these articles, withdrawn or not, where there are any."""
    found: dict[str, ArticleRow] = {}
    for first in range(0, len(article_ids), AT_ONCE):
        wanted = select(ArticleRow).where(col(ArticleRow.id).in_(article_ids[first : first + AT_ONCE]))
        found.update((row.id, row) for row in session.exec(wanted))
    return found


def page(session: Session, limit: int, offset: int = 0, text: str = "") -> Sequence[ArticleRow]:
    """Articles in force by title; `text` filters by title."""
    wanted = select(ArticleRow).where(ArticleRow.status != "withdrawn")
    if text:
        wanted = wanted.where(holds(ArticleRow.title, text))
    return session.exec(wanted.order_by(ArticleRow.title, ArticleRow.id).limit(limit).offset(offset)).all()


def count(session: Session) -> int:
    """How many articles are in force."""
    return session.exec(select(func.count()).where(ArticleRow.status != "withdrawn")).one()


def replace_passages(session: Session, article_ids: Sequence[str], rows: Sequence[PassageRow]) -> None:
    """Store these articles' passages in place of the ones they had."""
    for first in range(0, len(article_ids), AT_ONCE):
        session.exec(delete(PassageRow).where(col(PassageRow.article_id).in_(article_ids[first : first + AT_ONCE])))
    session.add_all(rows)


def passages_of(session: Session, article_ids: Sequence[str]) -> Sequence[PassageRow]:
    """The passages of these articles, in reading order."""
    wanted = select(PassageRow).where(col(PassageRow.article_id).in_(article_ids))
    return session.exec(wanted.order_by(PassageRow.article_id, col(PassageRow.ordinal))).all()


def passage_counts(session: Session, article_ids: Sequence[str]) -> dict[str, int]:
    """How many passages each of these articles has, where it has any."""
    wanted = select(PassageRow.article_id, func.count()).where(col(PassageRow.article_id).in_(article_ids))
    return dict(session.exec(wanted.group_by(PassageRow.article_id)).all())


def in_use(today: date) -> ColumnElement[bool]:
    """Published and not expired."""
    return (col(ArticleRow.status) == "published") & ~expired(today)


def expired(today: date) -> ColumnElement[bool]:
    """Whether the last day of validity has passed."""
    return func.coalesce(col(ArticleRow.valid_until), date.max) < today


def passage_count(session: Session) -> int:
    """How many passages are published."""
    wanted = select(func.count()).select_from(PassageRow).join(ArticleRow, col(ArticleRow.id) == PassageRow.article_id)
    return session.exec(wanted.where(ArticleRow.status == "published")).one()


def published_count(session: Session) -> int:
    """How many articles are published: what the index is to hold."""
    return session.exec(select(func.count()).where(ArticleRow.status == "published")).one()


def published_ids(session: Session) -> set[str]:
    """The articles that the index is to hold."""
    return set(session.exec(select(ArticleRow.id).where(ArticleRow.status == "published")).all())


def state_of(session: Session, article_ids: Sequence[str], today: date) -> dict[str, InUse]:
    """Those of these articles that are in use today, as they are now."""
    wanted = select(ArticleRow.id, ArticleRow.visibility, ArticleRow.content_hash).where(in_use(today))
    rows = session.exec(wanted.where(col(ArticleRow.id).in_(article_ids)))
    return {article_id: InUse(visibility, digest) for article_id, visibility, digest in rows}


def hashes(session: Session, today: date) -> dict[str, tuple[str, int]]:
    """The content hash of every article in use, and how its passages are cut, by id."""
    rows = session.exec(select(ArticleRow.id, ArticleRow.content_hash, ArticleRow.cut).where(in_use(today)))
    return {article_id: (digest, cut) for article_id, digest, cut in rows}


def with_passages(session: Session, article_ids: Sequence[str]) -> Iterator[tuple[PassageRow, ArticleRow]]:
    """The passages of these articles as far as they are published, each with its article, in reading order."""
    body = cast(QueryableAttribute[str], ArticleRow.body)  # a plain string to type checkers
    for first in range(0, len(article_ids), AT_ONCE):
        wanted = (
            select(PassageRow, ArticleRow)
            .join(ArticleRow, col(ArticleRow.id) == PassageRow.article_id)
            .where(ArticleRow.status == "published", col(ArticleRow.id).in_(article_ids[first : first + AT_ONCE]))
            .order_by(PassageRow.article_id, col(PassageRow.ordinal))
            .options(defer(body))  # every row of an article would bear it
        )
        yield from session.exec(wanted)


def indexed_as(content_hash: str, model: str) -> str:
    """What `indexed_hash` says when the index holds this content as vectors of the embedder with this fingerprint."""
    return f"{content_hash}:{model}"


def is_indexed(article: ArticleRow) -> bool:
    """Whether the index holds the article's content as it is now, as vectors of whichever embedder."""
    return (article.indexed_hash or "").startswith(f"{article.content_hash}:")


def unindexed(session: Session, model: str, limit: int) -> Sequence[ArticleRow]:
    """Published articles whose vectors by this embedder are missing or stale or whose passages are cut by other rules,
    and others that still have vectors."""
    gone = (col(ArticleRow.status) != "published") & col(ArticleRow.indexed_hash).is_not(None)
    wanted = select(ArticleRow).where(or_((col(ArticleRow.status) == "published") & _stale(model), gone))
    return session.exec(wanted.order_by(ArticleRow.id).limit(limit)).all()


def unindexed_count(session: Session, model: str) -> int:
    """How many articles published the index lacks as they are now and as vectors of this embedder."""
    wanted = select(func.count()).where(ArticleRow.status == "published", _stale(model))
    return session.exec(wanted).one()


def indexed_ids(session: Session, model: str) -> set[str]:
    """The articles published that the index should hold, in some version, as vectors of this embedder."""
    ours = col(ArticleRow.indexed_hash).endswith(f":{model}", autoescape=True)
    return set(session.exec(select(ArticleRow.id).where(ArticleRow.status == "published", ours)))


def mark_indexed(session: Session, article_id: str, indexed_hash: str | None) -> None:
    """Remember what the index holds of an article (`indexed_as`); null means nothing."""
    session.exec(update(ArticleRow).where(col(ArticleRow.id) == article_id).values(indexed_hash=indexed_hash))


def forget_articles(session: Session, article_ids: Sequence[str]) -> None:
    """These articles are to be indexed anew."""
    for first in range(0, len(article_ids), AT_ONCE):
        some = col(ArticleRow.id).in_(article_ids[first : first + AT_ONCE])
        session.exec(update(ArticleRow).where(some).values(indexed_hash=None))


def forget_index(session: Session) -> None:
    """Every article is to be indexed anew."""
    session.exec(update(ArticleRow).values(indexed_hash=None))


def _stale(model: str) -> ColumnElement[bool]:
    current = col(ArticleRow.content_hash) + f":{model}"
    cut_otherwise = col(ArticleRow.cut) != CUT
    return or_(col(ArticleRow.indexed_hash).is_(None), col(ArticleRow.indexed_hash) != current, cut_otherwise)


def version(session: Session, today: date) -> tuple[int, datetime | None, int, int]:
    """Changes whenever an article is added, edited, cut anew, withdrawn or expires: what in-memory copies compare."""
    over, cut_anew = func.count(case((expired(today), 1))), func.count(case((col(ArticleRow.cut) == CUT, 1)))
    return session.exec(select(func.count(), func.max(ArticleRow.updated_at), over, cut_anew)).one()


def revisions(session: Session, article_id: str, limit: int) -> Sequence[ArticleRevision]:
    """What an article said, newest first."""
    wanted = select(ArticleRevision).where(ArticleRevision.article_id == article_id)
    return session.exec(wanted.order_by(col(ArticleRevision.id).desc()).limit(limit)).all()


def imported_ids(session: Session, article_ids: Sequence[str]) -> set[str]:
    """Those of these articles that a file has told of at some time."""
    found: set[str] = set()
    for first in range(0, len(article_ids), AT_ONCE):
        some = col(ArticleRevision.article_id).in_(article_ids[first : first + AT_ONCE])
        found.update(session.exec(select(ArticleRevision.article_id).where(some, ArticleRevision.by == "import")))
    return found


def last_in_force(session: Session, article_id: str) -> ArticleRevision | None:
    """The newest revision that is no withdrawal."""
    wanted = select(ArticleRevision).where(
        ArticleRevision.article_id == article_id, ArticleRevision.status != "withdrawn"
    )
    return session.exec(wanted.order_by(col(ArticleRevision.id).desc()).limit(1)).first()


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
