"""The words that set a ticket apart until admins say otherwise: legal, safety, disputed payments, leaving, a person.

Written for this project, in English, German, French and Spanish. A star ends a stem: `anwalt*` finds "Anwaltskanzlei".
Deliberately few and plain: a false alarm costs a person's look, but a list that holds every third ticket is given up.
"""

TERMS: tuple[tuple[str, tuple[str, ...]], ...] = (
    (
        "legal matters",
        (
            "lawyer", "lawyers", "attorney", "attorneys", "solicitor", "legal action", "legal department",
            "legal steps", "take you to court", "small claims", "sue you", "suing", "lawsuit", "ombudsman",
            "consumer protection", "data protection authority", "gdpr", "subpoena", "trading standards", "anwalt*",
            "anwält*", "rechtsanw*", "rechtliche schritte", "klage einreichen", "gericht", "gerichtlich*",
            "mahnbescheid", "verbraucherschutz*", "verbraucherzentrale", "datenschutzbehörde", "dsgvo", "abmahnung",
            "avocat", "avocats", "tribunal", "action en justice", "poursuites judiciaires", "mise en demeure",
            "porter plainte", "répression des fraudes", "dgccrf", "cnil", "rgpd", "abogado", "abogados", "abogada",
            "demanda judicial", "acciones legales", "vía judicial", "denunciar*", "organización de consumidores",
            "hoja de reclamaciones",
        ),
    ),
    (
        "safety",
        (
            "injured", "injury", "injuries", "got hurt", "was hurt", "burned me", "burnt", "burns on",
            "caught fire", "on fire", "exploded", "explosion", "electric shock", "electrocuted", "gas leak",
            "leaks gas", "smell gas", "hospital", "emergency room", "ambulance", "allergic reaction", "poisoned",
            "poisoning", "suffocat*", "choked", "suicid*", "kill myself", "self harm", "unsafe", "verletzt",
            "verletzung*", "verbrannt", "verbrennung*", "in brand", "brennt", "explodiert", "stromschlag",
            "gasleck", "gasgeruch", "krankenhaus", "notaufnahme", "rettungswagen", "allergische reaktion",
            "vergift*", "umbringen", "selbstmord", "lebensgefahr*", "blessé", "blessée", "blessés", "blessure*",
            "brûlé", "brûlée", "brûlure*", "pris feu", "explosé", "électrocuté*", "fuite de gaz", "odeur de gaz",
            "hôpital", "urgences", "réaction allergique", "intoxication", "herido", "herida", "heridas", "lesión",
            "lesiones", "quemadura*", "se incendió", "explotó", "descarga eléctrica", "fuga de gas", "olor a gas",
            "reacción alérgica", "intoxicación",
        ),
    ),
    (
        "a disputed payment",
        (
            "chargeback", "charge back", "dispute the charge", "disputed the charge", "dispute this charge",
            "dispute the payment", "unauthorised charge", "unauthorized charge", "unauthorised payment",
            "unauthorized payment", "did not authorise", "did not authorize", "never authorised",
            "never authorized", "fraud", "fraudulent", "scam", "scammed", "scammers", "stolen card",
            "charged without", "rückbuchung*", "rücklastschrift*", "zurückbuchen", "unberechtigte abbuchung",
            "nicht autorisiert*", "betrug", "betrüger*", "betrogen", "kreditkartenbetrug", "käuferschutz",
            "rétrofacturation", "contester le paiement", "conteste le paiement", "contester le débit",
            "opposition au paiement", "prélèvement non autorisé", "débit non autorisé", "fraude", "frauduleu*",
            "arnaque*", "escroc*", "contracargo", "disputar el cargo", "cargo no autorizado", "cobro no autorizado",
            "no autoricé", "fraudulent*", "estafa*", "estafador*",
        ),
    ),
    (
        "leaving",
        (
            "cancel my subscription", "cancel my account", "cancel my contract", "cancel my membership",
            "close my account", "delete my account", "terminate my contract", "switch to a competitor",
            "switching to a competitor", "take my business elsewhere", "never order again", "never buy again",
            "vertrag kündigen", "abo kündigen", "konto löschen", "konto kündigen", "kündigung", "fristlos*",
            "zur konkurrenz", "nie wieder bestelle*", "nie wieder bei", "résilier", "résiliation",
            "fermer mon compte", "supprimer mon compte", "la concurrence", "plus jamais commander",
            "plus jamais chez", "cancelar mi suscripción", "cancelar mi cuenta", "cancelar mi contrato",
            "darme de baja", "cerrar mi cuenta", "la competencia", "nunca más comprar*",
        ),
    ),
)  # fmt: skip

PERSON: tuple[str, ...] = (
    "speak to a human", "talk to a human", "speak to a person", "talk to a person", "real person", "human agent",
    "not a bot", "no bots", "your manager", "supervisor", "mit einem menschen", "echten menschen",
    "mit einem mitarbeiter", "mit einer mitarbeiterin", "ihren vorgesetzten", "kein bot", "keinen bot",
    "parler à un humain", "parler à une personne", "à un conseiller", "à une conseillère", "un responsable",
    "pas un robot", "vraie personne", "hablar con una persona", "hablar con un humano", "hablar con un agente",
    "persona real", "un supervisor", "no un robot", "con alguien de verdad",
)  # fmt: skip
