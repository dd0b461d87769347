"""Reports over a period: the same figures as a replay of everything, from what is stored."""

import copy
from datetime import date, timedelta

import pytest

from copilot import advice, intake, report_cases, reports
from copilot.errors import Invalid
from copilot.report_cases import Period, parse_period
from copilot.store import reports as store
from sla.compliance import By, Measure, cases, rate
from sla.policies import Metric, Priority, Sender, TicketFacts
from sla.time_spent import Place
from tests.builders import POLICIES, REFUND_FACT

TODAY = date(2026, 3, 2)
PERIOD = Period(TODAY, TODAY + timedelta(days=3))


def report(desk, period=PERIOD, **more):
    """The report as of now."""
    with desk.services.db.read() as session:
        return reports.compliance(session, period, desk.services.book, desk.now(), **more)


def advised(desk, *proposal, policy="", period=PERIOD):
    """What the advisor says as of now."""
    parsed = advice.parse_proposal(*proposal) if proposal else None
    with desk.services.db.read() as session:
        return advice.advise(session, period, desk.services.book, desk.now(), policy, parsed)


def opened(desk, number=1, **who):
    """A ticket through triage."""
    ticket = desk.open("Where is my tent?", email=f"p{number}@example.com", **who)
    desk.process()
    return ticket


def answered(desk, ticket, **later):
    """A person answers so much later."""
    desk.now.advance(**later)
    desk.write(ticket, "Here it is.", "outbound")


def answered_by_itself(desk):
    """A ticket that the copilot answers alone, half a minute after it came."""
    desk.automate("refund")
    ticket = desk.open(f"{REFUND_FACT} When do I get my refund?", email="auto@example.com")
    desk.process()
    desk.now.advance(seconds=31)
    desk.deliver()
    return ticket


def test_kept_and_broken_are_told_apart(desk):
    """A first response in time is kept, a late one broken; what has not fallen due does not count yet."""
    answered(desk, opened(desk, 1), minutes=20)
    answered(desk, opened(desk, 2), minutes=70)
    found = report(desk)
    assert (found.promise.met, found.promise.broken, found.promise.open) == (1, 1, 0)
    assert (found.goal.met, found.goal.broken) == (1, 1)
    assert found.tickets == 2


def test_a_promise_that_passed_unnoticed_is_broken(desk):
    """Nobody touched the ticket since: its stored timer still says running, the report says broken and open."""
    ticket = opened(desk)
    desk.now.advance(hours=2)
    assert desk.ticket(ticket).timers[0]["state"] == "running"
    found = report(desk)
    assert (found.promise.met, found.promise.broken, found.promise.open) == (0, 1, 1)


def test_the_stored_timers_say_what_a_replay_says(desk):
    """Over tickets in every state the report's rates equal those of replaying each ticket now."""
    answered(desk, opened(desk, 1), minutes=20)
    answered(desk, opened(desk, 2), minutes=70)
    opened(desk, 3)
    paused = opened(desk, 4)
    desk.do(lambda s: intake.set_status(s, paused, "pending", desk.services.book, desk.now(), "Ines"))
    solved = opened(desk, 5)
    desk.do(lambda s: intake.set_status(s, solved, "solved", desk.services.book, desk.now(), "Ines"))
    desk.now.advance(hours=30)
    with desk.services.db.read() as session:
        told = report_cases.histories(session, [1, 2, 3, 4, 5], desk.services.book)
        replayed = [
            case for policy, events in told.values() for case in cases(policy, events, desk.now(), TicketFacts())
        ]
    found = report(desk)
    assert (found.promise, found.goal) == (rate(replayed), rate(replayed, Measure.GOAL))
    assert found.promise.total > 4


def test_a_timer_belongs_to_the_day_it_was_due(desk):
    """A promise due after the period is not in it, whenever the ticket came; the day after has it."""
    ticket = opened(desk)
    answered(desk, ticket, minutes=20)
    desk.do(lambda s: intake.set_status(s, ticket, "solved", desk.services.book, desk.now(), "Ines"))
    today, tomorrow = Period(TODAY, TODAY), Period(TODAY + timedelta(days=1), TODAY + timedelta(days=1))
    assert [row.name for row in report(desk, today).groups[By.METRIC]] == ["first_response"]
    assert [row.name for row in report(desk, tomorrow).groups[By.METRIC]] == ["resolution"]


def test_every_way_to_cut_adds_up(desk):
    """Each table sums to the whole, and knows segment, channel, priority and who answered."""
    answered(desk, opened(desk, 1, segment="vip"), minutes=20)
    answered(desk, opened(desk, 2, channel="email"), minutes=70)
    found = report(desk)
    for by, groups in found.groups.items():
        assert sum(group.promise.total for group in groups) == found.promise.total, by
        assert sum(group.goal.total for group in groups) == found.goal.total, by
    assert {row.name: row.promise.percent for row in found.groups[By.SEGMENT]} == {"unknown": 0.0, "vip": 100.0}
    assert {row.name for row in found.groups[By.CHANNEL]} == {"api", "email"}
    assert [row.name for row in found.groups[By.ANSWERED_BY]] == [Sender.PERSON]
    assert [row.name for row in found.groups[By.WEEKDAY]] == ["mon"]


def test_automatic_replies_can_be_left_out(desk):
    """As if never sent: what the copilot alone kept is broken once its time has passed without a person."""
    answered_by_itself(desk)
    desk.now.advance(hours=2)
    counted = report(desk)
    assert (counted.promise.met, counted.promise.broken) == (1, 0)
    assert counted.promise_by_people.total == 0
    without = report(desk, auto_sent_counts=False)
    assert (without.promise.met, without.promise.broken, without.promise.open) == (0, 1, 1)


def test_any_number_of_tickets_is_counted(desk, monkeypatch):
    """However few are read at a time, none is left out, with and without automatic replies."""
    answered_by_itself(desk)
    for number in range(7):
        answered(desk, opened(desk, number), minutes=5)
    desk.now.advance(hours=2)
    whole, without = report(desk), report(desk, auto_sent_counts=False)
    monkeypatch.setattr(store, "CHUNK", 2)
    for few, same in ((report(desk), whole), (report(desk, auto_sent_counts=False), without)):
        assert (few.tickets, few.promise, few.goal, few.groups) == (8, same.promise, same.goal, same.groups)


def test_a_promise_of_long_ago_is_counted_when_it_falls_due(desk):
    """However long before the period its ticket came."""
    document = copy.deepcopy(POLICIES)
    document["policies"][0]["targets"]["resolution"]["normal"] = {"promise": "2400h"}
    desk.configure("policies", document)
    opened(desk)
    desk.now.advance(days=120)
    day = (TODAY + timedelta(days=100)).isoformat()
    found = report(desk, Period(date.fromisoformat(day), date.fromisoformat(day)))
    assert (found.tickets, found.promise.broken) == (1, 1)


def test_only_so_many_broken_promises_are_kept_in_mind(desk, monkeypatch):
    """All are counted; the latest ones are traced and listed, latest first."""
    monkeypatch.setattr(reports, "MOST_TRACED", 2)
    monkeypatch.setattr(store, "CHUNK", 1)
    ids = []
    for number in range(4):
        ids.append(opened(desk, number))
        desk.now.advance(minutes=1)
    desk.now.advance(hours=2)
    found = report(desk)
    assert (found.promise.broken, found.traced) == (4, 2)
    assert [breach.ticket_id for breach in found.listed] == [ids[3], ids[2]]


@pytest.mark.parametrize(
    ("first", "last", "months"),
    [
        (date(2026, 3, 2), date(2026, 3, 2), ["2026-03"]),
        (date(2026, 3, 1), date(2026, 3, 31), ["2026-02", "2026-03", "2026-04"]),
        (date(2025, 12, 15), date(2026, 1, 15), ["2025-12", "2026-01"]),
    ],
)
def test_the_months_that_a_period_touches(first, last, months):
    """A day earlier and later in UTC, since zones are up to fourteen hours away."""
    assert Period(first, last).months == months


def test_broken_promises_are_traced(desk):
    """Its counted time is told by what the ticket waited for, and adds up to the time used."""
    ticket = desk.open("Where is my tent?", email="p@example.com")
    desk.now.advance(minutes=10)
    desk.process()
    desk.now.advance(minutes=70)
    (breach,) = report(desk).listed
    assert breach.ticket_id == ticket
    assert breach.spent == {Place.DRAFT: timedelta(minutes=10), Place.AGENT: timedelta(minutes=70)}
    assert report(desk).spent == breach.spent


def test_a_late_pause_is_flagged(desk):
    """Putting a ticket on hold when nine tenths of its time are gone is shown with share and ticket."""
    document = copy.deepcopy(POLICIES)
    document["policies"][0]["pauses"] = {"first_response": ["on-hold"]}
    desk.configure("policies", document)
    ticket = opened(desk)
    desk.now.advance(minutes=57)
    desk.do(lambda s: intake.set_status(s, ticket, "on-hold", desk.services.book, desk.now(), "Ines"))
    answered(desk, ticket, minutes=30)
    (flagged,) = report(desk).late_pauses
    assert (flagged.ticket_id, flagged.pause.used) == (ticket, 0.95)


def test_an_empty_period_has_no_rates(desk):
    """Without anything due there is no percentage, and no division by nothing."""
    found = report(desk)
    assert found.promise.percent is None
    assert all(groups == [] for groups in found.groups.values())


@pytest.mark.parametrize(
    ("first", "last", "field"),
    [
        ("2026-13-01", "", "from"),
        ("yesterday", "", "from"),
        ("20260101", "", "from"),
        ("", "2026-02-30", "to"),
        ("", "١٢٣٤-01-01", "to"),
        ("2026-03-02", "2026-03-01", "to"),
        ("2020-01-01", "2026-01-01", "from"),
        ("1999-12-31", "2000-01-01", "from"),
    ],
)
def test_a_period_that_makes_no_sense_is_refused(first, last, field):
    """The parameter at fault is named."""
    with pytest.raises(Invalid) as caught:
        parse_period(first, last, TODAY)
    assert caught.value.field == field


def test_the_last_thirty_days_are_the_default():
    """Without dates the report ends today."""
    assert parse_period("", "", TODAY) == Period(date(2026, 2, 1), TODAY)


def test_the_advisor_reads_the_teams_own_history(desk):
    """What was kept of today's promise, and the targets that 90 and 95 % would have kept."""
    for number in range(20):
        answered(desk, opened(desk, number), minutes=number + 1)
    found = advised(desk)
    row = next(row for row in found.rows if row.metric is Metric.FIRST_RESPONSE)
    assert (found.policy, found.tickets) == ("Round the clock", 20)
    assert (row.promised, row.kept.kept, row.kept.timers) == (timedelta(hours=1), 20, 20)
    assert [each.target for each in row.advice] == [timedelta(minutes=20), timedelta(minutes=20)]


def test_a_proposal_is_held_against_history(desk):
    """What a promise would have kept, with those still open counted once they ran past it."""
    for number in range(4):
        answered(desk, opened(desk, number), minutes=10 * (number + 1))
    opened(desk, 9)
    desk.now.advance(minutes=25)
    (outlook,) = advised(desk, "first_response", "normal", "20m").outlook
    assert (outlook.kept, outlook.timers, outlook.priority) == (2, 5, Priority.NORMAL)
    assert len(advised(desk, "first_response", "", "1h 30m").outlook) == 4


@pytest.mark.parametrize(
    ("typed", "field"),
    [
        (("patience", "", "1h"), "metric"),
        (("resolution", "huge", "1h"), "priority"),
        (("resolution", "", "soon"), "within"),
        (("resolution", "", "0m"), "within"),
        (("resolution", "", "999999h"), "within"),
    ],
)
def test_a_proposal_that_makes_no_sense_is_refused(typed, field):
    """The field at fault is named."""
    with pytest.raises(Invalid) as caught:
        advice.parse_proposal(*typed)
    assert caught.value.field == field
