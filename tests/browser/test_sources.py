"""Sources and revisions in a real browser."""

import pytest
from playwright.sync_api import expect

from copilot.knowledge_base import new_article, save_article
from tests.browser.test_accessibility import CONTRAST, FAULTS
from tests.copilot.sources.website import website


@pytest.fixture
def filled(desk, now):
    """A source with something held back and something refused, and an article with two revisions."""
    with website() as site:
        for name in "abcdef":
            site.page(f"/{name}", name, "Some words of this page.")
        site.pages["/broken"] = (500, {}, b"")
        site.sitemap("/a", "/b", "/c", "/d", "/e", "/f", "/broken")
        with desk.services.db.write() as session:
            desk.services.sources.add(session, "site", site.address, "test", 24, allow_private=True)
        desk.services.sources.step()
        now.advance(hours=25)
        site.sitemap("/a", "/broken")
        desk.services.sources.step()
    for text in ("A refund takes 5 days.\n\nIt goes to your card.", "A refund takes 3 days.\n\nIt goes to your card."):
        with desk.services.db.write() as session:
            article = new_article("refunds", "Refund times", text, visibility="internal", owner="Kim")
            save_article(session, article, now(), "Sam", "the editor")
    return desk


def test_a_source_is_added_and_what_was_held_is_withdrawn(person, filled):
    """An admin adds a website, sees its progress and its end by itself, and says the word on another."""
    page = person("admin", "/admin/sources")
    page.get_by_label("Address").fill("http://127.0.0.1:9/help/")
    page.get_by_role("button", name="Add and read").click()
    expect(page.get_by_text("Waiting for the worker.")).to_be_visible()
    filled.services.sources.step()
    expect(page.get_by_text("is in a private network")).to_be_visible()
    expect(page.get_by_text("5 articles no longer at the source.")).to_be_visible()
    page.get_by_role("button", name="Withdraw them").click()
    expect(page.get_by_text("no longer at the source.")).to_have_count(0)
    assert page.faults == []


def test_a_revision_is_restored(person, filled):
    """The history shows what changed; an earlier text comes back."""
    page = person("admin", "/admin/articles/edit?id=refunds")
    page.get_by_role("link", name="History").click()
    expect(page.locator(".diff del")).to_contain_text("5 days")
    page.get_by_role("region", name="Revisions").get_by_role("link").nth(1).click()
    page.get_by_role("button", name="Restore this text").click()
    expect(page.locator(".diff ins")).to_contain_text("5 days")
    assert page.faults == []


PAGES = ["/admin/sources", "/admin/articles/history?id=refunds", "/admin/articles/edit?id=refunds"]


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("path", PAGES)
def test_pages_are_named_and_readable(person, filled, path, theme):
    """Controls have names and colours contrast, and the page fits a phone."""
    page = person("admin", path, color_scheme=theme, viewport={"width": 390, "height": 844})
    assert page.evaluate(FAULTS) == []
    assert page.evaluate(CONTRAST) == []
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
