"""Claims work that is a state of its own row: tickets to process, replies and notifications to deliver.

One conditional update takes the rows and marks the holder; PostgreSQL skips rows that others are taking
(`FOR UPDATE SKIP LOCKED`), SQLite has one writer anyway. A claim ends by itself when its lease runs out.
"""

from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, or_, select, update
from sqlmodel import Session, col

from copilot.store.tables import KnowledgeSource, Notification, OutboxItem, Ticket

Workable = type[Ticket] | type[OutboxItem] | type[Notification] | type[KnowledgeSource]


def claim(
    session: Session,
    table: Workable,
    ready: ColumnElement[bool],
    *,
    worker: str,
    now: datetime,
    lease: timedelta,
    limit: int,
) -> list[int]:
    """Take up to `limit` ready rows that nobody holds, earliest first; returns their ids in order.

    The holder must check `claimed_by` again when it records.
    """
    free = or_(col(table.claimed_until).is_(None), col(table.claimed_until) <= now)
    chosen = (
        select(col(table.id))
        .where(ready, col(table.work_after) <= now, free)
        .order_by(col(table.work_after), col(table.id))
        .limit(limit)
        .with_for_update(skip_locked=True)
        .cte("chosen")  # evaluated once; as a subquery some plans repeat it row by row and take more than `limit`
    )
    taken = session.execute(
        update(table)
        .where(col(table.id).in_(select(chosen.c.id)))
        .values(claimed_by=worker, claimed_until=now + lease)
        .returning(col(table.id))
        .execution_options(synchronize_session=False)
    )
    return sorted(taken.scalars())
