"""Teaches the order of articles by verdicts, in the background: a new order serves only if it is better than the one in
force on questions that it was not taught, and is taken back when people find it worse than the built-in one.

Teaching takes seconds and happens outside any transaction; what it rests on is checked again when it is recorded.
"""

from dataclasses import dataclass
from datetime import datetime

import structlog

from copilot import ranker_lessons
from copilot.errors import Conflict
from copilot.live_versions import put_live
from copilot.store import journal, rankers
from copilot.store.session import Database, Session
from copilot.store.tables import RankerVersion
from copilot.timesource import TimeSource
from knowledge.ranker import LEAST_JUDGED, Judged, Ranker, Trial, cross_fitted, fit, is_worse

ANEW_AFTER = 50
BY_ITSELF = "learning"
BUILT_IN = "The order that the service came with."

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Evidence:
    """What the verdicts up to one say, and of those what came after the live version was taught."""

    up_to: int
    rows: list[Judged]
    since: list[Judged]
    live_id: int | None
    live: Ranker


class RankerLearning:
    """The worker's step."""

    def __init__(self, db: Database, now: TimeSource) -> None:
        self.db, self.now = db, now
        self._looked_up_to = 0

    def step(self) -> int:
        """Look at new verdicts once there are enough of them; 1 if anything was recorded."""
        with self.db.read() as session:
            newest = rankers.newest_verdict_id(session)
            if newest - max(self._looked_up_to, rankers.considered_up_to(session)) < ANEW_AFTER:
                return 0
            evidence = read(session, newest)
        self._looked_up_to = newest
        if evidence.live_id is not None and is_worse(evidence.since, evidence.live):
            return self._record(evidence, None)
        if len(evidence.rows) < LEAST_JUDGED:
            return 0
        return self._record(evidence, cross_fitted(evidence.rows, evidence.live))

    def _record(self, evidence: Evidence, trial: Trial | None) -> int:
        taught = fit(evidence.rows) if trial is not None and trial.is_better else None
        with self.db.write() as session:
            if rankers.live_id(session) != evidence.live_id:
                return 0
            if trial is None:
                take_back(session, evidence, self.now())
            else:
                settle(session, evidence, trial, taught, self.now())
        return 1


def read(session: Session, newest: int) -> Evidence:
    """What there is to learn from."""
    live = rankers.live(session)
    rows = ranker_lessons.judged(session)
    since = ranker_lessons.judged(session, live.verdicts_up_to) if live is not None else []
    return Evidence(newest, rows, since, live.id if live else None, rankers.served(session))


def settle(session: Session, evidence: Evidence, trial: Trial, taught: Ranker | None, now: datetime) -> RankerVersion:
    """Record a version with its trial: live when it is better, unless an admin holds another one."""
    live = rankers.live(session)
    version = RankerVersion(
        verdicts_up_to=evidence.up_to, state="refused", model=(taught or Ranker()).to_dict(), figures=trial.to_dict(),
        reason=told(trial), by=BY_ITSELF, at=now,
    )  # fmt: skip
    session.add(version)
    if taught is not None and live is not None and live.pinned:
        version.state = "held"
    elif taught is not None:
        put_live(session, version, live, pinned=False)
    session.flush()
    tell(session, f"ranker_{version.state}", version, now)
    return version


def told(trial: Trial) -> str:
    """The outcome in words."""
    figures = (
        f"right article first for {trial.after} of {trial.known} unseen questions, {trial.before} before "
        f"({trial.gained} gained, {trial.lost} lost)"
    )
    return f"{'Better' if trial.is_better else 'Not clearly better'}: {figures}."


def take_back(session: Session, evidence: Evidence, now: datetime) -> None:
    """The live version turned out worse than the built-in order, unless an admin holds it."""
    live = rankers.live(session)
    if live is None or live.pinned:
        return
    live.state, live.verdicts_up_to = "retired", evidence.up_to
    live.reason = f"{live.reason} Taken back: of what it moved to the front, people took more for wrong than for right."
    tell(session, "ranker_taken_back", live, now)


def roll_back(session: Session, version_id: int | None, now: datetime, by: str) -> RankerVersion:
    """Put an earlier version, or the built-in order (None), in force and hold it until learning is let go on. Raises
    `NotFound`, and `Conflict` for one that was refused."""
    if version_id is None:
        up_to = rankers.considered_up_to(session)
        version = RankerVersion(
            verdicts_up_to=up_to, state="retired", model=Ranker().to_dict(), figures={}, reason=BUILT_IN, by=by, at=now
        )
        session.add(version)
        session.flush()
    else:
        version = rankers.find(session, version_id)
    if version.state == "refused":
        raise Conflict("This version was not better, so it was not kept.")
    put_live(session, version, rankers.live(session), pinned=True)
    session.flush()
    tell(session, "ranker_rolled_back", version, now, by)
    return version


def let_go_on(session: Session, now: datetime, by: str) -> None:
    """Hold no version any longer; the next verdicts are learned from again."""
    live = rankers.live(session)
    if live is not None and live.pinned:
        live.pinned = False
        tell(session, "ranker_learning_goes_on", live, now, by)


def tell(session: Session, kind: str, version: RankerVersion, now: datetime, by: str = "") -> None:
    """The journal's entry."""
    journal.record(
        session, now, kind, version=version.id, by=by or version.by, reason=version.reason, figures=version.figures,
        verdicts_up_to=version.verdicts_up_to,
    )  # fmt: skip
