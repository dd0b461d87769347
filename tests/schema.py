"""Databases with the newest schema and nothing in them: migrated once in a run, copied for each test that asks."""

import functools
import tempfile
from pathlib import Path

from copilot.store.session import Database


@functools.cache
def sqlite_file() -> bytes:
    """The file of such a database."""
    with tempfile.TemporaryDirectory(prefix="answerable-schema-") as folder:
        path = Path(folder) / "answerable.sqlite3"
        migrate(f"sqlite:///{path}")
        return path.read_bytes()


def put_sqlite(path: Path) -> None:
    """Put such a file there, unless there is one already."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    if not path.exists():
        path.write_bytes(sqlite_file())


def migrate(url: str) -> None:
    """Bring a database to the newest schema."""
    db = Database(url)
    db.migrate()
    db.close()
