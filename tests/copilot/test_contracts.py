"""Changing organisations and customers: what open tickets keep, what applying does, what the journal holds."""

import copy

import pytest

from copilot import contracts, policy_change
from copilot.contracts import CustomerFacts
from copilot.errors import Conflict, Invalid, NotFound
from copilot.organisations import NewOrganisation
from copilot.store import configuration, journal, tickets
from copilot.store import organisations as store
from copilot.store.organisations import Whose
from tests.builders import POLICIES, timer

HOURS = {day: [["09:00", "18:00"]] for day in ("mon", "tue", "wed", "thu", "fri")}
ACME = NewOrganisation("Acme")


@pytest.fixture
def shop(desk):
    """A desk with Paris hours that promises customers of the segment "premium" ten minutes, others an hour."""
    document = copy.deepcopy(POLICIES)
    document["calendars"]["shop"] = {"timezone": "Europe/Paris", "hours": HOURS}
    document["policies"][0]["calendar"] = "shop"
    premium = copy.deepcopy(document["policies"][0]) | {"name": "Premium", "when": {"segment": ["premium"]}}
    premium["targets"]["first_response"]["normal"] = {"promise": "10m"}
    document["policies"].insert(0, premium)
    desk.configure("policies", document)
    return desk


def opened(desk, **who):
    """A ticket of somebody at Acme, after triage; its id and the organisation's."""
    ticket_id = desk.open("How do I pitch it?", **{"organisation": ACME, **who})
    desk.process()
    with desk.services.db.read() as session:
        return ticket_id, tickets.customer_of(session, tickets.find(session, ticket_id)).organisation_id


def change(desk, organisation_id, **what):
    """An admin changes the organisation."""
    new = NewOrganisation(**{"name": "Acme", **what})
    desk.do(lambda s: contracts.save_organisation(s, organisation_id, new, desk.services.book, desk.now(), "Ines"))


def apply(desk, organisation_id):
    """An admin applies what is known to the organisation's open tickets."""
    whose = Whose(organisation_id=organisation_id)
    return contracts.apply(desk.services.db, whose, desk.services.book, desk.now(), "Ines")


def preview(desk, organisation_id):
    """What applying would do."""
    with desk.services.db.read() as session:
        return contracts.preview(session, Whose(organisation_id=organisation_id), desk.services.book, desk.now())


def test_a_new_segment_holds_for_new_tickets_and_moves_none(shop):
    """Open tickets keep what they were promised; the next one is promised what the contract says."""
    old, acme = opened(shop)
    before = shop.ticket(old).timers
    change(shop, acme, segment="premium")
    new, _ = opened(shop)
    assert shop.ticket(old).timers == before
    assert (shop.ticket(old).policy_name, shop.ticket(new).policy_name) == ("Round the clock", "Premium")


def test_applying_keeps_what_has_elapsed_and_aims_anew(shop):
    """The preview says what would break; applying does it at that moment; the second time nothing is left to do."""
    ticket, acme = opened(shop)
    shop.now.advance(minutes=20)
    change(shop, acme, segment="premium")
    found = preview(shop, acme)
    assert (found.open_tickets, found.moved, found.changed, found.would_breach_now) == (1, 1, 1, 1)
    assert apply(shop, acme) == 1
    first = timer(shop.ticket(ticket), "first_response")
    assert (first["target_seconds"], first["elapsed_seconds"], first["breached_at"]) == (
        600, 1200, "2026-03-02T09:20:00Z",
    )  # fmt: skip
    assert apply(shop, acme) == 0
    assert preview(shop, acme).moved == 0
    assert "policy_applied" in shop.steps(ticket)


def test_applying_stays_within_the_tickets_own_version(shop):
    """A newer version of the policies is not slipped in by a change of contract."""
    ticket, acme = opened(shop)
    with shop.services.db.read() as session:
        newer = copy.deepcopy(configuration.newest(session, "policies").content)
    newer["policies"][0]["targets"]["first_response"]["normal"] = {"promise": "1m"}
    shop.configure("policies", newer)
    change(shop, acme, segment="premium")
    apply(shop, acme)
    assert timer(shop.ticket(ticket), "first_response")["target_seconds"] == 600


@pytest.mark.parametrize("zone_before", [None, "Europe/Paris"])
def test_a_new_zone_re_times_nothing_that_has_passed(shop, zone_before):
    """A zone that changes is kept for open tickets, whatever happens to them later, until it is applied."""
    ticket, acme = opened(shop, organisation=NewOrganisation("Acme", timezone=zone_before))
    due = timer(shop.ticket(ticket), "first_response")["due_at"]
    change(shop, acme, timezone="America/New_York")
    shop.write(ticket, "Hello?")
    assert timer(shop.ticket(ticket), "first_response")["due_at"] == due == "2026-03-02T10:00:00Z"
    shop.now.advance(minutes=30)
    assert preview(shop, acme).later == 1
    assert apply(shop, acme) == 1
    after = timer(shop.ticket(ticket), "first_response")
    # half an hour was used in Paris, the other half begins when New York opens
    assert (after["timezone"], after["elapsed_seconds"], after["due_at"]) == (
        "America/New_York", 1800, "2026-03-02T14:30:00Z",
    )  # fmt: skip
    assert apply(shop, acme) == 0


def test_a_zone_taken_back_gives_the_calendars(shop):
    """Applied without a zone, the ticket runs in its calendar's again."""
    ticket, acme = opened(shop, organisation=NewOrganisation("Acme", timezone="Asia/Tokyo"))
    change(shop, acme)
    assert timer(shop.ticket(ticket), "first_response")["timezone"] == "Asia/Tokyo"
    assert apply(shop, acme) == 1
    assert timer(shop.ticket(ticket), "first_response")["timezone"] == "Europe/Paris"
    assert apply(shop, acme) == 0


def test_what_a_channel_says_re_times_nothing_either(shop):
    """A later ticket that names another zone leaves the earlier one's deadline where it was, and is in the journal."""
    ticket, _ = opened(shop)
    due = timer(shop.ticket(ticket), "first_response")["due_at"]
    opened(shop, timezone="Asia/Tokyo", organisation=NewOrganisation("Acme", timezone="America/New_York"))
    shop.write(ticket, "Hello?")
    assert timer(shop.ticket(ticket), "first_response")["due_at"] == due
    with shop.services.db.read() as session:
        said = [(row.kind, row.data["by"]) for row in journal.after(session, 0) if row.kind.endswith("_changed")]
    assert ("customer_changed", "intake") in said
    assert ("organisation_changed", "intake") in said


def test_members_with_a_zone_of_their_own_are_left_alone(shop):
    """What changes for the organisation changes nothing for those who say otherwise."""
    ticket, acme = opened(shop, timezone="Asia/Tokyo", segment="gold")
    events = len(shop.do(lambda s: tickets.sla_events(s, ticket)))
    change(shop, acme, segment="premium", timezone="America/New_York")
    assert apply(shop, acme) == 0
    assert len(shop.do(lambda s: tickets.sla_events(s, ticket))) == events


def test_a_customers_own_segment_is_set_and_taken_back(shop):
    """The customer's own goes first; without it the organisation's answers again. Both are in the journal."""
    ticket, acme = opened(shop)
    customer = shop.ticket(ticket).customer_id

    def save(**what):
        facts = CustomerFacts(**{"organisation_id": acme, **what})
        shop.do(lambda s: contracts.save_customer(s, customer, facts, shop.services.book, shop.now(), "Ines"))
        whose = Whose(customer_id=customer)
        return contracts.apply(shop.services.db, whose, shop.services.book, shop.now(), "Ines")

    assert (save(segment="premium"), save(segment="premium"), save()) == (1, 0, 1)
    assert timer(shop.ticket(ticket), "first_response")["target_seconds"] == 3600
    with shop.services.db.read() as session:
        said = [row.data for row in journal.after(session, 0) if row.kind == "customer_changed"]
    assert [(row["by"], row["before"]["segment"], row["after"]["segment"]) for row in said] == [
        ("Ines", None, "premium"), ("Ines", "premium", None),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("given", "error", "field"),
    [
        ({"name": " "}, Invalid, "name"),
        ({"name": "x" * 201}, Invalid, "name"),
        ({"name": "a\x00b"}, Invalid, "name"),
        ({"segment": "x" * 101}, Invalid, "segment"),
        ({"timezone": "Mars/Base"}, Invalid, "timezone"),
        ({"timezone": "../../etc/passwd"}, Invalid, "timezone"),
        ({"name": "Other"}, Conflict, "name"),
    ],
)
def test_nonsense_is_refused(shop, given, error, field):
    """Nothing is stored of an organisation that makes no sense or takes another's name."""
    _, acme = opened(shop)
    opened(shop, email="b@other.example", organisation=NewOrganisation("Other"))
    with pytest.raises(error) as refused:
        change(shop, acme, **given)
    assert refused.value.field == field
    with shop.services.db.read() as session:
        assert contracts.facts(store.find(session, acme)) == {"name": "Acme", "segment": None, "timezone": None}


def test_the_unknown_is_not_found(shop):
    """Ids of nobody are said to be so."""
    with pytest.raises(NotFound):
        change(shop, 99)
    for facts, customer in ((CustomerFacts(), 99), (CustomerFacts(organisation_id=99), 1)):
        opened(shop)
        with pytest.raises(NotFound):
            shop.do(
                lambda s, f=facts, c=customer: contracts.save_customer(s, c, f, shop.services.book, shop.now(), "x")
            )


def test_counts_and_search(shop):
    """The list counts customers and tickets that are not done, and finds by name and segment."""
    _, acme = opened(shop, email="a@acme.example")
    opened(shop, email="b@acme.example")
    change(shop, acme, segment="premium")
    opened(shop, email="c@other.example", organisation=NewOrganisation("Böblingen 100%_"))
    with shop.services.db.read() as session:
        rows = store.page(session, 10)
        assert [(row.organisation.name, row.customers, row.open_tickets) for row in rows] == [
            ("Acme", 2, 2), ("Böblingen 100%_", 1, 1),
        ]  # fmt: skip
        assert [row.organisation.name for row in store.page(session, 10, 0, "prem")] == ["Acme"]
        assert [row.organisation.name for row in store.page(session, 10, 0, "%_")] == ["Böblingen 100%_"]
        assert store.count(session, "nobody") == 0
        assert [row.email for row in store.customers(session, 10, 0, "acme")] == ["a@acme.example", "b@acme.example"]
        assert store.customer_count(session, organisation_id=acme) == 2


def test_a_customer_who_writes_again_is_looked_at_anew(shop):
    """Triage chooses by what is known then, within the ticket's version; the time already used still counts."""
    ticket, acme = opened(shop)
    shop.now.advance(minutes=5)
    change(shop, acme, segment="premium")
    shop.write(ticket, "And how do I fold it?")
    shop.process()
    first = timer(shop.ticket(ticket), "first_response")
    assert (first["target_seconds"], first["due_at"]) == (600, "2026-03-02T09:10:00Z")
    assert preview(shop, acme).moved == 0


def test_applying_a_version_looks_at_contracts_too(shop):
    """What the page of the promises applies goes by what is known of the customer then."""
    ticket, acme = opened(shop)
    change(shop, acme, segment="premium")
    with shop.services.db.read() as session:
        found = policy_change.preview_version(session, 2, shop.services.book, shop.now())
    assert [(row.ticket_id, row.policy_before, row.policy_after) for row in found.listed] == [
        (ticket, "Round the clock@2", "Premium@2"),
    ]  # fmt: skip
