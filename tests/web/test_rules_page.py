"""The admin page of the rules."""

import json

URGENT = {"name": "refunds", "when": {"words": ["refund"]}, "then": {"set_priority": "urgent", "assign_team": "money"}}


def test_the_page_shows_what_would_change(desk, signed_in):
    """An admin sees the tickets, before and after, and the text as it was typed; an agent may not look."""
    for body in ("When do I get my refund?", "Where is my parcel?"):
        desk.open(body)
    desk.process()
    client = signed_in("admin")
    html = client.post("/admin/rules/preview", data={"text": json.dumps([URGENT])}).text
    assert "1 ticket of the newest 2 would have fared otherwise" in html
    assert "1 from normal to urgent" in html
    assert "&#34;refunds&#34;" in html
    broken = client.post("/admin/rules/preview", data={"text": "[{"})
    assert broken.status_code == 422
    assert signed_in("agent").post("/admin/rules/preview", data={"text": "[]"}).status_code == 403
