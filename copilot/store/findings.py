"""Queries about articles that have to be looked at: contradictions, repetitions, dead links, rejections."""

from collections.abc import Collection, Sequence
from datetime import date, datetime
from typing import NamedTuple

from sqlalchemy import and_, func, or_
from sqlmodel import Session, col, delete, select

from copilot.errors import NotFound
from copilot.store.articles import AT_ONCE, in_use
from copilot.store.tables import ArticleCheck, ArticleFinding, ArticleRow, Draft, PassageRow, SourceItem, Verdict


class Judged(NamedTuple):
    """A person's verdict on a draft, and what the draft cited."""

    at: datetime
    wrong: bool
    article_ids: tuple[str, ...]


def unchecked(session: Session, model: str, limit: int) -> Sequence[ArticleRow]:
    """Published articles that the index of this embedder holds as they are, and that were not compared as they are."""
    current = col(ArticleRow.content_hash) + f":{model}"
    behind = or_(col(ArticleCheck.checked).is_(None), col(ArticleCheck.checked) != col(ArticleRow.indexed_hash))
    wanted = (
        select(ArticleRow)
        .outerjoin(ArticleCheck, col(ArticleCheck.article_id) == ArticleRow.id)
        .where(ArticleRow.status == "published", col(ArticleRow.indexed_hash) == current, behind)
    )
    return session.exec(wanted.order_by(ArticleRow.id).limit(limit)).all()


def left_over(session: Session, limit: int) -> Sequence[str]:
    """Articles that were compared and are published no more."""
    wanted = (
        select(ArticleCheck.article_id)
        .join(ArticleRow, col(ArticleRow.id) == ArticleCheck.article_id)
        .where(ArticleRow.status != "published")
    )
    return session.exec(wanted.limit(limit)).all()


def usable(session: Session, article_ids: Collection[str], today: date) -> dict[str, ArticleRow]:
    """Those of these articles that drafts may use today."""
    wanted = select(ArticleRow).where(col(ArticleRow.id).in_(sorted(article_ids)), in_use(today))
    return {row.id: row for row in session.exec(wanted)}


def passages(session: Session, ids: Sequence[str]) -> dict[str, PassageRow]:
    """Passages by id."""
    found: dict[str, PassageRow] = {}
    for first in range(0, len(ids), AT_ONCE):
        wanted = select(PassageRow).where(col(PassageRow.id).in_(ids[first : first + AT_ONCE]))
        found.update((row.id, row) for row in session.exec(wanted))
    return found


def replace(session: Session, article_id: str, found: Sequence[ArticleFinding], check: ArticleCheck | None) -> None:
    """Store what was found of an article in place of what was known; what was dismissed and found again stays so."""
    ours = or_(col(ArticleFinding.article_id) == article_id, col(ArticleFinding.other_id) == article_id)
    keys = {row.key for row in found}
    known = {row.key: row for row in session.exec(select(ArticleFinding).where(ours))}
    for key, row in known.items():
        if key not in keys:
            session.delete(row)
    session.add_all(row for row in found if row.key not in known)
    session.exec(delete(ArticleCheck).where(col(ArticleCheck.article_id) == article_id))
    if check is not None:
        session.add(check)
    session.flush()


def find(session: Session, finding_id: int) -> ArticleFinding:
    """One finding, or `NotFound`."""
    row = session.get(ArticleFinding, finding_id)
    if row is None:
        raise NotFound(f"There is no finding {finding_id}.", field="id")
    return row


def open_ones(session: Session, limit: int, article_id: str | None = None) -> Sequence[ArticleFinding]:
    """Findings that nobody dismissed, the surest first; of one article if named."""
    wanted = select(ArticleFinding).where(col(ArticleFinding.dismissed_at).is_(None))
    if article_id is not None:
        wanted = wanted.where(
            or_(col(ArticleFinding.article_id) == article_id, col(ArticleFinding.other_id) == article_id)
        )
    return session.exec(wanted.order_by(col(ArticleFinding.alike).desc(), col(ArticleFinding.id)).limit(limit)).all()


def open_count(session: Session) -> int:
    """How many findings nobody dismissed."""
    return session.exec(select(func.count()).where(col(ArticleFinding.dismissed_at).is_(None))).one()


def expiring(session: Session, until: date) -> Sequence[ArticleRow]:
    """Published articles whose last day is `until` or earlier, the earliest first."""
    wanted = select(ArticleRow).where(ArticleRow.status == "published", col(ArticleRow.valid_until) <= until)
    return session.exec(wanted.order_by(col(ArticleRow.valid_until), ArticleRow.id)).all()


def dead_links(session: Session, limit: int) -> dict[str, tuple[str, ...]]:
    """Addresses in articles, by article, that a source does not have any more."""
    gone = set(session.exec(select(SourceItem.key).where(col(SourceItem.gone).is_(True))).all())
    gone -= set(session.exec(select(SourceItem.key).where(col(SourceItem.gone).is_(False))).all())
    if not gone:
        return {}
    found: dict[str, tuple[str, ...]] = {}
    for row in session.exec(select(ArticleCheck).order_by(ArticleCheck.article_id)):
        dead = tuple(link for link in row.links if link in gone)
        if dead and len(found) < limit:
            found[row.article_id] = dead
    return found


def judged(session: Session, since: datetime, limit: int) -> list[Judged]:
    """The newest verdicts on drafts since then: wrong is what was rejected, or answered with other facts."""
    wanted = (
        select(Verdict, Draft.citations)
        .join(Draft, and_(col(Draft.id) == Verdict.draft_id))
        .where(Verdict.at > since)
        .order_by(col(Verdict.id).desc())
        .limit(limit)
    )
    return [
        Judged(row.at, row.kind == "rejected" or bool(row.changed_facts), tuple({c["article_id"] for c in citations}))
        for row, citations in session.exec(wanted)
    ]


def titles(session: Session, article_ids: Collection[str]) -> dict[str, ArticleRow]:
    """Articles by id, whatever their status."""
    return {row.id: row for row in session.exec(select(ArticleRow).where(col(ArticleRow.id).in_(sorted(article_ids))))}
