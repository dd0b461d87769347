"""The ranked queue: which ticket an agent should take next, and why it stands there.

A long queue takes a while to rank, so its order is kept for as many seconds as it has ten thousands of tickets, at most
ten; meanwhile what has left the queue is left out, which the journal tells. A short queue is ranked anew each time.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, NamedTuple
from weakref import WeakKeyDictionary

from copilot.store import accounts, journal, tickets
from copilot.store.session import Session
from copilot.store.tables import Ticket
from copilot.store.tickets import QueueEntry
from sla.load import Load, forecast
from sla.ranking import RESERVE, QueueItem, Ranked, rank_with_reasons
from sla.timers import read_instant

# How much a kept promise counts by priority; the ranking gives up light promises first when not all can be kept.
# Steeper weights keep more of the urgent and fewer in all (docs/benchmarks.md).
WEIGHTS = {"low": 1.0, "normal": 1.5, "high": 2.0, "urgent": 3.0}
# until handling times are measured, every ticket is expected to take this long
EXPECTED_HANDLING = timedelta(minutes=6)

SHORT = 1_000  # tickets; ranking so few takes milliseconds
LONGEST_KEPT = timedelta(seconds=10)
MOST_CHANGES = 500
MOST_RECENT = 2_000


class QueuePlace(NamedTuple):
    """A ticket's place: `rank` counts from 1, with gaps where tickets have left since the queue was ranked."""

    rank: int
    entry: QueueEntry
    row: Ranked

    @property
    def why(self) -> str:
        """Why it stands there."""
        return self.row.why


@dataclass(frozen=True, slots=True)
class _Order:
    """The queue as it was ranked at `at`, when `newest` was the journal's last entry."""

    places: list[QueuePlace]
    at: datetime
    newest: int
    reserve: float


_orders: WeakKeyDictionary[Any, _Order] = WeakKeyDictionary()  # by engine


def ranked(session: Session, now: datetime, reserve: float = RESERVE) -> list[QueuePlace]:
    """Every ticket that waits for an agent, in the order in which to take them; `reserve` as in `sla.ranking.rank`."""
    database = session.get_bind()
    order = _orders.get(database)
    if order is not None and order.reserve == reserve and _fresh(order, now):
        changes = journal.after(session, order.newest, MOST_CHANGES)
        if len(changes) < MOST_CHANGES:
            return _without_gone(session, order.places, {entry.ticket_id for entry in changes if entry.ticket_id})
    newest = journal.newest_id(session)
    places = _rank(session, now, reserve)
    if len(places) > SHORT:
        _orders[database] = _Order(places, now, newest, reserve)
    else:
        _orders.pop(database, None)
    return places


def load(session: Session, now: datetime, window: timedelta = timedelta(hours=24)) -> Load:
    """What the coming hours hold when they are like the `window` before `now`; of its tickets at most the newest
    `MOST_RECENT` are looked at, and the window shortened to them.
    """
    rows = tickets.recent(session, MOST_RECENT)
    if len(rows) == MOST_RECENT:
        window = min(window, max(now - min(row.received_at for row in rows), timedelta(minutes=1)))
    recent = [
        QueueItem(row.id or 0, row.received_at, _first_due(row), WEIGHTS[row.priority], EXPECTED_HANDLING)
        for row in rows
    ]
    waiting = [_item(entry) for entry in tickets.queue_entries(session)]
    return forecast(recent, waiting, now, _agents(session), window)


def _fresh(order: _Order, now: datetime) -> bool:
    age = now - order.at
    return timedelta(0) <= age < min(LONGEST_KEPT, timedelta(seconds=len(order.places) / 10_000))


def _without_gone(session: Session, places: list[QueuePlace], changed: set[int]) -> list[QueuePlace]:
    """The places without tickets that have left the queue."""
    rows = tickets.by_ids(session, sorted(changed)) if changed else {}
    gone = {id for id, row in rows.items() if row.status not in tickets.QUEUED or row.reply_pending}
    return [place for place in places if place.entry.id not in gone] if gone else places


def _rank(session: Session, now: datetime, reserve: float) -> list[QueuePlace]:
    entries: dict[str | int, QueueEntry] = {entry.id: entry for entry in tickets.queue_entries(session)}
    items = [_item(entry) for entry in entries.values()]
    rows = rank_with_reasons(items, now, _agents(session), reserve)
    return [QueuePlace(place, entries[row.item.id], row) for place, row in enumerate(rows, start=1)]


def _item(entry: QueueEntry) -> QueueItem:
    return QueueItem(entry.id, entry.received_at, entry.next_goal_at, WEIGHTS[entry.priority], EXPECTED_HANDLING)


def _agents(session: Session) -> int:
    return max(1, sum(user.active and user.role == "agent" for user in accounts.users(session)))


def _first_due(ticket: Ticket) -> datetime | None:
    """When the first of its timers fell or falls due, answered or not."""
    dues: Sequence[Any] = [timer.get("due_at") for timer in ticket.timers]
    return min((read_instant(due, "due_at") for due in dues if due), default=None)
