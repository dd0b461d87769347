"""Policies: what a document may say, how its mistakes are named, and which policy applies."""

import copy
from datetime import timedelta

import pytest

from sla.calendar import BusinessCalendar
from sla.policies import Metric, Priority, Sender, Status, Target, TicketFacts, choose, parse_policies
from tests.sla.builders import hours, minutes

DOCUMENT = {
    "calendars": {
        "shop": {
            "timezone": "Europe/Paris",
            "hours": {"mon": [["09:00", "12:30"], ["13:30", "18:00"]]},
            "holidays": ["2026-12-25"],
            "special_days": {"2026-12-24": [["09:00", "12:00"]]},
        }
    },
    "policies": [
        {
            "name": "VIP",
            "when": {"segment": ["vip", "gold"], "priority": ["high", "urgent"]},
            "calendar": "always",
            "targets": {
                "first_response": {"urgent": {"promise": "1h", "goal": "45m"}, "normal": {"promise": "1h30m"}},
                "resolution": {"normal": {"promise": "8h"}},
            },
            "pauses": {"first_response": ["on-hold"], "resolution": []},
            "counts": ["person", "approved"],
        },
        {
            "name": "Default",
            "when": {},
            "calendar": "shop",
            "targets": {"first_response": {"urgent": {"promise": "4h"}}},
        },
    ],
}


def test_a_document_is_read_in_full():
    """Names, versions, conditions, calendars, targets, pauses and counting senders are what the document says."""
    vip, default = parse_policies(DOCUMENT, version=7)
    assert (vip.name, vip.version, vip.key, vip.calendar_name) == ("VIP", 7, "VIP@7", "always")
    assert vip.when == {"segment": {"vip", "gold"}, "priority": {"high", "urgent"}}
    assert vip.calendar == BusinessCalendar.always()
    assert vip.target(Metric.FIRST_RESPONSE, Priority.URGENT) == Target(hours(1), minutes(45))
    assert vip.target(Metric.FIRST_RESPONSE, Priority.NORMAL) == Target(minutes(90))
    assert vip.target(Metric.NEXT_RESPONSE, Priority.NORMAL) is None
    assert vip.pauses == {Metric.FIRST_RESPONSE: {Status.ON_HOLD}, Metric.RESOLUTION: frozenset()}
    assert vip.counts == {Sender.PERSON, Sender.APPROVED}
    assert default.calendar == BusinessCalendar.from_dict(DOCUMENT["calendars"]["shop"])


def test_defaults():
    """Unless it says otherwise a policy counts every sender and pauses the resolution while pending."""
    default = parse_policies(DOCUMENT)[1]
    assert default.counts == set(Sender)
    assert default.pauses == {Metric.RESOLUTION: {Status.PENDING}}
    assert default.version == 1


def test_policies_are_values():
    """Equal documents give equal policies with equal hashes; another version is another policy."""
    one, other = parse_policies(DOCUMENT), parse_policies(copy.deepcopy(DOCUMENT))
    assert one == other
    assert hash(one) == hash(other)
    assert one != parse_policies(DOCUMENT, 2)


def wrong(path, value):
    """The document with one thing put in or, for `...`, taken away."""
    document = copy.deepcopy(DOCUMENT)
    *way, last = path
    inner = document
    for step in way:
        inner = inner[step]
    if value is ...:
        del inner[last]
    else:
        inner[last] = value
    return document


VIP = ("policies", 0)
FIRST = (*VIP, "targets", "first_response")


@pytest.mark.parametrize(
    ("path", "value", "message"),
    [
        ((*FIRST, "urgent", "promise"), "soon", r"policies\[0\]\.targets\.first_response\.urgent\.promise: 'soon'"),
        ((*FIRST, "urgent", "promise"), "2d", r"policies\[0\]\.targets\.first_response\.urgent\.promise: "),
        ((*FIRST, "urgent", "promise"), "0h", r"policies\[0\]\.targets\.first_response\.urgent\.promise: "),
        ((*FIRST, "urgent", "promise"), "9999h", r"policies\[0\]\.targets\.first_response\.urgent\.promise: "),
        ((*FIRST, "urgent", "promise"), ..., r"policies\[0\]\.targets\.first_response\.urgent\.promise: "),
        ((*FIRST, "urgent", "goal"), "2h", r"policies\[0\]\.targets\.first_response\.urgent\.goal: "),
        ((*FIRST, "urgent", "goal"), 45, r"policies\[0\]\.targets\.first_response\.urgent\.goal: "),
        ((*FIRST, "urgent"), "1h", r"policies\[0\]\.targets\.first_response\.urgent: expected an object"),
        ((*FIRST, "asap"), {"promise": "1h"}, r"policies\[0\]\.targets\.first_response\.asap: unknown key"),
        ((*VIP, "targets", "reply"), {}, r"policies\[0\]\.targets\.reply: unknown key"),
        ((*VIP, "targets"), ..., r"policies\[0\]\.targets: expected an object"),
        ((*VIP, "name"), ..., r"policies\[0\]\.name: "),
        ((*VIP, "name"), "  ", r"policies\[0\]\.name: "),
        ((*VIP, "name"), "x" * 201, r"policies\[0\]\.name: "),
        ((*VIP, "name"), "Default", r"policies\[1\]\.name: 'Default' stands twice"),
        ((*VIP, "calendar"), "nowhere", r"policies\[0\]\.calendar: there is no calendar 'nowhere'"),
        ((*VIP, "calendar"), ["shop"], r"policies\[0\]\.calendar: "),
        ((*VIP, "when"), {}, r"policies\[0\]\.when: only the last"),
        ((*VIP, "when"), {"mood": ["bad"]}, r"policies\[0\]\.when\.mood: unknown key"),
        ((*VIP, "when"), {"segment": "vip"}, r"policies\[0\]\.when\.segment: expected a list"),
        ((*VIP, "when"), {"segment": []}, r"policies\[0\]\.when\.segment: an empty list"),
        ((*VIP, "when"), {"segment": [3]}, r"policies\[0\]\.when\.segment\[0\]: "),
        ((*VIP, "when"), {"priority": ["asap"]}, r"policies\[0\]\.when\.priority\[0\]: 'asap'"),
        ((*VIP, "pauses"), {"resolution": ["solved"]}, r"policies\[0\]\.pauses\.resolution: a resolved ticket"),
        ((*VIP, "pauses"), {"resolution": ["sleeping"]}, r"policies\[0\]\.pauses\.resolution\[0\]: 'sleeping'"),
        ((*VIP, "pauses"), {"resolution": [["pending"]]}, r"policies\[0\]\.pauses\.resolution\[0\]: "),
        ((*VIP, "counts"), [], r"policies\[0\]\.counts: nothing"),
        ((*VIP, "counts"), ["robot"], r"policies\[0\]\.counts\[0\]: 'robot'"),
        ((*VIP, "pause"), {}, r"policies\[0\]\.pause: unknown key"),
        (VIP, None, r"policies\[0\]: expected an object"),
        (("policies", 1, "when"), {"tag": ["x"]}, r"policies: the last one must be the default"),
        (("policies",), [], r"policies: the last one must be the default"),
        (("policies",), {}, r"policies: expected a list"),
        (("policies",), ..., r"policies: expected a list"),
        (("calendars", "always"), DOCUMENT["calendars"]["shop"], r"calendars\.always: the name is reserved"),
        (("calendars", "shop", "timezone"), "Mars", r"calendars\.shop\.timezone: unknown"),
        (
            ("calendars", "shop", "hours", "mon", 1),
            ["12:00", "13:00"],
            r"calendars\.shop\.hours\.mon: intervals overlap",
        ),
        (("calendars", "shop", "holidays", 0), "xmas", r"calendars\.shop\.holidays\[0\]: "),
        (("calendars",), [], r"calendars: expected an object"),
        (("rules",), [], r"document\.rules: unknown key"),
    ],
)
def test_mistakes_are_named_by_their_path(path, value, message):
    """Each mistake in a document is refused with the path at fault."""
    with pytest.raises(ValueError, match=f"^{message}"):
        parse_policies(wrong(path, value))


@pytest.mark.parametrize("document", [None, [], "", 5])
def test_a_document_is_an_object(document):
    """Anything else is refused."""
    with pytest.raises(ValueError, match=r"^document: expected an object"):
        parse_policies(document)


def test_a_promise_that_would_never_fall_due_is_refused():
    """Five hundred hours at an hour a week are most of ten years, six hundred are more."""
    rare = {"timezone": "UTC", "hours": {"mon": [["09:00", "10:00"]]}}
    document = wrong(("calendars", "shop"), rare)
    document["policies"][1]["targets"]["first_response"]["urgent"]["promise"] = "500h"
    parse_policies(document)
    document["policies"][1]["targets"]["first_response"]["urgent"]["promise"] = "600h"
    with pytest.raises(
        ValueError, match=r"^policies\[1\]\.targets\.first_response\.urgent\.promise: the calendar needs"
    ):
        parse_policies(document)


def test_the_first_policy_whose_conditions_all_hold_applies():
    """Keys are and-ed, the values of one are any-of, and the default takes the rest."""
    policies = parse_policies(DOCUMENT)
    vip, default = policies
    assert choose(policies, TicketFacts(priority=Priority.URGENT, segment="vip")) is vip
    assert choose(policies, TicketFacts(priority=Priority.HIGH, segment="gold")) is vip
    assert choose(policies, TicketFacts(priority=Priority.LOW, segment="vip")) is default
    assert choose(policies, TicketFacts(priority=Priority.URGENT)) is default


@pytest.mark.parametrize(
    ("when", "facts"),
    [
        ({"category": ["refund"]}, TicketFacts(category="refund")),
        ({"channel": ["email"]}, TicketFacts(channel="email")),
        ({"language": ["fr", "de"]}, TicketFacts(language="de")),
        ({"tag": ["legal", "press"]}, TicketFacts(tags=frozenset({"press", "other"}))),
    ],
)
def test_each_condition(when, facts):
    """Every kind of condition is met by its fact and not by its absence."""
    policies = parse_policies(wrong((*VIP, "when"), when))
    assert choose(policies, facts).name == "VIP"
    assert choose(policies, TicketFacts()).name == "Default"


def test_choosing_without_a_default_is_an_error():
    """Policies that were not parsed from a document may have no default."""
    with pytest.raises(ValueError, match=r"^policies: none applies"):
        choose(parse_policies(DOCUMENT)[:1], TicketFacts())


@pytest.mark.parametrize(("promise", "goal"), [(0, None), (-1, None), (367 * 24, None), (4, 0), (4, 5)])
def test_targets_make_sense(promise, goal):
    """A promise is positive and within a year and a day; a goal is positive and not longer."""
    with pytest.raises(ValueError, match=r"^(promise|goal): "):
        Target(timedelta(hours=promise), None if goal is None else timedelta(hours=goal))
