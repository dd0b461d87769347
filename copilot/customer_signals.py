"""What a customer's answer says of the reply before it: thanks, a further question, "that did not help", a complaint.

Pure. Reads words and what triage found; refuses to know whether the reply was automatic.
"""

import re
from collections.abc import Collection

COMPLAINTS = frozenset({"angry", "threatens_to_leave"})
GLAD = frozenset({"positive", "very positive"})
# closed phrases; what is not among them is a further question
DID_NOT_HELP = re.compile(
    r"\b(?:"
    r"(?:did|does|do)(?: not|n['’]t) (?:help|work|answer)"
    r"|not (?:really )?(?:helpful|what i asked|an answer|my question)"
    r"|(?:is|was)(?: not|n['’]t) (?:helpful|what i asked|an answer|my question)|no help|useless|of no use"
    r"|misunderst(?:ood|and)|wrong answer|still (?:not|no|does|doesn|have|has|haven|hasn|the same|waiting)"
    r"|hilft (?:mir )?nicht|hat (?:mir )?nicht geholfen|nicht hilfreich|nicht meine frage|funktioniert nicht"
    r"|falsche antwort|immer noch"
    r"|n['’]a pas aidé|ne m['’]aide pas|pas utile|pas ma question|ne répond pas|mauvaise réponse|toujours pas"
    r"|no me (?:ayuda|sirve|ha ayudado|ayudó)|no ayuda|no responde|no era mi pregunta|respuesta equivocada|sigue sin"
    r")\b",
    re.IGNORECASE,
)
MOST_READ = 5_000


def signal_of(text: str, mood: str, signals: Collection[str], questions: int) -> str:
    """One of `copilot.suspension.SIGNALS`. `mood` and `signals` are triage's, `questions` how many things are asked."""
    if mood == "very negative" or COMPLAINTS & set(signals):
        return "complaint"
    if "wants_human" in signals or DID_NOT_HELP.search(text[:MOST_READ]):
        return "did_not_help"
    if mood in GLAD and not questions and "?" not in text:
        return "silent"
    return "reopened"
