"""What an admin sets, in a real browser: who may send what, and the switch that stops everything."""

import re

from playwright.sync_api import expect

from tests.builders import QUESTION


def row(page, title):
    """The row of one category on the overview."""
    return page.locator(".autonomy-row", has=page.get_by_role("heading", name=title))


def test_a_manual_threshold_lets_a_category_answer(person, desk, transport):
    """Set to automatic with a threshold marked unproven, the next such ticket is answered without a person."""
    desk.configure("autonomy", {"audit_share": 1e-6})
    page = person("admin", path="/admin")
    refunds = row(page, "Refunds")
    refunds.get_by_label("Threshold").fill("0")
    refunds.get_by_label("Threshold").blur()
    expect(row(page, "Refunds")).to_contain_text("unproven")
    row(page, "Refunds").get_by_text("Automatic").click()
    expect(page.get_by_role("heading", name="Auto-sending is on for 1 category")).to_be_visible()
    ticket_id = desk.open(QUESTION)
    desk.process()
    desk.now.advance(minutes=1)
    desk.deliver()
    assert len(transport.sent) == 1, [gate for gate in desk.draft(ticket_id).gates if not gate["passed"]]
    assert transport.sent[0].auto_sent
    page.goto(page.url.replace("/admin", f"/tickets/{ticket_id}"))
    expect(page.locator(".message-outbound")).to_contain_text("AI-sent")
    assert page.faults == []


def test_the_kill_switch_stops_what_has_not_left(person, desk, transport):
    """Thrown, the switch takes waiting automatic replies back and tells every open page; it can be released again."""
    desk.automate("refund")
    ticket_id = desk.open(QUESTION)
    desk.process()
    agent, admin = person("agent"), person("admin")
    admin.goto(admin.url.rstrip("/") + "/admin")
    admin.get_by_role("button", name="Stop everything").click()
    expect(admin.get_by_role("heading", name="All auto-sending is stopped")).to_be_visible()
    expect(agent.locator("#kill-banner")).to_contain_text("All auto-sending is stopped.")
    desk.now.advance(minutes=5)
    desk.deliver()
    assert transport.sent == []
    assert desk.draft(ticket_id).state == "open"
    admin.get_by_role("button", name="Allow auto-sending").click()
    expect(agent.locator("#kill-banner")).to_be_empty()


def test_agents_do_not_see_admin(person, address):
    """An agent finds no way to the admin pages, and typing their address leads to a plain refusal."""
    page = person("agent")
    expect(page.get_by_role("link", name="Admin")).to_have_count(0)
    for path in ("", "/rules", "/promises", "/articles", "/access"):
        answer = page.goto(f"{address}/admin{path}")
        assert answer.status == 403
        expect(page.get_by_role("heading", name="Not allowed")).to_be_visible()


def test_a_wrong_rule_names_its_field(person, desk, address):
    """A rule that makes no sense is refused beside its text, with the path of the field; a right one becomes words."""
    page = person("admin")
    page.goto(f"{address}/admin/rules")
    page.get_by_label("Rules as JSON").fill('[{"name": "VIP", "when": {}, "then": {"set_priority": "top"}}]')
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("alert")).to_contain_text("rules[0].then.set_priority")
    right = '[{"name": "VIP", "when": {"segment": ["vip"]}, "then": {"raise_priority": 1}}]'
    page.get_by_label("Rules as JSON").fill(right)
    page.get_by_role("button", name="Save").click()
    expect(page.locator(".sentence")).to_contain_text("When the segment is vip, raise the priority by 1 step.")


def test_an_article_is_written_with_a_preview(person, desk, address):
    """The preview follows the text, raw HTML stays text, and the saved article can be found by agents."""
    page = person("admin")
    page.goto(f"{address}/admin/articles/new")
    page.get_by_label("Short name").fill("umbrellas")
    page.get_by_label("Title").fill("Umbrellas")
    page.get_by_label("Text").press_sequentially("Umbrellas come **in blue**. <script>alert(1)</script>")
    expect(page.locator("#preview strong")).to_have_text("in blue")
    assert page.locator("#preview script").count() == 0
    page.get_by_role("button", name="Save article").click()
    expect(page.get_by_text("Saved.")).to_be_visible()
    page.goto(f"{address}/admin/articles?q=umbr")
    expect(page.get_by_role("link", name="Umbrellas")).to_be_visible()


def test_a_key_is_shown_once(person, address):
    """A new key is shown with its creation and is gone from the next page; revoking asks first."""
    page = person("admin")
    page.goto(f"{address}/admin/access")
    page.locator("#key-name").fill("Contact form")
    page.get_by_role("button", name="Make a key").click()
    expect(page.locator(".secret code")).to_have_text(re.compile(r"^ans_[\w-]+"))
    page.reload()
    expect(page.locator(".secret")).to_have_count(0)
    page.on("dialog", lambda dialog: dialog.accept())
    page.get_by_role("button", name="Revoke").last.click()
    expect(page.get_by_role("cell", name="revoked")).to_be_visible()
