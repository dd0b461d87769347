"""How many automatic replies a category has used, exact while several workers decide at once.

Whoever is going to add a reply, or let one leave, takes the categories' locks first and holds them until its
transaction ends: an advisory lock on PostgreSQL, where every statement after it sees what others committed; SQLite's
writer is alone anyway.
"""

import hashlib
from collections.abc import Collection, Sequence
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, and_, case, func, or_, text
from sqlmodel import Session, col, select

from copilot.budgets import Spent
from copilot.store.tables import OutboxItem

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
ON_THE_WAY = ("waiting", "sending", "uncertain")


def lock(session: Session, names: Collection[str]) -> None:
    """Be alone with these names ("category:refund") until the transaction ends; always in the same order."""
    if session.get_bind().dialect.name == "postgresql":
        for key in sorted({_key(name) for name in names}):
            session.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": key})


def spent(
    session: Session,
    categories: Collection[str],
    now: datetime,
    *,
    pending: Sequence[str] = ON_THE_WAY,
    but: int | None = None,
) -> dict[str, Spent]:
    """What each category has used by now, without the reply `but`; `pending` are the states that count at any age.

    A reply that was taken back or has failed for good costs nothing. Since every reply on its way is counted at once,
    no 60 minutes and no 24 hours ever hold more deliveries than the cap.
    """
    found = {category: Spent() for category in categories}
    if not found:
        return found
    on_the_way = col(OutboxItem.state).in_(pending)

    def counted(since: timedelta) -> ColumnElement[bool]:
        gone = and_(col(OutboxItem.state) == "delivered", col(OutboxItem.delivered_at) > now - since)
        return or_(on_the_way, gone)

    wanted = (
        select(col(OutboxItem.category), func.sum(case((counted(HOUR), 1), else_=0)), func.count())
        .where(OutboxItem.by == "auto", col(OutboxItem.category).in_(found), counted(DAY))
        .where(col(OutboxItem.id) != (but or 0))
        .group_by(col(OutboxItem.category))
    )
    for category, hour, day in session.exec(wanted):
        found[category or ""] = Spent(int(hour), int(day))
    return found


def _key(name: str) -> int:
    """A lock's number, the same in every process."""
    return int.from_bytes(hashlib.sha256(f"answerable:{name}".encode()).digest()[:8], "big", signed=True)
