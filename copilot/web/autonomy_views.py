"""What the page about autonomy shows: frozen values, already worded."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from copilot.web.admin_views import FieldError, Figure
from copilot.web.views import Choice


@dataclass(frozen=True, slots=True)
class StandingItem:
    """A category in the list; `tone` colours its chip."""

    name: str
    title: str
    chip: str
    tone: str
    words: str
    budget: str
    chosen: bool


@dataclass(frozen=True, slots=True)
class PlotView:
    """A plot and the same as a table; `data` is what the script draws."""

    title: str
    note: str
    data: dict[str, Any]
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True)
class PreviewView:
    """What changed settings would have done in the last four weeks, beside what those in force would have."""

    sentence: str
    rows: tuple[tuple[str, str, str], ...]
    part: str


@dataclass(frozen=True, slots=True)
class RecordView:
    """The evidence of one set of models and prompts."""

    parts: tuple[tuple[str, str], ...]
    began_at: datetime
    reviews: int
    accepted: str
    dropped: int
    in_force: bool


@dataclass(frozen=True, slots=True)
class HeldRow:
    """A check that held drafts: how many, how many that nothing else held, and why the newest."""

    label: str
    drafts: int
    share: str
    alone: int
    reason: str


@dataclass(frozen=True, slots=True)
class CategoryView:
    """One category in full; numbers of the form are as they stand in its fields, in percent. `held` are the checks that
    held any of its last `drafts` drafts."""

    name: str
    title: str
    description: str
    modes: tuple[Choice, ...]
    budget: str
    level: str
    threshold: str
    words: str
    tone: str
    suspended: str | None
    figures: tuple[Figure, ...]
    curve: PlotView | None
    watch: PlotView | None
    watched: str
    records: tuple[RecordView, ...]
    held: tuple[HeldRow, ...] = ()
    drafts: int = 0
    errors: tuple[FieldError, ...] = ()
    preview: PreviewView | None = None
    saved: bool = False


@dataclass(frozen=True, slots=True)
class YesterdayRow:
    """A draft that would have left yesterday, or did."""

    ticket_id: int
    subject: str
    category: str
    confidence: int
    outcome: str
    tone: str


@dataclass(frozen=True, slots=True)
class AutonomyView:
    """The page."""

    items: tuple[StandingItem, ...]
    category: CategoryView | None
    audit_share: str
    disclose: bool
    disclosure: str
    yesterday: tuple[YesterdayRow, ...]
    day: str
    kill_switch: bool
