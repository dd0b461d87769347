"""Feedback: reasons of rejections, what an agent sees of a change, and the report of what agents keep changing."""

import pytest

from copilot import approval
from copilot.rejections import REASONS
from tests.builders import REFUND_FACT

MENDED = "A refund reaches your card within 9 working days."


@pytest.fixture
def page(signed_in):
    """Reads pages as an admin."""
    return signed_in("admin")


def drafted(desk, number):
    """The id of a new ticket's open draft."""
    ticket_id = desk.open(email=f"c{number}@example.com")
    desk.process()
    return desk.draft(ticket_id)


def approve(desk, draft, by, old=REFUND_FACT, new=MENDED):
    text = draft.body.replace(old, new)
    desk.do(lambda s: approval.approve(s, draft.id, by, desk.now(), text))


@pytest.mark.parametrize(
    ("reason", "code", "words"),
    [
        ("wrong_article", "wrong_article", "Wrong article"),
        ("Wrong article", "wrong_article", "Wrong article"),
        ("wrong fact: it is 30 days", "wrong_fact", "It states something wrong: it is 30 days"),
        ("It quotes the wrong year", "other", "It quotes the wrong year"),
        ("needs-person:", "needs_person", "It needs a person"),
    ],
)
def test_a_reason_is_a_code_or_words_or_both(desk, client, reason, code, words):
    """The API takes a known code, free words, or both, and keeps each."""
    draft = drafted(desk, 1)
    answer = client.post(f"/api/v1/drafts/{draft.id}/rejection", json={"reason": reason}, headers=desk.bearer("agent"))
    assert answer.status_code == 200
    from copilot.store import drafts

    (verdict,) = desk.do(lambda s: drafts.verdicts(s, draft.id))
    assert (verdict.reason_code, verdict.reason, verdict.accepted) == (code, words, False)


def test_the_report_by_article_category_and_sentence(desk, client):
    """Two people change the same fact, one sends as written, one rejects: the report says just that."""
    drafts = [drafted(desk, number) for number in range(5)]
    approve(desk, drafts[0], "Ann")
    approve(desk, drafts[1], "Bo", new="A refund reaches your card within 9 working days")
    approve(desk, drafts[2], "Ann", new=REFUND_FACT)
    desk.do(lambda s: approval.reject(s, drafts[3].id, "Bo", "wrong_article", desk.now()))
    found = client.get("/api/v1/feedback", headers=desk.bearer("admin")).json()
    (article,) = found["articles"]
    assert article == {
        "name": "refunds", "drafts": 5, "accepted": 1, "unchanged": 1, "edited": 0, "corrected": 2, "rejected": 1,
        "answered": 0, "judged": 4, "rejections": {"wrong_article": 1},
    }  # fmt: skip
    assert [(row["name"], row["drafts"], row["judged"]) for row in found["categories"]] == [("refund", 5, 4)]
    (sentence,) = found["sentences"]
    assert (sentence["before"], sentence["times"], sentence["people"]) == (REFUND_FACT, 2, 2)
    assert (sentence["with_facts"], [w["times"] for w in sentence["wordings"]]) == (2, [2])


def test_another_period_holds_nothing(desk, client):
    """Only drafts written in the period count; nonsense is refused by name."""
    approve(desk, drafted(desk, 1), "Ann")
    headers = desk.bearer("admin")
    empty = client.get("/api/v1/feedback?from=2025-01-01&to=2025-02-01", headers=headers).json()
    assert (empty["articles"], empty["sentences"]) == ([], [])
    wrong = client.get("/api/v1/feedback?from=2025-01-01&to=yesterday", headers=headers)
    assert (wrong.status_code, wrong.json()["errors"][0]["field"]) == (422, "to")
    assert client.get("/api/v1/feedback", headers=desk.bearer("agent")).status_code == 403


def test_the_page_is_honest_when_empty_and_proposes_when_not(desk, page):
    """Without verdicts the page says so; with them it leads to the article with the change put in, not saved."""
    assert "No verdicts yet" in page.get("/admin/feedback").text
    approve(desk, drafted(desk, 1), "Ann")
    text = page.get("/admin/feedback").text
    assert "<del>5</del> <ins>9</ins> working" in text
    page.headers["accept"] = "*/*"
    address = text.partition("/admin/articles/edit?id=refunds&amp;change=")[2].partition('"')[0]
    editor = page.get(f"/admin/articles/edit?id=refunds&change={address}").text
    assert MENDED in editor.partition("<textarea")[2].partition("</textarea>")[0]
    assert "Nothing is saved yet." in editor
    stored = page.get("/api/v1/articles/refunds", headers=desk.bearer()).json()
    assert REFUND_FACT in stored["body"]
    assert page.get(f"/admin/articles/edit?id=parcels&change={address}").status_code == 404


def test_a_change_of_a_sentence_that_is_gone_is_said(desk, page):
    """When the article no longer says it the editor shows its text unchanged, with a word about that."""
    draft = drafted(desk, 1)
    approve(desk, draft, "Ann")
    desk.article("refunds", "Refund times", "Refunds take a while.")
    key = page.get("/api/v1/feedback", headers=desk.bearer()).json()["sentences"][0]["key"]
    editor = page.get(f"/admin/articles/edit?id=refunds&change={key}").text
    assert "no longer holds" in editor
    assert "Refunds take a while." in editor


def test_an_agent_sees_what_a_change_means_before_sending(desk, page):
    """A changed fact is told in words with both sides; harmless edits and none are told apart."""
    draft = drafted(desk, 1)
    changed = page.post(f"/drafts/{draft.id}/changes", data={"body": draft.body.replace("within 5", "within 9")}).text
    assert "You changed facts" in changed
    assert "5 working days → 9 working days" in changed
    harmless = page.post(f"/drafts/{draft.id}/changes", data={"body": draft.body.replace("Hello", "Hi")}).text
    assert "No fact was changed" in harmless
    assert page.post(f"/drafts/{draft.id}/changes", data={"body": draft.body}).text.strip() == ""


def test_the_sidebar_offers_the_short_list(desk, page):
    """Every reason of the list stands in the sidebar's form."""
    draft = drafted(desk, 1)
    text = page.get(f"/tickets/{draft.ticket_id}").text
    assert all(f'value="{code}"' in text and words in text for code, words in REASONS.items())
