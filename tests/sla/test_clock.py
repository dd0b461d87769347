"""Every rule of the SLA clock, one named case each. Office hours are 9 to 17 in UTC; 23 November 2026 is a Monday."""

from datetime import timedelta

import pytest

from sla.clock import Event, SegmentKind, State, Timer, next_due, next_goal_due, replay
from sla.policies import Metric, Policy, Sender
from tests.sla.builders import hours, minutes, policy, utc


def at(text: str) -> object:
    """ "23 10:00" is the 23rd of November 2026 at ten, UTC."""
    day, clock = text.split()
    return utc(f"2026-11-{day}T{clock}")


def timer(events, now, metric=Metric.FIRST_RESPONSE, under: Policy | None = None) -> Timer:
    """The only timer of a metric."""
    (found,) = [timer for timer in replay(under or policy(), events, at(now)) if timer.metric == metric]
    return found


def received(text):
    return Event.received(at(text))


def replied(text, by="person", substantive=True):
    return Event.replied(at(text), by, substantive)


def status(text, value):
    return Event.status_changed(at(text), value)


def priority(text, value):
    return Event.priority_changed(at(text), value)


def test_nothing_happened_no_timer():
    """A ticket without events has no timers and nothing due."""
    assert replay(policy(), [], at("23 10:00")) == []
    assert next_due([]) is None


def test_first_response_and_resolution_start_at_receipt():
    """Both start with the customer's first message, at the channel's time of receipt and not of triage."""
    events = [received("23 10:00"), priority("23 10:05", "urgent")]
    first, resolution = replay(policy(), events, at("23 10:06"))
    assert (first.metric, resolution.metric) == (Metric.FIRST_RESPONSE, Metric.RESOLUTION)
    assert first.started_at == resolution.started_at == at("23 10:00")
    assert first.due_at == at("23 11:00")
    assert first.goal_due_at == at("23 10:45")
    assert next_due([first, resolution]) == at("23 11:00")
    assert next_goal_due([first, resolution]) == at("23 10:45")


def test_time_outside_business_hours_does_not_count():
    """An hour on Friday and three on Monday make four."""
    found = timer([received("20 16:00")], "23 10:00")
    assert found.due_at == at("23 12:00")
    assert found.elapsed == hours(2)


def test_a_reply_stops_the_first_response_at_its_own_instant():
    """Answered in time but noticed late is met; the stop is the event's instant."""
    found = timer([received("23 10:00"), replied("23 12:00")], "27 12:00")
    assert (found.state, found.stopped_at, found.elapsed) == (State.MET, at("23 12:00"), hours(2))
    assert found.due_at == at("23 14:00")
    assert found.breached_at is None


def test_answered_late_between_two_scans_is_a_breach():
    """Nobody looked between the due instant and the reply: the promise is broken all the same."""
    found = timer([received("23 10:00"), replied("23 14:00:01")], "23 15:00")
    assert (found.state, found.breached_at, found.stopped_at) == (State.BREACHED, at("23 14:00"), at("23 14:00:01"))


def test_met_at_exactly_the_target_is_met():
    """A reply at the due instant keeps the promise; a microsecond later breaks it."""
    due = at("23 14:00")
    exactly = timer([received("23 10:00"), Event.replied(due)], "23 15:00")
    late = timer([received("23 10:00"), Event.replied(due + timedelta(microseconds=1))], "23 15:00")
    assert (exactly.state, exactly.elapsed, exactly.goal_missed_at) == (State.MET, hours(4), at("23 13:00"))
    assert (late.state, late.breached_at) == (State.BREACHED, due)


def test_the_goal_is_judged_like_the_promise():
    """Answered at exactly the goal is met; once missed it stays missed, whatever the priority becomes."""
    assert timer([received("23 10:00"), replied("23 13:00")], "23 15:00").goal_missed_at is None
    missed = timer([received("23 09:00"), priority("23 12:30", "low")], "23 13:00")
    assert (missed.state, missed.goal_missed_at, missed.goal) == (State.RUNNING, at("23 12:00"), hours(3))


def test_unanswered_at_the_due_instant_is_broken():
    """Breach is the instant at which elapsed reaches the target while running."""
    before = timer([received("23 10:00")], "23 13:59:59.999999")
    due = timer([received("23 10:00")], "23 14:00")
    assert (before.state, before.breached_at) == (State.RUNNING, None)
    assert (due.state, due.breached_at, due.stopped_at) == (State.BREACHED, at("23 14:00"), None)
    assert due.is_open
    assert next_due([due]) == at("23 14:00")


def test_due_at_closing_time_is_broken_by_a_reply_after_hours():
    """Four hours from 13:00 are used up at closing time; a reply that evening is late although nothing more counted."""
    found = timer([received("23 13:00"), replied("23 19:00")], "24 10:00")
    assert (found.state, found.breached_at, found.elapsed) == (State.BREACHED, at("23 17:00"), hours(4))
    assert timer([received("23 13:00"), replied("23 17:00")], "24 10:00").state is State.MET


def test_events_after_now_have_not_happened():
    """Replaying for an earlier instant shows what held then."""
    events = [received("23 10:00"), replied("23 12:00")]
    assert timer(events, "23 11:00").state is State.RUNNING


def test_an_acknowledgement_never_counts():
    """A bare acknowledgement of receipt stops nothing, whoever sends it."""
    for sender in Sender:
        found = timer([received("23 10:00"), replied("23 10:01", sender, substantive=False)], "23 11:00")
        assert found.state is State.RUNNING


@pytest.mark.parametrize("counts", [["person"], ["person", "approved"], ["auto"], ["person", "approved", "auto"]])
@pytest.mark.parametrize("sender", ["person", "approved", "auto"])
def test_the_policy_says_whose_replies_count(counts, sender):
    """Compliance can be shown with and without auto-sent replies from the same events."""
    events = [received("23 10:00"), replied("23 11:00", sender)]
    expected = State.MET if sender in counts else State.RUNNING
    assert timer(events, "23 12:00", under=policy(counts=counts)).state is expected


def test_a_reply_that_does_not_count_starts_no_next_response():
    """While the first message waits for a reply that counts, further messages keep its timer."""
    events = [received("23 10:00"), replied("23 10:01", "auto"), received("23 11:00")]
    timers = replay(policy(counts=["person"]), events, at("23 12:00"))
    assert [timer.metric for timer in timers] == [Metric.FIRST_RESPONSE, Metric.RESOLUTION]


def test_an_agents_own_ticket_has_no_timer_until_the_customer_writes():
    """An outbound message first, then the customer's: the first response runs from the customer's."""
    outbound = [replied("23 09:00")]
    assert replay(policy(), outbound, at("23 12:00")) == []
    found = timer([*outbound, received("23 10:00")], "23 12:00")
    assert (found.state, found.started_at) == (State.RUNNING, at("23 10:00"))


def test_next_response_runs_from_the_message_after_our_reply():
    """Each customer message that follows our reply is owed the next response, each with a timer of its own."""
    events = [
        received("23 09:00"),
        replied("23 09:30"),
        received("23 10:00"),
        replied("23 11:00"),
        received("23 14:00"),
    ]
    timers = [timer for timer in replay(policy(), events, at("23 15:00")) if timer.metric is Metric.NEXT_RESPONSE]
    assert [(timer.state, timer.started_at, timer.due_at) for timer in timers] == [
        (State.MET, at("23 10:00"), at("23 12:00")),
        (State.RUNNING, at("23 14:00"), at("23 16:00")),
    ]


def test_several_messages_in_a_row_keep_the_earliest_timer():
    """The customer who writes again does not wait longer for it, before the first reply or after."""
    first = timer([received("23 10:00"), received("23 11:00")], "23 12:00")
    assert first.started_at == at("23 10:00")
    events = [received("23 09:00"), replied("23 09:30"), received("23 10:00"), received("23 11:00")]
    assert timer(events, "23 11:30", Metric.NEXT_RESPONSE).started_at == at("23 10:00")


def test_resolution_stops_when_solved_or_closed():
    """Solved stops it at that instant; closing later changes nothing."""
    for final in ("solved", "closed"):
        events = [received("23 10:00"), status("23 12:00", final), status("25 12:00", "closed")]
        found = timer(events, "27 12:00", Metric.RESOLUTION)
        assert (found.state, found.stopped_at, found.elapsed) == (State.MET, at("23 12:00"), hours(2))


def test_solving_does_not_answer_the_customer():
    """A response timer is stopped by a reply and by nothing else that an agent does."""
    found = timer([received("23 10:00"), status("23 11:00", "solved")], "23 15:00")
    assert (found.state, found.breached_at) == (State.BREACHED, at("23 14:00"))


def test_resolution_pauses_while_waiting_for_the_customer():
    """Pending stops the resolution clock by default, has no due instant, and the time left is kept to the second."""
    paused = [received("23 10:00"), status("23 11:00:30.5", "pending")]
    found = timer(paused, "24 11:00", Metric.RESOLUTION)
    assert (found.state, found.due_at, found.why) == (State.PAUSED, None, "status pending")
    assert found.elapsed == hours(1) + timedelta(seconds=30.5)
    again = timer([*paused, status("24 11:00", "open")], "24 12:00", Metric.RESOLUTION)
    assert (again.state, again.elapsed) == (State.RUNNING, hours(2) + timedelta(seconds=30.5))
    assert again.due_at == utc("2026-11-26T09:59:29.5")


def test_first_response_runs_on_while_pending_unless_the_policy_pauses_it():
    """Each metric has its own pause states."""
    events = [received("23 10:00"), status("23 11:00", "on-hold")]
    assert timer(events, "23 12:00").elapsed == hours(2)
    pausing = policy(pauses={"first_response": ["on-hold"]})
    assert timer(events, "23 12:00", under=pausing).elapsed == hours(1)


def test_pauses_are_measured_in_working_time():
    """A pause over night is split at closing and opening time: three working hours were paused, not nineteen."""
    events = [received("23 10:00"), status("23 15:00", "pending"), status("24 10:00", "open")]
    found = timer(events, "24 12:00", Metric.RESOLUTION)
    spent = {
        kind: sum((s.end - s.start for s in found.segments if s.kind is kind), timedelta(0)) for kind in SegmentKind
    }
    assert spent == {SegmentKind.COUNTED: hours(7), SegmentKind.PAUSED: hours(3), SegmentKind.CLOSED: hours(16)}


def test_a_pause_ends_when_resolved_straight_from_it():
    """From pending to solved: the pause ends with the resolution and nothing of it counted."""
    events = [received("23 10:00"), status("23 11:00", "pending"), status("25 11:00", "solved")]
    found = timer(events, "27 11:00", Metric.RESOLUTION)
    assert (found.state, found.elapsed, found.stopped_at) == (State.MET, hours(1), at("25 11:00"))
    assert found.segments[-1].end == at("25 11:00")
    assert found.due_at == utc("2026-11-27T10:00")


def test_nothing_breaches_while_paused():
    """Paused with a minute left, for days: not broken, and broken one minute after it goes on."""
    short = policy(pauses={"first_response": ["pending"]})
    events = [received("23 09:00"), status("23 12:59", "pending")]
    assert timer(events, "27 12:00", under=short).state is State.PAUSED
    events.append(status("27 12:00", "open"))
    assert timer(events, "27 12:00", under=short).breached_at is None
    assert timer(events, "27 12:30", under=short).breached_at == at("27 12:01")


def test_a_pause_at_exactly_the_due_instant_holds_the_promise():
    """What holds at an instant is what holds after its events: the timer was paused when its time was used up."""
    short = policy(pauses={"first_response": ["pending"]})
    events = [received("23 10:00"), status("23 14:00", "pending")]
    assert timer(events, "25 12:00", under=short).state is State.PAUSED
    met = timer([*events, replied("25 12:00")], "25 13:00", under=short)
    assert (met.state, met.elapsed) == (State.MET, hours(4))
    events.append(status("25 11:00", "open"))
    assert timer(events, "25 12:00", under=short).breached_at == at("25 11:00")


def test_a_broken_promise_stays_broken_through_a_pause():
    """Pausing after the breach does not undo it."""
    events = [received("23 09:00"), status("25 12:00", "pending")]
    found = timer(events, "25 13:00", Metric.RESOLUTION)
    assert (found.state, found.breached_at, found.due_at) == (State.BREACHED, at("24 17:00"), at("24 17:00"))


def test_reopening_resumes_with_the_time_already_used():
    """Solved after two hours and reopened the next day: the third hour is the third, not the first."""
    events = [received("23 10:00"), status("23 12:00", "solved"), status("24 12:00", "open")]
    found = timer(events, "24 13:00", Metric.RESOLUTION)
    assert (found.state, found.elapsed, found.started_at) == (State.RUNNING, hours(3), at("23 10:00"))
    assert found.stopped_at is None
    assert (found.segments[1].why, found.segments[1].kind) == ("resolved", SegmentKind.PAUSED)


def test_a_priority_changed_while_solved_holds_from_the_reopening():
    """The stopped timer keeps its target; the reopened one aims at the new."""
    events = [received("23 09:00"), status("23 12:00", "solved"), priority("23 13:00", "urgent")]
    assert timer(events, "24 09:00", Metric.RESOLUTION).target == hours(16)
    found = timer([*events, status("24 09:00", "open")], "24 10:00", Metric.RESOLUTION)
    assert (found.target, found.due_at) == (hours(8), at("24 14:00"))


def test_a_first_message_on_a_solved_ticket_leaves_it_solved():
    """An agent opened and solved it; the customer's first message is owed a response, the resolution stands."""
    first, resolution = replay(policy(), [status("23 09:00", "solved"), received("23 10:00")], at("23 12:00"))
    assert (first.state, resolution.state, resolution.elapsed) == (State.RUNNING, State.MET, hours(0))


def test_a_breach_before_solving_survives_reopening():
    """Resolved late, then reopened: the promise was broken the first time."""
    events = [received("23 09:00"), status("25 12:00", "solved"), status("26 12:00", "open")]
    found = timer(events, "26 13:00", Metric.RESOLUTION)
    assert (found.state, found.breached_at, found.stopped_at) == (State.BREACHED, at("24 17:00"), None)


def test_a_priority_change_keeps_what_has_elapsed():
    """After an hour at normal, urgent leaves none of its hour and low leaves seven."""
    lowered = timer([received("23 09:00"), priority("23 10:00", "low")], "23 10:00")
    assert (lowered.elapsed, lowered.due_at, lowered.target) == (hours(1), at("23 17:00"), hours(8))
    raised = timer([received("23 09:00"), priority("23 09:30", "urgent")], "23 09:30")
    assert (raised.elapsed, raised.due_at, raised.goal_due_at) == (minutes(30), at("23 10:00"), at("23 09:45"))


def test_a_raised_priority_already_past_its_target_breaches_at_the_change_and_says_so():
    """Three hours have passed when the ticket becomes urgent: broken now, not two hours ago."""
    found = timer([received("23 09:00"), priority("23 12:00", "urgent")], "23 12:00")
    assert (found.state, found.breached_at, found.due_at) == (State.BREACHED, at("23 12:00"), at("23 12:00"))
    assert found.why == "already past its target of 1 h when the priority became urgent"
    assert found.goal_missed_at == at("23 12:00")


def test_a_priority_raised_out_of_hours_breaches_at_the_change_too():
    """The timer runs over night, it only does not count: the change is the moment."""
    found = timer([received("23 15:00"), priority("23 20:00", "urgent")], "24 08:00")
    assert found.breached_at == at("23 20:00")


def test_a_priority_raised_while_paused_breaches_when_it_goes_on():
    """Nothing breaches while paused; the moment it runs again the target has passed."""
    events = [received("23 09:00"), status("24 12:00", "pending"), priority("25 10:00", "urgent")]
    assert timer(events, "25 12:00", Metric.RESOLUTION).state is State.PAUSED
    found = timer([*events, status("25 13:00", "open")], "25 14:00", Metric.RESOLUTION)
    assert found.breached_at == at("25 13:00")


def test_lowering_the_priority_does_not_unbreak_a_promise():
    """A promise once broken stays so, with the target it broke."""
    found = timer([received("23 09:00"), priority("23 15:00", "low")], "23 15:30")
    assert (found.state, found.breached_at, found.target) == (State.BREACHED, at("23 13:00"), hours(4))


def test_timers_already_stopped_stay_as_they_ended():
    """Neither a raised priority nor a new policy touches a first response that was given."""
    events = [received("23 09:00"), replied("23 12:00"), priority("23 13:00", "urgent")]
    stricter = policy(2, targets={"first_response": {"urgent": {"promise": "5m"}}})
    events.append(Event.policy_changed(at("23 14:00"), stricter))
    found = timer(events, "23 15:00")
    assert (found.state, found.target, found.due_at) == (State.MET, hours(4), at("23 13:00"))


def test_a_policy_change_keeps_elapsed_and_pauses_and_re_aims():
    """Time used and time paused under the old policy stay; from the change on the new calendar and targets hold."""
    always = policy(2, calendar="always", targets={"resolution": {"normal": {"promise": "20h"}}})
    events = [received("23 15:00"), status("23 16:00", "pending"), status("24 09:00", "open")]
    events.append(Event.policy_changed(at("24 16:00"), always))
    found = timer(events, "24 20:00", Metric.RESOLUTION)
    assert found.elapsed == hours(1 + 7 + 4)
    assert found.due_at == at("25 04:00")


def test_a_pause_goes_on_under_the_new_policy():
    """A ticket that is pending when its policy changes stays paused."""
    events = [received("23 10:00"), status("23 11:00", "pending"), Event.policy_changed(at("23 12:00"), policy(2))]
    assert timer(events, "23 15:00", Metric.RESOLUTION).state is State.PAUSED


def test_a_metric_that_gets_its_promise_later_counts_from_the_start():
    """No promise, no timer; a policy that adds one finds the time since the first message used."""
    silent = policy(targets={"resolution": {"normal": {"promise": "16h"}}})
    events = [received("23 10:00")]
    assert [timer.metric for timer in replay(silent, events, at("23 12:00"))] == [Metric.RESOLUTION]
    events.append(Event.policy_changed(at("23 12:00"), policy(2)))
    assert timer(events, "23 12:00", under=silent).elapsed == hours(2)


def test_merging_keeps_the_earliest_start():
    """The older message of the other ticket is the one that waits; its time used comes along."""
    other = replay(policy(), [received("23 09:00")], at("23 12:00"))
    events = [received("23 11:00"), Event.merged(at("23 12:00"), other)]
    found = timer(events, "23 12:30")
    assert (found.started_at, found.elapsed, found.due_at) == (at("23 09:00"), hours(3.5), at("23 13:00"))
    newer = replay(policy(), [received("23 11:30")], at("23 12:00"))
    kept = timer([received("23 11:00"), Event.merged(at("23 12:00"), newer)], "23 12:30")
    assert kept.started_at == at("23 11:00")


def test_merging_keeps_the_other_tickets_pauses():
    """The resolution that was paused for two hours on the other ticket comes along with the pause."""
    other = [received("23 09:00"), status("23 10:00", "pending"), status("23 12:00", "open")]
    events = [received("23 11:00"), Event.merged(at("23 13:00"), replay(policy(), other, at("23 13:00")))]
    found = timer(events, "23 14:00", Metric.RESOLUTION)
    assert (found.started_at, found.elapsed) == (at("23 09:00"), hours(3))


def test_merging_an_unanswered_ticket_into_an_answered_one_owes_the_next_response():
    """Its first message is, on a ticket that has been answered, one that waits for the next response."""
    other = replay(policy(), [received("23 10:00")], at("23 11:00"))
    events = [received("23 09:00"), replied("23 09:30"), Event.merged(at("23 11:00"), other)]
    found = timer(events, "23 11:30", Metric.NEXT_RESPONSE)
    assert (found.started_at, found.elapsed, found.due_at) == (at("23 10:00"), hours(1.5), at("23 12:00"))


def test_merging_a_finished_ticket_changes_nothing():
    """Only timers that are open on the other ticket matter."""
    other = [received("23 08:00"), replied("23 09:30"), status("23 10:00", "solved")]
    events = [received("23 10:30")]
    merged = [*events, Event.merged(at("23 11:00"), replay(policy(), other, at("23 11:00")))]
    assert replay(policy(), merged, at("23 12:00")) == replay(policy(), events, at("23 12:00"))


def test_merging_does_not_undo_a_breach():
    """A promise broken on either ticket is broken on the merged one."""
    other = replay(policy(), [received("23 09:00")], at("23 14:00"))
    events = [received("23 13:30"), Event.merged(at("23 14:00"), other), replied("23 14:10")]
    found = timer(events, "23 15:00")
    assert (found.state, found.breached_at, found.stopped_at) == (State.BREACHED, at("23 13:00"), at("23 14:10"))
    assert found.why == "it was broken before its ticket was merged into this one"


def test_a_breach_of_our_own_survives_an_earlier_start_that_was_paused():
    """The other ticket began earlier but stood still: our broken promise is still broken."""
    pausing = policy(pauses={"first_response": ["pending"]})
    other = replay(pausing, [received("23 09:00"), status("23 09:10", "pending")], at("23 14:00"))
    events = [received("23 09:30"), Event.merged(at("23 14:00"), other)]
    found = timer(events, "23 14:30", under=pausing)
    assert (found.started_at, found.breached_at, found.elapsed) == (at("23 09:00"), at("23 13:30"), minutes(40))


def test_merging_into_a_solved_ticket_leaves_its_resolution_stopped():
    """The open resolution of the other ticket does not reopen this one; its status has to."""
    other = replay(policy(), [received("23 09:00")], at("23 14:00"))
    events = [received("23 10:00"), status("23 12:00", "solved"), Event.merged(at("23 14:00"), other)]
    found = timer(events, "23 15:00", Metric.RESOLUTION)
    assert (found.state, found.started_at, found.stopped_at) == (State.MET, at("23 10:00"), at("23 12:00"))


def test_merging_takes_the_other_tickets_time_up_to_the_merge():
    """Timers that were looked at later than the merge count once, not twice."""
    other = [received("23 09:00"), status("23 12:30", "pending"), status("23 13:00", "open")]
    events = [received("23 11:00"), Event.merged(at("23 12:00"), replay(policy(), other, at("23 14:00")))]
    found = timer(events, "23 13:00", Metric.RESOLUTION)
    assert (found.elapsed, len(found.segments)) == (hours(4), 1)


def test_spam_and_deletion_leave_no_breach():
    """Cancelled timers are neither met nor broken, however late it was; nothing that comes later changes them."""
    events = [received("23 09:00"), Event.cancelled(at("27 12:00"), "spam"), received("27 13:00"), replied("27 14:00")]
    for found in replay(policy(), events, at("30 12:00")):
        assert (found.state, found.breached_at, found.due_at) == (State.CANCELLED, None, None)
        assert (found.stopped_at, found.why) == (at("27 12:00"), "spam")
        assert found.goal_missed_at is None


def test_cancelling_keeps_what_was_met():
    """A first response that was given in time was given."""
    events = [received("23 09:00"), replied("23 10:00"), Event.cancelled(at("23 12:00"), "deleted")]
    first, resolution = replay(policy(), events, at("24 12:00"))
    assert (first.state, resolution.state) == (State.MET, State.CANCELLED)


def test_cancelling_takes_back_a_breach_that_was_answered():
    """A late answer to what turns out to be spam broke no promise; its own instant stays."""
    events = [received("23 09:00"), replied("23 14:30"), Event.cancelled(at("27 12:00"), "spam")]
    found = timer(events, "27 13:00")
    assert (found.state, found.breached_at, found.stopped_at) == (State.CANCELLED, None, at("23 14:30"))


def test_taken_back_from_spam_the_clock_goes_on_as_if_nothing_had_been():
    """The customer waited all the time."""
    events = [received("23 09:00"), Event.cancelled(at("23 10:00"), "spam"), Event.restored(at("23 12:00"))]
    assert replay(policy(), events, at("23 12:30")) == replay(policy(), events[:1], at("23 12:30"))


def test_the_customers_zone_is_used_when_known():
    """Nine to five is the customer's once their zone is known; time counted before stays."""
    known = [received("23 09:00"), Event.timezone_known(at("23 09:00"), "America/New_York")]
    found = timer(known, "23 15:00")
    assert (found.timezone, found.elapsed, found.due_at) == ("America/New_York", hours(1), at("23 18:00"))
    later = [received("23 09:00"), Event.timezone_known(at("23 11:00"), "America/New_York")]
    assert timer(later, "23 15:00").elapsed == hours(3)
    assert timer([received("23 09:00")], "23 09:30").timezone == "UTC"


def test_the_customers_zone_survives_a_policy_change():
    """A new policy's hours are kept in the customer's zone too."""
    events = [Event.timezone_known(at("23 09:00"), "America/New_York"), received("23 09:00")]
    events.append(Event.policy_changed(at("23 09:00"), policy(2, timezone="Europe/Paris")))
    assert timer(events, "23 15:00").timezone == "America/New_York"


def test_a_clock_change_inside_business_hours_counts_real_time():
    """Four hours from midnight end at five on the night that clocks go forward."""
    night = policy(calendar="always", timezone="Europe/Paris")
    found = timer([Event.received(utc("2026-03-29T00:00+01:00"))], "23 10:00", under=night)
    assert found.breached_at == utc("2026-03-29T05:00+02:00")


def test_segments_tell_where_the_time_went():
    """Counted, closed and paused stretches follow each other from the start and say why."""
    events = [received("23 16:00"), status("24 10:00", "pending"), status("24 11:00", "open")]
    found = timer(events, "24 12:00", Metric.RESOLUTION)
    assert [(s.start, s.end, s.kind, s.why) for s in found.segments] == [
        (at("23 16:00"), at("23 17:00"), SegmentKind.COUNTED, "open hours"),
        (at("23 17:00"), at("24 09:00"), SegmentKind.CLOSED, "outside open hours"),
        (at("24 09:00"), at("24 10:00"), SegmentKind.COUNTED, "open hours"),
        (at("24 10:00"), at("24 11:00"), SegmentKind.PAUSED, "status pending"),
        (at("24 11:00"), at("24 12:00"), SegmentKind.COUNTED, "open hours"),
    ]


def test_a_timer_as_json_has_the_public_shape():
    """Instants in UTC with a Z, durations in seconds, segments in order."""
    row = timer([received("23 16:00"), replied("24 09:30")], "24 12:00").to_dict()
    public = ("metric", "state", "started_at", "due_at", "stopped_at", "breached_at", "elapsed_seconds")
    assert {key: row[key] for key in public} == {
        "metric": "first_response",
        "state": "met",
        "started_at": "2026-11-23T16:00:00Z",
        "due_at": "2026-11-24T12:00:00Z",
        "stopped_at": "2026-11-24T09:30:00Z",
        "breached_at": None,
        "elapsed_seconds": 5400.0,
    }
    assert row["goal_due_at"] == "2026-11-24T11:00:00Z"
    assert row["segments"][0] == {
        "start": "2026-11-23T16:00:00Z",
        "end": "2026-11-23T17:00:00Z",
        "kind": "counted",
        "why": "open hours",
    }


def test_a_naive_now_is_refused():
    """The instant of the replay needs a zone."""
    with pytest.raises(ValueError, match=r"^now: "):
        replay(policy(), [], at("23 10:00").replace(tzinfo=None))
