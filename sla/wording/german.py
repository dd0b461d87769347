"""German. Priorities are inflected for the dative after "bei" and "mit"."""

from sla.policies import Metric, Priority, Sender, Status
from sla.wording.phrases import Formats, Phrases, PromisePhrases, TimerPhrases

GERMAN = Phrases(
    formats=Formats(
        locale="de_DE",
        quotes=("„", "“"),
        colon=": ",
        semicolon="; ",
        units=("Std.", "Min.", "Sek."),
        short_weekday="EEE",
        short_day="EEE d. MMM",
        day="d. MMMM",
        day_and_year="d. MMMM y",
        weekday_and_day="EEEE, d. MMMM y",
        moment="{day}, {time}",
        long_moment="{day}, {time}",
        days="{first} bis {last}",
        always="durchgehend",
        closed="geschlossen",
        oclock=" Uhr",
    ),
    promise=PromisePhrases(
        metrics={
            Metric.FIRST_RESPONSE: "die erste Antwort",
            Metric.NEXT_RESPONSE: "die Antworten auf weitere Nachrichten",
            Metric.RESOLUTION: "die Lösung",
        },
        priorities={
            Priority.URGENT: "dringender",
            Priority.HIGH: "hoher",
            Priority.NORMAL: "normaler",
            Priority.LOW: "niedriger",
        },
        channels={
            "api": "unsere Programmierschnittstelle",
            "chat": "Chat",
            "email": "E-Mail",
            "form": "unser Kontaktformular",
            "phone": "Telefon",
            "web": "unsere Website",
        },
        everyone="Dieses Versprechen gilt für alle Anfragen, für die keines unserer anderen Versprechen gilt.",
        scope="Dieses Versprechen gilt für Anfragen {conditions}.",
        scope_of_several="Dieses Versprechen gilt für Anfragen, auf die alles Folgende zutrifft: {conditions}.",
        conditions={
            "priority": "mit {values} Priorität",
            "category": "zum Thema {values}",
            "channel": "mit Eingang über {values}",
            "segment": "aus der Kundengruppe {values}",
            "organisation": "von der Organisation {values}",
            "language": "auf {values}",
            "tag": "mit dem Schlagwort {values}",
        },
        leads={
            Metric.FIRST_RESPONSE: "Sie erhalten unsere erste Antwort",
            Metric.NEXT_RESPONSE: "Sie erhalten unsere Antwort auf jede weitere Nachricht",
            Metric.RESOLUTION: "Wir lösen Ihr Anliegen",
        },
        target="{lead} innerhalb von {duration}, gleich bei welcher Priorität.",
        targets="{lead} {targets}.",
        within="innerhalb von {duration} bei {priorities} Priorität",
        no_target="Für {metrics} versprechen wir keine Frist.",
        no_target_at="Bei {priorities} Priorität versprechen wir für {metrics} keine Frist.",
        nothing_promised="Für diese Anfragen versprechen wir keine Fristen.",
        starts="Die Zeit für {metrics} beginnt, sobald Ihre erste Nachricht bei uns eingeht.",
        starts_again=(
            "Die Zeit für {metrics} beginnt mit jeder Nachricht, die Sie nach unserer Antwort senden; senden Sie "
            "mehrere hintereinander, läuft sie ab der frühesten, die noch unbeantwortet ist."
        ),
        counts="Eine Antwort zählt, {senders}.",
        sender={
            Sender.PERSON: "wenn ein Mitglied unseres Teams sie geschrieben hat",
            Sender.APPROVED: (
                "wenn unser automatischer Assistent sie entworfen und ein Mitglied unseres Teams sie freigegeben hat"
            ),
            Sender.AUTO: "wenn unser automatischer Assistent sie selbst geschrieben und gesendet hat",
        },
        never_counts=(
            "Nichts anderes zählt: keine Eingangsbestätigung, keine interne Notiz und keine Antwort, die Ihnen nicht "
            "zugestellt wurde."
        ),
        resolved=(
            "Ihr Anliegen ist gelöst, wenn wir es als gelöst kennzeichnen; wird es wieder geöffnet, zählt die bereits "
            "verbrauchte Zeit weiter mit."
        ),
        always="Die Zeit läuft rund um die Uhr, an jedem Tag des Jahres.",
        hours="Es zählen nur unsere Öffnungszeiten: {week}.",
        special="An diesen Tagen gelten andere Zeiten: {days}.",
        closing="Im Jahr {year} haben wir an diesen Tagen geschlossen: {days}.",
        public_holidays="An den Feiertagen dieses Landes oder dieser Region haben wir geschlossen: {country}.",
        zone=(
            "Diese Zeiten und Tage gelten in Ihrer eigenen Zeitzone, wenn wir sie kennen, und sonst in dieser: {zone}."
        ),
        pauses="Die Zeit für {metrics} steht still, {states}.",
        pausing={
            Status.NEW: "solange niemand Ihr Anliegen übernommen hat",
            Status.OPEN: "solange wir Ihr Anliegen bearbeiten",
            Status.PENDING: "solange wir auf Ihre Antwort warten",
            Status.ON_HOLD: "solange Ihr Anliegen ruht, weil wir auf Dritte warten",
        },
        no_pause="Kein Warten, weder auf Ihrer noch auf unserer Seite, hält die Zeit für {metrics} an.",
        exceptions={
            "several": "Passen mehrere unserer Versprechen auf eine Anfrage, gilt das erste in unserer Liste.",
            "priority": (
                "Ändert sich die Priorität Ihrer Anfrage, gilt die neue Frist, und die bereits verbrauchte Zeit zählt "
                "weiter mit."
            ),
            "agent": "Eröffnen wir selbst eine Anfrage, läuft keine Frist, bis Sie uns schreiben.",
            "merged": ("Werden Anfragen zu einer zusammengelegt, gilt für jede laufende Frist der früheste Beginn."),
            "spam": "Für Spam und für gelöschte Anfragen ist nichts versprochen.",
            "version": (
                "Ändern wir dieses Versprechen, behalten bereits gesendete Anfragen das alte, es sei denn, wir wenden "
                "die Änderung ausdrücklich auf offene Anfragen an."
            ),
        },
    ),
    timer=TimerPhrases(
        metrics={
            Metric.FIRST_RESPONSE: "Erste Antwort",
            Metric.NEXT_RESPONSE: "Nächste Antwort",
            Metric.RESOLUTION: "Lösung",
        },
        statuses={
            Status.NEW: "neu",
            Status.OPEN: "offen",
            Status.PENDING: "wartend",
            Status.ON_HOLD: "zurückgestellt",
            Status.SOLVED: "gelöst",
            Status.CLOSED: "geschlossen",
        },
        priorities={
            Priority.URGENT: "dringend",
            Priority.HIGH: "hoch",
            Priority.NORMAL: "normal",
            Priority.LOW: "niedrig",
        },
        sentence="{metric} {verdict}: {elapsed} von {target} verbraucht seit {since}",
        running="fällig {at}",
        met="eingehalten {at}, fällig {due}",
        broken="verfehlt {at}, erledigt {done}{why}",
        owed="verfehlt {at} und noch offen{why}",
        paused="angehalten{why}, nichts wird fällig",
        cancelled="aufgehoben {at}{why}",
        closed="geschlossen {span}",
        gap_paused="angehalten ({why}) {span}",
        breaks=("{count} frühere Unterbrechung", "{count} frühere Unterbrechungen"),
        reasons={
            "status": "Status {status}",
            "used_up": "die Frist von {target} war verbraucht",
            "already": "die Frist von {target} war schon überschritten, als {cause}",
            "priority": "die Priorität zu „{priority}“ wechselte",
            "policy": "die Regel zu „{policy}“ wechselte",
            "reopened": "die Anfrage wieder geöffnet wurde",
            "merged": "eine andere Anfrage mit dieser zusammengelegt wurde",
            "merged_into": "mit Anfrage {ticket} zusammengelegt",
            "broken_before": "schon verfehlt, bevor ihre Anfrage mit dieser zusammengelegt wurde",
            "resolved": "gelöst",
            "spam": "Spam",
            "deleted": "gelöscht",
        },
        notice={
            Metric.FIRST_RESPONSE: (
                "Wir hatten Ihnen eine erste Antwort bis {due} versprochen. Das können wir leider nicht einhalten; wir "
                "rechnen nun damit, Ihnen bis {expected} zu antworten (Zeitzone: {zone})."
            ),
            Metric.NEXT_RESPONSE: (
                "Wir hatten Ihnen eine Antwort bis {due} versprochen. Das können wir leider nicht einhalten; wir "
                "rechnen nun damit, Ihnen bis {expected} zu antworten (Zeitzone: {zone})."
            ),
            Metric.RESOLUTION: (
                "Wir hatten Ihnen eine Lösung bis {due} versprochen. Das können wir leider nicht einhalten; wir "
                "rechnen nun damit, Ihr Anliegen bis {expected} zu lösen (Zeitzone: {zone})."
            ),
        },
    ),
)
