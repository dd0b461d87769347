"""An empty database of each kind, with and without the schema."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from copilot.store.session import Database
from tests import postgres
from tests.schema import put_sqlite


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The address of an empty database of each kind."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'answerable.sqlite3'}"
    else:
        with postgres.fresh_database() as address:
            yield address


@pytest.fixture
def empty(url: str) -> Iterator[Database]:
    """A database without a schema."""
    database = Database(url)
    yield database
    database.close()


@pytest.fixture(params=["sqlite", "postgresql"])
def db(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    """A database of each kind with the newest schema."""
    with migrated_sqlite(tmp_path) if request.param == "sqlite" else postgres.fresh_database(migrated=True) as address:
        database = Database(address)
        yield database
        database.close()


@contextmanager
def migrated_sqlite(folder: Path) -> Iterator[str]:
    """The address of a SQLite database with the newest schema."""
    path = folder / "answerable.sqlite3"
    put_sqlite(path)
    yield f"sqlite:///{path}"
