"""Queries about replies that were decided: claim, outcome, cancellation."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import and_, func
from sqlmodel import Session, col, select, update

from copilot.errors import NotFound
from copilot.store.claims import claim
from copilot.store.tables import OutboxItem, Ticket

OUTSTANDING = ("waiting", "sending")


def find(session: Session, item_id: int) -> OutboxItem:
    """The reply, with its row locked, or `NotFound`."""
    wanted = select(OutboxItem).where(OutboxItem.id == item_id).with_for_update()
    item = session.exec(wanted, execution_options={"populate_existing": True}).first()
    if item is None:
        raise NotFound(f"There is no reply {item_id} on its way.", field="id")
    return item


def of_draft(session: Session, draft_id: int) -> OutboxItem | None:
    """The reply that carries this draft."""
    return session.exec(select(OutboxItem).where(OutboxItem.draft_id == draft_id)).first()


def of_ticket(session: Session, ticket_id: int) -> Sequence[OutboxItem]:
    """Every reply of a ticket, oldest first."""
    return session.exec(select(OutboxItem).where(OutboxItem.ticket_id == ticket_id).order_by(col(OutboxItem.id))).all()


def outstanding(session: Session, ticket_id: int) -> OutboxItem | None:
    """The reply of this ticket that is on its way."""
    wanted = select(OutboxItem).where(OutboxItem.ticket_id == ticket_id, col(OutboxItem.state).in_(OUTSTANDING))
    return session.exec(wanted.order_by(col(OutboxItem.id).desc())).first()


def claim_due(
    session: Session, worker: str, now: datetime, lease: timedelta, limit: int, *, auto_allowed: bool
) -> list[OutboxItem]:
    """Take waiting replies whose time has come; automatic ones only while the kill switch is off. They stay "waiting",
    and can be taken back, until each is about to leave."""
    allowed = col(OutboxItem.by) != "auto" if not auto_allowed else col(OutboxItem.id).is_not(None)
    ready = and_(col(OutboxItem.state) == "waiting", allowed)
    ids = claim(session, OutboxItem, ready, worker=worker, now=now, lease=lease, limit=limit)
    return list(session.exec(select(OutboxItem).where(col(OutboxItem.id).in_(ids)).order_by(col(OutboxItem.id))))


def held(session: Session, item_id: int, worker: str, now: datetime) -> OutboxItem | None:
    """The reply, with its row locked, if it still waits and is still this worker's to send."""
    wanted = select(OutboxItem).where(
        OutboxItem.id == item_id,
        OutboxItem.state == "waiting",
        OutboxItem.claimed_by == worker,
        col(OutboxItem.claimed_until) > now,
    )
    return session.exec(wanted.with_for_update(), execution_options={"populate_existing": True}).first()


def automatic_on_their_way(session: Session, customer_ids: Sequence[int]) -> dict[int, list[tuple[int, datetime]]]:
    """Automatic replies by customer that are decided and not known to have failed, as (ticket id, instant)."""
    found: dict[int, list[tuple[int, datetime]]] = {customer_id: [] for customer_id in customer_ids}
    wanted = (
        select(Ticket.customer_id, OutboxItem.ticket_id, OutboxItem.created_at)
        .join(Ticket, col(Ticket.id) == OutboxItem.ticket_id)
        .where(col(Ticket.customer_id).in_(customer_ids), OutboxItem.by == "auto")
        .where(col(OutboxItem.state).in_((*OUTSTANDING, "uncertain")))
    )
    for customer_id, ticket_id, at in session.exec(wanted):
        found[customer_id].append((ticket_id, at))
    return found


def abandoned(session: Session, now: datetime) -> Sequence[OutboxItem]:
    """Replies whose sender died between sending and recording: their outcome is unknown."""
    wanted = select(OutboxItem).where(OutboxItem.state == "sending", col(OutboxItem.claimed_until) <= now)
    return session.exec(wanted.with_for_update(skip_locked=True)).all()


def cancel_waiting(
    session: Session, reason: str, *, ticket_id: int | None = None, only_auto: bool = False
) -> list[int]:
    """Take back replies that have not left; returns their tickets' ids."""
    conditions = [col(OutboxItem.state) == "waiting"]
    if ticket_id is not None:
        conditions.append(col(OutboxItem.ticket_id) == ticket_id)
    if only_auto:
        conditions.append(col(OutboxItem.by) == "auto")
    cancelled = session.execute(
        update(OutboxItem)
        .where(*conditions)
        .values(state="cancelled", last_error=reason)
        .returning(col(OutboxItem.ticket_id))
        .execution_options(synchronize_session=False)
    )
    return sorted(set(cancelled.scalars()))


def counts_by_state(session: Session) -> dict[str, int]:
    """How many replies stand in each state."""
    return dict(session.exec(select(OutboxItem.state, func.count()).group_by(OutboxItem.state)).all())


def tickets_with_waiting_auto(session: Session) -> list[int]:
    """Tickets whose automatic reply has not left."""
    wanted = select(col(OutboxItem.ticket_id)).where(col(OutboxItem.state) == "waiting", col(OutboxItem.by) == "auto")
    return sorted(set(session.exec(wanted)))
