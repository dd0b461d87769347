"""French; no-break spaces stand where French typography wants them."""

from sla.policies import Metric, Priority, Sender, Status
from sla.wording.phrases import Formats, Phrases, PromisePhrases, TimerPhrases

_PRIORITIES = {
    Priority.URGENT: "urgente",
    Priority.HIGH: "haute",
    Priority.NORMAL: "normale",
    Priority.LOW: "basse",
}

FRENCH = Phrases(
    formats=Formats(
        locale="fr_FR",
        quotes=("«\u00a0", "\u00a0»"),
        colon="\u00a0: ",
        semicolon="\u202f; ",
        units=("h", "min", "s"),
        short_weekday="EEE",
        short_day="EEE d MMM",
        day="d MMMM",
        day_and_year="d MMMM y",
        weekday_and_day="EEEE d MMMM y",
        moment="{day} à {time}",
        long_moment="{day} à {time}",
        days="du {first} au {last}",
        always="24 heures sur 24",
        closed="fermé",
        first_of_month="1er",
    ),
    promise=PromisePhrases(
        metrics={
            Metric.FIRST_RESPONSE: "la première réponse",
            Metric.NEXT_RESPONSE: "les réponses aux messages suivants",
            Metric.RESOLUTION: "la résolution",
        },
        priorities=_PRIORITIES,
        channels={
            "api": "notre interface de programmation",
            "chat": "chat",
            "email": "e-mail",
            "form": "notre formulaire de contact",
            "phone": "téléphone",
            "web": "notre site",
        },
        everyone="Cette promesse vaut pour toutes les demandes qui ne relèvent d’aucune de nos autres promesses.",
        scope="Cette promesse vaut pour les demandes {conditions}.",
        scope_of_several=(
            "Cette promesse vaut pour les demandes qui remplissent toutes ces conditions\u00a0: {conditions}."
        ),
        conditions={
            "priority": "de priorité {values}",
            "category": "concernant {values}",
            "channel": "reçues par {values}",
            "segment": "de clients du groupe {values}",
            "organisation": "de l’organisation {values}",
            "language": "rédigées en {values}",
            "tag": "portant l’étiquette {values}",
        },
        leads={
            Metric.FIRST_RESPONSE: "Vous recevez notre première réponse",
            Metric.NEXT_RESPONSE: "Vous recevez notre réponse à chacun de vos messages suivants",
            Metric.RESOLUTION: "Nous résolvons votre demande",
        },
        target="{lead} en {duration} au plus, quelle que soit la priorité.",
        targets="{lead} {targets}.",
        within="en {duration} au plus en priorité {priorities}",
        no_target="Nous ne promettons aucun délai pour {metrics}.",
        no_target_at="En priorité {priorities}, nous ne promettons aucun délai pour {metrics}.",
        nothing_promised="Pour ces demandes, nous ne promettons aucun délai.",
        starts="Le délai pour {metrics} commence à la réception de votre premier message.",
        starts_again=(
            "Le délai pour {metrics} commence avec chaque message que vous envoyez après notre réponse\u202f; si vous "
            "en envoyez plusieurs à la suite, il court dès le plus ancien resté sans réponse."
        ),
        counts="Une réponse compte {senders}.",
        sender={
            Sender.PERSON: "si un membre de notre équipe l’a rédigée",
            Sender.APPROVED: (
                "si notre assistant automatique l’a préparée et qu’un membre de notre équipe l’a approuvée"
            ),
            Sender.AUTO: "si notre assistant automatique l’a rédigée et envoyée de lui-même",
        },
        never_counts=(
            "Rien d’autre ne compte\u00a0: ni un accusé de réception, ni une note interne, ni une réponse qui ne vous "
            "est pas parvenue."
        ),
        resolved=(
            "Votre demande est résolue lorsque nous la marquons comme telle\u202f; si elle est rouverte, le temps déjà "
            "écoulé reste compté."
        ),
        always="Le délai court jour et nuit, tous les jours de l’année.",
        hours="Seules nos heures d’ouverture comptent\u00a0: {week}.",
        special="Nous avons d’autres horaires les jours suivants\u00a0: {days}.",
        closing="En {year}, nous sommes fermés les jours suivants\u00a0: {days}.",
        public_holidays="Nous sommes fermés les jours fériés du pays ou de la région que voici\u00a0: {country}.",
        zone=(
            "Ces heures et ces jours s’entendent dans votre fuseau horaire si nous le connaissons, sinon dans "
            "celui-ci\u00a0: {zone}."
        ),
        pauses="Le délai pour {metrics} est suspendu {states}.",
        pausing={
            Status.NEW: "tant que personne n’a pris en charge votre demande",
            Status.OPEN: "tant que nous traitons votre demande",
            Status.PENDING: "tant que nous attendons votre réponse",
            Status.ON_HOLD: "tant que votre demande est en suspens parce que nous attendons un tiers",
        },
        no_pause="Aucune attente, de votre côté ou du nôtre, ne suspend le délai pour {metrics}.",
        exceptions={
            "several": (
                "Si plusieurs de nos promesses conviennent à une demande, c’est la première de notre liste qui vaut."
            ),
            "priority": (
                "Si la priorité de votre demande change, le nouveau délai s’applique et le temps déjà écoulé reste "
                "compté."
            ),
            "agent": "Si nous ouvrons nous-mêmes une demande, aucun délai ne court avant que vous nous écriviez.",
            "merged": (
                "Si plusieurs demandes sont réunies en une seule, chaque délai en cours garde le début le plus ancien."
            ),
            "spam": "Rien n’est promis pour les messages indésirables ni pour les demandes supprimées.",
            "version": (
                "Si nous modifions cette promesse, les demandes que vous avez déjà envoyées gardent l’ancienne, sauf "
                "si nous appliquons expressément la modification aux demandes ouvertes."
            ),
        },
    ),
    timer=TimerPhrases(
        metrics={
            Metric.FIRST_RESPONSE: "Première réponse",
            Metric.NEXT_RESPONSE: "Réponse suivante",
            Metric.RESOLUTION: "Résolution",
        },
        statuses={
            Status.NEW: "nouveau",
            Status.OPEN: "ouvert",
            Status.PENDING: "en attente",
            Status.ON_HOLD: "suspendu",
            Status.SOLVED: "résolu",
            Status.CLOSED: "clos",
        },
        priorities=_PRIORITIES,
        sentence="{metric} {verdict}\u00a0: {elapsed} sur {target} depuis {since}",
        running="attendue le {at}",
        met="tenue le {at}, attendue le {due}",
        broken="en retard depuis le {at}, faite le {done}{why}",
        owed="en retard depuis le {at} et toujours due{why}",
        paused="en pause{why}, sans échéance pour l’instant",
        cancelled="annulée le {at}{why}",
        closed="fermé {span}",
        gap_paused="en pause ({why}) {span}",
        breaks=("{count} interruption antérieure", "{count} interruptions antérieures"),
        reasons={
            "status": "statut {status}",
            "used_up": "le délai de {target} était épuisé",
            "already": "le délai de {target} était déjà dépassé quand {cause}",
            "priority": "la priorité est devenue {priority}",
            "policy": "la règle est devenue {policy}",
            "reopened": "la demande a été rouverte",
            "merged": "une autre demande a été réunie à celle-ci",
            "merged_into": "réunie à la demande {ticket}",
            "broken_before": "déjà en retard avant que sa demande soit réunie à celle-ci",
            "resolved": "résolue",
            "spam": "message indésirable",
            "deleted": "supprimée",
        },
        notice={
            Metric.FIRST_RESPONSE: (
                "Nous vous avions promis une première réponse au plus tard le {due}. Nous sommes désolés de ne pas "
                "pouvoir tenir cette promesse\u202f; nous pensons maintenant vous répondre au plus tard le {expected} "
                "(fuseau horaire\u00a0: {zone})."
            ),
            Metric.NEXT_RESPONSE: (
                "Nous vous avions promis une réponse au plus tard le {due}. Nous sommes désolés de ne pas pouvoir "
                "tenir cette promesse\u202f; nous pensons maintenant vous répondre au plus tard le {expected} (fuseau "
                "horaire\u00a0: {zone})."
            ),
            Metric.RESOLUTION: (
                "Nous avions promis de résoudre votre demande au plus tard le {due}. Nous sommes désolés de ne pas "
                "pouvoir tenir cette promesse\u202f; nous pensons maintenant l’avoir résolue au plus tard le "
                "{expected} (fuseau horaire\u00a0: {zone})."
            ),
        },
    ),
)
