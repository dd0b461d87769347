"""Watches what categories send alone, and turns one off when the evidence says that its budget is exceeded.

Outcomes are audits' verdicts, replies that people took back, and what customers answered. Everything happens in the
caller's transaction, alone with the category. A reply counts as right when it is delivered and is judged again when
its customer answers. Errors only ever grow, and the evidence with them: what is enough now would be enough once every
customer has answered, so that looking early raises no more false alarms. Many customers ask on after right replies too:
until it is known how many, what they do is kept and no evidence; audits are from the first one on.
"""

from datetime import datetime, timedelta

from copilot.autonomy import CategoryAutonomy
from copilot.configuration import autonomy_in_force
from copilot.customer_signals import signal_of
from copilot.errors import Conflict
from copilot.snapshots import Snapshot
from copilot.store import budgets, drafts, journal, watches
from copilot.store.session import Session
from copilot.store.tables import Draft, Message, OutcomeRow, WatchRow
from copilot.suspension import SIGNALS, Outcome, Suspicion, Watch, usual_at_most
from triage.assess import Assessment

ANSWERS_FOR = timedelta(days=7)
"""A customer who writes later asks something new."""

USUAL_FROM, USUAL_OF = 50, 1_000
UNKNOWN = 1.0
"""What is usual while too few approved replies are known: anything, so that replies are no evidence."""


def audited(session: Session, draft: Draft, accepted: bool, now: datetime) -> None:
    """A person judged a draft that was drawn for an audit."""
    see(session, draft, "audit", "accepted" if accepted else "not_accepted", 0.0 if accepted else 1.0, now)


def taken_back(session: Session, draft: Draft, accepted: bool, now: datetime) -> None:
    """A person judged a reply that was taken back just before it left."""
    see(session, draft, "reply", "silent" if accepted else "taken_back", 0.0 if accepted else 1.0, now)


def delivered(session: Session, draft_id: int, by: str, now: datetime) -> None:
    """A reply reached its customer: as far as is known, it was right."""
    draft = drafts.find(session, draft_id)
    if by == "auto":
        see(session, draft, "reply", "silent", 0.0, now)
    elif by == "approved" and draft.category is not None:
        _keep(session, None, draft, "approved", "silent", 0.0, now)


def customer_answered(session: Session, snapshot: Snapshot, found: Assessment, now: datetime) -> None:
    """A customer wrote after a reply that came from a draft: what that says of it."""
    reply = reply_before(snapshot)
    if reply is None or reply.draft_id is None:
        return
    signal = signal_of(snapshot.text, found.sentiment.label, found.sentiment.signals, len(found.questions))
    draft = drafts.find(session, reply.draft_id)
    if reply.auto_sent:
        see(session, draft, "reply", signal, SIGNALS[signal], now)
    elif draft.category is not None:
        _keep(session, None, draft, "approved", signal, SIGNALS[signal], now)


def reply_before(snapshot: Snapshot) -> Message | None:
    """The reply that the customer's newest messages follow, if that is not long ago."""
    replies = [m for m in snapshot.messages if m.direction == "outbound" and not m.notice]
    waiting = snapshot.unanswered
    if not replies or not waiting or waiting[0].at - replies[-1].at > ANSWERS_FOR:
        return None
    return replies[-1]


def see(session: Session, draft: Draft, source: str, signal: str, error: float, now: datetime) -> None:
    """Take one outcome into account and suspend the category when the evidence is enough."""
    if draft.category is None:
        return
    budgets.lock(session, [f"category:{draft.category}"])
    watch = watch_of(session, draft.category, autonomy_in_force(session).of(draft.category), now)
    if watch.usual >= UNKNOWN:
        watch.usual = usual_of(session, draft.category, watch.level, now)
    known = watches.outcome(session, draft.id or 0, source)
    _keep(session, known.watch_id if known else watch.id, draft, source, signal, error, now)
    if error > 0 and watch.suspended_at is None:
        session.flush()
        suspicion = suspicion_of(session, watch)
        if suspicion.at is not None:
            suspend(session, watch, suspicion, now)


def watch_of(session: Session, category: str, setting: CategoryAutonomy, now: datetime) -> WatchRow:
    """The watch in force; a new one when there is none, or when the admin has set another budget or level since."""
    watch = watches.current(session, category)
    same = watch is not None and (watch.budget, watch.level) == (setting.error_budget, setting.confidence_level)
    if watch is not None and (same or watch.suspended_at is not None):
        return watch
    return _begin(session, category, setting, now, "automatic")


def _begin(session: Session, category: str, setting: CategoryAutonomy, now: datetime, by: str) -> WatchRow:
    usual = usual_of(session, category, setting.confidence_level, now)
    return watches.begin(session, category, setting.error_budget, setting.confidence_level, usual, now, by)


def usual_of(session: Session, category: str, level: float, now: datetime) -> float:
    """A bound on what is usual after replies that people approved, by those whose customers had the time to answer."""
    weights = watches.approved(session, category, now - ANSWERS_FOR, USUAL_OF)
    return usual_at_most(weights, level) if len(weights) >= USUAL_FROM else UNKNOWN


def suspicion_of(session: Session, watch: WatchRow) -> Suspicion:
    """What the outcomes of a watch amount to."""
    seen = [
        Outcome("audit" if row.source == "audit" else "reply", row.error)
        for row in watches.outcomes(session, watch.id or 0)
    ]
    return Watch(watch.budget, watch.level, watch.usual).evidence(seen)


def suspend(session: Session, watch: WatchRow, suspicion: Suspicion, now: datetime) -> None:
    """Turn the category off; its replies that wait to leave are stopped when they are about to."""
    rows = watches.outcomes(session, watch.id or 0)
    audits = [row for row in rows if row.source == "audit"]
    replies = [row for row in rows if row.source != "audit"]
    bad_audits, bad_replies = sum(row.error > 0 for row in audits), sum(row.error > 0 for row in replies)
    watch.suspended_at = now
    watch.reason = (
        f"Suspended: {bad_audits} of {len(audits)} audits were not accepted and {bad_replies} of {len(replies)} "
        f"replies drew an objection; that is evidence at {watch.level:.0%} that more than {watch.budget:.1%} are wrong."
    )
    journal.record(
        session, now, "category_suspended", category=watch.category, watch=watch.id, reason=watch.reason,
        wealth=round(suspicion.wealth, 3), outcomes=len(rows),
    )  # fmt: skip


def restart(session: Session, category: str, now: datetime, by: str) -> WatchRow:
    """An admin has looked and lets the category go on under a new watch. Raises `Conflict` if it is not suspended."""
    budgets.lock(session, [f"category:{category}"])
    watch = watches.current(session, category)
    if watch is None or watch.suspended_at is None:
        raise Conflict(f"The category {category} is not suspended.")
    fresh = _begin(session, category, autonomy_in_force(session).of(category), now, by)
    journal.record(session, now, "category_restarted", category=category, watch=fresh.id, by=by, before=watch.reason)
    return fresh


def _keep(
    session: Session, watch_id: int | None, draft: Draft, source: str, signal: str, error: float, now: datetime
) -> OutcomeRow:
    row = watches.outcome(session, draft.id or 0, source)
    if row is None:
        row = OutcomeRow(
            watch_id=watch_id, category=draft.category or "", draft_id=draft.id or 0, source=source, signal=signal,
            error=error, at=now,
        )  # fmt: skip
        session.add(row)
    elif error > row.error:
        row.signal, row.error = signal, error
    return row
