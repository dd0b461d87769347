"""Articles are compared as they change: contradictions come, stay dismissed, and go; stale ones are told why."""

from datetime import timedelta

import pytest

from copilot import approval, consistency
from copilot.knowledge_base import withdraw_article
from copilot.store import findings as store
from copilot.store import journal
from copilot.store.tables import KnowledgeSource, SourceItem
from tests.builders import QUESTION

FIVE = "A refund reaches your card within 5 working days."
NINE = "A refund reaches your card within 9 working days."


@pytest.fixture(autouse=True)
def _fake_likeness(monkeypatch):
    """The fake embedder knows words only; two short texts with one other number are no duplicates here."""
    monkeypatch.setattr(consistency, "NEAR", 0.3)
    monkeypatch.setattr(consistency, "TWIN", 0.999)


def compare(desk):
    """Index and compare until nothing is due."""
    while desk.services.knowledge.sync():
        pass
    while desk.services.consistency.step():
        pass


def found(desk):
    """What nobody dismissed."""
    return [(row.kind, row.article_id, row.other_id) for row in desk.do(lambda s: store.open_ones(s, 50))]


def test_articles_that_contradict_each_other_are_found_once(desk):
    """The finding names both, whichever was compared first, and goes when one is put right."""
    compare(desk)
    assert found(desk) == []
    desk.article("money", "Refund times", f"When do I get my refund? {NINE}")
    compare(desk)
    assert found(desk) == [("quantity", "money", "refunds")]
    assert desk.services.consistency.step() == 0
    desk.article("money", "Refund times", f"When do I get my refund, please? {FIVE}")
    compare(desk)
    assert found(desk) == []


def test_what_was_dismissed_stays_away_until_a_sentence_changes(desk):
    """An edit elsewhere in the article does not bring it back; another fact does."""
    desk.article("money", "Refund times", f"When do I get my refund? {NINE}")
    compare(desk)
    (row,) = desk.do(lambda s: store.open_ones(s, 50))
    desk.do(lambda s: consistency.dismiss(s, row.id, desk.now(), "Robin"))
    desk.article("money", "Refund times", f"When do I get my refund? {NINE} Ask your bank.")
    compare(desk)
    assert found(desk) == []
    desk.article("money", "Refund times", f"When do I get my refund? {NINE.replace('9', '12')} Ask your bank.")
    compare(desk)
    assert found(desk) == [("quantity", "money", "refunds")]
    assert any(entry.kind == "article_finding_dismissed" for entry in desk.do(lambda s: journal.after(s, 0)))


def test_only_articles_in_use_of_one_language_are_compared(desk):
    """Drafts, other languages and what is withdrawn contradict nothing."""
    desk.article("draft", "Refund times", f"When do I get my refund? {NINE}", status="draft")
    desk.article("german", "Refund times", f"When do I get my refund? {NINE}", language="de")
    compare(desk)
    assert found(desk) == []
    desk.article("money", "Refund times", f"When do I get my refund? {NINE}")
    compare(desk)
    desk.do(lambda s: withdraw_article(s, "money", desk.now(), "Robin"))
    compare(desk)
    assert found(desk) == []


def test_a_region_is_no_other_language(desk):
    """Articles of one language contradict each other although one is tagged with a region."""
    desk.article("money", "Refund times", f"When do I get my refund? {NINE}", language="en-us")
    compare(desk)
    assert found(desk) == [("quantity", "money", "refunds")]


def test_articles_that_repeat_each_other_are_found(desk):
    """Nearly the same article twice is told as such."""
    desk.article("boots2", "Caring for boots", "Brush off dry mud. Then wax the leather with a soft cloth.")
    compare(desk)
    assert found(desk) == [("duplicate", "boots", "boots2")]


def test_articles_near_or_past_their_last_day(desk):
    """They are told with the day; one that is far away is not."""
    for name, days in (("past", -3), ("near", 20), ("far", 60)):
        desk.article(name, name.title(), "Some words.", valid_until=(desk.now() + timedelta(days=days)).date())
    told = desk.do(lambda s: consistency.stale(s, desk.now()))
    assert [(one.article_id, one.reason) for one in told] == [
        ("past", "It expired on 27 February 2026."),
        ("near", "It is valid until 22 March 2026."),
    ]


def test_articles_that_people_keep_rejecting(desk):
    """Three rejected drafts out of an article that nobody changed for a month make it stale; a change ends that."""
    desk.now.advance(days=40)
    for number in range(3):
        ticket_id = desk.open(QUESTION, email=f"kim{number}@example.com")
        desk.process()
        draft = desk.draft(ticket_id)
        desk.do(lambda s, d=draft.id: approval.reject(s, d, "Sam", "It states something wrong", desk.now()))
    (told,) = desk.do(lambda s: consistency.stale(s, desk.now()))
    assert (told.article_id, told.kind) == ("refunds", "rejected")
    assert "of 3 drafts out of it 3 were rejected" in told.reason
    desk.now.advance(minutes=1)
    desk.article("refunds", "Refund times", f"When do I get my refund? {NINE}")
    assert desk.do(lambda s: consistency.stale(s, desk.now())) == []


def test_links_to_what_a_source_no_longer_has(desk):
    """An article that links to a page which is gone at its source is told with the address."""
    desk.article("links", "Labels", "Print it from https://shop.example/label, or ask.")
    compare(desk)

    def gone(session):
        source = KnowledgeSource(kind="site", address="https://shop.example", created_at=desk.now(), by="x", result={})
        session.add(source)
        session.flush()
        session.add(
            SourceItem(
                source_id=source.id, key="https://shop.example/label", article_id="label", content_hash="",
                seen_at=desk.now(), gone=True,
            )
        )  # fmt: skip

    desk.do(gone)
    (told,) = desk.do(lambda s: consistency.stale(s, desk.now()))
    assert (told.article_id, told.reason) == ("links", "Its source no longer has https://shop.example/label.")


def test_without_an_index_nothing_is_compared_and_nothing_lost(desk):
    """A broken index pauses the comparison; afterwards it goes on."""
    desk.article("money", "Refund times", f"When do I get my refund? {NINE}")
    while desk.services.knowledge.sync():
        pass
    desk.services.knowledge.index.broken = "away"
    assert desk.services.consistency.step() == 0
    desk.services.knowledge.index.broken = None
    compare(desk)
    assert len(found(desk)) == 1
