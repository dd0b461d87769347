"""What to answer to one ticket and whether that may leave: matches, draft, findings, confidence, gates.

Reads the knowledge base and may call the language model; touches no database and records nothing.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from copilot import autosend, confidence, drafting, grounding, several, subjects
from copilot.asking import Pen, Question
from copilot.autonomy import Autonomy
from copilot.courtesy import phrases
from copilot.drafting import DraftText
from copilot.grounding import Findings
from copilot.knowledge_base import KnowledgeBase
from copilot.masked_embedder import MASKED, is_masked
from copilot.organisations import segment_of
from copilot.plaintext import plain
from copilot.rules_mark import rules_mark
from copilot.several import Asked
from copilot.snapshots import Snapshot
from copilot.sourcing import Source
from copilot.store.tables import Customer
from copilot.voice import Voice
from knowledge.embedding import Embedder, EmbedderUnavailable, Vectors
from knowledge.retrieval import Match, Retrieval
from triage.assess import Assessment

MATCHES = 5


@dataclass(frozen=True, slots=True)
class Answer:
    """A draft with everything that its decision rests on; `question` is the vector of what was asked, `hashes` what the
    articles found held when the search began."""

    draft: DraftText
    findings: Findings
    evidence: confidence.Evidence
    confidence: float
    case: autosend.Case
    asked: tuple[Asked, ...] = ()
    candidates: tuple[dict[str, Any], ...] = ()
    question: Vectors | None = None
    hashes: Mapping[str, str] = field(default_factory=dict)

    @property
    def sources(self) -> list[Source]:
        """The articles that the draft quotes, each once."""
        titles = {quote.article_id: quote.title for quote in self.draft.quotes}
        return [Source(name, title, self.hashes.get(name)) for name, title in titles.items()]


@dataclass(frozen=True, slots=True)
class Silence:
    """Why there is no draft."""

    reason: str
    asked: tuple[Asked, ...] = ()


class Answerer:
    """Drafts answers out of the knowledge base."""

    def __init__(self, knowledge: KnowledgeBase, pen: Pen | None, support_name: str) -> None:
        self.knowledge, self.pen, self.support_name = knowledge, pen, support_name

    @property
    def fingerprint(self) -> str:
        """Changes whenever the same ticket could get another answer or confidence; the signature is no part of it."""
        writer = self.pen.model.identity if self.pen else drafting.EXTRACTIVE
        found_by = vectors_by(self.knowledge.embedder) + self.knowledge.order + self.knowledge.meanwhile
        rules = f"{rules_mark()}+{MATCHES} matches"
        return "|".join((found_by, writer, drafting.quoting_mark(), rules, confidence.KIND))

    def answer(
        self,
        snapshot: Snapshot,
        text: str,
        vector: Vectors | None,
        assessment: Assessment,
        autonomy: Autonomy,
        voice: Voice,
        apart: Vectors | None = None,
    ) -> Answer | Silence:
        """A draft for the cleaned `text` of a ticket, or why there is none; `apart`: the vectors of its questions."""
        language, questions = assessment.language.code, assessment.questions
        articles = self.knowledge.facts  # as they were before the search: an edit from now on is noticed
        category = snapshot.ticket.category
        found, asked = several.search(self.knowledge, text, vector, questions, apart, MATCHES, language, category)
        if not found.matches:
            return Silence("No article matches." if self.knowledge.facts else "There are no articles yet.")
        if found.answerable < autosend.DRAFT_FLOOR:
            return Silence(f"No article seems to answer this (closest: “{found.matches[0].passage.title}”).", asked)
        question = Question(text, assessment.language.code, snapshot.customer.name, asked)
        matches = several.offered(found.matches, asked)
        known = {name: articles[name] for m in matches if (name := m.passage.article_id) in articles}
        languages = {name: fact.language for name, fact in known.items()}
        voice = voice.named(self.support_name)
        draft = drafting.write(question, matches, languages, self.pen, voice)
        findings = findings_of(draft, matches, snapshot.customer, voice)
        measured = evidence(found, assessment, findings, draft)
        sureness = confidence.prior(measured)
        case = self._case(snapshot, assessment, autonomy, found, draft, findings, sureness)
        hashes = {name: fact.content_hash for name, fact in known.items()}
        return Answer(draft, findings, measured, sureness, case, asked, candidates(found, asked), vector, hashes)

    def _case(
        self,
        snapshot: Snapshot,
        assessment: Assessment,
        autonomy: Autonomy,
        found: Retrieval,
        draft: DraftText,
        findings: Findings,
        sureness: float,
    ) -> autosend.Case:
        return autosend.Case(
            autonomy=autonomy,
            category=snapshot.ticket.category,
            confidence=sureness,
            in_scope=assessment.in_scope,
            answerable=found.answerable,
            ticket_language=assessment.language.code,
            draft_language=draft.language,
            findings=findings,
            sentiment=assessment.sentiment.label,
            signals=frozenset(assessment.sentiment.signals),
            questions=assessment.questions,
            left_open=draft.left_open,
            forbidden_by=forbidden_by(assessment),
            writer_problem=draft.problem or found.degraded,
            source_doubt="Its sources were not looked at yet.",
            ticket_id=snapshot.ticket_id,
            auto_replies=snapshot.auto_replies,
            answered_automatically_before=snapshot.answered_automatically,
            is_fresh=True,
            body=draft.body,
            subject=subjects.of_machine(
                snapshot.ticket.subject, assessment.language.code, snapshot.opening, snapshot.customer.email
            ),
            planted=draft.canaries,
            channel=snapshot.ticket.channel,
            requester=snapshot.customer.email,
            envelopes=snapshot.envelopes,
            segment=segment_of(snapshot.customer),
            customer_text=f"{snapshot.ticket.subject}\n\n{snapshot.text}",
        )


def candidates(found: Retrieval, asked: Sequence[Asked]) -> tuple[dict[str, Any], ...]:
    """The articles found with what they were ordered by, in plain values, which verdicts on the draft teach. None when
    several questions were searched, whose articles do not compete with each other."""
    rows = ({"article_id": match.passage.article_id, "features": list(match.features)} for match in found.matches)
    return () if asked else tuple(rows)


def findings_of(
    draft: DraftText, matches: Sequence[Match], customer: Customer, voice: Voice, own_facts: Sequence[str] = ()
) -> Findings:
    """A quoted draft's sentences against the passages that it cites, a free one's against all that were offered, where
    a person reads it and the customer's `own_facts` count as known."""
    cited = {quote.passage_id for quote in draft.quotes}
    free = draft.way == drafting.FREE
    sources = [(m.passage.id, plain(m.passage.text)) for m in matches if free or m.passage.id in cited]
    signature = voice.signature(draft.language)
    courtesies = phrases(draft.language, customer.name, signature)
    return grounding.check(draft.body, sources, courtesies, own_facts if free else (), draft.language)


def vectors_by(embedder: Embedder) -> str:
    """The fingerprint of the embedder, and whether it reads questions masked; a draft written while its model is
    missing rests on words alone."""
    try:
        return embedder.fingerprint + (MASKED if is_masked(embedder) else "")
    except EmbedderUnavailable:
        return "words"


def forbidden_by(assessment: Assessment) -> str | None:
    """The rule that forbids automatic sending, in words."""
    if not assessment.forbid_auto_send:
        return None
    told: Sequence[str] = [reason for reason in assessment.reasons if "automatic" in reason or "auto-send" in reason]
    return told[0] if told else "A rule forbids automatic sending."


def evidence(found: Retrieval, assessment: Assessment, findings: Findings, draft: DraftText) -> confidence.Evidence:
    """The measured inputs of confidence."""
    return confidence.Evidence(
        answerable=found.answerable,
        match=_share(found.matches[0].dense),
        lead=confidence.lead_score(found.margin),
        category=_share(assessment.category.confidence) if assessment.category and assessment.in_scope else 0.0,
        scope=_share(assessment.scope_score),
        grounded=findings.grounded_share,
        language=float(assessment.language.code == draft.language),
        length=confidence.length_score(len(draft.body)),
    )


def _share(value: float) -> float:
    """Cosines may fall below 0, and sums of rounded shares may come out above 1 by the last digit."""
    return min(1.0, max(0.0, value))
