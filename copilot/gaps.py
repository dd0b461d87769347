"""Finds gaps in the background: reads the journal, groups what nothing answered, names the groups, and closes those
that an article answers by now.

One worker at a time, by a claim that runs out. Where the journal has been read to stands in the same transaction as
what came of it, so that whatever interrupts the work, it goes on without counting anything twice. No transaction is
open while a model works.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta

import numpy as np
import structlog

from copilot import gap_checking, gap_naming, gap_signals
from copilot.gap_signals import Question, Signals
from copilot.knowledge_base import KnowledgeBase
from copilot.store import gaps as store
from copilot.store import journal
from copilot.store.session import Database, Session
from copilot.store.tables import Gap, GapQuestion, GapScan
from copilot.timesource import TimeSource
from knowledge.embedding import LIKENESS, Embedder, EmbedderUnavailable, Vectors
from knowledge.gaps import JOIN, Grouping
from triage.pieces import embedded

LEASE = timedelta(minutes=5)
SETTLED = timedelta(seconds=30)
# journal entries looked at in one go, and how many of those of interest are worked through before the next commit
SPAN = 2_000
AT_ONCE = 64
# gaps kept in memory; beyond it the questions that stood alone longest are set aside
MOST_GAPS = 20_000
SET_ASIDE = 2_000
# new questions that bring a decided gap back
BACK_AFTER_CLOSING = 3
BACK_AFTER_DISMISSAL = 5
MERGED = "merged"

log = structlog.get_logger(__name__)


class Lost(RuntimeError):
    """Another worker has taken over."""


@dataclass(frozen=True, slots=True)
class GapProgress:
    """How much of the journal has been read."""

    done: int
    total: int


class GapFinder:
    """The worker's step."""

    def __init__(
        self, db: Database, now: TimeSource, embedder: Embedder, knowledge: KnowledgeBase, worker: str
    ) -> None:
        self.db, self.now, self.embedder, self.knowledge, self.worker = db, now, embedder, knowledge, worker
        self._grouping: Grouping | None = None
        self._revision = -1

    def step(self) -> int:
        """Do the next piece of work; 0 when there is none, or when another process does it."""
        if not self._is_due():
            return 0
        with self.db.write() as session:
            scan = store.claim_scan(session, self.worker, self.now(), LEASE)
            if scan is None:
                return 0
            cursor, revision = scan.cursor, scan.revision
        try:
            steps: Sequence[Callable[[], int]] = (
                self._vectors_anew, lambda: self._read_on(cursor, revision), self._name, self._check,
            )  # fmt: skip
            return next((done for step in steps if (done := step())), 0)
        except Lost:
            return 0
        except EmbedderUnavailable as error:
            log.warning("gaps_wait_for_the_model", reason=str(error))
            return 0

    def _is_due(self) -> bool:
        """Whether there may be work, found out without writing."""
        now, model = self.now(), self.embedder.fingerprint
        with self.db.read() as session:
            scan = store.scan(session) or GapScan()
            settled = store.last_settled(session, scan.cursor, SPAN, now - SETTLED)
            return (
                settled >= scan.cursor + SPAN // 2
                or bool(store.entries(session, scan.cursor, settled, gap_signals.KINDS))
                or bool(store.to_name(session, 1))
                or store.foreign(session, model) is not None
                or (bool(store.to_check(session, 0, 1)) and scan.checked != gap_checking.state_of(session, now))
            )

    def _read_on(self, cursor: int, revision: int) -> int:
        """Work through the next stretch of the journal."""
        with self.db.read() as session:
            settled = store.last_settled(session, cursor, SPAN, self.now() - SETTLED)
            entries = store.entries(session, cursor, settled, gap_signals.KINDS)
            if len(entries) > AT_ONCE:
                entries, settled = entries[:AT_ONCE], entries[AT_ONCE - 1].id or 0
            if settled == cursor:
                return 0
            signals = gap_signals.read(session, entries)
            known = store.known_messages(session, [question.message_id for question in signals.questions])
            if entries:
                self._follow(session, revision)
        fresh = [question for question in signals.questions if question.message_id not in known]
        texts = [q.text for q in fresh] + [r.text for r in signals.replies] + [u.text for u in signals.used]
        vectors = self._encode(texts)
        with self._writing() as (session, scan):
            if entries:
                self._place(session, scan, fresh, vectors[: len(fresh)])
                self._record(session, signals, vectors[len(fresh) :])
            scan.cursor = settled
        return max(len(entries), 1)

    def _encode(self, texts: Sequence[str]) -> Vectors:
        if not texts:
            return np.zeros((0, self.embedder.dimension), dtype=np.float32)
        return np.asarray(embedded(texts, self.embedder.encode), dtype=np.float32)

    @contextmanager
    def _writing(self) -> Iterator[tuple[Session, GapScan]]:
        """A transaction of the holder of the search. Raises `Lost` when that is another one by now; unless it is
        stored, the gaps in memory are read anew."""
        before, self._revision = self._revision, -1
        with self.db.write() as session:
            scan = store.held_scan(session, self.worker)
            if scan is None:
                raise Lost
            scan.claimed_until, scan.revision = self.now() + LEASE, scan.revision + 1
            yield session, scan
            revision = scan.revision
        if before == revision - 1:
            self._revision = revision

    def _follow(self, session: Session, revision: int) -> None:
        """Have the gaps as the database has them."""
        if self._grouping is not None and self._revision == revision:
            return
        rows = store.sums(session, self.embedder.fingerprint)
        self._grouping = Grouping(self.embedder.dimension, join_at(self.embedder))
        if rows:
            self._grouping.add([row[0] for row in rows], np.stack([np.frombuffer(row[1], np.float32) for row in rows]))
        self._revision = revision

    def _place(self, session: Session, scan: GapScan, fresh: Sequence[Question], vectors: Vectors) -> None:
        grouping = self._known()
        placed = grouping.place(vectors, scan.next_gap)
        rows = store.by_ids(session, [place.key for place in placed])
        for question, vector, place in zip(fresh, vectors, placed, strict=True):
            gap = rows.get(place.key) or new_gap(place.key, self.embedder.fingerprint, question)
            if place.is_new:
                scan.next_gap = place.key + 1
                rows[place.key] = gap
                session.add(gap)
                session.flush()
            gap.size, gap.total = gap.size + 1, grouping.sum_of(place.key).tobytes()
            gap.first_at, gap.last_at = min(gap.first_at, question.at), max(gap.last_at, question.at)
            session.add(
                GapQuestion(
                    message_id=question.message_id, ticket_id=question.ticket_id, gap_id=gap.id, why=question.why,
                    at=question.at, language=question.language, text=question.text, vector=vector.tobytes(),
                )
            )  # fmt: skip
        session.flush()
        for gap in rows.values():
            if gap.state != MERGED:
                bring_back(session, gap, self.now())
                self._merge(session, gap)
        self._set_aside(session)

    def _merge(self, session: Session, gap: Gap) -> None:
        """Two open gaps that ask the same become the one with more questions."""
        grouping = self._known()
        other_id = grouping.mergeable(gap.id) if gap.state == "open" and gap.size >= store.SMALLEST else None
        other = store.find(session, other_id) if other_id is not None else None
        if other is None or other.state != "open":
            return
        small, large = sorted((gap, other), key=lambda row: (row.size, -row.id))
        grouping.merge(small.id, large.id)
        large.size, large.total = large.size + small.size, grouping.sum_of(large.id).tobytes()
        large.first_at, large.last_at = min(large.first_at, small.first_at), max(large.last_at, small.last_at)
        large.named_size, small.state = 0, MERGED
        session.flush()
        store.move(session, small.id, large.id)
        session.delete(small)
        session.flush()

    def _set_aside(self, session: Session) -> None:
        grouping = self._known()
        if len(grouping) <= MOST_GAPS:
            return
        alone = list(store.loneliest(session, SET_ASIDE))
        for gap_id in alone:
            store.move(session, gap_id, None)
        grouping.drop(alone)
        store.remove(session, alone)

    def _record(self, session: Session, signals: Signals, vectors: Vectors) -> None:
        """Which replies people gave to the questions, and what articles that closed a gap have saved."""
        waiting = store.unanswered_of(session, sorted({reply.ticket_id for reply in signals.replies}))
        for reply, vector in zip(signals.replies, vectors, strict=False):
            for question in waiting:
                if question.ticket_id == reply.ticket_id and question.message_id < reply.message_id:
                    question.reply_message_id, question.reply_vector = reply.message_id, vector.tobytes()
                    gap_naming.is_due(session, question.gap_id)
            waiting = [question for question in waiting if question.reply_message_id is None]
        grouping = self._known()
        for used, vector in zip(signals.used, vectors[len(signals.replies) :], strict=True):
            for gap in store.closed_by(session, sorted(used.article_ids)):
                gap.saved += float(grouping.middle_of(gap.id) @ vector) >= grouping.join
        session.flush()

    def _known(self) -> Grouping:
        assert self._grouping is not None, "read before it was followed"  # noqa: S101 - order of calls in this class
        return self._grouping

    def _name(self) -> int:
        with self.db.read() as session:
            due = gap_naming.due(session)
        if not due:
            return 0
        with self._writing() as (session, _):
            for name in due:
                gap_naming.keep(session, name)
        return len(due)

    def _check(self) -> int:
        with self.db.read() as session:
            found = gap_checking.look(session, self.knowledge, self.now())
        if found is None:
            return 0
        with self._writing() as (session, scan):
            gap_checking.keep(session, scan, found, self.now())
        return found.looked

    def _vectors_anew(self) -> int:
        """With another embedder, one gap after the other gets its vectors from the texts that were kept."""
        with self.db.read() as session:
            gap = store.foreign(session, self.embedder.fingerprint)
            rows = list(store.questions(session, gap.id, gap.size)) if gap is not None else []
        if gap is None:
            return 0
        vectors = self._encode([row.text for row in rows])
        with self._writing() as (session, _):
            kept = store.lock(session, gap.id)
            for row, vector in zip(rows, vectors, strict=True):
                question = session.get_one(GapQuestion, row.id)
                question.vector, question.reply_vector = vector.tobytes(), None
            total = vectors.sum(axis=0, dtype=np.float32) if rows else np.zeros(self.embedder.dimension, np.float32)
            kept.total, kept.embedder, kept.named_size = total.tobytes(), self.embedder.fingerprint, 0
        self._grouping = None
        return max(len(rows), 1)


def join_at(embedder: Embedder) -> float:
    """From which cosine on this embedder's questions ask the same."""
    likeness = embedder.likeness
    share = (JOIN - LIKENESS.unrelated) / (LIKENESS.related - LIKENESS.unrelated)
    return likeness.unrelated + share * (likeness.related - likeness.unrelated)


def new_gap(gap_id: int, embedder: str, question: Question) -> Gap:
    """A gap that begins with this question, which is not counted yet."""
    return Gap(
        id=gap_id, embedder=embedder, total=b"", size=0, phrases=[], question=question.text, first_at=question.at,
        last_at=question.at,
    )  # fmt: skip


def bring_back(session: Session, gap: Gap, now: datetime) -> None:
    """A gap that was dismissed or closed is open again when it has grown by much since."""
    if gap.state not in ("dismissed", "closed") or gap.decided_at is None:
        return
    grown = gap.size - gap.size_then
    enough = BACK_AFTER_CLOSING if gap.state == "closed" else max(BACK_AFTER_DISMISSAL, gap.size_then // 2)
    if grown >= enough:
        journal.record(session, now, "gap_came_back", gap_id=gap.id, after=gap.state, questions=grown)
        gap.state, gap.decided_at = "open", None


def progress(session: Session) -> GapProgress:
    """How much of the journal the search has read."""
    scan = store.scan(session)
    return GapProgress(scan.cursor if scan else 0, journal.newest_id(session))
