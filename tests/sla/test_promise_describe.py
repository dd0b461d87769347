"""The promise as customers read it: golden files for the sample shop, and every branch of the sentences."""

import json
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sla.calendar import BusinessCalendar
from sla.policies import Metric, Priority, Sender, parse_policies
from sla.promise import LANGUAGES, describe
from tests.sla.builders import WORKDAYS, policy

GOLDEN = Path(__file__).parent / "test_promise_golden"
SHOP = Path(__file__).parents[2] / "copilot" / "sample_shop" / "policies.json"
TITLES = {"payment-problem": "Payment", "account-login": "Your account"}
POLICIES = {shop.name: shop for shop in parse_policies(json.loads(SHOP.read_text(encoding="utf-8")))}


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", ["VIP customers", "Payment and account", "Standard"])
def test_the_sample_shop(name, language):
    """Three policies in four languages read exactly as they were proof-read."""
    golden = GOLDEN / f"{name.lower().replace(' ', '-')}.{language}.txt"
    sentences = describe(POLICIES[name], language, today=date(2026, 11, 23), titles=TITLES)
    assert "\n".join(sentences) + "\n" == golden.read_text(encoding="utf-8")


def plain(language="en", **changes):
    """The sentences of a small policy, with ordinary spaces."""
    sentences = describe(policy(**changes), language)
    return [sentence.replace("\u00a0", " ").replace("\u202f", " ") for sentence in sentences]


def everywhere(index, **changes):
    """One sentence in all four languages."""
    return [plain(language, **changes)[index] for language in LANGUAGES]


ONE = {"targets": {"first_response": {"normal": {"promise": "4h", "goal": "45m"}}}}
SAME = {"first_response": {p: {"promise": "1h30m"} for p in ("urgent", "high", "normal", "low")}}


def scope(**when):
    """The first sentence for these conditions, in all four languages."""
    described = parse_policies(
        {
            "policies": [
                {"name": "A", "when": when, "calendar": "always", "targets": ONE["targets"]},
                {"name": "B", "when": {}, "calendar": "always", "targets": {}},
            ]
        }
    )[0]
    return [describe(described, language)[0].replace("\u00a0", " ").replace("\u202f", " ") for language in LANGUAGES]


def test_goals_are_not_told():
    """The internal goal is nobody else's business."""
    assert not any("45" in sentence for language in LANGUAGES for sentence in plain(language, **ONE))


def test_one_condition():
    """For whom it holds, by each kind of condition."""
    assert scope(channel=["email", "fax"]) == [
        "This promise holds for requests received through e-mail or “fax”.",
        "Cette promesse vaut pour les demandes reçues par e-mail ou « fax ».",
        "Dieses Versprechen gilt für Anfragen mit Eingang über E-Mail oder „fax“.",
        "Esta promesa rige para las solicitudes recibidas por correo electrónico o «fax».",
    ]
    assert scope(language=["fr", "en", "tlh"])[0].endswith("written in English, French or Klingon.")
    assert scope(language=["fr", "en"])[1:] == [
        "Cette promesse vaut pour les demandes rédigées en anglais ou français.",
        "Dieses Versprechen gilt für Anfragen auf Englisch oder Französisch.",
        "Esta promesa rige para las solicitudes escritas en francés o inglés.",
    ]
    assert [
        said.partition("requests ")[2] for said in (scope(priority=["high", "urgent"])[0], scope(tag=["a"])[0])
    ] == [
        "of urgent or high priority.",
        "marked with “a”.",
    ]
    assert scope(organisation=["Acme"]) == [
        "This promise holds for requests from the organisation “Acme”.",
        "Cette promesse vaut pour les demandes de l’organisation « Acme ».",
        "Dieses Versprechen gilt für Anfragen von der Organisation „Acme“.",
        "Esta promesa rige para las solicitudes de la organización «Acme».",
    ]
    assert scope(language=["zz\n\x00zz"])[0].endswith("written in “zz \x00zz”.")


def test_several_conditions_all_hold():
    """Conditions that must hold together are said to, so that nobody reads them as alternatives."""
    assert scope(segment=["vip", "gold"], priority=["low"]) == [
        "This promise holds for requests to which all of this applies: from customers in the group “gold” or “vip”; "
        "of low priority.",
        "Cette promesse vaut pour les demandes qui remplissent toutes ces conditions : de clients du groupe « gold » "
        "ou « vip » ; de priorité basse.",
        "Dieses Versprechen gilt für Anfragen, auf die alles Folgende zutrifft: aus der Kundengruppe „gold“ oder "
        "„vip“; mit niedriger Priorität.",
        "Esta promesa rige para las solicitudes que cumplen todas estas condiciones: de clientes del grupo «gold» o "
        "«vip»; de prioridad baja.",
    ]


def test_the_same_time_at_every_priority():
    """One sentence without a list, and none about changes of priority."""
    assert everywhere(1, targets=SAME) == [
        "You receive our first response within 1 hour and 30 minutes, whatever the priority.",
        "Vous recevez notre première réponse en 1 heure et 30 minutes au plus, quelle que soit la priorité.",
        "Sie erhalten unsere erste Antwort innerhalb von 1 Stunde und 30 Minuten, gleich bei welcher Priorität.",
        "Usted recibe nuestra primera respuesta en 1 hora y 30 minutos como máximo, sea cual sea la prioridad.",
    ]
    assert not any("priority of your request changes" in sentence for sentence in plain(targets=SAME))
    assert any("priority of your request changes" in sentence for sentence in plain())


def test_what_is_not_promised():
    """Priorities and metrics without a target are named."""
    assert plain(**ONE)[1:4] == [
        "You receive our first response within 4 hours at normal priority.",
        "At urgent, high or low priority, we promise no time for the first response.",
        "We promise no time for the answers to later messages and the resolution.",
    ]
    assert everywhere(2, **ONE)[1:] == [
        "En priorité urgente, haute ou basse, nous ne promettons aucun délai pour la première réponse.",
        "Bei dringender, hoher oder niedriger Priorität versprechen wir für die erste Antwort keine Frist.",
        "Con prioridad urgente, alta o baja no prometemos ningún plazo para la primera respuesta.",
    ]
    assert everywhere(1, targets={"resolution": {}}) == [
        "For these requests we promise no times.",
        "Pour ces demandes, nous ne promettons aucun délai.",
        "Für diese Anfragen versprechen wir keine Fristen.",
        "Para estas solicitudes no prometemos ningún plazo.",
    ]
    assert len(plain(targets={})) == 2


def test_only_resolution():
    """Without a promise about replies, nothing is said about which replies count."""
    sentences = plain(targets={"resolution": {"normal": {"promise": "8h"}}})
    assert not any(sentence.startswith("A reply counts") for sentence in sentences)
    assert "The time for the resolution starts when your first message reaches us." in sentences


def test_only_next_responses():
    """Without a promise from the first message on, nothing is said about its start."""
    sentences = plain(targets={"next_response": {"normal": {"promise": "8h"}}})
    assert not any("first message reaches us" in sentence for sentence in sentences)
    assert not any("solved" in sentence for sentence in sentences)


def test_who_may_reply():
    """Every single sender has its clause."""
    clauses = [[s for s in plain(language, counts=["auto"]) if "utom" in s] for language in LANGUAGES]
    assert clauses == [
        ["A reply counts if our automatic assistant wrote and sent it by itself."],
        ["Une réponse compte si notre assistant automatique l’a rédigée et envoyée de lui-même."],
        ["Eine Antwort zählt, wenn unser automatischer Assistent sie selbst geschrieben und gesendet hat."],
        ["Una respuesta cuenta si nuestro asistente automático la ha escrito y enviado por sí mismo."],
    ]


def test_what_pauses():
    """Metrics with the same pauses share a sentence; every state has its clause."""
    waits = ["pending", "on-hold", "new", "open"]
    paused = [
        next(s for s in plain(language, pauses={"resolution": waits}) if s.startswith(start))
        for language, start in zip(
            LANGUAGES,
            (
                "The time for the resolution stands",
                "Le délai pour la résolution est",
                "Die Zeit für die Lösung steht",
                "El plazo para la resolución se",
            ),
            strict=True,
        )
    ]
    assert paused == [
        "The time for the resolution stands still while nobody has taken on your request, while we are working on your "
        "request, while we are waiting for your answer or while your request is on hold because we are waiting for "
        "someone else.",
        "Le délai pour la résolution est suspendu tant que personne n’a pris en charge votre demande, tant que nous "
        "traitons votre demande, tant que nous attendons votre réponse ou tant que votre demande est en suspens parce "
        "que nous attendons un tiers.",
        "Die Zeit für die Lösung steht still, solange niemand Ihr Anliegen übernommen hat, solange wir Ihr Anliegen "
        "bearbeiten, solange wir auf Ihre Antwort warten oder solange Ihr Anliegen ruht, weil wir auf Dritte warten.",
        "El plazo para la resolución se detiene mientras nadie se ha hecho cargo de su solicitud, mientras trabajamos "
        "en su solicitud, mientras esperamos su respuesta o mientras su solicitud está en espera porque dependemos de "
        "un tercero.",
    ]
    together = plain(pauses={metric: [] for metric in ("first_response", "next_response", "resolution")})
    assert any("the first response, the answers to later messages and the resolution" in said for said in together)


def hours_of(calendar, language="en", **more):
    """What is said about a calendar's hours."""
    document = {
        "calendars": {"c": calendar},
        "policies": [{"name": "A", "when": {}, "calendar": "c", "targets": ONE["targets"]}],
    }
    sentences = describe(parse_policies(document)[0], language, **more)
    return [sentence for sentence in sentences if any(word in sentence for word in (":", "clock", "Uhr"))][:-1]


def test_weeks():
    """Days with the same hours stand together; three in a row are a range; midnight closes a day as 24:00."""
    day = [["10:00", "24:00"]]
    spoken = {"mon": day, "wed": day, "thu": day, "fri": day, "sun": [["00:00", "24:00"]]}
    calendar = {"timezone": "Europe/Berlin", "hours": spoken}
    week = "Monday and Wednesday to Friday 10:00–24:00; Tuesday and Saturday closed; Sunday around the clock."
    assert any(week in sentence for sentence in hours_of(calendar))
    assert any("10:00\u202fAM–12:00\u202fAM" in sentence for sentence in hours_of(calendar, "en-US"))
    assert any("Sonntag durchgehend." in sentence for sentence in hours_of(calendar, "de"))


def test_round_the_clock_but_for_holidays():
    """Closing days and the promise of every day of the year do not stand side by side."""
    full = {day: [["00:00", "24:00"]] for day in (*WORKDAYS, "sat", "sun")}
    said = " ".join(hours_of({"timezone": "UTC", "hours": full, "holidays": ["2026-12-25"]}))
    assert "Monday to Sunday around the clock." in said
    assert "In 2026 we are closed on these days: 25 December." in said
    assert "every day of the year" not in said


def test_closing_and_special_days():
    """A special day replaces a holiday; one without hours is a closing day; each year has its sentence."""
    calendar = {
        "timezone": "Europe/Madrid",
        "hours": {"mon": [["09:00", "17:00"]]},
        "holidays": ["2026-12-24", "2026-12-25", "2027-01-01"],
        "special_days": {"2026-12-24": [["10:00", "12:00"]], "2026-12-28": []},
    }
    said = describe(policy_with(calendar), "es")
    assert "En 2026 cerramos estos días: 25 de diciembre y 28 de diciembre." in said
    assert "En 2027 cerramos estos días: 1 de enero." in said
    assert "En estos días tenemos otro horario: 24 de diciembre de 2026 10:00–12:00." in said
    later = describe(policy_with(calendar), "es", today=date(2026, 12, 26))
    assert "En 2026 cerramos estos días: 28 de diciembre." in later
    assert not any("otro horario" in sentence for sentence in later)


def test_public_holidays():
    """A calendar that follows a country's holidays says so, with the region where there is one."""
    calendar = {"timezone": "Europe/Berlin", "hours": {"mon": [["09:00", "17:00"]]}, "country": "DE", "region": "BY"}
    said = [describe(policy_with(calendar), language) for language in LANGUAGES]
    assert [next(s for s in sentences if "(BY)" in s).replace("\u00a0", " ") for sentences in said] == [
        "We are closed on the public holidays of this country or region: Germany (BY).",
        "Nous sommes fermés les jours fériés du pays ou de la région que voici : Allemagne (BY).",
        "An den Feiertagen dieses Landes oder dieser Region haben wir geschlossen: Deutschland (BY).",
        "Cerramos los días festivos de este país o región: Alemania (BY).",
    ]
    del calendar["region"]
    assert any(s.endswith("country or region: Germany.") for s in describe(policy_with(calendar)))
    round_the_clock = calendar | {"hours": {day: [["00:00", "24:00"]] for day in (*WORKDAYS, "sat", "sun")}}
    assert not any("every day of the year" in s for s in describe(policy_with(round_the_clock)))


def policy_with(calendar):
    """A small policy on this calendar."""
    rows = [{"name": "A", "when": {}, "calendar": "c", "targets": ONE["targets"]}]
    return parse_policies({"calendars": {"c": calendar}, "policies": rows})[0]


def test_titles_replace_names():
    """Categories and groups are said as customers know them."""
    said = describe(POLICIES["VIP customers"], "de", titles={"vip": "Stammkunden"})[0]
    assert said == "Dieses Versprechen gilt für Anfragen aus der Kundengruppe „Stammkunden“."


def test_unknown_language():
    """A language that we do not speak is refused."""
    with pytest.raises(ValueError, match=r"^language: "):
        describe(policy(), "it")


def test_every_calendar_of_the_clock_can_be_described():
    """Round the clock is said in every language."""
    assert policy(calendar="always").calendar == BusinessCalendar.always()
    assert [
        s
        for lang in LANGUAGES
        for s in plain(lang, calendar="always")
        if s.startswith(("The time runs", "Le délai court", "Die Zeit läuft", "El plazo corre"))
    ] == [
        "The time runs around the clock, every day of the year.",
        "Le délai court jour et nuit, tous les jours de l’année.",
        "Die Zeit läuft rund um die Uhr, an jedem Tag des Jahres.",
        "El plazo corre las 24 horas, todos los días del año.",
    ]


texts = st.lists(st.text(min_size=1, max_size=30).filter(str.strip), min_size=1, max_size=3)
targets = st.dictionaries(
    st.sampled_from(Metric),
    st.dictionaries(st.sampled_from(Priority), st.sampled_from([{"promise": "1h"}, {"promise": "90s"}]), max_size=4),
)


@given(
    st.dictionaries(st.sampled_from(["category", "channel", "segment", "language", "tag"]), texts),
    targets,
    st.dictionaries(st.sampled_from(Metric), st.lists(st.sampled_from(["new", "open", "pending", "on-hold"]))),
    st.lists(st.sampled_from(Sender), min_size=1),
    st.sampled_from([*LANGUAGES, "en-US", "fr-CA", "es-MX"]),
)
@settings(deadline=None)
def test_every_policy_can_be_said(when, targets, pauses, counts, language):
    """Whatever a policy says, its sentences are whole: they begin, end, and leave nothing to fill in."""
    row = {"name": "A", "when": {}, "calendar": "always", "targets": targets, "pauses": pauses, "counts": counts}
    described = replace(parse_policies({"policies": [row]})[0], when={k: frozenset(v) for k, v in when.items()})
    sentences = describe(described, language)
    assert all(sentence[0].isupper() and sentence.endswith(".") for sentence in sentences)
    assert not any(field in sentence for sentence in sentences[1:] for field in "{}")
    assert len(set(sentences)) == len(sentences)
