"""Queries about gaps: questions that no article answered, how they are grouped, and how far the search for them is."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from sqlalchemy import ColumnElement, and_, case, func, or_
from sqlmodel import Session, col, delete, select, update

from copilot.errors import NotFound
from copilot.store.tables import Gap, GapQuestion, GapScan, JournalEntry, Message

SCAN = 1
SMALLEST = 2
"""A question that only one customer ever asked is no gap yet."""
UNDECIDED = ("open", "article")
STATES = (*UNDECIDED, "closed", "dismissed")
# the same arithmetic as knowledge.gaps.saving, so that the database can rank
WEIGHT = 0.5 + 0.5 * col(Gap.agreement)


class RankedGap(NamedTuple):
    """A gap with its tickets in the last 30 days, in the 30 days before, and ever."""

    gap: Gap
    recent: int
    before: int
    tickets: int


def scan(session: Session) -> GapScan | None:
    """How far the search is; None before it ever began."""
    return session.get(GapScan, SCAN)


def claim_scan(session: Session, worker: str, now: datetime, lease: timedelta) -> GapScan | None:
    """Take the search for this worker, or None while another one holds it."""
    row = session.exec(select(GapScan).where(GapScan.id == SCAN).with_for_update()).first()
    if row is None:
        row = GapScan(id=SCAN)
        session.add(row)
    elif row.claimed_by != worker and row.claimed_until is not None and row.claimed_until > now:
        return None
    row.claimed_by, row.claimed_until = worker, now + lease
    session.flush()
    return row


def held_scan(session: Session, worker: str) -> GapScan | None:
    """The search while it is this worker's, locked until the transaction ends."""
    wanted = select(GapScan).where(GapScan.id == SCAN, GapScan.claimed_by == worker).with_for_update()
    return session.exec(wanted, execution_options={"populate_existing": True}).first()


def entries(session: Session, after: int, up_to: int, kinds: Sequence[str]) -> Sequence[JournalEntry]:
    """Journal entries of these kinds with an id in (after, up_to], in order."""
    span = (col(JournalEntry.id) > after, col(JournalEntry.id) <= up_to)
    wanted = select(JournalEntry).where(*span, col(JournalEntry.kind).in_(kinds)).order_by(col(JournalEntry.id))
    return session.exec(wanted).all()


def last_settled(session: Session, after: int, span: int, until: datetime) -> int:
    """The last journal entry, at most `span` after `after`, before which all are older than `until`: younger ones may
    still be overtaken by entries that were numbered before them and are stored later."""
    window = (col(JournalEntry.id) > after, col(JournalEntry.id) <= after + span)
    young = session.exec(select(func.min(JournalEntry.id)).where(*window, JournalEntry.at > until)).one()
    if young is not None:
        return int(young) - 1
    last = session.exec(select(func.max(JournalEntry.id)).where(*window)).one()
    newest = session.exec(select(func.max(JournalEntry.id))).one() or 0
    return int(last) if last is not None else min(after + span, newest) if newest > after else after


def find(session: Session, gap_id: int) -> Gap:
    """The gap, or `NotFound`."""
    row = session.get(Gap, gap_id)
    if row is None:
        raise NotFound(f"There is no gap {gap_id}.", field="id")
    return row


def lock(session: Session, gap_id: int) -> Gap:
    """The gap with its row locked until the transaction ends, or `NotFound`."""
    wanted = select(Gap).where(Gap.id == gap_id).with_for_update()
    row = session.exec(wanted, execution_options={"populate_existing": True}).first()
    if row is None:
        raise NotFound(f"There is no gap {gap_id}.", field="id")
    return row


def by_ids(session: Session, ids: Sequence[int]) -> dict[int, Gap]:
    """Gaps by id."""
    return {row.id: row for row in session.exec(select(Gap).where(col(Gap.id).in_(ids)))}


def sums(session: Session, embedder: str) -> Sequence[tuple[int, bytes]]:
    """(id, sum of vectors) of every gap of this embedder, in order of id."""
    return session.exec(select(Gap.id, Gap.total).where(Gap.embedder == embedder).order_by(col(Gap.id))).all()


def foreign(session: Session, embedder: str) -> Gap | None:
    """A gap whose vectors another embedder made."""
    return session.exec(select(Gap).where(Gap.embedder != embedder).order_by(col(Gap.id)).limit(1)).first()


def known_messages(session: Session, message_ids: Sequence[int]) -> set[int]:
    """Which of these messages are questions already."""
    wanted = select(GapQuestion.message_id).where(col(GapQuestion.message_id).in_(message_ids))
    return set(session.exec(wanted))


def unanswered_of(session: Session, ticket_ids: Sequence[int]) -> Sequence[GapQuestion]:
    """The questions of these tickets that no person's reply is known to, oldest first."""
    wanted = select(GapQuestion).where(
        col(GapQuestion.ticket_id).in_(ticket_ids), col(GapQuestion.reply_message_id).is_(None)
    )
    return session.exec(wanted.order_by(col(GapQuestion.message_id))).all()


def questions(session: Session, gap_id: int, limit: int) -> Sequence[GapQuestion]:
    """The gap's newest questions, newest first."""
    wanted = select(GapQuestion).where(GapQuestion.gap_id == gap_id)
    return session.exec(wanted.order_by(col(GapQuestion.at).desc(), col(GapQuestion.id).desc()).limit(limit)).all()


def answered(session: Session, gap_id: int, limit: int) -> Sequence[tuple[GapQuestion, Message]]:
    """The gap's newest questions that a person answered, with the replies."""
    wanted = (
        select(GapQuestion, Message)
        .join(Message, col(Message.id) == GapQuestion.reply_message_id)
        .where(GapQuestion.gap_id == gap_id)
        .order_by(col(GapQuestion.at).desc(), col(GapQuestion.id).desc())
    )
    return session.exec(wanted.limit(limit)).all()


def newest_texts(session: Session, limit: int) -> Sequence[str]:
    """The texts of the newest questions of all gaps, which a gap's phrases are held against."""
    return session.exec(select(GapQuestion.text).order_by(col(GapQuestion.id).desc()).limit(limit)).all()


def move(session: Session, gap_id: int, into: int | None) -> None:
    """Put all questions of a gap into another one, or into none."""
    session.exec(update(GapQuestion).where(col(GapQuestion.gap_id) == gap_id).values(gap_id=into))


def remove(session: Session, gap_ids: Sequence[int]) -> None:
    """Delete gaps that have no questions any more."""
    session.exec(delete(Gap).where(col(Gap.id).in_(gap_ids)))


def loneliest(session: Session, limit: int) -> Sequence[int]:
    """The open gaps of one question that have waited longest for a second."""
    wanted = select(Gap.id).where(Gap.state == "open", Gap.size < SMALLEST)
    return session.exec(wanted.order_by(col(Gap.last_at), col(Gap.id)).limit(limit)).all()


def to_name(session: Session, limit: int) -> Sequence[int]:
    """Gaps that have grown by a fifth since they were named, or that got a reply."""
    grown = col(Gap.size) * 5 >= col(Gap.named_size) * 6
    wanted = select(Gap.id).where(Gap.size >= SMALLEST, or_(col(Gap.named_size) == 0, grown))
    return session.exec(wanted.order_by(col(Gap.size).desc(), col(Gap.id)).limit(limit)).all()


def to_check(session: Session, after: int, limit: int) -> Sequence[Gap]:
    """The next gaps by id that an article might answer."""
    wanted = select(Gap).where(col(Gap.id) > after, col(Gap.state).in_(UNDECIDED), Gap.size >= SMALLEST)
    return session.exec(wanted.order_by(col(Gap.id)).limit(limit)).all()


def closed_by(session: Session, article_ids: Sequence[str]) -> Sequence[Gap]:
    """Closed gaps that one of these articles answers."""
    return session.exec(select(Gap).where(Gap.state == "closed", col(Gap.article_id).in_(article_ids))).all()


def since(session: Session, gap_id: int, instant: datetime) -> int:
    """How many questions came into the gap after an instant."""
    wanted = select(func.count()).where(GapQuestion.gap_id == gap_id, GapQuestion.at > instant)
    return session.exec(wanted).one()


def ranked(session: Session, states: Sequence[str], now: datetime, limit: int, offset: int = 0) -> list[RankedGap]:
    """Gaps of at least two questions: those that an article would save most first, of the last 30 days' tickets."""
    month, two = now - timedelta(days=30), now - timedelta(days=60)
    recent = _tickets(col(GapQuestion.at) > month)
    before = _tickets(and_(col(GapQuestion.at) > two, col(GapQuestion.at) <= month))
    wanted = (
        select(Gap, recent, before, func.count(func.distinct(GapQuestion.ticket_id)))
        .join(GapQuestion, col(GapQuestion.gap_id) == Gap.id)
        .where(col(Gap.state).in_(states), Gap.size >= SMALLEST)
        .group_by(col(Gap.id))
        .order_by((recent * WEIGHT).desc(), col(Gap.size).desc(), col(Gap.id))
    )
    return [RankedGap(*row) for row in session.exec(wanted.limit(limit).offset(offset))]


def _tickets(condition: ColumnElement[bool]) -> ColumnElement[int]:
    return func.count(func.distinct(case((condition, GapQuestion.ticket_id))))


def counts(session: Session) -> dict[str, int]:
    """How many gaps of at least two questions stand in each state."""
    return dict(session.exec(select(Gap.state, func.count()).where(Gap.size >= SMALLEST).group_by(Gap.state)).all())


def instants(session: Session, gap_ids: Sequence[int], since: datetime) -> dict[int, list[datetime]]:
    """When the questions of each gap came, since then."""
    found: dict[int, list[datetime]] = {gap_id: [] for gap_id in gap_ids}
    wanted = select(GapQuestion.gap_id, GapQuestion.at).where(
        col(GapQuestion.gap_id).in_(gap_ids), GapQuestion.at > since
    )
    for gap_id, at in session.exec(wanted):
        if gap_id is not None:
            found[gap_id].append(at)
    return found
