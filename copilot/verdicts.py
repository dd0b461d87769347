"""Writes down what people made of drafts, with what that says of the draft. Everything in the caller's transaction."""

from datetime import datetime

from copilot import feedback, reviewing
from copilot.acceptance import judge
from copilot.store import drafts
from copilot.store.session import Session
from copilot.store.tables import Draft, Verdict


def record(
    session: Session, draft: Draft, kind: str, by: str, now: datetime, *, sent: str | None, reason: str | None = None,
    reason_code: str | None = None,
) -> Verdict:  # fmt: skip
    """Store one verdict; `sent` is the text that went to the customer instead of the draft's, None if none did."""
    found = judge(draft.body, sent)
    edited = sent is not None and sent != draft.body
    verdict = Verdict(
        draft_id=draft.id or 0, kind=kind, by=by, at=now, body=sent if edited else None, reason=reason, edited=edited,
        accepted=found.accepted, kept=found.kept, changed_facts=list(found.changed_facts), reason_code=reason_code,
    )  # fmt: skip
    session.add(verdict)
    if edited and kind == "approved":
        session.flush()
        feedback.note_changes(session, draft, verdict)
    reviewing.record(session, draft, found.accepted, now)
    return verdict


def answered_otherwise(session: Session, ticket_id: int, sent: str, by: str, now: datetime) -> None:
    """Somebody sent own words while drafts were open: they are judged by these words and offered no longer."""
    for draft in drafts.open_of(session, ticket_id):
        record(session, draft, "answered", by, now, sent=sent)
    drafts.supersede(session, ticket_id)
