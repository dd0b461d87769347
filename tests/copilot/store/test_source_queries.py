"""Who reads a source, and which articles are in use on a day."""

from datetime import date, timedelta

from copilot.store import articles, sources
from copilot.store.session import Database
from copilot.store.tables import ArticleRow, KnowledgeSource, SourceItem
from tests.copilot.store.rows import NOON

LEASE = timedelta(minutes=5)


def test_one_process_at_a_time(db: Database) -> None:
    """A due source is taken once, until its claim runs out; one that is not due only by number."""
    with db.write() as session:
        for address, due in (("a", NOON), ("b", None)):
            session.add(
                KnowledgeSource(kind="site", address=address, work_after=due, created_at=NOON, by="t", result={})
            )
    with db.write() as session:
        assert sources.claim_due(session, "one", NOON, LEASE) == 1
    with db.write() as session:
        assert sources.claim_due(session, "two", NOON, LEASE) is None
        assert not sources.claim_one(session, 1, "two", NOON, LEASE)
        assert sources.held(session, 1, "two") is None
        assert sources.claim_one(session, 2, "two", NOON, LEASE)
    with db.write() as session:
        assert sources.claim_due(session, "two", NOON + LEASE, LEASE) == 1


def test_what_a_source_does_not_tell_of_any_more(db: Database) -> None:
    """Items that were not seen since are found; those that are gone are not counted again."""
    with db.write() as session:
        session.add(KnowledgeSource(kind="site", address="a", created_at=NOON, by="t", result={}))
        session.flush()
        for key, ago, gone in (("new", 0, False), ("old", 1, False), ("gone", 2, True)):
            seen = NOON - timedelta(hours=ago)
            session.add(SourceItem(source_id=1, key=key, article_id=key, content_hash="", seen_at=seen, gone=gone))
    with db.read() as session:
        assert [row.key for row in sources.unseen(session, 1, NOON)] == ["old"]
        assert sources.in_force(session, 1) == 2
        assert list(sources.withdrawn(session, 1, 10)) == ["gone"]
        assert sources.belongs_elsewhere(session, "new", 2)
        assert not sources.belongs_elsewhere(session, "new", 1)
        assert not sources.belongs_elsewhere(session, "gone", 2)


def test_a_last_day_changes_the_version(db: Database) -> None:
    """The day after an article's last one, in-memory copies notice."""
    with db.write() as session:
        for name, day in (("a", date(2026, 3, 2)), ("b", None)):
            session.add(ArticleRow(id=name, title="T", body="B", content_hash="1", updated_at=NOON, valid_until=day))
    with db.read() as session:
        assert articles.version(session, date(2026, 3, 2)) == (2, NOON, 0, 0)
        assert articles.version(session, date(2026, 3, 3)) == (2, NOON, 1, 0)
