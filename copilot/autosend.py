"""May this very draft leave without a person? A flat list of named gates; all must pass; the default is hold.

Pure: every gate is a function of one `Case`, returns whether it passes and a reason that a person understands. The list
follows the table of the send gate; gates that need evidence not yet collected hold.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from copilot import canaries
from copilot.autonomy import LONGEST_HOLD, Autonomy, CategoryAutonomy
from copilot.budgets import Spent, overdrawn
from copilot.envelopes import Envelope, recipient_doubt, sender_doubt
from copilot.grounding import Findings
from copilot.plaintext import named
from copilot.risks import LONGEST_READ
from copilot.standing import Standing, missing_words, proven_words
from knowledge.languages import primary

RETRIEVAL_FLOOR = 0.40
DRAFT_FLOOR = 0.14
MOST_REPLIES_A_DAY = 3
TOLD = frozenset({"quoted", "aligned"})
SUPPORTED = TOLD | {"courtesy"}


@dataclass(frozen=True, slots=True)
class Gate:
    """One check's outcome."""

    name: str
    passed: bool
    reason: str


@dataclass(frozen=True, slots=True)
class Decision:
    """What becomes of a draft, with every reason, passed or failed."""

    action: Literal["send", "hold"]
    gates: tuple[Gate, ...]


@dataclass(frozen=True, slots=True)
class Case:
    """Everything the gates look at.

    `auto_replies` are earlier automatic replies to this customer within 24 hours, `spent` what the category has used of
    its caps without this reply, `planted` the tokens of this draft's prompt. `requester` is the only address that an
    automatic reply may go to; `customer_text` is everything that the customer wrote since our last reply, `subject` the
    line that the reply would leave under. `standing` is
    what the category has earned (None: nothing yet), `suspended` why it was turned off by evidence, and `drawn` says
    that this draft was drawn for an audit. `left_open` are those of the `questions` for which the draft quotes nothing.
    """

    autonomy: Autonomy
    category: str | None
    confidence: float
    in_scope: bool
    answerable: float
    ticket_language: str
    draft_language: str
    findings: Findings
    sentiment: str
    signals: frozenset[str]
    questions: tuple[str, ...]
    forbidden_by: str | None
    writer_problem: str | None
    source_doubt: str | None
    ticket_id: int
    auto_replies: tuple[tuple[int, datetime], ...]
    answered_automatically_before: bool
    is_fresh: bool
    body: str
    subject: str
    planted: tuple[str, ...]
    channel: str
    requester: str
    envelopes: tuple[Envelope, ...]
    segment: str | None
    customer_text: str
    spent: Spent = field(default_factory=Spent)
    standing: Standing | None = None
    suspended: str | None = None
    drawn: bool = False
    left_open: tuple[str, ...] = ()


Check = Callable[[Case], tuple[bool, str]]


def kill_switch(case: Case) -> tuple[bool, str]:
    """The admin stopped all automatic sending."""
    on = case.autonomy.kill_switch
    return not on, "The kill switch is on: nothing is sent automatically." if on else "The kill switch is off."


def mode(case: Case) -> tuple[bool, str]:
    """The category's mode must be auto."""
    if case.category is None:
        return False, "The ticket has no category."
    if case.suspended:
        return False, case.suspended
    setting = case.autonomy.of(case.category)
    return setting.mode == "auto", f"The category {case.category} is set to {setting.mode}."


def confidence(case: Case) -> tuple[bool, str]:
    """Confidence must reach the category's threshold."""
    return enough(case.autonomy.of(case.category), case.standing, case.confidence)


def enough(setting: CategoryAutonomy, standing: Standing | None, confidence: float) -> tuple[bool, str]:
    """Whether a confidence reaches what the admin has set, or what the category has earned at these settings."""
    if setting.threshold is not None:
        return _reaches(confidence, setting.threshold, "manual threshold", "unproven")
    if standing is None or standing.threshold is None:
        return False, missing_words(standing)
    if not standing.is_of(setting.error_budget, setting.confidence_level):
        return False, "The settings were changed: what was earned is being reckoned anew."
    return _reaches(confidence, standing.threshold, "earned threshold", proven_words(standing))


def _reaches(confidence: float, threshold: float, name: str, basis: str) -> tuple[bool, str]:
    enough = confidence >= threshold
    relation = "reaches" if enough else "is below"
    return enough, f"Confidence {confidence:.2f} {relation} the {name} {threshold:.2f} ({basis})."


def audit(case: Case) -> tuple[bool, str]:
    """A random share goes to a person first, so that what people say of drafts stays a fair sample."""
    if case.drawn:
        return False, f"Drawn for an audit: {100 * case.autonomy.audit_share:g} % of such drafts go to a person first."
    return True, "Not drawn for an audit."


def scope(case: Case) -> tuple[bool, str]:
    """The question must be one of ours, and something must answer it."""
    if not case.in_scope:
        return False, "The message looks out of scope: unlike anything in the known categories."
    if case.ticket_language != "unknown" and case.ticket_language not in case.autonomy.languages:
        return False, f"Automatic replies are not enabled for customers who write in {case.ticket_language}."
    if case.answerable < RETRIEVAL_FLOOR:
        return False, f"No article clearly answers this ({case.answerable:.2f}, needed {RETRIEVAL_FLOOR:.2f})."
    return True, "In scope, in a language that is enabled, and an article answers it."


def language(case: Case) -> tuple[bool, str]:
    """The reply must be in the customer's language."""
    same = primary(case.ticket_language) == primary(case.draft_language)
    if case.ticket_language == "unknown":
        return False, "The customer's language is not certain."
    return same, f"The customer writes in {case.ticket_language}, the draft is in {case.draft_language}."


def grounded(case: Case) -> tuple[bool, str]:
    """Every sentence must be said by one of a cited passage, or be a courtesy phrase."""
    unsupported = [finding for finding in case.findings.sentences if finding.support not in SUPPORTED]
    if unsupported:
        first = next((fault for finding in unsupported for fault in finding.faults), "no source says this")
        count = f"{len(unsupported)} of {len(case.findings.sentences)} sentences stand in no cited passage"
        return False, f"{count}: {first}."
    if not any(finding.support in TOLD for finding in case.findings.sentences):
        return False, "The draft quotes nothing."
    return True, "Every sentence stands in a cited passage."


def facts(case: Case) -> tuple[bool, str]:
    """Every link, amount, date, number and code must stand, with its unit, in the source of its sentence."""
    missing = case.findings.unsupported_facts
    if missing:
        return False, f"Not in the source of its sentence: {', '.join(missing[:5])}."
    return True, "Every link, amount, date and number stands in the source of its sentence."


def one_question(case: Case) -> tuple[bool, str]:
    """A ticket that asks several things needs a person to see that each is answered; no question may be left open."""
    several = len(case.questions) > 1
    if case.left_open:
        count = len(case.questions)
        return False, f"The customer asks {count} things, and the draft leaves open: {named(case.left_open)}."
    return (
        not several,
        f"The customer asks {len(case.questions)} things." if several else "The customer asks one thing.",
    )


def sources(case: Case) -> tuple[bool, str]:
    """Articles reach a customer by themselves only while public, in use and as they were when the draft was begun."""
    return case.source_doubt is None, case.source_doubt or "All sources are public, in use and unchanged."


def recipient(case: Case) -> tuple[bool, str]:
    """Only the requester may get the reply, and nobody else may expect it."""
    if not case.requester:
        return False, "The requester has no address."
    doubt = recipient_doubt(case.requester, case.envelopes)
    return doubt is None, doubt or f"Only {case.requester} gets the reply."


def sender(case: Case) -> tuple[bool, str]:
    """A person must have written, as whoever the message says, as far as the channel can tell."""
    doubt = sender_doubt(case.channel, case.envelopes)
    return doubt is None, doubt or "Nothing speaks against the sender."


def risk(case: Case) -> tuple[bool, str]:
    """Tickets that a rule or the admin's list of risks sets apart."""
    listed = case.autonomy.risk
    if case.forbidden_by:
        return False, case.forbidden_by
    if case.category in listed.categories:
        return False, f"The category {case.category} is on the list of risks."
    if case.segment and case.segment.casefold() in {name.casefold() for name in listed.segments}:
        return False, f"The customer belongs to {case.segment}, which is on the list of risks."
    if case.sentiment in listed.sentiments:
        return False, f"The customer's tone is {case.sentiment}."
    if risky := case.signals.intersection(listed.signals):
        return False, f"The customer {', '.join(sorted(risky)).replace('_', ' ')}."
    if len(case.customer_text) > LONGEST_READ:
        return False, "The message is too long to be searched for risks."
    if found := listed.topic_in(case.customer_text):
        return False, f"It is about {found[0]}: the message holds “{found[1]}”."
    return True, "No rule, no word and no signal sets this ticket apart."


def human_wanted(case: Case) -> tuple[bool, str]:
    """The customer asked for a person, or an automatic reply did not help."""
    if "wants_human" in case.signals:
        return False, "The customer asks for a person."
    if phrase := case.autonomy.risk.person_in(case.customer_text):
        return False, f"The customer asks for a person: “{phrase}”."
    if case.answered_automatically_before:
        return False, "The customer answered an earlier automatic reply."
    return True, "Nobody asked for a person."


def loop(case: Case) -> tuple[bool, str]:
    """Once a thread in 24 hours, three times an address a day."""
    if any(ticket_id == case.ticket_id for ticket_id, _ in case.auto_replies):
        return False, "This conversation already had an automatic reply within 24 hours."
    if len(case.auto_replies) >= MOST_REPLIES_A_DAY:
        return False, f"This customer already had {len(case.auto_replies)} automatic replies within 24 hours."
    return True, "No recent automatic reply to this customer stands in the way."


def writer(case: Case) -> tuple[bool, str]:
    """The configured language model must have done its part."""
    return case.writer_problem is None, case.writer_problem or "The draft was written as configured."


def budget(case: Case) -> tuple[bool, str]:
    """The category's caps per hour and per day must leave room for this one reply."""
    setting, spent = case.autonomy.of(case.category), case.spent
    used = f"Used: {spent.hour:,} of {setting.per_hour:,} this hour, {spent.day:,} of {setting.per_day:,} today."
    problem = overdrawn(setting, spent)
    return problem is None, problem or used


def fresh(case: Case) -> tuple[bool, str]:
    """Nothing newer may have arrived since the draft was begun."""
    return case.is_fresh, "Nothing newer arrived." if case.is_fresh else "A newer message or reply arrived."


def canary(case: Case) -> tuple[bool, str]:
    """No planted token may stand in the draft; one that does turns the kill switch on (`copilot.tripwire`)."""
    leaks = leaked(case)
    return not leaks, "The draft holds a planted token: something leaks." if leaks else "No planted token leaks."


def subject(case: Case) -> tuple[bool, str]:
    """The subject is the one text of a customer's that an automatic reply may carry (`copilot.subjects`): no planted
    token may stand in it. That is no leak of ours in this draft, so the switch stays as it is."""
    if canaries.find(case.subject, (*case.autonomy.canaries, *case.planted)):
        return False, "The customer's subject holds a planted token: somebody has to find out where it comes from."
    return True, f"It would leave as “{case.subject}”."


def leaked(case: Case) -> tuple[str, ...]:
    """The planted tokens that the draft holds."""
    return canaries.find(case.body, (*case.autonomy.canaries, *case.planted))


def hold_window(case: Case) -> tuple[bool, str]:
    """A sensible time must be set in which an agent can pull the reply back."""
    seconds = case.autonomy.hold_seconds
    if not 0 <= seconds <= LONGEST_HOLD:
        return False, "No sensible undo window is set."
    return (
        True,
        f"An agent has {seconds:g} s to pull it back." if seconds else "It leaves at once: no undo window is set.",
    )


GATES: tuple[tuple[str, Check], ...] = (
    ("kill switch", kill_switch),
    ("mode", mode),
    ("confidence", confidence),
    ("audit", audit),
    ("scope", scope),
    ("language", language),
    ("grounded", grounded),
    ("facts", facts),
    ("one question", one_question),
    ("sources", sources),
    ("recipient", recipient),
    ("sender", sender),
    ("risk", risk),
    ("human wanted", human_wanted),
    ("loop", loop),
    ("budget", budget),
    ("writer", writer),
    ("fresh", fresh),
    ("canary", canary),
    ("subject", subject),
    ("hold window", hold_window),
)

EARNED = frozenset({"kill switch", "mode", "confidence", "audit", "budget"})
"""The gates that ask how far the category may go, not whether this reply is safe."""


def decide(case: Case, gates: Sequence[tuple[str, Check]] = GATES) -> Decision:
    """Send only when every gate passes; their order decides nothing."""
    found = tuple(_outcome(name, check, case) for name, check in gates)
    return Decision("send" if found and all(gate.passed for gate in found) else "hold", found)


def could_send(decision: Decision) -> bool:
    """Whether every gate passed but those of autonomy itself: what a threshold has to be earned for."""
    return all(gate.passed for gate in decision.gates if gate.name not in EARNED)


def would_send(decision: Decision) -> bool:
    """Whether the draft would have left, or been drawn for an audit, in a category that may send."""
    return could_send(decision) and all(gate.passed for gate in decision.gates if gate.name == "confidence")


def _outcome(name: str, check: Check, case: Case) -> Gate:
    """One gate's outcome; a check that breaks holds."""
    try:
        passed, reason = check(case)
    except Exception as error:
        return Gate(name, False, f"This check broke off ({type(error).__name__}).")
    return Gate(name, passed is True, reason)
