"""What an admin has approved to tell customers when a promise is going to be missed: one template a language.

Saving the document is the approval; a language without a template is never written in. Pure.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from sla.alerts import check_template
from sla.promise import voice_of

KEYS = ("enabled", "templates")


@dataclass(frozen=True, slots=True)
class NoticeSettings:
    """Templates by language code, such as {"en": "… until {expected} ({zone})."}."""

    enabled: bool = False
    templates: Mapping[str, str] = field(default_factory=dict)


def parse_notices(document: Any) -> NoticeSettings:
    """From {"enabled": false, "templates": {"en": "…"}}; {} is off. ValueError names the path."""
    if not isinstance(document, Mapping):
        raise ValueError("notices: expected an object")
    for key in document:
        if key not in KEYS:
            raise ValueError(f"{str(key)[:60]}: unknown key; known are {', '.join(KEYS)}")
    enabled, templates = document.get("enabled", False), document.get("templates", {})
    if not isinstance(enabled, bool):
        raise ValueError("enabled: expected true or false")
    if not isinstance(templates, Mapping):
        raise ValueError("templates: expected an object")
    for language, template in templates.items():
        _check(language, template)
    if enabled and not templates:
        raise ValueError("templates: without one nothing can be told")
    return NoticeSettings(enabled, dict(templates))


def _check(language: Any, template: Any) -> None:
    path = f"templates.{str(language)[:20]}"
    if not isinstance(template, str):
        raise ValueError(f"{path}: expected a text")
    try:
        voice_of(language)
        check_template(template)
    except ValueError as error:
        raise ValueError(f"{path}: {str(error).partition(': ')[2]}") from error
