"""A source is removed: its articles stay or are withdrawn, as the admin chose."""

import pytest

from copilot.errors import Conflict, NotFound
from copilot.sources.syncing import LEASE
from copilot.store import articles, journal
from copilot.store import sources as store


@pytest.fixture
def source(services, tmp_path):
    """A folder of two articles that has been read."""
    folder = tmp_path / "help"
    folder.mkdir()
    for name in ("a", "b"):
        (folder / f"{name}.md").write_text(f"# {name}\n\nSome words.")
    with services.db.write() as session:
        found = services.sources.add(session, "files", str(folder), "test", 24)
    services.sources.sync(found.id, lambda *_: None)
    return found


@pytest.mark.parametrize(("withdraw", "left"), [(False, 2), (True, 0)])
def test_articles_stay_or_go(services, source, withdraw, left):
    """The source and what it said are gone; the history of its articles is kept either way."""
    with services.db.write() as session:
        assert services.sources.remove(session, source.id, "Robin", withdraw=withdraw) == 2
    with services.db.read() as session:
        assert articles.count(session) == left
        assert store.page(session) == []
        assert store.items(session, source.id) == []
        entry = next(e for e in journal.after(session, 0) if e.kind == "source_removed")
        assert (entry.data["by"], entry.data["articles"], entry.data["withdrawn"]) == ("Robin", 2, withdraw)
        with pytest.raises(NotFound):
            store.find(session, source.id)
    assert services.sources.step() == 0


def test_not_while_it_is_read(services, source, now):
    """A source that a process holds cannot be removed; once the claim has run out it can."""
    with services.db.write() as session:
        assert store.claim_one(session, source.id, "another", now(), LEASE)
    with services.db.write() as session, pytest.raises(Conflict, match="being read"):
        services.sources.remove(session, source.id, "Robin", withdraw=True)
    now.advance(LEASE)
    with services.db.write() as session:
        services.sources.remove(session, source.id, "Robin", withdraw=False)


def test_what_another_source_tells_of_too_stays(services, source, tmp_path):
    """Withdrawing spares articles that have been edited into nothing already or belong elsewhere."""
    with services.db.write() as session:
        item = store.items(session, source.id)[0]
        elsewhere = services.sources.add(session, "files", str(tmp_path), "test")
        session.add(type(item)(**{**item.model_dump(exclude={"id"}), "source_id": elsewhere.id}))
    with services.db.write() as session:
        services.sources.remove(session, source.id, "Robin", withdraw=True)
    with services.db.read() as session:
        assert articles.count(session) == 1
