"""The straight road of one ticket, several at a time: triage and clock, then draft, gates and decision.

No transaction is open while a model works. What is recorded first is that the ticket stands in the ranked queue;
whatever fails after that ends in a held draft or a reason. A claim that was lost meanwhile (something newer arrived,
the lease ran out) makes the work be thrown away, never be recorded twice.
"""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

import structlog

from copilot import autosend, confidence, promises
from copilot.answering import Answer, Answerer, Silence, Snapshot
from copilot.approval import queue_reply
from copilot.autonomy import Autonomy
from copilot.autosend import Case, Decision
from copilot.configuration import Configuration, ConfigurationCache
from copilot.organisations import segment_of
from copilot.promises import PromiseBook
from copilot.store import drafts, journal, outbox, tickets
from copilot.store.session import Database, Session
from copilot.store.tables import Draft, Ticket
from copilot.timesource import TimeSource
from copilot.triage_models import TriageModelCache
from knowledge.embedding import Embedder, EmbedderUnavailable, Vectors
from sla.events import Event
from sla.policies import Priority
from triage.assess import Assessment, TicketContext, TicketText, assess_many

MOST_ATTEMPTS = 5
FIRST_PAUSE = timedelta(seconds=2)
CONCURRENT_DRAFTS = 4
LOOP_WINDOW = timedelta(hours=24)
PRESSING: dict[str, int] = {name: place for place, name in enumerate(promises.PRIORITIES)}

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Work:
    """One ticket on its road: what it was, what triage said, what came of drafting.

    `classifier` is the fingerprint of the models that labelled it, without the rules.
    """

    snapshot: Snapshot
    text: TicketText
    vector: Vectors | None
    assessment: Assessment
    classifier: str
    outcome: Answer | Silence | None = None


class Pipeline:
    """Processes claimed tickets in batches."""

    def __init__(
        self,
        db: Database,
        now: TimeSource,
        configuration: ConfigurationCache,
        book: PromiseBook,
        embedder: Embedder,
        models: TriageModelCache,
        answerer: Answerer,
        worker: str,
        lease: timedelta,
        batch: int,
    ) -> None:
        self.db, self.now, self.configuration, self.book = db, now, configuration, book
        self.embedder, self.models, self.answerer = embedder, models, answerer
        self.worker, self.lease, self.batch = worker, lease, batch

    def process_batch(self) -> int:
        """Claim and process what waits; returns how many tickets were taken."""
        snapshots, configuration = self._claim()
        if snapshots:
            self.answerer.knowledge.refresh()
            self._process_safely(snapshots, configuration)
        return len(snapshots)

    def _claim(self) -> tuple[list[Snapshot], Configuration]:
        now = self.now()
        with self.db.write() as session:
            configuration = self.configuration.current(session)
            claimed = tickets.claim_for_processing(session, self.worker, now, self.lease, self.batch)
            return load_snapshots(session, claimed, now), configuration

    def _process_safely(self, snapshots: Sequence[Snapshot], configuration: Configuration) -> None:
        """One poisonous ticket must not take its batch with it: on an error each goes alone, and a lone one waits."""
        try:
            self._process(snapshots, configuration)
        except Exception as error:
            if len(snapshots) > 1:
                for snapshot in snapshots:
                    self._process_safely([snapshot], configuration)
            else:
                log.exception("processing_failed", ticket_id=snapshots[0].ticket.id)
                self._put_back(snapshots[0], error)

    def _process(self, snapshots: Sequence[Snapshot], configuration: Configuration) -> None:
        ours = self._record_triage(self._triage(snapshots, configuration))
        if self.answerer.llm is None:
            done = [self._answered(work, configuration) for work in ours]
        else:
            with ThreadPoolExecutor(CONCURRENT_DRAFTS) as pool:
                done = list(pool.map(lambda work: self._answered(work, configuration), ours))
        self._record_outcomes(done)

    def _triage(self, snapshots: Sequence[Snapshot], configuration: Configuration) -> list[Work]:
        texts = [TicketText.of(s.ticket.subject, s.unanswered) for s in snapshots]
        vectors: Vectors | None = None
        try:
            vectors = self.embedder.encode([text.readable for text in texts])
        except EmbedderUnavailable as error:
            log.warning("embedder_unavailable", reason=str(error))
        now = self.now()
        contexts = [
            TicketContext(
                s.ticket.channel,
                segment_of(s.customer) or "",
                s.contacts,
                max(now - s.ticket.received_at, timedelta(0)),
            )
            for s in snapshots
        ]
        models = self.models.current(configuration, usable=vectors is not None)
        assessments = assess_many(texts, vectors, contexts, models)
        return [
            Work(snapshot, text, None if vectors is None else vectors[place], assessment, models.classifier_fingerprint)
            for place, (snapshot, text, assessment) in enumerate(zip(snapshots, texts, assessments, strict=True))
        ]

    def _record_triage(self, works: Sequence[Work]) -> list[Work]:
        """From here the tickets stand in the ranked queue. Returns those that are still ours, as they stand now."""
        now, ours = self.now(), []
        with self.db.write() as session:
            for work in works:
                ticket = self._held(session, work.snapshot)
                if ticket is None:
                    continue
                if ticket.triaged_message_id != work.snapshot.newest_message_id:
                    record_triage(session, ticket, work, self.book, now)
                ours.append(replace(work, snapshot=replace(work.snapshot, ticket=ticket)))
        return ours

    def _answered(self, work: Work, configuration: Configuration) -> Work:
        outcome = self.answerer.answer(
            work.snapshot, work.text.readable, work.vector, work.assessment, configuration.autonomy
        )
        return replace(work, outcome=outcome)

    def _record_outcomes(self, works: Sequence[Work]) -> None:
        now = self.now()
        with self.db.write() as session:
            autonomy = self.configuration.current(session).autonomy
            for work in works:
                ticket = self._held(session, work.snapshot)
                if ticket is None:
                    journal.record(
                        session, now, "draft_dropped", work.snapshot.ticket.id, reason="Something newer arrived."
                    )
                    continue
                if isinstance(work.outcome, Answer):
                    decision = autosend.decide(
                        as_it_stands(session, work.outcome.case, ticket, work.snapshot, autonomy)
                    )
                    fingerprint = f"{self.answerer.fingerprint}|{work.classifier}"
                    record_answer(
                        session, ticket, work, work.outcome, decision, fingerprint, now, autonomy.hold_seconds
                    )
                elif work.outcome is not None:
                    ticket.no_draft_reason = work.outcome.reason
                    journal.record(session, now, "no_draft", ticket.id, reason=work.outcome.reason)
                release(ticket, "idle", now)

    def _held(self, session: Session, snapshot: Snapshot) -> Ticket | None:
        """The ticket, locked, if it is still ours and nothing newer arrived."""
        ticket = tickets.lock(session, snapshot.ticket.id or 0)
        ours = ticket.claimed_by == self.worker and ticket.work_state == "waiting"
        return (
            ticket
            if ours and tickets.newest_inbound_id(session, ticket.id or 0) == snapshot.newest_message_id
            else None
        )

    def _put_back(self, snapshot: Snapshot, error: Exception) -> None:
        """Try again later with growing pauses; after some attempts a person has to look."""
        now = self.now()
        with self.db.write() as session:
            ticket = self._held(session, snapshot)
            if ticket is None:
                return
            ticket.attempts += 1
            gave_up = ticket.attempts >= MOST_ATTEMPTS
            reason = f"Processing failed: {type(error).__name__}."
            release(ticket, "failed" if gave_up else "waiting", now)
            ticket.work_after = now + FIRST_PAUSE * 2**ticket.attempts
            ticket.no_draft_reason = reason
            journal.record(session, now, "processing_failed", ticket.id, reason=reason, gave_up=gave_up)


def load_snapshots(session: Session, claimed: Sequence[Ticket], now: datetime) -> list[Snapshot]:
    """Everything that the road needs of these tickets, in a handful of queries whatever their number."""
    ids = [ticket.id or 0 for ticket in claimed]
    customer_ids = sorted({ticket.customer_id for ticket in claimed})
    messages, customers = tickets.messages_of(session, ids), tickets.customers(session, customer_ids)
    contacts = tickets.contacts(session, customer_ids)
    auto = tickets.auto_replies(session, customer_ids, now - LOOP_WINDOW)
    return [
        Snapshot(
            ticket=ticket,
            customer=customers[ticket.customer_id],
            messages=tuple(messages[ticket.id or 0]),
            newest_message_id=max((m.id or 0 for m in messages[ticket.id or 0] if m.direction == "inbound"), default=0),
            contacts=contacts.get(ticket.customer_id, 1),
            auto_replies=tuple(auto[ticket.customer_id]),
        )
        for ticket in claimed
    ]


def record_triage(session: Session, ticket: Ticket, work: Work, book: PromiseBook, now: datetime) -> None:
    """Store what triage found; what a person has set stays, and a priority never falls by itself."""
    # an alert may have made a ticket pressing that triage had no look at yet
    assessment, first = work.assessment, ticket.triaged_message_id is None and ticket.priority == Priority.NORMAL
    if not ticket.category_is_manual:
        ticket.category = assessment.category.label if assessment.category and assessment.in_scope else None
    priority = str(assessment.priority)
    if not ticket.priority_is_manual and (first or PRESSING[priority] > PRESSING[ticket.priority]):
        if priority != ticket.priority:
            # triage only finds out what was true on receipt: the first priority counts from then on
            event = Event.priority_changed(ticket.received_at if first else now, priority)
            promises.add_event(session, ticket.id or 0, event)
        ticket.priority = priority
    ticket.language, ticket.team = assessment.language.code, assessment.team or ticket.team
    ticket.tags = sorted({*ticket.tags, *assessment.tags})
    ticket.triage, ticket.triaged_message_id = assessment.to_dict(), work.snapshot.newest_message_id
    ticket.updated_at = now
    promises.settle_policy(session, ticket, work.snapshot.customer, book, now)
    promises.refresh(session, ticket, work.snapshot.customer, book, now)
    journal.record(
        session, now, "triaged", ticket.id, message_id=work.snapshot.newest_message_id, triage=ticket.triage,
        policy=ticket.policy_name, policy_version=ticket.policy_version, fingerprint=assessment.fingerprint,
    )  # fmt: skip


def record_answer(
    session: Session,
    ticket: Ticket,
    work: Work,
    answer: Answer,
    decision: Decision,
    fingerprint: str,
    now: datetime,
    hold_seconds: float,
) -> None:
    """Store the draft, its decision and, when it may leave, its row in the outbox, in one transaction."""
    if drafts.for_message(session, ticket.id or 0, work.snapshot.newest_message_id) is not None:
        return
    send = decision.action == "send"
    draft = Draft(
        ticket_id=ticket.id or 0,
        message_id=work.snapshot.newest_message_id,
        body=answer.draft.body,
        sentences=[
            {"text": s.text, "support": s.support, "passage_id": s.passage_id} for s in answer.findings.sentences
        ],
        citations=[
            {"article_id": q.article_id, "passage_id": q.passage_id, "title": q.title, "quote": q.text}
            for q in answer.draft.quotes
        ],
        confidence=round(answer.confidence, 4),
        calibrated=False,
        writer=answer.draft.writer,
        action=decision.action,
        gates=gates_json(decision),
        fingerprint=fingerprint,
        state="auto" if send else "open",
        created_at=now,
    )
    session.add(draft)
    session.flush()
    ticket.no_draft_reason = None
    journal.record(
        session, now, "drafted", ticket.id, draft_id=draft.id, message_id=draft.message_id, writer=draft.writer,
        confidence=draft.confidence, prior=confidence.PRIOR, action=draft.action, gates=draft.gates,
        citations=[citation["passage_id"] for citation in draft.citations], fingerprint=fingerprint,
    )  # fmt: skip
    if send:
        queue_reply(
            session, draft, ticket, draft.body, by="auto", author=None, now=now, delay=timedelta(seconds=hold_seconds)
        )


def as_it_stands(session: Session, case: Case, ticket: Ticket, snapshot: Snapshot, autonomy: Autonomy) -> Case:
    """The case at the moment of deciding, with whatever happened while the draft was written: new settings, somebody's
    own reply, automatic replies to other tickets of this customer that are on their way."""
    answered = ticket.reply_pending or tickets.replies_after(session, ticket.id or 0, snapshot.newest_message_id) > 0
    on_their_way = outbox.automatic_on_their_way(session, ticket.customer_id)
    auto_replies = (*snapshot.auto_replies, *on_their_way)
    return replace(case, autonomy=autonomy, is_fresh=not answered, auto_replies=auto_replies)


def gates_json(decision: Decision) -> list[dict[str, Any]]:
    """The gates as they are stored and shown."""
    return [{"name": gate.name, "passed": gate.passed, "reason": gate.reason} for gate in decision.gates]


def release(ticket: Ticket, state: str, now: datetime) -> None:
    """Let go of a ticket in its new state of work."""
    ticket.work_state, ticket.updated_at = state, now
    ticket.claimed_by = ticket.claimed_until = None
