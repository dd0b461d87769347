"""Opens the database: SQLite with one writer connection and many readers, or PostgreSQL with a pool.

SQLite is measured to keep its tail latency only with a single writer (architecture.md), so `write()` sessions share one
connection and take the write lock at once; `read()` sessions see a snapshot and never wait.
"""

import functools
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Engine, event, func, select, text
from sqlalchemy.exc import IntegrityError, OperationalError, SQLAlchemyError
from sqlalchemy.pool import QueuePool
from sqlmodel import Session as Session
from sqlmodel import create_engine

from copilot.errors import Unavailable

DatabaseDown = OperationalError
"""What is raised in the middle of work when the database cannot be reached or is locked for too long."""

Result = TypeVar("Result")

MIGRATION_LOCK = 5_273_614_890_117
"""Any number that no other program on the same database takes as its advisory lock."""

MIGRATIONS = Path(__file__).parent / "migrations"


class Database:
    """Hands out sessions; commits when the block ends well, rolls back otherwise."""

    def __init__(self, url: str) -> None:
        """Raises `Unavailable` for an address that no driver here understands; connects later."""
        self.url = url
        self.is_sqlite = url.startswith("sqlite")
        try:
            self.writer = _sqlite(url, writing=True) if self.is_sqlite else _postgresql(url)
        except (SQLAlchemyError, ImportError) as error:
            raise Unavailable("The database's address must begin with sqlite:/// or postgresql+psycopg://.") from error
        self.reader = _sqlite(url, writing=False) if self.is_sqlite else _snapshots(self.writer)

    @contextmanager
    def write(self) -> Iterator[Session]:
        """A transaction that commits at the end of the block."""
        with Session(self.writer, expire_on_commit=False) as session, session.begin():
            yield session

    def transact(self, work: Callable[[Session], Result]) -> Result:
        """Run `work` in a transaction; once more when another one stored the same unique value first, so that `work`
        then finds it."""
        try:
            with self.write() as session:
                return work(session)
        except IntegrityError:
            with self.write() as session:
                return work(session)

    @contextmanager
    def read(self) -> Iterator[Session]:
        """A read-only view; nothing done in it is kept."""
        with Session(self.reader, expire_on_commit=False) as session:
            yield session

    def migrate(self) -> None:
        """Bring the schema to the newest version. Raises `Unavailable` when the database cannot be opened."""
        try:
            # one transaction around all migrations: processes that start together wait for each other
            with self.writer.connect() as connection, connection.begin():
                if not self.is_sqlite:
                    connection.execute(select(func.pg_advisory_xact_lock(MIGRATION_LOCK)))
                if MigrationContext.configure(connection).get_current_heads() != _newest_schema():
                    config = alembic_config()
                    config.attributes["connection"] = connection
                    command.upgrade(config, "head")
        except SQLAlchemyError as error:
            raise Unavailable(f"The database cannot be opened or migrated: {_first_line(error)}") from error

    def ping(self) -> None:
        """Raise `Unavailable` with a plain message when the database does not answer."""
        try:
            with self.reader.connect() as connection:
                connection.execute(text("SELECT version_num FROM alembic_version"))
        except SQLAlchemyError as error:
            raise Unavailable(f"The database does not answer: {_first_line(error)}") from error

    def close(self) -> None:
        """Close every connection."""
        self.writer.dispose()
        self.reader.dispose()


def alembic_config() -> Config:
    """The migrations' configuration, without an .ini file."""
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.set_main_option("path_separator", "os")
    return config


@functools.cache
def _newest_schema() -> tuple[str, ...]:
    return tuple(ScriptDirectory.from_config(alembic_config()).get_heads())


def _first_line(error: Exception) -> str:
    return str(error).splitlines()[0]


def _postgresql(url: str) -> Engine:
    return create_engine(url, pool_size=10, max_overflow=10, pool_pre_ping=True)


def _snapshots(engine: Engine) -> Engine:
    """The same pool, where one transaction sees one moment, as SQLite's readers do anyway."""
    return engine.execution_options(isolation_level="REPEATABLE READ")


def _switch_to_wal(connection: sqlite3.Connection) -> None:
    """Processes that open a new file together: SQLite refuses here at once, whatever the timeout, so try again."""
    for pause in (0.05, 0.1, 0.2, 0.4, 0.8, 1.6, 3.2):
        try:
            connection.execute("PRAGMA journal_mode=WAL")
            return
        except sqlite3.OperationalError:
            time.sleep(pause)
    connection.execute("PRAGMA journal_mode=WAL")


def _sqlite(url: str, *, writing: bool) -> Engine:
    size = {"pool_size": 1, "max_overflow": 0} if writing else {"pool_size": 8, "max_overflow": 8}
    engine = create_engine(
        url, poolclass=QueuePool, pool_timeout=30, connect_args={"timeout": 30, "check_same_thread": False}, **size
    )

    @event.listens_for(engine, "connect")
    def prepare(connection: Any, _record: Any) -> None:
        connection.isolation_level = None  # SQLAlchemy's own BEGIN below decides the lock, not the driver
        for pragma in ("busy_timeout=30000", "synchronous=FULL", "foreign_keys=ON"):
            connection.execute(f"PRAGMA {pragma}")
        _switch_to_wal(connection)

    @event.listens_for(engine, "begin")
    def begin(connection: Any) -> None:
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writing else "BEGIN")

    return engine
