"""Teaches triage what its agents say, in the background: a candidate goes live only if it is not worse.

New categories are an admin's decision and go live as soon as they are taught. A candidate is claimed by one worker, and
stays a candidate until its outcome is recorded in one transaction: whatever ends the work before that changes nothing,
and the claim runs out. No transaction is open while models are taught.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog

from copilot import teaching
from copilot.errors import Conflict
from copilot.example_vectors import ExampleVectors
from copilot.live_versions import put_live
from copilot.store import configuration, journal, labels
from copilot.store import triage_versions as versions
from copilot.store.session import Database, Session
from copilot.store.tables import TriageVersion
from copilot.teaching import Material, Recipe, Trial
from copilot.timesource import TimeSource
from copilot.triage_models import TriageModelCache
from triage.assess import TriageModels, classifier_fingerprint
from triage.moods import base_texts

ENOUGH = 5
PATIENCE = timedelta(minutes=10)
LEASE = timedelta(minutes=5)
BY_ITSELF = "learning"

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Job:
    """A claimed candidate and the live version it is tried against. `decided` candidates bring new categories: an admin
    has decided that they go live."""

    version_id: int
    recipe: Recipe
    against: Recipe | None
    live_id: int | None
    decided: bool


class Lost(RuntimeError):
    """The claim ran out or the candidate was replaced meanwhile."""


class Learning:
    """The worker's step."""

    def __init__(
        self, db: Database, now: TimeSource, models: TriageModelCache, vectors: ExampleVectors, worker: str
    ) -> None:
        self.db, self.now, self.models, self.vectors, self.worker = db, now, models, vectors, worker

    def step(self) -> int:
        """Bring the models of this process up to date, then teach one candidate if there is reason to; 1 if either."""
        if self.models.catch_up():
            return 1
        job = self._claim()
        if job is None:
            return 0
        try:
            self._teach(job)
        except Lost:
            log.info("teaching_lost", version=job.version_id)
        finally:
            self._let_go(job)
        return 1

    def _claim(self) -> Job | None:
        now = self.now()
        with self.db.read() as session:
            if not versions.waiting(session, now) and due(session, now) is None:
                return None
        return self.db.transact(lambda session: claim(session, self.worker, now))

    def _teach(self, job: Job) -> None:
        with self.db.read() as session:
            material = teaching.read(session, job.recipe)
            against = teaching.read(session, job.against) if job.against else None
        if job.decided:
            self._record(job, material, None, self._made(job))
        trial = teaching.run_trial(against, material, lambda texts: self.vectors.encode(texts, lambda: self._hold(job)))
        self._hold(job)
        if job.decided:
            with self.db.write() as session:
                keep_trial(versions.find(session, job.version_id), material, trial, of_new=True)
        else:
            self._record(job, material, trial, None if trial.is_worse else self._made(job))
        self.vectors.forget_all_but([*base_texts(), *material.texts, *(against.texts if against else ())])

    def _made(self, job: Job) -> TriageModels:
        return self.models.made(job.recipe) or self.models.teach(job.recipe, lambda: self._hold(job))

    def _record(self, job: Job, material: Material, trial: Trial | None, models: TriageModels | None) -> None:
        """Decide what becomes of the candidate, if nothing has changed that the decision rests on."""
        with self.db.write() as session:
            version, live = versions.find(session, job.version_id), versions.live(session)
            if version.claimed_by != self.worker or (live.id if live else None) != job.live_id:
                raise Lost
            state = settle(session, version, live, material, trial, self.now())
        if state == "live" and models is not None:
            self.models.put(job.recipe, models)

    def _hold(self, job: Job) -> None:
        """Say that the work goes on. Raises `Lost` when it is no longer ours."""
        with self.db.write() as session:
            if not versions.renew(session, job.version_id, self.worker, self.now() + LEASE):
                raise Lost

    def _let_go(self, job: Job) -> None:
        with self.db.write() as session:
            version = versions.find(session, job.version_id)
            if version.claimed_by == self.worker:
                version.claimed_by = version.claimed_until = None


def due(session: Session, now: datetime) -> Recipe | None:
    """What a new candidate would be taught from, None while there is no reason for one: new categories always are one,
    labels are when there are five or the oldest is ten minutes old."""
    newest = configuration.versions(session).get("categories", 0)
    live = versions.live(session)
    if newest and not versions.knows_categories(session, newest):
        held = live is not None and live.pinned
        return Recipe(newest, live.labels_up_to if held and live else labels.newest_id(session))
    if live is None or versions.waiting(session, None):
        return None
    news = labels.news(session, versions.considered_up_to(session, newest))
    if news.number >= ENOUGH or (news.oldest is not None and now - news.oldest >= PATIENCE):
        return Recipe(newest, news.newest_id)
    return None


def claim(session: Session, worker: str, now: datetime) -> Job | None:
    """Make the candidate that is due, and take the one that waits."""
    recipe = due(session, now)
    if recipe is not None and versions.of(session, *recipe) is None:
        by = configuration.at_version(session, "categories", recipe.categories_version).by
        decided = not versions.knows_categories(session, recipe.categories_version)
        versions.add(session, *recipe, by if decided else BY_ITSELF, now)
    version = versions.claim(session, worker, now, LEASE)
    if version is None:
        return None
    live = versions.live(session)
    return Job(
        version_id=version.id or 0,
        recipe=Recipe(version.categories_version, version.labels_up_to),
        against=Recipe(live.categories_version, live.labels_up_to) if live else None,
        live_id=live.id if live else None,
        decided=version.by != BY_ITSELF,
    )


def settle(
    session: Session,
    version: TriageVersion,
    live: TriageVersion | None,
    material: Material,
    trial: Trial | None,
    now: datetime,
) -> str:
    """Record what becomes of a taught candidate, with its journal entry; returns its state. Without a trial it was
    decided by an admin."""
    version.fingerprint, version.taught_at = classifier_fingerprint(material.categories, material.labels), now
    held = live is not None and live.pinned
    if trial is None:
        state, version.reason = "live", f"{version.by} saved new categories."
    else:
        state = "refused" if trial.is_worse else "held" if held else "live"
        keep_trial(version, material, trial, of_new=True)
        if live is not None and state != "live":
            live.evidence = trial.evidence(of_new=False)
    if state == "live":
        put_live(session, version, live, pinned=held)
    version.state = state
    tell(session, f"triage_version_{state}", version, live, now)
    return state


def keep_trial(version: TriageVersion, material: Material, trial: Trial, *, of_new: bool) -> None:
    """Store figures, evidence and reason with a version."""
    version.figures, version.evidence = trial.figures(material), trial.evidence(of_new=of_new)
    version.reason = " ".join(filter(None, [version.reason, trial.reason]))


def roll_back(session: Session, version_id: int, now: datetime, by: str) -> TriageVersion:
    """Make an earlier version live and hold it until an admin lets learning go on.

    Raises `NotFound`, and `Conflict` when it was never taught or knows other categories than there are.
    """
    live, version = versions.live(session), versions.find(session, version_id)
    if version.taught_at is None:
        raise Conflict("This version has not been taught yet.")
    missing = unlike(session, version)
    if missing:
        raise Conflict(f"This version was taught other categories than there are now: {', '.join(missing)}.")
    put_live(session, version, live, pinned=True)
    tell(session, "triage_version_rolled_back", version, live, now, by=by)
    return version


def unlike(session: Session, version: TriageVersion) -> list[str]:
    """Names of categories that only one of the two knows: this version, or the document in force."""
    newest = configuration.versions(session).get("categories", 0)
    if newest == version.categories_version:
        return []
    return sorted(names_at(session, newest) ^ names_at(session, version.categories_version))


def names_at(session: Session, version: int) -> set[str]:
    """The names of the categories of one version, which was checked when it was saved."""
    document = configuration.at_version(session, "categories", version).content if version else []
    return {str(row["name"]).strip() for row in document}


def let_go_on(session: Session, now: datetime, by: str) -> None:
    """Hold no version any longer. What was only held back is tried again."""
    live = versions.live(session)
    if live is None or not live.pinned:
        return
    live.pinned = False
    held = versions.newest_held(session)
    if held is not None:
        held.state, held.by, held.reason = "candidate", BY_ITSELF, ""
    tell(session, "triage_learning_goes_on", live, None, now, by=by)


def tell(
    session: Session, kind: str, version: TriageVersion, live: TriageVersion | None, now: datetime, by: str = ""
) -> None:
    """The journal's entry."""
    journal.record(
        session, now, kind, version=version.id, fingerprint=version.fingerprint, by=by or version.by,
        before=live.fingerprint if live else None, reason=version.reason, figures=version.figures,
        categories_version=version.categories_version, labels_up_to=version.labels_up_to,
    )  # fmt: skip
