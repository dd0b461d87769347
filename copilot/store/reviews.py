"""Queries about reviews, the confidence models fitted to them, and what categories have earned by them."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy
from sqlalchemy import case, func
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Session, col, delete, select, update

from copilot.store.tables import (
    ArticleRow,
    ConfidenceFit,
    Draft,
    DraftQuestion,
    Review,
    ReviewedSource,
    StandingRow,
)


@dataclass(frozen=True, slots=True)
class Labelled:
    """A review, the article that its draft quoted first ("" for none) and the question's vector, if it was kept."""

    review: Review
    article_id: str
    vector: bytes | None


@dataclass(frozen=True, slots=True)
class Count:
    """How many verdicts a record was ever given, and how many of these count no longer."""

    given: int
    dropped: int

    @property
    def counting(self) -> int:
        """Verdicts that count."""
        return self.given - self.dropped


FAIR = ("open", "audit")
"""The samples of reviews that are drawn without looking at the draft."""


def of_draft(session: Session, draft_id: int) -> Review | None:
    """The review of this draft."""
    return session.exec(select(Review).where(Review.draft_id == draft_id)).first()


def accepted_of(session: Session, draft_ids: Sequence[int]) -> dict[int, bool]:
    """What people said of these drafts, by draft."""
    rows = session.exec(select(Review.draft_id, Review.accepted).where(col(Review.draft_id).in_(draft_ids)))
    return dict(rows.all())


def keep_sources(session: Session, review_id: int, article_ids: Collection[str]) -> None:
    """Store which articles the reviewed draft cited."""
    session.exec(delete(ReviewedSource).where(col(ReviewedSource.review_id) == review_id))
    session.add_all([ReviewedSource(review_id=review_id, article_id=name) for name in sorted(set(article_ids))])


def changed_since(session: Session, article_ids: Collection[str], at: datetime) -> bool:
    """Whether one of these articles was edited or withdrawn after this instant, or is gone."""
    wanted = select(func.count()).where(col(ArticleRow.id).in_(article_ids), col(ArticleRow.updated_at) <= at)
    in_force = session.exec(wanted.where(col(ArticleRow.status) != "withdrawn")).one()
    return in_force < len(set(article_ids))


def drop_of_article(session: Session, article_id: str, now: datetime) -> int:
    """Reviews of drafts that cited this article count no longer; what they proved is void until reckoned anew."""
    cited = select(col(ReviewedSource.review_id)).where(ReviewedSource.article_id == article_id)
    dropped = session.execute(
        update(Review)
        .where(col(Review.id).in_(cited), col(Review.dropped_at).is_(None))
        .values(dropped_at=now)
        .returning(col(Review.category), col(Review.fingerprint))
        .execution_options(synchronize_session=False)
    ).all()
    for category, fingerprint in sorted({(row[0], row[1]) for row in dropped}):
        mark = update(StandingRow).where(
            col(StandingRow.category) == category, col(StandingRow.fingerprint) == fingerprint
        )
        session.exec(mark.values(stale=True, threshold=None))
    return len(dropped)


def mark_stale(session: Session, category: str, fingerprint: str, now: datetime) -> None:
    """There is something new to count in for this category in this record, which begins now if it is new."""
    dialect = postgresql if session.get_bind().dialect.name == "postgresql" else sqlite
    row = dialect.insert(StandingRow).values(
        category=category, fingerprint=fingerprint, stale=True, budget=0.0, level=0.0, reviews=0, errors=0,
        coverage=0.0, pool=0, detail={}, began_at=now, at=now,
    )  # fmt: skip
    session.execute(row.on_conflict_do_update(index_elements=["category", "fingerprint"], set_={"stale": True}))


def stale(session: Session) -> Sequence[StandingRow]:
    """Standings that do not count in all their reviews."""
    return session.exec(select(StandingRow).where(col(StandingRow.stale).is_(True)).order_by(col(StandingRow.id))).all()


def standings(
    session: Session, fingerprint: str | None = None, categories: Collection[str] | None = None
) -> Sequence[StandingRow]:
    """Standings by age, of one record, of some categories, or all."""
    wanted = select(StandingRow).order_by(col(StandingRow.id))
    if fingerprint is not None:
        wanted = wanted.where(StandingRow.fingerprint == fingerprint)
    if categories is not None:
        wanted = wanted.where(col(StandingRow.category).in_(categories))
    return session.exec(wanted).all()


def lock_standing(session: Session, standing_id: int) -> StandingRow | None:
    """The standing with its row locked until the transaction ends."""
    wanted = select(StandingRow).where(StandingRow.id == standing_id).with_for_update()
    return session.exec(wanted, execution_options={"populate_existing": True}).first()


def verdicts_of(session: Session, category: str, fingerprint: str, limit: int) -> list[tuple[float, bool]]:
    """(confidence, accepted) of the newest reviews that count for what this category may send, oldest first."""
    wanted = (
        select(Review.confidence, Review.accepted)
        .where(Review.category == category, Review.fingerprint == fingerprint)
        .where(col(Review.could_send).is_(True), col(Review.dropped_at).is_(None), col(Review.sample).in_(FAIR))
        .order_by(col(Review.id).desc())
        .limit(limit)
    )
    return [(row[0], row[1]) for row in session.exec(wanted)][::-1]


def labelled(session: Session, fingerprint: str, limit: int) -> list[Labelled]:
    """The newest reviews of a record that its confidence model may be fitted to, oldest first."""
    wanted = (
        select(Review, Draft.citations, DraftQuestion.vector)
        .join(Draft, col(Draft.id) == Review.draft_id)
        .outerjoin(DraftQuestion, col(DraftQuestion.draft_id) == Review.draft_id)
        .where(Review.fingerprint == fingerprint, col(Review.dropped_at).is_(None))
    )
    rows = session.exec(wanted.order_by(col(Review.id).desc()).limit(limit)).all()[::-1]
    return [Labelled(row[0], str(row[1][0]["article_id"]) if row[1] else "", row[2]) for row in rows]


def dropped(session: Session, fingerprint: str) -> int:
    """How many reviews of a record count no longer."""
    wanted = select(func.count()).where(Review.fingerprint == fingerprint, col(Review.dropped_at).is_not(None))
    return session.exec(wanted).one()


def keep_confidences(session: Session, confidences: Mapping[int, float]) -> None:
    """Store what a model that was not fitted to it says of each review, by id."""
    rows = [{"id": review_id, "confidence": value} for review_id, value in sorted(confidences.items())]
    if rows:
        session.execute(update(Review), rows)


def counts(session: Session) -> dict[str, Count]:
    """How many reviews each record holds."""
    gone = func.sum(case((col(Review.dropped_at).is_not(None), 1), else_=0))
    rows = session.execute(sqlalchemy.select(col(Review.fingerprint), func.count(), gone).group_by(Review.fingerprint))
    return {row[0]: Count(int(row[1]), int(row[2])) for row in rows}


def totals(session: Session) -> Sequence[tuple[str, str, int, int, int]]:
    """(category, fingerprint, reviews, accepted, dropped) of every record, the ones no longer in use included."""
    dropped = func.sum(case((col(Review.dropped_at).is_not(None), 1), else_=0))
    accepted = func.sum(case((col(Review.accepted).is_(True), 1), else_=0))
    wanted = sqlalchemy.select(col(Review.category), col(Review.fingerprint), func.count(), accepted, dropped)
    rows = session.execute(wanted.group_by(col(Review.category), col(Review.fingerprint)))
    return [(row[0], row[1], int(row[2]), int(row[3]), int(row[4])) for row in rows]


def newest_fit(session: Session, fingerprint: str) -> ConfidenceFit | None:
    """The confidence model in force in this record."""
    wanted = select(ConfidenceFit).where(ConfidenceFit.fingerprint == fingerprint)
    return session.exec(wanted.order_by(col(ConfidenceFit.id).desc())).first()


def newest_fits(session: Session) -> dict[str, ConfidenceFit]:
    """The confidence model in force by record."""
    newest = select(func.max(ConfidenceFit.id)).group_by(ConfidenceFit.fingerprint)
    rows = session.exec(select(ConfidenceFit).where(col(ConfidenceFit.id).in_(newest)))
    return {row.fingerprint: row for row in rows}


def newest_fingerprint(session: Session) -> str | None:
    """The record that the newest draft belongs to."""
    return session.exec(select(Draft.fingerprint).order_by(col(Draft.id).desc()).limit(1)).first()
