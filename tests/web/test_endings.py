"""Spam and merging over HTTP and in the workspace: what is refused, and what an agent sees."""

import pytest

from tests.builders import row_counts


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "into"),
        ({"into": "1"}, "into"),
        ({"into": None}, "into"),
        ({"into": 0}, "into"),
        ({"into": -1}, "into"),
        ({"into": 2**31}, "into"),
        ({"into": 10**400}, None),
        ({"into": 1.5}, "into"),
        ({"into": True}, "into"),
        ({"into": 1}, "into"),
        ({"into": 77}, "into"),
        ({"into": 2, "other_customer": "yes"}, "other_customer"),
        ({"into": 2}, "other_customer"),
        ({"into": 2, "extra": 1}, "extra"),
        ([], None),
    ],
)
def test_merging_bad_input(client, desk, body, field):
    """What makes no sense is a 4xx problem that names the field, and changes nothing."""
    desk.open()
    desk.open(email="lee@example.com")
    headers = desk.bearer("agent")
    before = row_counts(desk.services.db)
    answer = client.post("/api/v1/tickets/1/merge", json=body, headers=headers)
    assert 400 <= answer.status_code < 500, answer.text
    assert answer.headers["content-type"].startswith("application/problem+json")
    if field:
        assert answer.json()["errors"][0]["field"] == field
    assert row_counts(desk.services.db) == before


@pytest.mark.parametrize("what", ["spam", "merge"])
@pytest.mark.parametrize(("place", "status"), [("999", 404), ("0", 400), ("99999999999", 400), ("x", 404)])
def test_a_ticket_that_is_not_there(client, desk, what, place, status):
    """An unknown or absurd number in the address is a 4xx."""
    body = {"into": desk.open()}
    answer = client.post(f"/api/v1/tickets/{place}/{what}", json=body, headers=desk.bearer("agent"))
    assert answer.status_code == status


@pytest.mark.parametrize("what", ["spam", "merge"])
def test_for_agents_only(client, desk, what):
    """A key for intake may do neither."""
    one, two = desk.open(), desk.open()
    answer = client.post(f"/api/v1/tickets/{one}/{what}", json={"into": two}, headers=desk.bearer("intake"))
    assert (answer.status_code, desk.ticket(one).status) == (403, "new")


def test_twice_is_once(client, desk):
    """Doing the same again is 200 with the same answer and changes nothing."""
    junk, source, target = desk.open(), desk.open(), desk.open()
    headers, answers = desk.bearer("agent"), []
    for _ in range(2):
        answers.append(client.post(f"/api/v1/tickets/{junk}/spam", headers=headers))
        answers.append(client.post(f"/api/v1/tickets/{source}/merge", json={"into": target}, headers=headers))
        counts = row_counts(desk.services.db)
    assert {answer.status_code for answer in answers} == {200}
    assert answers[0].json() == answers[2].json() == {"id": junk, "status": "closed", "tags": ["spam"]}
    assert answers[1].json() == answers[3].json()
    client.post(f"/api/v1/tickets/{junk}/spam", headers=headers)
    assert row_counts(desk.services.db) == counts
    again = client.post(f"/api/v1/tickets/{junk}/merge", json={"into": target}, headers=headers)
    assert (again.status_code, again.json()["errors"][0]["field"]) == (409, "id")


def test_in_the_workspace(signed_in, desk):
    """The ticket's menu offers both; marking as spam opens the next ticket, merging the other one."""
    junk, source, target = desk.open(), desk.open(), desk.open()
    desk.process()
    client = signed_in("agent")
    page = client.get(f"/tickets/{junk}").text
    assert "Mark as spam" in page
    assert "Merge into ticket" in page
    spam = client.post(f"/tickets/{junk}/spam")
    assert (spam.status_code, desk.ticket(junk).status) == (200, "closed")
    assert spam.headers["hx-push-url"] != f"/tickets/{junk}"
    merged = client.post(f"/tickets/{source}/merge", data={"into": f" #{target} "})
    assert (merged.status_code, merged.headers["hx-push-url"]) == (200, f"/tickets/{target}")
    assert f"Ticket {source} was merged into this one." in merged.text


@pytest.mark.parametrize("into", ["", "x", "-1", "0", "9" * 5_000, "²", "1.5", "１"])
def test_a_number_that_is_none(signed_in, desk, into):
    """What is typed and is no ticket's number is refused in words."""
    ticket_id = desk.open()
    answer = signed_in("agent").post(f"/tickets/{ticket_id}/merge", data={"into": into})
    assert (answer.status_code, desk.ticket(ticket_id).status) == (422, "new")
