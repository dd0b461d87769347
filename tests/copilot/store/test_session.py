"""Sessions: what is committed, what is taken back, who waits for whom, and how SQLite is opened."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta, timezone

import psycopg
import pytest
from sqlalchemy import text, update
from sqlalchemy.exc import IntegrityError, StatementError
from sqlmodel import Session, select

from copilot.intake import NewCustomer, NewMessage, NewTicket, add_message, receive
from copilot.promises import PromiseBook
from copilot.store import tickets
from copilot.store.session import Database
from copilot.store.tables import Customer, Draft, Message, SlaEvent, Ticket
from tests.copilot.store import rows
from tests.copilot.store.rows import NOON


def new_ticket(external_id: str = "t1", body: str = "Where is my parcel?", email: str = "jo@example.com") -> NewTicket:
    """A ticket as a channel parsed it."""
    return NewTicket("api", external_id, "Parcel", body, NewCustomer(email))


def test_a_block_that_ends_well_is_kept(db: Database) -> None:
    """Rows written in a block are there afterwards, and usable after the session has closed."""
    with db.write() as session:
        kept = rows.customer(session, name="Jo")
    assert kept.name == "Jo"
    with db.read() as session:
        assert tickets.customer_by_email(session, "jo@example.com") is not None


def test_a_block_that_fails_leaves_nothing(db: Database) -> None:
    """An exception takes everything back, also what was flushed."""

    def failing() -> None:
        with db.write() as session:
            rows.customer(session)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        failing()
    with db.read() as session:
        assert session.exec(select(Customer)).all() == []


def test_nothing_done_while_reading_is_kept(db: Database) -> None:
    """A reader cannot leave anything behind."""
    with db.read() as session:
        rows.customer(session)
    with db.read() as session:
        assert session.exec(select(Customer)).all() == []


def test_a_reader_sees_one_moment(db: Database) -> None:
    """What is committed while a reader reads is not seen by it, but by the next one."""
    with db.read() as session:
        assert session.exec(select(Customer)).all() == []
        with db.write() as writer:
            rows.customer(writer)
        assert session.exec(select(Customer)).all() == []
    with db.read() as session:
        assert len(session.exec(select(Customer)).all()) == 1


def test_readers_do_not_wait_for_a_writer(db: Database) -> None:
    """While a transaction is open, others read what was committed before."""
    with db.write() as session:
        rows.customer(session)
        with db.read() as reader:
            assert reader.exec(select(Customer)).all() == []


def test_writers_wait_for_each_other_on_one_row(db: Database) -> None:
    """Increments from several threads are all counted: a locked row is read as it stands when the lock is given."""
    with db.write() as session:
        ticket_id = rows.ticket(session, "t", rows.customer(session)).id or 0

    def add_one(_: int) -> None:
        with db.write() as session:
            row = tickets.lock(session, ticket_id)
            row.attempts += 1

    with ThreadPoolExecutor(6) as pool:
        list(pool.map(add_one, range(30)))
    with db.read() as session:
        assert tickets.find(session, ticket_id).attempts == 30


@pytest.mark.parametrize(
    ("pragma", "expected"), [("journal_mode", "wal"), ("synchronous", 2), ("foreign_keys", 1), ("busy_timeout", 30000)]
)
def test_sqlite_is_opened_safely(db: Database, pragma: str, expected: object) -> None:
    """WAL, a sync at every commit, foreign keys and patience, on the writer's and on the readers' connections."""
    if not db.is_sqlite:
        pytest.skip("SQLite's own settings")
    for engine in (db.writer, db.reader):
        with engine.connect() as connection:
            assert connection.execute(text(f"PRAGMA {pragma}")).scalar_one() == expected


def test_sqlite_has_one_writer(db: Database) -> None:
    """A second writer gets its turn only when the first has ended, even if both only look."""
    if not db.is_sqlite:
        pytest.skip("PostgreSQL has many")
    order: list[str] = []

    def second() -> None:
        with db.write() as session:
            tickets.waiting_count(session)
            order.append("second")

    with db.write() as session:
        tickets.waiting_count(session)
        thread = threading.Thread(target=second)
        thread.start()
        thread.join(0.2)
        order.append("first")
    thread.join(30)
    assert order == ["first", "second"]


def test_a_row_needs_what_it_refers_to(db: Database) -> None:
    """A message of no ticket is refused."""
    with pytest.raises(IntegrityError), db.write() as session:
        rows.message(session, 4711, "m")


REPEATED: dict[str, Callable[[Session, Ticket, Message, Draft], object]] = {
    "address": lambda session, *_: rows.customer(session),
    "ticket": lambda session, ticket, *_: rows.ticket(session, "t", tickets.customer_of(session, ticket)),
    "message": lambda session, ticket, *_: rows.message(session, ticket.id or 0, "m"),
    "draft": lambda session, ticket, message, _: rows.draft(session, ticket.id or 0, message.id or 0),
    "reply of a draft": lambda session, ticket, _, draft: rows.reply(session, ticket.id or 0, "x", draft_id=draft.id),
    "reference": lambda session, ticket, *_: rows.reply(session, ticket.id or 0, "r"),
}


@pytest.mark.parametrize("what", REPEATED)
def test_what_must_be_unique_is(db: Database, what: str) -> None:
    """The same address, external id, draft of a message, reply of a draft or reference a second time is refused."""
    with db.write() as session:
        ticket = rows.ticket(session, "t", rows.customer(session))
        message = rows.message(session, ticket.id or 0, "m")
        draft = rows.draft(session, ticket.id or 0, message.id or 0)
        rows.reply(session, ticket.id or 0, "r", draft_id=draft.id)
    with pytest.raises(IntegrityError), db.write() as session:
        REPEATED[what](session, ticket, message, draft)


def test_the_same_external_id_on_another_channel_is_another_ticket(db: Database) -> None:
    """Ids are unique within a channel only."""
    with db.write() as session:
        owner = rows.customer(session)
        assert rows.ticket(session, "t", owner).id != rows.ticket(session, "t", owner, channel="email").id


def test_the_same_ticket_from_many_threads_is_stored_once(db: Database) -> None:
    """All senders get the same id, one of them as created; there is one ticket, one message and one event."""
    book, gate = PromiseBook(), threading.Barrier(8)

    def send(_: int) -> tuple[int, bool]:
        gate.wait(30)
        receipt = db.transact(lambda session: receive(session, new_ticket(), book, NOON))
        return receipt.id, receipt.created

    with ThreadPoolExecutor(8) as pool:
        receipts = list(pool.map(send, range(8)))
    assert len({ticket_id for ticket_id, _ in receipts}) == 1
    assert sum(created for _, created in receipts) == 1
    with db.read() as session:
        assert [len(session.exec(select(table)).all()) for table in (Ticket, Message, SlaEvent)] == [1, 1, 1]


def test_many_tickets_of_a_new_customer_at_once_are_all_stored(db: Database) -> None:
    """Eight first tickets of one address: no sender is turned away because another made the customer first."""
    book, gate = PromiseBook(), threading.Barrier(8)

    def send(number: int) -> bool:
        gate.wait(30)
        return db.transact(lambda session: receive(session, new_ticket(f"t{number}"), book, NOON)).created

    with ThreadPoolExecutor(8) as pool:
        assert all(pool.map(send, range(8)))
    with db.read() as session:
        assert len(session.exec(select(Customer)).all()) == 1


def test_the_same_message_from_many_threads_is_stored_once(db: Database) -> None:
    """A further message that arrives eight times at once is one message."""
    book, gate = PromiseBook(), threading.Barrier(8)
    ticket_id = db.transact(lambda session: receive(session, new_ticket(), book, NOON)).id
    new = NewMessage("m2", "Any news?", "inbound")

    def send(_: int) -> bool:
        gate.wait(30)
        return db.transact(lambda session: add_message(session, ticket_id, new, book, NOON)).created

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(send, range(8))) == 1
    with db.read() as session:
        assert [message.body for message in tickets.messages(session, ticket_id)] == [
            "Where is my parcel?",
            "Any news?",
        ]


def test_a_transaction_is_tried_only_once_more(db: Database) -> None:
    """Work that always breaks a constraint ends with the constraint's error."""
    tries: list[int] = []

    def broken(session: Session) -> None:
        tries.append(1)
        rows.message(session, 4711, "m")

    with pytest.raises(IntegrityError):
        db.transact(broken)
    assert len(tries) == 2


@pytest.mark.parametrize("hours", [0, 2, -11])
def test_instants_come_back_in_utc(db: Database, hours: int) -> None:
    """An aware instant of any zone comes back as the same instant, aware, in UTC, to the microsecond."""
    at = datetime(2026, 3, 29, 2, 30, 0, 123456, tzinfo=timezone(timedelta(hours=hours)))
    with db.write() as session:
        ticket_id = rows.ticket(session, "t", rows.customer(session), received_at=at).id or 0
    with db.read() as session:
        stored = tickets.find(session, ticket_id).received_at
    assert stored == at
    assert stored.tzinfo is UTC
    assert stored.utcoffset() == timedelta(0)


def test_an_instant_without_a_zone_is_refused(db: Database) -> None:
    """A naive datetime is an error, never a guess."""
    with pytest.raises(StatementError), db.write() as session:
        rows.ticket(session, "t", rows.customer(session), received_at=datetime(2026, 3, 2, 12, 0))  # noqa: DTZ001 - the point


def test_instants_are_compared_as_instants(db: Database) -> None:
    """In the database too, the same instant in two zones is equal and earlier ones are less."""
    east = NOON.astimezone(timezone(timedelta(hours=5)))
    with db.write() as session:
        rows.ticket(session, "t", rows.customer(session), received_at=east)
    with db.read() as session:
        assert len(session.exec(select(Ticket).where(Ticket.received_at == NOON)).all()) == 1
        assert session.exec(select(Ticket).where(Ticket.received_at < NOON)).all() == []


def test_json_comes_back_as_it_was(db: Database) -> None:
    """Nested lists, numbers, null and every kind of text survive."""
    triage = {
        "names": ["é", "日本", "🦊", "\u2028"],
        "n": 0.1,
        "none": None,
        "deep": [{"a": [1, {"b": []}]}],
        "": "\\u0000",
    }
    with db.write() as session:
        ticket_id = rows.ticket(session, "t", rows.customer(session), triage=triage, tags=["a", "b"]).id or 0
    with db.read() as session:
        ticket = tickets.find(session, ticket_id)
        assert (ticket.triage, ticket.tags) == (triage, ["a", "b"])


def test_json_that_was_assigned_anew_is_stored(db: Database) -> None:
    """Replacing a JSON value is an update."""
    with db.write() as session:
        ticket_id = rows.ticket(session, "t", rows.customer(session), tags=["a"]).id or 0
    with db.write() as session:
        ticket = tickets.lock(session, ticket_id)
        ticket.tags = [*ticket.tags, "b"]
    with db.read() as session:
        assert tickets.find(session, ticket_id).tags == ["a", "b"]


def test_long_text_is_kept_whole(db: Database) -> None:
    """A message of a million characters comes back unchanged."""
    body = "Zażółć gęślą jaźń 🦊\n" * 50_000
    with db.write() as session:
        ticket_id = rows.ticket(session, "t", rows.customer(session)).id or 0
        message_id = rows.message(session, ticket_id, "m", body=body).id
    with db.read() as session:
        assert session.get_one(Message, message_id).body == body


def test_a_lost_connection_is_replaced(db: Database) -> None:
    """After the server has cut every connection, the next transaction works."""
    if db.is_sqlite:
        pytest.skip("a file cannot be disconnected")
    db.ping()
    with psycopg.connect(db.url.replace("+psycopg", ""), autocommit=True) as other:
        other.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
            "WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
    db.ping()
    with db.write() as session:
        session.execute(update(Customer).values(name="x"))
