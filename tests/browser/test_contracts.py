"""Closing days and organisations in a real browser, by keyboard: upload, tick, save; set, look, apply."""

import copy

import pytest
from playwright.sync_api import expect

from copilot.organisations import NewOrganisation
from copilot.store import configuration
from tests.browser.test_accessibility import CONTRAST, FAULTS
from tests.builders import POLICIES, timer
from tests.copilot.test_contracts import HOURS
from tests.web.test_closing_days import FILE


@pytest.fixture
def shop(desk):
    """A desk with Paris hours, a promise for the segment "premium", and an open ticket of somebody at Acme."""
    document = copy.deepcopy(POLICIES)
    document["calendars"]["shop"] = {"timezone": "Europe/Paris", "hours": HOURS, "holidays": ["2026-12-25"]}
    document["policies"][0]["calendar"] = "shop"
    premium = copy.deepcopy(document["policies"][0]) | {"name": "Premium", "when": {"segment": ["premium"]}}
    premium["targets"]["first_response"]["normal"] = {"promise": "10m"}
    document["policies"].insert(0, premium)
    desk.configure("policies", document)
    desk.open("How do I pitch it?", "Pitching", organisation=NewOrganisation("Acme"))
    desk.process()
    return desk


def is_sound(page):
    """Whether the page is named, readable and no wider than the window."""
    fits = page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    return fits and page.evaluate(FAULTS) == [] and page.evaluate(CONTRAST) == []


def upload(page):
    """Open the import, choose the file and look at what it holds, all without a pointer."""
    page.get_by_text("Import closing days into shop").focus()
    page.keyboard.press("Enter")
    file = {"name": "days.ics", "mimeType": "text/calendar", "buffer": FILE.encode()}
    page.get_by_label("iCalendar file").set_input_files(file)
    page.get_by_role("button", name="Show closing days").press("Enter")
    expect(page.get_by_role("heading", name="5 closing days in 2026–2028: 4 new")).to_be_focused()


def test_upload_untick_save(person, shop):
    """The found days are ticked, an unticked one is left out, and saving makes a version that says so."""
    page = person("admin", path="/admin/promises")
    upload(page)
    expect(page.get_by_role("checkbox", name="25 Dec 2026")).to_be_disabled()
    page.get_by_role("checkbox", name="Labour day").press("Space")
    page.get_by_text("remarks on what was left out").press("Enter")
    expect(page.get_by_text("not a whole day")).to_be_visible()
    page.get_by_role("button", name="Save ticked days").press("Enter")
    expect(page.locator(".notice", has_text="3 closing days added to “shop”")).to_be_focused()
    with shop.services.db.read() as session:
        found = configuration.newest(session, "policies")
    assert found.version == 3
    assert found.content["calendars"]["shop"]["holidays"] == ["2026-07-14", "2026-12-25", "2027-12-25", "2028-12-25"]
    assert page.faults == []


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("width", [390, 1440])
def test_found_days_are_readable_everywhere(person, shop, theme, width):
    """What was found has names, contrast and room, in light and dark, on a phone and on a desk."""
    page = person("admin", path="/admin/promises", viewport={"width": width, "height": 844}, color_scheme=theme)
    upload(page)
    page.evaluate("document.querySelectorAll('.found-days details').forEach((node) => { node.open = true; })")
    assert is_sound(page)


def test_a_contract_is_set_and_applied(person, shop):
    """Found by typing, changed, the effect seen before it is applied."""
    page = person("admin", path="/admin/organisations")
    page.get_by_label("Filter organisations").press_sequentially("acm")
    page.get_by_role("link", name="Acme").first.press("Enter")
    page.get_by_label("Segment", exact=True).fill("premium")
    page.keyboard.press("Enter")
    expect(page.locator(".notice")).to_contain_text("Saved.")
    expect(page.get_by_role("heading", name="1 open ticket was promised something else")).to_be_visible()
    assert timer(shop.ticket(1), "first_response")["target_seconds"] == 3600
    page.on("dialog", lambda dialog: dialog.accept())
    page.get_by_role("button", name="Apply to open tickets").press("Enter")
    expect(page.locator("#effect", has_text="Done. 1 open ticket changed")).to_be_focused()
    assert timer(shop.ticket(1), "first_response")["target_seconds"] == 600
    assert page.faults == []


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("width", [390, 1440])
def test_pages_are_readable_everywhere(person, shop, address, theme, width):
    """Lists and editors have names, contrast and room, in light and dark, on a phone and on a desk."""
    page = person("admin", viewport={"width": width, "height": 844}, color_scheme=theme)
    for path in ("organisations", "organisations/new", "organisations/1", "customers/1"):
        page.goto(f"{address}/admin/{path}")
        assert is_sound(page), path
