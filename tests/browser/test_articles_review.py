"""Articles that need a look, and putting a found passage into a draft, in a real browser."""

import re

import pytest
from playwright.sync_api import expect

from copilot import consistency
from tests.browser.test_accessibility import CONTRAST, FAULTS
from tests.builders import QUESTION
from tests.copilot.test_consistency import NINE, compare


@pytest.fixture
def contradicting(desk, monkeypatch):
    """Two articles that contradict each other, and one that has expired."""
    monkeypatch.setattr(consistency, "NEAR", 0.3)
    desk.article("money", "When you get your money back", f"When do I get my refund? {NINE}")
    desk.article("old", "Winter sale", "The winter sale goes on.", valid_until="2026-02-01")
    compare(desk)
    return desk


def test_a_contradiction_is_dismissed(person, contradicting):
    """The facts that differ stand marked beside each other; one press and the pair is gone."""
    page = person("admin", "/admin/articles")
    page.get_by_role("link", name="Needs a look").click()
    expect(page.locator("mark")).to_have_text(["9 working days", "5 working days"])
    expect(page.get_by_text("It expired on 1 February 2026.")).to_be_visible()
    page.get_by_role("button", name="Not a contradiction").click()
    expect(page.locator("mark")).to_have_count(0)
    assert page.faults == []


def test_a_found_passage_is_inserted_into_the_draft(person, desk):
    """The passage stands in the text as a paragraph of its own, and the draft cites it."""
    ticket_id = desk.open(QUESTION)
    desk.process()
    page = person("agent", f"/tickets/{ticket_id}")
    page.get_by_label("Search the articles").fill("tracking number parcel")
    page.get_by_role("button", name="Insert into the reply: Tracking a parcel").click()
    expect(page.locator("#draft-text")).to_have_value(re.compile("Every parcel has a tracking number"))
    expect(page.get_by_text("Inserted, with its source.")).to_be_visible()
    assert [cited["article_id"] for cited in desk.draft(ticket_id).citations] == ["refunds", "parcels"]
    assert page.faults == []


def test_a_found_passage_is_inserted_into_a_reply_of_ones_own(person, desk):
    """Without a draft it goes into the composer, and the journal remembers where the words came from."""
    ticket_id = desk.open("Zzz?")
    desk.process()
    page = person("agent", f"/tickets/{ticket_id}")
    page.get_by_label("Search the articles").fill("tracking number parcel")
    page.get_by_role("button", name="Insert into the reply: Tracking a parcel").click()
    page.locator("[data-composer]").get_by_role("button", name="Send").click()
    expect(page.get_by_text("Sending", exact=True)).to_be_visible()
    assert "reply_cites" in desk.steps(ticket_id)
    assert page.faults == []


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("path", ["/admin/articles/review", "/admin/articles/edit?id=money"])
def test_pages_are_named_and_readable(person, contradicting, path, theme):
    """Controls have names and colours contrast, and the page fits a phone."""
    page = person("admin", path, color_scheme=theme, viewport={"width": 390, "height": 844})
    assert page.evaluate(FAULTS) == []
    assert page.evaluate(CONTRAST) == []
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
