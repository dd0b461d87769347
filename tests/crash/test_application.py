"""A version of the promises is being applied to open tickets while the process is killed: each ends on it, once."""

import copy
import time
from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlmodel import col, select

from copilot import configuration, intake
from copilot.intake import NewCustomer, NewTicket
from copilot.store import alerts, applications, tickets
from copilot.store.session import Database, Session
from copilot.store.tables import FiredAlert, JournalEntry, Notification, PolicyApplication
from copilot.wiring import Services
from tests.builders import POLICIES
from tests.crash import shop
from tests.crash.processes import PATIENCE, ServiceProcess, free_port, running

TICKETS = 300
KILLS = 3
NOWHERE = "http://127.0.0.1:9/"


def policies(promise: str) -> dict[str, Any]:
    """A promised first response, and mails once half of its time is used and once it is broken."""
    document: dict[str, Any] = copy.deepcopy(POLICIES)
    policy = document["policies"][0]
    policy["targets"] = {"first_response": {name: {"promise": promise} for name in ("low", "normal", "high", "urgent")}}
    policy["alerts"] = [
        {"metric": "first_response", "at": share, "actions": [{"notify": "email"}]} for share in (0.5, 1)
    ]
    return {**document, "policies": [{**policy, "alert_recipients": ["lead@example.com"]}]}


def fill(parts: Services) -> None:
    """Tickets of ten minutes ago, promised within a quarter of an hour, their first alerts fired."""
    with parts.db.write() as session:
        configuration.save(session, "policies", policies("15m"), parts.now(), "test")
    came = parts.now() - timedelta(minutes=10)
    for number in range(TICKETS):
        new = NewTicket("api", f"t-{number}", "", "Where is it?", NewCustomer(f"p{number}@example.com"), came)
        with parts.db.write() as session:
            intake.receive(session, new, parts.book, parts.now())
    while parts.pipeline.process_batch():
        pass
    while parts.alerts.fire_due():
        pass


def wait_for(db: Database, reached: Callable[[Session], bool], worker: ServiceProcess) -> None:
    """Wait until this holds in the database."""
    began = time.monotonic()
    while time.monotonic() - began < PATIENCE:
        with db.read() as session:
            if reached(session):
                return
        time.sleep(0.005)
    raise AssertionError(f"it came no further:\n{worker.logged()[-3000:]}")


def application(session: Session) -> PolicyApplication:
    """The only one there is."""
    found = applications.newest(session)
    assert found is not None
    return found


def further(than: int) -> Callable[[Session], bool]:
    """Whether more tickets have been looked at by now."""
    return lambda session: application(session).examined > than


def kill_in_the_middle(db: Database, worker: ServiceProcess) -> list[int]:
    """Kill and start again, each time some batches further; returns how many tickets had been looked at each time."""
    stopped: list[int] = []
    for _ in range(KILLS):
        wait_for(db, further(stopped[-1] if stopped else 0), worker)
        worker.kill()
        with db.read() as session:
            stopped.append(application(session).examined)
        worker.start()
    return stopped


def test_each_ticket_moves_once(tmp_path: Path, database_url: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Killed in the middle again and again: in the end every open ticket is under the new version by one event, each
    alert has fired once, and the journal has one start and one end."""
    environment = shop.environment(tmp_path, database_url, NOWHERE)
    with shop.services(shop.settings_of(environment)) as parts:
        fill(parts)
        with parts.db.write() as session:
            version = configuration.save(session, "policies", policies("5m"), parts.now(), "test")
        parts.applications.begin(version, "Ines")
    command = ["serve", "--port", str(free_port())] if database_url.startswith("sqlite") else ["worker"]
    worker, db = ServiceProcess(command, environment, tmp_path, "worker"), Database(database_url)
    try:
        with running([worker]):
            stopped = kill_in_the_middle(db, worker)
            wait_for(db, lambda session: application(session).state != "running", worker)
            wait_for(db, lambda session: not alerts.is_due(session, parts.now()), worker)
        with db.read() as session:
            check(session, version)
    finally:
        db.close()
    with capsys.disabled():
        print(f"\n{database_url.partition(':')[0]}: killed after {stopped} of {TICKETS} tickets")
    assert 0 < stopped[0] < TICKETS


def check(session: Session, version: int) -> None:
    """Nothing is missing and nothing is doubled."""
    found, ids = application(session), [row.id or 0 for row in tickets.recent(session, TICKETS + 1)]
    assert (found.state, found.examined, found.moved, found.failed) == ("done", TICKETS, TICKETS, 0)
    for events in tickets.sla_events_of(session, ids).values():
        changes = [row.data for row in events if row.data["kind"] == "policy_changed"]
        assert [row["policy"] for row in changes] == [f"Round the clock@{version}"]
    fired = Counter((row.ticket_id, row.share) for row in session.exec(select(FiredAlert)))
    assert fired == Counter((ticket_id, share) for ticket_id in ids for share in (0.5, 1.0))
    mails = Counter(row.ticket_id for row in session.exec(select(Notification)))
    assert mails == Counter(dict.fromkeys(ids, 2))
    wanted = select(JournalEntry.kind).where(col(JournalEntry.ticket_id).is_(None))
    kinds = Counter(kind for kind in session.exec(wanted) if kind.startswith("policies_appl"))
    assert kinds == {"policies_application_began": 1, "policies_applied": 1}
