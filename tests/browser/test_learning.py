"""The road of a correction in a real browser: correct, learn, see the version, go back, go on."""

import pytest
from playwright.sync_api import expect

from tests.browser.test_accessibility import CONTRAST, FAULTS


def learn(desk):
    """Run the worker's step until nothing is left to do."""
    while desk.services.learning.step():
        pass


@pytest.fixture
def gizmos(desk):
    """Five tickets of a kind that triage does not know, and a first version."""
    learn(desk)
    for number in range(5):
        desk.open(f"My gizmo hums at night, part {number}", email=f"g{number}@example.com")
    desk.process()
    return desk


def test_a_correction_becomes_a_version_and_can_be_taken_back(person, gizmos, address):
    """An agent corrects with the keyboard alone; an admin sees the new version, goes back and lets learning go on."""
    agent = person("agent", "/tickets/1")
    for number in range(1, 6):
        agent.goto(f"{address}/tickets/{number}")
        select = agent.get_by_label("Category", exact=True)
        select.focus()
        select.press("R")
        expect(agent.locator("#toasts")).to_contain_text("learns from it")
        expect(agent.get_by_label("Category", exact=True)).to_have_value("refund")
    agent.get_by_label("Mood", exact=True).select_option("negative")
    expect(agent.get_by_text("set by hand")).to_have_count(2)
    learn(gizmos)
    admin = person("admin", "/admin/triage")
    versions = admin.locator("#versions")
    expect(versions).to_contain_text("learned from agents")
    expect(admin.locator(".curve canvas")).not_to_have_count(0)
    versions.get_by_role("button", name="Go back to version 1").click()
    expect(admin.get_by_text("An earlier version is held.")).to_be_visible()
    assert gizmos.services.learning.step() == 1
    assert gizmos.services.models.serving.labels_up_to == 0
    admin.get_by_role("button", name="Let learning go on").click()
    expect(admin.get_by_text("An earlier version is held.")).to_have_count(0)
    assert agent.faults == admin.faults == []


def test_a_category_is_made_mended_and_deleted(person, gizmos, address):
    """What is wrong stands beside the field; what is right is saved and learned."""
    page = person("admin", "/admin/categories")
    page.get_by_role("link", name="New category").click()
    page.get_by_label("Short name").fill("gizmo")
    page.get_by_label("Examples, one a line").fill("Where is my parcel?")
    page.get_by_role("button", name="Save category").click()
    expect(page.locator("#examples-error")).to_contain_text("is also in the category 'shipping'")
    page.get_by_label("Examples, one a line").fill("My gizmo hums\nThe gizmo is loud")
    page.get_by_role("button", name="Save category").click()
    expect(page.get_by_role("status").first).to_contain_text("Saved.")
    page.on("dialog", lambda dialog: dialog.accept())
    page.get_by_role("button", name="Delete").click()
    page.wait_for_url(f"{address}/admin/categories")
    expect(page.locator("#category-list")).not_to_contain_text("gizmo")
    assert [fault for fault in page.faults if "422" not in fault] == []


PAGES = [
    "/admin/triage",
    "/admin/categories",
    "/admin/categories/edit?name=refund",
    "/admin/categories/new",
    "/tickets/1",
]


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("path", PAGES)
def test_pages_are_named_and_readable(person, gizmos, path, theme):
    """No nameless control, doubled id, inline code, weak contrast or fault in the console, in light and dark."""
    page = person("admin", path, color_scheme=theme)
    page.evaluate("document.querySelectorAll('details:not(.menu)').forEach((node) => { node.open = true; })")
    # the plotting library places its own canvases by script, which the content security policy allows
    page.evaluate("document.querySelectorAll('.uplot, .plot-tip').forEach((node) => node.remove())")
    assert page.evaluate(FAULTS) == []
    assert page.evaluate(CONTRAST) == []
    assert page.faults == []


@pytest.mark.parametrize("width", [360, 768, 1440])
@pytest.mark.parametrize("path", PAGES[:3])
def test_no_page_scrolls_sideways(person, gizmos, width, path):
    """At every width the page fits."""
    page = person("admin", path, viewport={"width": width, "height": 844})
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
