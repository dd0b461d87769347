"""Alerts: each fires once, in time or marked late, and what the policy wants done is done."""

import copy
from datetime import timedelta

import pytest

from copilot import alerting, intake
from copilot.errors import Invalid
from copilot.fakes import ManualTime
from copilot.store import alerts, notifications, tickets
from sla.timers import read_instant
from tests.builders import POLICIES, Desk, make_services, timer

RAISE = {"raise_priority": 1}


def rule(at, *actions, metric="first_response"):
    """One alert rule of a policy."""
    return {"metric": metric, "at": at, "actions": list(actions)}


def policies(*rules, **more):
    """The test policies (first response in an hour) with these alerts."""
    document = copy.deepcopy(POLICIES)
    document["policies"][0] |= {"alerts": list(rules), **more}
    return document


def alarmed(desk, *rules, **more):
    """A triaged ticket under a policy with these alerts."""
    desk.configure("policies", policies(*rules, **more))
    ticket_id = desk.open("Where is it?")
    desk.process()
    return ticket_id


def fired(desk, ticket_id):
    """(share, late) of every alert on the first response, in order."""
    with desk.services.db.read() as session:
        rows = alerts.of_ticket(session, ticket_id)
    return [(row.share, row.late) for row in rows if row.metric == "first_response"]


def notes(desk, ticket_id):
    """Every notification about a ticket."""
    with desk.services.db.read() as session:
        return notifications.of_ticket(session, ticket_id)


def entries(desk, ticket_id, *kinds):
    """The data of the ticket's journal entries of these kinds."""
    return [entry.data for entry in desk.journal(ticket_id) if entry.kind in kinds]


def run(desk):
    """Fire until nothing is due; returns how many tickets were looked at."""
    total = 0
    while looked_at := desk.services.alerts.fire_due():
        total += looked_at
    return total


def test_each_share_fires_in_its_time_and_once(desk, now):
    """Nothing before a share is used, one alert at it, none after it; the breach needs no rule."""
    ticket_id = alarmed(desk, rule(0.5, {"notify": "in_app"}), rule(0.75, {"notify": "in_app"}))
    steps = []
    for _ in range(9):
        run(desk)
        steps.append(len(fired(desk, ticket_id)))
        now.advance(minutes=7.5)
    assert steps == [0, 0, 0, 0, 1, 1, 2, 2, 3]
    assert fired(desk, ticket_id) == [(0.5, False), (0.75, False), (1.0, False)]
    warning, _, breach = entries(desk, ticket_id, "sla_warning", "sla_breach")
    assert (warning["metric"], warning["share"], warning["actions"]) == ("first_response", 0.5, ["notify in_app"])
    assert read_instant(breach["due"], "due") == desk.ticket(ticket_id).received_at + timedelta(hours=1)


def test_between_alerts_nobody_looks_at_the_ticket(desk, now):
    """The instant of the next alert is stored with the ticket, and goes when nothing can fire any more."""
    ticket_id = alarmed(desk, rule(0.5, {"notify": "in_app"}))
    start = desk.ticket(ticket_id).received_at
    assert desk.ticket(ticket_id).next_alert_at == start + timedelta(minutes=30)
    assert run(desk) == 0
    desk.write(ticket_id, "Here it is.", "outbound")
    assert desk.ticket(ticket_id).next_alert_at == start + timedelta(hours=24)
    desk.do(lambda s: intake.set_status(s, ticket_id, "solved", desk.services.book, now(), "Sam"))
    assert desk.ticket(ticket_id).next_alert_at is None


def test_an_outage_is_caught_up_with_once_and_marked_late(tmp_path, now):
    """What was missed while nothing ran fires after the restart, late, in order; the gravest alone is told."""
    first = make_services(tmp_path / "d", now)
    ticket_id = alarmed(
        Desk(first, now).seed(),
        rule(0.5, RAISE, {"notify": "email"}),
        rule(1, {"notify": "webhook"}),
        alert_recipients=["a@b.c"],
    )
    first.close()
    now.advance(hours=3)
    services = make_services(tmp_path / "d", now)
    desk = Desk(services, now)
    run(desk)
    assert fired(desk, ticket_id) == [(0.5, True), (1.0, True)]
    assert [row["actions"] for row in entries(desk, ticket_id, "sla_warning", "sla_breach")] == [
        ["raise_priority"],
        ["notify webhook"],
    ]
    assert desk.ticket(ticket_id).priority == "high"
    services.close()
    again = make_services(tmp_path / "d", now)
    assert run(Desk(again, now)) == 0
    again.close()


def test_an_answer_given_meanwhile_lets_the_alert_be_recorded_only(desk, now):
    """What was missed about a promise that has been answered since is in the books, and disturbs nobody."""
    ticket_id = alarmed(desk, rule(0.5, {"notify": "webhook"}, RAISE))
    now.advance(minutes=45)
    desk.write(ticket_id, "Here it is.", "outbound")
    run(desk)
    assert fired(desk, ticket_id) == [(0.5, True)]
    (entry,) = entries(desk, ticket_id, "sla_warning")
    assert (entry["answered"], entry["actions"], notes(desk, ticket_id)) == (True, [], [])


def test_a_solved_ticket_is_left_alone(desk, now):
    """The clock of a ticket that was solved without a word runs on and is in the books, but nobody is called for it."""
    ticket_id = alarmed(desk, rule(0.5, {"notify": "webhook"}, RAISE))
    desk.do(lambda s: intake.set_status(s, ticket_id, "solved", desk.services.book, now(), "Sam"))
    now.advance(minutes=30)
    run(desk)
    assert (fired(desk, ticket_id), notes(desk, ticket_id)) == ([(0.5, False)], [])
    assert desk.ticket(ticket_id).priority == "normal"


def test_a_late_tick_of_the_scheduler_is_marked(desk, now):
    """Within five seconds of its instant an alert is in time, after that it is late."""
    ticket_id = alarmed(desk, rule(0.5, {"notify": "in_app"}), rule(0.75, {"notify": "in_app"}))
    now.advance(minutes=30, seconds=5)
    run(desk)
    now.advance(minutes=15, seconds=1)
    run(desk)
    assert fired(desk, ticket_id) == [(0.5, False), (0.75, True)]


def test_raising_the_priority_aims_the_timers_anew(desk, now):
    """A more pressing ticket has less time, from the moment of the alert; never beyond urgent, and once."""
    document = policies(rule(0.5, {"raise_priority": 3}))
    document["policies"][0]["targets"]["first_response"]["urgent"] = {"promise": "40m"}
    desk.configure("policies", document)
    ticket_id = desk.open("Where is it?")
    desk.process()
    now.advance(minutes=30)
    run(desk)
    ticket = desk.ticket(ticket_id)
    assert ticket.priority == "urgent"
    assert ticket.next_due_at == ticket.received_at + timedelta(minutes=40)
    now.advance(minutes=10)
    run(desk)
    assert fired(desk, ticket_id) == [(0.5, False), (1.0, False)]
    (change,) = entries(desk, ticket_id, "priority_changed")
    assert change == {"before": "normal", "after": "urgent", "by": "alert"}


def test_a_target_that_is_passed_by_raising_breaks_at_that_moment(desk, now):
    """When the new target has been used up already, the breach fires at once and is not late."""
    document = policies(rule(0.5, {"raise_priority": 3}))
    document["policies"][0]["targets"]["first_response"]["urgent"] = {"promise": "10m"}
    desk.configure("policies", document)
    ticket_id = desk.open("Where is it?")
    desk.process()
    now.advance(minutes=30)
    run(desk)
    assert fired(desk, ticket_id) == [(0.5, False), (1.0, False)]
    assert timer(desk.ticket(ticket_id), "first_response")["breached_at"].startswith("2026-03-02T09:30:00")


def test_a_raised_priority_may_choose_another_policy(desk, now):
    """When a policy is for pressing tickets alone, the alert that makes a ticket pressing puts it under that policy."""
    document = policies(rule(0.5, RAISE))
    pressing = copy.deepcopy(POLICIES["policies"][0]) | {"name": "Pressing", "when": {"priority": ["high"]}}
    pressing["targets"]["first_response"]["high"] = {"promise": "45m"}
    document["policies"].insert(0, pressing)
    desk.configure("policies", document)
    ticket_id = desk.open("Where is it?")
    desk.process()
    now.advance(minutes=30)
    run(desk)
    ticket = desk.ticket(ticket_id)
    assert (ticket.priority, ticket.next_due_at) == ("high", ticket.received_at + timedelta(minutes=45))
    assert ticket.next_alert_at == ticket.next_due_at


def test_triage_does_not_take_back_what_an_alert_has_raised(desk, now):
    """A ticket that waited too long for triage keeps the priority that the alert gave it, on the clock too."""
    desk.configure("policies", policies(rule(0.5, RAISE)))
    ticket_id = desk.open("Where is it?")
    now.advance(minutes=30)
    run(desk)
    desk.process()
    assert desk.ticket(ticket_id).priority == "high"


def test_a_ticket_is_handed_to_a_team_and_a_person(desk, now):
    """Both stand on the ticket and in its journal."""
    ticket_id = alarmed(desk, rule(1, {"assign_team": "senior"}, {"assign_agent": "Ines"}))
    now.advance(hours=1)
    run(desk)
    ticket = desk.ticket(ticket_id)
    assert (ticket.team, ticket.assignee) == ("senior", "Ines")
    assert entries(desk, ticket_id, "team_changed") == [{"before": None, "after": "senior", "by": "alert"}]


def test_a_notification_a_way_and_recipient(desk, now):
    """A mail for each recipient and one event, each under a reference of its own that is fixed from the start."""
    people = ["lead@example.com", "boss@example.com"]
    ways = ({"notify": "email"}, {"notify": "webhook"}, {"notify": "in_app"})
    ticket_id = alarmed(desk, rule(0.5, *ways), alert_recipients=people)
    now.advance(minutes=30)
    run(desk)
    found = notes(desk, ticket_id)
    assert [(note.way, note.recipient) for note in found] == [
        ("email", people[0]),
        ("email", people[1]),
        ("webhook", None),
    ]
    assert len({note.ref for note in found}) == 3
    assert found[0].payload["subject"] == f"First response on #{ticket_id}: 50 % of its time is used"
    event = found[2].payload
    assert (event["type"], event["data"]["kind"], event["data"]["ticket_id"]) == ("alert", "warning", ticket_id)


def test_a_ticket_that_breaks_lets_the_others_have_their_turn(desk, now, monkeypatch):
    """A ticket whose alerts cannot be worked out is set aside for a while; the rest fire."""
    poisonous = alarmed(desk)
    healthy = desk.open("And mine?", email="b@example.com")
    now.advance(hours=1)
    real = alerting.fire

    def breaking(session, ticket, book, at):
        if ticket.id == poisonous:
            raise RuntimeError("a bug")
        return real(session, ticket, book, at)

    monkeypatch.setattr(alerting, "fire", breaking)
    run(desk)
    assert [entry["metric"] for entry in entries(desk, healthy, "sla_breach")] == ["first_response"]
    assert desk.ticket(poisonous).next_alert_at == now() + alerting.AFTER_FAILURE


def test_tickets_from_before_the_upgrade_are_looked_at(desk, now):
    """A ticket whose next alert lies at its receipt, as the migration writes it, finds its true instant."""
    ticket_id = alarmed(desk, rule(0.5, {"notify": "in_app"}))
    due = desk.ticket(ticket_id).next_alert_at

    def as_migrated(session):
        row = tickets.find(session, ticket_id)
        row.next_alert_at = row.received_at

    desk.do(as_migrated)
    assert run(desk) == 1
    assert (fired(desk, ticket_id), desk.ticket(ticket_id).next_alert_at) == ([], due)


def test_applying_new_promises_moves_the_next_alert(desk, now):
    """Tickets that are put under new promises follow the new alerts."""
    ticket_id = alarmed(desk)
    version = desk.configure("policies", policies(rule(0.25, {"notify": "in_app"})))
    desk.services.applications.begin(version, "Ines")
    desk.services.applications.go_on()
    assert desk.ticket(ticket_id).next_alert_at == desk.ticket(ticket_id).received_at + timedelta(minutes=15)


@pytest.mark.parametrize(
    ("document", "field"),
    [
        (policies(rule(1.5, RAISE)), "policies[0].alerts[0].at"),
        (policies(rule(0.5, {"notify": "fax"})), "policies[0].alerts[0].actions[0].notify"),
        (policies(rule(0.5, {"notify": "email"})), "policies[0].alert_recipients"),
        (policies(alert_recipients="a@example.com"), "policies[0].alert_recipients"),
        (policies(alert_recipients=["a@example.com\r\nBcc: x@example.com"]), "policies[0].alert_recipients[0]"),
        (policies(alert_recipients=["a@example.com"] * 21), "policies[0].alert_recipients"),
        (policies(alert_recipients=["a@example.com", 7]), "policies[0].alert_recipients[1]"),
    ],
)
def test_nonsense_is_refused_when_it_is_entered(desk, document, field):
    """The document is refused with the path at fault, not found out when a ticket is late."""
    with pytest.raises(Invalid) as caught:
        desk.configure("policies", document)
    assert caught.value.field == field


def test_a_clock_that_was_set_back_fires_nothing_twice(desk, now):
    """After the system's clock jumps back an hour, what has fired stays fired."""
    ticket_id = alarmed(desk, rule(0.5, {"notify": "in_app"}))
    now.advance(hours=2)
    run(desk)
    before = fired(desk, ticket_id)
    desk.services.alerts.now = ManualTime(now() - timedelta(hours=1))
    run(desk)
    assert fired(desk, ticket_id) == before
