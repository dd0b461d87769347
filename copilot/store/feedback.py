"""Counts what people made of drafts, by article and by category, and which sentences they changed. One query each."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy
from sqlalchemy import ColumnElement, Text, and_, case, cast, distinct, func
from sqlalchemy.orm import aliased
from sqlmodel import Session, col, select

from copilot.errors import NotFound
from copilot.store.tables import Draft, DraftCitation, SentenceChangeRow, Verdict


@dataclass(frozen=True, slots=True)
class Counts:
    """Drafts of a period that quote one article, or of one category, and the last verdict on each.

    `unchanged`, `edited` (no fact changed), `corrected` (facts changed), `rejected` and `answered` (in own words) add
    up to the drafts with a verdict; `accepted` is counted by `copilot.acceptance`.
    """

    name: str | None
    drafts: int
    accepted: int
    unchanged: int
    edited: int
    corrected: int
    rejected: int
    answered: int

    @property
    def judged(self) -> int:
        """Drafts that a person has decided on."""
        return self.unchanged + self.edited + self.corrected + self.rejected + self.answered


@dataclass(frozen=True, slots=True)
class ChangedSentence:
    """A sentence of an article that people changed before sending, how often and how many of them."""

    key: str
    article_id: str
    before: str
    times: int
    people: int
    with_facts: int


def by_article(session: Session, since: datetime, until: datetime, limit: int) -> list[Counts]:
    """The articles whose drafts people had most to mend in, those first."""
    name = col(DraftCitation.article_id)
    return _counts(session, name, since, until, limit, cited=True)


def by_category(session: Session, since: datetime, until: datetime, limit: int) -> list[Counts]:
    """The same by the category that the ticket had; None is none."""
    return _counts(session, col(Draft.category), since, until, limit, cited=False)


def rejections(session: Session, since: datetime, until: datetime, names: Sequence[str]) -> dict[str, dict[str, int]]:
    """How often drafts that quote these articles were rejected, by reason."""
    wanted = (
        select(col(DraftCitation.article_id), col(Verdict.reason_code), func.count())
        .join(Draft, col(Draft.id) == DraftCitation.draft_id)
        .join(Verdict, col(Verdict.draft_id) == Draft.id)
        .where(_within(since, until), col(Verdict.kind) == "rejected", col(DraftCitation.article_id).in_(names))
        .group_by(col(DraftCitation.article_id), col(Verdict.reason_code))
    )
    found: dict[str, dict[str, int]] = {}
    for article_id, code, times in session.exec(wanted):
        found.setdefault(article_id, {})[code or "other"] = times
    return found


def changed_sentences(session: Session, since: datetime, until: datetime, limit: int) -> list[ChangedSentence]:
    """The sentences that most people changed, then those changed most often."""
    row, agents = SentenceChangeRow, func.count(distinct(col(SentenceChangeRow.by)))
    wanted = (
        sqlalchemy.select(
            col(row.key), func.min(col(row.article_id)), func.min(col(row.before)), func.count(), agents,
            func.sum(case((col(row.facts_changed), 1), else_=0)),
        )
        .where(col(row.at) >= since, col(row.at) < until)
        .group_by(col(row.key))
        .order_by(agents.desc(), func.count().desc(), col(row.key))
        .limit(limit)
    )  # fmt: skip
    return [
        ChangedSentence(key, article_id, before, times, people, int(facts))
        for key, article_id, before, times, people, facts in session.execute(wanted)
    ]


def wordings(session: Session, key: str, since: datetime, until: datetime, limit: int) -> list[tuple[str, str]]:
    """What stood in a changed sentence's place and who put it so, the newest first."""
    row = SentenceChangeRow
    wanted = select(col(row.after), col(row.by)).where(row.key == key, col(row.at) >= since, col(row.at) < until)
    return [(after, by) for after, by in session.exec(wanted.order_by(col(row.id).desc()).limit(limit))]


def changed_sentence(session: Session, key: str) -> SentenceChangeRow:
    """The newest change of the sentence with this key, or `NotFound`."""
    wanted = select(SentenceChangeRow).where(SentenceChangeRow.key == key)
    row = session.exec(wanted.order_by(col(SentenceChangeRow.id).desc()).limit(1)).first()
    if row is None:
        raise NotFound("There is no such change.", field="change")
    return row


def _counts(session: Session, name: Any, since: datetime, until: datetime, limit: int, *, cited: bool) -> list[Counts]:
    other = aliased(Verdict)
    # by the index for each draft: as a set of all last ids SQLite reads it through once a draft
    last = select(func.max(col(other.id))).where(col(other.draft_id) == Draft.id).correlate(Draft).scalar_subquery()
    sent = and_(col(Verdict.kind) == "approved", col(Verdict.edited))
    facts = cast(col(Verdict.changed_facts), Text) != "[]"
    kinds = (
        col(Verdict.accepted).is_(True),
        and_(col(Verdict.kind) == "approved", col(Verdict.edited).is_(False)),
        and_(sent, ~facts),
        and_(sent, facts),
        col(Verdict.kind) == "rejected",
        col(Verdict.kind) == "answered",
    )
    sums = [func.coalesce(func.sum(case((kind, 1), else_=0)), 0) for kind in kinds]
    wanted = sqlalchemy.select(name, func.count(), *sums).select_from(Draft)
    if cited:
        wanted = wanted.join(DraftCitation, col(DraftCitation.draft_id) == Draft.id)
    wanted = (
        wanted.outerjoin(Verdict, col(Verdict.id) == last)
        .where(_within(since, until))
        .group_by(name)
        .order_by((sums[3] + sums[4]).desc(), func.count().desc(), name)
        .limit(limit)
    )
    return [Counts(row[0], *(int(number) for number in row[1:])) for row in session.execute(wanted)]


def _within(since: datetime, until: datetime) -> ColumnElement[bool]:
    return and_(col(Draft.created_at) >= since, col(Draft.created_at) < until)
