"""Articles follow their source: added, changed, withdrawn, gone on with, never too many withdrawn at once."""

import json
import os
import signal
import zipfile
from datetime import timedelta

import pytest

from copilot import importing
from copilot.cli.tools import ended_by_term
from copilot.errors import Conflict, Invalid, NotFound
from copilot.knowledge_base import new_article, save_article, withdraw_article
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

    incomplete = ""

    def __init__(self, count, dies_at=None, refused=()):
        self.count, self.dies_at, self.refused, self.told = count, dies_at, refused, []

    def doubt(self, key, place):
        return ""

    def items(self, known, done, total):
        total(self.count)
        for number in range(self.count):
            key = f"a{number}"
            if key in done:
                continue
            if number == self.dies_at:
                raise KeyboardInterrupt
            self.told.append(key)
            if number in self.refused:
                yield Item(key, "refused", problem="broken")
            else:
                yield Item(key, "article", Article(key, f"T {number}", "Body of it."))


def test_a_run_that_died_is_gone_on_with(services, now):
    """After a kill, the next process reads on behind the last whole batch, once the claim has run out."""
    first, second = Told(25, dies_at=15), Told(25)
    dying = Sources(services.db, now, "one", lambda _: first)
    dying._release = lambda _: None  # as after SIGKILL, nobody lets go
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


def test_an_interrupted_run_lets_go(services, now):
    """After Ctrl-C, or a fault in the middle, the next run goes on at once."""
    sources = Sources(services.db, now, "one", lambda _: Told(25, dies_at=15))
    with services.db.write() as session:
        source = sources.add(session, "files", "/nowhere", "test")
    with pytest.raises(KeyboardInterrupt):
        sources.sync(source.id, silent)
    rest = Told(25)
    result = Sources(services.db, now, "two", lambda _: rest).sync(source.id, silent)
    assert (result["added"], rest.told[0]) == (25, f"a{BATCH}")


def test_sigterm_ends_a_run_like_ctrl_c(services, now):
    """The command line lets go of a source when it is told to end."""

    class Ended(Told):
        def items(self, known, done, total):
            os.kill(os.getpid(), signal.SIGTERM)
            yield from super().items(known, done, total)

    sources = Sources(services.db, now, "one", lambda _: Ended(3))
    with services.db.write() as session:
        source = sources.add(session, "files", "/nowhere", "test")
    before = signal.getsignal(signal.SIGTERM)
    with pytest.raises(SystemExit), ended_by_term():
        sources.sync(source.id, silent)
    assert signal.getsignal(signal.SIGTERM) == before
    assert Sources(services.db, now, "two", lambda _: Told(3)).sync(source.id, silent)["added"] == 3


def test_what_was_refused_counts_once(services, now):
    """A run that goes on is told of broken things again, and counts and lists them once."""
    sources = Sources(services.db, now, "one", lambda _: Told(25, dies_at=15, refused=(1, 2)))
    with services.db.write() as session:
        source = sources.add(session, "files", "/nowhere", "test")
    with pytest.raises(KeyboardInterrupt):
        sources.sync(source.id, silent)
    sources.opened = lambda _: Told(25, refused=(1, 2))
    result = sources.sync(source.id, silent)
    assert (result["read"], result["added"], result["refused"], len(result["reasons"])) == (25, 23, 2, 2)
    with services.db.read() as session:
        row = store.find(session, source.id)
    assert (row.done, row.total) == (25, 25)


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
    """A deleted file's article is withdrawn; only that of a file which cannot be read stays for that."""
    for number in range(5):
        (tmp_path / f"{number}.md").write_text(f"# Title {number}\n\nBody.")
    with services.db.write() as session:
        source = services.sources.add(session, "files", str(tmp_path), "test")
    assert counts(services.sources.sync(source.id, silent)) == {"added": 5}
    now.advance(hours=1)
    (tmp_path / "0.md").unlink()
    (tmp_path / "1.md").write_bytes(b"\x00")
    result = services.sources.sync(source.id, silent)
    assert counts(result) == {"same": 3, "withdrawn": 1, "refused": 1}
    assert result["unsure"] == [{"why": f"{tmp_path / '1.md'} could not be read", "articles": 1}]
    now.advance(hours=1)
    (tmp_path / "1.md").write_text("# Title 1\n\nBody.")
    assert counts(services.sources.sync(source.id, silent)) == {"same": 4}


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


def eight_pages(site):
    """Eight pages, listed."""
    for number in range(8):
        site.page(f"/{number}", f"Page {number}", "Some words stand here.")
    site.sitemap(*(f"/{number}" for number in range(8)))


def status(services, site, *paths):
    """The statuses of these pages' articles."""
    return [stored(services, site, path).status for path in paths]


def test_what_was_internal_or_a_draft_comes_back_as_it_was(services, site, sync, now):
    """A page that is missing for one run does not become public by coming back."""
    eight_pages(site)
    sync()
    for path, changes in (("/0", {"visibility": "internal"}), ("/1", {"status": "draft"})):
        row = stored(services, site, path)
        edit = new_article(row.id, row.title, row.body, **{"owner": "Kim", **changes})
        with services.db.write() as session:
            save_article(session, edit, services.now(), "Kim")
    now.advance(hours=1)
    site.sitemap(*(f"/{number}" for number in range(2, 8)))
    assert sync()["withdrawn"] == 2
    now.advance(hours=1)
    eight_pages(site)
    assert counts(sync()) == {"changed": 2, "same": 6}
    rows = [stored(services, site, path) for path in ("/0", "/1")]
    assert [(row.visibility, row.status, row.owner) for row in rows] == [
        ("internal", "published", "Kim"),
        ("public", "draft", "Kim"),
    ]


def test_a_page_withdrawn_by_a_person_is_not_brought_back(services, site, sync):
    """The source goes on telling of it; it stays out of use, and new words make it a draft."""
    eight_pages(site)
    sync()
    with services.db.write() as session:
        withdraw_article(session, stored(services, site, "/0").id, services.now(), "Kim")
    assert counts(sync()) == {"same": 8}
    assert status(services, site, "/0") == ["withdrawn"]
    site.page("/0", "Page 0", "Other words stand here.")
    assert counts(sync()) == {"same": 7, "changed": 1}
    assert status(services, site, "/0") == ["draft"]


def test_another_spelling_is_the_same_page(services, site, sync, now):
    """When addresses are spelled in another way, or in two, nothing is withdrawn, and edits here stay."""
    eight_pages(site)
    sync()
    row = stored(services, site, "/0")
    with services.db.write() as session:
        save_article(session, new_article(row.id, row.title, "Better words."), services.now(), "Kim")
    now.advance(hours=1)
    for number in range(8):
        site.pages[f"/{number}/"] = site.pages.pop(f"/{number}")
    site.sitemap(*(f"/{number}/" for number in range(8)))
    assert counts(sync()) == {"same": 8}
    assert stored(services, site, "/0").body == "Better words."
    now.advance(hours=1)
    eight_pages(site)
    site.sitemap(*(f"/{number}{slash}" for number in range(8) for slash in ("", "/")))
    assert counts(sync()) == {"same": 8}
    site.pages["/0"] = (503, {}, b"")
    now.advance(hours=1)
    assert counts(sync()) == {"same": 7, "refused": 1}
    assert status(services, site, *(f"/{number}" for number in range(8))) == ["published"] * 8


def test_two_items_of_one_article(services, site, sync, now):
    """Where an older version kept both spellings, one of them that is gone withdraws nothing."""
    eight_pages(site)
    sync()
    with services.db.write() as session:
        item = store.items(session, 1)[0]
        session.add(type(item)(**{**item.model_dump(exclude={"id"}), "key": f"{item.key}/"}))
    now.advance(hours=1)
    assert counts(sync()) == {"same": 8}
    assert status(services, site, "/0") == ["published"]
    now.advance(hours=1)
    site.sitemap(*(f"/{number}" for number in range(1, 8)))
    assert counts(sync()) == {"same": 7, "withdrawn": 1}


def test_a_list_that_is_not_complete(services, site, sync, now):
    """Pages that are not listed stay, those that answer that they are gone are withdrawn, and it is said why."""
    eight_pages(site)
    sync()
    now.advance(hours=1)
    del site.pages["/0"], site.pages["/1"]
    site.pages["/2"] = (500, {}, b"")
    index = "".join(f"<loc>{site.address}/{name}.xml</loc>" for name in ("lost", "found"))
    site.pages["/sitemap.xml"] = f"<sitemapindex>{index}".encode()
    site.sitemap("/0", *(f"/{number}" for number in range(3, 7)), at="/found.xml")
    result = sync()
    assert counts(result) == {"same": 5, "withdrawn": 2, "refused": 2}
    assert "lost.xml: the sitemap answers 404" in result["incomplete"]
    assert result["unsure"] == [{"why": "answers 500", "articles": 1}]
    assert status(services, site, "/0", "/1", "/2", "/7") == ["withdrawn", "withdrawn", "published", "published"]


def test_too_many_pages_that_are_gone(services, site, sync, now):
    """A site that answers that most of its pages are gone is not believed either."""
    eight_pages(site)
    sync()
    now.advance(hours=1)
    for number in range(5):
        site.pages[f"/{number}"] = (410, {}, b"")
    result = sync()
    assert (result["withdrawn"], len(result["held"])) == (0, 5)
    with services.db.write() as session:
        assert services.sources.confirm_withdrawal(session, 1, "An Admin") == 5


def test_one_broken_row_does_not_keep_the_others(services, tmp_path, now):
    """A row without an id might be any of its file; those of other files are withdrawn, and so is what is archived."""
    rows = [json.dumps({"id": f"row{n}", "title": "T", "body": "Words"}) for n in range(3)]
    (tmp_path / "rows").mkdir()
    pages = [{"id": n, "title": "T", "content": "Words"} for n in range(3)]
    (tmp_path / "a.zip").write_bytes(b"")

    def write(rows, pages, names):
        with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
            archive.writestr("rows.jsonl", "\n".join(rows))
            archive.writestr("pages.json", json.dumps({"payload": pages}))
            for name in names:
                archive.writestr(name, "# Title\n\nBody.")

    write(rows, pages, [f"{number}.md" for number in range(6)])
    with services.db.write() as session:
        source = services.sources.add(session, "files", str(tmp_path / "a.zip"), "test")
    assert counts(services.sources.sync(source.id, silent)) == {"added": 12}
    now.advance(hours=1)
    write(["{", rows[1]], [{**pages[0], "status": "archived"}, *pages[1:]], [f"{number}.md" for number in range(1, 6)])
    result = services.sources.sync(source.id, silent)
    assert counts(result) == {"same": 8, "withdrawn": 2, "refused": 1}
    assert result["unsure"] == [{"why": f"{tmp_path / 'a.zip' / 'rows.jsonl'} could not be read", "articles": 2}]
    now.advance(hours=1)
    write([json.dumps({"id": "row2", "title": "T"}), rows[1]], pages, [f"{number}.md" for number in range(6)])
    assert counts(services.sources.sync(source.id, silent)) == {"same": 8, "changed": 2, "withdrawn": 1, "refused": 1}


def test_files_that_were_imported_before(services, tmp_path, now):
    """A folder that was imported by hand and is a source from now on does not undo an edit made in between."""
    (tmp_path / "a.md").write_text("# A\n\nWords.")
    importing.import_articles(services, [tmp_path], silent)
    with services.db.write() as session:
        save_article(session, new_article("a", "A", "Better words.", visibility="internal"), services.now(), "Kim")
        source = services.sources.add(session, "files", str(tmp_path), "test")
    for _ in range(2):
        now.advance(minutes=1)
        assert counts(services.sources.sync(source.id, silent)) == {"same": 1}
    with services.db.read() as session:
        row = articles.get(session, "a")
    assert (row.body, row.visibility) == ("Better words.", "internal")


def test_how_a_file_was_read_is_told(services, tmp_path):
    """A file that is not UTF-8 is read, with a note."""
    (tmp_path / "a.csv").write_bytes("id,title,body\na,T,Größe\n".encode("cp1252"))
    with services.db.write() as session:
        source = services.sources.add(session, "files", str(tmp_path / "a.csv"), "test")
    result = services.sources.sync(source.id, silent)
    assert counts(result) == {"added": 1}
    assert [note["what"] for note in result["notes"]] == [str(tmp_path / "a.csv")]
    assert "Windows-1252" in result["notes"][0]["why"]
