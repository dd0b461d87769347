"""What admins allow per category, and the kill switch: parsed from one versioned document with clear errors."""

from collections.abc import Collection, Mapping
from dataclasses import asdict, dataclass, field, replace
from typing import Any

from copilot import canaries
from copilot.errors import Invalid
from copilot.risks import RiskList, parse_risks
from triage.language import LANGUAGES

MODES = ("off", "suggest", "shadow", "auto")
DEFAULT_BUDGET = 0.02
DEFAULT_LEVEL = 0.95
DEFAULT_HOLD_SECONDS = 30.0
LONGEST_HOLD = 86_400.0
DEFAULT_AUDIT_SHARE = 0.05
LEAST_AUDIT_SHARE = 1e-6
"""Never nothing: without audits nobody would notice what goes wrong."""

DEFAULT_LANGUAGES = ("en", "de", "fr", "es")
"""Those whose negations, conditions and harmless edits are known; in others only what is verbatim passes."""

DEFAULT_PER_HOUR = 200
DEFAULT_PER_DAY = 2_000
LARGEST_CAP = 1_000_000
MOST_CANARIES = 200
LONGEST_CANARY = 200
FIELDS = {"kill_switch", "hold_seconds", "audit_share", "disclose", "languages", "categories", "risk", "canaries"}
# what was read may be put back: the version is told, and looked at where it matters (`copilot.autonomy_saving`)
FIELDS |= {"version"}


@dataclass(frozen=True, slots=True)
class CategoryAutonomy:
    """How far one category may go. `threshold` is a manual, unproven one; None means it must be earned.

    `per_hour` and `per_day` cap its automatic replies in any 60 minutes and any 24 hours.
    """

    category: str
    mode: str = "suggest"
    threshold: float | None = None
    error_budget: float = DEFAULT_BUDGET
    confidence_level: float = DEFAULT_LEVEL
    per_hour: int = DEFAULT_PER_HOUR
    per_day: int = DEFAULT_PER_DAY

    def to_dict(self) -> dict[str, Any]:
        """Its row of the document."""
        return asdict(self)


@dataclass(frozen=True, slots=True)
class Autonomy:
    """Everything that decides whether a reply may leave without a person, besides the reply itself.

    `canaries` are tokens that the admin planted where no customer may read them. `audit_share` of the drafts that would
    leave go to a person first; with `disclose` customers are told that a reply was sent automatically. `languages` (ISO
    639-1) are those in which customers may be answered so.
    """

    kill_switch: bool = False
    hold_seconds: float = DEFAULT_HOLD_SECONDS
    categories: Mapping[str, CategoryAutonomy] = field(default_factory=dict)
    risk: RiskList = field(default_factory=RiskList)
    canaries: tuple[str, ...] = ()
    audit_share: float = DEFAULT_AUDIT_SHARE
    disclose: bool = False
    languages: tuple[str, ...] = DEFAULT_LANGUAGES

    def of(self, category: str | None) -> CategoryAutonomy:
        """The category's setting; suggest-only when nothing was set."""
        return self.categories.get(category or "", CategoryAutonomy(category or ""))

    def only(self, names: Collection[str]) -> "Autonomy":
        """The same without what it says of other categories than these."""
        rows = {name: row for name, row in self.categories.items() if name in names}
        listed = tuple(name for name in self.risk.categories if name in names)
        return replace(self, categories=rows, risk=replace(self.risk, categories=listed))

    def to_dict(self) -> dict[str, Any]:
        """The document's JSON, as `GET /api/v1/autonomy` shows it."""
        return {
            "kill_switch": self.kill_switch,
            "hold_seconds": self.hold_seconds,
            "audit_share": self.audit_share,
            "disclose": self.disclose,
            "languages": list(self.languages),
            "categories": [row.to_dict() for row in self.categories.values()],
            "risk": self.risk.to_dict(),
            "canaries": list(self.canaries),
        }


def parse_autonomy(document: Any, known: Collection[str] | None = None) -> Autonomy:
    """The document as `Autonomy`; raises `Invalid` naming the field. `known` are the categories that exist."""
    if not isinstance(document, dict):
        raise Invalid("autonomy must be an object.", field="autonomy")
    _refuse_unknown(document, FIELDS, "")
    kill_switch, disclose = _switch(document, "kill_switch"), _switch(document, "disclose")
    hold = _number(document.get("hold_seconds", DEFAULT_HOLD_SECONDS), "hold_seconds", 0, LONGEST_HOLD)
    rows = document.get("categories", [])
    if not isinstance(rows, list):
        raise Invalid("categories must be a list.", field="categories")
    parsed = [_category(row, f"categories[{place}]", known) for place, row in enumerate(rows)]
    by_name = {row.category: row for row in parsed}
    if len(by_name) != len(parsed):
        raise Invalid("categories names a category twice.", field="categories")
    risk = parse_risks(document.get("risk", {}), known)
    share = _number(document.get("audit_share", DEFAULT_AUDIT_SHARE), "audit_share", LEAST_AUDIT_SHARE, 1)
    planted, spoken = _canaries(document.get("canaries", [])), _languages(document.get("languages", DEFAULT_LANGUAGES))
    return Autonomy(kill_switch, hold, by_name, risk, planted, share, disclose, spoken)


def _category(row: Any, path: str, known: Collection[str] | None) -> CategoryAutonomy:
    if not isinstance(row, dict):
        raise Invalid(f"{path} must be an object.", field=path)
    # what was read may be put back: what the category has earned is told, and cannot be set
    names = {"category", "mode", "threshold", "error_budget", "confidence_level", "per_hour", "per_day", "standing"}
    _refuse_unknown(row, names, f"{path}.")
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
        per_hour=_whole(row.get("per_hour", DEFAULT_PER_HOUR), f"{path}.per_hour"),
        per_day=_whole(row.get("per_day", DEFAULT_PER_DAY), f"{path}.per_day"),
    )


def _switch(document: Mapping[str, Any], name: str) -> bool:
    value = document.get(name, False)
    if not isinstance(value, bool):
        raise Invalid(f"{name} must be true or false.", field=name)
    return value


def _languages(value: Any) -> tuple[str, ...]:
    if not isinstance(value, list | tuple):
        raise Invalid("languages must be a list.", field="languages")
    for place, code in enumerate(value):
        if code not in LANGUAGES:
            raise Invalid(f"languages[{place}] must be one of {', '.join(LANGUAGES)}.", field=f"languages[{place}]")
    return tuple(dict.fromkeys(value))


def _canaries(value: Any) -> tuple[str, ...]:
    if not isinstance(value, list) or len(value) > MOST_CANARIES:
        raise Invalid(f"canaries must be a list of at most {MOST_CANARIES} texts.", field="canaries")
    for place, token in enumerate(value):
        usable = isinstance(token, str) and len(token) <= LONGEST_CANARY and token.isprintable()
        if not usable or not canaries.is_long_enough(token):
            message = f"canaries[{place}] must be one line with at least {canaries.SHORTEST} letters or digits."
            raise Invalid(message, field=f"canaries[{place}]")
    return tuple(dict.fromkeys(token.strip() for token in value))


def _whole(value: Any, path: str) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= LARGEST_CAP:
        raise Invalid(f"{path} must be a whole number from 0 to {LARGEST_CAP:,}.", field=path)
    return value


def _number(value: Any, path: str, low: float, high: float) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not low <= value <= high:
        raise Invalid(f"{path} must be a number from {low:g} to {high:g}.", field=path)
    return float(value)


def _refuse_unknown(row: dict[Any, Any], known: set[str], path: str) -> None:
    for key in row:
        if key not in known:
            raise Invalid(f"{path}{key} is not a known field.", field=f"{path}{key}")
