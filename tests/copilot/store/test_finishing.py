"""The records that handling times are measured from, on both databases."""

from datetime import timedelta

import pytest
from sqlalchemy import event

from copilot.store import finishing, journal
from copilot.store.finishing import Finishing
from copilot.store.session import Database
from tests.copilot.store import rows
from tests.copilot.store.rows import NOON

ENTRIES = [
    ("approved", {"by": "Kim", "draft_id": 1}),
    ("rejected", {"by": "Kim"}),
    ("reply_written", {"by": "Robin"}),
    ("status_changed", {"by": "Kim", "before": "open", "after": "solved"}),
    ("status_changed", {"by": "Kim", "before": "solved", "after": "closed"}),
    ("status_changed", {"by": "Kim", "before": "new", "after": "open"}),
    ("status_changed", {"by": "delivery", "before": "open", "after": "pending"}),
    ("approved", {"by": "key:bridge"}),
    ("approved", {}),
    ("drafted", {"by": "Kim"}),
    ("delivered", {"by": "person"}),
]


WROTE = {3: NOON + timedelta(minutes=3), 4: NOON + timedelta(minutes=3)}


@pytest.fixture
def filled(db: Database) -> Database:
    """A ticket on which everything has happened, a minute apart."""
    with db.write() as session:
        ticket = rows.ticket(session, "t", rows.customer(session), category="refund")
        for minute, direction in ((0, "inbound"), (2, "outbound"), (3, "inbound")):
            rows.message(
                session, ticket.id or 0, f"m-{minute}", direction=direction, at=NOON + timedelta(minutes=minute)
            )
        for minute, (kind, data) in enumerate(ENTRIES):
            journal.record(session, NOON + timedelta(minutes=minute), kind, ticket.id, **data)
        journal.record(session, NOON, "settings_changed", None, by="Kim")
    return db


def test_people_finishing_work_are_found(filled: Database) -> None:
    """Verdicts, own replies and endings by people, newest first, with aware instants and the ticket's category."""
    with filled.read() as session:
        found = finishing.newest(session)
    agents = ["Kim", "Kim", "Robin", "Kim", "Kim"]
    expected = [
        Finishing(agent, 1, "refund", NOON + timedelta(minutes=at), WROTE.get(at, NOON))
        for at, agent in enumerate(agents)
    ]
    assert found == expected[::-1]
    assert found[0].at.utcoffset() == timedelta(0)


def test_an_empty_journal_holds_nothing(db: Database) -> None:
    """No entry, no record."""
    with db.read() as session:
        assert finishing.newest(session) == []


def test_reading_is_bounded_by_the_journal_s_key(filled: Database) -> None:
    """At most so many records, none from further back than the span, with one query."""
    asked: list[str] = []
    event.listen(filled.reader, "before_cursor_execute", lambda *given: asked.append(given[2]))
    with filled.read() as session:
        assert [row.at.minute for row in finishing.newest(session, most=2)] == [4, 3]
        assert [row.at.minute for row in finishing.newest(session, span=8)] == [4]
    assert len([words for words in asked if words.startswith("SELECT")]) == 2
