"""Changes one category of the categories in force and saves a new version of them. The rest stays as it was written."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from copilot import configuration
from copilot.errors import Conflict, Invalid, NotFound
from copilot.store.session import Session

LINE_BREAK = "⏎"
KIND = "categories"


@dataclass(frozen=True, slots=True)
class CategoryText:
    """A category as an admin types it; `examples` one a line, where ⏎ stands for a line break within one."""

    name: str
    title: str
    description: str
    examples: str

    def to_document(self) -> dict[str, Any]:
        """Return it as it stands in the categories document."""
        lines = [line.strip() for line in self.examples.replace("\r\n", "\n").split("\n")]
        return {
            "name": self.name.strip(),
            "title": self.title.strip(),
            "description": self.description.strip(),
            "examples": [line.replace(LINE_BREAK, "\n").strip() for line in lines if line],
        }


def lines_of(examples: Sequence[str]) -> str:
    """Return examples as they are edited, one a line."""
    return "\n".join(example.replace("\r\n", "\n").replace("\n", LINE_BREAK) for example in examples)


def add(session: Session, typed: CategoryText, now: datetime, by: str) -> int:
    """Add a category; returns the new version. Raises `Conflict` for a taken name, `Invalid` naming the field."""
    rows = list(configuration.content(session, KIND))
    if any(row["name"].strip() == typed.name.strip() for row in rows):
        raise Conflict("A category with this name exists already.", field="name")
    return _save(session, [*rows, typed.to_document()], len(rows), now, by)


def change(session: Session, name: str, typed: CategoryText, now: datetime, by: str) -> int:
    """Save a category under the name that it has: labels, rules and promises know it by that."""
    rows = list(configuration.content(session, KIND))
    place = place_of(rows, name)
    rows[place] = {**typed.to_document(), "name": rows[place]["name"]}
    return _save(session, rows, place, now, by)


def remove(session: Session, name: str, now: datetime, by: str) -> int:
    """Delete a category. What people said of its tickets is kept and ignored."""
    rows = list(configuration.content(session, KIND))
    del rows[place_of(rows, name)]
    return configuration.save(session, KIND, rows, now, by)


def place_of(rows: Sequence[Any], name: str) -> int:
    """Where a category stands, or `NotFound`."""
    for place, row in enumerate(rows):
        if row["name"].strip() == name:
            return place
    raise NotFound(f"There is no category {name[:200]!r}.", field="name")


def _save(session: Session, rows: list[Any], place: int, now: datetime, by: str) -> int:
    """Save the whole document; an error names the field of the category at `place`, if it is about that."""
    try:
        return configuration.save(session, KIND, rows, now, by)
    except Invalid as error:
        raise _about(error, place) from error


def _about(error: Invalid, place: int) -> Invalid:
    path, problem = error.message.partition(": ")[::2]
    if not path.startswith(f"categories[{place}]"):
        return error
    rest = path.removeprefix(f"categories[{place}]").lstrip(".")
    field, _, number = rest.partition("[")
    where = f"line {int(number.rstrip(']')) + 1}: " if number.rstrip("]").isdigit() else ""
    return Invalid(f"{where}{problem}", field=field or "description")
