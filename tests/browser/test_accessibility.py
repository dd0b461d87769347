"""Pages that everybody can use: landmarks, names, contrast, focus that can be seen."""

from pathlib import Path

import pytest
from playwright.sync_api import expect

FOLDER = Path(__file__).parent
FAULTS = (FOLDER / "faults.js").read_text(encoding="utf-8")
CONTRAST = (FOLDER / "contrast.js").read_text(encoding="utf-8")
PAGES = ("/", "/tickets/1", "/admin", "/admin/rules", "/admin/promises", "/admin/notices", "/admin/articles",
         "/admin/articles/new", "/admin/access", "/no-such-page")  # fmt: skip


@pytest.fixture
def page(person, desk):
    """An admin's page, with two tickets to look at, one of them answered and one unsettled."""
    desk.open(subject="My refund", segment="vip")
    desk.process()
    desk.write(1, "Seen", "note", author="A Colleague")
    return person("admin")


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_every_page_is_named_and_readable(page, address, theme):
    """No page has a nameless control, a doubled id, inline code or text below 4.5 : 1, in light and dark."""
    page.emulate_media(color_scheme=theme)
    for path in PAGES:
        page.goto(f"{address}{path}")
        page.evaluate("document.querySelectorAll('details:not(.menu)').forEach((node) => { node.open = true; })")
        assert page.evaluate(FAULTS) == [], path
        assert page.evaluate(CONTRAST) == [], path


@pytest.mark.parametrize("width", [390, 768, 1024, 1440])
def test_no_page_scrolls_sideways(page, address, width):
    """At every width the page fits."""
    page.set_viewport_size({"width": width, "height": 844})
    for path in PAGES:
        page.goto(f"{address}{path}")
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), path


def test_the_first_tab_offers_to_skip(page, address):
    """The first stop of the Tab key jumps over the navigation, and its focus can be seen."""
    page.goto(address)
    page.keyboard.press("Tab")
    skip = page.get_by_role("link", name="Skip to content")
    expect(skip).to_be_focused()
    assert page.evaluate("getComputedStyle(document.activeElement).outlineStyle") == "solid"
    page.keyboard.press("Enter")
    expect(page.locator("#content")).to_be_focused()
