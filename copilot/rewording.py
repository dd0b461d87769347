"""Another wording of an open draft, at an agent's wish. Nothing of it is ever sent without a person.

The draft itself stays as the pipeline made it, because people's verdicts are judged against that; wordings are kept
beside it, one of them is shown. No transaction is open while a model writes; when that fails all stays as it was.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial

from copilot import canaries, drafting, spending, tripwire
from copilot.answering import Answerer, findings_of
from copilot.approval import must_be_open
from copilot.asking import Question, Wish
from copilot.configuration import ConfigurationCache
from copilot.courtesy import COURTESY
from copilot.drafting import FREE, QUOTING, DraftText
from copilot.errors import Conflict, Invalid
from copilot.excerpts import quote
from copilot.grounding import Findings
from copilot.llm.port import Heard, ModelFailed
from copilot.personal_data import own_codes
from copilot.plaintext import named
from copilot.recording import citations_json, sentences_json
from copilot.several import Asked, offered, recalled
from copilot.snapshots import Snapshot, load_snapshots
from copilot.spending import Prices
from copilot.store import drafts, journal, tickets
from copilot.store.session import Database, Session
from copilot.store.tables import Draft, DraftVersion
from copilot.timesource import TimeSource
from copilot.voice import Voice
from knowledge.retrieval import Match
from triage.assess import TicketText

WAYS = (QUOTING, FREE)
STYLES = ("shorter", "warmer")
MATCHES = 5
MOST_VERSIONS = 30


@dataclass(frozen=True, slots=True)
class Wanted:
    """How it is to be worded; None: as before. `passage_id` is the one passage to write from."""

    way: str = QUOTING
    style: str | None = None
    language: str | None = None
    passage_id: str | None = None


@dataclass(frozen=True, slots=True)
class Subject:
    """The draft to be worded anew, its ticket, how the team sounds, the admin's own canaries, and what answers each of
    the customer's questions where there are several."""

    draft: Draft
    snapshot: Snapshot
    voice: Voice
    planted: tuple[str, ...]
    length: int
    asked: tuple[Asked, ...] = ()

    @property
    def question(self) -> Question:
        """What the customer asks."""
        ticket = self.snapshot.ticket
        text = TicketText.of(ticket.subject, self.snapshot.text).readable
        return Question(text, ticket.language, self.snapshot.customer.name, self.asked)


class Rewording:
    """Writes wordings and keeps them."""

    def __init__(
        self, db: Database, now: TimeSource, configuration: ConfigurationCache, answerer: Answerer, prices: Prices
    ) -> None:
        self.db, self.now, self.configuration, self.answerer, self.prices = db, now, configuration, answerer, prices

    @property
    def has_model(self) -> bool:
        """Whether there is a language model that could word anything."""
        return self.answerer.pen is not None

    def ready(self, draft_id: int, wanted: Wanted) -> None:
        """Raise what `reword` would raise before it asks anybody."""
        check(wanted, self.has_model)
        self._subject(draft_id)

    def reword(self, draft_id: int, wanted: Wanted, by: str, heard: Heard | None = None) -> DraftVersion:
        """Write and keep another wording; it is shown from then on. `heard` gets it as it is written.

        Raises `Invalid` naming the field, `NotFound`, `Conflict` when the draft is no longer open, `Unavailable` when
        the model has failed: the former wording then stands as it was.
        """
        check(wanted, self.has_model)
        subject = self._subject(draft_id)
        self.answerer.knowledge.refresh()
        subject = replace(subject, asked=self._asked(subject, wanted))
        matches = self._matches(subject, wanted)
        try:
            text = self._written(subject, matches, wanted, heard)
        except ModelFailed as error:
            with self.db.write() as session:
                spending.record(session, error.calls, self.prices, self.now(), subject.draft.ticket_id, draft_id)
            raise
        self._refuse_leaks(subject, text)
        own = own_codes(subject.question.text, subject.question.language)
        findings = findings_of(text, matches, subject.snapshot.customer, subject.voice, own)
        with self.db.write() as session:
            return self._kept(session, subject, wanted, with_sources(text, findings, matches), findings, by)

    def show(self, draft_id: int, number: int, by: str) -> Draft:
        """Show a wording that is there already. Raises `NotFound`, or `Conflict` when the draft is no longer open."""
        with self.db.write() as session:
            draft = drafts.find(session, draft_id)
            ticket = tickets.lock(session, draft.ticket_id)
            session.refresh(draft)
            must_be_open(session, draft, ticket)
            if number != 1:
                drafts.version(session, draft_id, number)
            draft.shown = number
            journal.record(session, self.now(), "wording_shown", ticket.id, draft_id=draft_id, number=number, by=by)
            return draft

    def _subject(self, draft_id: int) -> Subject:
        with self.db.read() as session:
            draft = drafts.find(session, draft_id)
            ticket = tickets.find(session, draft.ticket_id)
            must_be_open(session, draft, ticket)
            (snapshot,) = load_snapshots(session, [ticket], self.now())
            current = self.configuration.current(session)
            voice, planted = current.voice.named(self.answerer.support_name), current.autonomy.canaries
            return Subject(draft, snapshot, voice, planted, len(drafts.shown(session, draft).body))

    def _matches(self, subject: Subject, wanted: Wanted) -> Sequence[Match]:
        """What it is to be written from: the passage that was named, or what a search finds. Raises `Invalid`."""
        knowledge = self.answerer.knowledge
        if wanted.passage_id is not None:
            match = knowledge.public_passage(wanted.passage_id)
            if match is None:
                raise Invalid("passage_id names no passage of a public article.", field="passage_id")
            return [match]
        language = wanted.language or subject.snapshot.ticket.language
        found = knowledge.search_text(subject.question.text, MATCHES, "public", language=language)
        if not found.matches:
            raise Conflict("No article matches any more.")
        return offered(found.matches, subject.asked)

    def _asked(self, subject: Subject, wanted: Wanted) -> tuple[Asked, ...]:
        """What was found to answer each of several questions, unless another source or language is wanted."""
        ticket = subject.snapshot.ticket
        if wanted.passage_id is not None or wanted.language not in (None, ticket.language):
            return ()
        return recalled(ticket.answers, self.answerer.knowledge.public_passage)

    def _written(self, subject: Subject, matches: Sequence[Match], wanted: Wanted, heard: Heard | None) -> DraftText:
        pen = replace(self.answerer.pen, urgent=True) if self.answerer.pen else None
        known = self.answerer.knowledge.facts_of([match.passage.article_id for match in matches])
        languages = {name: fact.language for name, fact in known.items()}
        if wanted.way == FREE and pen is not None:
            own = subject.snapshot.ticket.language
            language = wanted.language or (own if own in COURTESY else "en")
            wish = Wish(language, subject.voice.tone, wanted.style, subject.length if wanted.style == "shorter" else 0)
            return drafting.word(subject.question, matches, pen, subject.voice, wish, heard)
        return drafting.write(subject.question, matches, languages, pen, subject.voice, wanted.style, heard)

    def _refuse_leaks(self, subject: Subject, text: DraftText) -> None:
        """Throw a wording away that holds a planted token, and stop all automatic sending. Raises `Conflict`."""
        if not canaries.find(text.body, (*subject.planted, *text.canaries)):
            return
        now, draft = self.now(), subject.draft
        self.db.transact(partial(tripwire.trip, ticket_id=draft.ticket_id, now=now))
        with self.db.write() as session:
            spending.record(session, text.calls, self.prices, now, draft.ticket_id, draft.id)
        raise Conflict("The wording held a planted token: it was thrown away, and all automatic sending was stopped.")

    def _kept(
        self, session: Session, subject: Subject, wanted: Wanted, text: DraftText, findings: Findings, by: str
    ) -> DraftVersion:
        now, draft = self.now(), drafts.find(session, subject.draft.id or 0)
        ticket = tickets.lock(session, draft.ticket_id)
        session.refresh(draft)
        spending.record(session, text.calls, self.prices, now, draft.ticket_id, draft.id)
        must_be_open(session, draft, ticket)
        row = version_row(draft, drafts.newest_number(session, draft.id or 0) + 1, wanted, text, findings, by, now)
        if row.number > MOST_VERSIONS:
            raise Conflict(f"A draft can be worded {MOST_VERSIONS} times at most.")
        session.add(row)
        draft.shown = row.number
        session.flush()
        journal.record(
            session, now, "draft_reworded", ticket.id, draft_id=draft.id, number=row.number, way=row.way,
            style=row.style, language=row.language, passage_id=row.passage_id, writer=row.writer, by=by,
        )  # fmt: skip
        return row


def check(wanted: Wanted, has_model: bool) -> None:
    """Raise `Invalid` naming the field when the wish makes no sense, or needs a model that is not there."""
    if wanted.way not in WAYS:
        raise Invalid(f"way must be one of {', '.join(WAYS)}.", field="way")
    if wanted.style is not None and wanted.style not in STYLES:
        raise Invalid(f"style must be one of {', '.join(STYLES)}.", field="style")
    if wanted.language is not None and wanted.language not in COURTESY:
        raise Invalid(f"language must be one of {', '.join(COURTESY)}.", field="language")
    if wanted.way == QUOTING and wanted.style == "warmer":
        raise Invalid("style: quoted sentences cannot be warmer; choose the free way.", field="style")
    if wanted.way == FREE and not has_model:
        raise Invalid("way: the free way needs a language model, and none is set.", field="way")


def with_sources(text: DraftText, findings: Findings, matches: Sequence[Match]) -> DraftText:
    """A free draft cites what supports its sentences too, not only what the model has named."""
    if text.way != FREE:
        return text
    cited = {quote.passage_id for quote in text.quotes}
    more = {finding.passage_id for finding in findings.sentences if finding.passage_id} - cited
    return replace(text, quotes=(*text.quotes, *(quote(m) for m in matches if m.passage.id in more)))


def version_row(
    draft: Draft, number: int, wanted: Wanted, text: DraftText, findings: Findings, by: str, now: datetime
) -> DraftVersion:
    """The wording as it is kept."""
    leaves_open = f"It leaves open: {named(text.left_open)}." if text.left_open else None
    return DraftVersion(
        draft_id=draft.id or 0, number=number, way=text.way, style=wanted.style, language=text.language,
        passage_id=wanted.passage_id, body=text.body, sentences=sentences_json(findings),
        citations=citations_json(text), writer=text.writer,
        problem=text.problem or leaves_open, by=by, created_at=now,
    )  # fmt: skip
