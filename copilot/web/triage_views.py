"""What the pages about triage and categories show: frozen values, already worded."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from copilot.web.admin_views import FieldError, Figure


@dataclass(frozen=True, slots=True)
class CategoryItem:
    """A category in the list; accuracy and calibration are those of its own held-out texts, "–" without any."""

    name: str
    title: str
    description: str
    examples: int
    corrections: int
    accuracy: str
    calibration: str
    held_out: int


@dataclass(frozen=True, slots=True)
class CategoriesView:
    """The categories, filtered by `query`; `unlearned` while the version in force is not taught yet."""

    rows: tuple[CategoryItem, ...]
    total: int
    query: str
    version: int
    unlearned: bool


@dataclass(frozen=True, slots=True)
class CategoryEditor:
    """The editor of one category; `known_as` is the fixed name of an existing one, None for a new one."""

    known_as: str | None
    name: str
    title: str
    description: str
    examples: str
    errors: tuple[FieldError, ...] = ()
    saved: bool = False

    def error(self, field: str) -> str:
        """What is wrong with a field, in words, or nothing."""
        return " ".join(error.message for error in self.errors if error.field == field)

    @property
    def others(self) -> tuple[FieldError, ...]:
        """What is wrong with no field of this form."""
        return tuple(e for e in self.errors if e.field not in ("name", "title", "description", "examples"))


@dataclass(frozen=True, slots=True)
class CurveView:
    """A plot and the same as a table; `data` is what the script draws, in percent."""

    key: str
    title: str
    note: str
    data: dict[str, Any]
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True)
class DoubtView:
    """A text whose label the others contradict; `link` leads to where it can be looked at."""

    text: str
    source: str
    link: str
    label: str
    said: str
    given: int
    confidence: int


@dataclass(frozen=True, slots=True)
class VersionView:
    """A version with its figures; `can_return` when an admin may go back to it, else `obstacle` says why not."""

    version_id: int
    state: str
    tone: str
    pinned: bool
    at: datetime
    by: str
    taught: str
    right: str
    calibration: str
    moods: str
    reason: str
    fingerprint: str
    can_return: bool
    obstacle: str = ""


@dataclass(frozen=True, slots=True)
class ConfusionView:
    """How often one category was taken for another."""

    label: str
    said: str
    count: int


@dataclass(frozen=True, slots=True)
class TriageEvidence:
    """Everything about the version that triage goes by; `figures` is empty before the first."""

    figures: tuple[Figure, ...]
    pinned: bool
    waiting: bool
    taught_at: datetime | None
    ignored: int
    curves: tuple[CurveView, ...]
    no_scope: bool
    confusions: tuple[ConfusionView, ...]
    names: tuple[str, ...]
    matrix: tuple[tuple[int, ...], ...]
    worst: tuple[DoubtView, ...]
    suspects: tuple[DoubtView, ...]
    priorities: tuple[str, ...]
    versions: tuple[VersionView, ...]
