"""The page of the queue's order in a browser: by keyboard, with its plots, before and after saving."""

import pytest
from playwright.sync_api import expect

from tests.browser.test_accessibility import CONTRAST, FAULTS
from tests.copilot.test_queue import fill


def test_a_share_is_chosen_by_keyboard(person, desk):
    """Arrow keys choose a share, the preview shows both orders, saving puts it in force and redraws the plots."""
    fill(desk, 300, late=0.8, paused=0)
    page = person("admin", "/admin/ranking")
    expect(page.locator(".uplot")).to_have_count(2)
    page.get_by_role("radio", name="2 %").first.focus()
    page.get_by_role("radio", checked=True).focus()
    for _ in range(2):
        page.keyboard.press("ArrowDown")
    expect(page.get_by_role("radio", checked=True)).to_have_value("0.2")
    page.get_by_role("button", name="See what it changes").press("Enter")
    expect(page.get_by_role("heading", name="With 20 %")).to_be_visible()
    expect(page.get_by_role("row")).to_have_count(1 + 20)
    page.get_by_role("button", name="Save").press("Enter")
    expect(page.get_by_role("heading", name="at least 20 %")).to_be_visible()
    expect(page.locator(".uplot")).to_have_count(2)
    assert page.faults == []


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("width", [390, 1440])
def test_the_page_is_named_and_readable(person, desk, theme, width):
    """With a preview, narrow and wide: nothing nameless, weak or sideways."""
    fill(desk, 100, late=0.8, paused=0)
    page = person("admin", "/admin/ranking", color_scheme=theme, viewport={"width": width, "height": 844})
    page.get_by_role("button", name="See what it changes").click()
    expect(page.locator("#preview-title")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    page.evaluate("document.querySelectorAll('details:not(.menu)').forEach((node) => { node.open = true; })")
    # the plotting library places its own canvases by script, which the content security policy allows
    page.evaluate("document.querySelectorAll('.uplot, .plot-tip').forEach((node) => node.remove())")
    assert page.evaluate(FAULTS) == []
    assert page.evaluate(CONTRAST) == []
    assert page.faults == []
