"""Queries about learned orders of articles, and about the verdicts that teach them."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, or_
from sqlmodel import Session, col, select

from copilot.errors import NotFound
from copilot.store.tables import Draft, RankerVersion, Verdict
from knowledge.ranker import Ranker

LISTED = 30


@dataclass(frozen=True, slots=True)
class JudgedDraft:
    """A verdict with what of its draft it says something about."""

    verdict_id: int
    draft_id: int
    kind: str
    sent: str | None
    reason_code: str | None
    accepted: bool | None
    edited: bool
    candidates: list[dict[str, Any]]
    citations: list[dict[str, Any]]


def live(session: Session) -> RankerVersion | None:
    """The version that serves, None while the built-in order does. There is never more than one."""
    return session.exec(select(RankerVersion).where(RankerVersion.state == "live")).first()


def live_id(session: Session) -> int | None:
    """Which version serves."""
    return session.exec(select(RankerVersion.id).where(RankerVersion.state == "live")).first()


def served(session: Session) -> Ranker:
    """The order in force."""
    version = live(session)
    return Ranker() if version is None else Ranker.from_dict(version.model)


def find(session: Session, version_id: int) -> RankerVersion:
    """One version, or `NotFound`."""
    row = session.get(RankerVersion, version_id)
    if row is None:
        raise NotFound(f"There is no version {version_id} of the order of articles.", field="id")
    return row


def latest(session: Session, limit: int = LISTED) -> Sequence[RankerVersion]:
    """The latest versions and the live one, newest first."""
    ids = list(session.exec(select(RankerVersion.id).order_by(col(RankerVersion.id).desc()).limit(limit)))
    wanted = select(RankerVersion).where(or_(col(RankerVersion.id).in_(ids), col(RankerVersion.state) == "live"))
    return session.exec(wanted.order_by(col(RankerVersion.id).desc())).all()


def considered_up_to(session: Session) -> int:
    """The newest verdict that any version has taken into account, whatever became of it."""
    return session.exec(select(func.max(RankerVersion.verdicts_up_to))).one() or 0


def newest_verdict_id(session: Session) -> int:
    """The newest verdict of all, 0 before the first."""
    return session.exec(select(func.max(Verdict.id))).one() or 0


def judged_drafts(session: Session, limit: int) -> list[JudgedDraft]:
    """The newest verdicts, oldest first, with what their drafts were chosen from."""
    wanted = (
        select(  # type: ignore[call-overload]  # more columns than the overloads name
            Verdict.id, Verdict.draft_id, Verdict.kind, Verdict.body, Verdict.reason_code, Verdict.accepted,
            Verdict.edited, Draft.candidates, Draft.citations,
        )
        .join(Draft, col(Draft.id) == Verdict.draft_id)
        .order_by(col(Verdict.id).desc())
        .limit(limit)
    )  # fmt: skip
    return [JudgedDraft(*row) for row in reversed(session.exec(wanted).all())]
