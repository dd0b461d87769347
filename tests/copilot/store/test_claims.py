"""Claims: work goes to one holder at a time, earliest first, and comes back when the holder dies."""

import threading
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from itertools import chain

import pytest
from sqlalchemy import text, update

from copilot.store import outbox, tickets
from copilot.store.session import Database
from copilot.store.tables import OutboxItem, Ticket
from tests.copilot.store import rows
from tests.copilot.store.rows import LEASE, NOON


def waiting(db: Database, count: int) -> list[int]:
    """Ids of that many tickets waiting for the pipeline."""
    with db.write() as session:
        owner = rows.customer(session)
        return [rows.ticket(session, f"t{number}", owner).id or 0 for number in range(count)]


def take(db: Database, worker: str, limit: int = 10, after: timedelta = timedelta(0)) -> list[int]:
    """The ids that a worker gets when it asks this long after noon."""
    with db.write() as session:
        return [row.id or 0 for row in tickets.claim_for_processing(session, worker, NOON + after, LEASE, limit)]


def together(count: int, work: Callable[[int], list[int]]) -> list[list[int]]:
    """What each of several threads got that began at the same moment."""
    gate = threading.Barrier(count)

    def run(number: int) -> list[int]:
        gate.wait(30)
        return work(number)

    with ThreadPoolExecutor(count) as pool:
        return list(pool.map(run, range(count)))


def test_what_is_claimed_is_not_given_out_again(db: Database) -> None:
    """A second worker gets the rest, then nothing."""
    ids = waiting(db, 5)
    assert take(db, "a", limit=3) == ids[:3]
    assert take(db, "b") == ids[3:]
    assert take(db, "b") == []


def test_the_holder_and_the_end_of_the_lease_are_stored(db: Database) -> None:
    """A claimed row names its worker and the instant at which the claim ends."""
    (ticket_id,) = waiting(db, 1)
    take(db, "a")
    with db.read() as session:
        ticket = tickets.find(session, ticket_id)
        assert (ticket.claimed_by, ticket.claimed_until) == ("a", NOON + LEASE)


@pytest.mark.parametrize(("after", "expected"), [(LEASE - timedelta(seconds=1), 0), (LEASE, 2)])
def test_a_claim_ends_with_its_lease(db: Database, after: timedelta, expected: int) -> None:
    """Until the lease ends nobody else gets the rows; from then on anybody does."""
    waiting(db, 2)
    take(db, "a")
    assert len(take(db, "b", after=after)) == expected


def test_the_earliest_due_are_taken_first(db: Database) -> None:
    """With less room than work, rows are taken by the instant at which they became due."""
    with db.write() as session:
        owner = rows.customer(session)
        late = rows.ticket(session, "late", owner, work_after=NOON - timedelta(minutes=1)).id
        early = rows.ticket(session, "early", owner, work_after=NOON - timedelta(minutes=2)).id
    assert take(db, "a", limit=1) == [early]
    assert take(db, "a", limit=1) == [late]


@pytest.mark.parametrize(
    "values", [{"work_state": "idle"}, {"work_state": "failed"}, {"work_after": NOON + timedelta(seconds=1)}]
)
def test_only_what_is_ready_and_due_is_taken(db: Database, values: Mapping[str, object]) -> None:
    """Tickets that need nothing, have failed for good or pause before another try stay where they are."""
    waiting(db, 1)
    with db.write() as session:
        session.execute(update(Ticket).values(**values))
    assert take(db, "a") == []


def test_threads_never_get_the_same_row(db: Database) -> None:
    """Eight workers that claim at the same time share the work without overlap and without rest."""
    ids = waiting(db, 60)

    def until_empty(number: int) -> list[int]:
        mine: list[int] = []
        while taken := take(db, f"w{number}", limit=3):
            assert len(taken) <= 3
            mine += taken
        return mine

    shares = together(8, until_empty)
    assert sorted(chain.from_iterable(shares)) == ids


def test_rows_that_others_are_taking_are_skipped_not_awaited(db: Database) -> None:
    """On PostgreSQL a worker passes over rows in another's open transaction and takes the next ones."""
    if db.is_sqlite:
        pytest.skip("SQLite has one writer: the second waits for the first")
    ids = waiting(db, 4)
    with db.write() as session:
        first = tickets.claim_for_processing(session, "a", NOON, LEASE, 2)
        with ThreadPoolExecutor(1) as pool:
            assert pool.submit(take, db, "b").result(timeout=20) == ids[2:]
    assert [row.id for row in first] == ids[:2]


def test_no_plan_takes_more_than_was_asked_for(db: Database) -> None:
    """Even when PostgreSQL joins row by row, a claim stays within its limit."""
    if db.is_sqlite:
        pytest.skip("SQLite has no such plan")
    ids = waiting(db, 50)
    with db.write() as session:
        session.execute(text("ANALYZE ticket"))
        for plan in ("hashagg", "hashjoin", "mergejoin", "sort", "material", "memoize"):
            session.execute(text(f"SET LOCAL enable_{plan} = off"))
        taken = tickets.claim_for_processing(session, "a", NOON, LEASE, 3)
    assert [ticket.id for ticket in taken] == ids[:3]


def test_a_claim_that_is_rolled_back_was_never_made(db: Database) -> None:
    """When the transaction fails, the rows are free at once."""
    ids = waiting(db, 2)
    with db.write() as session:
        tickets.claim_for_processing(session, "a", NOON, LEASE, 2)
        session.rollback()
    assert take(db, "b") == ids


def replies(db: Database, count: int, **values: object) -> list[int]:
    """Ids of that many replies waiting to be sent."""
    with db.write() as session:
        ticket_id = rows.ticket(session, "t", rows.customer(session)).id or 0
        return [rows.reply(session, ticket_id, f"r{number}", **values).id or 0 for number in range(count)]


def due(db: Database, worker: str, *, auto_allowed: bool = True) -> list[int]:
    """The ids of the replies that a worker gets at noon."""
    with db.write() as session:
        found = outbox.claim_due(session, worker, NOON, LEASE, 10, auto_allowed=auto_allowed)
        return [item.id or 0 for item in found]


def test_replies_go_to_one_sender(db: Database) -> None:
    """Four senders at the same time: each reply is claimed once and still waits until it is about to leave."""
    ids = replies(db, 8)
    shares = together(4, lambda number: due(db, f"s{number}"))
    assert sorted(chain.from_iterable(shares)) == ids
    with db.read() as session:
        assert outbox.counts_by_state(session) == {"waiting": 8}


def test_the_kill_switch_lets_only_people_s_replies_pass(db: Database) -> None:
    """Automatic replies are not claimed while automatic sending is stopped."""
    (automatic,) = replies(db, 1)
    with db.write() as session:
        written = rows.reply(session, 1, "by hand", by="person").id
    assert due(db, "a", auto_allowed=False) == [written]
    assert due(db, "a") == [automatic]


@pytest.mark.parametrize(
    ("values", "worker", "after", "expected"),
    [
        ({}, "a", timedelta(0), True),
        ({}, "b", timedelta(0), False),
        ({}, "a", LEASE, False),
        ({"state": "cancelled"}, "a", timedelta(0), False),
        ({"state": "sending"}, "a", timedelta(0), False),
    ],
)
def test_only_the_holder_may_send_what_still_waits(
    db: Database, values: Mapping[str, object], worker: str, after: timedelta, expected: bool
) -> None:
    """A reply is held by its claimer alone, until the lease ends, it is taken back, or it is being sent."""
    (item_id,) = replies(db, 1)
    due(db, "a")
    with db.write() as session:
        if values:
            session.execute(update(OutboxItem).values(**values))
        found = outbox.held(session, item_id, worker, NOON + after)
        assert (found is not None) is expected


def test_replies_of_a_dead_sender_are_found(db: Database) -> None:
    """A reply being sent is abandoned once its lease has ended; one that only waits is not."""
    sent, _ = replies(db, 2)
    due(db, "a")
    with db.write() as session:
        outbox.find(session, sent).state = "sending"
    with db.write() as session:
        assert outbox.abandoned(session, NOON + LEASE - timedelta(seconds=1)) == []
        assert [item.id for item in outbox.abandoned(session, NOON + LEASE)] == [sent]


def test_waiting_replies_can_be_taken_back(db: Database) -> None:
    """Cancelling reaches what waits, claimed or not, of one ticket or of all, and automatic ones alone if wanted."""
    with db.write() as session:
        owner = rows.customer(session)
        first, second = (rows.ticket(session, name, owner).id or 0 for name in ("t1", "t2"))
        automatic = rows.reply(session, first, "auto").id or 0
        by_hand = rows.reply(session, first, "hand", by="person").id or 0
        other = rows.reply(session, second, "other").id or 0
        leaving = rows.reply(session, second, "leaving", state="sending").id or 0
    due(db, "a")
    with db.write() as session:
        assert outbox.tickets_with_waiting_auto(session) == [first, second]
        assert outbox.cancel_waiting(session, "first", ticket_id=first, only_auto=True) == [first]
        assert outbox.cancel_waiting(session, "rest") == [first, second]
        assert outbox.cancel_waiting(session, "again") == []
        assert outbox.outstanding(session, first) is None
    with db.read() as session:
        states = {
            item.id: (item.state, item.last_error) for t in (first, second) for item in outbox.of_ticket(session, t)
        }
    assert states == {
        automatic: ("cancelled", "first"),
        by_hand: ("cancelled", "rest"),
        other: ("cancelled", "rest"),
        leaving: ("sending", None),
    }
