"""What admins allow per category, and the kill switch: parsed from one versioned document with clear errors."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any

from copilot.errors import Invalid

MODES = ("off", "suggest", "shadow", "auto")
DEFAULT_BUDGET = 0.02
DEFAULT_LEVEL = 0.95
DEFAULT_HOLD_SECONDS = 30.0
LONGEST_HOLD = 86_400.0


@dataclass(frozen=True, slots=True)
class CategoryAutonomy:
    """How far one category may go. `threshold` is a manual, unproven one; None means it must be earned."""

    category: str
    mode: str = "suggest"
    threshold: float | None = None
    error_budget: float = DEFAULT_BUDGET
    confidence_level: float = DEFAULT_LEVEL


@dataclass(frozen=True, slots=True)
class Autonomy:
    """Everything that decides whether a reply may leave without a person, besides the reply itself."""

    kill_switch: bool = False
    hold_seconds: float = DEFAULT_HOLD_SECONDS
    categories: Mapping[str, CategoryAutonomy] = field(default_factory=dict)

    def of(self, category: str | None) -> CategoryAutonomy:
        """The category's setting; suggest-only when nothing was set."""
        return self.categories.get(category or "", CategoryAutonomy(category or ""))

    def to_dict(self) -> dict[str, Any]:
        """The document's JSON, as `GET /api/v1/autonomy` shows it."""
        rows = [
            {
                "category": row.category,
                "mode": row.mode,
                "threshold": row.threshold,
                "error_budget": row.error_budget,
                "confidence_level": row.confidence_level,
            }
            for row in self.categories.values()
        ]
        return {"kill_switch": self.kill_switch, "hold_seconds": self.hold_seconds, "categories": rows}


def parse_autonomy(document: Any, known: Collection[str] | None = None) -> Autonomy:
    """The document as `Autonomy`; raises `Invalid` naming the field. `known` are the categories that exist."""
    if not isinstance(document, dict):
        raise Invalid("autonomy must be an object.", field="autonomy")
    _refuse_unknown(document, {"kill_switch", "hold_seconds", "categories"}, "")
    kill_switch = document.get("kill_switch", False)
    if not isinstance(kill_switch, bool):
        raise Invalid("kill_switch must be true or false.", field="kill_switch")
    hold = _number(document.get("hold_seconds", DEFAULT_HOLD_SECONDS), "hold_seconds", 0, LONGEST_HOLD)
    rows = document.get("categories", [])
    if not isinstance(rows, list):
        raise Invalid("categories must be a list.", field="categories")
    parsed = [_category(row, f"categories[{place}]", known) for place, row in enumerate(rows)]
    by_name = {row.category: row for row in parsed}
    if len(by_name) != len(parsed):
        raise Invalid("categories names a category twice.", field="categories")
    return Autonomy(kill_switch, hold, by_name)


def _category(row: Any, path: str, known: Collection[str] | None) -> CategoryAutonomy:
    if not isinstance(row, dict):
        raise Invalid(f"{path} must be an object.", field=path)
    _refuse_unknown(row, {"category", "mode", "threshold", "error_budget", "confidence_level"}, f"{path}.")
    name = row.get("category")
    if not isinstance(name, str) or not name or (known is not None and name not in known):
        raise Invalid(f"{path}.category is not a known category.", field=f"{path}.category")
    mode = row.get("mode", "suggest")
    if mode not in MODES:
        raise Invalid(f"{path}.mode must be one of {', '.join(MODES)}.", field=f"{path}.mode")
    threshold = row.get("threshold")
    return CategoryAutonomy(
        category=name,
        mode=mode,
        threshold=None if threshold is None else _number(threshold, f"{path}.threshold", 0, 1),
        error_budget=_number(row.get("error_budget", DEFAULT_BUDGET), f"{path}.error_budget", 0, 1),
        confidence_level=_number(row.get("confidence_level", DEFAULT_LEVEL), f"{path}.confidence_level", 0.5, 1),
    )


def _number(value: Any, path: str, low: float, high: float) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not low <= value <= high:
        raise Invalid(f"{path} must be a number from {low:g} to {high:g}.", field=path)
    return float(value)


def _refuse_unknown(row: dict[Any, Any], known: set[str], path: str) -> None:
    for key in row:
        if key not in known:
            raise Invalid(f"{path}{key} is not a known field.", field=f"{path}{key}")
