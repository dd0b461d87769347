"""Keeps what categories have earned in step with people's verdicts, in the background.

Refits the confidence model of a record when enough verdicts were added, and reckons each standing anew when reviews or
settings have changed. A standing is reckoned and stored in one transaction that holds its row, so that no verdict is
lost between; until then decisions go by the old one, or hold if an article was edited or the settings are others.
"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass

from copilot import confidence, takeback
from copilot.autonomy import Autonomy, CategoryAutonomy
from copilot.confidence import Evidence
from copilot.configuration import ConfigurationCache
from copilot.earning import LOOKS_GROW, Earned, Review, earn, is_look, limit_of, naive
from copilot.experience import learn
from copilot.precedent_cache import MOST_REVIEWS, precedent
from copilot.store import outbox, reviews, tickets, watches
from copilot.store.reviews import Count, Labelled
from copilot.store.session import Database, Session
from copilot.store.tables import ConfidenceFit, StandingRow
from copilot.timesource import TimeSource

REFIT_AFTER = 10
REFIT_SHARE = 0.1
NOTHING = 2.0
"""A limit that no confidence reaches."""


@dataclass(frozen=True, slots=True)
class Refit:
    """A record's new confidence model and the confidence of each review by a model that was not fitted to it."""

    model: confidence.Model
    confidences: dict[int, float]
    calibration: confidence.CalibrationError


class RecordKeeper:
    """The worker's step."""

    def __init__(self, db: Database, now: TimeSource, configuration: ConfigurationCache) -> None:
        self.db, self.now, self.configuration = db, now, configuration

    def step(self) -> int:
        """Do what is due; returns how many models and standings were brought up to date."""
        self._stop_suspended()
        return self._refit_due() + self._reckon_due()

    def _refit_due(self) -> int:
        with self.db.read() as session:
            current = reviews.newest_fingerprint(session) or ""
            count, fit = reviews.counts(session).get(current), reviews.newest_fits(session).get(current)
        if count is None or not refit_is_due(count, fit):
            return 0
        self._refit(current, count)
        return 1

    def _refit(self, fingerprint: str, count: Count) -> None:
        """Fit outside any transaction; reviews that arrive meanwhile keep their confidence, which is fair as well."""
        with self.db.read() as session:
            rows = reviews.labelled(session, fingerprint, MOST_REVIEWS)
        found = refit(rows)
        with self.db.write() as session:
            store_refit(session, fingerprint, found, len(rows), count, self.now)

    def _reckon_due(self) -> int:
        with self.db.read() as session:
            autonomy, current = self.configuration.current(session).autonomy, reviews.newest_fingerprint(session)
            rows = reviews.standings(session)
        due = [row for row in rows if row.stale or (row.fingerprint == current and not is_of(row, autonomy))]
        for row in due:
            with self.db.write() as session:
                reckon(session, row.id or 0, self.configuration.current(session).autonomy, self.now)
        return len(due)

    def _stop_suspended(self) -> None:
        """Give replies of suspended categories back to people; they could not leave anyway."""
        with self.db.read() as session:
            waiting = outbox.tickets_with_waiting_auto(session)
            off = {name: row.reason for name, row in watches.all_current(session).items() if row.suspended_at}
        for ticket_id in waiting if off else ():
            with self.db.write() as session:
                ticket = tickets.lock(session, ticket_id)
                if ticket.category in off:
                    takeback.replies_of(session, ticket, self.now(), off[ticket.category], gate="mode", only_auto=True)


def refit_is_due(count: Count, fit: ConfidenceFit | None) -> bool:
    """Whether enough verdicts were given, or dropped, since the model was fitted."""
    fitted, given, dropped = (fit.labels, fit.given, fit.dropped) if fit else (0, 0, 0)
    changed = count.given - given + count.dropped - dropped
    return count.counting >= confidence.LEAST_LABELS and changed >= max(REFIT_AFTER, REFIT_SHARE * fitted)


def refit(rows: Sequence[Labelled]) -> Refit:
    """Fit to these reviews; those whose inputs are of another kind are left out."""
    usable: list[tuple[Labelled, Evidence]] = []
    for row in rows:
        try:
            usable.append((row, Evidence.from_dict(row.review.evidence)))
        except ValueError:
            continue
    found = learn(
        [(evidence, row.review.accepted) for row, evidence in usable],
        [precedent(row) for row, _ in usable],
        [row.review.ticket_id for row, _ in usable],
    )
    judged = [(row.review, value) for (row, _), value in zip(usable, found.confidences, strict=True)]
    calibration = confidence.calibration_error([(value, review.accepted) for review, value in judged])
    return Refit(found.model, {review.id or 0: value for review, value in judged}, calibration)


def store_refit(session: Session, fingerprint: str, found: Refit, labels: int, count: Count, now: TimeSource) -> None:
    """Put the model in force, with the reviews' confidences; its standings are to be reckoned anew. `count` is what the
    record held before its newest `labels` reviews were read."""
    session.add(
        ConfidenceFit(
            fingerprint=fingerprint, model=found.model.to_dict(), labels=labels, at=now(),
            given=count.given, dropped=count.dropped,
            error=found.calibration.error, expected_error=found.calibration.expected,
        )
    )  # fmt: skip
    reviews.keep_confidences(session, found.confidences)
    for standing in reviews.standings(session, fingerprint):
        # what was proven was proven of another model
        standing.stale, standing.threshold, standing.limit = True, None, None


def reckon(session: Session, standing_id: int, autonomy: Autonomy, now: TimeSource) -> None:
    """Reckon one standing anew with all its reviews and the settings in force."""
    row = reviews.lock_standing(session, standing_id)
    if row is None:
        return
    setting = autonomy.of(row.category)
    pool = [Review(*pair) for pair in reviews.verdicts_of(session, row.category, row.fingerprint, MOST_REVIEWS)]
    found = earn(pool, setting.error_budget, setting.confidence_level, limit_for(row, pool, setting))
    row.budget, row.level, row.stale, row.at = setting.error_budget, setting.confidence_level, False, now()
    row.threshold, row.bound, row.reviews, row.errors = found.threshold, found.bound, found.reviews, found.errors
    row.coverage, row.pool = found.coverage, len(pool)
    row.missing = found.missing and max(found.missing, LOOKS_GROW * row.looked - len(pool))
    row.detail = detail(found, naive(pool, setting.error_budget))


def limit_for(row: StandingRow, pool: Sequence[Review], setting: CategoryAutonomy) -> float:
    """The laxest threshold that may be found: any when it is time for a look or the settings are others, else no laxer
    than at the last look. Notes the look in `row`."""
    budget, level = setting.error_budget, setting.confidence_level
    if (row.budget, row.level) != (budget, level) or is_look(len(pool), row.looked, budget, level):
        found = earn(pool, budget, level)
        row.looked, row.reach = (len(pool) if is_look(len(pool), 0, budget, level) else 0), found.coverage
        row.limit = NOTHING if found.threshold is None else found.threshold
    elif row.limit is None:
        row.limit = limit_of(pool, row.reach)
    return row.limit


def detail(found: Earned, naive_threshold: float | None) -> dict[str, object]:
    """What the page draws: the curve, and the threshold that one would choose without statistics."""
    return {"curve": [asdict(point) for point in found.curve], "naive": naive_threshold}


def is_of(row: StandingRow, autonomy: Autonomy) -> bool:
    """Whether a standing was reckoned for the settings in force."""
    setting = autonomy.of(row.category)
    return (row.budget, row.level) == (setting.error_budget, setting.confidence_level)
