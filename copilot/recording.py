"""Writes down what the pipeline found: triage with the clock set by it, drafts with their decision.

Everything happens in the caller's transaction, on tickets that it holds locked. What has to be known of the database is
read for the whole batch at once.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from copilot import autosend, promises, sourcing
from copilot.answering import Answer
from copilot.approval import queue_reply
from copilot.autonomy import Autonomy
from copilot.autosend import Case, Decision
from copilot.budgets import Spent
from copilot.courtesy import disclosed
from copilot.drafting import DraftText
from copilot.grounding import Findings
from copilot.precedent_cache import PrecedentCache
from copilot.promises import PromiseBook
from copilot.snapshots import LOOP_WINDOW, Snapshot
from copilot.standings import Standings
from copilot.store import articles, budgets, drafts, journal, outbox, tickets
from copilot.store.articles import InUse
from copilot.store.session import Session
from copilot.store.tables import Draft, SlaEvent, Ticket
from knowledge.embedding import Vectors
from sla.events import Event
from sla.policies import Policy, Priority
from triage.assess import Assessment

PRESSING: dict[str, int] = {name: place for place, name in enumerate(promises.PRIORITIES)}


@dataclass(frozen=True, slots=True)
class Decided:
    """A draft, not yet stored, its language, its ticket, the vector of its question, and what the articles that it
    quotes held when its search began."""

    ticket: Ticket
    draft: Draft
    language: str
    question: Vectors | None = None
    hashes: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Present:
    """How the tickets of a batch stand at the moment of deciding.

    `drafted` are the messages that a draft answers already, `replied` the newest delivered reply by ticket. Of replies
    that were decided automatically, those of this batch included, `to_customer` are the ones of 24 hours and those not
    settled, and `spent` is what each category has used of its caps: nobody else can add to either until this
    transaction ends. `in_use` are the articles that these drafts quote, as they are now.
    """

    drafted: frozenset[int]
    replied: dict[int, int]
    to_customer: dict[int, list[tuple[int, datetime]]]
    spent: dict[str, Spent]
    standings: Standings
    in_use: dict[str, InUse]

    @classmethod
    def of(
        cls,
        session: Session,
        held: Sequence[Ticket],
        autonomy: Autonomy,
        fingerprint: str,
        key: bytes,
        precedents: PrecedentCache,
        quoted: Collection[str],
        now: datetime,
    ) -> "Present":
        """Read it for all these tickets, alone with the categories and customers that automatic replies may go to.

        `fingerprint` is the record that their drafts belong to, `key` draws the audits, `quoted` are articles by id.
        """
        ids = [ticket.id or 0 for ticket in held]
        may = [ticket for ticket in held if ticket.category and autonomy.of(ticket.category).mode == "auto"]
        categories = {ticket.category or "" for ticket in may}
        names = {f"category:{name}" for name in categories} | {f"customer:{ticket.customer_id}" for ticket in may}
        budgets.lock(session, names)
        customers = sorted({ticket.customer_id for ticket in held})
        to_customer = tickets.auto_replies(session, customers, now - LOOP_WINDOW)
        for customer_id, replies in outbox.automatic_on_their_way(session, customers).items():
            to_customer[customer_id] += replies
        return cls(
            drafted=drafts.drafted_messages(session, ids),
            replied=tickets.newest_ids(session, ids, "outbound"),
            to_customer=to_customer,
            spent=budgets.spent(session, categories, now),
            standings=Standings.of(session, fingerprint, {ticket.category or "" for ticket in held}, key, precedents),
            in_use=articles.state_of(session, sorted(quoted), now.date()),
        )

    def decide(
        self, ticket: Ticket, snapshot: Snapshot, answer: Answer, autonomy: Autonomy, fingerprint: str, now: datetime
    ) -> list[Decided]:
        """The draft with its decision; nothing when this message has been answered by a draft before."""
        if snapshot.newest_message_id in self.drafted:
            return []
        measured = self.standings.with_record(answer.evidence, answer.draft.quotes[0].article_id, answer.question)
        answer = replace(answer, evidence=measured, confidence=self.standings.confidence(measured))
        case = self._case(ticket, snapshot, answer, autonomy)
        decision = autosend.decide(case)
        if decision.action == "send":
            self.to_customer[ticket.customer_id].append((snapshot.ticket_id, now))
            self.spent[ticket.category or ""] = self.spent[ticket.category or ""].plus_one()
        draft = new_draft(snapshot, answer, decision, fingerprint, now)
        draft.category, draft.drawn, draft.calibrated = ticket.category, case.drawn, self.standings.model.calibrated
        return [Decided(ticket, draft, answer.draft.language, answer.question, answer.hashes)]

    def _case(self, ticket: Ticket, snapshot: Snapshot, answer: Answer, autonomy: Autonomy) -> Case:
        """The case with whatever happened while the draft was written: new settings, another category, somebody's own
        reply, automatic replies to other tickets of this customer and in this category, other evidence, edited
        articles."""
        answered = ticket.reply_pending or self.replied.get(snapshot.ticket_id, 0) > snapshot.newest_message_id
        category, known = ticket.category or "", self.standings
        return replace(
            answer.case,
            autonomy=autonomy,
            category=ticket.category,
            confidence=answer.confidence,
            standing=known.earned.get(category),
            suspended=known.suspended.get(category),
            drawn=known.is_drawn(snapshot.ticket_id, snapshot.newest_message_id, autonomy.audit_share),
            is_fresh=not answered and ticket.status in tickets.QUEUED,
            auto_replies=tuple(self.to_customer[ticket.customer_id]),
            spent=self.spent.get(category, Spent()),
            source_doubt=sourcing.doubt(answer.sources, self.in_use),
        )


def record_triage(
    session: Session,
    ticket: Ticket,
    snapshot: Snapshot,
    assessment: Assessment,
    history: list[SlaEvent],
    in_force: Sequence[Policy],
    book: PromiseBook,
    now: datetime,
) -> None:
    """Store what triage found; what a person has set stays, and a priority never falls by itself."""
    # an alert may have made a ticket pressing that triage had no look at yet
    first = ticket.triaged_message_id is None and ticket.priority == Priority.NORMAL
    if not ticket.category_is_manual:
        ticket.category = assessment.category.label if assessment.category and assessment.in_scope else None
    priority = str(assessment.priority)
    if not ticket.priority_is_manual and (first or PRESSING[priority] > PRESSING[ticket.priority]):
        if priority != ticket.priority:
            # triage only finds out what was true on receipt: the first priority counts from then on
            at = ticket.received_at if first else promises.after_all(history, now)
            event = Event.priority_changed(at, priority)
            history.append(promises.add_event(session, snapshot.ticket_id, event))
        ticket.priority = priority
    ticket.language, ticket.team = assessment.language.code, assessment.team or ticket.team
    ticket.tags = sorted({*ticket.tags, *assessment.tags})
    ticket.triage, ticket.triaged_message_id = assessment.to_dict(), snapshot.newest_message_id
    ticket.updated_at = now
    promises.settle_policy(session, ticket, snapshot.customer, history, in_force, book, now)
    promises.keep(session, ticket, snapshot.customer, history, book, now)
    journal.record(
        session, now, "triaged", ticket.id, message_id=snapshot.newest_message_id, triage=ticket.triage,
        policy=ticket.policy_name, policy_version=ticket.policy_version, fingerprint=assessment.fingerprint,
    )  # fmt: skip


def new_draft(snapshot: Snapshot, answer: Answer, decision: Decision, fingerprint: str, now: datetime) -> Draft:
    """The draft's row."""
    return Draft(
        ticket_id=snapshot.ticket_id,
        message_id=snapshot.newest_message_id,
        body=answer.draft.body,
        sentences=sentences_json(answer.findings),
        citations=citations_json(answer.draft),
        confidence=answer.confidence,
        calibrated=False,
        evidence=answer.evidence.to_dict(),
        candidates=list(answer.candidates),
        could_send=autosend.could_send(decision),
        would_send=autosend.would_send(decision),
        writer=answer.draft.writer,
        action=decision.action,
        gates=gates_json(decision),
        fingerprint=fingerprint,
        state="auto" if decision.action == "send" else "open",
        created_at=now,
    )


def record_answers(session: Session, decided: Sequence[Decided], now: datetime, autonomy: Autonomy) -> None:
    """Store drafts and decisions and, where one may leave, its row in the outbox."""
    hold = timedelta(seconds=autonomy.hold_seconds)
    session.add_all([row.draft for row in decided])
    session.flush()
    drafts.cite(session, [(row.draft, row.hashes) for row in decided])
    questions = {row.draft.id or 0: row.question for row in decided}
    drafts.keep_questions(
        session, {draft_id: vector.tobytes() for draft_id, vector in questions.items() if vector is not None}
    )
    for row in decided:
        ticket, draft = row.ticket, row.draft
        ticket.no_draft_reason = None
        journal.record(
            session, now, "drafted", ticket.id, draft_id=draft.id, message_id=draft.message_id, writer=draft.writer,
            confidence=draft.confidence, calibrated=draft.calibrated, action=draft.action, gates=draft.gates,
            citations=[citation["passage_id"] for citation in draft.citations], fingerprint=draft.fingerprint,
        )  # fmt: skip
        if draft.action == "send":
            body = disclosed(draft.body, row.language) if autonomy.disclose else draft.body
            queue_reply(session, draft, ticket, body, by="auto", author=None, now=now, delay=hold)


def sentences_json(findings: Findings) -> list[dict[str, Any]]:
    """What was found in each sentence, as it is stored."""
    return [asdict(finding) for finding in findings.sentences]


def citations_json(draft: DraftText) -> list[dict[str, Any]]:
    """What a draft quotes, as it is stored."""
    return [
        {"article_id": quote.article_id, "passage_id": quote.passage_id, "title": quote.title, "quote": quote.text}
        for quote in draft.quotes
    ]


def gates_json(decision: Decision) -> list[dict[str, Any]]:
    """The gates as they are stored and shown."""
    return [{"name": gate.name, "passed": gate.passed, "reason": gate.reason} for gate in decision.gates]


def release(ticket: Ticket, state: str, now: datetime) -> None:
    """Let go of a ticket in its new state of work."""
    ticket.work_state, ticket.updated_at = state, now
    ticket.claimed_by = ticket.claimed_until = None
