"""Queries about labels, versions and vectors, on both databases."""

from datetime import timedelta

import pytest
from sqlalchemy.exc import IntegrityError

from copilot.store import labels, triage_versions, vectors
from copilot.store.session import Database
from tests.copilot.store import rows
from tests.copilot.store.rows import LEASE, NOON


def test_the_newest_label_of_each_message_counts(db: Database) -> None:
    """By kind, as of any label; confirmed ones do not make news."""
    with db.write() as session:
        owner = rows.customer(session)
        ticket = rows.ticket(session, "t", owner, category="a")
        ids = [rows.message(session, ticket.id or 0, f"m{n}").id or 0 for n in range(2)]
        for message, kind, value, confirmed in (
            (ids[0], "category", "a", False),
            (ids[0], "category", "b", False),
            (ids[1], "category", "a", True),
            (ids[1], "sentiment", "neutral", False),
            (ids[1], "priority", "high", False),
        ):
            labels.add(session, ticket, message, kind, value, "normal", "Sam", NOON, confirmed=confirmed)
    with db.read() as session:
        newest = labels.newest_id(session)
        assert [row.value for row in labels.up_to(session, "category", newest)] == ["b", "a"]
        assert [row.value for row in labels.up_to(session, "category", newest - 4)] == ["a"]
        news = labels.news(session, 0)
        assert (news.number, news.oldest, news.newest_id) == (3, NOON, newest - 1)
        assert labels.news(session, newest) == (0, None, newest)
        assert labels.counts_by_category(session) == {"a": 1, "b": 1}
        assert [label.value for label, _ in labels.priority_changes(session, 5)] == ["high"]
        assert labels.tickets_by_category(session, NOON) == {"a": 1}
        assert labels.tickets_by_category(session, NOON + timedelta(days=1)) == {}


def test_there_is_never_more_than_one_live_version(db: Database) -> None:
    """The database itself refuses a second one."""
    with db.write() as session:
        triage_versions.add(session, 1, 0, "a", NOON).state = "live"
    with pytest.raises(IntegrityError), db.write() as session:
        triage_versions.add(session, 1, 5, "a", NOON).state = "live"
    with pytest.raises(IntegrityError), db.write() as session:
        triage_versions.add(session, 1, 0, "a", NOON)


def test_the_newest_candidate_is_claimed_by_one(db: Database) -> None:
    """Older candidates retire; a claim holds until it runs out, and can be renewed by its holder alone."""
    with db.write() as session:
        for newest in (1, 2):
            triage_versions.add(session, 1, newest, "a", NOON)
    with db.write() as session:
        claimed = triage_versions.claim(session, "one", NOON, LEASE)
        assert claimed is not None
        assert claimed.labels_up_to == 2
        assert triage_versions.claim(session, "two", NOON, LEASE) is None
        assert not triage_versions.waiting(session, NOON)
        assert triage_versions.waiting(session, NOON + LEASE)
        assert triage_versions.waiting(session, None)
        assert not triage_versions.renew(session, claimed.id or 0, "two", NOON)
        assert triage_versions.renew(session, claimed.id or 0, "one", NOON + 2 * LEASE)
    with db.write() as session:
        taken = triage_versions.claim(session, "two", NOON + 2 * LEASE, LEASE)
        assert taken is not None
        assert [row.state for row in triage_versions.latest(session)] == ["candidate", "retired"]
        assert triage_versions.knows_categories(session, 1)
        assert not triage_versions.knows_categories(session, 2)
        assert triage_versions.considered_up_to(session, 1) == 2


def test_vectors_are_kept_once_and_forgotten(db: Database) -> None:
    """Storing a key twice is no error; what is not wanted any more goes."""
    with db.write() as session:
        vectors.keep(session, {"a": b"1", "b": b"2"})
        vectors.keep(session, {"b": b"2", "c": b"3"})
    with db.write() as session:
        assert vectors.of_keys(session, ["a", "c", "x"]) == {"a": b"1", "c": b"3"}
        assert vectors.forget_all_but(session, {"c"}) == 2
        assert vectors.of_keys(session, ["a", "b", "c"]) == {"c": b"3"}
