"""What customers and audits say of replies that leave alone, and when it is believed."""

from datetime import timedelta

import pytest

from copilot import watching
from copilot.store import watches
from copilot.store.session import Database, Session
from copilot.store.tables import Draft
from tests.copilot.store import rows
from tests.schema import put_sqlite

LATER = rows.NOON + timedelta(days=8)


@pytest.fixture
def session(tmp_path):
    put_sqlite(tmp_path / "answerable.sqlite3")
    db = Database(f"sqlite:///{tmp_path / 'answerable.sqlite3'}")
    with db.write() as session:
        yield session
    db.close()


def new_draft(session: Session, number: int) -> Draft:
    owner = rows.customer(session, f"c{number}@example.com")
    ticket = rows.ticket(session, f"t{number}", owner)
    message = rows.message(session, ticket.id or 0, f"m{number}")
    return rows.draft(session, ticket.id or 0, message.id or 0, category="refund")


def approved(session: Session, number: int, asking_on: int, first: int = 0) -> None:
    """So many approved replies delivered at noon; the first customers asked on."""
    for place in range(first, first + number):
        draft = new_draft(session, place)
        watching.delivered(session, draft.id or 0, "approved", rows.NOON)
        if place - first < asking_on:
            watching._keep(session, None, draft, "approved", "reopened", 0.5, rows.NOON)
    session.flush()


def alone(session: Session, number: int, every: int, first: int = 10_000) -> None:
    """So many replies sent alone; after every so many-th the customer asked on."""
    for place in range(number):
        draft = new_draft(session, first + place)
        watching.delivered(session, draft.id or 0, "auto", LATER)
        if place % every == 0:
            watching.see(session, draft, "reply", "reopened", 0.5, LATER)


def test_customers_who_ask_on_do_not_suspend_while_few_are_known(session) -> None:
    """With 49 approved replies known, one customer in four asking on suspends nothing in 80 replies."""
    approved(session, 49, 12)
    alone(session, 80, 4)
    watch = watches.current(session, "refund")
    assert (watch.suspended_at, watch.usual) == (None, watching.UNKNOWN)


def test_audits_are_evidence_from_the_first_one(session) -> None:
    """With no customer known, audits that are not accepted suspend."""
    for place in range(8):
        watching.audited(session, new_draft(session, place), False, LATER)
    assert watches.current(session, "refund").suspended_at == LATER


def test_what_is_usual_is_bounded_once_enough_had_time_to_answer(session) -> None:
    """Fifty approved replies count a week after delivery, not before; then customers who ask on as often as after
    approved replies suspend nothing."""
    approved(session, 50, 12)
    early = rows.NOON + timedelta(days=6)
    watching.delivered(session, new_draft(session, 5_000).id or 0, "auto", early)
    assert watches.current(session, "refund").usual == watching.UNKNOWN
    alone(session, 80, 4)
    watch = watches.current(session, "refund")
    assert 0.12 < watch.usual < 0.5
    assert watch.suspended_at is None


def test_complaints_suspend_once_it_is_known_what_is_usual(session) -> None:
    """After fifty approved replies without an objection, complaints after every other reply suspend."""
    approved(session, 50, 0)
    for place in range(60):
        draft = new_draft(session, 1_000 + place)
        watching.delivered(session, draft.id or 0, "auto", LATER)
        if place % 2:
            watching.see(session, draft, "reply", "complaint", 1.0, LATER)
    assert "drew an objection" in watches.current(session, "refund").reason


def test_a_new_watch_takes_the_bound_anew(session) -> None:
    """Started again after a suspension, a watch knows what was learned of customers meanwhile."""
    approved(session, 50, 0)
    for place in range(8):
        watching.audited(session, new_draft(session, 1_000 + place), False, LATER)
    before = watches.current(session, "refund")
    approved(session, 60, 0, first=2_000)
    fresh = watching.restart(session, "refund", LATER, "Admin")
    assert fresh.usual < before.usual < 1
