"""Reports, the public promise and applying new promises, in a real browser."""

import copy
import json

import pytest
from playwright.sync_api import expect

from tests.browser.test_accessibility import CONTRAST, FAULTS
from tests.builders import POLICIES


@pytest.fixture
def history(desk):
    """One promise kept, one broken, one running."""
    for number in range(3):
        desk.open("Where is my tent?", email=f"p{number}@example.com")
    desk.process()
    desk.write(1, "In the post.", "outbound")
    desk.now.advance(hours=2)
    desk.open("Where is my stove?", email="new@example.com")
    desk.process()
    return desk


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("path", ["/admin/reports", "/promise", "/promise?lang=de", "/tickets/2"])
def test_pages_are_named_and_readable(person, history, address, theme, path):
    """No nameless control, doubled id, inline code, weak contrast or fault in the console, in light and dark."""
    page = person("admin", path, color_scheme=theme)
    if path == "/admin/reports":
        expect(page.locator("#advice-policy")).to_be_visible()
    page.evaluate("document.querySelectorAll('details:not(.menu)').forEach((node) => { node.open = true; })")
    # the plotting library places its own canvases by script, which the content security policy allows
    page.evaluate("document.querySelectorAll('.uplot, .plot-tip').forEach((node) => node.remove())")
    assert page.evaluate(FAULTS) == []
    assert page.evaluate(CONTRAST) == []
    assert page.faults == []


@pytest.mark.parametrize("width", [360, 768, 1024, 1440])
@pytest.mark.parametrize("path", ["/admin/reports", "/promise?lang=fr", "/admin/promises"])
def test_no_page_scrolls_sideways(person, history, width, path):
    """At every width the page fits."""
    page = person("admin", path, viewport={"width": width, "height": 844})
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_plots_are_drawn_and_tell_their_figures(person, history):
    """Each plot is a canvas with its name; pointing at it says the figures of the day."""
    page = person("admin", "/admin/reports")
    expect(page.locator(".plot canvas")).to_have_count(3)
    page.locator(".plot .u-over").nth(1).hover()
    expect(page.locator(".plot-tip").nth(1)).to_contain_text("%")
    assert page.faults == []


def test_a_proposal_is_tried_on_the_page(person, history):
    """The advisor answers beside the form, and refuses nonsense there."""
    page = person("admin", "/admin/reports")
    page.get_by_label("within").fill("30m")
    page.get_by_role("button", name="Try it").click()
    expect(page.locator(".advice-outlook li")).to_have_count(4)
    page.get_by_label("within").fill("soon")
    page.get_by_role("button", name="Try it").click()
    expect(page.locator("#advice-error")).to_contain_text("soon")


def test_new_promises_are_looked_at_and_applied(person, history):
    """Saving shows what applying would do; after the question the open tickets are moved."""
    page = person("admin", "/admin/promises")
    document = copy.deepcopy(POLICIES)
    document["policies"][0]["targets"]["resolution"]["normal"] = {"promise": "1h"}
    page.locator("#document-text").fill(json.dumps(document))
    page.get_by_role("button", name="Save").click()
    card = page.locator("#application")
    expect(card).to_contain_text("4 open tickets still run under an earlier version")
    expect(card).to_contain_text("breaks at once")
    asked = []
    page.on("dialog", lambda dialog: (asked.append(dialog.message), dialog.accept()))
    page.get_by_role("button", name="Apply to open tickets").click()
    expect(card).to_contain_text("0 of 4 looked at")
    history.services.applications.go_on()
    expect(card).to_contain_text("4 open tickets moved to version 2")
    assert "cannot be taken back" in asked[0]
    page.reload()
    expect(page.locator("#application")).to_have_count(0)
    assert page.faults == []


def test_the_promise_prints_on_paper(person, history, address):
    """In print the languages and the jumps are left out and nothing is dark."""
    page = person("admin", "/promise", color_scheme="dark")
    page.emulate_media(media="print")
    expect(page.locator(".pledge-languages")).to_be_hidden()
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    assert page.evaluate("getComputedStyle(document.documentElement).colorScheme") == "light"
