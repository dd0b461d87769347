"""When a late answer is to be expected: from the place in the queue, with a margin that holds in a simulated queue."""

import heapq
import random
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sla.notices import expected_wait
from sla.ranking import QueueItem, rank

HANDLING = timedelta(minutes=6)
MONDAY = datetime(2026, 3, 2, 9, tzinfo=UTC)
HOUR = timedelta(hours=1)


def minutes(wait):
    """The likely and the safe wait in minutes, to a tenth."""
    return tuple(round(time / timedelta(minutes=1), 1) for time in (wait.likely, wait.safe))


@pytest.mark.parametrize(
    ("place", "agents", "load", "expected"),
    [
        (1, 1, 0, (6.0, 13.1)),
        (1, 3, 0.5, (6.0, 11.8)),
        (10, 1, 0, (60.0, 91.9)),
        (10, 3, 0, (24.0, 31.2)),
        (10, 3, 0.5, (24.0, 50.1)),
    ],
)
def test_the_wait_follows_from_the_place(place, agents, load, expected):
    """The agents work side by side on this ticket and on those before it; newcomers make only the safe time later."""
    assert minutes(expected_wait(place, agents, HANDLING, load)) == expected


@given(place=st.integers(1, 100_000), agents=st.integers(1, 1_000), load=st.floats(0, 5))
def test_laws_of_the_wait(place, agents, load):
    """A later place is never answered earlier, one more agent or a lower load never later; one handling at least."""
    wait = expected_wait(place, agents, HANDLING, load)
    assert wait.likely >= HANDLING
    assert wait.safe > HANDLING
    assert expected_wait(place + 1, agents, HANDLING, load).safe >= wait.safe
    assert expected_wait(place, agents + 1, HANDLING, load).safe <= wait.safe
    assert expected_wait(place, agents, HANDLING, load / 2).safe <= wait.safe


@pytest.mark.parametrize(
    ("field", "wrong"),
    [("place", 0), ("agents", 0), ("handling", timedelta(0)), ("load", -0.1), ("load", float("nan"))],
)
def test_nonsense_is_refused_by_name(field, wrong):
    """There is no place before the first, no queue without agents, no answer in no time, no load below none."""
    right = {"place": 1, "agents": 1, "handling": HANDLING, "load": 0.5}
    with pytest.raises(ValueError, match=f"^{field}:"):
        expected_wait(**{**right, field: wrong})


class Shop:
    """A queue at nine, agents who always take the ticket that is ranked first, and newcomers meanwhile.

    Handling times are exponential with a mean of `HANDLING`; newcomers fill the share `load` of the agents' time.
    """

    def __init__(self, seed, agents, waiting, load):
        self.chance, self.agents, self.load = random.Random(seed), agents, load
        self.queue, self.number, self.coming = [], 0, MONDAY
        for _ in range(waiting):
            self.receive(MONDAY - self.chance.random() * HOUR)
        self.pass_time()

    def receive(self, at):
        """A ticket, due within half an hour to two hours."""
        due, weight = at + self.chance.choice((0.5, 1, 1, 2)) * HOUR, self.chance.choice((1.0, 1.5, 2.0, 3.0))
        self.queue.append(QueueItem(self.number, at, due, weight, HANDLING))
        self.number += 1

    def pass_time(self):
        """When the next newcomer comes."""
        rate = self.agents * self.load / HANDLING.total_seconds()
        self.coming += timedelta(seconds=self.chance.expovariate(rate)) if rate else timedelta(days=9)

    def told(self):
        """What late customers are told at nine: instants by ticket."""
        found = {}
        for place, row in enumerate(rank(self.queue, MONDAY, self.agents), start=1):
            wait = expected_wait(place, self.agents, HANDLING, self.load)
            if MONDAY + wait.likely > row.due_at:
                found[row.id] = MONDAY + wait.safe
        return found

    def answers(self):
        """Each ticket's id with the instant of its answer, as it happens."""
        free = [MONDAY] * self.agents
        while self.queue:
            at = heapq.heappop(free)
            while self.coming <= at:
                self.receive(self.coming)
                self.pass_time()
            taken = rank(self.queue, at, self.agents)[0]
            self.queue.remove(taken)
            end = at + timedelta(seconds=self.chance.expovariate(1 / HANDLING.total_seconds()))
            heapq.heappush(free, end)
            yield taken.id, end


def kept(shop):
    """How many of those told were answered in time, and how many were told."""
    told, good = shop.told(), 0
    open_ids = set(told)
    for id, end in shop.answers():
        good += id in told and end <= told[id]
        open_ids.discard(id)
        if not open_ids:
            break
    return good, len(told)


@pytest.mark.parametrize(("agents", "waiting", "load"), [(1, 24, 0.0), (3, 60, 0.0), (3, 60, 0.4), (6, 90, 0.7)])
def test_the_new_time_is_kept_four_times_of_five(agents, waiting, load):
    """In simulated queues of different teams, with no or many newcomers, at least 80 % of those told hear in time."""
    runs = [kept(Shop(seed, agents, waiting, load)) for seed in range(6)]
    good, told = (sum(column) for column in zip(*runs, strict=True))
    assert told > 50
    assert good / told >= 0.8, f"{good} of {told}"
