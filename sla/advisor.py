"""Which promises a team could keep: targets taken from its own history, and what a proposed one would have kept.

A target is what a share of past timers kept, counted in the open hours and with the pauses of the policy they were
replayed under; for other hours or pauses, replay the history under those first. It knows no reason why the future
should be like the past, so it says how sure the numbers are and warns when they are few.
"""

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta

from sla.policies import Metric, Priority, Target
from sla.statistics import quantile_ranks, wilson
from sla.timers import State, Timer

SHARES = (0.90, 0.95)
FEW = 50  # fewer timers than this say little about one in twenty

Key = tuple[Metric, Priority]
Targets = Mapping[Metric, Mapping[Priority, Target]]

_STEPS = (
    (timedelta(hours=1), timedelta(minutes=5)),
    (timedelta(hours=4), timedelta(minutes=15)),
    (timedelta(hours=24), timedelta(minutes=30)),
)
_MOST = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class History:
    """The counted times of one metric and priority, sorted: of timers that ended, and so far of those still open."""

    ended: tuple[timedelta, ...]
    open: tuple[timedelta, ...]

    def kept(self, target: timedelta) -> tuple[int, int]:
        """How many would have kept it, of how many that ended or ran past it; an open timer within it says nothing."""
        past = len(self.open) - bisect_right(self.open, target)
        return bisect_right(self.ended, target), len(self.ended) + past

    def within(self, share: float) -> timedelta | None:
        """The shortest time seen that this share of the timers kept; None when not even the longest."""
        index = bisect_left(self.ended, True, key=lambda time: self._keeps(time, share))
        return self.ended[index] if index < len(self.ended) else None

    def _keeps(self, target: timedelta, share: float) -> bool:
        """Whether that share kept the target; once it holds it does for every longer one."""
        kept, of = self.kept(target)
        return kept >= share * of


@dataclass(frozen=True, slots=True)
class Advice:
    """A target that `share` of the timers of this kind kept, rounded up to a time that can be promised.

    `low` and `high` enclose, with 95 % confidence, the time that this share of all such timers would keep; `high` is
    the cautious promise, and None when there are too few timers to give one. `target` is None when too many are still
    open to keep any. `caution` says in words what to doubt.
    """

    metric: Metric
    priority: Priority
    share: float
    timers: int
    target: timedelta | None
    low: timedelta | None
    high: timedelta | None
    caution: str


@dataclass(frozen=True, slots=True)
class Outlook:
    """What a proposed target would have kept: `kept` of `timers`, with the 95 % interval of that share."""

    metric: Metric
    priority: Priority
    target: timedelta
    kept: int
    timers: int
    interval: tuple[float, float]
    caution: str

    @property
    def share(self) -> float | None:
        """Kept, from 0 to 1; None without a history."""
        return self.kept / self.timers if self.timers else None


def histories(timers: Iterable[tuple[Timer, Priority]]) -> dict[Key, History]:
    """The history of each metric and priority, in the order of both; cancelled timers have none."""
    ended: defaultdict[Key, list[timedelta]] = defaultdict(list)
    still: defaultdict[Key, list[timedelta]] = defaultdict(list)
    for timer, priority in timers:
        if timer.state is not State.CANCELLED:
            (still if timer.is_open else ended)[timer.metric, priority].append(timer.elapsed)
    keys = ((metric, priority) for metric in Metric for priority in reversed(Priority))
    return {
        key: History(tuple(sorted(ended[key])), tuple(sorted(still[key])))
        for key in keys
        if key in ended or key in still
    }


def advise(history: Mapping[Key, History], shares: Iterable[float] = SHARES) -> list[Advice]:
    """For every metric and priority with a history, the target that each share would have kept.

    ValueError names `shares` unless each is above 0 and below 1.
    """
    wanted = tuple(shares)
    for share in wanted:
        if not 0 < share < 1:
            raise ValueError(f"shares: {share!r} is not above 0 and below 1")
    return [_advice(key, seen, share) for key, seen in history.items() for share in wanted]


def would_have_kept(history: Mapping[Key, History], proposed: Targets) -> list[Outlook]:
    """What the promises of a proposed policy (its `targets`) would have kept, in the policy's order."""
    return [
        _outlook((metric, priority), target.promise, history.get((metric, priority), History((), ())))
        for metric, by_priority in proposed.items()
        for priority, target in by_priority.items()
    ]


def _advice(key: Key, seen: History, share: float) -> Advice:
    reached = seen.within(share)
    if reached is None:
        return Advice(*key, share, len(seen.ended) + len(seen.open), None, None, None, _NONE_KEPT)
    target, (_, timers) = rounded_up(reached), seen.kept(reached)
    low_rank, high_rank = quantile_ranks(share, timers)
    low = _ranked(seen, low_rank)
    high = None if high_rank is None else _ranked(seen, high_rank)
    return Advice(*key, share, timers, target, low, None if high is None else rounded_up(high), _caution(timers, high))


def _ranked(seen: History, rank: int) -> timedelta | None:
    """The time at a rank; None among those that are still open, whose time nobody knows yet."""
    return seen.ended[rank - 1] if rank <= len(seen.ended) else None


def _outlook(key: Key, target: timedelta, seen: History) -> Outlook:
    kept, of = seen.kept(target)
    return Outlook(*key, target, kept, of, wilson(kept, of), _caution(of, target))


_NONE_KEPT = "too many timers are still open for any target"


def _caution(timers: int, high: timedelta | None) -> str:
    if not timers:
        return "there is no history"
    if high is None:
        return f"too few timers ({timers}) to promise this with confidence"
    return f"few timers ({timers}): take it as a hint" if timers < FEW else ""


def rounded_up(time: timedelta) -> timedelta:
    """To 5 minutes within an hour, 15 within four, 30 within a day, and the hour beyond; never to nothing."""
    step = next((step for within, step in _STEPS if time <= within), _MOST)
    return max(-(-time // step), 1) * step
