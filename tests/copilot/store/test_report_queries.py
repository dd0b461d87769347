"""Queries of reports and of policy changes, on both databases."""

from datetime import timedelta

from copilot.store import journal, reports, tickets
from copilot.store.session import Database
from copilot.store.tables import Organisation
from tests.copilot.store import rows
from tests.copilot.store.rows import NOON

HOUR = timedelta(hours=1)


def test_tickets_of_a_span_come_newest_first(db: Database) -> None:
    """The span is half open, the limit holds, and the segment is the customer's own or else the organisation's."""
    with db.write() as session:
        acme = Organisation(name="Acme", segment="premium", timezone="Asia/Tokyo")
        own = rows.customer(session, "a@example.com", segment="vip", organisation=acme)
        theirs = rows.customer(session, "b@example.com", organisation=acme)
        alone = rows.customer(session, "c@example.com")
        for place, owner in enumerate((own, theirs, alone, alone)):
            rows.ticket(session, f"t{place}", owner, received_at=NOON + place * HOUR, policy_name="Standard")
    with db.read() as session:
        found = reports.timed_tickets(session, NOON, NOON + 3 * HOUR, 10)
        assert [(row.segment, row.policy_name, row.timers) for row in found] == [
            (None, "Standard", []),
            ("premium", "Standard", []),
            ("vip", "Standard", []),
        ]
        assert [row.segment for row in reports.timed_tickets(session, NOON, NOON + 9 * HOUR, 1)] == [None]


def test_replies_are_the_public_ones(db: Database) -> None:
    """Notes and customers' messages are no replies, nor is what answers other tickets."""
    with db.write() as session:
        owner = rows.customer(session)
        inside = rows.ticket(session, "in", owner).id or 0
        outside = rows.ticket(session, "out", owner, received_at=NOON + HOUR).id or 0
        for name, direction in (("a", "inbound"), ("b", "note")):
            rows.message(session, inside, name, direction=direction)
        rows.message(session, inside, "c", direction="outbound", auto_sent=True, at=NOON + HOUR)
        rows.message(session, outside, "d", direction="outbound")
    with db.read() as session:
        assert reports.replies_of(session, [inside]) == [(inside, NOON + HOUR, True, None)]


def test_tickets_are_found_by_the_months_of_their_timers(db: Database) -> None:
    """Whatever falls due in the months, or with automatic replies also what one has answered; in batches, each once."""
    with db.write() as session:
        owner = rows.customer(session)
        dues = {"march": "2026-03-31T23:59:00Z", "april": "2026-04-01T00:00:00Z", "goal": None, "auto": None}
        for name, due in dues.items():
            timer = {"goal_due_at": "2026-03-01T00:00:00Z", "due_at": due, "why": 'due_at": "2026-03-'}
            made = rows.ticket(session, name, owner, received_at=NOON - 900 * HOUR, timers=[{}, timer])
        rows.message(session, made.id or 0, "a", direction="outbound", auto_sent=True)
    with db.read() as session:
        asked = {"months": ["2026-03", "2026-02"], "before": NOON}
        found = list(reports.due_in_months(session, **asked, with_automatic=False))
        both = list(reports.due_in_months(session, **asked, with_automatic=True))
    assert [[row.id for row in batch] for batch in found] == [[1]]
    assert [[row.id for row in batch] for batch in both] == [[1, 4]]


def test_the_course_of_a_ticket_is_read_from_the_journal(db: Database) -> None:
    """Only what moves it between waiting and work, in order, for any number of tickets."""
    with db.write() as session:
        for kind in ("received", "triaged", "drafted", "approved"):
            journal.record(session, NOON, kind, 7)
    with db.read() as session:
        many = [7, *range(100, 100 + reports.CHUNK)]
        found = reports.courses(session, many)
    assert [kind for _, kind in found[7]] == ["received", "drafted", "approved"]
    assert found[100] == []


def test_open_tickets_with_a_policy_are_paged(db: Database) -> None:
    """Done tickets and those that triage has not seen are left out; pages go on after the last id, locked or not."""
    with db.write() as session:
        owner = rows.customer(session)
        for place in range(3):
            rows.ticket(session, f"open{place}", owner, policy_version=1, status="pending")
        rows.ticket(session, "done", owner, policy_version=1, status="solved")
        rows.ticket(session, "new", owner)
    with db.write() as session:
        first = tickets.promised_open(session, 0, 2, locked=True)
        rest = tickets.promised_open(session, first[-1].id or 0, 2, locked=True)
        assert [row.external_id for row in (*first, *rest)] == ["open0", "open1", "open2"]
        assert tickets.promised_open_count(session) == 3


def test_an_organisation_is_loaded_with_its_customer(db: Database) -> None:
    """It can be read after the session has ended; names are exact."""
    with db.write() as session:
        rows.customer(session, "a@example.com", organisation=Organisation(name="Acme", timezone="Asia/Tokyo"))
    with db.read() as session:
        found = tickets.customer_by_email(session, "a@example.com")
        assert tickets.organisation_by_name(session, "acme") is None
    assert found is not None
    assert found.organisation is not None
    assert found.organisation.timezone == "Asia/Tokyo"
