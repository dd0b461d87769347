"""The schema: built from nothing, taken down, and the same as the tables say."""

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import inspect, text
from sqlmodel import SQLModel

from copilot.errors import Unavailable
from copilot.store import tables
from copilot.store.session import Database, alembic_config

ROOT = Path(__file__).resolve().parents[3]


def migrated(db: Database, step: Callable[[Config, str], Any], target: str) -> None:
    """Run one Alembic command on the writer's connection."""
    with db.writer.connect() as connection:
        config = alembic_config()
        config.attributes["connection"] = connection
        step(config, target)
        connection.commit()


def table_names(db: Database) -> set[str]:
    """The tables that exist."""
    return set(inspect(db.reader).get_table_names())


def test_an_empty_database_gets_every_table(db: Database) -> None:
    """After migrating, every table of ours exists at the newest revision."""
    assert tables.Ticket.metadata.tables.keys() <= table_names(db)
    with db.read() as session:
        found = session.execute(text("SELECT version_num FROM alembic_version")).scalar_one()
    assert found == ScriptDirectory.from_config(alembic_config()).get_current_head()


def test_the_tables_and_the_migrations_agree(db: Database) -> None:
    """Comparing the migrated schema with the tables finds nothing to change."""
    with db.writer.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, SQLModel.metadata) == []


def test_a_column_that_no_migration_knows_is_found(db: Database) -> None:
    """The comparison can fail: a dropped column is reported."""
    with db.writer.begin() as connection:
        connection.execute(text("ALTER TABLE customer DROP COLUMN segment"))
    with db.writer.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), SQLModel.metadata) != []


def test_the_schema_can_be_taken_down_and_built_again(db: Database) -> None:
    """Down to nothing and up again ends with the same schema."""
    before = table_names(db)
    migrated(db, command.downgrade, "base")
    assert table_names(db) == {"alembic_version"}
    db.migrate()
    assert table_names(db) == before


def test_migrating_again_changes_nothing(db: Database) -> None:
    """A second start finds the schema and leaves the rows alone."""
    with db.write() as session:
        session.add(tables.Customer(email="a@example.com"))
    db.migrate()
    with db.read() as session:
        assert session.get_one(tables.Customer, 1).email == "a@example.com"


def test_stored_rows_survive_the_way_up_and_down(empty: Database) -> None:
    """Customers and their tickets of the first schema are still there after the newest one, and back again."""
    migrated(empty, command.upgrade, "0001")
    with empty.writer.begin() as connection:
        connection.execute(text("INSERT INTO customer (email) VALUES ('a@example.com')"))
        connection.execute(text(FIRST_TICKET))
    empty.migrate()
    with empty.write() as session:
        customer = session.get_one(tables.Customer, 1)
        assert customer.organisation is None
        customer.organisation = tables.Organisation(name="Acme")
    migrated(empty, command.downgrade, "0001")
    with empty.read() as session:
        assert session.execute(text("SELECT email FROM customer")).scalars().all() == ["a@example.com"]
        assert session.execute(text("SELECT customer_id FROM ticket")).scalars().all() == [1]


FIRST_TICKET = """
    INSERT INTO ticket (channel, external_id, content_hash, subject, customer_id, received_at, created_at, updated_at,
        status, priority, priority_is_manual, category_is_manual, language, tags, triage, timers, reply_pending,
        work_state, work_after, attempts)
    VALUES ('api', 'a', '', '', 1, '2026-03-02 12:00:00', '2026-03-02 12:00:00', '2026-03-02 12:00:00',
        'new', 'normal', false, false, 'en', '[]', '{}', '[]', false, 'idle', '2026-03-02 12:00:00', 0)
"""
MIGRATE = "import sys; from copilot.store.session import Database; db = Database(sys.argv[1]); db.migrate(); db.close()"


def test_processes_that_start_together_migrate_once(empty: Database) -> None:
    """Several processes may find an empty database at the same time; all of them start."""
    command_line = [sys.executable, "-c", MIGRATE, empty.url]
    processes = [subprocess.Popen(command_line, cwd=ROOT, stderr=subprocess.PIPE, text=True) for _ in range(3)]
    errors = [process.communicate(timeout=60)[1] for process in processes]
    assert [process.returncode for process in processes] == [0, 0, 0], errors
    assert "ticket" in table_names(empty)


def test_a_migration_that_fails_leaves_nothing_behind(empty: Database) -> None:
    """A failure in the middle takes back what had been done, so that the next start can try again."""
    with empty.writer.begin() as connection:
        connection.execute(text("CREATE TABLE ticket (id INTEGER)"))
    with pytest.raises(Unavailable, match="cannot be opened or migrated"):
        empty.migrate()
    assert table_names(empty) == {"ticket"}
    with empty.writer.begin() as connection:
        connection.execute(text("DROP TABLE ticket"))
    empty.migrate()
    assert "outboxitem" in table_names(empty)


def test_a_database_that_cannot_be_reached_is_said_plainly() -> None:
    """An unreachable server is one plain error, for migrating and for asking whether it answers."""
    db = Database("postgresql+psycopg://nobody@/nothing?host=/nowhere")
    with pytest.raises(Unavailable, match="cannot be opened"):
        db.migrate()
    with pytest.raises(Unavailable, match="does not answer"):
        db.ping()
    db.close()


def test_a_database_without_a_schema_does_not_answer(empty: Database) -> None:
    """Before migrating, the database is not ready; afterwards it is."""
    with pytest.raises(Unavailable, match="does not answer"):
        empty.ping()
    empty.migrate()
    empty.ping()


def test_tickets_from_before_alerts_are_looked_at(empty: Database) -> None:
    """An open ticket of the second schema has its alerts worked out at the first look; a solved one is left alone."""
    migrated(empty, command.upgrade, "0002")
    with empty.writer.begin() as connection:
        connection.execute(text("INSERT INTO customer (email) VALUES ('a@example.com')"))
        connection.execute(text(FIRST_TICKET))
        connection.execute(text(FIRST_TICKET.replace("'a'", "'b'").replace("'new'", "'solved'")))
    empty.migrate()
    with empty.read() as session:
        first, second = (session.get_one(tables.Ticket, number) for number in (1, 2))
        assert (first.next_alert_at, second.next_alert_at) == (first.received_at, None)
