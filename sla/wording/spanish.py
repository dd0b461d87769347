"""Spanish. "y" and "o" become "e" and "u" before words that begin with their sound."""

from sla.policies import Metric, Priority, Sender, Status
from sla.wording.phrases import Formats, Phrases, PromisePhrases, TimerPhrases

_PRIORITIES = {
    Priority.URGENT: "urgente",
    Priority.HIGH: "alta",
    Priority.NORMAL: "normal",
    Priority.LOW: "baja",
}

SPANISH = Phrases(
    formats=Formats(
        locale="es_ES",
        quotes=("«", "»"),
        colon=": ",
        semicolon="; ",
        units=("h", "min", "s"),
        short_weekday="EEE",
        short_day="EEE d MMM",
        day="d 'de' MMMM",
        day_and_year="d 'de' MMMM 'de' y",
        weekday_and_day="EEEE d 'de' MMMM 'de' y",
        moment="{day}, {time}",
        long_moment="{day} a las {time}",
        long_moment_at_one="{day} a la {time}",
        days="de {first} a {last}",
        always="las 24 horas",
        closed="cerrado",
        euphony={"y": ("e", r"[ií]|h[ií](?![ae])"), "o": ("u", r"h?[oó]|8|11(?!\d)")},
    ),
    promise=PromisePhrases(
        metrics={
            Metric.FIRST_RESPONSE: "la primera respuesta",
            Metric.NEXT_RESPONSE: "las respuestas a los mensajes posteriores",
            Metric.RESOLUTION: "la resolución",
        },
        priorities=_PRIORITIES,
        channels={
            "api": "nuestra interfaz de programación",
            "chat": "chat",
            "email": "correo electrónico",
            "form": "nuestro formulario de contacto",
            "phone": "teléfono",
            "web": "nuestro sitio web",
        },
        everyone="Esta promesa rige para todas las solicitudes que no cubre ninguna de nuestras otras promesas.",
        scope="Esta promesa rige para las solicitudes {conditions}.",
        scope_of_several="Esta promesa rige para las solicitudes que cumplen todas estas condiciones: {conditions}.",
        conditions={
            "priority": "de prioridad {values}",
            "category": "sobre {values}",
            "channel": "recibidas por {values}",
            "segment": "de clientes del grupo {values}",
            "organisation": "de la organización {values}",
            "language": "escritas en {values}",
            "tag": "con la etiqueta {values}",
        },
        leads={
            Metric.FIRST_RESPONSE: "Usted recibe nuestra primera respuesta",
            Metric.NEXT_RESPONSE: "Usted recibe nuestra respuesta a cada mensaje posterior",
            Metric.RESOLUTION: "Resolvemos su solicitud",
        },
        target="{lead} en {duration} como máximo, sea cual sea la prioridad.",
        targets="{lead} {targets}.",
        within="en {duration} como máximo con prioridad {priorities}",
        no_target="No prometemos ningún plazo para {metrics}.",
        no_target_at="Con prioridad {priorities} no prometemos ningún plazo para {metrics}.",
        nothing_promised="Para estas solicitudes no prometemos ningún plazo.",
        starts="El plazo para {metrics} empieza cuando recibimos su primer mensaje.",
        starts_again=(
            "El plazo para {metrics} empieza con cada mensaje que usted envía después de nuestra respuesta; si envía "
            "varios seguidos, corre desde el más antiguo que siga sin respuesta."
        ),
        counts="Una respuesta cuenta {senders}.",
        sender={
            Sender.PERSON: "si la ha escrito un miembro de nuestro equipo",
            Sender.APPROVED: (
                "si la ha redactado nuestro asistente automático y la ha aprobado un miembro de nuestro equipo"
            ),
            Sender.AUTO: "si nuestro asistente automático la ha escrito y enviado por sí mismo",
        },
        never_counts=(
            "Nada más cuenta: ni un acuse de recibo, ni una nota interna, ni una respuesta que no se le haya entregado."
        ),
        resolved=(
            "Su solicitud está resuelta cuando la marcamos como tal; si se reabre, el tiempo ya transcurrido sigue "
            "contando."
        ),
        always="El plazo corre las 24 horas, todos los días del año.",
        hours="Solo cuenta nuestro horario de atención: {week}.",
        special="En estos días tenemos otro horario: {days}.",
        closing="En {year} cerramos estos días: {days}.",
        public_holidays="Cerramos los días festivos de este país o región: {country}.",
        zone="Estas horas y estos días rigen en su zona horaria si la conocemos y, si no, en esta: {zone}.",
        pauses="El plazo para {metrics} se detiene {states}.",
        pausing={
            Status.NEW: "mientras nadie se ha hecho cargo de su solicitud",
            Status.OPEN: "mientras trabajamos en su solicitud",
            Status.PENDING: "mientras esperamos su respuesta",
            Status.ON_HOLD: "mientras su solicitud está en espera porque dependemos de un tercero",
        },
        no_pause="Ninguna espera, ni de su parte ni de la nuestra, detiene el plazo para {metrics}.",
        exceptions={
            "several": "Si varias de nuestras promesas se ajustan a una solicitud, rige la primera de nuestra lista.",
            "priority": (
                "Si cambia la prioridad de su solicitud, se aplica el nuevo plazo y el tiempo ya transcurrido sigue "
                "contando."
            ),
            "agent": "Si abrimos nosotros una solicitud, no corre ningún plazo hasta que usted nos escriba.",
            "merged": "Si varias solicitudes se unen en una, cada plazo en curso conserva el inicio más antiguo.",
            "spam": "No se promete nada para el correo no deseado ni para las solicitudes eliminadas.",
            "version": (
                "Si cambiamos esta promesa, las solicitudes que usted ya ha enviado conservan la anterior, salvo que "
                "apliquemos expresamente el cambio a las solicitudes abiertas."
            ),
        },
    ),
    timer=TimerPhrases(
        metrics={
            Metric.FIRST_RESPONSE: "Primera respuesta",
            Metric.NEXT_RESPONSE: "Siguiente respuesta",
            Metric.RESOLUTION: "Resolución",
        },
        statuses={
            Status.NEW: "nuevo",
            Status.OPEN: "abierto",
            Status.PENDING: "pendiente",
            Status.ON_HOLD: "en espera",
            Status.SOLVED: "resuelto",
            Status.CLOSED: "cerrado",
        },
        priorities=_PRIORITIES,
        sentence="{metric} {verdict}: {elapsed} de {target} desde {since}",
        running="con vencimiento el {at}",
        met="cumplida el {at}, con vencimiento el {due}",
        broken="incumplida el {at}, realizada el {done}{why}",
        owed="incumplida el {at} y aún pendiente{why}",
        paused="en pausa{why}, sin vencimiento por ahora",
        cancelled="anulada el {at}{why}",
        closed="cerrado {span}",
        gap_paused="en pausa ({why}) {span}",
        breaks=("{count} interrupción anterior", "{count} interrupciones anteriores"),
        reasons={
            "status": "estado {status}",
            "used_up": "el plazo de {target} se había agotado",
            "already": "el plazo de {target} ya se había superado cuando {cause}",
            "priority": "la prioridad pasó a ser {priority}",
            "policy": "la regla pasó a ser {policy}",
            "reopened": "se reabrió la solicitud",
            "merged": "otra solicitud se unió a esta",
            "merged_into": "unida a la solicitud {ticket}",
            "broken_before": "ya incumplida antes de que su solicitud se uniera a esta",
            "resolved": "resuelta",
            "spam": "correo no deseado",
            "deleted": "eliminada",
        },
        notice={
            Metric.FIRST_RESPONSE: (
                "Le prometimos una primera respuesta a más tardar el {due}. Lamentamos no poder cumplirlo; ahora "
                "prevemos responderle a más tardar el {expected} (zona horaria: {zone})."
            ),
            Metric.NEXT_RESPONSE: (
                "Le prometimos una respuesta a más tardar el {due}. Lamentamos no poder cumplirlo; ahora prevemos "
                "responderle a más tardar el {expected} (zona horaria: {zone})."
            ),
            Metric.RESOLUTION: (
                "Prometimos resolver su solicitud a más tardar el {due}. Lamentamos no poder cumplirlo; ahora prevemos "
                "resolverla a más tardar el {expected} (zona horaria: {zone})."
            ),
        },
    ),
)
