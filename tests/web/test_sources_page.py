"""The page of sources: websites only, never private ones, with progress, reasons and an admin's word."""

import pytest

from copilot.store import articles
from copilot.store import sources as store
from tests.copilot.sources.website import website

PAGE = "/admin/sources"


def test_a_website_is_added_and_read(signed_in, desk):
    """It waits for the worker; afterwards its result or its error is shown, and it can be read again."""
    client = signed_in("admin")
    assert "No sources yet" in client.get(PAGE).text
    answer = client.post(PAGE, data={"address": "http://127.0.0.1:9/", "every": "24"}, follow_redirects=False)
    assert answer.status_code == 303
    assert "Waiting for the worker" in client.get(PAGE).text
    assert 'hx-trigger="every 2s"' in client.get(f"{PAGE}/list").text
    assert desk.services.sources.step() == 1
    shown = client.get(f"{PAGE}/list").text
    assert "is in a private network" in shown
    assert "every 2s" not in shown
    assert client.post(f"{PAGE}/1/run", follow_redirects=False).status_code == 303
    assert desk.services.sources.step() == 1
    assert client.post(f"{PAGE}/9/run").status_code == 404


@pytest.mark.parametrize(
    "form",
    [
        {"address": "", "every": ""},
        {"address": "file:///etc/passwd", "every": "24"},
        {"address": "https://a.example", "every": "5"},
        {"address": "<script>", "every": "24"},
    ],
)
def test_what_cannot_be_added(signed_in, form):
    """It is refused with what was typed, and nothing is stored; files are not for this page."""
    client = signed_in("admin")
    answer = client.post(PAGE, data=form)
    assert answer.status_code == 422
    assert "<script>alert" not in answer.text
    assert "No sources yet" in answer.text


def test_solved_tickets_are_learned_from(signed_in, desk):
    """One press makes them a source, read by the worker; the offer is gone then."""
    client = signed_in("admin")
    assert "Learn from solved tickets" in client.get(PAGE).text
    assert client.post(f"{PAGE}/answers", data={"every": "5"}).status_code == 422
    assert client.post(f"{PAGE}/answers", data={"every": "168"}, follow_redirects=False).status_code == 303
    assert desk.services.sources.step() == 1
    shown = client.get(PAGE).text
    assert "Answers that people gave · Every week" in shown
    assert "Learn from solved tickets" not in shown


def test_much_at_once_waits_for_a_word(signed_in, desk, now):
    """What a run held back is listed, and the button withdraws it."""
    client = signed_in("admin")
    with website() as site:
        for name in "abcd":
            site.page(f"/{name}", name, "Some words of this page.")
        site.sitemap("/a", "/b", "/c", "/d")
        with desk.services.db.write() as session:
            source = desk.services.sources.add(session, "site", site.address, "test", 24, allow_private=True)
        desk.services.sources.step()
        now.advance(hours=7)
        site.sitemap("/a")
        client.post(f"{PAGE}/{source.id}/run")
        assert desk.services.sources.step() == 1
        shown = client.get(PAGE).text
        assert "3 articles no longer at the source" in shown
        assert f"{site.address}/d" in shown
        client.post(f"{PAGE}/{source.id}/withdrawal")
    shown = client.get(PAGE).text
    assert "no longer at the source" not in shown
    assert "Withdrawn because deleted there" in shown
    with desk.services.db.read() as session:
        assert store.in_force(session, source.id) == 1
        assert articles.get(session, f"{site.address.removeprefix('http://')}/d").status == "withdrawn"


def test_it_is_said_when_deletions_were_not_looked_for(signed_in, desk, now):
    """Why, and how many articles could not be looked at; nothing of that once all could be read."""
    client = signed_in("admin")
    with website() as site:
        for name in "abcd":
            site.page(f"/{name}", name, "Some words of this page.")
        site.sitemap("/a", "/b", "/c", "/d", at="/one.xml")
        site.pages["/sitemap.xml"] = f"<sitemapindex><loc>{site.address}/one.xml</loc>".encode()
        with desk.services.db.write() as session:
            source = desk.services.sources.add(session, "site", site.address, "test", None, allow_private=True)
        desk.services.sources.sync(source.id, lambda *_: None)
        assert "could not be looked at" not in client.get(PAGE).text
        assert "Deletions were not looked for" not in client.get(PAGE).text
        now.advance(hours=1)
        site.pages["/sitemap.xml"] += f"<loc>{site.address}/two.xml</loc>".encode()
        site.pages["/a"] = (500, {}, b"")
        desk.services.sources.sync(source.id, lambda *_: None)
    shown = " ".join(client.get(PAGE).text.split())
    assert "<strong>Deletions were not looked for</strong>" in shown
    assert "two.xml: the sitemap answers 404" in shown
    assert "1 article could not be looked at and stays as it is: answers 500." in shown


@pytest.mark.parametrize(("fate", "status"), [("keep", "published"), ("withdraw", "withdrawn")])
def test_a_source_is_removed(signed_in, desk, fate, status):
    """The page asks what becomes of the articles, refuses to guess, and does as it is told."""
    client = signed_in("admin")
    with website() as site:
        site.page("/a", "a", "Some words of this page.")
        site.sitemap("/a")
        with desk.services.db.write() as session:
            source = desk.services.sources.add(session, "site", site.address, "test", None, allow_private=True)
        desk.services.sources.sync(source.id, lambda *_: None)
    assert "What becomes of its 1 article?" in client.get(PAGE).text
    refused = client.post(f"{PAGE}/{source.id}/removal", data={})
    assert (refused.status_code, "Choose what becomes of the articles." in refused.text) == (422, True)
    client.post(f"{PAGE}/{source.id}/removal", data={"articles": fate})
    assert "No sources yet" in client.get(PAGE).text
    with desk.services.db.read() as session:
        assert articles.get(session, f"{site.address.removeprefix('http://')}/a").status == status
