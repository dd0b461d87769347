"""Turns verdicts into evidence for what a category may send alone, and drops evidence that no longer holds.

Everything in the caller's transaction. Refuses to know thresholds: `copilot.record_keeping` reckons them.
"""

from datetime import datetime

from copilot import sourcing, watching
from copilot.store import drafts, journal, reviews
from copilot.store.session import Session
from copilot.store.tables import Draft, Review
from copilot.takeback import OVERRIDDEN

AUDIT = "audit"


def record(session: Session, draft: Draft, accepted: bool, now: datetime) -> None:
    """Count one verdict; of several verdicts on a draft the newest counts. A draft without a category or without its
    measured inputs (from before they were kept) is no evidence."""
    if draft.category is None or not draft.evidence:
        return
    sample, articles = sample_of(draft), {str(citation["article_id"]) for citation in draft.citations}
    row = reviews.of_draft(session, draft.id or 0)
    if row is None:
        row = Review(
            draft_id=draft.id or 0, ticket_id=draft.ticket_id, category=draft.category, fingerprint=draft.fingerprint,
            sample=sample, could_send=draft.could_send, confidence=draft.confidence, evidence=draft.evidence,
            accepted=accepted, at=now,
        )  # fmt: skip
        session.add(row)
        session.flush()
        reviews.keep_sources(session, row.id or 0, articles)
    row.accepted, row.sample = accepted, sample
    if row.dropped_at is None and changed(session, draft, articles, now):
        row.dropped_at = now
    session.flush()
    reviews.mark_stale(session, draft.category, draft.fingerprint, now)
    if sample == "audit":
        watching.audited(session, draft, accepted, now)
    elif sample == "picked":
        watching.taken_back(session, draft, accepted, now)


def changed(session: Session, draft: Draft, articles: set[str], now: datetime) -> bool:
    """Whether one of the articles was edited or went out of use since the draft was begun (for old drafts: stored)."""
    known = all(drafts.cited_hashes(session, draft.id or 0).values())
    since = reviews.changed_since(session, articles, draft.created_at)
    return since or (known and sourcing.doubt_about(session, draft, now.date()) is not None)


def sample_of(draft: Draft) -> str:
    """How the draft came before a person: drawn for an audit, picked by a person who stopped it in its undo window, or
    like every other."""
    failing = {str(row["name"]) for row in draft.gates if not row["passed"]}
    if failing == {AUDIT}:
        return "audit"
    return "picked" if OVERRIDDEN in failing else "open"


def article_changed(session: Session, article_id: str, now: datetime) -> None:
    """What people said of drafts that cited this article says nothing of drafts that cite it from now on."""
    dropped = reviews.drop_of_article(session, article_id, now)
    if dropped:
        journal.record(session, now, "evidence_dropped", article_id=article_id, reviews=dropped)
