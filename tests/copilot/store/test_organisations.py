"""Queries about organisations and their customers' tickets, on both databases."""

from copilot.store import organisations as store
from copilot.store.organisations import Whose
from copilot.store.session import Database
from copilot.store.tables import Organisation, SlaEvent
from tests.copilot.store import rows
from tests.copilot.store.rows import NOON

PROMISED = {"policy_name": "Standard", "policy_version": 1}


def test_lists_count_and_filter(db: Database) -> None:
    """Names in order, customers and tickets that are not done counted, filtered letter for letter."""
    with db.write() as session:
        acme, other = Organisation(name="Acme", segment="premium"), Organisation(name="100%_")
        one = rows.customer(session, "a@example.com", organisation=acme)
        rows.customer(session, "b@example.com", organisation=acme, segment="vip")
        session.add(other)
        for place, status in enumerate(("open", "solved", "pending")):
            rows.ticket(session, f"t{place}", one, status=status)
    with db.read() as session:
        found = store.page(session, 10)
        assert [(row.organisation.name, row.customers, row.open_tickets) for row in found] == [
            ("100%_", 0, 0), ("Acme", 2, 2),
        ]  # fmt: skip
        assert [row.organisation.name for row in store.page(session, 1, 1)] == ["Acme"]
        assert [store.count(session, text) for text in ("", "PREM", "%_", "\x00none")] == [2, 1, 1, 0]
        assert [row.email for row in store.customers(session, 10, 0, "vip")] == ["b@example.com"]
        assert store.customer_count(session, organisation_id=acme.id) == 2
        assert store.open_counts(session, [one.id or 0]) == {one.id: 2}


def test_tickets_that_name_no_zone(db: Database) -> None:
    """Promised tickets without a zone among their events; members with a zone of their own only when asked for."""
    with db.write() as session:
        acme = Organisation(name="Acme")
        plain = rows.customer(session, "a@example.com", organisation=acme)
        own = rows.customer(session, "b@example.com", organisation=acme, timezone="Asia/Tokyo")
        for name, owner in (("none", plain), ("named", plain), ("other", own)):
            rows.ticket(session, name, owner, **PROMISED)
        rows.ticket(session, "unseen", plain)
        for kind in ("received", "timezone_known"):
            session.add(SlaEvent(ticket_id=2, at=NOON, data={"kind": kind}))
        session.add(SlaEvent(ticket_id=1, at=NOON, data={"kind": "received"}))
    with db.read() as session:
        of_all, of_one = Whose(organisation_id=acme.id), Whose(customer_id=own.id)
        assert [row.external_id for row in store.without_zone(session, of_all, 0, 10)] == ["none"]
        assert [row.external_id for row in store.without_zone(session, of_one, 0, 10)] == ["other"]
        assert list(store.without_zone(session, of_all, 1, 10)) == []
        assert store.promised_open_count(session, of_all) == 3
    with db.write() as session:
        found = store.promised_open(session, of_all, 1, 1, locked=True)
        assert [row.external_id for row in found] == ["named"]
