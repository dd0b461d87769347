"""Changes one category of the categories in force and saves a new version of them. The rest stays as it was written."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from copilot import configuration
from copilot.errors import Conflict, Invalid, NotFound
from copilot.inputs import clean
from copilot.store.session import Session

LINE_BREAK = "⏎"
LONGEST = 10_000_000  # of any field; the parser of categories has the finer limits
KIND = "categories"
PLACE = re.compile(r"categories\[(\d{1,6})\](?:\.(\w+)(?:\[(\d{1,6})\])?)?")


@dataclass(frozen=True, slots=True)
class CategoryText:
    """A category as an admin types it; `examples` one a line, where ⏎ stands for a line break within one."""

    name: str
    title: str
    description: str
    examples: str

    def to_document(self) -> dict[str, Any]:
        """Return it as it stands in the categories document. Raises `Invalid` naming a field that is unusable text."""
        lines = clean(self.examples, "examples", LONGEST, may_be_empty=True).split("\n")
        return {
            "name": clean(self.name, "name", LONGEST, may_be_empty=True),
            "title": clean(self.title, "title", LONGEST, may_be_empty=True),
            "description": clean(self.description, "description", LONGEST, may_be_empty=True),
            "examples": [line.replace(LINE_BREAK, "\n").strip() for line in lines if line.strip(f" \t{LINE_BREAK}")],
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
        raise _about(error, place, [str(row["name"]) for row in rows]) from error


def _about(error: Invalid, place: int, names: Sequence[str]) -> Invalid:
    """The error in words of the form, where other categories go by their names instead of their places."""
    path, problem = error.message.partition(": ")[::2]
    found = PLACE.match(path)
    if found is None:
        return error
    at, field, line = int(found[1]), found[2] or "description", found[3]
    if at != place and f"categories[{place}]" in problem:
        # an example of ours stands in a later category too, where the parser came upon it
        problem = problem.replace(f"categories[{place}]", f"categories[{at}]")
    elif at != place:
        return error
    where = f"line {int(line) + 1}: " if line else ""
    said = PLACE.sub(lambda match: f"the category {names[int(match[1])]!r}", problem)
    return Invalid(f"{where}{said}", field=field)
