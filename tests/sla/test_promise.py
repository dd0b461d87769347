"""What agents and customers read about a timer, in four languages."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sla.clock import Event, SegmentKind, State, explain, replay
from sla.promise import LANGUAGES, say_moment, voice_of
from tests.sla.builders import hours, minutes, policy, utc

PARIS = policy(timezone="Europe/Paris", pauses={"resolution": ["pending", "on-hold", "new", "open"]})
RECEIVED = Event.received(utc("2026-11-23T08:00"))


def said(events, now, index=0, **more):
    """The sentence about a ticket's timer."""
    return explain(replay(PARIS, events, utc(now))[index], **more)


def in_all(events, now, index=0):
    """The sentence in English, French, German and Spanish, with ordinary spaces."""
    spoken = (said(events, now, index, language=language) for language in ("en", "fr", "de", "es"))
    return [sentence.replace("\u00a0", " ").replace("\u202f", " ") for sentence in spoken]


def test_running():
    """When it is due, where, how much is used since when, and why the rest of the time did not count."""
    assert in_all([Event.received(utc("2026-11-23T14:00"))], "2026-11-24T08:30") == [
        "First response due Tue 24 Nov 11:00 (Europe/Paris): 2 h 30 m of 4 h used since Mon 15:00; closed 17:00–09:00",
        "Première réponse attendue le mar. 24 nov. à 11:00 (Europe/Paris) : 2 h 30 min sur 4 h depuis lun. à 15:00 ; "
        "fermé 17:00–09:00",
        "Erste Antwort fällig Di. 24. Nov., 11:00 Uhr (Europe/Paris): 2 Std. 30 Min. von 4 Std. verbraucht seit Mo., "
        "15:00 Uhr; geschlossen 17:00–09:00 Uhr",
        "Primera respuesta con vencimiento el mar 24 nov, 11:00 (Europe/Paris): 2 h 30 min de 4 h desde lun, 15:00; "
        "cerrado 17:00–9:00",
    ]


def test_in_another_zone():
    """An agent elsewhere reads it in their own time."""
    assert said([Event.received(utc("2026-11-23T14:00"))], "2026-11-23T15:00", timezone="America/New_York") == (
        "First response due Tue 24 Nov 05:00 (America/New_York): 1 h of 4 h used since Mon 09:00"
    )
    with pytest.raises(ValueError, match=r"^timezone: "):
        said([Event.received(utc("2026-11-23T14:00"))], "2026-11-23T15:00", timezone="Mars")


def test_met():
    """Kept when, and what was due."""
    assert in_all([RECEIVED, Event.replied(utc("2026-11-23T09:30"))], "2026-11-30T08:00") == [
        "First response kept Mon 23 Nov 10:30 (Europe/Paris), due Mon 23 Nov 13:00: 1 h 30 m of 4 h used since Mon "
        "09:00",
        "Première réponse tenue le lun. 23 nov. à 10:30 (Europe/Paris), attendue le lun. 23 nov. à 13:00 : 1 h 30 min "
        "sur 4 h depuis lun. à 09:00",
        "Erste Antwort eingehalten Mo. 23. Nov., 10:30 Uhr (Europe/Paris), fällig Mo. 23. Nov., 13:00 Uhr: 1 Std. 30 "
        "Min. von 4 Std. verbraucht seit Mo., 09:00 Uhr",
        "Primera respuesta cumplida el lun 23 nov, 10:30 (Europe/Paris), con vencimiento el lun 23 nov, 13:00: 1 h 30 "
        "min de 4 h desde lun, 9:00",
    ]


def test_broken_and_done():
    """Broken when, why, and when it was done after all."""
    assert in_all([RECEIVED, Event.replied(utc("2026-11-23T13:00"))], "2026-11-30T08:00") == [
        "First response broken Mon 23 Nov 13:00 (Europe/Paris), done Mon 23 Nov 14:00 (its 4 h were used up): "
        "5 h of 4 h used since Mon 09:00",
        "Première réponse en retard depuis le lun. 23 nov. à 13:00 (Europe/Paris), faite le lun. 23 nov. à 14:00 (le "
        "délai de 4 h était épuisé) : 5 h sur 4 h depuis lun. à 09:00",
        "Erste Antwort verfehlt Mo. 23. Nov., 13:00 Uhr (Europe/Paris), erledigt Mo. 23. Nov., 14:00 Uhr (die Frist "
        "von 4 Std. war verbraucht): 5 Std. von 4 Std. verbraucht seit Mo., 09:00 Uhr",
        "Primera respuesta incumplida el lun 23 nov, 13:00 (Europe/Paris), realizada el lun 23 nov, 14:00 (el plazo de "
        "4 h se había agotado): 5 h de 4 h desde lun, 9:00",
    ]


def test_broken_by_a_change():
    """A promise that a raised priority breaks says so, and is still owed."""
    raised = Event.priority_changed(utc("2026-11-23T10:00"), "urgent")
    assert in_all([RECEIVED, raised], "2026-11-23T10:00") == [
        "First response broken Mon 23 Nov 11:00 (Europe/Paris) and still owed (already past its target of 1 h when the "
        "priority became urgent): 2 h of 1 h used since Mon 09:00",
        "Première réponse en retard depuis le lun. 23 nov. à 11:00 (Europe/Paris) et toujours due (le délai de 1 h "
        "était déjà dépassé quand la priorité est devenue urgente) : 2 h sur 1 h depuis lun. à 09:00",
        "Erste Antwort verfehlt Mo. 23. Nov., 11:00 Uhr (Europe/Paris) und noch offen (die Frist von 1 Std. war schon "
        "überschritten, als die Priorität zu „dringend“ wechselte): 2 Std. von 1 Std. verbraucht seit Mo., 09:00 Uhr",
        "Primera respuesta incumplida el lun 23 nov, 11:00 (Europe/Paris) y aún pendiente (el plazo de 1 h ya se había "
        "superado cuando la prioridad pasó a ser urgente): 2 h de 1 h desde lun, 9:00",
    ]


def test_paused_and_cancelled():
    """A paused timer says that nothing falls due, a cancelled one why."""
    events = [Event.received(utc("2026-11-16T08:00")), Event.status_changed(utc("2026-11-16T09:00"), "on-hold")]
    assert in_all(events, "2026-11-16T11:00", index=1) == [
        "Resolution paused (status on-hold), nothing falls due: 0 m of 16 h used since Mon 16 Nov 09:00; paused "
        "(status new) 09:00–10:00; paused (status on-hold) 10:00–12:00",
        "Résolution en pause (statut suspendu), sans échéance pour l’instant : 0 min sur 16 h depuis lun. 16 nov. à "
        "09:00 ; en pause (statut nouveau) 09:00–10:00 ; en pause (statut suspendu) 10:00–12:00",
        "Lösung angehalten (Status zurückgestellt), nichts wird fällig: 0 Min. von 16 Std. verbraucht seit Mo. 16. "
        "Nov., 09:00 Uhr; angehalten (Status neu) 09:00–10:00 Uhr; angehalten (Status zurückgestellt) 10:00–12:00 Uhr",
        "Resolución en pausa (estado en espera), sin vencimiento por ahora: 0 min de 16 h desde lun 16 nov, 9:00; en "
        "pausa (estado nuevo) 9:00–10:00; en pausa (estado en espera) 10:00–12:00",
    ]
    events.append(Event.cancelled(utc("2026-11-16T11:00"), "spam"))
    assert [sentence.partition("(Europe/Paris)")[2][:26] for sentence in in_all(events, "2026-11-16T12:00")] == [
        " (spam): 3 h of 4 h used s",
        " (message indésirable) : 3",
        " (Spam): 3 Std. von 4 Std.",
        " (correo no deseado): 3 h ",
    ]


def test_a_persons_reason_is_repeated():
    """A reason that the clock did not write stands as it was written, braces and all."""
    events = [RECEIVED, Event.cancelled(utc("2026-11-23T09:00"), "doublon {de} #4")]
    assert "(doublon {de} #4)" in said(events, "2026-11-23T10:00", language="fr")


def test_long_stories_are_cut_short():
    """The latest three breaks are told, the weekend with its dates, the earlier ones are counted."""
    ends = [
        sentence.partition("; ")[2]
        for sentence in in_all([RECEIVED.received(utc("2026-11-16T08:00"))], "2026-11-23T10:00")
    ]
    assert (
        ends[0]
        == "2 earlier breaks; closed 17:00–09:00; closed 17:00–09:00; closed Fri 20 Nov 17:00 – Mon 23 Nov 09:00"
    )
    assert ends[1].startswith("2 interruptions antérieures ; ")
    assert ends[2].endswith("geschlossen Fr. 20. Nov., 17:00 Uhr – Mo. 23. Nov., 09:00 Uhr")
    assert ends[3].endswith("cerrado vie 20 nov, 17:00 – lun 23 nov, 9:00")
    four = in_all([Event.received(utc("2026-11-17T08:00"))], "2026-11-23T10:00")
    assert ["; 1 earlier break; " in four[0], " ; 1 interruption antérieure ; " in four[1]] == [True, True]
    assert ["; 1 frühere Unterbrechung; " in four[2], "; 1 interrupción anterior; " in four[3]] == [True, True]


@pytest.mark.parametrize(
    ("spoken", "expected"),
    [
        ("en", "Tuesday 1 December 2026 at 13:30"),
        ("en-US", "Tuesday 1 December 2026 at 1:30\u202fPM"),
        ("en-XX", "Tuesday 1 December 2026 at 13:30"),
        ("fr", "mardi 1er décembre 2026 à 13:30"),
        ("fr-CA", "mardi 1er décembre 2026 à 13\u202fh\u202f30"),
        ("de", "Dienstag, 1. Dezember 2026, 13:30 Uhr"),
        ("es", "martes 1 de diciembre de 2026 a las 13:30"),
        ("es-MX", "martes 1 de diciembre de 2026 a la 1:30\u202fp.m."),
    ],
)
def test_a_moment_in_full(spoken, expected):
    """Dates and times read as the region writes them; one o'clock is singular in Spanish."""
    moment = say_moment(utc("2026-12-01T12:30"), spoken, "Europe/Paris").replace("\u00a0", "\u202f")
    assert moment.replace(" h ", "\u202fh\u202f") == expected


def test_lists_sound_right():
    """Conjunctions agree with the sound of what follows."""
    spanish = voice_of("es")
    assert spanish.every(["francés", "inglés"]) == "francés e inglés"
    assert spanish.every(["a", "hierro"]) == "a y hierro"
    assert spanish.either(["«pagos»", "«Otros»"]) == "«pagos» u «Otros»"
    assert spanish.either(["a", "b", "c"]) == "a, b o c"
    assert voice_of("de").either(["a", "b", "c"]) == "a, b oder c"


def test_durations():
    """Long and short, without parts of a second."""
    duration = hours(1) + minutes(30.51)
    assert [voice_of(code).duration(duration).replace("\u00a0", " ") for code in LANGUAGES] == [
        "1 hour, 30 minutes and 30 seconds",
        "1 heure, 30 minutes et 30 secondes",
        "1 Stunde, 30 Minuten und 30 Sekunden",
        "1 hora, 30 minutos y 30 segundos",
    ]
    assert voice_of("en").brief(hours(0)) == "0 m"
    assert voice_of("en").duration(minutes(0)) == "0 minutes"


def test_unknown_languages_are_refused():
    """A language that we do not speak is an error, not English."""
    for code in ("", "it", "xx-FR", "e" * 500, "\x00"):
        with pytest.raises(ValueError, match=r"^language: "):
            voice_of(code)


@given(st.text(max_size=20))
@settings(deadline=None)
def test_no_region_crashes(code):
    """Whatever follows the language, it is spoken; nonsense as the language's home region does."""
    assert voice_of(f"en-{code}").clock(90)
    assert voice_of(f"fr_{code}").words is voice_of("fr").words


ENGLISH_ONLY = ("status ", "open hours", "used up", "already past", "became", "reopened", "merged", "earlier break")
steps = st.sampled_from(
    [
        lambda at: Event.status_changed(at, "pending"),
        lambda at: Event.status_changed(at, "solved"),
        lambda at: Event.status_changed(at, "open"),
        lambda at: Event.priority_changed(at, "urgent"),
        lambda at: Event.priority_changed(at, "low"),
        lambda at: Event.policy_changed(at, policy(2)),
        lambda at: Event.merged(at, replay(PARIS, [Event.received(utc("2026-11-16T08:00"))], at)),
        lambda at: Event.replied(at),
        lambda at: Event.received(at),
        lambda at: Event.cancelled(at, "deleted"),
        lambda at: Event.cancelled(at, "merged into ticket 7"),
    ]
)


@given(st.lists(st.tuples(st.integers(0, 72), steps), max_size=6), st.integers(0, 100))
@settings(deadline=None, max_examples=150)
def test_no_english_is_left_in_other_languages(history, later):
    """Every reason that the clock gives is said in the reader's language, and every sentence is whole."""
    events = [RECEIVED, *(make(RECEIVED.at + hours(after)) for after, make in history)]
    for timer in replay(PARIS, events, RECEIVED.at + hours(later)):
        for language in ("fr", "de", "es"):
            sentence = explain(timer, language=language)
            assert not any(words in sentence for words in ENGLISH_ONLY)
            assert "{" not in sentence
        assert explain(timer, language="en") == explain(timer)
        assert timer.state in State
        assert all(segment.kind in SegmentKind for segment in timer.segments)
