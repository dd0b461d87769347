"""Honest word to the customer when a promise will be missed."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sla.alerts import check_template, notice_text, will_miss
from sla.clock import Event, replay
from sla.promise import LANGUAGES
from tests.sla.builders import hours, policy, utc

PARIS = policy(timezone="Europe/Paris", pauses={"first_response": ["pending"]})
RECEIVED = Event.received(utc("2026-11-24T09:00"))
NOW = utc("2026-11-24T10:30")


def timer(*events, now=NOW, index=0):
    """The first response of a ticket from 10:00 in Paris, due at 14:00 there."""
    return replay(PARIS, [RECEIVED, *events], now)[index]


def test_in_time():
    """Nothing to say when the answer is expected in time, at the last instant too."""
    assert will_miss(timer(), NOW, utc("2026-11-24T13:00")) is None
    assert will_miss(timer(), NOW, utc("2026-11-24T13:00:00.000001")) is not None


@pytest.mark.parametrize(
    ("now", "expected", "said"),
    [
        ("12:30", "13:01", "13:15"),
        ("12:30", "13:15", "13:15"),
        ("12:30", "15:01", "15:30"),
        ("12:30", "15:30:00.5", "16:00"),
        ("10:30", "13:00:01", "13:30"),
        ("13:30", "13:10", "13:45"),
    ],
)
def test_the_new_time_is_rounded_up(now, expected, said):
    """To quarters within two hours, to halves within a day, and never into the past."""
    now = utc(f"2026-11-24T{now}")
    assert will_miss(timer(now=now), now, utc(f"2026-11-24T{expected}")).expected_at == utc(f"2026-11-24T{said}")


def test_far_off_times_are_whole_hours_on_the_customers_clock():
    """Beyond a day to the hour, as the customer's zone counts it."""
    kathmandu = timer(Event.timezone_known(RECEIVED.at, "Asia/Kathmandu"))
    notice = will_miss(kathmandu, NOW, utc("2026-11-27T10:01"))
    assert notice.expected_at == utc("2026-11-27T10:15")
    assert notice.timezone == "Asia/Kathmandu"


def test_nothing_to_tell():
    """Ended, paused and cancelled timers give no notice; a broken one that waits does."""
    later = utc("2026-11-25T12:00")
    for event in (Event.replied(NOW), Event.status_changed(NOW, "pending"), Event.cancelled(NOW, "spam")):
        assert will_miss(timer(event), NOW, later) is None
    broken = utc("2026-11-24T13:30")
    assert will_miss(timer(now=broken), broken, later).due_at == utc("2026-11-24T13:00")


def test_one_key_a_timer():
    """The same timer has the same key whatever the prediction; another timer has another."""
    first = will_miss(timer(), NOW, utc("2026-11-24T15:00"))
    assert (
        first.key
        == will_miss(timer(), NOW, utc("2026-11-25T15:00")).key
        == "first_response 2026-11-24T09:00:00Z notice"
    )
    assert will_miss(timer(index=1), NOW, utc("2026-12-24T15:00")).key != first.key


def test_naive_instants():
    """Naive instants are refused by name."""
    with pytest.raises(ValueError, match=r"^now: "):
        will_miss(timer(), NOW.replace(tzinfo=None), NOW)
    with pytest.raises(ValueError, match=r"^expected_answer_at: "):
        will_miss(timer(), NOW, NOW.replace(tzinfo=None))


def test_in_four_languages():
    """The notice in the customer's language and zone."""
    notice = will_miss(timer(), NOW, utc("2026-11-24T14:20"))
    said = [notice_text(notice, language).replace("\u00a0", " ").replace("\u202f", " ") for language in LANGUAGES]
    assert said == [
        "We promised you a first response by Tuesday 24 November 2026 at 14:00. We are sorry that we cannot keep this; "
        "we now expect to answer by Tuesday 24 November 2026 at 15:30 (time zone: Paris).",
        "Nous vous avions promis une première réponse au plus tard le mardi 24 novembre 2026 à 14:00. Nous sommes "
        "désolés de ne pas pouvoir tenir cette promesse ; nous pensons maintenant vous répondre au plus tard le mardi "
        "24 novembre 2026 à 15:30 (fuseau horaire : Paris).",
        "Wir hatten Ihnen eine erste Antwort bis Dienstag, 24. November 2026, 14:00 Uhr versprochen. Das können wir "
        "leider nicht einhalten; wir rechnen nun damit, Ihnen bis Dienstag, 24. November 2026, 15:30 Uhr zu antworten "
        "(Zeitzone: Paris).",
        "Le prometimos una primera respuesta a más tardar el martes 24 de noviembre de 2026 a las 14:00. Lamentamos no "
        "poder cumplirlo; ahora prevemos responderle a más tardar el martes 24 de noviembre de 2026 a las 15:30 (zona "
        "horaria: París).",
    ]
    assert "09:30 (time zone: New York)" in notice_text(notice, "en", "America/New_York")
    for index, metric in enumerate(("first_response", "resolution")):
        other = will_miss(timer(index=index), NOW, utc("2026-12-24T14:20"))
        assert other.metric == metric
        assert all("{" not in notice_text(other, language) for language in LANGUAGES)


def test_a_template():
    """The admin's own words, with the fields filled in and nothing else interpreted."""
    notice = will_miss(timer(), NOW, utc("2026-11-24T14:20"))
    text = notice_text(notice, "de", template="Neu: {expected} ({zone}); alt: {due}. %s $x")
    assert text == (
        "Neu: Dienstag, 24. November 2026, 15:30 Uhr (Paris); alt: Dienstag, 24. November 2026, 14:00 Uhr. %s $x"
    )


@pytest.mark.parametrize(
    "template",
    [
        "",
        " ",
        "We are late.",
        "{expected} {name}",
        "{expected.__class__}",
        "{expected} {0}",
        "{expected} }",
        "x" * 6000,
    ],
)
def test_bad_templates(template):
    """A template must tell the new time and may name nothing unknown."""
    with pytest.raises(ValueError, match=r"^template: "):
        check_template(template)


@given(st.timedeltas(hours(-100), hours(2000)), st.timedeltas(hours(0), hours(300)))
@settings(deadline=None)
def test_the_new_time_is_honest(expected, passed):
    """It is never before the expected time, nor before now, and at most an hour and five minutes after both."""
    now = RECEIVED.at + passed
    notice = will_miss(timer(now=now), now, now + expected)
    if notice is not None:
        assert notice.expected_at >= now + max(expected, hours(0))
        assert notice.expected_at - max(now + expected, now) <= hours(1 + 5 / 60)
        assert notice.expected_at > notice.due_at
