"""Queries about the queue: tickets that wait for an agent, new or open and with no reply on its way.

The queue is never read as a whole. It falls into three stretches (what falls due, what is overdue, what is paused),
each in an order of its own that an index holds, so a page of it is read from where it stands; counts are taken in an
index. Both indexes hold these tickets alone. Refuses to know what is worth an agent's time first (`copilot.queue`).
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Literal, NamedTuple

from sqlalchemy import ColumnElement, Select, and_, func, select, text, true, tuple_
from sqlmodel import Session, col

from copilot.store.tables import WAITING, Ticket

SOON = timedelta(hours=1)

Stretch = Literal["ahead", "overdue", "paused"]
"""Not late by the goal, soonest first; late by the goal, longest first; nothing falls due, by receipt."""

Shown = Literal["all", "soon", "late", "pressing"]
"""What a reader wants to see: every ticket, promises due within the hour, broken promises, high and urgent ones."""

_goal, _due, _priority = col(Ticket.next_goal_at), col(Ticket.next_due_at), col(Ticket.priority)
_COLUMNS: tuple[Any, ...] = (col(Ticket.id), col(Ticket.received_at), _goal, _priority, col(Ticket.category))
_ORDER: tuple[Any, ...] = (_goal, col(Ticket.received_at), col(Ticket.id))
_TYPES = [column.type for column in _ORDER]


class QueueEntry(NamedTuple):
    """The few columns that ranking needs of a waiting ticket; `shown` is whether the reader wants to see it."""

    id: int
    received_at: datetime
    next_goal_at: datetime | None
    priority: str
    category: str | None
    shown: bool | None = True


def first(session: Session, stretch: Stretch, now: datetime, limit: int, shown: Shown = "all") -> list[QueueEntry]:
    """The first of a stretch, each marked with whether the reader wants to see it."""
    wanted = _of(stretch, now, *_COLUMNS, _test(shown, now).label("shown")).order_by(*_ORDER).limit(limit)
    return _entries(session, wanted)


def further(
    session: Session, stretch: Stretch, now: datetime, after: QueueEntry | None, limit: int, offset: int = 0,
    shown: Shown = "all",
) -> list[QueueEntry]:  # fmt: skip
    """What the reader wants to see of a stretch behind the entry `after` (None: from its beginning)."""
    wanted = _behind(_of(stretch, now, *_COLUMNS), after).where(_test(shown, now))
    return _entries(session, wanted.order_by(*_ORDER).limit(limit).offset(offset))


def further_count(
    session: Session, stretch: Stretch, now: datetime, after: QueueEntry | None, shown: Shown = "all"
) -> int:
    """How many `further` would find without a limit. O(n) in the index, as every count."""
    wanted = _behind(_of(stretch, now, func.count()), after).where(_test(shown, now))
    return int(session.execute(wanted).scalar_one())


def of_ids(session: Session, ids: Sequence[int]) -> list[QueueEntry]:
    """Those of the tickets that wait for an agent."""
    return _entries(session, select(*_COLUMNS).where(text(WAITING), col(Ticket.id).in_(ids)))


def count(session: Session, shown: Shown, now: datetime) -> int:
    """How many tickets this reader would see; late and soon ones are a stretch of the index, others a walk of it."""
    wanted = select(func.count()).select_from(Ticket).where(text(WAITING), _test(shown, now))
    return int(session.execute(wanted).scalar_one())


def _test(shown: Shown, now: datetime) -> ColumnElement[bool]:
    tests: Mapping[Shown, ColumnElement[bool]] = {
        "all": true(),
        "soon": and_(_due >= now, _due <= now + SOON),
        "late": _due < now,
        "pressing": _priority.in_(("high", "urgent")),
    }
    return tests[shown]


def _of(stretch: Stretch, now: datetime, *columns: Any) -> Select[Any]:
    bounds = {"ahead": _goal >= now, "overdue": _goal < now, "paused": _goal.is_(None)}
    return select(*columns).select_from(Ticket).where(text(WAITING), bounds[stretch])


def _behind(wanted: Select[Any], after: QueueEntry | None) -> Select[Any]:
    if after is None:
        return wanted
    return wanted.where(tuple_(*_ORDER) > tuple_(after.next_goal_at, after.received_at, after.id, types=_TYPES))


def _entries(session: Session, wanted: Select[Any]) -> list[QueueEntry]:
    return [QueueEntry(*row) for row in session.execute(wanted)]
