"""Gaps in a real browser: one press from what customers ask to an article in the editor."""

import pytest
from playwright.sync_api import expect

from tests.browser.test_accessibility import CONTRAST, FAULTS
from tests.copilot.test_gaps import REPLY, WRAP, ask, find_all


@pytest.fixture
def asked(desk, monkeypatch):
    """A gap with replies, and weeks between its questions."""
    monkeypatch.setattr("copilot.gaps.JOIN", 0.3)
    for days in (40, 20, 0):
        ask(desk, *WRAP, reply=REPLY)
        desk.now.advance(days=days)
    find_all(desk)
    return desk


def test_an_article_is_started_from_a_gap(person, asked):
    """The gap's questions and replies unfold, and one press opens the draft in the editor."""
    page = person("admin", "/admin/gaps")
    page.get_by_text("What agents answered").click()
    expect(page.locator(".gap-reply").first).to_contain_text("up to twelve letters")
    page.get_by_role("button", name="Start an article").click()
    expect(page.get_by_label("Status", exact=True)).to_have_value("draft")
    expect(page.locator("#preview")).to_contain_text("up to twelve letters")
    assert page.faults == []


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_the_page_is_named_and_readable(person, asked, theme):
    """Controls have names and colours contrast, and the page fits a phone."""
    page = person("admin", "/admin/gaps", color_scheme=theme, viewport={"width": 390, "height": 844})
    assert page.evaluate(FAULTS) == []
    assert page.evaluate(CONTRAST) == []
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
