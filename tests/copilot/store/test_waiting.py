"""Queries about the queue, on both databases."""

from datetime import timedelta
from typing import Any, get_args

import pytest
from sqlalchemy import event

from copilot.store import waiting
from copilot.store.session import Database, Session
from copilot.store.waiting import Shown, Stretch
from tests.copilot.store import rows
from tests.copilot.store.rows import NOON

HOUR = timedelta(hours=1)
GOALS = {"soonest": 1, "later": 30, "late": -1, "latest": -40, "paused": None}


@pytest.fixture
def session(db: Database) -> Any:
    """A queue of five tickets, and some that do not wait for an agent."""
    with db.write() as session:
        owner = rows.customer(session)
        for number, (name, hours) in enumerate(GOALS.items()):
            goal = None if hours is None else NOON + hours * HOUR
            priority = ("low", "normal", "high", "urgent")[number % 4]
            due = {"next_due_at": goal and goal - HOUR / 2, "next_goal_at": goal, "priority": priority}
            rows.ticket(session, name, owner, category="refund", **due)
        for name, other in {"solved": {"status": "solved"}, "replying": {"reply_pending": True}}.items():
            rows.ticket(session, name, owner, next_due_at=NOON, next_goal_at=NOON, priority="urgent", **other)
    with db.read() as session:
        yield session


def names(session: Session, entries: list[waiting.QueueEntry]) -> list[str]:
    """The tickets by the names they came under."""
    return [list(GOALS)[entry.id - 1] for entry in entries]


def test_each_stretch_has_its_order(session: Session) -> None:
    """What is not late stands soonest first, what is late longest first, and the rest falls due at no time."""
    found = {stretch: names(session, waiting.first(session, stretch, NOON, 9)) for stretch in get_args(Stretch)}
    assert found == {"ahead": ["soonest", "later"], "overdue": ["latest", "late"], "paused": ["paused"]}


def test_an_entry_carries_what_ranking_needs(session: Session) -> None:
    """Instants are aware, and the category is there."""
    (entry,) = waiting.first(session, "ahead", NOON, 1)
    assert (entry.received_at, entry.next_goal_at) == (NOON, NOON + HOUR)
    assert (entry.priority, entry.category) == ("low", "refund")


@pytest.mark.parametrize(("shown", "number"), [("all", 5), ("soon", 1), ("late", 2), ("pressing", 2)])
def test_a_reader_sees_as_many_as_are_counted(session: Session, shown: Shown, number: int) -> None:
    """The count, the marks and the listing of a filter agree."""
    assert waiting.count(session, shown, NOON) == number
    stretches: tuple[Stretch, ...] = get_args(Stretch)
    assert sum(entry.shown is True for s in stretches for entry in waiting.first(session, s, NOON, 9, shown)) == number
    assert sum(len(waiting.further(session, s, NOON, None, 9, 0, shown)) for s in stretches) == number
    assert sum(waiting.further_count(session, s, NOON, None, shown) for s in stretches) == number


def test_a_stretch_goes_on_behind_an_entry(session: Session) -> None:
    """Nothing twice, nothing missed, also where goals and receipts are equal."""
    (soonest,) = waiting.first(session, "ahead", NOON, 1)
    assert names(session, waiting.further(session, "ahead", NOON, soonest, 9)) == ["later"]
    assert waiting.further_count(session, "ahead", NOON, soonest) == 1
    twin = soonest._replace(id=0)
    assert names(session, waiting.further(session, "ahead", NOON, twin, 1)) == ["soonest"]
    assert names(session, waiting.further(session, "ahead", NOON, twin, 1, 1)) == ["later"]


def test_only_tickets_that_wait_are_found_by_id(session: Session) -> None:
    """Solved ones, those being answered and unknown ones are left out."""
    assert {entry.id for entry in waiting.of_ids(session, [1, 5, 6, 7, 99])} == {1, 5}


def test_sqlite_reads_the_queue_from_its_indexes_alone(session: Session, db: Database) -> None:
    """No query of the queue looks at a row of the table, and none sorts."""
    if not db.is_sqlite:
        pytest.skip("the plan is SQLite's")
    asked: list[tuple[str, Any]] = []
    event.listen(db.reader, "before_cursor_execute", lambda _c, _cursor, sql, params, *_: asked.append((sql, params)))
    (soonest,) = waiting.first(session, "ahead", NOON, 1)
    waiting.further(session, "ahead", NOON, soonest, 9)
    waiting.further(session, "overdue", NOON, None, 9, 0, "late")
    waiting.further(session, "paused", NOON, None, 9)
    for shown in get_args(Shown):
        waiting.count(session, shown, NOON)
    connection: Any = session.connection().connection.driver_connection
    selects = [(sql, params) for sql, params in asked if sql.startswith("SELECT")]
    plans = [[row[3] for row in connection.execute(f"EXPLAIN QUERY PLAN {sql}", params)] for sql, params in selects]
    assert len(plans) == 8
    assert all("COVERING INDEX ix_ticket_goal" in plan[0] for plan in plans[:4]), plans
    assert all("COVERING INDEX ix_ticket_due" in plan[0] for plan in plans[4:]), plans
    assert all(len(plan) == 1 for plan in plans), plans
