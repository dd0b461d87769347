"""What the admin pages show: frozen values, already worded. Same rules as `copilot.web.views`."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from markupsafe import Markup

from copilot.changes import Piece
from copilot.indexing import IndexProgress
from copilot.web.views import Choice


@dataclass(frozen=True, slots=True)
class Figure:
    """One number of the overview; `tone` is plain, good, warn or bad."""

    label: str
    value: str
    note: str = ""
    tone: str = "plain"


@dataclass(frozen=True, slots=True)
class CategoryRowView:
    """How far one category may be answered automatically. `threshold` (by hand) and `earned` are whole percent."""

    name: str
    title: str
    description: str
    modes: tuple[Choice, ...]
    mode: str
    threshold: int | None
    error_budget: float
    confidence_level: float
    standing: str
    earned: int | None = None


@dataclass(frozen=True, slots=True)
class AdminView:
    """The overview: may anything leave without a person, and what would; `alarm` tells of an overload in numbers,
    `handling` how long an answer takes.
    """

    kill_switch: bool
    hold_seconds: float
    categories: tuple[CategoryRowView, ...]
    figures: tuple[Figure, ...]
    alarm: str | None = None
    handling: str = ""

    @property
    def automatic(self) -> int:
        """How many categories may send on their own while the switch is not thrown."""
        return sum(row.mode == "auto" for row in self.categories)


@dataclass(frozen=True, slots=True)
class FieldError:
    """A validation error and the field it is about, such as `[2].then.raise_priority`."""

    field: str
    message: str


@dataclass(frozen=True, slots=True)
class RuleView:
    """A rule as a sentence in two halves."""

    name: str
    condition: str
    action: str


@dataclass(frozen=True, slots=True)
class RuledTicket:
    """A ticket that other rules would have treated otherwise: what they did and would have done, in words."""

    ticket_id: int
    subject: str
    before: str
    after: str
    why: str


@dataclass(frozen=True, slots=True)
class RulesPreviewView:
    """What typed rules would have done to the `examined` newest tickets.

    `figures` are (what changes, on how many tickets, a word on it); `rows` show the first of the `changed`.
    """

    examined: int
    changed: int
    figures: tuple[tuple[str, int, str], ...]
    rows: tuple[RuledTicket, ...]


@dataclass(frozen=True, slots=True)
class RulesView:
    """The rules document, readable and as text; `saved` is true right after a successful save.

    `warnings` tell what is odd about these rules, `preview` what they would have done when that was asked for.
    """

    rules: tuple[RuleView, ...]
    text: str
    version: int | None
    errors: tuple[FieldError, ...] = ()
    saved: bool = False
    warnings: tuple[FieldError, ...] = ()
    preview: RulesPreviewView | None = None


@dataclass(frozen=True, slots=True)
class SignatureView:
    """A language's signature as typed, and what stands where it is empty."""

    language: str
    label: str
    text: str
    usual: str


@dataclass(frozen=True, slots=True)
class VoiceView:
    """The voice as typed, and (language, a draft) as customers would read it."""

    name: str
    usual_name: str
    tone: str
    signatures: tuple[SignatureView, ...]
    examples: tuple[tuple[str, str], ...]
    version: int | None
    errors: tuple[FieldError, ...] = ()
    saved: bool = False


@dataclass(frozen=True, slots=True)
class UsageRow:
    """What one model was asked on one day, worded."""

    day: str
    model: str
    figures: tuple[str, ...]
    cost: str


@dataclass(frozen=True, slots=True)
class UsageView:
    """What language models were asked; `model` is the one that is set."""

    rows: tuple[UsageRow, ...]
    total: str
    model: str | None


@dataclass(frozen=True, slots=True)
class NoticesView:
    """The notices document: whether it is on, (language, words) as customers would read them, and as text."""

    enabled: bool
    examples: tuple[tuple[str, str], ...]
    text: str
    version: int | None
    errors: tuple[FieldError, ...] = ()
    saved: bool = False


@dataclass(frozen=True, slots=True)
class TargetRow:
    """One metric of a policy: a (promise, goal) pair of words for each of urgent, high, normal and low."""

    metric: str
    cells: tuple[tuple[str, str], ...]
    pauses: str


@dataclass(frozen=True, slots=True)
class PolicyView:
    """A policy in words."""

    name: str
    condition: str
    hours: str
    counts: str
    targets: tuple[TargetRow, ...]


@dataclass(frozen=True, slots=True)
class CalendarView:
    """A calendar in words: weekly hours, closed days, special days."""

    name: str
    timezone: str
    days: tuple[tuple[str, str], ...]
    closed: tuple[str, ...]
    special: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class MovedTicket:
    """An open ticket and the due instant that would change; None where nothing is promised."""

    ticket_id: int
    subject: str
    metric: str
    before: datetime | None
    after: datetime | None
    breaks_now: bool


@dataclass(frozen=True, slots=True)
class ProgressView:
    """An application of a version to the open tickets; `state` is running, done or superseded."""

    application_id: int
    version: int
    state: str
    by: str
    started_at: datetime
    examined: int
    total: int
    moved: int
    failed: int


@dataclass(frozen=True, slots=True)
class ApplicationView:
    """How far an application is, what applying a version to the open tickets would do, or both."""

    version: int
    progress: ProgressView | None = None
    open_tickets: int = 0
    examined: int = 0
    would_move: int = 0
    changed: int = 0
    sooner: int = 0
    later: int = 0
    would_breach: int = 0
    earliest_due: datetime | None = None
    rows: tuple[MovedTicket, ...] = ()


@dataclass(frozen=True, slots=True)
class PromisesView:
    """The policies document, readable and as text; `said` tells what an import into a calendar has just done."""

    policies: tuple[PolicyView, ...]
    calendars: tuple[CalendarView, ...]
    text: str
    version: int | None
    errors: tuple[FieldError, ...] = ()
    saved: bool = False
    application: ApplicationView | None = None
    said: str = ""


@dataclass(frozen=True, slots=True)
class ArticleItem:
    """An article in the list."""

    article_id: str
    title: str
    category: str | None
    language: str
    visibility: str
    updated_at: datetime
    indexed: bool = True
    draft: bool = False
    expired: bool = False


@dataclass(frozen=True, slots=True)
class ArticlesView:
    """The article list, filtered by `query`; `indexing` is how far the index is while it is being built, `concerned`
    are the articles that need a look."""

    articles: tuple[ArticleItem, ...]
    total: int
    query: str = ""
    indexing: IndexProgress | None = None
    concerned: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class ArticleForm:
    """The article editor; `article_id` is None for a new one. `expired` says that its last day has passed."""

    article_id: str | None
    title: str
    body: str
    category: str
    language: str
    visibility: str
    preview: Markup
    categories: tuple[Choice, ...]
    errors: tuple[FieldError, ...] = ()
    saved: bool = False
    new_id: str = ""
    status: str = "published"
    valid_until: str = ""
    owner: str = ""
    expired: bool = False
    findings: tuple[Any, ...] = ()
    stale: tuple[str, ...] = ()
    change: tuple[Piece, ...] = ()
    change_fits: bool = True


@dataclass(frozen=True, slots=True)
class KeyItem:
    """An API key; the key itself is shown once, on creation only."""

    key_id: int
    name: str
    role: str
    created_at: datetime
    revoked_at: datetime | None


@dataclass(frozen=True, slots=True)
class UserItem:
    """A person who can sign in."""

    user_id: int
    name: str
    email: str
    role: str
    active: bool
    is_self: bool = False


@dataclass(frozen=True, slots=True)
class AccessView:
    """Users and API keys; `fresh_key` is the secret just made, never stored."""

    users: tuple[UserItem, ...]
    keys: tuple[KeyItem, ...]
    fresh_key: str | None = None
    fresh_name: str | None = None
    errors: tuple[FieldError, ...] = ()
    saved: bool = False
