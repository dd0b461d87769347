"""Queries about drafts and people's verdicts on them."""

from collections.abc import Mapping, Sequence

from sqlalchemy import func
from sqlmodel import Session, col, select, update

from copilot.errors import NotFound
from copilot.store.tables import Draft, DraftCitation, DraftQuestion, DraftVersion, Verdict


def find(session: Session, draft_id: int) -> Draft:
    """The draft, or `NotFound`."""
    draft = session.get(Draft, draft_id)
    if draft is None:
        raise NotFound(f"There is no draft {draft_id}.", field="id")
    return draft


def newest(session: Session, ticket_id: int) -> Draft | None:
    """The latest draft of a ticket."""
    return session.exec(select(Draft).where(Draft.ticket_id == ticket_id).order_by(col(Draft.id).desc())).first()


def newest_of(session: Session, ticket_ids: Sequence[int]) -> dict[int, Draft]:
    """The latest draft of each ticket, for a page of the queue."""
    wanted = select(Draft).where(col(Draft.ticket_id).in_(ticket_ids)).order_by(col(Draft.id))
    return {draft.ticket_id: draft for draft in session.exec(wanted)}


def versions(session: Session, draft_id: int) -> Sequence[DraftVersion]:
    """The other wordings of a draft, oldest first."""
    wanted = select(DraftVersion).where(DraftVersion.draft_id == draft_id)
    return session.exec(wanted.order_by(col(DraftVersion.number))).all()


def version(session: Session, draft_id: int, number: int) -> DraftVersion:
    """One of them, or `NotFound`."""
    wanted = select(DraftVersion).where(DraftVersion.draft_id == draft_id, DraftVersion.number == number)
    found = session.exec(wanted).first()
    if found is None:
        raise NotFound(f"The draft has no wording {number}.", field="number")
    return found


def newest_number(session: Session, draft_id: int) -> int:
    """The number of the latest wording; 1 when there is only the draft itself."""
    wanted = select(func.max(DraftVersion.number)).where(DraftVersion.draft_id == draft_id)
    return session.exec(wanted).one() or 1


def shown(session: Session, draft: Draft) -> Draft | DraftVersion:
    """The wording that people see."""
    return draft if draft.shown == 1 else version(session, draft.id or 0, draft.shown)


def drafted_messages(session: Session, ticket_ids: Sequence[int]) -> frozenset[int]:
    """The messages of these tickets that a draft answers, whatever became of it."""
    return frozenset(session.exec(select(Draft.message_id).where(col(Draft.ticket_id).in_(ticket_ids))))


def cite(session: Session, written: Sequence[tuple[Draft, Mapping[str, str]]]) -> None:
    """Note which articles these stored drafts quote, and what these held when the drafts were begun."""
    for draft, hashes in written:
        for article_id in sorted({str(citation["article_id"]) for citation in draft.citations}):
            content_hash = hashes.get(article_id)
            session.add(DraftCitation(draft_id=draft.id or 0, article_id=article_id, content_hash=content_hash))


def cited_hashes(session: Session, draft_id: int) -> dict[str, str | None]:
    """What the articles that a draft quotes held when it was begun, by id."""
    wanted = select(DraftCitation.article_id, DraftCitation.content_hash).where(DraftCitation.draft_id == draft_id)
    return dict(session.exec(wanted).all())


def keep_questions(session: Session, vectors: Mapping[int, bytes]) -> None:
    """Note which questions these stored drafts answer, by draft."""
    session.add_all(DraftQuestion(draft_id=draft_id, vector=vector) for draft_id, vector in sorted(vectors.items()))


def open_of(session: Session, ticket_id: int) -> Sequence[Draft]:
    """The drafts of a ticket that wait for a person's verdict."""
    return session.exec(select(Draft).where(Draft.ticket_id == ticket_id, Draft.state == "open")).all()


def supersede(session: Session, ticket_id: int) -> None:
    """Something newer arrived: drafts that nobody decided on are no longer offered. What has left, or may have, stays
    as it was decided."""
    mine = (col(Draft.ticket_id) == ticket_id, col(Draft.state) == "open")
    session.exec(update(Draft).where(*mine).values(state="superseded"))


def decided(session: Session, draft_id: int | None, state: str) -> None:
    """A draft that was offered again after its reply had failed is no longer open: that reply counts after all."""
    if draft_id is not None:
        session.exec(update(Draft).where(col(Draft.id) == draft_id, col(Draft.state) == "open").values(state=state))


def verdicts(session: Session, draft_id: int) -> Sequence[Verdict]:
    """What people said of a draft, oldest first."""
    return session.exec(select(Verdict).where(Verdict.draft_id == draft_id).order_by(col(Verdict.id))).all()


def verdict_counts(session: Session) -> dict[str, int]:
    """How many verdicts of each kind people have given."""
    return dict(session.exec(select(Verdict.kind, func.count()).group_by(Verdict.kind)).all())
