"""The ranked queue: which ticket an agent should take next, and why it stands there."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from copilot.store import accounts, tickets
from copilot.store.session import Session
from copilot.store.tickets import QueueEntry
from sla.ranking import QueueItem, rank_with_reasons

# how much a kept promise counts by priority; the ranking gives up light promises first when not all can be kept
WEIGHTS = {"low": 1.0, "normal": 2.0, "high": 4.0, "urgent": 8.0}
# until handling times are measured, every ticket is expected to take this long
EXPECTED_HANDLING = timedelta(minutes=6)


@dataclass(frozen=True, slots=True)
class QueuePlace:
    """A ticket's place: `rank` counts from 1."""

    rank: int
    entry: QueueEntry
    why: str


def ranked(session: Session, now: datetime) -> list[QueuePlace]:
    """Every ticket that waits for an agent, in the order in which to take them."""
    entries: dict[str | int, QueueEntry] = {entry.id: entry for entry in tickets.queue_entries(session)}
    agents = max(1, sum(user.active and user.role == "agent" for user in accounts.users(session)))
    items = [
        QueueItem(entry.id, entry.received_at, entry.next_goal_at, WEIGHTS[entry.priority], EXPECTED_HANDLING)
        for entry in entries.values()
    ]
    order = rank_with_reasons(items, now, agents)
    return [QueuePlace(place, entries[row.item.id], row.why) for place, row in enumerate(order, start=1)]
