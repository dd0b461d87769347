"""Saving a JSON document that an admin typed: reads it, lets the service check it, names the field that is wrong."""

import json
from typing import Any

from copilot import configuration
from copilot.errors import Invalid
from copilot.store import configuration as store
from copilot.web.admin_views import FieldError
from copilot.web.auth import Identity
from copilot.wiring import Services

LONGEST_TEXT = 2_000_000


def as_text(document: Any) -> str:
    """A document as an admin edits it."""
    return json.dumps(document, indent=2, ensure_ascii=False)


def in_force(services: Services, kind: str) -> tuple[Any, int | None]:
    """The document and its version, None for the shipped default."""
    with services.db.read() as session:
        row = store.newest(session, kind)
        return configuration.content(session, kind), row.version if row else None


def save(services: Services, identity: Identity, kind: str, text: str) -> tuple[FieldError, ...]:
    """Put the typed document in force, or say what is wrong with it."""
    try:
        return save_document(services, identity, kind, read(text))
    except Invalid as error:
        return (field_error(error),)


def save_document(services: Services, identity: Identity, kind: str, document: Any) -> tuple[FieldError, ...]:
    """Put a document in force, or say what is wrong with it."""
    try:
        services.db.transact(lambda s: configuration.save(s, kind, document, services.now(), identity.name))
    except Invalid as error:
        return (field_error(error),)
    return ()


def read(text: str) -> Any:
    """The typed JSON. Raises `Invalid` with line and column."""
    if len(text) > LONGEST_TEXT:
        raise Invalid("The document is too long.", field="document")
    try:
        return json.loads(text)
    except json.JSONDecodeError as error:
        place = f"line {error.lineno}, column {error.colno}"
        raise Invalid(f"{place}: this is not valid JSON: {error.msg}.", field=place) from error
    except RecursionError as error:
        raise Invalid("The document is nested too deeply.", field="document") from error


def field_error(error: Invalid) -> FieldError:
    """The error with its field named once."""
    field = error.field or ""
    message = error.message.removeprefix(field).lstrip(": ") if field else error.message
    return FieldError(field, message)
