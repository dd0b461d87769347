"""Autonomy that is earned: shadow, reviews, a proven threshold, sending alone, audits, suspension, new records."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

from copilot import approval, intake, record_keeping, takeback, watching
from copilot.auditing import AuditKey, drawn
from copilot.errors import Conflict
from copilot.fakes import ManualTime, ScriptedModel
from copilot.record_keeping import RecordKeeper
from copilot.store import reviews, tickets, watches
from tests.builders import ARTICLES, QUESTION, Desk, gate, make_services

BUDGET, LEVEL = 0.1, 0.9
ENOUGH = 22  # reviews without an error that prove a tenth at nine tenths


def settings(desk: Desk, mode: str, audit_share: float = 1e-6, **more) -> None:
    row = {"category": "refund", "mode": mode, "error_budget": BUDGET, "confidence_level": LEVEL}
    desk.configure("autonomy", {"audit_share": audit_share, "categories": [row], **more})


def arrive(desk: Desk, number: int, body: str = QUESTION) -> list[int]:
    """So many tickets of as many customers, drafted a minute after whatever was before."""
    desk.now.advance(minutes=1)
    mark = int(desk.now().timestamp())
    ids = [desk.open(body, email=f"c{n}-{mark}@example.com", external_id=f"{mark}-{n}") for n in range(number)]
    desk.process()
    return ids


def deliver(desk: Desk) -> None:
    while desk.deliver():
        pass


def judge(desk: Desk, ticket_ids, accepted: bool = True) -> None:
    """A person says of these drafts that they are good, or not."""
    for ticket_id in ticket_ids:
        draft = desk.draft(ticket_id)
        if accepted:
            desk.do(lambda s, d=draft: approval.approve(s, d.id, "Sam", desk.now()))
        else:
            desk.do(lambda s, d=draft: approval.reject(s, d.id, "Sam", "wrong fact", desk.now()))


def reckon(desk: Desk) -> None:
    keeper = RecordKeeper(desk.services.db, desk.now, desk.services.configuration)
    while keeper.step():
        pass


def standing(desk: Desk, category: str = "refund"):
    with desk.services.db.read() as session:
        current = reviews.newest_fingerprint(session)
        return next((row for row in reviews.standings(session, current) if row.category == category), None)


def watch(desk: Desk):
    with desk.services.db.read() as session:
        return watches.current(session, "refund")


def prove(desk: Desk) -> None:
    """Shadow with enough good reviews, then auto."""
    settings(desk, "shadow")
    judge(desk, arrive(desk, ENOUGH))
    reckon(desk)
    settings(desk, "auto")


def reopened(services, now) -> Desk:
    """Another process on the same database, its index filled."""
    while services.knowledge.sync():
        pass
    return Desk(services, now)


def quoting(question) -> list[int]:
    return [number for number, _, text in question.sentences if text.startswith("A refund reaches")]


def failing(desk: Desk, ticket_id: int) -> list[str]:
    return [row["name"] for row in desk.draft(ticket_id).gates if not row["passed"]]


def test_from_shadow_to_suspended(desk, now, transport):
    """Shadow sends nothing; enough accepted drafts prove a threshold; then drafts leave alone; audits that people do
    not accept turn the category off with its evidence; an admin starts it again under a new watch."""
    settings(desk, "shadow")
    first = arrive(desk, ENOUGH - 1)
    assert {tuple(failing(desk, ticket_id)) for ticket_id in first} == {("mode", "confidence")}
    judge(desk, first)
    reckon(desk)
    assert (standing(desk).threshold, standing(desk).missing) == (None, 1)
    judge(desk, arrive(desk, 1))
    reckon(desk)
    proven = standing(desk)
    assert proven.threshold is not None
    assert (proven.bound <= BUDGET, proven.errors, proven.pool) == (True, 0, ENOUGH)

    (shadowed,) = arrive(desk, 1)
    assert (failing(desk, shadowed), desk.draft(shadowed).would_send) == (["mode"], True)

    settings(desk, "auto")
    (alone,) = arrive(desk, 1)
    assert "earned threshold" in gate(desk.draft(alone), "confidence")["reason"]
    now.advance(minutes=1)
    deliver(desk)
    assert [reply.auto_sent for reply in transport.sent if reply.ticket_id == alone] == [True]

    settings(desk, "auto", audit_share=1.0)
    bad = 0
    while watch(desk).suspended_at is None:
        (audited,) = arrive(desk, 1)
        assert failing(desk, audited) == ["audit"]
        judge(desk, [audited], accepted=False)
        bad += 1
    assert 2 <= bad <= 8
    assert f"{bad} of {bad} audits were not accepted" in watch(desk).reason

    settings(desk, "auto")
    (held,) = arrive(desk, 1)
    assert "mode" in failing(desk, held)
    assert gate(desk.draft(held), "mode")["reason"].startswith("Suspended")

    before = watch(desk)
    desk.do(lambda s: watching.restart(s, "refund", now(), "Admin"))
    assert (watch(desk).id != before.id, watch(desk).suspended_at, watch(desk).by) == (True, None, "Admin")
    with pytest.raises(Conflict, match="not suspended"):
        desk.do(lambda s: watching.restart(s, "refund", now(), "Admin"))


def test_rejected_drafts_prove_nothing(desk):
    """As many rejected as accepted drafts earn nothing, and the page can say that no number would be enough."""
    settings(desk, "shadow")
    ids = arrive(desk, 30)
    judge(desk, ids[:15])
    judge(desk, ids[15:], accepted=False)
    reckon(desk)
    assert (standing(desk).threshold, standing(desk).missing, standing(desk).pool) == (None, None, 30)


def test_suspicion_stops_what_waits_to_leave(desk, now, transport):
    """A reply decided before the suspension does not leave after it, and its draft is offered to a person."""
    prove(desk)
    settings(desk, "auto", hold_seconds=3_600)
    (waiting,) = arrive(desk, 1)
    assert desk.draft(waiting).action == "send"
    settings(desk, "auto", audit_share=1.0, hold_seconds=3_600)
    while watch(desk) is None or watch(desk).suspended_at is None:
        judge(desk, arrive(desk, 1), accepted=False)
    now.advance(hours=2)
    deliver(desk)
    assert waiting not in [reply.ticket_id for reply in transport.sent]
    assert (desk.draft(waiting).state, failing(desk, waiting)) == ("open", ["mode"])


def test_other_settings_are_reckoned_anew(desk, now):
    """A smaller budget holds at once, until what was earned has been reckoned for it."""
    prove(desk)
    row = {"category": "refund", "mode": "auto", "error_budget": 0.01, "confidence_level": LEVEL}
    desk.configure("autonomy", {"audit_share": 1e-6, "categories": [row]})
    (early,) = arrive(desk, 1)
    assert "reckoned anew" in gate(desk.draft(early), "confidence")["reason"]
    reckon(desk)
    assert (standing(desk).threshold, standing(desk).budget) == (None, 0.01)
    assert standing(desk).missing > 100


def test_an_edited_article_drops_its_evidence(desk, now):
    """Reviews of drafts that cited an article count no longer once it is changed: at once, and after reckoning."""
    prove(desk)
    desk.article("refunds", ARTICLES["refunds"][0], "When do I get my refund? It reaches your card within 9 days.")
    while desk.services.knowledge.sync():
        pass
    (after,) = arrive(desk, 1)
    assert "confidence" in failing(desk, after)
    reckon(desk)
    assert (standing(desk).pool, standing(desk).threshold) == (0, None)


def test_a_draft_from_before_the_edit_proves_nothing(desk, now):
    """A verdict on a draft whose article was changed meanwhile does not count."""
    settings(desk, "shadow")
    ids = arrive(desk, ENOUGH)
    now.advance(minutes=1)
    desk.article("refunds", ARTICLES["refunds"][0], "When do I get my refund? It reaches your card within 9 days.")
    judge(desk, ids)
    reckon(desk)
    assert (standing(desk).pool, standing(desk).threshold) == (0, None)


def test_another_model_starts_a_new_record(tmp_path, now):
    """With another language model the old record stays and proves nothing for the new one; back again, it does."""
    services = make_services(tmp_path / "one", now)
    desk = Desk(services, now).seed()
    prove(desk)
    (sent,) = arrive(desk, 1)
    assert desk.draft(sent).action == "send"
    services.close()

    again = make_services(tmp_path / "one", now, llm=ScriptedModel(quoting))
    other = reopened(again, now)
    (held,) = arrive(other, 1)
    assert "confidence" in failing(other, held)
    judge(other, [held], accepted=False)
    reckon(other)
    assert standing(other).pool == 1
    with again.db.read() as session:
        assert sorted(row.pool for row in reviews.standings(session)) == [1, ENOUGH]
    again.close()

    back = reopened(make_services(tmp_path / "one", now), now)
    (proven,) = arrive(back, 1)
    assert back.draft(proven).action == "send"
    back.services.close()


def test_confidence_is_refitted_to_verdicts(desk, now):
    """From fifty verdicts on the model is fitted to them, its calibration is known, and drafts are marked."""
    settings(desk, "shadow")
    ids = arrive(desk, 60)
    judge(desk, ids[:50])
    judge(desk, ids[50:], accepted=False)
    reckon(desk)
    with desk.services.db.read() as session:
        fit = reviews.newest_fit(session, reviews.newest_fingerprint(session))
    assert (fit.labels, fit.error is not None) == (60, True)
    (later,) = arrive(desk, 1)
    assert desk.draft(later).calibrated is True
    assert desk.draft(later).confidence == pytest.approx(50 / 60, abs=0.1)


def test_a_record_longer_than_can_be_read_comes_to_rest(desk, monkeypatch):
    """With more verdicts than a model is fitted to, the worker fits once and has nothing more to do."""
    monkeypatch.setattr(record_keeping, "MOST_REVIEWS", 50)
    settings(desk, "shadow")
    ids = arrive(desk, 75)
    judge(desk, ids[1:])
    judge(desk, ids[:1], accepted=False)
    keeper = RecordKeeper(desk.services.db, desk.now, desk.services.configuration)
    assert [bool(keeper.step()) for _ in range(3)] == [True, False, False]
    assert standing(desk).threshold is not None


def test_customers_who_complain_are_heard(desk, now):
    """Automatic replies after which customers say that they did not help are evidence against the category, once it is
    known from fifty approved replies that customers do not usually say so."""
    settings(desk, "shadow")
    judge(desk, arrive(desk, 50))
    deliver(desk)
    reckon(desk)
    settings(desk, "auto")
    now.advance(days=8)
    rounds = 0
    while watch(desk) is None or watch(desk).suspended_at is None:
        rounds += 1
        assert rounds < 40
        (ticket_id,) = arrive(desk, 1)
        now.advance(minutes=1)
        deliver(desk)
        desk.write(ticket_id, "That did not help, it was not what I asked.")
        desk.process()
    assert "drew an objection" in watch(desk).reason


def undone(desk, ticket_id):
    desk.do(lambda s: takeback.undo(s, ticket_id, desk.now(), "Sam"))
    judge(desk, [ticket_id], accepted=False)


def moved(desk, ticket_id):
    desk.do(lambda s: setattr(tickets.lock(s, ticket_id), "category", "shipping"))
    desk.now.advance(minutes=1)
    deliver(desk)
    judge(desk, [ticket_id], accepted=False)


@pytest.mark.parametrize(
    "override",
    [
        undone,
        moved,
        lambda desk, ticket_id: desk.do(
            lambda s: intake.write_reply(s, ticket_id, "No, Kim: in June.", "Sam", desk.now(), timedelta(0))
        ),
        lambda desk, ticket_id: desk.write(ticket_id, "No, Kim: in June.", "outbound"),
    ],
)
def test_a_reply_that_a_person_overrode_counts_as_wrong(desk, override):
    """What a person stops at the last moment, by undo, own words here or elsewhere, or another category, is an error of
    the watch and no fair sample for the threshold."""
    prove(desk)
    pool = standing(desk).pool
    (ticket_id,) = arrive(desk, 1)
    assert desk.draft(ticket_id).action == "send"
    override(desk, ticket_id)
    reckon(desk)
    with desk.services.db.read() as session:
        (outcome,) = watches.outcomes(session, watch(desk).id)
        assert (outcome.source, outcome.error) == ("reply", 1.0)
    assert standing(desk).pool == pool


def test_audits_are_drawn_at_random_and_alike(desk):
    """About the set share is drawn, the same for the same draft in every process, another for another key."""
    key = AuditKey(desk.services.db).key
    assert AuditKey(desk.services.db).key == key
    share = Counter(drawn(key, ticket, ticket + 1, 0.05) for ticket in range(20_000))[True] / 20_000
    assert 0.04 < share < 0.06
    assert drawn(key, 7, 8, 0.05) == drawn(key, 7, 8, 0.05)
    assert [drawn(key, n, n, 0.5) for n in range(64)] != [drawn(bytes(32), n, n, 0.5) for n in range(64)]


def test_verdicts_at_the_same_time_are_all_counted(desk):
    """Twelve people who judge at once add twelve reviews, and one watch begins, not several."""
    prove(desk)
    settings(desk, "auto", audit_share=1.0)
    ids = arrive(desk, 12)
    with ThreadPoolExecutor(12) as pool:
        list(pool.map(lambda ticket_id: judge(desk, [ticket_id]), ids))
    reckon(desk)
    assert standing(desk).pool == ENOUGH + 12
    with desk.services.db.read() as session:
        assert len(watches.outcomes(session, watches.current(session, "refund").id)) == 12
        assert watches.current(session, "refund").id == 1


def test_what_was_earned_survives_a_restart(tmp_path, now):
    """Standing, suspension and audits' key are in the database: another process goes on with them."""
    desk = Desk(make_services(tmp_path / "one", now), now).seed()
    prove(desk)
    key = AuditKey(desk.services.db).key
    desk.services.close()
    again = reopened(make_services(tmp_path / "one", now), now)
    (ticket_id,) = arrive(again, 1)
    assert again.draft(ticket_id).action == "send"
    assert AuditKey(again.services.db).key == key
    again.services.close()


def test_customers_are_told_if_the_admin_wants(desk, now: ManualTime, transport):
    """With disclosure on, an automatic reply says at its end that it was sent automatically; a draft does not."""
    prove(desk)
    settings(desk, "auto", disclose=True)
    (ticket_id,) = arrive(desk, 1)
    now.advance(minutes=1)
    deliver(desk)
    (sent,) = [reply for reply in transport.sent if reply.ticket_id == ticket_id]
    assert sent.body.endswith("This reply was sent automatically.")
    assert "automatically" not in desk.draft(ticket_id).body


def test_questions_that_an_article_failed_before_are_trusted_less(desk):
    """Verdicts on drafts out of an article count for questions like theirs: after thirty good ones and thirty bad ones
    to another question, a draft for the one is trusted more than for the other; once the article is edited, both are
    as new."""
    other = "My refund went to an old card. The card is closed. When do I get my refund?"
    settings(desk, "shadow")
    judge(desk, arrive(desk, 30))
    judge(desk, arrive(desk, 30, other), accepted=False)
    reckon(desk)
    (good,), (bad,) = arrive(desk, 1), arrive(desk, 1, other)
    assert desk.draft(good).citations[0]["article_id"] == desk.draft(bad).citations[0]["article_id"] == "refunds"
    assert desk.draft(good).evidence["record"] > 0.8
    assert desk.draft(bad).evidence["record"] < 0.2
    assert desk.draft(good).confidence > desk.draft(bad).confidence + 0.3

    desk.article("refunds", "Refund times", ARTICLES["refunds"][1] + " Ask us when it has not come by then.")
    while desk.services.knowledge.sync():
        pass
    (anew,) = arrive(desk, 1)
    assert desk.draft(anew).evidence["record"] == pytest.approx(0.5)
