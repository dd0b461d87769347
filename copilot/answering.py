"""What to answer to one ticket and whether that may leave: matches, draft, findings, confidence, gates.

Reads the knowledge base and may call the language model; touches no database and records nothing.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from copilot import autosend, confidence, drafting, grounding
from copilot.autonomy import Autonomy
from copilot.courtesy import phrases
from copilot.drafting import DraftText, Question
from copilot.grounding import Findings
from copilot.knowledge_base import KnowledgeBase
from copilot.llm import LanguageModel
from copilot.organisations import segment_of
from copilot.plaintext import plain
from copilot.snapshots import Snapshot
from copilot.store.tables import Customer
from knowledge.embedding import Embedder, EmbedderUnavailable, Vectors
from knowledge.retrieval import Retrieval
from triage.assess import Assessment

MATCHES = 5


@dataclass(frozen=True, slots=True)
class Answer:
    """A draft with everything that its decision rests on."""

    draft: DraftText
    findings: Findings
    evidence: confidence.Evidence
    confidence: float
    case: autosend.Case


@dataclass(frozen=True, slots=True)
class Silence:
    """Why there is no draft."""

    reason: str


class Answerer:
    """Drafts answers out of the knowledge base."""

    def __init__(self, knowledge: KnowledgeBase, llm: LanguageModel | None, support_name: str) -> None:
        self.knowledge, self.llm, self.support_name = knowledge, llm, support_name

    @property
    def fingerprint(self) -> str:
        """Changes whenever the same ticket could get another draft or confidence."""
        writer = self.llm.name if self.llm else drafting.EXTRACTIVE
        return "|".join((vectors_by(self.knowledge.embedder), writer, drafting.PROMPT_VERSION, confidence.KIND))

    def answer(
        self, snapshot: Snapshot, text: str, vector: Vectors | None, assessment: Assessment, autonomy: Autonomy
    ) -> Answer | Silence:
        """A draft for the cleaned `text` of a ticket, or why there is none."""
        found = self.knowledge.search(text, vector, MATCHES, language=assessment.language.code)
        if not found.matches:
            return Silence("No article matches." if self.knowledge.facts else "There are no articles yet.")
        if found.answerable < autosend.DRAFT_FLOOR:
            return Silence(f"No article seems to answer this (closest: “{found.matches[0].passage.title}”).")
        question = Question(text, assessment.language.code, snapshot.customer.name)
        known = self.knowledge.facts_of([match.passage.article_id for match in found.matches])
        languages = {name: fact.language for name, fact in known.items()}
        draft = drafting.write(question, found.matches, languages, self.llm, self.support_name)
        findings = self.findings(draft, found, snapshot.customer)
        measured = evidence(found, assessment, findings, draft)
        sureness = confidence.prior(measured)
        # an article withdrawn since it was found is no public source any more
        public = all(q.article_id in known and known[q.article_id].visibility == "public" for q in draft.quotes)
        case = self._case(snapshot, assessment, autonomy, found, draft, findings, sureness, public)
        return Answer(draft, findings, measured, sureness, case)

    def findings(self, draft: DraftText, found: Retrieval, customer: Customer) -> Findings:
        """The draft's sentences against the passages that it cites."""
        cited = {quote.passage_id for quote in draft.quotes}
        sources = [(m.passage.id, plain(m.passage.text)) for m in found.matches if m.passage.id in cited]
        return grounding.check(draft.body, sources, phrases(draft.language, customer.name, self.support_name))

    def _case(
        self,
        snapshot: Snapshot,
        assessment: Assessment,
        autonomy: Autonomy,
        found: Retrieval,
        draft: DraftText,
        findings: Findings,
        sureness: float,
        public: bool,
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
            forbidden_by=forbidden_by(assessment),
            writer_problem=draft.problem or found.degraded,
            sources_are_public=public,
            ticket_id=snapshot.ticket_id,
            auto_replies=snapshot.auto_replies,
            answered_automatically_before=snapshot.answered_automatically,
            is_fresh=True,
            body=draft.body,
            planted=draft.canaries,
            channel=snapshot.ticket.channel,
            requester=snapshot.customer.email,
            envelopes=snapshot.envelopes,
            segment=segment_of(snapshot.customer),
            customer_text=f"{snapshot.ticket.subject}\n\n{snapshot.text}",
        )


def vectors_by(embedder: Embedder) -> str:
    """The fingerprint of the embedder; a draft written while its model is missing rests on words alone."""
    try:
        return embedder.fingerprint
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
        category=_share(assessment.category.confidence) if assessment.category and assessment.in_scope else 0.0,
        grounded=findings.grounded_share,
        language=float(assessment.language.code == draft.language),
        length=confidence.length_score(len(draft.body)),
    )


def _share(value: float) -> float:
    """Cosines may fall below 0, and sums of rounded shares may come out above 1 by the last digit."""
    return min(1.0, max(0.0, value))
