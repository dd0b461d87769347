"""Backup and restore of the SQLite database. PostgreSQL has better tools of its own, and the docs name them."""

import os
import sqlite3
from contextlib import closing
from pathlib import Path

from copilot.errors import Conflict, Invalid, Unavailable
from copilot.settings import Settings
from copilot.store.session import Database


def backup(settings: Settings, target: Path) -> None:
    """Write a consistent copy to `target`, which appears complete or not at all. Raises `Unavailable`, `Conflict`."""
    source = database_file(settings)
    if not source.exists():
        raise Unavailable(f"There is no database at {source}.")
    if target.exists():
        raise Conflict(f"{target} exists already.")
    os.replace(_copied(source, target), target)


def restore(settings: Settings, source: Path, *, replace: bool) -> None:
    """Put a checked backup in place. Raises `Invalid` for a damaged file, `Conflict` unless `replace` is given."""
    target = database_file(settings)
    if target.exists() and not replace:
        raise Conflict("There is a database already; give --yes to replace it. Stop the service first.")
    check_file(source)
    target.parent.mkdir(parents=True, exist_ok=True)
    part = _copied(source, target)
    for leftover in ("-wal", "-shm"):
        target.with_name(target.name + leftover).unlink(missing_ok=True)
    os.replace(part, target)
    database = Database(settings.resolved_database_url)
    database.migrate()
    database.close()


def _copied(source: Path, target: Path) -> Path:
    """A whole copy of the database beside `target`, ready to be moved there. Raises `Unavailable`."""
    part = target.with_name(target.name + ".part")
    try:
        with closing(sqlite3.connect(source)) as whole, closing(sqlite3.connect(part)) as copy:
            whole.backup(copy)
    except sqlite3.Error as error:
        part.unlink(missing_ok=True)
        raise Unavailable(f"{part} cannot be written: {error}.") from error
    return part


def check_file(path: Path) -> None:
    """Raise `Invalid` unless this is an intact Answerable database."""
    try:
        with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as saved:
            intact = saved.execute("PRAGMA integrity_check").fetchone()[0] == "ok"
            saved.execute("SELECT version_num FROM alembic_version").fetchone()
    except sqlite3.DatabaseError as error:
        raise Invalid(f"{path} is not a backup of Answerable: {error}.", field="path") from error
    if not intact:
        raise Invalid(f"{path} is damaged.", field="path")


def database_file(settings: Settings) -> Path:
    """The SQLite file in use. Raises `Unavailable` for PostgreSQL."""
    address = settings.resolved_database_url
    if not address.startswith("sqlite:///"):
        raise Unavailable("This copies SQLite only; use pg_dump and pg_restore for PostgreSQL.")
    return Path(address.removeprefix("sqlite:///"))
