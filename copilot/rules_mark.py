"""Tells one version of the rules that drafts are cut, checked and judged by from another. Refuses to know the rules.

A mark of the source itself, so that nobody has to remember to raise a number: a release that touches these rules, in a
comment even, begins a new record. That errs on the safe side.
"""

import hashlib
from functools import cache
from pathlib import Path

import knowledge.passages
from copilot import grounding

FOLDER, PASSAGES = Path(grounding.__file__).parent, Path(knowledge.passages.__file__)


@cache
def rules_mark() -> str:
    """Changes with any file of `copilot.grounding` and with how articles are cut into passages."""
    return f"rules@{mark_of([*sorted(FOLDER.glob('*.py')), PASSAGES])}"


def mark_of(paths: list[Path]) -> str:
    """Twelve hexadecimal digits of these files' names and contents."""
    digest = hashlib.sha256()
    for path in paths:
        content = path.read_bytes()
        digest.update(f"{path.name}:{len(content)}:".encode() + content)
    return digest.hexdigest()[:12]
