"""What the workspace's templates show: frozen values, already worded, so that a template decides nothing.

Refuses to know where the values come from (see `presenters`) and how they look (see the templates and style sheets).
Every datetime is aware UTC; the browser turns it into local time.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from markupsafe import Markup

from knowledge.retrieval import ANYTHING, Only


@dataclass(frozen=True, slots=True)
class UserView:
    """The person signed in."""

    name: str
    email: str
    is_admin: bool


@dataclass(frozen=True, slots=True)
class Frame:
    """What every page carries around its content; `theme` is "system", "light" or "dark"."""

    user: UserView | None
    csrf_token: str
    now: datetime
    theme: str = "system"
    section: str = "queue"
    kill_switch: bool = False


@dataclass(frozen=True, slots=True)
class Choice:
    """One option of a select."""

    value: str
    label: str
    selected: bool = False


@dataclass(frozen=True, slots=True)
class DueView:
    """The deadline a row or timer counts down to; `state` is running, paused, breached, met or none."""

    state: str
    label: str
    at: datetime | None = None


@dataclass(frozen=True, slots=True)
class QueueRow:
    """A ticket in the queue; `draft` is "ready", "writing", "sending" or "none"."""

    ticket_id: int
    rank: int
    customer: str
    subject: str
    snippet: str
    priority: str
    category: str | None
    sentiment: str
    due: DueView
    why: str
    draft: str = "none"
    segment: str | None = None
    selected: bool = False


@dataclass(frozen=True, slots=True)
class QueueFilter:
    """A light filter over the queue with the number of tickets it would show."""

    name: str
    label: str
    count: int
    active: bool = False


@dataclass(frozen=True, slots=True)
class QueuePage:
    """The ranked queue as shown; `shown` of `total` rows."""

    rows: tuple[QueueRow, ...]
    total: int
    filters: tuple[QueueFilter, ...] = ()
    query: str = ""
    filter_name: str = "all"
    selected_id: int | None = None

    @property
    def is_filtered(self) -> bool:
        """True when an empty list does not mean that nobody waits."""
        return bool(self.query) or self.filter_name != "all"


@dataclass(frozen=True, slots=True)
class DeliveryView:
    """How far a reply got; `state` is waiting, sending, delivered, failed, cancelled or uncertain."""

    state: str
    label: str
    outbox_id: int | None = None
    detail: str | None = None
    undo_until: datetime | None = None


@dataclass(frozen=True, slots=True)
class MessageView:
    """One message; `direction` is inbound, outbound or note. `body` is untrusted plain text."""

    key: str
    direction: str
    author: str
    at: datetime
    body: str
    auto_sent: bool = False
    delivery: DeliveryView | None = None
    notice: bool = False

    @property
    def initials(self) -> str:
        """One or two letters for the round mark beside the message."""
        words = [word for word in self.author.split() if word[:1].isalnum()]
        return "".join(word[0] for word in (words[:1] + words[1:][-1:])).upper() or "?"


@dataclass(frozen=True, slots=True)
class CitationView:
    """A numbered source of the draft."""

    number: int
    article_id: str
    article_title: str
    passage_id: str
    quote: str


@dataclass(frozen=True, slots=True)
class GateView:
    """One check of the send decision in a person's words."""

    name: str
    label: str
    passed: bool
    reason: str


@dataclass(frozen=True, slots=True)
class SentenceView:
    """A sentence of a draft and what it stands on. `support` is "quoted", "aligned", "courtesy" or "none"; `source` are
    the words of the source, or of the one nearest to it; `faults` say why nothing supports it."""

    text: str
    support: str
    faults: tuple[str, ...] = ()
    source: str | None = None
    passage_id: str | None = None
    article_id: str | None = None
    article_title: str | None = None

    @property
    def supported(self) -> bool:
        """Whether a source says it."""
        return self.support in ("quoted", "aligned")


@dataclass(frozen=True, slots=True)
class VersionView:
    """A wording of a draft, in a few words."""

    number: int
    words: str


@dataclass(frozen=True, slots=True)
class DraftView:
    """A proposed reply. `confidence` is a whole percentage; `held` is true when a person has to decide. `shown` is the
    number of the wording shown, 1 being the draft as it was made; `spent` tells what a model was asked for it,
    `left_open` which of the customer's questions it does not answer."""

    draft_id: int
    body: str
    state: str
    writer: str
    confidence: int
    calibrated: bool
    citations: tuple[CitationView, ...]
    gates: tuple[GateView, ...]
    sentences: tuple[SentenceView, ...] = ()
    held: bool = True
    versions: tuple[VersionView, ...] = ()
    shown: int = 1
    way: str = "quoting"
    model: str = ""
    problem: str | None = None
    spent: str = ""
    has_model: bool = False
    left_open: tuple[str, ...] = ()
    measured: tuple[tuple[str, int], ...] = ()
    decided: str = ""

    @property
    def failed_gates(self) -> tuple[GateView, ...]:
        """The checks that hold the reply back."""
        return tuple(gate for gate in self.gates if not gate.passed)


@dataclass(frozen=True, slots=True)
class Guess:
    """A label the triage considered, with its probability in whole percent."""

    label: str
    percent: int


@dataclass(frozen=True, slots=True)
class AskedView:
    """One of several questions and the article that answers it, None when none does or nobody has looked yet."""

    question: str
    article_id: str | None = None
    article_title: str | None = None
    passage_id: str | None = None
    is_searched: bool = False


@dataclass(frozen=True, slots=True)
class TriageView:
    """What the triage made of the ticket, and the selects that correct it."""

    category: Guess | None
    alternatives: tuple[Guess, ...]
    in_scope: bool
    sentiment: str
    language: str
    priority: str
    reasons: tuple[str, ...]
    categories: tuple[Choice, ...]
    priorities: tuple[Choice, ...]
    sentiments: tuple[Choice, ...] = ()
    sentiment_is_manual: bool = False
    category_is_manual: bool = False
    priority_is_manual: bool = False
    tags: tuple[str, ...] = ()
    assignee: str | None = None
    team: str | None = None
    signals: tuple[str, ...] = ()
    questions: tuple[AskedView, ...] = ()


@dataclass(frozen=True, slots=True)
class SegmentView:
    """A stretch of a timer; `kind` is counted, closed or paused. `start`/`width` are percentages of the whole."""

    kind: str
    starts_at: datetime
    ends_at: datetime
    duration: str
    reason: str
    offset: float
    width: float


@dataclass(frozen=True, slots=True)
class TimerView:
    """One promise on this ticket, in words, with the segments that add up to its elapsed time."""

    metric: str
    due: DueView
    elapsed: str
    why: str
    segments: tuple[SegmentView, ...] = ()
    promise: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class TicketView:
    """The open ticket: conversation in the middle, draft and facts beside it."""

    ticket_id: int
    subject: str
    customer: str
    email: str
    segment: str | None
    channel: str
    status: str
    statuses: tuple[Choice, ...]
    messages: tuple[MessageView, ...]
    triage: TriageView | None
    timers: tuple[TimerView, ...]
    policy: str | None
    draft: DraftView | None
    draft_state: str = "none"
    draft_notice: str | None = None
    answerable: bool = True

    @property
    def leaving(self) -> DeliveryView | None:
        """The automatic reply that an agent can still pull back."""
        pending = (message.delivery for message in self.messages if message.auto_sent and message.delivery)
        return next((delivery for delivery in pending if delivery.state == "waiting"), None)


@dataclass(frozen=True, slots=True)
class ArticleDrawer:
    """An article with the cited passage marked; `html` was rendered and cleaned by `copilot.web.markdown`, which left
    so many characters out `before` and `after` it."""

    article_id: str
    title: str
    visibility: str
    html: Markup
    quote: str = ""
    before: int = 0
    after: int = 0


@dataclass(frozen=True, slots=True)
class FoundPassage:
    """A hit of the article search in the sidebar; `insertable` is its text for a reply, "" when it is internal;
    `heading` is the path of headings above it."""

    article_id: str
    article_title: str
    passage_id: str
    excerpt: str
    insertable: str = ""
    heading: str = ""


@dataclass(frozen=True, slots=True)
class SearchView:
    """Hits of the article search, best first. `words_only` says why meaning was not compared, if so; `unsure` that
    nothing answers surely; `only` is what the search is narrowed to, and `languages` and `categories` what it may be
    narrowed to."""

    query: str
    hits: tuple[FoundPassage, ...]
    words_only: str = ""
    unsure: bool = False
    only: Only = ANYTHING
    languages: tuple[str, ...] = ()
    categories: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Problem:
    """An RFC 9457 problem as a page; `errors` are (field, message) pairs."""

    status: int
    title: str
    detail: str
    errors: tuple[tuple[str, str], ...] = field(default=())
