"""What would other settings of autonomy have done? Answered from stored evidence, gates and people's verdicts.

The threshold of each category is what its reviews earn at these settings (or the manual one); each draft of the period
would have left if its other gates had passed and its confidence reaches that. A reviewed draft is taken with the
confidence by a model that was not fitted to it, any other of the present record with the present model's, and one of an
earlier record as it was. A long period is worked off in slices, each in a transaction of its own.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, time, timedelta
from typing import Any

from copilot.autonomy import Autonomy, CategoryAutonomy, parse_autonomy
from copilot.confidence import Evidence, Model
from copilot.earning import Review, earn, naive, upper_bound
from copilot.precedent_cache import MOST_REVIEWS
from copilot.report_cases import Period
from copilot.standings import Standings
from copilot.store import replays, reviews
from copilot.store.replays import Past
from copilot.store.session import Database, Session
from copilot.store.tables import Replay
from copilot.timesource import TimeSource

SLICE = 5_000
AT_ONCE = 5_000
"""So many drafts are looked at while the caller waits; more in the background."""

SENDING = ("auto", "shadow")


@dataclass(frozen=True, slots=True)
class Rule:
    """What settings come to for one category: the least confidence that would leave (None: nothing would)."""

    setting: CategoryAutonomy
    threshold: float | None
    proven: bool
    naive: float | None


@dataclass(slots=True)
class Tally:
    """Counts of one category's drafts: of all, of those that would have left, and of people's verdicts on these."""

    drafts: int = 0
    would_send: int = 0
    accepted: int = 0
    not_accepted: int = 0

    def add(self, past: Past, rule: Rule, confidence: float, *, allowed: bool) -> None:
        """Count one draft."""
        self.drafts += 1
        enough = rule.threshold is not None and confidence >= rule.threshold
        if allowed and past.could_send and enough and rule.setting.mode in SENDING:
            self.would_send += 1
            self.accepted += past.accepted is True
            self.not_accepted += past.accepted is False

    def to_dict(self) -> dict[str, int]:
        """Plain JSON values."""
        return {
            "drafts": self.drafts, "would_send": self.would_send, "accepted": self.accepted,
            "not_accepted": self.not_accepted,
        }  # fmt: skip


@dataclass(frozen=True, slots=True)
class Terms:
    """Settings joined with what the reviews prove at them."""

    autonomy: Autonomy
    fingerprint: str | None
    model: Model
    rules: dict[str, Rule] = field(default_factory=dict)

    @classmethod
    def of(cls, session: Session, autonomy: Autonomy) -> "Terms":
        """Read the present record."""
        fingerprint = reviews.newest_fingerprint(session)
        return cls(autonomy, fingerprint, Standings.of(session, fingerprint or "", (), b"").model)

    def rule(self, session: Session, category: str) -> Rule:
        """The rule of one category, reckoned once."""
        if category not in self.rules:
            setting = self.autonomy.of(category)
            pairs = reviews.verdicts_of(session, category, self.fingerprint or "", MOST_REVIEWS)
            pool = [Review(*pair) for pair in pairs]
            earned = earn(pool, setting.error_budget, setting.confidence_level).threshold
            manual = setting.threshold
            threshold = earned if manual is None else manual
            self.rules[category] = Rule(
                setting, threshold, manual is None and earned is not None, naive(pool, setting.error_budget)
            )
        return self.rules[category]

    def confidence(self, past: Past) -> float:
        """The confidence to take for one draft."""
        if past.reviewed_confidence is not None:
            return past.reviewed_confidence
        if past.fingerprint != self.fingerprint:
            return past.confidence
        try:
            return self.model.of(Evidence.from_dict(past.evidence))
        except ValueError:
            return past.confidence


def span(period: Period) -> tuple[datetime, datetime]:
    """From the first moment of its first day to the last of its last, in UTC."""
    begin = datetime.combine(period.first, time(), UTC)
    return begin, datetime.combine(period.last, time(), UTC) + timedelta(days=1)


def tally(session: Session, terms: Terms, found: Iterable[Past], tallies: dict[str, Tally]) -> None:
    """Count these drafts."""
    allowed = not terms.autonomy.kill_switch
    for past in found:
        rule = terms.rule(session, past.category)
        tallies[past.category].add(past, rule, terms.confidence(past), allowed=allowed)


def begin(session: Session, autonomy: Autonomy, since: datetime, until: datetime, now: datetime, by: str) -> Replay:
    """Store a question and answer it at once if the period is short enough."""
    row = Replay(
        settings=autonomy.to_dict(), since=since, until=until, total=replays.count(session, since, until), counts={},
        by=by, at=now,
    )  # fmt: skip
    session.add(row)
    session.flush()
    while row.state == "running" and row.total <= AT_ONCE:
        advance(session, row)
    return row


def advance(session: Session, row: Replay) -> int:
    """Look at the next drafts; returns how many there were."""
    terms = Terms.of(session, parse_autonomy(row.settings))
    tallies = defaultdict(Tally, {name: Tally(**counts) for name, counts in row.counts.items()})
    found = replays.pasts(session, row.since, row.until, row.after_id, SLICE)
    tally(session, terms, found, tallies)
    row.counts = {name: counts.to_dict() for name, counts in tallies.items()}
    row.done += len(found)
    if found:
        row.after_id = found[-1].draft_id
    if len(found) < SLICE:
        row.state, row.total = "done", row.done
    session.flush()
    return len(found)


def answer(session: Session, row: Replay) -> dict[str, Any]:
    """How far the replay is, and once it is done what each category would have done."""
    base = {
        "id": row.id, "state": row.state, "done": row.done, "total": row.total, "from": row.since.isoformat(),
        "to": row.until.isoformat(),
    }  # fmt: skip
    if row.state != "done":
        return base
    terms = Terms.of(session, parse_autonomy(row.settings))
    names = dict.fromkeys([*terms.autonomy.categories, *sorted(row.counts)])
    return {**base, "categories": [told(terms.rule(session, name), row.counts.get(name, {})) for name in names]}


def told(rule: Rule, counts: Mapping[str, int]) -> dict[str, Any]:
    """One category's answer; `coverage` is of its drafts, `error` and `bound` of the reviewed ones among those that
    would have left (None without any)."""
    drafts, would_send = counts.get("drafts", 0), counts.get("would_send", 0)
    accepted, not_accepted = counts.get("accepted", 0), counts.get("not_accepted", 0)
    reviewed, setting = accepted + not_accepted, rule.setting
    return {
        "category": setting.category,
        "mode": setting.mode,
        "threshold": rule.threshold,
        "proven": rule.proven,
        "naive_threshold": rule.naive,
        "drafts": drafts,
        "would_send": would_send,
        "reviewed": reviewed,
        "accepted": accepted,
        "not_accepted": not_accepted,
        "coverage": would_send / drafts if drafts else None,
        "error": not_accepted / reviewed if reviewed else None,
        "bound": upper_bound(not_accepted, reviewed, setting.confidence_level) if reviewed else None,
    }


class Replays:
    """The worker's step."""

    def __init__(self, db: Database, now: TimeSource) -> None:
        self.db, self.now = db, now

    def step(self) -> int:
        """Go on with the oldest replay that is not done; returns how many drafts were looked at, at least 1 for it."""
        with self.db.read() as session:
            if not replays.any_running(session):
                return 0
        with self.db.write() as session:
            row = replays.running(session)
            return 0 if row is None else max(1, advance(session, row))
