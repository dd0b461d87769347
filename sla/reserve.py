"""How much of the agents' time is kept for overdue tickets, and when it is their turn.

While little is overdue, clearing it is cheap and the reserve is large; in lasting overload it falls to the share that
the admin sets, for then whoever serves a lost ticket loses another about as long. A ticket that has waited for weeks
raises the share again. And where those that can be kept leave plenty of time, the overdue need no turn at all. It knows
no ticket: only seconds, shares and turns.

Nothing starves, whatever comes in and whenever the agents come by. `share_of_time` grows with the lateness of the
longest overdue, to all the time once that is 1 / reserve weeks: from then on it is first at every pick. As no ticket is
due before it was received, none that comes later can be overdue longer; so with k tickets overdue longer, one is taken
at the latest with the (k + 1)th pick after that age. `is_reserved` says how much sooner a steady rhythm finds its turn.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import inf

LARGEST = 0.1  # of the agents' time, while little is overdue
CLEARED = 1200.0  # seconds: the reserve is this part of the overdue work that each agent has before them
WEEK = 7 * 86400.0
SPARE = 0.5  # the part of the agents' time that tickets in time may fill when overdue ones go before them
MARGIN = 4.0  # there must be time for so many overdue tickets to let one go first
MOST_RATIO = 20.0  # an overdue ticket counts at most as so many others

_GOLDEN = (5**0.5 - 1) / 2


def share_of_time(overdue_work: float, longest_late: float, agents: int, reserve: float) -> float:
    """The share of the agents' time for overdue tickets that ask for `overdue_work` seconds, one of them late by
    `longest_late` seconds.

    Between `LARGEST` and `reserve` it is `CLEARED` over the overdue work of an agent; and at least `reserve` for every
    week of lateness.
    """
    clearing = min(LARGEST, CLEARED * agents / overdue_work) if overdue_work > 0 else LARGEST
    return min(1.0, max(clearing, reserve * max(1.0, longest_late / WEEK)))


def share_of_places(share: float, overdue: float, usual: float) -> float:
    """The share of places that takes up this `share` of time, when an overdue ticket takes `overdue` seconds and the
    others `usual` ones. It is no less than share / `MOST_RATIO`, and 1 when `share` is.
    """
    return share / (share + (1 - share) * min(MOST_RATIO, overdue / usual))


def is_reserved(turn: int, places: float) -> bool:
    """Whether this turn (a minute since 1970, or so many places further down) belongs to an overdue ticket.

    Multiples of the golden section g spread the turns evenly: of any 3 / places consecutive turns at least one is
    reserved. Who comes every m whole minutes finds one in any 5.3 m / places visits: by the three-gap theorem q visits
    leave no gap of 2 / q when q is the denominator of a convergent of m g; as n ||n g|| >= 0.38 for every n (||x|| is
    the distance to the next whole number), each such q is less than m / 0.38 times the one before, so the first that
    reaches 2 / places is below 5.3 m / places. Other rhythms may miss their turns; they have the bound by age.
    """
    return turn * _GOLDEN % 1 < places


def time_to_spare(begin: Sequence[float], handling: Sequence[float], agents: int) -> float:
    """The work in seconds that can go before tickets that must be begun in `begin` seconds and take `handling`, in that
    order, so that they fill no more than `SPARE` of the agents' time until then; without end when there are none.
    """
    least, work = inf, 0.0
    for time, needed in zip(begin, handling, strict=True):
        least = min(least, SPARE * agents * time - work)
        work += needed
    return least


@dataclass(frozen=True, slots=True)
class Turns:
    """When the next overdue ticket goes before the others: `spare` is the work in seconds that they leave time for,
    `share` the share of time kept for the overdue, and `usual` the mean handling of the others in seconds.
    """

    spare: float
    share: float
    usual: float

    def fits(self, overdue: float, taken: float = 0.0) -> bool:
        """Whether there is plenty of time for one of `overdue` seconds, after others that have `taken` so many."""
        return self.spare - taken >= MARGIN * overdue

    def places(self, overdue: float) -> float:
        """The share of places for overdue tickets of `overdue` seconds."""
        return share_of_places(self.share, overdue, self.usual)
