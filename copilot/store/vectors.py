"""Queries about vectors of texts that triage is taught from, so that each text is embedded once."""

from collections.abc import Collection, Mapping, Sequence

from sqlalchemy import delete
from sqlmodel import Session, col, select

from copilot.store.tables import ExampleVector

CHUNK = 500


def of_keys(session: Session, keys: Sequence[str]) -> dict[str, bytes]:
    """The vectors that there are for these keys."""
    found: dict[str, bytes] = {}
    for start in range(0, len(keys), CHUNK):
        wanted = select(ExampleVector).where(col(ExampleVector.key).in_(keys[start : start + CHUNK]))
        found.update((row.key, row.vector) for row in session.exec(wanted))
    return found


def keep(session: Session, found: Mapping[str, bytes]) -> None:
    """Store vectors, unless another process has done so meanwhile."""
    known = of_keys(session, list(found))
    session.add_all(ExampleVector(key=key, vector=vector) for key, vector in found.items() if key not in known)
    session.flush()


def forget_all_but(session: Session, keys: Collection[str]) -> int:
    """Delete the vectors of texts that nothing is taught from any more; returns how many."""
    gone = sorted(set(session.exec(select(ExampleVector.key))) - set(keys))
    for start in range(0, len(gone), CHUNK):
        session.execute(delete(ExampleVector).where(col(ExampleVector.key).in_(gone[start : start + CHUNK])))
    return len(gone)
