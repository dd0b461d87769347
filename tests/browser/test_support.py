"""Support in a real browser: each sentence with its source, live while an agent writes, by keyboard and on a phone."""

import pytest
from playwright.sync_api import expect

from tests.builders import REFUND_FACT


@pytest.fixture
def path(desk):
    """The page of a ticket about a refund, with its draft."""
    ticket_id = desk.open(subject="My refund")
    desk.process()
    return f"/tickets/{ticket_id}"


def test_support_follows_the_text(person, path):
    """All stands in a source; a changed number is marked with its reason at once, and putting it back clears it."""
    page = person(path=path)
    support = page.locator("#draft-support")
    expect(support.locator("summary")).to_contain_text("in a source")
    text = page.locator("#draft-text")
    drafted = text.input_value()
    text.fill(drafted.replace("5 working days", "9 working days"))
    expect(support.locator(".said-none")).to_contain_text("“9 working days” is not in the source sentence")
    expect(support.locator("summary")).to_contain_text("1 sentence without a source")
    text.fill(drafted)
    expect(support.locator(".said-none")).to_have_count(0)
    assert page.faults == []


def test_a_sentence_opens_its_source_by_keyboard(person, path):
    """The list opens with the keyboard, focus shows the source's words, and Enter opens the article there."""
    page = person(path=path)
    page.locator("#draft-support summary").focus()
    page.keyboard.press("Enter")
    sentence = page.locator("#draft-support button.said-text", has_text=REFUND_FACT[:20])
    sentence.focus()
    expect(page.locator(".said:focus-within .said-source")).to_be_visible()
    page.keyboard.press("Enter")
    expect(page.locator("#drawer")).to_contain_text(REFUND_FACT)


def test_support_fits_a_phone(person, path):
    """On a phone nothing of the list reaches over the edge."""
    page = person(path=path, viewport={"width": 390, "height": 844}, is_mobile=True, has_touch=True)
    page.evaluate("document.body.dataset.view = 'draft'")
    page.locator("#draft-text").fill("We waive the fee of everything. " * 3)
    expect(page.locator("#draft-support .said-none").first).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
