"""Organisations: taken in with a customer, conditions of a promise, and where a time zone may come from."""

import copy

import pytest

from copilot import corrections
from copilot.organisations import NewOrganisation, segment_of, timezone_of
from copilot.store import tickets
from copilot.store.tables import Customer, Organisation
from sla.policies import parse_policies
from tests.builders import POLICIES, ticket_json

ACME = NewOrganisation("Acme", "premium", "Asia/Tokyo")


def policies_for(when):
    """A document whose first policy holds under these conditions and promises ten minutes."""
    document = copy.deepcopy(POLICIES)
    first = copy.deepcopy(document["policies"][0])
    first |= {"name": "Contract", "when": when}
    first["targets"]["first_response"]["normal"] = {"promise": "10m"}
    document["policies"].insert(0, first)
    return document


def customer(desk, ticket_id):
    """The customer of a ticket, with the organisation."""
    with desk.services.db.read() as session:
        return tickets.customer_of(session, tickets.find(session, ticket_id))


@pytest.mark.parametrize("when", [{"organisation": ["Acme"]}, {"segment": ["premium"]}])
def test_a_contract_chooses_the_promise(desk, when):
    """An organisation's name, or the segment of its contract, is a condition like any other."""
    desk.configure("policies", policies_for(when))
    inside, outside = desk.open(email="a@acme.example", organisation=ACME), desk.open(email="b@other.example")
    desk.process()
    assert [desk.ticket(ticket).policy_name for ticket in (inside, outside)] == ["Contract", "Round the clock"]


def test_the_customers_own_facts_go_first():
    """Segment and zone are the customer's, else the organisation's, else nobody's."""
    acme = Organisation(name="Acme", segment="premium", timezone="Asia/Tokyo")
    own = Customer(email="a@acme.example", segment="vip", timezone="Europe/Paris", organisation=acme)
    assert (segment_of(own), timezone_of(own)) == ("vip", "Europe/Paris")
    theirs = Customer(email="b@acme.example", organisation=acme)
    assert (segment_of(theirs), timezone_of(theirs)) == ("premium", "Asia/Tokyo")
    alone = Customer(email="c@example.com")
    assert (segment_of(alone), timezone_of(alone)) == (None, None)


@pytest.mark.parametrize(
    ("who", "expected"),
    [
        ({"organisation": ACME, "timezone": "America/New_York"}, "America/New_York"),
        ({"organisation": ACME}, "Asia/Tokyo"),
        ({"organisation": NewOrganisation("Nowhere")}, "Europe/Paris"),
        ({}, "Europe/Paris"),
    ],
)
def test_a_timer_keeps_the_nearest_zone_that_is_known(desk, who, expected):
    """A timer runs in the customer's zone, else in the organisation's, else in the calendar's."""
    document = copy.deepcopy(POLICIES)
    document["calendars"]["shop"] = {"timezone": "Europe/Paris", "hours": {"mon": [["09:00", "18:00"]]}}
    document["policies"][0]["calendar"] = "shop"
    desk.configure("policies", document)
    ticket = desk.ticket(desk.open(**who))
    assert {timer["timezone"] for timer in ticket.timers} == {expected}


def test_what_is_said_later_adds_to_what_is_known(desk):
    """A bare name changes nothing that is known of the organisation; what is said anew replaces it."""
    first = desk.open(organisation=ACME)
    desk.open(organisation=NewOrganisation("Acme"))
    desk.open(organisation=NewOrganisation("Acme", timezone="Asia/Seoul"))
    found = customer(desk, first).organisation
    assert (found.name, found.segment, found.timezone) == ("Acme", "premium", "Asia/Seoul")


def test_the_organisation_stays_with_the_customer(desk):
    """A ticket that does not name the organisation leaves the customer where they belong."""
    desk.open(organisation=ACME)
    assert customer(desk, desk.open()).organisation.name == "Acme"


@pytest.mark.parametrize("given", ["Acme", {"name": "Acme"}, {"name": "Acme", "segment": "premium"}])
def test_the_api_takes_a_name_or_an_object(client, desk, given):
    """An organisation is given by its name alone or with its contract and zone."""
    body = ticket_json(customer={"email": "a@acme.example", "organisation": given})
    answer = client.post("/api/v1/tickets", json=body, headers=desk.bearer("intake"))
    assert answer.status_code == 201
    assert customer(desk, answer.json()["id"]).organisation.name == "Acme"


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ("", "customer.organisation"),
        (" \u200b ", "customer.organisation"),
        ("A\x00B", "customer.organisation"),
        ("A" * 201, "customer.organisation"),
        ({"name": "Acme", "timezone": "Mars/Olympus"}, "customer.organisation.timezone"),
        ({"name": "Acme", "segment": "s" * 101}, "customer.organisation.segment"),
        ({"segment": "premium"}, "customer.organisation.name"),
        ({"name": "Acme", "colour": "red"}, "customer.organisation.colour"),
        (7, "customer.organisation"),
    ],
)
def test_nonsense_is_refused_by_name(client, desk, given, field):
    """A wrong organisation is a problem that names its field, and nothing is stored."""
    body = ticket_json(customer={"email": "a@acme.example", "organisation": given})
    answer = client.post("/api/v1/tickets", json=body, headers=desk.bearer("intake"))
    assert answer.status_code in (400, 422)
    assert answer.headers["content-type"].startswith("application/problem+json")
    assert field in [row["field"] for row in answer.json()["errors"]]


def test_a_policy_for_named_organisations_is_public_only_when_it_says_so():
    """Who has a contract is nobody else's business, unless the admin says otherwise."""
    document = policies_for({"organisation": ["Acme"]})
    assert [policy.public for policy in parse_policies(document)] == [False, True]
    document["policies"][0]["public"] = True
    document["policies"][1]["public"] = False
    assert [policy.public for policy in parse_policies(document)] == [True, False]
    document["policies"][0]["public"] = "yes"
    with pytest.raises(ValueError, match=r"policies\[0\]\.public: expected true or false"):
        parse_policies(document)


@pytest.mark.parametrize(
    ("when", "change"),
    [
        ({"priority": ["urgent"]}, lambda s, id, _, desk: corrections.set_priority(s, id, "urgent", *desk)),
        (
            {"category": ["shipping"]},
            lambda s, id, all_, desk: corrections.set_category(s, id, "shipping", all_, *desk),
        ),
    ],
)
def test_a_correction_by_hand_chooses_anew(desk, when, change):
    """When a person corrects what a policy asks for, the promise follows at once, within the ticket's own version."""
    document = policies_for(when)
    document["policies"][0]["targets"]["first_response"] = {
        priority: {"promise": "10m"} for priority in ("low", "normal", "high", "urgent")
    }
    desk.configure("policies", document)
    ticket = desk.open("How do I pitch it?")
    desk.process()
    desk.configure("policies", POLICIES)
    known = desk.services.configuration
    desk.do(lambda s: change(s, ticket, known.current(s), (desk.services.book, desk.now(), "Ines")))
    first = next(timer for timer in desk.ticket(ticket).timers if timer["metric"] == "first_response")
    assert first["target_seconds"] == 600
