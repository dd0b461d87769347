"""What an agent does all day, with the keyboard and in a real browser."""

import re
from datetime import timedelta

import pytest
from playwright.sync_api import expect

from copilot import accounts
from tests.builders import REFUND_FACT

PHONE = {"viewport": {"width": 390, "height": 844}, "is_mobile": True, "has_touch": True}


@pytest.fixture
def ticket_id(desk):
    """A ticket about a refund, with its draft."""
    ticket_id = desk.open(subject="My refund")
    desk.process()
    return ticket_id


def test_signing_in_leads_to_where_one_was_going(chromium, address, desk, ticket_id):
    """Whoever follows a link to a ticket signs in with the keyboard and lands on that ticket; signing out ends it."""
    desk.do(lambda s: accounts.create_user(s, "sam@example.com", "Sam", "agent", "correct horse battery", desk.now()))
    page = chromium.new_page()
    page.goto(f"{address}/sign-in?next=/tickets/{ticket_id}")
    page.keyboard.type("sam@example.com")
    page.keyboard.press("Tab")
    page.keyboard.type("correct horse battery")
    page.keyboard.press("Enter")
    expect(page.locator("#ticket-title")).to_have_text("My refund")
    expect(page.locator(".row")).to_contain_text("My refund")
    page.get_by_label("Your account").click()
    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()
    page.goto(f"{address}/tickets/{ticket_id}")
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()
    page.close()


def test_a_wrong_password_is_said_and_lets_nobody_in(chromium, address):
    """The page says that one of the two is wrong, keeps the address typed, and stays where it is."""
    page = chromium.new_page()
    page.goto(address)
    page.get_by_label("E-mail").fill("nobody@example.com")
    page.get_by_label("Password").fill("a wrong password")
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert")).to_contain_text("E-mail or password is wrong.")
    expect(page.get_by_label("E-mail")).to_have_value("nobody@example.com")
    page.close()


def test_the_queue_follows_what_arrives(person, desk, ticket_id):
    """A ticket that arrives while the page is open appears by itself, in its ranked place."""
    page = person()
    expect(page.locator(".row")).to_have_count(1)
    waiting_since = desk.now() - timedelta(minutes=20)
    first = desk.open(subject="Waits longer", email="other@example.com", received_at=waiting_since)
    desk.process()
    expect(page.locator(".row")).to_have_count(2)
    order = page.locator(".row").evaluate_all("rows => rows.map((row) => Number(row.dataset.ticket))")
    assert order == [first, ticket_id]
    assert page.faults == []


def test_approving_by_keyboard_sends_the_draft(person, desk, transport, ticket_id):
    """`n` opens the most pressing ticket, `a` sends its draft, and the page says so with an undo."""
    page = person()
    page.keyboard.press("n")
    expect(page.locator("#draft-text")).to_have_value(re.compile(re.escape(REFUND_FACT)))
    page.keyboard.press("a")
    expect(page.locator(".toast")).to_contain_text("Undo")
    expect(page.get_by_text("Everyone is answered")).to_be_visible()
    desk.now.advance(seconds=10)
    desk.deliver()
    assert [reply.body for reply in transport.sent] == [desk.draft(ticket_id).body]
    assert page.faults == []


def test_undo_brings_the_draft_back(person, desk, transport, ticket_id):
    """Within the undo window the reply is taken back: nothing is sent, and the draft stands open again."""
    page = person()
    page.keyboard.press("n")
    page.locator("#draft-text").wait_for()
    page.keyboard.press("a")
    page.locator("[data-undo]").click()
    expect(page.locator("#draft-text")).to_be_visible()
    desk.now.advance(minutes=1)
    desk.deliver()
    assert transport.sent == []
    assert desk.draft(ticket_id).state == "open"


def test_an_edited_draft_is_sent_as_edited(person, desk, transport, ticket_id):
    """`e` puts the cursor into the draft, Ctrl+Enter sends what stands there."""
    page = person()
    page.keyboard.press("n")
    page.locator("#draft-text").wait_for()
    page.keyboard.press("e")
    page.keyboard.type("\nP.S. Have a good day.")
    page.keyboard.press("Control+Enter")
    expect(page.locator(".toast")).to_contain_text("Sending")
    desk.now.advance(seconds=10)
    desk.deliver()
    assert transport.sent[0].body.endswith("P.S. Have a good day.")


def test_typed_text_survives_live_updates(person, desk, ticket_id):
    """A note by a colleague refreshes the open ticket and leaves the half-written reply and the focus alone."""
    page = person()
    page.keyboard.press("n")
    page.locator("#draft-text").fill("My own words")
    page.locator("#composer-text").focus()
    page.keyboard.type("half a sent")
    desk.write(ticket_id, "Seen by a colleague", "note", author="A Colleague")
    expect(page.locator(".message-note")).to_contain_text("Seen by a colleague")
    page.keyboard.type("ence")
    expect(page.locator("#composer-text")).to_have_value("half a sentence")
    expect(page.locator("#draft-text")).to_have_value("My own words")
    expect(page.locator("#composer-text")).to_be_focused()


def test_a_newer_message_keeps_the_text_and_says_so(person, desk, ticket_id):
    """When the draft is rewritten under an agent's hands, their text stays and the new draft is offered."""
    page = person()
    page.keyboard.press("n")
    page.locator("#draft-text").fill("My own words")
    desk.write(ticket_id, "When do I get my refund? Order 9.")
    desk.process()
    expect(page.locator("[data-draft-changed]")).to_be_visible()
    expect(page.locator("#draft-text")).to_have_value("My own words")
    page.get_by_role("button", name="Use the new draft").click()
    expect(page.locator("#draft-text")).to_have_value(re.compile(re.escape(REFUND_FACT)))


def test_rejecting_asks_for_a_reason(person, desk, ticket_id):
    """`r`, a number and Enter reject the draft with that reason."""
    page = person()
    page.keyboard.press("n")
    page.locator("#draft-text").wait_for()
    page.keyboard.press("r")
    expect(page.locator("#reject-panel")).to_be_visible()
    page.keyboard.press("2")
    page.keyboard.press("Enter")
    expect(page.locator("#draft")).to_contain_text("The draft was rejected")
    assert desk.draft(ticket_id).state == "rejected"


def test_a_source_opens_its_article(person, ticket_id):
    """`1` opens the first source, the cited passage marked; Escape closes it and the focus returns."""
    page = person()
    page.keyboard.press("n")
    page.locator("[data-source='1']").wait_for()
    page.keyboard.press("1")
    drawer = page.get_by_role("dialog", name="Refund times")
    expect(drawer).to_be_visible()
    expect(drawer.locator(".cited")).to_contain_text(REFUND_FACT)
    page.keyboard.press("Escape")
    expect(drawer).to_be_hidden()


def test_the_checks_unfold_with_their_reasons(person, ticket_id):
    """The summary counts what holds the draft; unfolded, every check stands there with its reason."""
    page = person()
    page.keyboard.press("n")
    summary = page.locator(".gates summary")
    expect(summary).to_contain_text(re.compile(r"Held: \d+ of \d+ checks"))
    summary.click()
    expect(page.locator(".gate-held").first).to_be_visible()


def test_search_finds_articles_and_tickets(person, desk, ticket_id):
    """`/` filters the queue as one types, `f` searches the articles."""
    desk.open("Where is my parcel?", "Parcel", email="other@example.com")
    desk.process()
    page = person()
    page.keyboard.press("/")
    page.keyboard.type("refund")
    expect(page.locator(".row")).to_have_count(1)
    page.locator(".row").click()
    page.locator("#find-text").wait_for()
    page.keyboard.press("f")
    page.keyboard.type("tracking number parcel")
    expect(page.locator(".hit").first).to_contain_text("Tracking a parcel")
    page.locator("#find-visibility").select_option("internal")
    expect(page.locator(".hit")).to_have_count(0)
    page.locator("#find-visibility").focus()
    page.locator("#find-visibility").select_option("public")
    expect(page.locator(".hit").first).to_contain_text("Tracking a parcel")
    expect(page.locator("#find-visibility")).to_be_focused()


def test_what_a_customer_writes_stays_text(person, desk):
    """Markup in a subject, a name or a body is shown as typed; nothing of it becomes an element."""
    attack = "<img src=x onerror=alert(1)><script>alert(2)</script>"
    ticket_id = desk.open(f"When do I get my refund? {attack}", f"Refund {attack}", name=f"Kim {attack[:28]}")
    desk.process()
    page = person()
    alerts = []
    page.on("dialog", lambda dialog: (alerts.append(dialog.message), dialog.dismiss()))
    page.keyboard.press("n")
    expect(page.locator("#ticket-title")).to_contain_text("<script>alert(2)</script>")
    expect(page.locator(".message-body").first).to_contain_text("<img src=x onerror=alert(1)>")
    assert page.locator("main img, main script").count() == 0
    assert alerts == []
    assert page.faults == []
    assert desk.ticket(ticket_id).subject.endswith("</script>")


def test_a_phone_shows_one_view_at_a_time(person, ticket_id):
    """On a phone the queue leads to the conversation, the conversation to the draft, and back again."""
    page = person(**PHONE)
    page.locator(".row").tap()
    expect(page.locator(".messages")).to_be_visible()
    expect(page.locator(".queue")).to_be_hidden()
    page.get_by_role("button", name=re.compile("Draft ready")).tap()
    expect(page.locator("#draft-text")).to_be_visible()
    expect(page.locator(".messages")).to_be_hidden()
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    page.get_by_role("button", name="Back to the conversation").tap()
    page.get_by_role("link", name="Back to the queue").tap()
    expect(page.locator(".queue")).to_be_visible()


def test_the_theme_is_remembered(person, ticket_id):
    """The toggle goes from the system's theme to light to dark, and a new page is dark from its first paint."""
    page = person()
    toggle = page.get_by_role("button", name=re.compile("Colour theme"))
    toggle.click()
    toggle.click()
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    page.reload()
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    assert page.evaluate("getComputedStyle(document.documentElement).colorScheme") == "dark"


def test_shortcuts_can_be_shown_and_switched_off(person, desk, ticket_id):
    """`?` lists the shortcuts; switched off, a single letter does nothing any more."""
    page = person()
    page.keyboard.press("?")
    dialog = page.get_by_role("dialog", name="Keyboard shortcuts")
    expect(dialog).to_be_visible()
    dialog.get_by_role("checkbox").uncheck()
    page.keyboard.press("Escape")
    page.locator(".row").click()
    page.locator("#draft-text").wait_for()
    page.locator("#ticket-title").focus()
    page.keyboard.press("a")
    page.wait_for_timeout(300)
    assert desk.draft(ticket_id).state == "open"
