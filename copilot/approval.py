"""A person's verdict on a draft: approve (as it is or mended) or reject. Decides freshness, never content."""

from datetime import datetime, timedelta

from copilot import canaries, configuration, endings, rejections, sourcing, verdicts
from copilot.corrections import confirm_category
from copilot.errors import Conflict, Invalid
from copilot.inputs import LONGEST_BODY, clean
from copilot.store import drafts, journal, outbox, tickets
from copilot.store.session import Session
from copilot.store.tables import Draft, OutboxItem, Ticket


def approve(
    session: Session, draft_id: int, by: str, now: datetime, body: str | None = None, delay: timedelta = timedelta(0)
) -> OutboxItem:
    """Put the draft into the outbox, in the wording shown or in the agent's own words. The same approval twice is one
    reply.

    Raises `Conflict` when the draft was decided otherwise, something newer arrived or an article that it cites is no
    longer for customers, `Invalid` for an unusable body or one that holds a planted token.
    """
    draft, ticket = _locked(session, draft_id)
    text = drafts.shown(session, draft).body if body is None else clean(body, "body", LONGEST_BODY)
    existing = outbox.of_draft(session, draft_id)
    if existing is not None and existing.state not in ("cancelled", "failed"):
        if existing.body == text:
            return existing
        raise Conflict("This draft has already been sent on its way with another text.")
    must_be_open(session, draft, ticket)
    sourcing.refuse_hidden(session, drafts.shown(session, draft), now.date())
    _refuse_leak(session, draft, text)
    edited = text != draft.body
    verdicts.record(session, draft, "approved", by, now, sent=text)
    item = queue_reply(session, draft, ticket, text, by="approved", author=by, now=now, delay=delay)
    draft.state = "approved"
    confirm_category(session, ticket, draft.message_id, now, by)
    journal.record(session, now, "approved", ticket.id, draft_id=draft_id, by=by, edited=edited)
    return item


def reject(session: Session, draft_id: int, by: str, reason: str, now: datetime) -> Draft:
    """Set a draft aside with a reason (a code of `copilot.rejections`, free words, or both); the ticket stays in the
    queue for a reply by hand."""
    code, reason = rejections.read(clean(reason, "reason", 2_000))
    draft, ticket = _locked(session, draft_id)
    if draft.state == "rejected":
        return draft
    must_be_open(session, draft, ticket)
    verdicts.record(session, draft, "rejected", by, now, sent=None, reason=reason, reason_code=code)
    draft.state = "rejected"
    journal.record(session, now, "rejected", ticket.id, draft_id=draft_id, by=by, reason=reason, code=code)
    return draft


def queue_reply(
    session: Session,
    draft: Draft,
    ticket: Ticket,
    body: str,
    *,
    by: str,
    author: str | None,
    now: datetime,
    delay: timedelta,
) -> OutboxItem:
    """The draft's one row in the outbox, in the caller's transaction; a cancelled or failed row is used again."""
    item = outbox.of_draft(session, draft.id or 0)
    if item is None:
        item = OutboxItem(
            ticket_id=draft.ticket_id, draft_id=draft.id, channel=ticket.channel, body=body, by=by, created_at=now,
            message_ref=f"reply-{draft.ticket_id}-{draft.id}", work_after=now + delay,
        )  # fmt: skip
        session.add(item)
    item.body, item.by, item.author, item.state = body, by, author, "waiting"
    item.work_after, item.attempts, item.last_error = now + delay, 0, None
    item.claimed_by = item.claimed_until = None
    item.answers_message_id = draft.message_id
    item.category, item.recipient = ticket.category, tickets.customer_of(session, ticket).email
    ticket.reply_pending, ticket.updated_at = True, now
    session.flush()
    return item


def _locked(session: Session, draft_id: int) -> tuple[Draft, Ticket]:
    draft = drafts.find(session, draft_id)
    ticket = tickets.lock(session, draft.ticket_id)
    session.refresh(draft)
    return draft, ticket


def _refuse_leak(session: Session, draft: Draft, text: str) -> None:
    """A planted token must not reach a customer by a person's hand either."""
    known_to_leak = text == draft.body and any(row["name"] == "canary" and not row["passed"] for row in draft.gates)
    planted = configuration.autonomy_in_force(session).canaries
    if known_to_leak or canaries.find(text, planted):
        raise Invalid("The text holds a planted token that must not reach a customer.", field="body")


def must_be_open(session: Session, draft: Draft, ticket: Ticket) -> None:
    """Raise `Conflict` unless a person can still decide on this draft."""
    if draft.state != "open":
        raise Conflict(f"This draft is no longer open: it is {draft.state}.")
    endings.refuse_ended(session, draft.ticket_id)
    newest = tickets.newest_inbound_id(session, draft.ticket_id)
    if newest != draft.message_id or tickets.replies_after(session, draft.ticket_id, draft.message_id):
        raise Conflict("Something newer arrived since this draft was written.")
    if ticket.reply_pending:
        raise Conflict("Another reply to this ticket is on its way.")
