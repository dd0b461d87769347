"""Alerts on both databases: several workers at once fire each alert once, and a worker that dies fires none."""

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy.exc import IntegrityError

from copilot import alerting
from copilot.alerting import Alerts
from copilot.fakes import ManualTime
from copilot.promises import PromiseBook
from copilot.store import alerts, journal, notifications
from copilot.store.session import Database
from copilot.store.tables import FiredAlert, Notification
from tests.builders import POLICIES, Desk, make_services
from tests.copilot.store import rows
from tests.copilot.store.rows import LEASE, NOON

ALERTS = [{"metric": "first_response", "at": at, "actions": [{"notify": "webhook"}]} for at in (0.5, 1)]


@pytest.fixture
def desk(url: str, tmp_path: Path) -> Iterator[Desk]:
    """A help desk on each kind of database, whose first responses have alerts."""
    now = ManualTime()
    services = make_services(tmp_path / "data", now, database_url=url)
    desk = Desk(services, now).seed("categories")
    document: dict[str, Any] = {**POLICIES, "policies": [{**POLICIES["policies"][0], "alerts": ALERTS}]}  # type: ignore[dict-item,index]
    desk.configure("policies", document)
    yield desk
    services.close()


def opened(desk: Desk, count: int) -> list[int]:
    """That many tickets whose alerts fall due together."""
    return [desk.open(email=f"p{number}@example.com") for number in range(count)]


def fired(desk: Desk, ids: list[int]) -> list[list[float]]:
    """The shares at which each ticket's first response has alerted."""
    with desk.services.db.read() as session:
        return [[row.share for row in alerts.of_ticket(session, id) if row.metric == "first_response"] for id in ids]


def test_workers_that_look_at_once_fire_each_alert_once(desk: Desk) -> None:
    """Four workers that look together: every ticket alerts once, in one journal entry and one notification."""
    ids = opened(desk, 24)
    desk.now.advance(minutes=30)
    gate = threading.Barrier(4)

    def work(_number: int) -> None:
        step = Alerts(desk.services.db, desk.now, PromiseBook())
        gate.wait(30)
        while step.fire_due():
            pass

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(work, range(4)))
    assert fired(desk, ids) == [[0.5]] * 24
    for id in ids:
        assert [entry.kind for entry in desk.journal(id)].count("sla_warning") == 1
        with desk.services.db.read() as session:
            assert len(notifications.of_ticket(session, id)) == 1


def test_a_ticket_that_is_being_looked_at_is_passed_over(desk: Desk) -> None:
    """On PostgreSQL a second worker takes the next ticket and does not wait for the first."""
    if desk.services.db.is_sqlite:
        pytest.skip("SQLite has one writer: the second waits for the first")
    first, second = opened(desk, 2)
    desk.now.advance(minutes=30)
    with desk.services.db.write() as session:
        held = alerts.next_due(session, desk.now())
        assert held is not None
        assert held.id == first
        with ThreadPoolExecutor(1) as pool:
            assert pool.submit(desk.services.alerts.fire_due).result(timeout=20) == 1
    assert fired(desk, [first, second]) == [[], [0.5]]


def test_a_worker_that_dies_in_the_middle_has_fired_nothing(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """Alert, journal, priority and notification are one transaction: all of it or none of it, and none is lost."""
    (id,) = opened(desk, 1)
    desk.now.advance(minutes=30)
    real = journal.record

    def dying(*args: Any, **data: Any) -> None:
        real(*args, **data)
        raise SystemExit

    with monkeypatch.context() as patch:
        patch.setattr(alerting.journal, "record", dying)
        with pytest.raises(SystemExit):
            desk.services.alerts.fire_due()
    assert fired(desk, [id]) == [[]]
    with desk.services.db.read() as session:
        assert notifications.of_ticket(session, id) == []
    desk.services.alerts.fire_due()
    assert fired(desk, [id]) == [[0.5]]


def test_the_database_itself_refuses_a_second_firing(db: Database) -> None:
    """The same key of the same ticket cannot be stored twice."""
    row = {"key": "k", "metric": "first_response", "share": 0.5, "at": NOON, "fired_at": NOON}
    with db.write() as session:
        ticket_id = rows.ticket(session, "t", rows.customer(session)).id
        session.add(FiredAlert(ticket_id=ticket_id, **row))
    with pytest.raises(IntegrityError), db.write() as session:
        session.add(FiredAlert(ticket_id=ticket_id, **row))


def test_notifications_go_to_one_sender_until_the_lease_ends(db: Database) -> None:
    """A claimed notification is nobody else's, and anybody's once its sender has been silent for too long."""
    with db.write() as session:
        ticket_id = rows.ticket(session, "t", rows.customer(session)).id
        for number in range(3):
            note = Notification(
                ticket_id=ticket_id, ref=f"r{number}", way="webhook", payload={}, work_after=NOON, created_at=NOON
            )
            session.add(note)

    def take(worker: str, after: timedelta = timedelta(0)) -> int:
        with db.write() as session:
            return len(notifications.claim_due(session, worker, NOON + after, LEASE, 2))

    assert [take("a"), take("b"), take("c"), take("d", LEASE)] == [2, 1, 0, 2]
