"""How long an agent works on a ticket of a category, estimated from when the team's own tickets were finished.

Nobody presses a stopwatch: an agent who finishes one ticket and then another has worked on the second in between, or
paused, or waited for it. So each gap between an agent's finishing actions on two different tickets counts for the later
one's category, from when that ticket began to wait if this was after the earlier action; unless it is longer than
`BREAK` or so short that one action finished both. Of several actions in a row on one ticket (a draft rejected, a reply
written, the ticket solved) the last one finished it, unless a break lies between them. What takes longer than a break
is therefore not seen, and a short pause is taken for work; for the order of a queue the ratio of categories is what
matters. It knows no clock, no calendar and no ticket beyond a `Finished`.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import pairwise, zip_longest
from math import fsum

UNMEASURED = timedelta(minutes=6)  # an agent's working time on a ticket, until there is something to go by
BREAK = timedelta(minutes=30)
AT_ONCE = timedelta(seconds=5)
PRIOR = 20  # observations that the more general mean counts as
TAIL = 0.05  # of the observations on either side that are drawn in to the next one


@dataclass(frozen=True, slots=True)
class Finished:
    """An action that finished an agent's work on a ticket, such as a sent reply; `since` is when the ticket began to
    wait for it, None when that is not known. Instants are aware, of any zone. ValueError names the field.
    """

    agent: str | int
    ticket: str | int
    category: str | None
    at: datetime
    since: datetime | None = None

    def __post_init__(self) -> None:
        for field_name, instant in (("at", self.at), ("since", self.since)):
            if instant is not None and instant.utcoffset() is None:
                raise ValueError(f"{field_name}: expected a datetime with a time zone")


@dataclass(frozen=True, slots=True)
class HandlingTimes:
    """What was measured: `team` is the mean of all, `by_category` that of each category seen, `counts` the observations
    behind the latter. Every time lies from `AT_ONCE` to `BREAK`.
    """

    team: timedelta = UNMEASURED
    observations: int = 0
    by_category: Mapping[str, timedelta] = field(default_factory=dict)
    counts: Mapping[str, int] = field(default_factory=dict)

    @property
    def measured(self) -> bool:
        """Whether the team's own history weighs at least as much as the assumption of `UNMEASURED`."""
        return self.observations >= PRIOR

    def of(self, category: str | None) -> timedelta:
        """The expected working time on a ticket of this category; the team's mean for one never seen, and for none."""
        return self.team if category is None else self.by_category.get(category, self.team)


def handling_times(finished: Iterable[Finished]) -> HandlingTimes:
    """The team's handling times, whatever the order of `finished`. O(n log n).

    Within each category the `TAIL` of the n smallest and of the n largest gaps (rounded down) is drawn in to the next
    one (winsorised). Then, with sums s in seconds over n gaps, team = (s + PRIOR x UNMEASURED) / (n + PRIOR) over all,
    and for a category (s + PRIOR x team) / (n + PRIOR): few observations say little, many speak for themselves.
    """
    gaps = {category: _winsorised(found) for category, found in _gaps(finished).items()}
    everything = [gap for found in gaps.values() for gap in found]
    team = _shrunk(everything, UNMEASURED.total_seconds())
    named = {category: found for category, found in gaps.items() if category is not None}
    return HandlingTimes(
        team=timedelta(seconds=team),
        observations=len(everything),
        by_category={category: timedelta(seconds=_shrunk(found, team)) for category, found in named.items()},
        counts={category: len(found) for category, found in named.items()},
    )


def _gaps(finished: Iterable[Finished]) -> dict[str | None, list[float]]:
    """By category the seconds between an agent's finishing a ticket and finishing another one."""
    by_agent: dict[str | int, list[Finished]] = defaultdict(list)
    for action in finished:
        by_agent[action.agent].append(action)
    found: dict[str | None, list[float]] = defaultdict(list)
    for actions in by_agent.values():
        actions.sort(key=_order)
        for before, after in pairwise(_last_of_each_run(actions)):
            begun = before.at if after.since is None else max(before.at, after.since)
            if before.ticket != after.ticket and AT_ONCE <= after.at - begun <= BREAK:
                found[after.category].append((after.at - begun).total_seconds())
    return found


def _order(action: Finished) -> tuple[datetime, str, str, bool, datetime]:
    """By time; the rest makes it total."""
    known = action.since is not None
    return action.at, str(action.ticket), action.category or "", known, action.since or action.at


def _last_of_each_run(actions: list[Finished]) -> list[Finished]:
    """An agent's actions in order of time without those that the same ticket's next action follows within a break."""
    followed = (before.ticket == after.ticket and after.at - before.at <= BREAK for before, after in pairwise(actions))
    return [action for action, goes_on in zip_longest(actions, followed) if not goes_on]


def _winsorised(gaps: list[float]) -> list[float]:
    """The gaps with the outermost drawn in, smallest first."""
    ordered, cut = sorted(gaps), int(len(gaps) * TAIL)
    least, most = ordered[cut], ordered[-1 - cut]
    return [min(most, max(least, gap)) for gap in ordered]


def _shrunk(gaps: list[float], towards: float) -> float:
    """The mean, with `PRIOR` further observations of `towards`."""
    return (fsum(gaps) + PRIOR * towards) / (len(gaps) + PRIOR)
