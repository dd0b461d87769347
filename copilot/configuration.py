"""What admins set, parsed: categories, rules, policies, autonomy, notices, ranking, voice.

One versioned document each; the newest is in force.
A document is parsed by its room before it is stored, so that nonsense is refused when it is entered.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from copilot import takeback
from copilot.alert_settings import parse_recipients
from copilot.autonomy import Autonomy, parse_autonomy
from copilot.errors import Invalid
from copilot.notice_settings import NoticeSettings, parse_notices
from copilot.ranking_settings import RankingSettings, parse_ranking
from copilot.store import configuration as store
from copilot.store import journal, tickets
from copilot.store.session import Session
from copilot.voice import Voice, parse_voice
from sla.policies import parse_policies
from triage.labels import Category, parse_categories
from triage.rule_check import check_rules
from triage.rules import Rule, parse_rules

KINDS = ("categories", "rules", "policies", "autonomy", "notices", "ranking", "voice")
PATH = re.compile(r"[A-Za-z_][\w.\[\]\"' -]{0,200}$")
DEFAULT_POLICIES: dict[str, Any] = {
    "calendars": {},
    "policies": [
        {
            "name": "Default",
            "when": {},
            "calendar": "always",
            "targets": {
                "first_response": {
                    "urgent": {"promise": "1h"},
                    "high": {"promise": "4h"},
                    "normal": {"promise": "8h"},
                    "low": {"promise": "24h"},
                },
                "next_response": {
                    "urgent": {"promise": "2h"},
                    "high": {"promise": "8h"},
                    "normal": {"promise": "16h"},
                    "low": {"promise": "48h"},
                },
                "resolution": {
                    "urgent": {"promise": "8h"},
                    "high": {"promise": "24h"},
                    "normal": {"promise": "72h"},
                    "low": {"promise": "120h"},
                },
            },
            "pauses": {"first_response": [], "next_response": [], "resolution": ["pending"]},
            "counts": ["person", "approved", "auto"],
        }
    ],
}
DEFAULTS: Mapping[str, Any] = {
    "categories": [],
    "rules": [],
    "policies": DEFAULT_POLICIES,
    "autonomy": {},
    "notices": {},
    "ranking": RankingSettings().to_dict(),
    "voice": {},
}


@dataclass(frozen=True, slots=True)
class Configuration:
    """Everything in force at one moment, with the version of each document (0: the shipped default)."""

    versions: Mapping[str, int]
    categories: tuple[Category, ...]
    rules: tuple[Rule, ...]
    autonomy: Autonomy
    notices: NoticeSettings
    ranking: RankingSettings
    voice: Voice

    @property
    def category_names(self) -> set[str]:
        """Names of the categories that exist."""
        return {category.name for category in self.categories}


class ConfigurationCache:
    """Parses each version once; asks the database only for the version numbers."""

    def __init__(self) -> None:
        self._current: Configuration | None = None

    def current(self, session: Session) -> Configuration:
        """What is in force now."""
        versions = store.versions(session)
        if self._current is None or self._current.versions != versions:
            self._current = load(session, versions)
        return self._current


def load(session: Session, versions: Mapping[str, int]) -> Configuration:
    """Read and parse the newest documents."""
    return Configuration(
        versions=dict(versions),
        categories=parse_categories(content(session, "categories")),
        rules=parse_rules(content(session, "rules")),
        autonomy=parse_autonomy(content(session, "autonomy")),
        notices=parse_notices(content(session, "notices")),
        ranking=parse_ranking(content(session, "ranking")),
        voice=parse_voice(content(session, "voice")),
    )


def content(session: Session, kind: str) -> Any:
    """The document in force, or the shipped default."""
    document = store.newest(session, kind)
    return DEFAULTS[kind] if document is None else document.content


def autonomy_in_force(session: Session) -> Autonomy:
    """The autonomy settings without what they say of categories that are gone, so that a changed copy can be saved: a
    category that was deleted must never stand between an admin and the kill switch."""
    names = {category.name for category in parse_categories(content(session, "categories"))}
    return parse_autonomy(content(session, "autonomy")).only(names)


def save(session: Session, kind: str, document: Any, now: datetime, by: str) -> int:
    """Check a document and put it in force; returns its version. Raises `Invalid` naming the field."""
    checked = check(session, kind, document)
    row = store.save(session, kind, checked, now, by)
    journal.record(session, now, "settings_changed", what=kind, version=row.version, by=by)
    if kind == "rules" and any("waiting_longer_than" in rule.keys for rule in parse_rules(checked)):
        tickets.make_rules_due(session, now)
    if kind == "autonomy":
        takeback.automatic_replies(session, parse_autonomy(checked), now)
    return row.version


def check(session: Session, kind: str, document: Any) -> Any:
    """The document as it is to be stored. Raises `Invalid` naming the field when its room refuses it."""
    if kind == "autonomy":
        names = {category.name for category in parse_categories(content(session, "categories"))}
        return parse_autonomy(document, names).to_dict()
    parsers: dict[str, Callable[[Any], Any]] = {
        "categories": parse_categories,
        "rules": _parse_rules,
        "policies": _parse_policies,
        "notices": parse_notices,
        "ranking": parse_ranking,
        "voice": parse_voice,
    }
    try:
        parsed = parsers[kind](document)
        _refuse_nul(document, "" if isinstance(document, Mapping) else kind)
    except ValueError as error:
        raise invalid(error, kind) from error
    return parsed.to_dict() if isinstance(parsed, RankingSettings | Voice) else document


def _refuse_nul(value: Any, path: str) -> None:
    """Raise ValueError naming the path of a NUL character: PostgreSQL could not store it, some not before a ticket."""
    if isinstance(value, Mapping):
        for key, inner in value.items():
            _refuse_nul(key, path or "document")
            _refuse_nul(inner, f"{path}.{key}" if path else key)
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            _refuse_nul(inner, f"{path}[{index}]")
    elif isinstance(value, str) and "\x00" in value:
        raise ValueError(f"{path}: holds a NUL character")


def _parse_rules(document: Any) -> None:
    for finding in check_rules(parse_rules(document)):
        if finding.fatal:
            raise ValueError(str(finding))


def _parse_policies(document: Any) -> None:
    parse_recipients(document, parse_policies(document))


def invalid(error: ValueError, fallback: str) -> Invalid:
    """A room's `ValueError("path: problem")` as `Invalid` with the path as its field."""
    path, _, _ = str(error).partition(":")
    return Invalid(str(error), field=path if PATH.match(path) else fallback)
