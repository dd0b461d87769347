"""Every table. Datetimes are aware UTC; JSON columns hold plain data that the pure rooms parse.

Refuses to know what the values mean: rules about them live in the rooms and in the services.
"""

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, Column, Index, LargeBinary, Text, UniqueConstraint, text
from sqlmodel import Field, Relationship, SQLModel

ONE_LIVE = text("state = 'live'")
WAITING = "status IN ('new', 'open') AND NOT reply_pending"
"""Which tickets wait for an agent; the same words in index and query, so that the database sees that the index fits."""


def json_column() -> Any:
    """A JSON column that is never null."""
    return Field(sa_column=Column(JSON, nullable=False))


def text_column() -> Any:
    """A text column without a length limit."""
    return Field(sa_column=Column(Text, nullable=False))


class Organisation(SQLModel, table=True):
    """Whom customers belong to: `segment` names its contract, `timezone` is where its people are."""

    id: int | None = Field(default=None, primary_key=True)
    name: str = Field(unique=True)
    segment: str | None = None
    timezone: str | None = None


class Customer(SQLModel, table=True):
    """A person who writes to us, known by e-mail address (lower case). The organisation is loaded with its customer."""

    id: int | None = Field(default=None, primary_key=True)
    email: str = Field(unique=True)
    name: str | None = None
    segment: str | None = None
    timezone: str | None = None
    organisation_id: int | None = Field(default=None, foreign_key="organisation.id", index=True)
    organisation: Organisation | None = Relationship(sa_relationship_kwargs={"lazy": "joined"})


class Ticket(SQLModel, table=True):
    """A conversation, its triage, its clock's summary, and the work that it still needs.

    `work_state` is "waiting" (the pipeline owes it a pass), "idle" or "failed"; it is held until `claimed_until`.
    `no_draft_reason` says why the newest message has no draft. `answers` tells of each question, where there are
    several, which article answers it (`copilot.several.Asked`). `reply_pending` is true from the decision to send until
    the delivery's outcome is known. `rules_due_at` is when a waiting time that a rule asks about will have passed.
    """

    __table_args__ = (
        UniqueConstraint("channel", "external_id"),
        Index("ix_ticket_work", "work_state", "work_after"),
        Index("ix_ticket_status", "reply_pending", "status"),
        Index(
            "ix_ticket_goal", "next_goal_at", "received_at", "id", "priority", "category", "next_due_at", "status",
            "reply_pending", sqlite_where=text(WAITING), postgresql_where=text(WAITING),
        ),
        Index(
            "ix_ticket_due", "next_due_at", "priority", "status", "reply_pending", sqlite_where=text(WAITING),
            postgresql_where=text(WAITING),
        ),
    )  # fmt: skip

    id: int | None = Field(default=None, primary_key=True)
    channel: str
    external_id: str
    content_hash: str
    subject: str = text_column()
    customer_id: int = Field(foreign_key="customer.id", index=True)
    received_at: datetime = Field(index=True)
    created_at: datetime
    updated_at: datetime
    status: str = "new"
    priority: str = "normal"
    priority_is_manual: bool = False
    category: str | None = Field(default=None, index=True)
    category_is_manual: bool = False
    language: str = "unknown"
    team: str | None = None
    assignee: str | None = None
    tags: list[str] = json_column()
    triage: dict[str, Any] = json_column()
    triaged_message_id: int | None = None
    policy_name: str | None = None
    policy_version: int | None = None
    timers: list[dict[str, Any]] = json_column()
    next_due_at: datetime | None = None
    next_goal_at: datetime | None = None
    next_due_metric: str | None = None
    next_alert_at: datetime | None = Field(default=None, index=True)
    rules_due_at: datetime | None = Field(default=None, index=True)
    reply_pending: bool = False
    work_state: str = "waiting"
    work_after: datetime
    claimed_by: str | None = None
    claimed_until: datetime | None = None
    attempts: int = 0
    no_draft_reason: str | None = Field(default=None, sa_column=Column(Text))
    answers: list[dict[str, Any]] = Field(
        default_factory=list, sa_column=Column(JSON, nullable=False, server_default=text("'[]'"))
    )


class Message(SQLModel, table=True):
    """One message of a conversation: inbound, outbound or note. Outbound rows exist only once delivered.

    `notice` marks word that an answer will be late: it reached the customer and answers nothing. `envelope` is what the
    channel knows of its sender and recipients (`copilot.envelopes`), empty when it said nothing.
    """

    __table_args__ = (UniqueConstraint("ticket_id", "external_id"),)

    id: int | None = Field(default=None, primary_key=True)
    ticket_id: int = Field(foreign_key="ticket.id", index=True)
    external_id: str
    direction: str
    body: str = text_column()
    at: datetime
    auto_sent: bool = False
    notice: bool = False
    author: str | None = None
    draft_id: int | None = None
    envelope: dict[str, Any] = Field(default_factory=dict, sa_column=Column(JSON, nullable=False))


class SlaEvent(SQLModel, table=True):
    """What happened to the promise, append-only; `sla.clock.replay` folds these into timers."""

    id: int | None = Field(default=None, primary_key=True)
    ticket_id: int = Field(foreign_key="ticket.id", index=True)
    at: datetime
    data: dict[str, Any] = json_column()


class Draft(SQLModel, table=True):
    """A proposed reply to the newest message of a ticket, as the pipeline made it; `shown` is the number of the wording
    that people see, 1 being this one (see `DraftVersion`).

    `state` is open, approved, rejected, auto (decided by the gates) or superseded (something newer arrived).
    `evidence` holds the measured inputs of its confidence, so that it can be judged again, `candidates` the articles
    that were found for it with what they were ordered by; `category` is the ticket's at that moment. `could_send`:
    every gate but those of autonomy itself passed; `would_send`: its confidence was enough too, so that in mode auto it
    would have left, or was drawn for an audit (`drawn`).
    """

    __table_args__ = (UniqueConstraint("ticket_id", "message_id"), Index("ix_draft_created_at", "created_at"))

    id: int | None = Field(default=None, primary_key=True)
    ticket_id: int = Field(foreign_key="ticket.id", index=True)
    message_id: int = Field(foreign_key="message.id")
    body: str = text_column()
    sentences: list[dict[str, Any]] = json_column()
    citations: list[dict[str, Any]] = json_column()
    confidence: float
    calibrated: bool = False
    evidence: dict[str, Any] = json_column()
    candidates: list[dict[str, Any]] = Field(
        default_factory=list, sa_column=Column(JSON, nullable=False, server_default=text("'[]'"))
    )
    category: str | None = None
    could_send: bool = False
    would_send: bool = False
    drawn: bool = False
    writer: str
    action: str
    gates: list[dict[str, Any]] = json_column()
    fingerprint: str
    state: str = "open"
    shown: int = Field(default=1, sa_column_kwargs={"server_default": "1"})
    created_at: datetime


class DraftVersion(SQLModel, table=True):
    """Another wording of a draft that an agent asked for, numbered from 2: the draft itself is the first. Append-only,
    but that an agent may have it cite more passages.

    `way` is quoting or free, `style` shorter, warmer or null; `passage_id` is the one passage that it was to come from.
    """

    __tablename__ = "draft_version"
    __table_args__ = (UniqueConstraint("draft_id", "number"),)

    id: int | None = Field(default=None, primary_key=True)
    draft_id: int = Field(foreign_key="draft.id")
    number: int
    way: str
    style: str | None = None
    language: str
    passage_id: str | None = None
    body: str = text_column()
    sentences: list[dict[str, Any]] = json_column()
    citations: list[dict[str, Any]] = json_column()
    writer: str
    problem: str | None = Field(default=None, sa_column=Column(Text))
    by: str
    created_at: datetime


class LlmCall(SQLModel, table=True):
    """One request to a language model, append-only. `cost` is by the prices of that moment; without a draft (nothing
    came of it, or something newer arrived) only the ticket is known."""

    __tablename__ = "llm_call"

    id: int | None = Field(default=None, primary_key=True)
    at: datetime = Field(index=True)
    ticket_id: int = Field(foreign_key="ticket.id")
    draft_id: int | None = Field(default=None, foreign_key="draft.id", index=True)
    purpose: str
    model: str
    prompt_version: str
    tokens_in: int
    tokens_out: int
    estimated: bool
    cost: float
    ms: int
    outcome: str


class Verdict(SQLModel, table=True):
    """What a person made of a draft. `kind` is approved (as it was or edited), rejected with a reason, or answered (the
    person sent own words, here or elsewhere, while the draft was open).

    `accepted`, `kept` and `changed_facts` are `copilot.acceptance`'s; null in verdicts from before it.
    """

    id: int | None = Field(default=None, primary_key=True)
    draft_id: int = Field(foreign_key="draft.id", index=True)
    kind: str
    by: str
    at: datetime
    body: str | None = Field(default=None, sa_column=Column(Text))
    reason: str | None = Field(default=None, sa_column=Column(Text))
    edited: bool = False
    accepted: bool | None = None
    kept: float | None = None
    changed_facts: list[str] = json_column()
    reason_code: str | None = None


class DraftCitation(SQLModel, table=True):
    """Which articles a draft quotes: what its citations say, in a form that can be counted. `content_hash` is what the
    article held when the draft's search began; null for drafts from before that was kept."""

    __tablename__ = "draft_citation"

    draft_id: int = Field(primary_key=True, foreign_key="draft.id")
    article_id: str = Field(primary_key=True, index=True)
    content_hash: str | None = None


class DraftQuestion(SQLModel, table=True):
    """The question that a draft answers, as a float32 vector of its record's embedder: for precedents of questions
    like it."""

    __tablename__ = "draft_question"

    draft_id: int = Field(primary_key=True, foreign_key="draft.id")
    vector: bytes = Field(sa_column=Column(LargeBinary, nullable=False))


class SentenceChangeRow(SQLModel, table=True):
    """A sentence quoted from an article that a person put otherwise before sending; an empty `after`: left out.

    `key` is the SHA-256 of article and sentence, the same for all who changed it.
    """

    __tablename__ = "sentence_change"
    __table_args__ = (Index("ix_sentence_change_key", "key", "at"), Index("ix_sentence_change_at", "at"))

    id: int | None = Field(default=None, primary_key=True)
    verdict_id: int = Field(foreign_key="verdict.id", index=True)
    article_id: str
    category: str | None = None
    key: str
    before: str = text_column()
    after: str = text_column()
    facts_changed: bool = False
    by: str
    at: datetime


class OutboxItem(SQLModel, table=True):
    """A reply that was decided and is not yet delivered.

    `state` is waiting, sending, delivered, failed, cancelled or uncertain (sent, outcome unknown: a person decides).
    `category` and `recipient` are the ticket's when it was decided: one has paid for it, the other alone may get it.
    """

    __table_args__ = (
        Index("ix_outbox_work", "state", "work_after"),
        Index("ix_outbox_budget", "category", "delivered_at"),
    )

    id: int | None = Field(default=None, primary_key=True)
    ticket_id: int = Field(foreign_key="ticket.id", index=True)
    draft_id: int | None = Field(default=None, foreign_key="draft.id", unique=True)
    answers_message_id: int | None = None
    category: str | None = None
    recipient: str | None = None
    channel: str
    message_ref: str = Field(unique=True)
    body: str = text_column()
    by: str
    author: str | None = None
    state: str = "waiting"
    work_after: datetime
    claimed_by: str | None = None
    claimed_until: datetime | None = None
    attempts: int = 0
    last_error: str | None = None
    created_at: datetime
    delivered_at: datetime | None = None


class FiredAlert(SQLModel, table=True):
    """An alert that has fired, append-only: `key` names it for good among those of its ticket, so none fires twice.

    `at` is when the timer had used that `share` of its target (1: broken), `fired_at` when it was noticed.
    """

    __tablename__ = "fired_alert"
    __table_args__ = (UniqueConstraint("ticket_id", "key"),)

    id: int | None = Field(default=None, primary_key=True)
    ticket_id: int = Field(foreign_key="ticket.id", index=True)
    key: str
    metric: str
    share: float
    at: datetime
    fired_at: datetime
    late: bool = False


class Notification(SQLModel, table=True):
    """Something to tell: an alert by "email" or "webhook", or a notice of lateness to the "customer".

    `ref` is fixed when it is decided and the same on every attempt. `state` is waiting, sending (notices only),
    delivered, failed, cancelled or uncertain (a notice that may have arrived; it is never sent again). E-mails of one
    `topic` share a mail: `bundle` names it, the same on every attempt, and `bundled_at` is when it was made up.
    """

    __table_args__ = (
        Index("ix_notification_work", "state", "work_after"),
        Index("ix_notification_mail", "recipient", "topic", "bundled_at"),
        Index("ix_notification_bundle", "bundle"),
    )

    id: int | None = Field(default=None, primary_key=True)
    ticket_id: int = Field(foreign_key="ticket.id", index=True)
    ref: str = Field(unique=True)
    way: str
    recipient: str | None = None
    topic: str = ""
    bundle: str | None = None
    bundled_at: datetime | None = None
    payload: dict[str, Any] = json_column()
    state: str = "waiting"
    work_after: datetime
    claimed_by: str | None = None
    claimed_until: datetime | None = None
    attempts: int = 0
    last_error: str | None = Field(default=None, sa_column=Column(Text))
    created_at: datetime
    delivered_at: datetime | None = None


class JournalEntry(SQLModel, table=True):
    """Append-only record of every step and decision, with its reasons and fingerprints."""

    id: int | None = Field(default=None, primary_key=True)
    at: datetime
    ticket_id: int | None = Field(default=None, index=True)
    kind: str
    data: dict[str, Any] = json_column()


class ArticleRow(SQLModel, table=True):
    """A help article. `indexed_hash` says what the vector index holds of it (content and embedder); null is nothing.

    `status` is published, draft or withdrawn; only published articles are used, up to the day `valid_until` (UTC).
    `cut` is the number of the rules by which its passages were cut.
    """

    __tablename__ = "article"

    id: str = Field(primary_key=True)
    title: str = text_column()
    body: str = text_column()
    language: str = "en"
    visibility: str = "public"
    category: str | None = None
    status: str = "published"
    content_hash: str
    indexed_hash: str | None = None
    updated_at: datetime = Field(index=True)
    valid_until: date | None = None
    owner: str | None = None
    cut: int = Field(default=1, sa_column_kwargs={"server_default": "1"})


class ArticleRevision(SQLModel, table=True):
    """What an article said from `at` on, append-only; `origin` is where it came from, such as "page" or an address."""

    __tablename__ = "article_revision"

    id: int | None = Field(default=None, primary_key=True)
    article_id: str = Field(foreign_key="article.id", index=True)
    title: str = text_column()
    body: str = text_column()
    language: str
    visibility: str
    category: str | None = None
    status: str
    valid_until: date | None = None
    owner: str | None = None
    at: datetime
    by: str
    origin: str = text_column()


class KnowledgeSource(SQLModel, table=True):
    """Where articles come from again and again: a website, a folder or an export at `address`.

    It is due at `work_after` (null: only by hand) and held until `claimed_until`. `run_started_at` is set while a run
    has not come to its end; the next one goes on with it. `result` tells of the last run.
    """

    __tablename__ = "knowledge_source"
    __table_args__ = (UniqueConstraint("kind", "address"), Index("ix_knowledge_source_work", "work_after"))

    id: int | None = Field(default=None, primary_key=True)
    kind: str
    address: str
    every_hours: int | None = None
    allow_private: bool = False
    work_after: datetime | None = None
    claimed_by: str | None = None
    claimed_until: datetime | None = None
    failures: int = 0
    run_started_at: datetime | None = None
    last_run_at: datetime | None = None
    done: int = 0
    total: int = 0
    result: dict[str, Any] = json_column()
    created_at: datetime
    by: str


class SourceItem(SQLModel, table=True):
    """What a source said of one article when it was last asked.

    `content_hash` and `told` (settings, and a digest of the words) are of what it said there, so that an edit made here
    stays until the source changes. `place` is the file. `gone` says that the article was withdrawn because it is not
    there any more, `gone_at` when the source itself last said so.
    """

    __tablename__ = "source_item"
    __table_args__ = (UniqueConstraint("source_id", "key"),)

    id: int | None = Field(default=None, primary_key=True)
    source_id: int = Field(foreign_key="knowledge_source.id")
    key: str = text_column()
    article_id: str = Field(index=True)
    content_hash: str
    etag: str | None = None
    last_modified: str | None = None
    seen_at: datetime
    gone: bool = False
    told: dict[str, Any] | None = Field(default=None, sa_column=Column(JSON(none_as_null=True)))
    place: str | None = Field(default=None, sa_column=Column(Text))
    gone_at: datetime | None = None


class ArticleImport(SQLModel, table=True):
    """What the file at `place` said of an article when it was imported by hand: `content_hash` and `told` are as in
    `SourceItem`."""

    __tablename__ = "article_import"

    article_id: str = Field(primary_key=True, foreign_key="article.id")
    content_hash: str
    told: dict[str, Any] = json_column()
    place: str = text_column()


class PassageRow(SQLModel, table=True):
    """A retrievable piece of an article; `body[start:end] == text`."""

    __tablename__ = "passage"

    id: str = Field(primary_key=True)
    article_id: str = Field(foreign_key="article.id", index=True)
    ordinal: int
    start: int
    end: int
    heading: str = text_column()
    text: str = text_column()


class Document(SQLModel, table=True):
    """A version of what admins set, such as "policies" or "notices"; the newest of its kind is in force."""

    __table_args__ = (UniqueConstraint("kind", "version"),)

    id: int | None = Field(default=None, primary_key=True)
    kind: str
    version: int
    content: Any = json_column()
    at: datetime
    by: str


class PolicyApplication(SQLModel, table=True):
    """Putting the open tickets under a version of the policies. `state` is running, done or superseded.

    `open_tickets` were there when it began. Of those with an id up to `after_id` every one has been examined: moved, or
    left because it was there already, or `failed` to move.
    """

    __tablename__ = "policy_application"

    id: int | None = Field(default=None, primary_key=True)
    version: int
    by: str
    started_at: datetime
    state: str = Field(default="running", index=True)
    open_tickets: int
    after_id: int = 0
    examined: int = 0
    moved: int = 0
    failed: int = 0
    ended_at: datetime | None = None


class User(SQLModel, table=True):
    """An agent or admin who signs in with a password (argon2 hash)."""

    __tablename__ = "user_account"

    id: int | None = Field(default=None, primary_key=True)
    email: str = Field(unique=True)
    name: str
    role: str
    password_hash: str
    active: bool = True
    created_at: datetime


class SignIn(SQLModel, table=True):
    """A browser session, found by the SHA-256 of its cookie's token."""

    token_hash: str = Field(primary_key=True)
    user_id: int = Field(foreign_key="user_account.id", index=True)
    expires_at: datetime


class ApiKey(SQLModel, table=True):
    """A key for programs, found by its SHA-256 (the key itself has 256 random bits, so a plain hash is enough)."""

    id: int | None = Field(default=None, primary_key=True)
    name: str
    role: str
    key_hash: str = Field(unique=True)
    created_at: datetime
    revoked_at: datetime | None = None


class TriageLabel(SQLModel, table=True):
    """What a person said of a message: append-only, of one message and kind the newest counts.

    `kind` is category, sentiment or priority; `value` "" means "none of the categories", and `predicted` is what triage
    had said. `confirmed` marks the weaker evidence: a person saw what triage said and left it.
    """

    __tablename__ = "triage_label"
    __table_args__ = (Index("ix_triage_label_message", "kind", "message_id"),)

    id: int | None = Field(default=None, primary_key=True)
    ticket_id: int = Field(foreign_key="ticket.id", index=True)
    message_id: int = Field(foreign_key="message.id")
    kind: str
    value: str
    predicted: str
    confirmed: bool = False
    by: str
    at: datetime


class TriageVersion(SQLModel, table=True):
    """What triage was taught from at a time: a version of the categories and all labels up to one. Models are made of
    that again wherever they are needed.

    `state` is candidate (to be taught and compared), live, held (good enough, but an admin has chosen another version),
    refused (worse) or retired. `pinned` marks the live version that an admin went back to: nothing replaces it by
    itself. `figures` holds those of both sides, `evidence` what is shown of it.
    """

    __tablename__ = "triage_version"
    __table_args__ = (
        UniqueConstraint("categories_version", "labels_up_to"),
        Index("ix_triage_version_one_live", "state", unique=True, sqlite_where=ONE_LIVE, postgresql_where=ONE_LIVE),
    )

    id: int | None = Field(default=None, primary_key=True)
    categories_version: int
    labels_up_to: int
    state: str = "candidate"
    pinned: bool = False
    fingerprint: str = ""
    figures: dict[str, Any] = json_column()
    evidence: dict[str, Any] = json_column()
    reason: str = text_column()
    by: str
    at: datetime
    taught_at: datetime | None = None
    claimed_by: str | None = None
    claimed_until: datetime | None = None


class RankerVersion(SQLModel, table=True):
    """An order of articles, taught by the verdicts up to one; `model` is `knowledge.ranker.Ranker` as plain values.

    `state` is live, held (better, but an admin has chosen another), refused (not better) or retired. With none live the
    built-in order serves. `pinned` marks the live version that an admin went back to: nothing replaces it by itself.
    """

    __tablename__ = "ranker_version"
    __table_args__ = (
        Index("ix_ranker_version_one_live", "state", unique=True, sqlite_where=ONE_LIVE, postgresql_where=ONE_LIVE),
    )

    id: int | None = Field(default=None, primary_key=True)
    verdicts_up_to: int
    state: str
    pinned: bool = False
    model: dict[str, Any] = json_column()
    figures: dict[str, Any] = json_column()
    reason: str = text_column()
    by: str
    at: datetime


class ExampleVector(SQLModel, table=True):
    """The vector of a text that triage is taught from, float32, found by the SHA-256 of embedder and text."""

    __tablename__ = "example_vector"

    key: str = Field(primary_key=True)
    vector: bytes = Field(sa_column=Column(LargeBinary, nullable=False))


class Gap(SQLModel, table=True):
    """Questions that belong together and that no article answered. `total` is the sum of their unit vectors, float32,
    made by `embedder`; `size` counts them.

    `state` is open, article (an article of it is being written), closed (the article answers it now) or dismissed.
    `reason`, `by`, `decided_at` and `size_then` are of that decision. `named_size` is how many questions there were
    when it got its name, 0 when it is due to be looked at. `replies` people gave `agreement` (0..1) with each other.
    `saved` counts the replies delivered out of its article since it was closed.
    """

    id: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    embedder: str
    total: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
    size: int
    state: str = Field(default="open", index=True)
    phrases: list[str] = json_column()
    question: str = text_column()
    named_size: int = 0
    replies: int = 0
    agreement: float = 0.0
    first_at: datetime
    last_at: datetime
    article_id: str | None = Field(default=None, index=True)
    reason: str | None = Field(default=None, sa_column=Column(Text))
    by: str | None = None
    decided_at: datetime | None = None
    size_then: int = 0
    saved: int = 0


class GapQuestion(SQLModel, table=True):
    """A customer's message that no article answered, and why we think so: "no answer", "rejected" or "own words".

    `gap_id` is null when it stood alone for so long that it was set aside. `reply_message_id` is what a person answered
    in the end. Vectors are float32 of the gap's embedder.
    """

    __tablename__ = "gap_question"
    __table_args__ = (Index("ix_gap_question_gap", "gap_id", "at"),)

    id: int | None = Field(default=None, primary_key=True)
    message_id: int = Field(foreign_key="message.id", unique=True)
    ticket_id: int = Field(foreign_key="ticket.id", index=True)
    gap_id: int | None = Field(default=None, foreign_key="gap.id")
    why: str
    at: datetime = Field(index=True)
    language: str
    text: str = text_column()
    vector: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
    reply_message_id: int | None = None
    reply_vector: bytes | None = Field(default=None, sa_column=Column(LargeBinary, nullable=True))


class GapScan(SQLModel, table=True):
    """How far the search for gaps is: the one row of its table. The journal has been read up to `cursor`; `next_gap` is
    the next gap's id. `revision` changes with every write, so that a process knows when its copy is old. Of the gaps,
    those up to `checked_up_to` have been compared with the articles as they were at `checking`; `checked` is the last
    state of the articles with which all were."""

    __tablename__ = "gap_scan"

    id: int | None = Field(default=None, primary_key=True)
    cursor: int = 0
    next_gap: int = 1
    revision: int = 0
    checking: str = ""
    checked_up_to: int = 0
    checked: str = ""
    claimed_by: str | None = None
    claimed_until: datetime | None = None


class Review(SQLModel, table=True):
    """What a person's verdict says of one kind of draft: evidence of the record `fingerprint`, kept when that is over.

    `could_send` says whether every gate but those of autonomy itself had passed. `sample` is open (every such draft
    goes to a person), audit (drawn at random among those that would have been sent) or picked (a person took back what
    was about to leave). `confidence` comes from a model that was not fitted to this verdict. `dropped_at` is set when
    an article that the draft cited has been changed since.
    """

    __table_args__ = (Index("ix_review_record", "fingerprint", "category"),)

    id: int | None = Field(default=None, primary_key=True)
    draft_id: int = Field(foreign_key="draft.id", unique=True)
    ticket_id: int
    category: str
    fingerprint: str
    sample: str
    could_send: bool
    confidence: float
    evidence: dict[str, Any] = json_column()
    accepted: bool
    at: datetime
    dropped_at: datetime | None = None


class ReviewedSource(SQLModel, table=True):
    """An article that a reviewed draft cited."""

    __tablename__ = "reviewed_source"

    review_id: int = Field(primary_key=True, foreign_key="review.id")
    article_id: str = Field(primary_key=True, index=True)


class ConfidenceFit(SQLModel, table=True):
    """The confidence model of a record, fitted to `labels` verdicts; the newest of its fingerprint is in force. `given`
    and `dropped` are how many verdicts the record had been given then, and how many of these counted no longer."""

    __tablename__ = "confidence_fit"

    id: int | None = Field(default=None, primary_key=True)
    fingerprint: str = Field(index=True)
    model: dict[str, Any] = json_column()
    labels: int
    given: int = Field(default=0, sa_column_kwargs={"server_default": "0"})
    dropped: int = Field(default=0, sa_column_kwargs={"server_default": "0"})
    error: float | None = None
    expected_error: float | None = None
    at: datetime


class StandingRow(SQLModel, table=True):
    """What a category has earned in one record, at this budget and level. `stale` until new reviews are counted in;
    `threshold` is null while nothing is proven. `looked` is how many reviews there were when one was last looked for;
    until the next look it is no laxer than `limit` (null: the confidences are a new model's, of which no more than
    the share `reach` may pass). `detail` holds what only pages show."""

    __tablename__ = "standing"
    __table_args__ = (UniqueConstraint("category", "fingerprint"),)

    id: int | None = Field(default=None, primary_key=True)
    category: str
    fingerprint: str
    stale: bool = Field(default=True, index=True)
    budget: float = 0.0
    level: float = 0.0
    threshold: float | None = None
    bound: float | None = None
    reviews: int = 0
    errors: int = 0
    coverage: float = 0.0
    missing: int | None = None
    pool: int = 0
    looked: int = Field(default=0, sa_column_kwargs={"server_default": "0"})
    limit: float | None = None
    reach: float = Field(default=0.0, sa_column_kwargs={"server_default": "0"})
    detail: dict[str, Any] = json_column()
    began_at: datetime
    at: datetime


class WatchRow(SQLModel, table=True):
    """A watch over what a category sends alone, since `began_at`; a category's newest is in force. `suspended_at` is
    when the evidence was enough to turn it off, with the reason in words; `usual` bounds what customers do after
    approved replies (1: not known yet)."""

    __tablename__ = "watch"

    id: int | None = Field(default=None, primary_key=True)
    category: str = Field(index=True)
    budget: float
    level: float
    usual: float = 1.0
    began_at: datetime
    by: str
    suspended_at: datetime | None = None
    reason: str = text_column()


class OutcomeRow(SQLModel, table=True):
    """What became of one automatic decision, or of a reply that a person approved (`source` "approved": these tell what
    is usual). `error` is from 0 to 1, and only ever grows."""

    __tablename__ = "outcome"
    __table_args__ = (UniqueConstraint("draft_id", "source"), Index("ix_outcome_category", "category", "source", "id"))

    id: int | None = Field(default=None, primary_key=True)
    watch_id: int | None = Field(default=None, foreign_key="watch.id", index=True)
    category: str
    draft_id: int = Field(foreign_key="draft.id")
    source: str
    signal: str
    error: float
    at: datetime


class Secret(SQLModel, table=True):
    """A random value that all processes share and no page shows, such as the key that draws audits."""

    name: str = Field(primary_key=True)
    value: str


class Replay(SQLModel, table=True):
    """A question what other settings would have done to the drafts from `since` until `until`; drafts up to `after_id`
    have been looked at. `state` is running or done; `counts` adds up by category."""

    id: int | None = Field(default=None, primary_key=True)
    settings: dict[str, Any] = json_column()
    since: datetime
    until: datetime
    state: str = Field(default="running", index=True)
    total: int
    done: int = 0
    after_id: int = 0
    counts: dict[str, Any] = json_column()
    by: str
    at: datetime


class ServingModel(SQLModel, table=True):
    """The embedding model whose vectors answer, one row; `recipe` holds the settings that make it, no secret among
    them."""

    __tablename__ = "serving_model"

    id: int = Field(primary_key=True)
    fingerprint: str
    recipe: dict[str, Any] = json_column()
    since: datetime


class ArticleCheck(SQLModel, table=True):
    """What of an article has been compared with the others: `checked` is what the index held of it (`indexed_hash`);
    `links` are the web addresses in its text."""

    __tablename__ = "article_check"

    article_id: str = Field(primary_key=True)
    checked: str
    links: list[str] = json_column()


class ArticleFinding(SQLModel, table=True):
    """Two articles of which one has to be looked at, append-and-delete. `kind` is what differs ("amount", "negation" …)
    or "duplicate": they say nearly the same. `key` is made of both sentences: who says that they do not contradict each
    other is believed until one of them changes. `left` and `right` hold text and the place of the fact in it."""

    __tablename__ = "article_finding"

    id: int | None = Field(default=None, primary_key=True)
    key: str = Field(unique=True)
    kind: str
    article_id: str = Field(foreign_key="article.id", index=True)
    other_id: str = Field(foreign_key="article.id", index=True)
    left: dict[str, Any] = json_column()
    right: dict[str, Any] = json_column()
    alike: float
    found_at: datetime
    dismissed_by: str | None = None
    dismissed_at: datetime | None = None
