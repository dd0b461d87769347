"""Spam and merging from the ticket's menu, with the keyboard."""

from playwright.sync_api import expect


def test_merging_and_spam_with_the_keyboard(person, desk):
    """The menu opens by key; the number typed merges and opens the other ticket; spam asks first."""
    source, target = desk.open(subject="My refund"), desk.open(subject="My parcel")
    desk.process()
    page = person(path=f"/tickets/{source}")
    page.get_by_label("More actions for this ticket").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="Mark as spam")).to_be_visible()
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    page.keyboard.type(str(target))
    page.keyboard.press("Enter")
    expect(page.locator("#ticket-title")).to_have_text("My parcel")
    expect(page.locator("#messages")).to_contain_text(f"Ticket {source} was merged into this one.")
    page.on("dialog", lambda dialog: dialog.accept())
    page.get_by_label("More actions for this ticket").focus()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.locator("#toasts")).to_contain_text("closed as spam")
    assert [desk.ticket(ticket_id).status for ticket_id in (source, target)] == ["closed", "closed"]
    assert page.faults == []
