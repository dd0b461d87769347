"""The order of articles: what verdicts say, when a new order goes live, and the way back."""

import pytest

from copilot import approval, ranker_learning, ranker_lessons
from copilot.errors import Conflict, NotFound
from copilot.store import journal, rankers
from copilot.store.tables import Draft, Verdict
from knowledge.ranker import LEAST_JUDGED, Ranker
from tests.builders import ARTICLES, QUESTION, REFUND_FACT


def drafted(desk, body=QUESTION, email="kim@example.com"):
    ticket_id = desk.open(body, email=email)
    desk.process()
    return desk.draft(ticket_id)


def lessons(desk):
    return desk.do(ranker_lessons.judged)


def judged_article(one):
    return one.article_ids[one.chosen], one.right


def test_a_draft_remembers_what_it_was_chosen_from(desk):
    """A draft bears the articles that were found, with their signs; one that answers several questions bears none."""
    rows = drafted(desk).candidates
    assert rows[0]["article_id"] == "refunds"
    assert len(rows) > 1
    assert {len(one["features"]) for one in rows} == {6}
    several = drafted(desk, "When do I get my refund on my card? And where does the tracking number stand?")
    assert several.candidates == []


def test_what_verdicts_say(desk):
    """Approved: right. Rejected for its article: wrong. Another's words sent instead: that one. Tone: nothing."""
    first = drafted(desk)
    desk.do(lambda s: approval.approve(s, first.id, "Kim", desk.now()))
    assert [judged_article(one) for one in lessons(desk)] == [("refunds", True)]
    wrong, tone = drafted(desk, email="a@example.com"), drafted(desk, email="b@example.com")
    desk.do(lambda s: approval.reject(s, wrong.id, "Kim", "wrong_article", desk.now()))
    desk.do(lambda s: approval.reject(s, tone.id, "Kim", "The tone does not fit", desk.now()))
    assert [judged_article(one) for one in lessons(desk)] == [("refunds", True), ("refunds", False)]
    mended = drafted(desk, email="c@example.com")
    other = next(one["article_id"] for one in mended.candidates if one["article_id"] != "refunds")
    sentence = next(part for part in ARTICLES[other][1].split(". ") if len(part) >= 30).rstrip(".") + "."
    desk.do(lambda s: approval.approve(s, mended.id, "Kim", desk.now(), f"Hello,\n\n{sentence}\n\nKim"))
    assert judged_article(lessons(desk)[-1]) == (other, True)
    both = drafted(desk, email="d@example.com")
    desk.do(lambda s: approval.approve(s, both.id, "Kim", desk.now(), f"{REFUND_FACT} {sentence}"))
    assert len(lessons(desk)) == 3


def judge_many(desk, number, *, by_title=True, right=True, after=0):
    """Verdicts as people would leave them: drafts whose right article is the one with the words of its title."""
    draft = drafted(desk, email=f"many{after}@example.com")

    def store(session):
        for count in range(number):
            titled = 1 + count % 3 if by_title else 0
            features = [[0.5 - 0.01 * place, 0.4, 4.0, float(place == titled), 0.0, 0.0] for place in range(4)]
            rows = [{"article_id": f"x{place}", "features": values} for place, values in enumerate(features)]
            row = Draft(
                **{**draft.model_dump(), "id": None, "message_id": draft.message_id, "ticket_id": draft.ticket_id}
                | {"candidates": rows, "citations": [{"article_id": f"x{titled}"}], "state": "approved"}
            )
            row.ticket_id, row.message_id = _own_place(session, draft, after + count)
            session.add(row)
            session.flush()
            kind, code = ("approved", None) if right else ("rejected", "wrong_article")
            session.add(Verdict(
                draft_id=row.id, kind=kind, reason_code=code, by="Kim", at=desk.now(), accepted=right, changed_facts=[]
            ))  # fmt: skip

    desk.do(store)


def _own_place(session, draft, number):
    """A message of its own for each draft: the database allows one draft a message."""
    from copilot.store.tables import Message

    message = Message(
        ticket_id=draft.ticket_id, external_id=f"made-{number}", direction="note", body="x", at=draft.created_at
    )
    session.add(message)
    session.flush()
    return draft.ticket_id, message.id


def test_nothing_is_tried_before_there_is_enough(desk):
    """With few verdicts no version is made and the built-in order serves."""
    judge_many(desk, LEAST_JUDGED - 1)
    assert desk.services.ranker_learning.step() == 0
    assert desk.do(rankers.latest) == []
    assert desk.do(rankers.served) == Ranker()


def test_a_better_order_goes_live_and_is_served(desk):
    """An order that is better on unseen questions serves, tells what it rests on, and changes the fingerprint."""
    before = desk.services.pipeline.answerer.fingerprint
    judge_many(desk, LEAST_JUDGED)
    assert desk.services.ranker_learning.step() == 1
    assert desk.services.ranker_learning.step() == 0
    (version,) = desk.do(rankers.latest)
    assert version.state == "live"
    assert version.figures["after"] > version.figures["before"]
    assert version.reason.startswith("Better: right article first for")
    desk.services.knowledge.refresh()
    assert desk.services.pipeline.answerer.fingerprint == before.replace("|", f"+order-{version.id}|", 1)
    assert drafted(desk, email="z@example.com").candidates[0]["article_id"] == "refunds"


def test_an_order_that_is_not_better_is_refused(desk):
    """Where the built-in order was right all along the trial is recorded and nothing changes."""
    judge_many(desk, LEAST_JUDGED, by_title=False)
    assert desk.services.ranker_learning.step() == 1
    (version,) = desk.do(rankers.latest)
    assert (version.state, desk.do(rankers.live)) == ("refused", None)
    with pytest.raises(Conflict):
        desk.do(lambda s: ranker_learning.roll_back(s, version.id, desk.now(), "Ada"))
    with pytest.raises(NotFound):
        desk.do(lambda s: ranker_learning.roll_back(s, 99, desk.now(), "Ada"))


def test_a_live_order_is_taken_back_when_people_reject_it(desk):
    """Rejections of what the live order put first bring back the built-in one by itself."""
    judge_many(desk, LEAST_JUDGED)
    desk.services.ranker_learning.step()
    judge_many(desk, 60, right=False, after=1_000)
    assert desk.services.ranker_learning.step() == 1
    (version,) = desk.do(rankers.latest)
    assert (version.state, desk.do(rankers.live)) == ("retired", None)
    assert "Taken back" in version.reason
    kinds = [entry.kind for entry in desk.do(lambda s: journal.after(s, 0, 10_000))]
    assert [kind for kind in kinds if kind.startswith("ranker_")] == ["ranker_live", "ranker_taken_back"]


def test_an_admin_goes_back_and_lets_learning_go_on(desk):
    """The built-in order, put in force by an admin, is held: a better one waits until learning is let go on."""
    desk.do(lambda s: ranker_learning.roll_back(s, None, desk.now(), "Ada"))
    judge_many(desk, LEAST_JUDGED)
    desk.services.ranker_learning.step()
    assert [version.state for version in desk.do(rankers.latest)] == ["held", "live"]
    assert desk.do(rankers.served) == Ranker()
    desk.do(lambda s: ranker_learning.roll_back(s, desk.do(rankers.latest)[0].id, desk.now(), "Ada"))
    assert desk.do(rankers.live).pinned
    desk.do(lambda s: ranker_learning.let_go_on(s, desk.now(), "Ada"))
    assert not desk.do(rankers.live).pinned
    assert desk.do(rankers.served) != Ranker()
