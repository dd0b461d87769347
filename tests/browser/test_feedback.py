"""In a real browser: rejecting from the short list, seeing what an edit changes, pulling back an automatic reply."""

import re

import pytest
from playwright.sync_api import expect

from copilot.store import drafts
from tests.builders import REFUND_FACT

PHONE = {"viewport": {"width": 390, "height": 844}, "is_mobile": True, "has_touch": True}


@pytest.fixture
def ticket_id(desk):
    """A ticket about a refund, with its draft."""
    ticket_id = desk.open(subject="My refund")
    desk.process()
    return ticket_id


def test_rejecting_by_keyboard(person, desk, ticket_id):
    """`r` opens the list, a digit chooses, Ctrl+Enter rejects with that reason."""
    page = person(path=f"/tickets/{ticket_id}")
    page.locator("body").press("r")
    expect(page.locator("#reject-panel")).to_be_visible()
    page.keyboard.press("5")
    expect(page.get_by_label("It needs a person")).to_be_checked()
    page.keyboard.press("Control+Enter")
    expect(page.locator(".toast")).to_contain_text("Draft rejected")
    (verdict,) = desk.do(lambda s: drafts.verdicts(s, desk.draft(ticket_id).id))
    assert (verdict.kind, verdict.reason_code) == ("rejected", "needs_person")
    assert page.faults == []


def test_a_changed_fact_is_told_before_sending(person, desk, ticket_id):
    """Typing another number says so with both, the words can be seen, and typing it back takes the word back."""
    page = person(path=f"/tickets/{ticket_id}")
    draft = desk.draft(ticket_id).body
    page.locator("#draft-text").fill(draft.replace("within 5", "within 9"))
    expect(page.locator("#draft-changes")).to_contain_text("You changed facts")
    expect(page.locator("#draft-changes")).to_contain_text("5 working days → 9 working days")
    page.get_by_text("Show what you changed").click()
    expect(page.locator("#draft-changes del")).to_have_text(re.compile("5"))
    expect(page.locator("#draft-changes ins")).to_have_text(re.compile("9"))
    page.locator("#draft-text").fill(draft)
    expect(page.locator("#draft-changes")).to_be_empty()
    assert page.faults == []


def test_undo_counts_down_beside_the_draft(person, desk, transport):
    """An automatic reply shows when it leaves; `z` pulls it back, and the draft opens with the reason."""
    desk.automate("refund", hold_seconds=600)
    ticket_id = desk.open(subject="My refund")
    desk.process()
    page = person(path=f"/tickets/{ticket_id}")
    expect(page.locator(".leaving time")).to_have_text(re.compile(r"\d+:\d\d|\d+ min|moment"))
    page.locator("body").press("z")
    expect(page.locator("#draft-text")).to_have_value(re.compile(re.escape(REFUND_FACT)))
    expect(page.locator("#draft")).to_contain_text("Taken back by Agent Person.")
    desk.now.advance(seconds=601)
    desk.deliver()
    assert transport.sent == []
    assert page.faults == []


def test_the_report_fits_a_phone(person, desk, ticket_id):
    """Nothing of the report or of the checks is wider than a phone."""
    from copilot import approval

    text = desk.draft(ticket_id).body.replace("within 5", "within 9")
    desk.do(lambda s: approval.approve(s, desk.draft(ticket_id).id, "Ann", desk.now(), text))
    page = person("admin", "/admin/feedback", **PHONE)
    for path in ("/admin/feedback", "/admin/checks"):
        page.goto(f"{page.url.partition('/admin')[0]}{path}")
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert page.faults == []
