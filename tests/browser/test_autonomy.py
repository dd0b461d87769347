"""The page about earned autonomy in a browser: honest when empty, drawn when there is evidence, tried before saved."""

import pytest
from playwright.sync_api import expect

from tests.journeys.test_earned_autonomy import arrive, judge, reckon, settings


@pytest.fixture
def reviewed(desk):
    """Twenty-four drafts in shadow, two of them not accepted."""
    settings(desk, "shadow")
    ids = arrive(desk, 24)
    judge(desk, ids[2:])
    judge(desk, ids[:2], accepted=False)
    reckon(desk)
    desk.now.advance(days=1)
    return desk


def test_without_reviews_the_page_says_so(person):
    """Nothing is proven and nothing is drawn; the page tells how evidence begins."""
    page = person("admin", path="/admin/autonomy")
    expect(page.get_by_text("No reviews yet")).to_be_visible()
    expect(page.get_by_text("no draft of yesterday reached a threshold")).to_be_visible()
    assert page.faults == []


def test_settings_are_tried_before_they_are_saved(person, reviewed):
    """With the keyboard alone: type a larger budget, see what it would have done, save it; the plot stands there."""
    page = person("admin", path="/admin/autonomy?category=refund")
    expect(page.locator("[data-earned] canvas").first).to_be_visible()
    expect(page.locator(".earned-words")).to_contain_text("24 reviewed drafts count")
    budget = page.get_by_label("Wrong answers accepted, %")
    budget.fill("30")
    page.get_by_role("button", name="See what it would have done").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_text("24 of 24 drafts would have left alone")).to_be_visible()
    expect(budget).to_have_value("30")
    page.get_by_role("button", name="Save").first.focus()
    page.keyboard.press("Enter")
    expect(page.get_by_text("Refunds: saved.")).to_be_visible()
    reckon(reviewed)
    page.reload()
    expect(page.locator(".earned-words")).to_contain_text("Earned: could send from")
    assert page.faults == []


def test_nonsense_is_refused_beside_what_was_typed(person, reviewed):
    """A budget above one hundred percent is named, and stays in its field."""
    page = person("admin", path="/admin/autonomy?category=refund")
    page.get_by_label("Wrong answers accepted, %").fill("300")
    page.get_by_role("button", name="Save").first.click()
    expect(page.get_by_role("alert")).to_contain_text("error_budget")
    expect(page.get_by_label("Wrong answers accepted, %")).to_have_value("300")


def test_it_fits_a_phone(person, reviewed):
    """At 390 pixels nothing is wider than the screen."""
    page = person("admin", path="/admin/autonomy?category=refund", viewport={"width": 390, "height": 844})
    expect(page.locator("[data-earned] canvas").first).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    assert page.faults == []
