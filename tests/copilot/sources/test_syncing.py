"""Articles follow their source: added, changed, withdrawn, gone on with, never too many withdrawn at once."""

import json
from datetime import timedelta

import pytest

from copilot.errors import Conflict, Invalid, NotFound
from copilot.knowledge_base import new_article, save_article
from copilot.sources.reading import Item
from copilot.sources.syncing import BATCH, LEASE, Interrupted, Sources
from copilot.store import articles
from copilot.store import sources as store
from knowledge.articles import Article


def silent(done, total):
    """No progress bar."""


@pytest.fixture
def sync(services, site, now):
    """Reads the site once, a minute after the last time, and returns the counts."""

    def run(**more):
        now.advance(minutes=1)
        with services.db.write() as session:
            source = services.sources.add(session, "site", site.address, "test", allow_private=True, **more)
        return services.sources.sync(source.id, silent)

    return run


def counts(result):
    """What became of how many, without zeros."""
    names = ("added", "changed", "same", "withdrawn", "refused")
    return {name: result[name] for name in names if result[name]}


def stored(services, site, path):
    """The article of a page."""
    with services.db.read() as session:
        return articles.get(session, site.address.removeprefix("http://") + path)


def test_a_site_is_imported_and_again_costs_nothing(services, site, sync):
    """Pages become articles of their own words; unchanged ones are asked for by their mark and not sent again."""
    site.page("/refunds", "Refunds", "A refund takes 5 days.", etag='"1"')
    site.page("/boots", "Boots", "Wax the leather well.")
    site.sitemap("/refunds", "/boots")
    assert counts(sync()) == {"added": 2}
    row = stored(services, site, "/refunds")
    assert (row.title, row.body, row.language) == ("Refunds", "# Refunds\n\nA refund takes 5 days.", "en")
    assert counts(sync()) == {"same": 2}
    assert site.asked[-2][1]["if-none-match"] == '"1"'
    site.page("/refunds", "Refunds", "A refund takes 3 days.", etag='"2"')
    assert counts(sync()) == {"changed": 1, "same": 1}
    with services.db.read() as session:
        history = articles.revisions(session, row.id, 10)
    assert [("3 days" in r.body, r.by, r.origin) for r in history] == [
        (True, "source", f"{site.address}/refunds"),
        (False, "source", f"{site.address}/refunds"),
    ]


def test_broken_pages_do_not_stop_the_others(services, site, sync):
    """Each refused page has its reason; a page that fails for now stays as it was."""
    site.page("/fine", "Fine", "All is well here.")
    site.page("/empty", "E", "")
    site.pages["/error"] = (500, {"content-type": "text/html"}, b"")
    site.pages["/picture"] = (200, {"content-type": "image/png"}, b"\x89PNG")
    site.pages["/deep"] = (200, {"content-type": "text/html"}, b"<div>" * 5000)
    site.pages["/away"] = (302, {"location": "http://169.254.169.254/"}, b"")
    site.pages["/latin"] = (
        200,
        {"content-type": "text/html; charset=iso-8859-1"},
        "<p>Größe über alles".encode("latin-1"),
    )
    site.pages["/huge"] = (200, {"content-type": "text/html"}, b"x" * 5_000_001)
    site.pages["/long"] = (200, {"content-type": "text/html"}, b"<p>" + b"word " * 300_000)
    site.pages["/robots.txt"] = b"User-agent: *\nDisallow: /closed"
    paths = ("/fine", "/empty", "/error", "/picture", "/deep", "/away", "/latin", "/huge", "/long", "/closed")
    site.sitemap(*paths)
    result = sync()
    assert counts(result) == {"added": 2, "refused": 8}
    reasons = {row["what"].removeprefix(site.address): row["why"] for row in result["reasons"]}
    assert set(reasons) == set(paths) - {"/fine", "/latin"}
    assert "holds no text" in reasons["/empty"]
    assert "another host" in reasons["/away"]
    assert "robots.txt" in reasons["/closed"]
    assert "/closed" not in site.paths()
    assert stored(services, site, "/latin").body == "Größe über alles"
    site.pages["/fine"] = (503, {}, b"")
    assert sync()["withdrawn"] == 0
    assert stored(services, site, "/fine").status == "published"


def test_what_is_deleted_there_is_withdrawn_here(services, site, sync, now):
    """A page that is gone or not listed any more is withdrawn with its history, and comes back with its page."""
    for number in range(8):
        site.page(f"/{number}", f"Page {number}", "Some words stand here.")
    site.sitemap(*(f"/{number}" for number in range(8)))
    sync()
    now.advance(hours=1)
    del site.pages["/0"]
    site.sitemap(*(f"/{number}" for number in range(7)))
    assert sync()["withdrawn"] == 2
    assert [stored(services, site, path).status for path in ("/0", "/7", "/1")] == [
        "withdrawn",
        "withdrawn",
        "published",
    ]
    with services.db.read() as session:
        assert articles.revisions(session, stored(services, site, "/0").id, 10)[0].status == "withdrawn"
    now.advance(hours=1)
    site.page("/0", "Page 0", "Some words stand here.")
    assert counts(sync()) == {"changed": 1, "same": 6}
    assert stored(services, site, "/0").status == "published"


def test_too_much_at_once_needs_an_admins_word(services, site, sync, now):
    """A sitemap that lost most of its pages withdraws nothing by itself; the word withdraws just those."""
    for number in range(10):
        site.page(f"/{number}", f"Page {number}", "Some words stand here.")
    site.sitemap(*(f"/{number}" for number in range(10)))
    sync()
    now.advance(hours=1)
    site.sitemap("/0", "/1")
    result = sync()
    assert (result["withdrawn"], len(result["held"])) == (0, 8)
    assert stored(services, site, "/9").status == "published"
    with services.db.write() as session:
        assert services.sources.confirm_withdrawal(session, 1, "An Admin") == 8
    assert stored(services, site, "/9").status == "withdrawn"
    assert stored(services, site, "/1").status == "published"
    with services.db.write() as session:
        assert services.sources.confirm_withdrawal(session, 1, "An Admin") == 0


def test_an_edit_here_stays_until_the_source_changes(services, site, sync):
    """What people write and set here is not undone by the same words again."""
    site.page("/a", "A", "The words from there.")
    site.sitemap("/a")
    sync()
    id = stored(services, site, "/a").id
    edit = new_article(id, "A", "Better words.", visibility="internal", category="refund", owner="Kim")
    with services.db.write() as session:
        save_article(session, edit, services.now(), "Kim")
    assert counts(sync()) == {"same": 1}
    assert stored(services, site, "/a").body == "Better words."
    site.page("/a", "A", "New words from there.")
    sync()
    row = stored(services, site, "/a")
    assert ("New words" in row.body, row.visibility, row.category, row.owner) == (True, "internal", "refund", "Kim")


class Told:
    """A source that tells what it is given, and dies where it is told to."""

    complete = True

    def __init__(self, count, dies_at=None):
        self.count, self.dies_at, self.told = count, dies_at, []

    def items(self, known, done, total):
        total(self.count)
        for number in range(self.count):
            key = f"a{number}"
            if key in done:
                continue
            if number == self.dies_at:
                raise KeyboardInterrupt
            self.told.append(key)
            yield Item(key, "article", Article(key, f"T {number}", "Body of it."))


def test_a_run_that_died_is_gone_on_with(services, now):
    """After a kill, the next process reads on behind the last whole batch, once the claim has run out."""
    first, second = Told(25, dies_at=15), Told(25)
    dying = Sources(services.db, now, "one", lambda _: first)
    with services.db.write() as session:
        source = dying.add(session, "files", "/nowhere", "test", every_hours=24)
    with pytest.raises(KeyboardInterrupt):
        dying.step()
    other = Sources(services.db, now, "two", lambda _: second)
    assert other.step() == 0
    with pytest.raises(Conflict):
        other.sync(source.id, silent)
    now.advance(seconds=LEASE.total_seconds() + 1)
    assert other.step() == 1
    assert second.told == [f"a{number}" for number in range(BATCH, 25)]
    with services.db.read() as session:
        row = store.find(session, source.id)
        assert (articles.count(session), row.result["added"], row.done, row.total) == (25, 25, 25, 25)
    assert other.step() == 0
    now.advance(hours=25)
    assert other.step() == 1


def test_a_process_that_lost_its_claim_writes_nothing_more(services, now):
    """Whoever was taken for dead stops at the next batch."""

    class Slow(Told):
        def __init__(self):
            super().__init__(15)

        def items(self, known, done, total):
            for item in super().items(known, done, total):
                if item.key == "a12":
                    with services.db.write() as session:
                        store.find(session, 1).claimed_by = "two"
                yield item

    sources = Sources(services.db, now, "one", lambda _: Slow())
    with services.db.write() as session:
        sources.add(session, "files", "/nowhere", "test", every_hours=24)
    with pytest.raises(Interrupted):
        sources.step()
    with services.db.read() as session:
        assert articles.count(session) == BATCH


def test_a_failure_is_told_and_tried_again_later_and_later(services, site, now):
    """No answer: the reason is kept, articles stay, and pauses grow."""
    with services.db.write() as session:
        source = services.sources.add(session, "site", site.address, "test", 24, allow_private=True)
    pauses = []
    for _ in range(3):
        assert services.sources.step() == 1
        with services.db.read() as session:
            row = store.find(session, source.id)
        assert "the sitemap answers 404" in row.result["error"]
        pauses.append(row.work_after - now())
        assert services.sources.step() == 0
        now.advance(seconds=pauses[-1].total_seconds())
    assert pauses == [timedelta(minutes=minutes) for minutes in (5, 10, 20)]


def test_stopping_lets_go_of_the_source(services, now):
    """A process that ends keeps what it read and leaves the rest to the next one at once."""
    sources = Sources(services.db, now, "one", lambda _: Told(25))
    with services.db.write() as session:
        sources.add(session, "files", "/nowhere", "test", every_hours=24)
    sources.stop()
    with pytest.raises(Interrupted):
        sources.step()
    other = Sources(services.db, now, "two", lambda _: Told(25))
    assert other.step() == 1
    with services.db.read() as session:
        assert articles.count(session) == 25


def test_files_follow_their_folder(services, tmp_path, now):
    """A deleted file's article is withdrawn, but not in a run in which some file could not be read."""
    for number in range(5):
        (tmp_path / f"{number}.md").write_text(f"# Title {number}\n\nBody.")
    with services.db.write() as session:
        source = services.sources.add(session, "files", str(tmp_path), "test")
    assert counts(services.sources.sync(source.id, silent)) == {"added": 5}
    now.advance(hours=1)
    (tmp_path / "0.md").unlink()
    (tmp_path / "1.md").write_bytes(b"\x00")
    assert counts(services.sources.sync(source.id, silent)) == {"same": 3, "refused": 1}
    now.advance(hours=1)
    (tmp_path / "1.md").write_text("# Title 1\n\nBody.")
    assert counts(services.sources.sync(source.id, silent)) == {"same": 4, "withdrawn": 1}


def test_two_sources_do_not_fight_over_an_article(services, tmp_path):
    """The second one that tells of the same id is refused."""
    for name in ("a", "b"):
        (tmp_path / f"{name}.jsonl").write_text(json.dumps({"id": "x", "title": "T", "body": name}))
    results = []
    for name in ("a", "b"):
        with services.db.write() as session:
            source = services.sources.add(session, "files", str(tmp_path / f"{name}.jsonl"), "test")
        results.append(services.sources.sync(source.id, silent))
    assert [counts(result) for result in results] == [{"added": 1}, {"refused": 1}]


@pytest.mark.parametrize(
    ("kind", "address", "hours"),
    [
        ("site", "", None),
        ("site", "ftp://a.example", None),
        ("site", "http://u:p@a.example", None),
        ("feed", "https://a.example", None),
        ("site", "https://a.example", 0),
        ("site", "https://a.example", 99999),
        ("site", "http://[", None),
    ],
)
def test_sources_that_make_no_sense(services, kind, address, hours):
    """They are refused by the field."""
    with pytest.raises(Invalid), services.db.write() as session:
        services.sources.add(session, kind, address, "test", hours)
    with pytest.raises(NotFound):
        services.sources.sync(7, silent)


def test_a_private_site_is_refused_without_a_word_for_it(services, site):
    """Loopback is not read unless it was allowed for this source."""
    with services.db.write() as session:
        source = services.sources.add(session, "site", site.address, "test")
    assert "private network" in services.sources.sync(source.id, silent)["error"]
    assert site.asked == []
