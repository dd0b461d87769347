"""Wording a draft another way, with the keyboard and in a real browser."""

import json
import re

import pytest
from playwright.sync_api import expect

from copilot.errors import Unavailable
from copilot.fakes import ScriptedModel
from tests.builders import REFUND_FACT, make_services

FREE = json.dumps({"reply": f"Sorry for the wait. {REFUND_FACT}", "citations": [1], "answers_question": True})


def refund(question):
    return [number for number, _, text in question.sentences if text.startswith("A refund reaches")]


@pytest.fixture
def services(tmp_path, now):
    """The service with a model that first chooses, then words, then fails."""
    built = make_services(tmp_path / "data", now, llm=ScriptedModel(refund, FREE, Unavailable("scripted is down.")))
    yield built
    built.close()


def test_a_draft_is_worded_anew_and_gone_back_from(person, desk):
    """`w`, own words, Enter: the wording stands in the field with its doubts; `[` goes back."""
    desk.open(subject="My refund")
    desk.process()
    page = person()
    page.keyboard.press("n")
    page.locator("#draft-text").wait_for()
    page.keyboard.press("w")
    expect(page.locator("#reword-panel")).to_be_visible()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(page.locator("[data-version='2'][aria-current]")).to_be_visible()
    assert "Sorry for the wait." in page.locator("#draft-text").input_value()
    expect(page.get_by_text("Worded by scripted. It goes out only when you send it")).to_be_visible()
    page.evaluate("document.activeElement.blur()")
    page.keyboard.press("[")
    expect(page.locator("[data-version='1'][aria-current]")).to_be_visible()
    assert "Sorry for the wait." not in page.locator("#draft-text").input_value()
    assert page.faults == []


def own_words(page):
    """Ask for the model's own words by keyboard and mouse."""
    page.evaluate("document.activeElement.blur()")
    page.keyboard.press("w")
    page.locator("#reword-panel [value=free]").check()
    page.locator("#reword-panel [type=submit]").click()
    page.locator("#reword-panel").wait_for(state="hidden")


def test_a_failure_leaves_what_stood_there(person, desk):
    """When the model fails the reason is said, the field has its former text and can be edited again."""
    desk.open(subject="My refund")
    desk.process()
    page = person()
    page.keyboard.press("n")
    before = page.locator("#draft-text").input_value()
    own_words(page)
    expect(page.locator("[data-version='2'][aria-current]")).to_be_visible()
    own_words(page)
    expect(page.locator(".toast").filter(has_text="scripted is down")).to_be_visible()
    expect(page.locator("#draft-text")).to_be_editable()
    expect(page.locator("#draft-text")).to_have_value(re.compile(r"Sorry for the wait\."))
    assert page.locator("#draft-text").input_value() != before
