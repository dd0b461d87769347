"""Queries about versions of triage: which is live, which waits to be taught, and who is teaching it."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import func, or_
from sqlalchemy.orm import defer
from sqlmodel import Session, col, select
from sqlmodel.sql.expression import SelectOfScalar

from copilot.errors import NotFound
from copilot.store.tables import TriageVersion

LISTED = 30


def light() -> SelectOfScalar[TriageVersion]:
    """Versions whose evidence, which may be long, is read only when it is looked at, within the session."""
    return select(TriageVersion).options(defer(TriageVersion.evidence))  # type: ignore[arg-type]  # a column, to SQLAlchemy


def live(session: Session) -> TriageVersion | None:
    """The version that triage goes by, None before the first. There is never more than one."""
    return session.exec(light().where(TriageVersion.state == "live")).first()


def find(session: Session, version_id: int) -> TriageVersion:
    """One version, locked until the transaction ends, or `NotFound`."""
    wanted = select(TriageVersion).where(TriageVersion.id == version_id).with_for_update()
    row = session.exec(wanted, execution_options={"populate_existing": True}).first()
    if row is None:
        raise NotFound(f"There is no triage version {version_id}.", field="id")
    return row


def of(session: Session, categories_version: int, labels_up_to: int) -> TriageVersion | None:
    """The version taught from just this."""
    wanted = select(TriageVersion).where(
        TriageVersion.categories_version == categories_version, TriageVersion.labels_up_to == labels_up_to
    )
    return session.exec(wanted).first()


def considered_up_to(session: Session, categories_version: int) -> int:
    """The newest label that any version with these categories has taken into account, whatever became of it."""
    wanted = select(func.max(TriageVersion.labels_up_to)).where(TriageVersion.categories_version == categories_version)
    return session.exec(wanted).one() or 0


def knows_categories(session: Session, categories_version: int) -> bool:
    """Whether any version was made for these categories."""
    wanted = select(TriageVersion.id).where(TriageVersion.categories_version == categories_version).limit(1)
    return session.exec(wanted).first() is not None


def waiting(session: Session, now: datetime | None) -> bool:
    """Whether a candidate waits to be taught; with `now`, only one that nobody holds then."""
    wanted = select(TriageVersion.id).where(TriageVersion.state == "candidate")
    if now is not None:
        wanted = wanted.where(or_(col(TriageVersion.claimed_until).is_(None), col(TriageVersion.claimed_until) <= now))
    return session.exec(wanted.limit(1)).first() is not None


def add(session: Session, categories_version: int, labels_up_to: int, by: str, at: datetime) -> TriageVersion:
    """A new candidate."""
    row = TriageVersion(
        categories_version=categories_version, labels_up_to=labels_up_to, by=by, at=at, figures={}, evidence={},
        reason="",
    )  # fmt: skip
    session.add(row)
    session.flush()
    return row


def newest_held(session: Session) -> TriageVersion | None:
    """The newest version that only waits because an admin holds another one."""
    wanted = select(TriageVersion).where(TriageVersion.state == "held").order_by(col(TriageVersion.id).desc())
    return session.exec(wanted).first()


def claim(session: Session, worker: str, now: datetime, lease: timedelta) -> TriageVersion | None:
    """Take the newest candidate, unless somebody holds it; older candidates are out of date and retire."""
    wanted = select(TriageVersion).where(TriageVersion.state == "candidate").order_by(col(TriageVersion.id).desc())
    rows = session.exec(wanted.with_for_update(skip_locked=True)).all()
    if not rows:
        return None
    newest, *older = rows
    if newest.claimed_until is not None and newest.claimed_until > now:
        return None
    for row in older:
        row.state, row.reason = "retired", "A newer candidate took its place before it was taught."
    newest.claimed_by, newest.claimed_until = worker, now + lease
    return newest


def renew(session: Session, version_id: int, worker: str, until: datetime) -> bool:
    """Hold a version that we teach for longer, be it live already; false when it is no longer ours."""
    row = find(session, version_id)
    if row.claimed_by != worker or row.state not in ("candidate", "live"):
        return False
    row.claimed_until = until
    return True


def latest(session: Session, limit: int = LISTED) -> Sequence[TriageVersion]:
    """The latest versions and the live one, newest first."""
    newest = select(TriageVersion.id).order_by(col(TriageVersion.id).desc()).limit(limit)
    ids = list(session.exec(newest))
    wanted = light().where(or_(col(TriageVersion.id).in_(ids), col(TriageVersion.state) == "live"))
    return session.exec(wanted.order_by(col(TriageVersion.id).desc())).all()
