"""Honest word to the customer: told once, in time, in the customer's words and zone, and never taken for an answer."""

from datetime import timedelta

import pytest

from copilot import intake, notices
from copilot.channels.transport import NotDelivered, OutcomeUnknown
from copilot.errors import Invalid
from copilot.fakes import RecordingTransport
from copilot.notices import EVERY
from copilot.queue_terms import LASTING
from tests.builders import Desk, make_services, timer
from tests.copilot.test_queue_terms import answer

ENGLISH = "You will hear from us by {expected} ({zone}), not by {due}."
FRENCH = "Nous vous répondrons au plus tard le {expected} ({zone})."
QUESTION = "Where is my parcel? I have been waiting for it since last week and I would like to know where it is."


@pytest.fixture
def honest(desk):
    """A desk that may tell customers, in English and French."""
    desk.configure("notices", {"enabled": True, "templates": {"en": ENGLISH, "fr": FRENCH}})
    return desk


def late_ticket(desk, body=QUESTION, **who):
    """A triaged ticket whose first response cannot come in time any more."""
    ticket_id = desk.open(body, received_at=desk.now() - timedelta(minutes=57), **who)
    desk.process()
    return ticket_id


def tell(desk):
    """Look at the queue and deliver what is to be told."""
    desk.now.advance(EVERY)
    desk.services.notices.look()
    desk.services.notifier.deliver_due()


def told(desk):
    """The notices that reached customers."""
    return [reply for reply in desk.transport.sent if reply.notice]


def test_a_customer_is_told_once_and_the_clock_runs_on(honest, client):
    """The notice leaves once, stands in the conversation as what it is, and stops no timer."""
    ticket_id = late_ticket(honest)
    for _ in range(3):
        tell(honest)
    (notice,) = told(honest)
    day = "Monday 2 March 2026"
    assert notice.body == f"You will hear from us by {day} at 09:15 (UTC), not by {day} at 09:03."
    ticket = honest.ticket(ticket_id)
    first = timer(ticket, "first_response")
    assert (first["stopped_at"], ticket.status, ticket.reply_pending) == (None, "new", False)
    shown = client.get(f"/api/v1/tickets/{ticket_id}", headers=honest.bearer("agent")).json()
    assert [(m["direction"], m["auto_sent"], m["notice"]) for m in shown["messages"]] == [
        ("inbound", False, False),
        ("outbound", True, True),
    ]
    assert [item["ticket_id"] for item in client.get("/api/v1/queue", headers=honest.bearer()).json()["items"]] == [
        ticket_id
    ]


def test_the_words_are_the_customer_s(honest):
    """The template of the ticket's language, the times in the customer's own zone, rounded up."""
    text = "Bonjour, où est mon colis ? Je l'attends depuis une semaine et je voudrais savoir quand il va arriver."
    late_ticket(honest, text, timezone="America/New_York")
    tell(honest)
    assert [notice.body for notice in told(honest)] == [
        "Nous vous répondrons au plus tard le lundi 2 mars 2026 à 04:15 (New York)."
    ]


def test_a_reply_still_counts_as_the_first_response(honest, transport):
    """The answer that follows the notice stops the timer, and its approval is not held up by the notice."""
    ticket_id = late_ticket(honest)
    tell(honest)
    honest.write(ticket_id, "It arrives today.", "outbound")
    first = timer(honest.ticket(ticket_id), "first_response")
    assert first["stopped_at"] is not None
    honest.write(ticket_id, "And when exactly?")
    honest.process()
    assert timer(honest.ticket(ticket_id), "next_response")["stopped_at"] is None


def test_the_draft_can_be_approved_after_the_notice(honest, client):
    """A notice is nothing newer: the draft from before it is still fresh."""
    honest.article(
        "where", "Where is my parcel?", "Your parcel is on its way. You can see where it is in your account."
    )
    while honest.services.knowledge.sync():
        pass
    ticket_id = late_ticket(honest)
    draft = honest.draft(ticket_id)
    assert draft is not None
    tell(honest)
    assert len(told(honest)) == 1
    answer = client.post(f"/api/v1/drafts/{draft.id}/approval", json={}, headers=honest.bearer("agent"))
    assert answer.status_code == 200


@pytest.mark.parametrize(
    "notices", [{}, {"enabled": False, "templates": {"en": ENGLISH}}, {"enabled": True, "templates": {"fr": FRENCH}}]
)
def test_nothing_is_told_unless_it_was_turned_on_and_approved(desk, notices):
    """Off by default; and a language without a template is not written in."""
    if notices:
        desk.configure("notices", notices)
    late_ticket(desk)
    tell(desk)
    assert told(desk) == []


def test_who_can_be_answered_in_time_is_not_disturbed(honest):
    """A ticket that the queue reaches before it is due gets no notice."""
    honest.open(QUESTION)
    honest.process()
    tell(honest)
    assert told(honest) == []


def test_the_place_in_the_queue_makes_the_prediction(honest):
    """With one agent and six minutes a ticket, the eleventh and later of an hour's promise are told at once."""
    ids = [honest.open(QUESTION, email=f"p{number}@example.com") for number in range(13)]
    honest.process()
    tell(honest)
    honest.services.notifier.deliver_due()
    assert len(told(honest)) == 4
    assert {notice.ticket_id for notice in told(honest)} <= set(ids)


def test_what_the_team_takes_makes_the_prediction(honest):
    """Once it is measured that refunds take two minutes, thirteen are answered within the hour and nobody is told."""
    answer(honest, 60, minutes=2)
    honest.deliver()
    honest.now.advance(LASTING)
    for number in range(13):
        honest.open(QUESTION, email=f"p{number}@example.com")
    honest.process()
    tell(honest)
    assert told(honest) == []


def test_a_long_queue_is_looked_at_part_by_part(honest, monkeypatch):
    """Each look goes on where the last one ended, then begins anew; everybody is told in the end, and once."""
    monkeypatch.setattr(notices, "MOST_PLACES", 6)
    for number in range(13):
        honest.open(QUESTION, email=f"p{number}@example.com")
    honest.process()
    counts = []
    for _ in range(5):
        tell(honest)
        counts.append(len(told(honest)))
    assert counts == [0, 3, 4, 4, 4]


def test_the_kill_switch_stops_notices(honest):
    """While everything is stopped none is decided, and one that waits is taken back for good."""
    ticket_id = late_ticket(honest)
    honest.now.advance(EVERY)
    honest.services.notices.look()
    honest.configure("autonomy", {"kill_switch": True})
    honest.services.notifier.deliver_due()
    other = late_ticket(honest, email="b@example.com")
    tell(honest)
    assert told(honest) == []
    assert "notice_decided" in honest.steps(ticket_id)
    assert "notice_decided" not in honest.steps(other)


@pytest.mark.parametrize("meanwhile", ["answered", "turned off", "solved"])
def test_a_notice_that_is_no_longer_true_does_not_leave(honest, meanwhile):
    """Answered, solved or turned off between decision and delivery: nothing is sent, and the journal says why."""
    ticket_id = late_ticket(honest)
    honest.now.advance(EVERY)
    assert honest.services.notices.look() == 1
    if meanwhile == "answered":
        honest.write(ticket_id, "It arrives today.", "outbound")
    elif meanwhile == "turned off":
        honest.configure("notices", {})
    else:
        honest.do(lambda s: intake.set_status(s, ticket_id, "solved", honest.services.book, honest.now(), "Sam"))
    honest.services.notifier.deliver_due()
    assert told(honest) == []
    assert "notification_cancelled" in honest.steps(ticket_id)


def test_a_known_failure_is_tried_again(honest, transport):
    """A receiver that was down gets the notice later, under the same reference."""
    late_ticket(honest)
    transport.fail_next(NotDelivered("500"))
    tell(honest)
    honest.now.advance(seconds=2)
    honest.services.notifier.deliver_due()
    assert len({reply.message_ref for reply in transport.attempts}) == 1
    assert len(told(honest)) == 1


def test_an_unknown_outcome_is_never_sent_again(honest, transport):
    """A notice that may have arrived is left at that: a customer is not told twice."""
    ticket_id = late_ticket(honest)
    transport.fail_next(OutcomeUnknown("silence"))
    tell(honest)
    for _ in range(3):
        honest.now.advance(hours=1)
        tell(honest)
    assert len(transport.attempts) == 1
    assert "notification_uncertain" in honest.steps(ticket_id)


@pytest.mark.parametrize(("safe", "sent"), [(True, 1), (False, 0)])
def test_a_service_that_died_while_telling(tmp_path, now, safe, sent):
    """A notice whose sender vanished is sent again only where that cannot tell a customer twice."""
    services = make_services(tmp_path / "d", now, transport=RecordingTransport(resend_is_safe=safe))
    desk = Desk(services, now).seed()
    desk.configure("notices", {"enabled": True, "templates": {"en": ENGLISH}})
    late_ticket(desk)
    desk.transport.fail_next(SystemExit())
    with pytest.raises(SystemExit):
        tell(desk)
    now.advance(seconds=61)
    tell(desk)
    assert len(told(desk)) == sent
    services.close()


@pytest.mark.parametrize(
    ("document", "field"),
    [
        ([], "notices"),
        ({"enable": True}, "enable"),
        ({"enabled": "yes"}, "enabled"),
        ({"enabled": True}, "templates"),
        ({"templates": []}, "templates"),
        ({"templates": {"en": 7}}, "templates.en"),
        ({"templates": {"en": "Soon!"}}, "templates.en"),
        ({"templates": {"en": "{expected} {name}"}}, "templates.en"),
        ({"templates": {"tlh": "{expected}"}}, "templates.tlh"),
    ],
)
def test_nonsense_is_refused_when_it_is_entered(desk, document, field):
    """A template that does not say when, or is in no language that times can be said in, is refused by its path."""
    with pytest.raises(Invalid) as caught:
        desk.configure("notices", document)
    assert caught.value.field == field
