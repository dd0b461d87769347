"""How a typed text is looked for in a column: letter for letter, in any case (SQLite: of A to Z only)."""

from typing import Any

from sqlalchemy import ColumnElement
from sqlmodel import col


def holds(column: Any, text: str) -> ColumnElement[bool]:
    """Whether the column holds this text anywhere; `%`, `_` and backslashes stand for themselves, and what no column
    can hold (NUL, half a surrogate pair) is left out."""
    storable = text.encode("utf-8", "ignore").decode().replace("\x00", "")
    found: ColumnElement[bool] = col(column).icontains(storable, autoescape=True)
    return found
