"""How much work comes in beside what the agents can do, what will be missed, and how many agents would save it.

The next hours are taken to be like the last ones: the recent tickets come again, just as far apart and with the same
targets. Of these and of what waits already, Moore and Hodgson's rule leaves out the fewest that must miss their due
time, with the agents taken as one who works as fast as all of them; so what is told is the least to expect, not a guess
at the most. It knows no calendar: instants and agents are those of working time, and the caller says what is recent.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import count

from sla.ranking import QueueItem, select

HORIZON = timedelta(hours=24)
_MOST_AGENTS = 100_000
_MOST_TICKETS = 100_000  # beyond this a forecast would take seconds and say nothing new


@dataclass(frozen=True, slots=True)
class Load:
    """A forecast for the next `horizon` with `agents` people.

    `utilisation` is the work that comes in over the work that they can do. `will_miss` counts tickets, waiting or to
    come, that will miss a due time which is still ahead; `already_late` those that wait and have missed theirs.
    `agents_needed` is the least number of people with whom none of `will_miss` need be missed, None when there is none
    because a ticket is due before anyone could handle it; those are counted as `beyond_help`.
    """

    utilisation: float
    arrivals_per_hour: float
    agents: int
    horizon: timedelta
    will_miss: int
    beyond_help: int
    already_late: int
    agents_needed: int

    @property
    def overloaded(self) -> bool:
        """Whether promises will be missed that more agents would keep, or more comes in than can be done."""
        return self.utilisation > 1 or self.agents_needed > self.agents

    @property
    def alarm(self) -> str | None:
        """What to tell the team, in a sentence or two; None while all is well."""
        if not self.overloaded:
            return None
        hours, more = self.horizon / timedelta(hours=1), self.agents_needed - self.agents
        told = f"Work comes in at {self.utilisation:.0%} of what {_people(self.agents)} can do. "
        if not self.will_miss:
            return told + f"Nothing need be missed in the next {hours:g} h, but the queue grows."
        return told + (
            f"In the next {hours:g} h at least {_promises(self.will_miss)} will be missed; "
            f"{_people(more)} more would save {_promises(self.will_miss - self.beyond_help)}."
        )


def forecast(
    recent: Iterable[QueueItem],
    waiting: Iterable[QueueItem],
    now: datetime,
    agents: int,
    window: timedelta,
    horizon: timedelta = HORIZON,
) -> Load:
    """The load on `agents` people, from the tickets received in the `window` before `now` (answered or not) and from
    those that wait. Tickets outside the window are passed over. ValueError names the argument.
    """
    _check(now, agents, window, horizon)
    came = [item for item in recent if now - window < item.received_at <= now]
    work = sum((item.expected_handling for item in came), timedelta(0))
    queue = [item for item in waiting if item.due_at is not None]
    due = sorted(_ahead(queue, now) + _again(came, now, window, horizon))
    fits = [row for row in due if row[1] <= row[0]]
    missed = _missed(fits, agents)
    return Load(
        utilisation=work / (window * agents),
        arrivals_per_hour=len(came) / (window / timedelta(hours=1)),
        agents=agents,
        horizon=horizon,
        will_miss=missed + len(due) - len(fits),
        beyond_help=len(due) - len(fits),
        already_late=sum(item.due_at is not None and item.due_at < now for item in queue),
        agents_needed=_agents_needed(fits, agents) if missed else agents,
    )


_Demand = tuple[float, float]  # due in, handling; seconds


def _ahead(queue: Sequence[QueueItem], now: datetime) -> list[_Demand]:
    """What waits and is not late yet."""
    return [
        ((item.due_at - now).total_seconds(), item.expected_handling.total_seconds())
        for item in queue
        if item.due_at is not None and item.due_at >= now
    ]


def _again(came: Sequence[QueueItem], now: datetime, window: timedelta, horizon: timedelta) -> list[_Demand]:
    """The recent tickets come again, window after window, as far as they fall due within the horizon."""
    found: list[_Demand] = []
    for turn in count(1):
        shift = window * turn
        if shift - window >= horizon or not came:
            return found
        for item in came:
            if item.due_at is not None and now < item.received_at + shift and item.due_at + shift <= now + horizon:
                left = (item.due_at + shift - now).total_seconds()
                found.append((left, item.expected_handling.total_seconds()))
        if len(found) > _MOST_TICKETS:
            raise ValueError(f"horizon: more than {_MOST_TICKETS} tickets would come; choose a shorter one")
    return found


def _missed(due: Sequence[_Demand], agents: int) -> int:
    """The fewest that `agents` people must miss."""
    begin, handling = [left - work / agents for left, work in due], [work for _, work in due]
    return len(due) - len(select(begin, handling, [1.0] * len(due), agents, foresight=1.0).kept)


def _agents_needed(due: Sequence[_Demand], agents: int) -> int:
    """The least number of people with whom nothing is missed: all work due by each instant can be done by then."""
    work, most = 0.0, 1.0
    for left, handling in due:
        work += handling
        most = max(most, work / left)
    return min(_MOST_AGENTS, max(agents, -int(-most // 1)))


def _check(now: datetime, agents: int, window: timedelta, horizon: timedelta) -> None:
    if now.utcoffset() is None:
        raise ValueError("now: expected a datetime with a time zone")
    if agents < 1:
        raise ValueError("agents: must be at least one")
    for name, span in (("window", window), ("horizon", horizon)):
        if span <= timedelta(0):
            raise ValueError(f"{name}: must be more than zero")


def _people(number: int) -> str:
    return f"{number} agent" if number == 1 else f"{number} agents"


def _promises(number: int) -> str:
    return f"{number} promise" if number == 1 else f"{number} promises"
