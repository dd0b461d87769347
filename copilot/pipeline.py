"""The straight road of one ticket, several at a time: triage and clock, then draft, gates and decision.

No transaction is open while a model works. What is recorded first is that the ticket stands in the ranked queue;
whatever fails after that ends in a held draft or a reason. A claim that was lost meanwhile (something newer arrived,
the lease ran out) makes the work be thrown away, never be recorded twice.
"""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import partial
from typing import Any

import structlog

from copilot import autosend, spending, tripwire, watching
from copilot.answering import Answer, Answerer, Silence
from copilot.auditing import AuditKey
from copilot.configuration import Configuration, ConfigurationCache
from copilot.llm.port import Call
from copilot.organisations import segment_of
from copilot.precedent_cache import PrecedentCache
from copilot.promises import PromiseBook
from copilot.recording import Decided, Present, record_answers, record_triage, release
from copilot.rule_clock import next_look
from copilot.several import question_vectors
from copilot.snapshots import Snapshot, load_snapshots
from copilot.sourcing import Source
from copilot.spending import Prices
from copilot.store import journal, tickets
from copilot.store.session import Database, Session
from copilot.store.tables import Ticket
from copilot.timesource import TimeSource
from copilot.triage_models import TriageModelCache
from knowledge.embedding import Embedder, EmbedderUnavailable, Vectors
from triage.assess import Assessment, TicketContext, TicketText, assess_many
from triage.pieces import embedded

MOST_ATTEMPTS = 5
FIRST_PAUSE = timedelta(seconds=2)

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Work:
    """One ticket on its road: what it was, what triage said, what came of drafting.

    `classifier` is the fingerprint of the models that labelled it, without the rules; `apart` are the vectors of its
    questions, if it asks several.
    """

    snapshot: Snapshot
    text: TicketText
    vector: Vectors | None
    assessment: Assessment
    classifier: str
    apart: Vectors | None = None
    outcome: Answer | Silence | None = None

    @property
    def calls(self) -> tuple[Call, ...]:
        """The requests to a language model that were made for it."""
        return self.outcome.draft.calls if isinstance(self.outcome, Answer) else ()

    @property
    def sources(self) -> Sequence[Source]:
        """The articles that its draft quotes."""
        return self.outcome.sources if isinstance(self.outcome, Answer) else ()


class Pipeline:
    """Processes claimed tickets in batches; `at_once` is how many drafts a language model writes side by side."""

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
        at_once: int,
        prices: Prices,
    ) -> None:
        self.db, self.now, self.configuration, self.book = db, now, configuration, book
        self.embedder, self.models, self.answerer = embedder, models, answerer
        self.worker, self.lease, self.batch = worker, lease, batch
        self.at_once, self.prices = at_once, prices
        self.audits, self.precedents = AuditKey(db), PrecedentCache()

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
        ours = self._record_triage(self._triage(snapshots, configuration), configuration)
        if self.answerer.pen is None:
            done = [self._answered(work, configuration) for work in ours]
        else:
            with ThreadPoolExecutor(self.at_once) as pool:
                done = list(pool.map(lambda work: self._answered(work, configuration), ours))
        self._record_outcomes(done)

    def _triage(self, snapshots: Sequence[Snapshot], configuration: Configuration) -> list[Work]:
        texts = [TicketText.of(s.ticket.subject, s.text) for s in snapshots]
        vectors: Vectors | None = None
        try:
            vectors = embedded([text.readable for text in texts], self.embedder.encode)
        except EmbedderUnavailable as error:
            log.warning("embedder_unavailable", reason=str(error))
        now = self.now()
        contexts = [
            TicketContext(
                s.ticket.channel,
                segment_of(s.customer) or "",
                s.contacts,
                max(now - (s.waiting_since or now), timedelta(0)),
            )
            for s in snapshots
        ]
        models = self.models.current(configuration, usable=vectors is not None)
        assessments = assess_many(texts, vectors, contexts, models)
        asked = [(text.readable, found.questions) for text, found in zip(texts, assessments, strict=True)]
        apart = question_vectors(asked, self.embedder)
        classifier = models.classifier_fingerprint
        return [
            Work(snapshots[i], texts[i], None if vectors is None else vectors[i], assessment, classifier, apart[i])
            for i, assessment in enumerate(assessments)
        ]

    def _record_triage(self, works: Sequence[Work], configuration: Configuration) -> list[Work]:
        """From here the tickets stand in the ranked queue. Returns those that are still ours, as they stand now."""
        now, ours = self.now(), []
        with self.db.write() as session:
            held = self._held(session, [work.snapshot for work in works])
            events, in_force = tickets.sla_events_of(session, list(held)), self.book.in_force(session)
            for work in works:
                ticket = held.get(work.snapshot.ticket_id)
                if ticket is None:
                    continue
                if ticket.triaged_message_id != work.snapshot.newest_message_id:
                    snapshot, found = work.snapshot, work.assessment
                    history = events[snapshot.ticket_id]
                    record_triage(session, ticket, snapshot, found, history, in_force, self.book, now)
                    watching.customer_answered(session, snapshot, found, now)
                    ticket.rules_due_at = next_look(configuration.rules, snapshot.waiting_since, now)
                ours.append(replace(work, snapshot=replace(work.snapshot, ticket=ticket)))
        return ours

    def _answered(self, work: Work, configuration: Configuration) -> Work:
        outcome = self.answerer.answer(
            work.snapshot,
            work.text.readable,
            work.vector,
            work.assessment,
            configuration.autonomy,
            configuration.voice,
            work.apart,
        )
        return replace(work, outcome=outcome)

    def _record_outcomes(self, works: Sequence[Work]) -> None:
        now, key = self.now(), self.audits.key
        for work in works:
            if isinstance(work.outcome, Answer) and autosend.leaked(work.outcome.case):
                self.db.transact(partial(tripwire.trip, ticket_id=work.snapshot.ticket_id, now=now))
        with self.db.write() as session:
            autonomy = self.configuration.current(session).autonomy
            held = self._held(session, [work.snapshot for work in works])
            # triaged together by the same models, so all of one record
            fingerprint = f"{self.answerer.fingerprint}|{works[0].classifier}" if works else ""
            quoted = {source.article_id for work in works for source in work.sources}
            present = Present.of(session, list(held.values()), autonomy, fingerprint, key, self.precedents, quoted, now)
            answered: list[Decided] = []
            for work in works:
                ticket = held.get(work.snapshot.ticket_id)
                if ticket is None:
                    reason = "Something newer arrived."
                    journal.record(session, now, "draft_dropped", work.snapshot.ticket_id, reason=reason)
                    continue
                ticket.answers = answers_of(work.outcome) if work.outcome else []
                if isinstance(work.outcome, Answer):
                    answered += present.decide(ticket, work.snapshot, work.outcome, autonomy, fingerprint, now)
                elif work.outcome is not None:
                    ticket.no_draft_reason = work.outcome.reason
                    journal.record(session, now, "no_draft", ticket.id, reason=work.outcome.reason)
            record_answers(session, answered, now, autonomy)
            drafted = {row.ticket.id: row.draft.id for row in answered}
            for work in works:
                # what was asked was paid for, also where nothing came of it
                calls, ticket_id = work.calls, work.snapshot.ticket_id
                spending.record(session, calls, self.prices, now, ticket_id, drafted.get(ticket_id))
            for ticket in held.values():
                release(ticket, "idle", now)

    def _held(self, session: Session, snapshots: Sequence[Snapshot]) -> dict[int, Ticket]:
        """The tickets, locked, that are still ours and to which nothing newer arrived."""
        expected = {snapshot.ticket_id: snapshot.newest_message_id for snapshot in snapshots}
        locked = tickets.lock_all(session, list(expected))
        newest = tickets.newest_ids(session, list(expected), "inbound")
        return {
            ticket_id: ticket
            for ticket_id, ticket in locked.items()
            if ticket.claimed_by == self.worker
            and ticket.work_state == "waiting"
            and newest.get(ticket_id) == expected[ticket_id]
        }

    def _put_back(self, snapshot: Snapshot, error: Exception) -> None:
        """Try again later with growing pauses; after some attempts a person has to look."""
        now = self.now()
        with self.db.write() as session:
            ticket = self._held(session, [snapshot]).get(snapshot.ticket_id)
            if ticket is None:
                return
            ticket.attempts += 1
            gave_up = ticket.attempts >= MOST_ATTEMPTS
            reason = f"Processing failed: {type(error).__name__}."
            release(ticket, "failed" if gave_up else "waiting", now)
            ticket.work_after = now + FIRST_PAUSE * 2**ticket.attempts
            ticket.no_draft_reason = reason
            journal.record(session, now, "processing_failed", ticket.id, reason=reason, gave_up=gave_up)


def answers_of(outcome: Answer | Silence) -> list[dict[str, Any]]:
    """What answers each of several questions, and which of them the draft answers, in plain values."""
    answered = isinstance(outcome, Answer)
    left_open = outcome.draft.left_open if isinstance(outcome, Answer) else ()
    return [one.to_dict(answers_question=answered and one.question not in left_open) for one in outcome.asked]
