"""An empty, migrated database of each kind."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from copilot.store.session import Database
from tests import postgres


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


@pytest.fixture
def db(empty: Database) -> Database:
    """A database with the newest schema."""
    empty.migrate()
    return empty
